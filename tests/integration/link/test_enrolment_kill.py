"""Enrolment that is killed: at whichever step in its folder, the identity is the one before or the new one, whole."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

from cmsp_agent.storage.sealed.certificates import is_for
from tests.integration.link.test_enrolment import EnrollingSite, site

__all__ = ["site"]

KILLED = """
import os, signal, sys
from cmsp_agent.cli.main import main
import cmsp_agent.cli.enrol, cmsp_agent.preflight.enrolment, cmsp_agent.transports.enrolment

folder, left = sys.argv[1], 0

def step(event, given):
    global left
    if event in ("os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "open") and left:
        if given and str(given[0]).startswith(folder):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(step)
for line in sys.stdin:
    at, *words = line.split()
    child = os.fork()
    if child == 0:
        left, sys.argv = int(at), ["cmsp-agent", *words]
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        main()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Reads a step and a command line, runs that in a child which kills itself at the step, and writes how it ended."""


def whole(site: EnrollingSite) -> str:
    """Whose identity is in force, all of whose files are there and belong together; empty: nobody's."""
    settings, here = site.identity.settings(), site.identity.current
    if settings is None:
        assert not here.exists()
        return ""
    assert {path.name for path in here.iterdir()} >= {"appliance.key", "certificate.pem", "headend-ca.pem"}
    assert is_for((here / "certificate.pem").read_bytes(), (here / "appliance.key").read_bytes())
    return settings.appliance_id


async def test_a_kill_at_any_step_leaves_a_whole_identity_or_none(site: EnrollingSite) -> None:
    folder = str(site.identity.current.parent)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, folder, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    step, before, seen, code = -1, "", set[str](), -signal.SIGKILL
    while code == -signal.SIGKILL:
        step += 2
        words = ("enrol", "--config", str(site.place.file), "--token", site.service.token(f"apl-{step}"))
        process.stdin.write(" ".join((str(step), *words, "--url", site.service.url, "\n")).encode())
        code = int(await asyncio.wait_for(process.stdout.readline(), 20))
        now = whole(site)
        assert now in (before, f"apl-{step}"), step
        seen.add("before" if now == before else "new")
        before = now
    assert (code, seen) == (0, {"before", "new"})
    assert whole(site) == f"apl-{step}"
    left = [path for path in site.identity.current.parent.iterdir() if path.name != "current"]
    assert left == [site.identity.current.resolve()], "keys of enrolments that were killed"
    process.stdin.close()
    await process.wait()
