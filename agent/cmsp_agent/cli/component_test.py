"""`cmsp-agent component test`: which ways to a component work from here, what helps, and the keys to write for SNMP."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer

from cmsp_agent.cli.daemon import CallFailed, component_path
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import shown
from cmsp_agent.cli.session import AsJson, ComponentName, NoWait, session


def component_test(
    context: typer.Context, name: ComponentName, no_wait: NoWait = False, as_json: AsJson = False
) -> None:
    """Try every way to a component: ICMP, TCP, the SSH login, SNMP as configured and by the second engine.

    Ends with 0 where all of it works as configured, 1 where a part does not, 4 where SNMP does not answer.
    """
    here = session(context)
    job = here.daemon.post(component_path(name, "test"))
    over = finish(here, job, as_json=as_json, wait=not no_wait, tell=lambda done: "\n".join(_lines(name, done)))
    if over.get("state") == "done":
        if "snmp" in _result(over):
            _raise_unless_as_configured(name, _snmp(over))
        if failed := [str(each.get("check")) for each in _checks(over) if each.get("works") is False]:
            raise CallFailed(f"{name}: {', '.join(failed)} {'do' if len(failed) > 1 else 'does'} not work", 1)


def _result(job: Mapping[str, Any]) -> Mapping[str, Any]:
    result = job.get("result")
    return result if isinstance(result, dict) else {}


def _snmp(job: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _result(job).get("snmp")
    return found if isinstance(found, dict) else {}


def _checks(job: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _result(job).get("checks")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _lines(name: str, job: Mapping[str, Any]) -> Iterator[str]:
    words = {True: "works", False: "does not work", None: "can't be tried"}
    for each in _checks(job):
        detail = f": {shown(each['detail'])}" if each.get("detail") else ""
        yield f"{name}: {each.get('check')} {words.get(each.get('works'), '?')}{detail}"
        if each.get("remedy"):
            yield f"    {each['remedy']}"
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
