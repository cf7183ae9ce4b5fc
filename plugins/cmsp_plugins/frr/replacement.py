r"""How FRR takes a whole configuration: `frr-reload.py`, and a timer on the router that takes it back.

FRR has no timer of its own: one is started before anything changes, in a session of its own that outlives the login. It
goes back to what ran before unless its mark is gone. A router that restarts meanwhile starts with what was saved.
Commands for the shell are written so that the echo of a command never looks like its answer (`cmsp-''done`).
"""

from cmsp_agent.plugin.api import Replacement

RELOAD = "/usr/lib/frr/frr-reload.py --reload --stdout --rundir ."
NEW, BEFORE, MARK, SAID = ".cmsp-restore.conf", ".cmsp-before.conf", ".cmsp-pending", ".cmsp-said"
"""In the login's home directory."""
_KEEP = f"umask 077; vtysh -c 'show running-config' | sed '1,/^!/d' >{BEFORE}; export T=$(date +%s%N); echo $T >{MARK}"
_TIMER = f'sleep {{minutes}}m; [ "$(cat {MARK})" = $T ] && {RELOAD} {BEFORE}; [ "$(cat {MARK})" = $T ] && rm {MARK}'
_WORK = f"{RELOAD} {NEW} >{SAID} 2>&1; echo cmsp-done-$? >>{SAID}"

REPLACEMENT = Replacement(
    driver="unix_shell",
    file=NEW,
    ask="test -x /usr/lib/frr/frr-reload.py && vtysh -c 'show version' >/dev/null && echo cmsp-''ready",
    ready=r"^cmsp-ready",
    remedy="install frr-pythontools on it, and give the login a shell and the group frrvty",
    hash="md5sum {file}",
    hash_shown=r"^(?P<hash>[0-9a-f]{32}) ",
    apply=f"{_KEEP}; test -s {BEFORE} && (setsid sh -c '{_TIMER}' </dev/null >/dev/null 2>&1 &) && "
    f"setsid -w sh -c '{_WORK}' </dev/null; cat {SAID}",
    applied=r"^cmsp-done-0\s*$",
    failed=(r"^.*vtysh failed to process.*", r"^cmsp-done-[1-9]\d*", r"^Traceback .*", r"^.*: (?:command )?not found"),
    confirm=f"rm -f {MARK}; echo cmsp-''confirmed",
    revert=f"{RELOAD} {BEFORE} >{SAID} 2>&1; rm -f {MARK}; echo cmsp-''reverted",
    pending=f"test -e {MARK} && echo cmsp-''pending || echo cmsp-''kept",
    not_pending=r"^cmsp-kept",
    merge="vtysh -f {file}",
    remove=f"rm -f {NEW} {SAID} {BEFORE}",
    save="vtysh -c 'write memory'",
    saved=r"^(?:Integrated configuration saved|Configuration saved|\[OK\])",
)
