"""Asks a service whether it works: TLS and its certificate, HTTP, SIP OPTIONS. One module for each; see `answer`."""

from cmsp_agent.transports.probes.answer import ServiceAnswer
from cmsp_agent.transports.probes.ask import ask

__all__ = ["ServiceAnswer", "ask"]
