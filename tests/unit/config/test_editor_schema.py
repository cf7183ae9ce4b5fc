"""The published schema as an editor uses it: what a person writes is taken, `!secret` too, and a slip is marked."""

import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.schema.site_file import SiteFile, json_schema
from cmsp_agent.config.secrets import references
from tests.unit.test_samples import COMPLETED, samples


class Editor(SafeConstructor):
    """Reads a tag as the setting `"yaml.customTags": ["!secret scalar"]` says: the value is its text."""


Editor.add_constructor("!secret", lambda constructor, node: constructor.construct_scalar(node))


def read(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Editor
    return yaml.load(text)


@cache
def validator() -> Draft202012Validator:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def marks(document: Any) -> set[str]:
    """Where an editor marks something."""
    return {".".join(map(str, error.absolute_path)) for error in validator().iter_errors(document)}


def whole(sample: str) -> Any:
    keys = set(re.findall(r"^(\w+):", sample, re.MULTILINE))
    named = re.sub(r"^appliance:\n(?!  name)", "appliance:\n  name: sample\n", sample, flags=re.MULTILINE)
    return read("".join(text for key, text in COMPLETED.items() if key not in keys) + named)


SITE_FILES = [
    (page, sample)
    for page, sample in samples()
    if isinstance(read(sample), dict) and set(read(sample)) <= set(SiteFile.model_fields)
]


@pytest.mark.parametrize(("page", "sample"), SITE_FILES)
def test_a_sample_of_the_documents_has_no_mark(page: str, sample: str) -> None:
    del page
    assert marks(whole(sample)) == set()


GOOD = """\
appliance: {name: a}
sites: {paris: {people: 60}}
credentials:
  ro: {snmp: {version: 3, user: cmsp, auth: SHA-256, auth_key: !secret k, priv: AES-128, priv_key: !secret p}}
components:
  gw-1: {address: 10.0.0.1, site: paris, type: cisco_ios, tier: managed, credentials: [ro], poll: {every: 60s}}
"""


@pytest.mark.parametrize(
    ("written", "slip", "at"),
    [
        ("components:", "compnents:", ""),
        ("people: 60", "people: many", "sites.paris.people"),
        ("tier: managed", "tier: gold", "components.gw-1.tier"),
        ("version: 3", "version: 7", "credentials.ro.snmp"),
        ("every: 60s", "evry: 60s", "components.gw-1.poll"),
        ("credentials: [ro]", "credentials: {ro: 1}", "components.gw-1.credentials"),
        ("{name: a}", "{}", "appliance"),
    ],
)
def test_a_slip_is_marked_where_it_is(written: str, slip: str, at: str) -> None:
    assert marks(read(GOOD)) == set()
    assert written in GOOD
    found = marks(read(GOOD.replace(written, slip)))
    assert any(each == at or each.startswith(f"{at}.") for each in found), found


def test_a_secret_without_a_tag_needs_no_setting_of_the_editor() -> None:
    plain = GOOD.replace("!secret k", "{secret: k}").replace("!secret p", "{secret: p}")
    assert marks(YAML(typ="safe", pure=True).load(plain)) == set()
    assert marks(read(plain.replace("{secret: k}", "{secrt: k}"))) != set()
    tagged, _ = parse_yaml(GOOD, "site.yaml")
    untagged, problems = parse_yaml(plain, "site.yaml")
    assert problems == []
    assert untagged == tagged


@pytest.mark.parametrize(
    "text",
    [
        "components: {secret: 10.0.0.1}",
        "components: {gw-1: {functions: {secret: primary, fax: primary}}}",
        "sinks: {all: {kind: kafka, options: {secret: topic}}}",
        "credentials: {ro: {ssh: {password: {secret: no name}}}}",
    ],
)
def test_what_only_looks_like_a_reference_is_none(text: str) -> None:
    tree, _ = parse_yaml(text, "site.yaml")
    assert tree is not None
    assert list(references(tree, ())) == []
