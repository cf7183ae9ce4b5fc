"""`cmsp-agent tool syslog`: what the agent reads in syslog messages, one JSON object a line."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmsp_agent.cli.session import session
from cmsp_agent.cli.tool.inputs import Form, datagrams_of_hex, form_of, octets_of

if TYPE_CHECKING:
    from cmsp_agent.transports.syslog.message import SyslogMessage

Source = Annotated[Path | None, typer.Argument(metavar="FILE", help="The input; standard input without it.")]
How = Annotated[Form, typer.Option("--format", help="How the input is written; `datagram`: all of it is one message.")]
Type = Annotated[str, typer.Option("--device-type", help="Whose rules name the event; without it, all types' do.")]


def tool_syslog(context: typer.Context, source: Source = None, form: How = Form.AUTO, device_type: Type = "") -> None:
    """Parse syslog messages: facility, severity, time, host, mnemonic, text, and the event that they mean."""
    from cmsp_agent.cli.tool.meanings import MeaningOf
    from cmsp_agent.transports.syslog.fields import fields_of
    from cmsp_agent.transports.syslog.message import parse_syslog

    meaning, now = MeaningOf(device_type), int(time.time() * 1000)
    parsed = (parse_syslog(payload) for payload in messages_of(octets_of(source), form))
    for message in put_together(message for message in parsed if message.raw):
        document: dict[str, Any] = fields_of(message, now)
        session(context).output.json_line({**document, "event": meaning(message, now)})


def put_together(messages: "Iterable[SyslogMessage]") -> "Iterator[SyslogMessage]":
    """The messages, each with its further lines."""
    from cmsp_agent.transports.syslog.further import continued, further_text, is_further

    whole: SyslogMessage | None = None
    begun: SyslogMessage | None = None
    for message in messages:
        if whole and begun and message.host in (whole.host, "") and is_further(message, begun):
            begun = continued(begun, message)
            whole = whole._replace(text=f"{whole.text}\n{further_text(message, whole.host)}")
            continue
        if whole:
            yield whole
        whole = begun = message
    if whole:
        yield whole


def messages_of(data: bytes, form: Form = Form.AUTO) -> list[bytes]:
    """The messages of an input of any form; a text is cut as a TCP stream is."""
    from cmsp_agent.cli.tool.captures import Flow, payloads_of
    from cmsp_agent.transports.syslog.framing import SyslogFramer, messages_in

    form = form_of(data) if form is Form.AUTO else form
    if form is Form.DATAGRAM:
        return messages_in(data)
    if form is Form.HEX:
        return [message for datagram in datagrams_of_hex(data) for message in messages_in(datagram)]
    if form is Form.TEXT:
        framer = SyslogFramer()
        return [*framer.feed(data), *framer.close()]
    messages: list[bytes] = []
    streams: dict[Flow, SyslogFramer] = {}
    for payload in payloads_of(data):
        if payload.stream:
            messages += streams.setdefault(payload.flow, SyslogFramer()).feed(payload.data)
        else:
            messages += messages_in(payload.data)
    return messages + [message for framer in streams.values() for message in framer.close()]
