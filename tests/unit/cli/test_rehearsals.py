"""`backup rehearse`: which newest backups could be put back, and why others could not."""

import json

from tests.unit.cli.fakes import cmsp_agent

CALL = "/v1/backups/rehearsal"
GOOD = {"component": "gw-1", "backup": "b1", "errors": [], "notes": ["on a replaced device it lacks licences"]}
BAD = {"component": "gw-2", "backup": "b2", "errors": ["line 3: belongs to no section"], "notes": []}


def test_all_are_listed_with_what_is_to_be_known() -> None:
    ending = cmsp_agent("backup", "rehearse", answers={CALL: {"items": [GOOD]}})
    assert ending.code == 0
    assert "b1" in ending.out
    assert "it lacks licences" in " ".join(ending.out.split())


def test_one_that_could_not_be_put_back_ends_with_1() -> None:
    ending = cmsp_agent("backup", "rehearse", answers={CALL: {"items": [GOOD, BAD]}})
    assert ending.code == 1
    assert "belongs to no section" in " ".join(ending.out.split())
    assert "1 of 2 newest backups could not be put back" in ending.err


def test_one_component_as_json() -> None:
    ending = cmsp_agent("backup", "rehearse", "gw-2", "--json", answers={CALL: {"items": [BAD]}})
    assert (ending.code, json.loads(ending.out)) == (1, {"items": [BAD]})
    [call] = ending.calls
    assert "gw-2" in call
