"""`cmsp-agent audit verify`."""

from tests.unit.cli.fakes import cmsp_agent

WHOLE = {"holds": True, "entries": 12, "acknowledged": 10, "row": None, "what": ""}


def test_a_whole_log_ends_with_0_and_a_broken_one_with_1() -> None:
    whole = cmsp_agent("audit", "verify", answers={"/v1/audit/verify": WHOLE})
    assert (whole.code, whole.out) == (0, "12 entries, the chain holds; entry 10 is as the head-end has it\n")
    broken = {**WHOLE, "holds": False, "row": 7, "what": "entry changed"}
    ending = cmsp_agent("audit", "verify", answers={"/v1/audit/verify": broken})
    assert ending.code == 1
    assert "at entry 7: entry changed" in ending.err
