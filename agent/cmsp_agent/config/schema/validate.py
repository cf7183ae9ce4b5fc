"""Run the schema over a tree and say what is wrong in words for people, by line. Finds every error of form at once."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cmsp_agent.config.nearest import did_you_mean, nearest
from cmsp_agent.config.schema.base import Unshown
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.config.tree import Node, Path, SecretReference, WrittenFloat, WrittenInt, line_of, plain, shown
from cmsp_agent.model.errors import Problem

M = TypeVar("M", bound=BaseModel)

_MOST_SHOWN = 60
_SECRET_WORDS = ("password", "passwd", "passphrase", "secret", "community", "token", "key", "pin")
_Error = dict[str, Any]


def validate(model: type[M], tree: Node, file: str, at: Path = ()) -> tuple[M | None, list[Problem]]:
    """Validate a tree.

    Args:
        model: The section that the tree should be.
        tree: The tree.
        file: The file's name, for the problems.
        at: Where in the file the tree belongs, for the problems' paths.

    Returns:
        The section, or None where it has problems; and the problems.
    """
    try:
        return model.model_validate(plain(tree)), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, [_problem(dict(detail), model, tree, file, at) for detail in details]


def _problem(error: _Error, model: type[BaseModel], tree: Node, file: str, at: Path) -> Problem:
    inner: Path = tuple(step for step in error["loc"] if step != "[key]")
    text = _text(error, model, inner)
    where = (*at, *inner)
    if error["type"] == "missing":
        return Problem(file, line_of(tree, inner[:-1]), shown(where[:-1]), text)
    if error["type"] == "extra_forbidden":
        where = where if text.startswith("unknown key '") else where[:-1]
    else:
        text += _got(error, where)
    return Problem(file, line_of(tree, inner), shown(where), text)


def _text(error: _Error, model: type[BaseModel], inner: Path) -> str:
    kind = error["type"]
    if kind == "missing":
        return f"required key '{inner[-1]}' is missing"
    if kind == "extra_forbidden":
        return _unknown_key(model, str(inner[-1]), inner)
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind in {"literal_error", "enum"}:
        return _not_one_of(error)
    return _TEXTS[kind](error) if kind in _TEXTS else str(error["msg"]).lower()


def _mapping_wanted(error: _Error) -> str:
    if str(error["input"]).lower() in {"no", "off", "false", "none", "yes", "on", "true"}:
        return "a mapping (key: value) is wanted; this is no switch: leave the key out for its defaults"
    names = ": write the names without '- ' before them" if isinstance(error["input"], list) else ""
    return f"a mapping (key: value) is wanted{names}"


_TEXTS: dict[str, Callable[[_Error], str]] = {
    "model_type": _mapping_wanted,
    "dict_type": _mapping_wanted,
    "dataclass_type": _mapping_wanted,
    "list_type": lambda _: "a list is wanted",
    "tuple_type": lambda _: "a list is wanted",
    "string_type": lambda _: "text is wanted",
    "too_short": lambda _: "an empty list: at least one is wanted",
    "greater_than_equal": lambda error: f"must be {error['ctx']['ge']} or more",
    "less_than_equal": lambda error: f"must be {error['ctx']['le']} or less",
    "string_pattern_mismatch": lambda _: "does not have the form that is wanted here",
}


def _unknown_key(model: type[BaseModel], key: str, inner: Path) -> str:
    known = tuple(_known_keys(model, inner[:-1]))
    above = next((other for other in known if key in _known_keys(model, (*inner[:-1], other))), "")
    if above:
        return f"unknown key '{key}' here: it belongs under {above}, as in {above}: {{{key}: …}}"
    hint = did_you_mean(key, known, limit=20)
    if not inner[:-1] and not nearest(key, known, alike=0.8) and (place := _deeper(model, key)):
        return f"unknown key '{key}' here: it belongs under {place}"
    if _sensitive(inner[:-1]) and "did you mean" not in hint:
        # `{user: cmsp, hunter2}` makes a key of a password.
        return f"unknown key (not shown){hint}"
    return f"unknown key '{key[:_MOST_SHOWN]}'{hint}"


def _deeper(model: type[BaseModel], key: str) -> str:
    """Where a key stands that was written at the margin: in each entry of a section, or below a key of one."""
    for section in ("sites", "components"):
        of_entries = tuple(_known_keys(model, (section, "NAME")))
        if key in of_entries:
            return f"{section}, as in {section}: {{NAME: {{{key}: …}}}}"
        for above in of_entries:
            if key in _known_keys(model, (section, "NAME", above)):
                return f"{section}, as in {section}: {{NAME: {{{above}: {{{key}: …}}}}}}"
    return ""


def _not_one_of(error: _Error) -> str:
    allowed = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ", ").split(",")]
    near = did_you_mean(str(error["input"]), allowed, limit=0)
    return f"not one of {', '.join(allowed)}{near.removesuffix('?') + '?' if near else ''}"


def _got(error: _Error, where: Path) -> str:
    """The value found, unless it may be a secret or is not one value."""
    value = error["input"]
    hidden = isinstance(error.get("ctx", {}).get("error"), Unshown)
    if hidden or (_sensitive(where) and error["type"] != "value_error") or _secret_word(where):
        return ""
    if isinstance(value, dict | list | tuple):
        return f" (got a {'mapping' if isinstance(value, dict) else 'list'})"
    return f" (got {_repr(value)})"


def _repr(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, SecretReference):
        return str(value)
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.text
    text = str(value)
    return f"'{text}'" if len(text) <= _MOST_SHOWN else f"'{text[:_MOST_SHOWN]}…'"


def _sensitive(where: Path) -> bool:
    return bool(where) and where[0] in {"credentials", "smtp", "webhook", "sinks", "channels"}


def _secret_word(where: Path) -> bool:
    return any(word in str(where[-1]).lower() for word in _SECRET_WORDS) if where else False


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="validation")


def _known_keys(model: type[BaseModel], path: Path) -> Iterator[str]:
    """The keys that the schema has at a path."""
    root = _schema(model)
    places = [root]
    for step in path:
        places = [below for place in places for below in _below(root, place, step)]
    for place in places:
        for resolved in _resolved(root, place):
            yield from resolved.get("properties", {})


def _below(root: dict[str, Any], place: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    for resolved in _resolved(root, place):
        if isinstance(step, int):
            candidates = [resolved.get("items"), *resolved.get("prefixItems", [])]
        else:
            candidates = [resolved.get("properties", {}).get(step), resolved.get("additionalProperties")]
            candidates.extend(resolved.get("patternProperties", {}).values())
        yield from (candidate for candidate in candidates if isinstance(candidate, dict))


def _resolved(root: dict[str, Any], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if reference := place.get("$ref"):
        yield from _resolved(root, root["$defs"][reference.rpartition("/")[2]])
        return
    yield place
    for variant in [*place.get("anyOf", []), *place.get("allOf", [])]:
        yield from _resolved(root, variant)


def validate_file(tree: Node, file: str) -> tuple[SiteFile | None, list[Problem]]:
    """Validate a whole file."""
    return validate(SiteFile, tree, file)
