"""What a configuration needs of this machine: files that the service may read, folders, free ports, known names."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from contextlib import suppress
from pathlib import Path

from cmsp_agent.config.configuration import Configuration, TlsFiles
from cmsp_agent.config.rule_files import rule_files_of
from cmsp_agent.config.secrets import references
from cmsp_agent.config.tree import Node, line_of, shown
from cmsp_agent.config.tree import Path as TreePath
from cmsp_agent.model.errors import CannotListen, Problem
from cmsp_agent.preflight.service_user import ServiceUser
from cmsp_agent.services.devices.host_names import is_literal
from cmsp_agent.services.receiving.sockets import Wanted, wanted
from cmsp_agent.storage.state_directory import closed_to
from cmsp_agent.transports.listening import EVERYWHERE, bind_one
from cmsp_agent.transports.tls_files import problem_of_client

RESOLVE_WITHIN = 5.0
"""Seconds for all names together."""


def machine_problems(configuration: Configuration, tree: Node, user: ServiceUser, *, running: bool) -> list[Problem]:
    """What is not as it should be on this machine.

    Args:
        configuration: to be checked.
        tree: its file, for the lines.
        user: who the agent will run as.
        running: whether an agent with this file runs: then it has the ports itself.
    """
    found = [*_texts(configuration, tree, user), *_files(configuration, user), *_folders(configuration, user)]
    if not running:
        found += _ports(configuration)
    return [Problem(str(configuration.file), line_of(tree, path), shown(path), text) for path, text in found]


def _texts(configuration: Configuration, tree: Node, user: ServiceUser) -> Iterator[tuple[TreePath, str]]:
    """The file itself, its rules and the files of its secrets: root, who asks, may read what the service may not."""
    asked: list[tuple[TreePath, Path]] = [((), configuration.file)]
    asked += [(("rules", "files"), file) for file in rule_files_of(configuration)]
    asked += [(path, configuration.appliance.secrets / name) for path, _, name in references(tree, ())]
    for path, file in asked:
        if os.geteuid() != user.uid and file.exists() and (text := user.why_unreadable(file)):
            yield path, text


def _files(configuration: Configuration, user: ServiceUser) -> Iterator[tuple[TreePath, str]]:
    sections: tuple[tuple[str, TlsFiles | None], ...] = (
        ("headend", configuration.headend.tls),
        ("api", configuration.api.tls),
        ("listen", configuration.listen.tls),
    )
    for section, tls in sections:
        if tls is not None:
            unreadable = False
            for key, file in (("certificate", tls.certificate), ("key", tls.key), ("ca", tls.ca)):
                if text := user.why_unreadable(file):
                    unreadable = True
                    yield (section, "tls", key), text
            # what we listen with is looked at by its own part: see refusals
            if section == "headend" and not unreadable and (text := _unusable(tls)):
                yield (section, "tls"), text
    recovery = configuration.appliance.recovery_key
    if recovery is not None and (text := user.why_unreadable(recovery)):
        yield ("appliance", "storage", "recovery_key"), text


def _unusable(tls: TlsFiles) -> str:
    return problem_of_client(tls.certificate, tls.key, tls.ca)


def _folders(configuration: Configuration, user: ServiceUser) -> Iterator[tuple[TreePath, str]]:
    """A state directory that is there and can't be written costs what is kept over a restart, not the start."""
    state = configuration.appliance.state
    if not state.is_dir() and (text := user.why_unusable(state)):
        yield ("appliance", "storage", "state"), text


def unusable_folders(configuration: Configuration, user: ServiceUser) -> Iterator[tuple[TreePath, str]]:
    """Folders that the agent does without for the time being, with an alarm."""
    for key, folder in (("state", configuration.appliance.state), ("backups", configuration.appliance.backups)):
        if text := user.why_unusable(folder):
            yield ("appliance", "storage", key), f"{text}; the agent starts without it, with an alarm"
    for file in _closed_files(configuration.appliance.state, user):
        text = f"{file} can't be used by the user {user.name}; as root: chown {user.name}: {file}"
        yield ("appliance", "storage", "state"), f"{text}; the agent starts without it, with an alarm"


def _closed_files(state: Path, user: ServiceUser) -> list[Path]:
    try:
        return list(closed_to(state, user.may))
    except PermissionError:  # the directory is closed to whoever asks; it was named before
        return []


def _ports(configuration: Configuration) -> Iterator[tuple[TreePath, str]]:
    taken: list[Wanted] = []
    doubled: dict[tuple[str, ...], str] = {}
    for want in wanted(configuration.listen):
        other = next((each for each in taken if _are_one(each, want)), None)
        if other is not None:
            doubled[tuple(want.key.split("."))] = f"{other.key} has port {want.port} already: write another one"
            continue
        taken.append(want)
        # systemd holds its sockets for the agent, and gives those below 1024 to a user who may not open them
        why = _why_not(want.kind, want.address, want.port)
        if why and "systemd (process 1)" not in why and "not permitted" not in why:
            yield tuple(want.key.split(".")), why
    yield from doubled.items()
    listen = configuration.api.listen
    if listen is not None:
        why = _why_not(socket.SOCK_STREAM, listen.address or "::", listen.port)
        if why and "no address of this machine" not in why:  # the tunnel's may not be up yet
            yield ("api", "listen"), why


def ports_of_others(configuration: Configuration) -> Iterator[tuple[TreePath, str]]:
    """While an agent runs: ports of the file that another program is seen to hold."""
    for path, why in _ports(configuration):
        if "(process " in why and "by cmsp-agent (" not in why:
            yield path, f"{why}; the agent runs without it, with an alarm"


def _why_not(kind: socket.SocketKind, address: str, port: int) -> str:
    """Why a port can't be had now; empty where it can."""
    try:
        bound = bind_one(kind, address, port)
    except CannotListen as error:
        return str(error)
    if bound is not None:
        bound.close()
    return ""


def _are_one(one: Wanted, other: Wanted) -> bool:
    """Whether two places can't both be had: the same one, or one of them is every address of that family."""
    if not one.port or (one.kind, one.port, ":" in one.address) != (other.kind, other.port, ":" in other.address):
        return False
    return one.address == other.address or bool({one.address, other.address} & {*EVERYWHERE})


def unresolved(configuration: Configuration, within: float = RESOLVE_WITHIN) -> list[tuple[str, str]]:
    """Host names that lead nowhere now: (component, name) each; one that takes too long counts as such."""
    names = {
        address: name
        for name, component in configuration.components.items()
        for address in component.addresses
        if not is_literal(address)
    }
    pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="names")
    try:
        answers = pool.map(_resolves, names, timeout=within)
        failing = [not each for each in _until_too_long(answers, len(names))]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [(names[name], name) for name, fails in zip(names, failing, strict=True) if fails]


def _until_too_long(answers: Iterator[bool], count: int) -> list[bool]:
    found: list[bool] = []
    with suppress(TooLong):
        found.extend(answers)
    return found + [False] * (count - len(found))


def _resolves(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, None))
    except OSError:
        return False


def is_here(state: Path, usual: Path) -> bool:
    """Whether this machine is the appliance: the package makes the usual state directory when it is installed."""
    return state != usual or state.exists()
