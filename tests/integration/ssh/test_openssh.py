"""The same dialogues against OpenSSH's own server, which knows one more user than the machine it runs on."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsp_agent.model.errors import AuthenticationRejected
from cmsp_agent.transports.ssh import CliClient
from tests.integration.ssh.conftest import credential, target
from tests.integration.ssh.gateways import CONFIGURATION, PASSWORD, USER
from tests.lab.ports import free_port

pytestmark = pytest.mark.root

SHELL = """#!/bin/sh
# the least that looks like a gateway's command line
stty -echoctl 2>/dev/null
while printf 'gw-1#'; read -r line; do
  case $line in
    "show running-config") cat {config} ;;
    exit) exit 0 ;;
  esac
done
"""
SETTINGS = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/key
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
StrictModes no
PidFile none
"""
# The extra user exists only in the mount namespace of this server.
START = """set -e
mount --bind {folder}/passwd /etc/passwd
mount --bind {folder}/shadow /etc/shadow
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -f {folder}/sshd_config
"""


def _listening(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def openssh(tmp_path: Path) -> Iterator[int]:
    """The port of an OpenSSH server that takes USER and PASSWORD."""
    assert shutil.which("sshd", path="/usr/sbin"), "openssh-server is not installed"
    port = free_port()
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        if parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o011)
    (tmp_path / "config").write_text(CONFIGURATION.format(extra="") + "\n")
    shell = tmp_path / "shell"
    shell.write_text(SHELL.format(config=tmp_path / "config"))
    shell.chmod(0o755)
    word = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout
    (tmp_path / "passwd").write_text(Path("/etc/passwd").read_text() + f"{USER}:x:3999:3999::/tmp:{shell}\n")
    (tmp_path / "shadow").write_text(Path("/etc/shadow").read_text() + f"{USER}:{word.strip()}:20000:0:99999:7:::\n")
    (tmp_path / "sshd_config").write_text(SETTINGS.format(port=port, folder=tmp_path))
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    log = (tmp_path / "log").open("wb")
    server = subprocess.Popen(["unshare", "--mount", "sh", "-c", START.format(folder=tmp_path)], stderr=log)
    try:
        for _ in range(100):
            if _listening(port):
                break
            assert server.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(5)
        log.close()


async def test_openssh_gives_the_configuration(client: CliClient, openssh: int) -> None:
    [text] = await client.commands(target(openssh), ["show running-config"], 10)
    assert text.strip() == CONFIGURATION.format(extra="")


async def test_openssh_refuses_a_wrong_password(client: CliClient, openssh: int) -> None:
    with pytest.raises(AuthenticationRejected):
        await client.commands(target(openssh, credential=credential("wrong-one")), ["show clock"], 10)
