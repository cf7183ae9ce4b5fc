"""A partner's comments survive a change that knows nothing of them."""

from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.comments import TaggedScalar

from cmsp_agent.config.edit_yaml import added, comments, merged

PRESENT = """\
# our site, by Anne
appliance: {name: paris}   # the old one is in the cellar
credentials:
  # read-only, ask the customer before changing
  ro: {snmp: {version: 2c, community: !secret ro}}
components:
  gw-1:
    address: 10.0.0.1   # rack 4
    site: paris
  gw-2: {address: 10.0.0.2, site: paris}  # spare
contacts: [a, b]  # two
"""


def content(text: str) -> object:
    return plain(YAML(typ="rt").load(text))


def plain(value: Any) -> object:
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return (value.tag.value, value.value) if isinstance(value, TaggedScalar) else value


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ("10.0.0.1", "10.9.0.1", ""),
        ("2c", "1", ""),
        ("!secret ro", "!secret other", ""),
        ("  gw-2: {address: 10.0.0.2, site: paris}\n", "", "# spare"),
        ("  gw-2:", "  gw-3: {address: 10.0.0.3, site: paris}\n  gw-2:", ""),
        ("[a, b]", "[a, b, c]", "# two"),
        ("[a, b]", "[a, 7]", ""),
    ],
)
def test_the_content_is_the_wanted_one_and_the_comments_stay(old: str, new: str, gone: str) -> None:
    bare = "\n".join(
        line.partition(" #")[0].rstrip() for line in PRESENT.splitlines() if not line.strip().startswith("#")
    )
    wanted = f"{bare}\n".replace(old, new)
    assert wanted != f"{bare}\n"
    said = merged(PRESENT, wanted)
    assert content(said) == content(wanted)
    kept = [part for line in PRESENT.splitlines() if "#" in line for part in [line[line.index("#") :]]]
    assert [comment for comment in kept if comment not in said and comment != gone] == []


def test_a_number_sign_in_a_value_is_no_comment() -> None:
    assert comments("a: b#c\n# ----\n") == set()
    assert comments("a: b  # c\n  # of Anne's\n") == {"c", "of Anne's"}


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "just text\n"])
def test_what_is_no_mapping_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        merged(PRESENT, text)


@pytest.mark.parametrize(
    "text",
    [
        "components:   # none yet\nsites: {paris: {}}\n",
        "# top\ncomponents:\n# nothing\n",
        "components:\n    gw-1:\n        address: 10.1.0.1   # four\n    # last\n# end\nsites:\n    paris: {}\n",
        "roles:\n  - noc # one\n  - partner\ncomponents:\n  gw-1:\n    credentials:\n      - ro # two\n",
        "roles:\n- noc # one\ncomponents:\n  gw-1:\n    credentials:\n    - ro # two\n",
        "x: &d {site: paris} # d\ncomponents:\n  gw-1:\n    <<: *d\n    address: 10.1.0.1 # a\n",
        "components:\n  gw-1:\n    note: |\n      a # b\n    code: 0o17\n    at: 12:30\n    key: !secret x  # s\n",
        "components:\n\n  # b\n\n  gw-1: {address: 10.1.0.1}\n\n\n  # c\n\nsites: {paris: {}}\n\n# z\n",
    ],
)
def test_what_is_added_moves_no_other_line(text: str) -> None:
    found = added(text, "components:\n  sw-5: {address: 10.1.0.5}\n")
    assert "sw-5" in found
    there = found.splitlines()
    assert [line for line in text.splitlines() if line not in there] == []


MORE = "components:\n  b:  # seen\n    address: 10.0.0.2\n"


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "components: {}  # none\n", "components: {a: {site: x}}  # one\n"]
)
def test_what_is_empty_or_in_braces_takes_more_lines_and_keeps_its_comments(text: str) -> None:
    found = added(text, MORE)
    assert "\n  b:  # seen\n    address: 10.0.0.2\n" in f"\n{found}"
    assert comments(text) <= comments(found)
    assert added(found, MORE) == found


def test_a_comment_that_would_be_lost_is_an_error() -> None:
    with pytest.raises(ValueError, match="the comment 'why' stands inside braces"):
        added("components: {\n  # why\n  a: {site: x}\n}\n", MORE)
