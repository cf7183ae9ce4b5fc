"""What may be asked of a device."""

from typing import Literal

from pydantic import Field

from cmsp_agent.api.schemas.base import Paged, Strict


class DiagnosticWanted(Strict):
    """A question to a device; what a kind does not use is ignored."""

    kind: Literal["ping", "traceroute", "tcp", "sip-options", "snmp-get", "snmp-walk", "command"]
    count: int = Field(default=5, ge=1, le=20, description="Echoes of a ping")
    port: int = Field(default=0, ge=0, le=65535, description="Of tcp and sip-options; 0: the usual one (5060)")
    transport: Literal["udp", "tcp"] = Field(default="udp", description="Of sip-options")
    oids: list[str] = Field(default=[], max_length=20, description="In numbers; one for a walk")
    command: str = Field(default="", max_length=200, description="One that the device type lists")


class CommandsListed(Paged):
    """The commands that the device type of a component lists; `{name}` stands for one word."""

    items: list[str]
