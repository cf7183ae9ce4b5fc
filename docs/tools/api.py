"""The page on the HTTP API, and its OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cmsp_agent.api import app
from docs.tools.json_schema import definitions_in_order, kind, section
from docs.tools.markdown import cell, code, page, table

SOURCE = "agent/cmsp_agent/api"
INTRODUCTION = """\
The same application serves the head-end (mutual TLS 1.3, role by the client certificate's URI SAN) and the command
line (Unix socket). Errors are RFC 9457 `application/problem+json`. What takes time answers `202` with a job. Every
unsafe call takes an `Idempotency-Key`. Programs take [openapi.json](openapi.json)."""
METHODS = ("get", "post", "put", "patch", "delete")


def openapi() -> dict[str, Any]:
    """The OpenAPI document, with links among its schemas as JSON Schema writes them."""
    return app.openapi()


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]


def _body(content: Mapping[str, Any]) -> str:
    """The kinds of body that a request or an answer has."""
    media = content.get("content", {})
    return ", ".join(kind(part.get("schema", {})) if "json" in name else code(name) for name, part in media.items())


def _answers(operation: Mapping[str, Any]) -> str:
    rows = []
    for status, answer in operation["responses"].items():
        if status not in {"default", "422"}:
            rows.append(f"{code(status)} {_body(answer)}".strip())
    return "; ".join(rows)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = [
        (code(one["name"]), one["in"], kind(one.get("schema", {})), cell(one.get("description", "")))
        for one in operation.get("parameters", ())
        if one["in"] != "path"
    ]
    parts = [f"### {method} {path}", operation.get("description", ""), f"Answers {_answers(operation)}."]
    if "requestBody" in operation:
        parts.insert(2, f"Body: {_body(operation['requestBody'])}.")
    if rows:
        parts.append(table(("parameter", "in", "value", "meaning"), rows))
    return "\n\n".join(part for part in parts if part)


def render() -> str:
    """The page, from the OpenAPI document."""
    document: dict[str, Any] = json.loads(json.dumps(openapi()))
    schemas = document.get("components", {}).get("schemas", {})
    listing = table(
        ("call", "what it does"),
        (
            (
                f"[{method} {path}](#{method.lower()}-{''.join(c for c in path if c.isalnum() or c in '-_')})",
                cell(_first(operation)),
            )
            for method, path, operation in _operations(document)
        ),
    )
    calls = [_operation(*one) for one in _operations(document)]
    names = definitions_in_order(document["paths"], schemas)
    return page(
        "API", SOURCE, INTRODUCTION, listing, "## Calls", *calls, *(section(name, schemas[name]) for name in names)
    )


def _first(operation: Mapping[str, Any]) -> str:
    return str(operation.get("description") or operation.get("summary", "")).split(". ")[0].rstrip(".")
