"""`cmsp-agent tool identify`: asks a device over SNMP who it is, without the agent and without a site file."""

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.filters import known_or_refused
from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.cli.session import AsJson, session

if TYPE_CHECKING:
    from cmsp_agent.model.credentials import SnmpCredential
    from cmsp_agent.plugin.registry import Registry
    from cmsp_agent.services.devices.facts import DeviceFacts

Address = Annotated[str, typer.Option("--address", metavar="ADDRESS", help="The device's IPv4 or IPv6 address.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Its SNMP port.")]
SnmpVersion = Annotated[str, typer.Option("--snmp-version", metavar="1|2c|3", help="3 where a user is given.")]
Community = Annotated[
    str, typer.Option("--community", metavar="TEXT", envvar="CMSP_SNMP_COMMUNITY", help="For versions 1 and 2c.")
]
User = Annotated[str, typer.Option("--user", metavar="NAME", help="SNMPv3: the user.")]
Auth = Annotated[str, typer.Option("--auth", metavar="PROTOCOL", help="SNMPv3: MD5, SHA-1, SHA-224 to SHA-512.")]
AuthKey = Annotated[
    str, typer.Option("--auth-key", metavar="TEXT", envvar="CMSP_SNMP_AUTH_KEY", help="SNMPv3: its password.")
]
Priv = Annotated[
    str,
    typer.Option("--priv", metavar="PROTOCOL", help="SNMPv3: DES, 3DES, AES-128, AES-192, AES-256, -C for Cisco's."),
]
PrivKey = Annotated[
    str, typer.Option("--priv-key", metavar="TEXT", envvar="CMSP_SNMP_PRIV_KEY", help="SNMPv3: its password.")
]
Context = Annotated[str, typer.Option("--context", metavar="NAME", help="SNMPv3: the context.")]
Timeout = Annotated[float, typer.Option("--timeout", min=0.1, max=60, help="Seconds to wait for each answer.")]


def tool_identify(
    context: typer.Context,
    address: Address,
    port: Port = 161,
    community: Community = "",
    snmp_version: SnmpVersion = "",
    user: User = "",
    auth: Auth = "",
    auth_key: AuthKey = "",
    priv: Priv = "",
    priv_key: PrivKey = "",
    context_name: Context = "",
    patience: Timeout = 2.0,
    as_json: AsJson = False,
) -> None:
    """Ask a device over SNMP who it is: maker, system, device type, model, serial number, release, name."""
    from cmsp_agent.model.credentials import SnmpCredential
    from cmsp_agent.model.secret import Secret

    version = snmp_version or ("3" if user else "2c")
    known_or_refused("SNMP version", version, ("1", "2c", "3"))
    if (version == "3") != bool(user) or (version != "3" and not community):
        raise CallFailed("give --community (SNMP 1, 2c) or --user with its keys (SNMP 3)", 2)
    credential = SnmpCredential(
        version=version,
        community=Secret("community", lambda: community) if community else None,
        user=user,
        auth=auth,
        auth_key=Secret("auth-key", lambda: auth_key) if auth_key else None,
        priv=priv,
        priv_key=Secret("priv-key", lambda: priv_key) if priv_key else None,
        context=context_name,
    )
    registry = installed().registry
    try:
        facts = asyncio.run(_ask(str(ipaddress.ip_address(address)), port, credential, patience, registry))
    except ValueError as error:
        raise CallFailed(str(error), 2) from error
    identified = identification(facts, registry)
    here = session(context)
    if as_json:
        here.output.json(identified)
        return
    for name, value in identified.items():
        here.output.line(f"{name.replace('_', ' '):<14} {value or '-'}")


def identification(facts: "DeviceFacts", registry: "Registry") -> dict[str, str]:
    """What a device said of itself, under the names that the command shows."""
    from cmsp_agent.services.devices.reading import kind_of

    kind = kind_of(facts, registry)
    return {
        "vendor": kind.identity.vendor if kind else "",
        "os": kind.identity.system(facts.sys_descr) if kind else "",
        "device_type": kind.name if kind else "",
        "model": facts.model,
        "serial": facts.serial,
        "version": facts.software,
        "name": facts.sys_name,
        "sys_object_id": facts.sys_object_id,
    }


async def _ask(
    address: str, port: int, credential: "SnmpCredential", patience: float, registry: "Registry"
) -> "DeviceFacts":
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.aio.counters import Counters
    from cmsp_agent.services.devices.reading import read_device_facts
    from cmsp_agent.transports.snmp.client import SnmpClient
    from cmsp_agent.transports.snmp.target import SnmpTarget

    client = SnmpClient(SystemClock(), Counters())
    await client.open()
    try:
        return await read_device_facts(client.session(SnmpTarget(address, credential, port, patience)), registry)
    finally:
        await client.close()
