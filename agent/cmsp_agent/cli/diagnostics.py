"""`cmsp-agent diagnose …`: look at a component from afar. Each command is a job of the agent."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import component_path
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import shown
from cmsp_agent.cli.session import AsJson, ComponentName, session

Oids = Annotated[list[str], typer.Argument(metavar="OID...", help="In numbers: 1.3.6.1.2.1.1.3.0")]


def diagnose_ping(
    context: typer.Context,
    name: ComponentName,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=20, help="How many echoes.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Send ICMP echoes to a component."""
    _ask(context, name, {"kind": "ping", "count": count}, as_json=as_json)


def diagnose_traceroute(context: typer.Context, name: ComponentName, as_json: AsJson = False) -> None:
    """Show the way to a component, hop by hop."""
    _ask(context, name, {"kind": "traceroute"}, as_json=as_json)


def diagnose_tcp(
    context: typer.Context,
    name: ComponentName,
    port: Annotated[int, typer.Argument(metavar="PORT", min=1, max=65535, help="The port.")],
    as_json: AsJson = False,
) -> None:
    """Connect to a TCP port of a component."""
    _ask(context, name, {"kind": "tcp", "port": port}, as_json=as_json)


def diagnose_sip(
    context: typer.Context,
    name: ComponentName,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port.")] = 5060,
    tcp: Annotated[bool, typer.Option("--tcp", help="Over TCP instead of UDP.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a component's SIP service for its options."""
    transport = "tcp" if tcp else "udp"
    _ask(context, name, {"kind": "sip-options", "port": port, "transport": transport}, as_json=as_json)


def diagnose_get(context: typer.Context, name: ComponentName, oids: Oids, as_json: AsJson = False) -> None:
    """Read SNMP objects of a component."""
    _ask(context, name, {"kind": "snmp-get", "oids": oids}, as_json=as_json)


def diagnose_walk(
    context: typer.Context,
    name: ComponentName,
    oid: Annotated[str, typer.Argument(metavar="OID", help="Where to begin, in numbers.")],
    as_json: AsJson = False,
) -> None:
    """Read what lies below an SNMP object of a component, 500 values at most."""
    _ask(context, name, {"kind": "snmp-walk", "oids": [oid]}, as_json=as_json)


def diagnose_command(
    context: typer.Context,
    name: ComponentName,
    command: Annotated[
        str, typer.Argument(metavar="COMMAND", help="As the device type lists it; none: show the list.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Run a read-only command that the component's device type lists; secrets in its output are hidden."""
    if command:
        _ask(context, name, {"kind": "command", "command": command}, as_json=as_json)
        return
    here = session(context)
    document = here.daemon.get(component_path(name, "diagnostics"))
    if as_json:
        here.output.json(document)
    else:
        here.output.line("\n".join(document["items"]) or f"the device type of {name} lists none")


def _ask(context: typer.Context, name: str, question: Mapping[str, object], *, as_json: bool) -> None:
    here = session(context)
    job = here.daemon.post(component_path(name, "diagnostics"), question)
    finish(here, job, as_json=as_json, wait=True, tell=lambda done: _text(done.get("result") or {}))


def _text(result: Mapping[str, Any]) -> str:
    """The answer for people: output as it is, rows one a line, else each fact on its line."""
    if "output" in result:
        return str(result["output"]).rstrip() + _cut(result)
    if isinstance(values := result.get("values"), dict):
        return "\n".join(f"{oid} = {shown(value)}" for oid, value in values.items()) + _cut(result) or "nothing there"
    rows = [f"{hop['hop']:>2}  {shown(hop['address'])}  {shown(hop['ms'])} ms" for hop in result.get("hops") or ()]
    facts = [f"{key.replace('_', ' ')}: {shown(value)}" for key, value in result.items() if key not in ("hops", "kind")]
    return "\n".join((*facts, *rows))


def _cut(result: Mapping[str, Any]) -> str:
    return "\n… and more" if result.get("cut") else ""
