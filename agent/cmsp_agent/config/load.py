"""Load the partner's file: text, tree, schema, references, groups, secrets; every problem of it at once."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cmsp_agent.config import build
from cmsp_agent.config.brought import Brought, channel_problems
from cmsp_agent.config.build_component import component, credentials
from cmsp_agent.config.configuration import ApplianceSettings, Configuration, Listeners
from cmsp_agent.config.consistency import consistency_problems, settings_contradictions
from cmsp_agent.config.device_types import type_problems
from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.groups import effective_component
from cmsp_agent.config.kpi_names import figure_problems
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.notes import notes
from cmsp_agent.config.references import reference_problems
from cmsp_agent.config.schema.appliance import Api, Appliance, ListenersSection
from cmsp_agent.config.schema.components import ComponentEntry
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.config.schema.validate import validate, validate_file
from cmsp_agent.config.secrets import SecretSource, missing_secrets
from cmsp_agent.config.tree import MapNode, Node, Scalar, as_text, find, line_of, shown
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import ConfigurationError, Problem


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file without problems of its own: as written, validated, and each component with its groups applied."""

    path: Path
    tree: MapNode
    site_file: SiteFile
    component_trees: dict[str, MapNode]
    entries: dict[str, ComponentEntry]


def read_appliance(path: Path) -> ApplianceSettings:
    """The appliance's settings alone, to find the vault and the directory of secrets before the file is loaded.

    Where that section has problems, its defaults: `read_document` reports them with all others.

    Raises:
        ConfigurationError: the file can't be read at all.
    """
    tree, _problems = parse_yaml(read_text(path), str(path))
    node = find(tree, "appliance")
    section = validate(Appliance, node, str(path))[0] if node else None
    return build.appliance_settings(section or Appliance(name="unknown"))


def read_listeners(path: Path) -> Listeners:
    """What the file says under `listen` alone, even if other sections are wrong.

    Raises:
        ConfigurationError: the file or that section can't be read.
    """
    tree, problems = parse_yaml(read_text(path), str(path))
    node = find(tree, "listen") if tree else None
    section, of_form = validate(ListenersSection, node, str(path), ("listen",)) if node else (ListenersSection(), [])
    if tree is None or section is None:
        raise ConfigurationError([*problems, *of_form] or [Problem(str(path), 1, "", _no_mapping(tree))])
    return build.listeners(section, path.parent)


def read_api_socket(path: Path) -> Path:
    """The path of the local socket that the file gives the agent; the default where it says nothing usable.

    Raises:
        ConfigurationError: the file can't be read at all.
    """
    tree, _problems = parse_yaml(read_text(path), str(path))
    said = find(tree, "api", "socket") if tree else None
    given = as_text(said.value) if isinstance(said, Scalar) else ""
    return Path(given or Api().socket)


def read_document(path: Path, secrets: SecretSource | None = None, brought: Brought | None = None) -> CheckedFile:
    """Read and check the file.

    Args:
        path: The YAML file.
        secrets: Where secrets come from; None: they are not asked for.
        brought: What the plugins bring; None: that is not looked at (see `device_types`).

    Raises:
        ConfigurationError: with every problem of the file, in the order of its lines.
    """
    file = str(path)
    tree, problems = parse_yaml(read_text(path), file)
    if tree is None or not isinstance(tree, MapNode):
        raise ConfigurationError(problems or [Problem(file, 1, "", _no_mapping(tree))])
    site_file, of_form = validate_file(tree, file)
    problems += [*of_form, *reference_problems(tree, file), *consistency_problems(tree, file)]
    if brought is not None:
        problems += [*type_problems(tree, file, brought), *channel_problems(tree, file, brought.channels)]
        problems += figure_problems(tree, file, brought.figures)
    if secrets is not None:
        problems += missing_secrets(tree, secrets, file)
    if site_file is None or problems:
        raise ConfigurationError(_in_order(problems))
    trees = {name: effective_component(tree, name) for name in site_file.components}
    entries: dict[str, ComponentEntry] = {}
    for name, merged in trees.items():
        entry, of_merge = _merged_entry(name, merged, file)
        problems += of_merge
        if entry is not None:
            entries[name] = entry
    if problems:
        raise ConfigurationError(_in_order(problems))
    return CheckedFile(path, tree, site_file, trees, entries)


def configure(document: CheckedFile, secrets: SecretSource) -> Configuration:
    """Build the configuration from a checked file."""
    site_file, beside = document.site_file, document.path.parent
    known = {name: credentials(name, section, secrets) for name, section in site_file.credentials.items()}

    def built(name: str, entry: ComponentEntry) -> Component:
        site = site_file.sites.get(entry.site)
        plain = component(name, entry, known)
        return replace(plain, source=str(site.source or "") if site else "")

    @cache  # asked for again whenever a device was learned
    def identified(name: str, device_type: str) -> Component:
        merged = effective_component(document.tree, name, device_type)
        entry = _merged_entry(name, merged, str(document.path))[0] or document.entries[name]
        return built(name, entry)

    return Configuration(
        file=document.path,
        appliance=build.appliance_settings(site_file.appliance),
        headend=build.headend(site_file.headend, beside),
        api=build.api(site_file.api, beside),
        order=build.build_order(site_file.order),
        customer=build.customer(site_file),
        contacts=build.contacts(site_file.contacts),
        sites=build.sites(site_file.sites),
        components=build.frozen({name: built(name, entry) for name, entry in document.entries.items()}),
        discovery=build.discovery(site_file.discovery),
        credentials=build.frozen(known),
        rules=site_file.rules.files,
        stability=site_file.incidents.stability,
        notify=tuple(build.notification(each) for each in site_file.notify),
        channels=build.channels(site_file, secrets),
        sinks=build.sinks(site_file.sinks, secrets),
        retention=build.retention(site_file.retention),
        privacy=build.privacy(site_file.privacy),
        listen=build.listeners(site_file.listen, beside),
        strict_traps=site_file.traps.strict,
        relays=site_file.relays or (),
        notes=notes(document.tree, site_file),
        type_lines=build.frozen({name: line_of(tree, ("type",)) for name, tree in document.component_trees.items()}),
        identified=identified,
    )


def _merged_entry(name: str, merged: MapNode, file: str) -> tuple[ComponentEntry | None, list[Problem]]:
    """A component with its groups applied may contradict itself where neither part did."""
    at = ("components", name)
    entry, problems = validate(ComponentEntry, merged, file, at)
    contradictions = settings_contradictions(merged, at)
    return entry, [*problems, *(Problem(file, line, shown(path), text) for path, line, text in contradictions)]


def _no_mapping(tree: Node | None) -> str:
    if tree is None:
        return "the file is empty: at least appliance: {name: …} is wanted"
    return "the file is no mapping: it starts with 'appliance:' at the margin"


def _in_order(problems: list[Problem]) -> list[Problem]:
    """By line, each once."""
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
