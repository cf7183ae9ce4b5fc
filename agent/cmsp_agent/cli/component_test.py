"""`cmsp-agent component test`: finds how a component answers SNMP, and the keys to write for that."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer

from cmsp_agent.cli.daemon import CallFailed, component_path
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.session import AsJson, ComponentName, NoWait, session


def component_test(
    context: typer.Context, name: ComponentName, no_wait: NoWait = False, as_json: AsJson = False
) -> None:
    """Try how a component answers SNMP; ask the second engine where ours gets no answer.

    Ends with 0 where it answers as it is configured, 1 where it answers another way only, 4 where it does not answer.
    """
    here = session(context)
    job = here.daemon.post(component_path(name, "test"))
    over = finish(here, job, as_json=as_json, wait=not no_wait, tell=lambda done: "\n".join(_lines(name, done)))
    if over.get("state") == "done":
        _raise_unless_as_configured(name, _snmp(over))


def _snmp(job: Mapping[str, Any]) -> Mapping[str, Any]:
    result = job.get("result")
    found = result.get("snmp") if isinstance(result, dict) else None
    return found if isinstance(found, dict) else {}


def _lines(name: str, job: Mapping[str, Any]) -> Iterator[str]:
    found = _snmp(job)
    for tried in found.get("tried") or ():
        yield f"{name}: SNMP, engine {tried.get('way')}: {tried.get('result')}"
    if settings := found.get("settings"):
        yield f"to poll it so, write under the component: snmp: {{{_keys(settings)}}}"


def _keys(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in settings.items())


def _raise_unless_as_configured(name: str, found: Mapping[str, Any]) -> None:
    if not found.get("worked"):
        raise CallFailed(f"{name} gives no answer by SNMP that can be used", 4)
    if settings := found.get("settings"):
        raise CallFailed(f"{name} answers, but not as it is configured: {_keys(settings)}", 1)
