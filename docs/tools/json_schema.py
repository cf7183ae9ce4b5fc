"""Say in words what a JSON Schema permits: for the pages on configuration and API."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.tools.markdown import cell, code, table

Schema = Mapping[str, Any]
BOUNDS = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))


def reference_name(schema: Schema) -> str:
    """The name of the definition that a schema refers to, or nothing."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def link(name: str) -> str:
    """A link to a definition's heading on the same page."""
    return f"[{name}](#{name.lower()})"


def kind(schema: Schema) -> str:
    """The kind of value, as Markdown."""
    if name := reference_name(schema):
        return link(name)
    if "enum" in schema:
        return " \\| ".join(code(json.dumps(value).strip('"')) for value in schema["enum"])
    if "const" in schema:
        return code(json.dumps(schema["const"]).strip('"'))
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(kind(part) for part in schema[key] if part.get("type") != "null"))
    return _plain(schema)


def _plain(schema: Schema) -> str:
    types = schema.get("type", "any")
    if types == "array":
        return f"list of {kind(schema.get('items', {}))}"
    if types == "object":
        inner = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
        return f"mapping of names, each {kind(inner)}" if isinstance(inner, Mapping) and inner else "mapping"
    words = " or ".join(types) if isinstance(types, list) else str(types)
    bounds = [f"{sign} {schema[key]}" for key, sign in BOUNDS if key in schema]
    return f"{words} {', '.join(bounds)}".strip()


def meaning(schema: Schema) -> str:
    """Description and examples, as Markdown."""
    examples = ", ".join(code(json.dumps(example).strip('"')) for example in schema.get("examples", ()))
    words = cell(schema.get("description", ""))
    return f"{words}{': ' if words else ''}{examples}" if examples else words


def default(schema: Schema) -> str:
    """The default value, as Markdown; that of a whole section is shown by the section's own keys."""
    value = schema.get("default")
    if value is None or isinstance(value, dict) or value == []:
        return ""
    return code(value if isinstance(value, str) else json.dumps(value, sort_keys=True))


def properties_table(schema: Schema) -> str:
    """The keys of a mapping."""
    required = set(schema.get("required", ()))
    rows = [
        (code(name), kind(part), "required" if name in required else default(part), meaning(part))
        for name, part in schema.get("properties", {}).items()
    ]
    return table(("key", "value", "default", "meaning"), rows) if rows else ""


def references(schema: Any) -> Iterator[str]:
    """Names of the definitions that a schema leads to, in order of appearance."""
    if isinstance(schema, Mapping):
        if name := reference_name(schema):
            yield name
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def definitions_in_order(root: Schema, definitions: Mapping[str, Schema]) -> list[str]:
    """The definitions that are reached from `root`, parents before children."""
    found: dict[str, None] = {}
    waiting = list(references(root))
    while waiting:
        name = waiting.pop(0)
        if name in definitions and name not in found:
            found[name] = None
            waiting = list(references(definitions[name])) + waiting
    return list(found)


def section(name: str, schema: Schema) -> str:
    """A definition with its heading."""
    body = properties_table(schema) or kind(schema)
    return f"## {name}\n\n{meaning(schema)}\n\n{body}".replace("\n\n\n\n", "\n\n")
