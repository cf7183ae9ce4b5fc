"""`config check`: reads the file as a start does, and asks this machine for what a start will need of it."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cmsp_agent.config.brought import Brought
from cmsp_agent.config.configuration import Configuration, Note
from cmsp_agent.config.groups import AUTO
from cmsp_agent.config.kpi_names import idle_thresholds
from cmsp_agent.config.load import CheckedFile, configure, read_appliance, read_document
from cmsp_agent.config.restart_needed import standing
from cmsp_agent.config.schema.appliance import Storage
from cmsp_agent.config.secrets import SecretSource
from cmsp_agent.config.totals import total_problems
from cmsp_agent.config.tree import line_of
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.errors import ConfigurationError, Problem, StorageError
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.preflight.machine import is_here, machine_problems, ports_of_others, unresolved, unusable_folders
from cmsp_agent.preflight.refusals import preflight
from cmsp_agent.preflight.service_user import service_user
from cmsp_agent.services.link.identity import with_identity
from cmsp_agent.storage.obstacles import QUARANTINE
from cmsp_agent.storage.sealed.master_key import FILE, master_key

_NAMED = re.compile(r"'[^']*'|[0-9]+")


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """What the running agent says of its configuration.

    Attributes:
        missing: device types that it runs without already.
        standing: what is in force until its next start, by key.
    """

    missing: Collection[str] = ()
    standing: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CheckedStart:
    """A good file, with what a person should know of it."""

    document: CheckedFile
    notes: list[Note]


class Placeholder:
    """Stands in for the secrets where they are not: a file is checked on another machine too."""

    def find(self, name: str) -> str | None:
        """Something of a usable length."""
        return f"placeholder-for-{name}"


def check_file(
    file: Path, secrets: SecretSource, brought: Brought, running: RunningAgent | None, *, here: bool
) -> CheckedStart:
    """Check a file.

    Args:
        file: the YAML file.
        secrets: where secrets come from.
        brought: what the plugins bring.
        running: the agent that runs with this file, or None.
        here: whether this machine is the appliance; else secrets, files, folders and ports are not looked at.

    Raises:
        ConfigurationError: with every problem.
    """
    known = replace(brought, types={*brought.types, *(running.missing if running else ())})
    if running is not None and running.missing:  # its plugin may have KPIs of its own
        known = replace(known, figures={})
    document = read_document(file, secrets if here else None, known)
    configuration = configure(document, secrets if here else Placeholder())
    configuration = with_identity(configuration) if here else configuration
    problems = total_problems(document.tree, document.site_file, str(file))
    if here:
        user = service_user(configuration.appliance.state)
        problems += machine_problems(configuration, document.tree, user, running=running is not None)
        problems += _of_the_master_key(configuration)
    seen = {problem.path.rpartition(".")[0] for problem in problems} | {problem.path for problem in problems}
    found = preflight(configuration, document.tree, here=here)
    problems += [each for each in found.problems if each.path not in seen]
    if problems:
        raise ConfigurationError(sorted(problems, key=lambda problem: problem.line))
    notes = (*configuration.notes, *found.notes, *_notes(configuration, document, running, here=here))
    if here and running is None:
        notes = (*notes, *_kept_out(configuration, known))
    notes = (*notes, *_without_their_type(configuration, brought), *_not_loaded(brought))
    notes = (*notes, *idle_thresholds(document.tree, configuration.components, known.figures))
    return CheckedStart(document, list(notes))


def _kept_out(configuration: Configuration, brought: Brought) -> Iterator[Note]:
    """Each component whose device type a start would do without, since its plugin is in quarantine."""
    quarantined = Quarantine(configuration.appliance.state / QUARANTINE).kept_out()
    for name, component in configuration.components.items():
        plugin = brought.plugins.get(component.type, "")
        if plugin in quarantined:
            text = (
                f"its device type {component.type} is not in use, with an alarm: the plugin {plugin} is in quarantine;"
                f" once it is mended: cmsp-agent plugin clear {plugin}"
            )
            yield Note(f"components.{name}.type", configuration.type_lines[name], text)


def _without_their_type(configuration: Configuration, brought: Brought) -> Iterator[Note]:
    """Each component that the agent runs as a more general type already, since no plugin brings its own."""
    for name, component in configuration.components.items():
        if component.type not in {AUTO, *brought.types}:
            text = f"no plugin brings its device type {component.type}: it runs as a more general one, with an alarm"
            yield Note(f"components.{name}.type", configuration.type_lines[name], text)


def _not_loaded(brought: Brought) -> Iterator[Note]:
    """Each plugin that a start goes on without."""
    for name, reason in brought.refused.items():
        yield Note("plugins", 0, f"the plugin {name} is not loaded: {reason}; see: cmsp-agent plugin check {name}")


def _of_the_master_key(configuration: Configuration) -> list[Problem]:
    """What is wrong with the key that there is; one that is not there yet is made at the start."""
    try:
        if (configuration.appliance.state / FILE).exists():
            master_key(configuration.appliance.state)
    except ConfigurationError as error:
        return list(error.problems)
    except (OSError, StorageError):  # closed to whoever asks, or not a file: see `_without_the_master_key`
        return []
    return []


def _without_the_master_key(configuration: Configuration) -> Iterator[Note]:
    """What lies where the master key should: a start goes on without what it seals."""
    with suppress(OSError, ConfigurationError):
        try:
            if (configuration.appliance.state / FILE).exists():
                master_key(configuration.appliance.state)
        except StorageError as error:
            yield Note("appliance.storage.state", 0, f"{error}; the agent starts without what it seals, with an alarm")


def _notes(
    configuration: Configuration, document: CheckedFile, running: RunningAgent | None, *, here: bool
) -> list[Note]:
    found: list[Note] = []
    here_now = list(unusable_folders(configuration, service_user(configuration.appliance.state))) if here else []
    if here and running is not None:
        here_now += ports_of_others(configuration)
    for where, text in here_now:
        found.append(Note(".".join(map(str, where)), line_of(document.tree, where), text))
    for name, address in unresolved(configuration) if here else ():
        path = ("components", name, "address")
        found.append(
            Note(f"components.{name}.address", line_of(document.tree, path), f"the name '{address}' leads nowhere now")
        )
    for component in configuration.components.values():
        if gets(component, ServicePart.BACKUP) and component.credentials.login is None:
            line = line_of(document.tree, ("components", component.name))
            text = "its configuration is not saved: none of its credentials is for SSH or HTTP"
            found.append(Note(f"components.{component.name}", line, text))
    for key in waiting_keys(configuration, running):
        line = line_of(document.tree, tuple(key.split(".")))
        found.append(Note(key, line, "takes effect at the next start only: systemctl restart cmsp-agent"))
    if here:
        found += _without_the_master_key(configuration)
    else:
        text = "secrets, files and ports are looked at on the appliance only; --secrets looks here too"
        found.append(Note("", 0, text))
    return found


def waiting_keys(configuration: Configuration, running: RunningAgent | None) -> list[str]:
    """The keys in which the file differs from what is in force until the next start."""
    if running is None or running.standing is None:
        return []
    wanted = {key: str(value) for key, value in standing(configuration).items()}
    return [key for key, value in wanted.items() if running.standing.get(key, value) != value]


def by_kind(notes: Collection[Note]) -> list[tuple[Note, int]]:
    """The first note of each kind with how many there are of it, in the order of the lines."""
    kinds: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        kinds.setdefault((_NAMED.sub("…", note.text), _form(note.path)), []).append(note)
    return sorted(((each[0], len(each)) for each in kinds.values()), key=lambda pair: (pair[0].line, pair[0].path))


def as_line(note: Note, count: int) -> str:
    """A note of a kind as people read it, with how many more there are of it."""
    more = f" ({count - 1} more of this kind)" if count > 1 else ""
    return f"{note.path}: {note.text}{more}" if note.path else f"{note.text}{more}"


def _form(path: str) -> str:
    """A path without the names in it: `components.*.thresholds`."""
    steps = path.split(".")
    return ".".join(["*" if place == 1 else re.sub(r"\[[0-9]+\]", "[]", step) for place, step in enumerate(steps)])


def this_is_the_appliance(file: Path) -> bool:
    """Whether the file's state directory is of this machine.

    Raises:
        ConfigurationError: the file can't be read at all.
    """
    return is_here(read_appliance(file).state, Path(Storage().state))
