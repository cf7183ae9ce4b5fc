"""The list of keys that are not carried out yet has each field that nothing acts on, and no other."""

import re
from pathlib import Path

import pytest

from cmsp_agent.config.not_yet import NOT_YET, NotYet
from docs.tools import configuration
from tests.unit.config.reads import Field, fields_of, read_in

AGENT = Path(__file__).resolve().parents[3] / "agent/cmsp_agent"
MODEL = fields_of(AGENT / name for name in ("config/configuration.py", "model/component.py", "model/credentials.py"))
SCHEMA = fields_of((AGENT / "config/schema").glob("*.py"))
NOT_ACTING = ("config/schema", "config/build", "config/configuration", "config/not_yet", "api/", "cli/")
"""What only makes a field or shows it carries nothing out."""
ONLY_SHOWN = {"Threshold.origin", "Site.name", "Order.components"}
"""No key of their own; the names of sites are keys, the count of the order is compared as the file is read."""
READ_AS_A_TREE = re.compile(r".*\.short_form|Group\..*|Match\..*|SiteFile\.groups|Authorisation\.letter")
"""Groups are applied before the schema is; a letter counts by being there."""


def dotted(fields: set[Field]) -> set[str]:
    """`Class.field`."""
    return {".".join(field) for field in fields}


ACTED_ON = dotted(
    read_in(MODEL, (path for path in AGENT.rglob("*.py") if not str(path.relative_to(AGENT)).startswith(NOT_ACTING)))
)
BUILT_FROM = dotted(read_in(SCHEMA, (path for path in (AGENT / "config").glob("*.py") if path.stem != "not_yet")))
LISTED = {field for each in NOT_YET for field in each.fields}


def covered(field: str) -> bool:
    """Whether the list has the field, or all that holds its class, or all that its class holds."""
    kind = field.partition(".")[0]
    holders = {".".join(each) for each, annotation in MODEL.items() if re.search(rf"\b{kind}\b", annotation)}
    within = {".".join(each) for each in MODEL if re.search(rf"\b{each[0]}\b", MODEL[tuple(field.split(".", 1))])}  # type: ignore[index]
    return (
        field in LISTED | ONLY_SHOWN
        or bool(holders and holders <= LISTED)
        or bool(within and within <= LISTED | ONLY_SHOWN)
    )


@pytest.mark.parametrize("entry", NOT_YET, ids=lambda entry: entry.pattern)
def test_nothing_acts_on_what_is_listed(entry: NotYet) -> None:
    known = dotted(set(MODEL) | set(SCHEMA))
    assert set(entry.fields) <= known
    assert not set(entry.fields) & (ACTED_ON | (BUILT_FROM - dotted(set(MODEL))))


def test_what_nothing_acts_on_is_listed() -> None:
    assert [field for field in sorted(dotted(set(MODEL)) - ACTED_ON) if not covered(field)] == []


def test_what_no_field_is_built_from_is_listed() -> None:
    unread = {field for field in dotted(set(SCHEMA)) - BUILT_FROM if not READ_AS_A_TREE.fullmatch(field)}
    inner = {field for field in unread if field.startswith("SupportSection.")}  # within a key that is listed
    assert unread - inner - LISTED == set()


def test_the_reference_says_so_of_each_key() -> None:
    page = configuration.render()
    assert {each.text for each in NOT_YET if f"Accepted only: {each.text}" not in page} == set()


SAMPLE = """
class Other:
    never: float

class Plan:
    every: float
    never: float
    own: float

    def half(self): return self.own / 2

def f(taken: Plan, plans: list[Plan]):
    chosen = (each for each in plans)
    return next(one.every for one in chosen)

def g(one: Other): return one.never
"""


def test_what_is_read_is_found_and_nothing_else(tmp_path: Path) -> None:
    module = tmp_path / "sample.py"
    module.write_text(SAMPLE)
    fields = fields_of([module])
    assert set(fields) - read_in(fields, [module]) == {("Plan", "never")}
