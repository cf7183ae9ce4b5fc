"""Process 1 of a real device: mount what is its own, start the daemons, log link changes. Imports nothing of ours.

Runs as ``python3 boot.py FOLDER NAME`` inside new network, mount, UTS, IPC and process namespaces. Ending it ends every
daemon of the device.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

FRR = "/usr/lib/frr"
NODES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_LINK = re.compile(r"\d+: (\w+)(?:@\S+)?: <.*?> .*\bstate (\w+)")


def call(command: str) -> None:
    subprocess.run(command.split(), check=True, stdin=subprocess.DEVNULL)


def mount_own(folder: Path) -> None:
    """An /etc over this machine's, private /run, /tmp, /dev and logs."""
    call("mount -t proc proc /proc")
    call(f"mount -t overlay overlay -o lowerdir=/etc,upperdir={folder}/etc,workdir={folder}/work /etc")
    call(f"mount --bind {folder}/log /var/log")
    call(f"mount --bind {folder}/snmp /var/lib/snmp")
    for place, mode in (("/run", "755"), ("/var/tmp", "1777"), ("/tmp", "1777"), ("/dev", "755")):
        call(f"mount -t tmpfs -o mode={mode} tmpfs {place}")
    for name, (major, minor) in NODES.items():
        os.mknod(f"/dev/{name}", 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(f"/dev/{name}", 0o666)
    os.mkdir("/dev/pts")
    call("mount -t devpts devpts /dev/pts -o newinstance,ptmxmode=0666,mode=620,gid=5")
    os.symlink("pts/ptmx", "/dev/ptmx")
    os.symlink("/proc/self/fd", "/dev/fd")


def start_daemons() -> None:
    """rsyslog, snmpd, FRR with its SNMP subagent, sshd; each goes into the background by itself."""
    for place in ("/run/sshd", "/run/frr"):
        os.mkdir(place)
    call("chown frr:frr /run/frr")
    call("rsyslogd -iNONE -f /etc/rsyslog.conf")
    call("snmpd -Lf /var/log/snmpd.log -C -c /etc/snmp/snmpd.conf -p /run/snmpd.pid -I -smux")
    for daemon in ("zebra", "staticd", "ospfd"):
        call(f"{FRR}/{daemon} -d -A 127.0.0.1")
    call("vtysh -b")
    call("/usr/sbin/sshd -f /etc/ssh/sshd_device")


def log_links() -> None:
    """Word each change of a link as a router does, through the device's own syslog. Never returns."""
    states: dict[str, str] = {}
    with subprocess.Popen(["ip", "-o", "monitor", "link"], stdout=subprocess.PIPE, text=True) as monitor:
        assert monitor.stdout is not None
        for line in monitor.stdout:
            match = _LINK.match(line)
            if match is None:
                continue
            name, state = match[1], "up" if match[2] == "UP" else "down"
            if states.get(name, "up") != state:
                text = f"Interface {name}, changed state to {state}"
                subprocess.run(["logger", "-p", "local7.err", "-t", "%LINK-3-UPDOWN", "--", text], check=False)
            states[name] = state


def main() -> None:
    """Boot, say so in FOLDER/ready, stay."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    ready = os.open(folder / "ready", os.O_WRONLY | os.O_CREAT)
    socket.sethostname(name)
    mount_own(folder)
    start_daemons()
    os.write(ready, b"ready\n")
    os.close(ready)
    log_links()


if __name__ == "__main__":
    main()
