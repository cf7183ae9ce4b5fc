"""What a Tab offers: names of components, incidents and types where they may stand, and the values of options."""

import subprocess
from typing import Any

import pytest

from cmsp_agent.cli.daemon import AgentUnreachable
from tests.conftest import ROOT
from tests.unit.cli.fakes import cmsp_agent

STUB = """
source {script}
cmsp-agent() {{ [ "$1" = complete ] && case "$2" in
    component) printf 'gw-1\\ngw-2\\nsw-1\\n' ;; incident) echo INC-000001 ;; state) printf 'up\\ndown\\n' ;;
    device-type) echo cisco_ios ;; alarm-type) echo link.down ;; site) echo paris ;; job-state) echo failed ;;
    job-kind) echo backup ;; severity) echo major ;; inventory-table) echo parts ;; urgency) echo minor ;; esac; }}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_cmsp_agent
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def offered(words: str) -> list[str]:
    script = STUB.format(script=ROOT / "packaging/completion/cmsp-agent", words=words)
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("cmsp-agent component show gw", ["gw-1", "gw-2"]),
        ("cmsp-agent component show --j", ["--json"]),
        ("cmsp-agent component list --state ''", ["up", "down"]),
        ("cmsp-agent component list --site pa", ["paris"]),
        ("cmsp-agent events --component s", ["sw-1"]),
        ("cmsp-agent events --type li", ["link.down"]),
        ("cmsp-agent incident show INC", ["INC-000001"]),
        ("cmsp-agent type show c", ["cisco_ios"]),
        ("cmsp-agent job list --state ''", ["failed"]),
        ("cmsp-agent job list --kind b", ["backup"]),
        ("cmsp-agent alarm list --severity m", ["major"]),
        ("cmsp-agent alarm list --type li", ["link.down"]),
        ("cmsp-agent inventory list --table ''", ["parts"]),
        ("cmsp-agent incident report --urgency ''", ["minor"]),
        ("cmsp-agent comp", ["component"]),
    ],
)
def test_a_tab_offers_what_may_stand_there(words: str, names: list[str]) -> None:
    assert offered(words) == names


def test_names_come_from_the_agent_in_natural_order() -> None:
    answers: dict[str, Any] = {"/v1/components": {"items": [{"name": "gw-10"}, {"name": "gw-2"}]}}
    assert cmsp_agent("complete", "component", answers=answers).out == "gw-2\ngw-10\n"
    assert "cisco_ios" in cmsp_agent("complete", "device-type").out.split()
    assert "listen.failed" in cmsp_agent("complete", "alarm-type").out.split()


def test_completion_never_complains() -> None:
    ending = cmsp_agent("complete", "component", answers={"/v1/components": AgentUnreachable("down")})
    assert (ending.code, ending.out, ending.err) == (0, "", "")
    assert cmsp_agent("complete", "nonsense").code == 0
