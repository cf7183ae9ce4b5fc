"""`cmsp-agent tool trap`: traps and informs with the names of their MIBs, one JSON object a line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from cmsp_agent.cli.session import session
from cmsp_agent.cli.tool.inputs import Form, UnreadableInput, datagrams_of_hex, form_of, octets_of
from cmsp_agent.cli.tool.syslog import How, Source, Type

if TYPE_CHECKING:
    from cmsp_agent.transports.snmp.trap_datagram import Notification


def tool_trap(context: typer.Context, source: Source = None, form: How = Form.AUTO, device_type: Type = "") -> None:
    """Decode traps and informs: name, bindings, and the event that they mean. Reads what `snmptrapd` prints, too.

    Prints no community. What is signed or encrypted for a user of SNMPv3 is an error: no key is at hand.
    """
    from cmsp_agent.cli.tool.meanings import MeaningOf

    meaning = MeaningOf(device_type)
    data = octets_of(source)
    if not data.strip():
        raise UnreadableInput("the input is empty")
    form = form_of(data) if form is Form.AUTO else form
    if form is Form.TEXT:
        from cmsp_agent.cli.tool.trap_text import traps_of_text

        documents: Iterator[dict[str, Any]] = traps_of_text(data.decode("utf-8", "replace"))
    else:
        documents = _decoded(_datagrams(data, form), meaning.of_trap)
    for document in documents:
        session(context).output.json_line(document)


def _datagrams(data: bytes, form: Form) -> Iterator[bytes]:
    from cmsp_agent.cli.tool.captures import payloads_of

    if form is Form.HEX:
        yield from datagrams_of_hex(data)
    elif form is Form.PCAP:
        found = [each.data for each in payloads_of(data) if not each.stream and each.data[:1] == b"\x30"]
        if not found:
            raise UnreadableInput(
                "the capture holds no SNMP message over UDP (Ethernet, Linux cooked, loopback, raw IP)"
            )
        yield from found
    else:
        yield data


def _decoded(datagrams: Iterator[bytes], meaning: Any) -> Iterator[dict[str, Any]]:
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.transports.snmp.ber import DecodeError
    from cmsp_agent.transports.snmp.notifications import NotificationDecoder
    from cmsp_agent.transports.snmp.trap_datagram import ReportReply

    decoder = NotificationDecoder((), None, SystemClock())
    for datagram in datagrams:
        try:
            found = decoder.decode(datagram, "")
        except DecodeError as error:
            yield {"error": str(error), "octets": datagram.hex()}
            continue
        if isinstance(found, ReportReply):
            yield {"error": found.reason, "octets": datagram.hex()}
        else:
            yield {**trap_fields(found), "event": meaning(found.trap_oid, found.varbinds)}


def trap_fields(found: "Notification") -> dict[str, Any]:
    """A notification with the names of the generated table."""
    from cmsp_agent.pipeline.mib import mib_table

    table = mib_table()
    bindings = []
    for oid, value in found.varbinds:
        name, text = (table.name(oid), None) if value is None else table.binding(oid, value)
        bindings.append({"oid": oid, "name": name, "value": text})
    return {
        "version": found.version,
        "kind": found.kind,
        "trap_oid": found.trap_oid,
        "name": table.notification(found.trap_oid) or None,
        "uptime_s": found.uptime / 100,
        "agent_address": found.agent_address or None,
        "enterprise": found.enterprise or None,
        "bindings": bindings,
    }
