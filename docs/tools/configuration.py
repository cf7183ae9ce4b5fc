"""The page on the YAML file, and its JSON Schema for editors."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cmsp_agent.config.not_yet import NOT_YET
from cmsp_agent.config.schema.site_file import SiteFile, json_schema
from docs.tools.json_schema import definitions_in_order, properties_table, section
from docs.tools.markdown import page

SOURCE = "agent/cmsp_agent/config/schema"
INTRODUCTION = """\
One YAML file. Unknown and duplicate keys are errors. Durations: `30s`, `5m`, `2h`, `7d`. Secrets stand in it by
reference only: `!secret NAME`. Editors take [site.schema.json](site.schema.json)."""


def site_schema() -> dict[str, Any]:
    """The JSON Schema of the site file; a key that is accepted only says so.

    Raises:
        KeyError: a key of the list that the file does not have.
    """
    schema = json_schema()
    for each in NOT_YET:
        for pattern in dict.fromkeys((each.pattern, each.pattern.replace("components.*", "groups.*.set"))):
            key = _key(schema, schema, pattern.split("."))
            mark, said = f"Accepted only: {each.text}", str(key.get("description", ""))
            if not said.startswith(mark):  # a component's part is also a group's
                key["description"] = f"{mark}. {said}" if said else mark
    return schema


def _key(schema: Mapping[str, Any], within: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The part of the schema that describes a key: `sites.*.hours`."""
    name, *rest = path
    for part in _parts(schema, within):
        inner = (
            part.get("properties", {}).get(name) if name != "*" else part.get("items", part.get("additionalProperties"))
        )
        if name == "*" and not inner:
            inner = next(iter(part.get("patternProperties", {}).values()), None)
        if isinstance(inner, dict):
            return _key(schema, inner, rest) if rest else inner
    raise KeyError(name)


def _parts(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A part of the schema, or those that it refers to."""
    if "$ref" in part:
        yield from _parts(schema, schema["$defs"][str(part["$ref"]).rpartition("/")[2]])
    for each in part.get("anyOf", ()):
        yield from _parts(schema, each)
    yield part


def _with_defaults_as_written(schema: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """A definition whose defaults stand as a person writes them: `4GiB`, not a number of bytes."""
    properties = {
        name: {**part, "default": written["properties"][name]["default"]}
        if "default" in part and "default" in written["properties"].get(name, {})
        else part
        for name, part in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties}


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its definitions under a reader's names: `Order`, not `OrderSection`."""
    plain: dict[str, Any] = json.loads(re.sub(r'(?<=#/\$defs/)(\w+)Section"', r'\1"', json.dumps(schema)))
    plain["$defs"] = {name.removesuffix("Section"): part for name, part in plain["$defs"].items()}
    return plain


def render() -> str:
    """The page, from the schema."""
    schema = _plain(site_schema())
    written = _plain(SiteFile.model_json_schema(mode="serialization"))
    definitions = {
        name: _with_defaults_as_written(definition, written["$defs"].get(name, {"properties": {}}))
        if "properties" in definition
        else definition
        for name, definition in schema["$defs"].items()
    }
    top = {key: value for key, value in schema.items() if key != "$defs"}
    names = definitions_in_order(top, definitions)
    sections = (section(name, definitions[name]) for name in names)
    return page("Configuration", SOURCE, INTRODUCTION, "## The file\n\n" + properties_table(top), *sections)
