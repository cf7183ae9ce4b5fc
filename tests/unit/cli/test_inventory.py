"""The inventory for people and for spreadsheets."""

from typing import Any

from tests.unit.cli.fakes import cmsp_agent

PARTS = [
    {"name": "NIM 0/1", "kind": "module", "within": "Chassis", "model": "NIM-2MFT", "serial": "FOC2"},
    {"name": "Chassis", "kind": "chassis", "model": "ISR4351/K9", "serial": "FDO1"},
    {"name": "SFP", "within": "NIM 0/1", "model": "SFP-GE-S"},
]
COLUMNS = ["component", "name", "model", "serial"]
ROWS = [{"component": "gw-1", "name": '=cmd|" /C"', "model": "a,b", "serial": None}]
TABLE = "/v1/inventory"


def test_the_parts_are_shown_as_a_tree() -> None:
    answers: dict[str, Any] = {"/v1/components/gw-1": {"inventory": {"serial": "FDO1", "entities": PARTS}}}
    answers["/v1/inventory"] = {"columns": ["component"], "items": []}
    shown = cmsp_agent("inventory", "show", "gw-1", answers=answers)
    assert shown.out.splitlines()[-3:] == [
        "Chassis: ISR4351/K9, serial FDO1",
        "  NIM 0/1: NIM-2MFT, serial FOC2",
        "    SFP: SFP-GE-S",
    ]


def test_a_cell_of_a_device_is_no_formula_and_no_second_column() -> None:
    shown = cmsp_agent(
        "inventory", "export", "--table", "parts", "--csv", answers={TABLE: {"columns": COLUMNS, "items": ROWS}}
    )
    assert shown.out == 'component,name,model,serial\ngw-1,"\'=cmd|"" /C""","a,b",\n'
    odd = [{"component": "gw-1", "name": name} for name in ("\n =1+1", "\uff1d1+1", "a\x0b=b\u2028c", "Zürich 1")]
    shown = cmsp_agent(
        "inventory", "export", "--table", "parts", answers={TABLE: {"columns": COLUMNS[:2], "items": odd}}
    )
    assert shown.out.splitlines()[1:] == ["gw-1,'  =1+1", "gw-1,'\uff1d1+1", "gw-1,a =b c", "gw-1,Zürich 1"]
    assert cmsp_agent("inventory", "export", "--table", "cables", answers={}).code == 2


def test_empty_columns_are_left_out_of_a_list() -> None:
    shown = cmsp_agent("inventory", "list", "--table", "parts", answers={TABLE: {"columns": COLUMNS, "items": ROWS}})
    assert shown.out.splitlines()[0].split() == ["COMPONENT", "NAME", "MODEL"]
