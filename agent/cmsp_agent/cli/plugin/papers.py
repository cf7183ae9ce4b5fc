"""What lies beside a plugin's module, for `plugin check`: a README, a sample, cases."""

from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.schema.validate import validate_file
from cmsp_agent.config.tree import Node, as_text, entries, find
from cmsp_agent.plugin.registry import Registry

README, SAMPLE, CASES = "README.md", "sample.yaml", "cases"


def mistakes(folder: Path, device_types: tuple[str, ...], registry: Registry) -> list[str]:
    """What is missing beside a package's module, and what is wrong with it; none of a module that is in no package."""
    if not (folder / "__init__.py").exists():
        return []
    return [*_readme(folder), *_sample(folder / SAMPLE, device_types, registry), *_cases(folder / CASES, device_types)]


def _readme(folder: Path) -> Iterator[str]:
    project = next((each for each in folder.parents[:2] if (each / "pyproject.toml").exists()), folder)
    found = [each / README for each in (folder, project) if (each / README).exists()]
    if not found:
        yield f"{folder / README}: missing: what is known, polled, reported and saved"
    elif not any(_text(each).strip() for each in found):
        yield f"{found[0]}:1: empty: what is known, polled, reported and saved"


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")


def _sample(file: Path, device_types: tuple[str, ...], registry: Registry) -> Iterator[str]:
    if not file.exists():
        yield f"{file}: missing: what a partner writes for such a device"
        return
    tree, problems = parse_yaml(_text(file), str(file))
    yield from map(str, problems)
    if tree is None:
        if not problems:
            yield f"{file}:1: empty: what a partner writes for such a device"
        return
    _, wrong = validate_file(tree, str(file))
    yield from (str(each) for each in wrong if each.path.partition(".")[0] not in ("", "appliance", "sites"))
    if device_types:
        yield from _types(file, tree, device_types, registry)


def _types(file: Path, tree: Node, own: tuple[str, ...], registry: Registry) -> Iterator[str]:
    named: set[str] = set()
    for component in entries(tree, "components").values():
        kind = find(component, "type")
        name = as_text(getattr(kind, "value", None))
        named.add(name)
        if kind is not None and name not in {*registry.types, "auto"}:
            yield f"{file}:{kind.line}: type: there is no device type {name!r}{did_you_mean(name, registry.types)}"
    if not named & {*own}:
        yield f"{file}:1: no component of type {' or '.join(own)}"


def _cases(folder: Path, device_types: tuple[str, ...]) -> Iterator[str]:
    if device_types and not (folder.is_dir() and any(folder.iterdir())):
        yield f"{folder}: no cases: docs/plugins.md shows how one is written"
