"""The head-end, played in the agent's process: the reference store behind the agent's own client, and a link to cut."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

from cmsp_agent.model.errors import HeadendUnreachable
from cmsp_agent.transports.headend import ConnectionEnded, HeadendClient, HeadendReply
from tests.lab.headend.server import _decoded
from tests.lab.headend.store import Expected, Refused, Store, parse


@dataclass(slots=True)
class PlayedHeadend:
    """What is durable, and whether there is a way to it.

    Attributes:
        lost_answers: the share of requests that are carried out while the link is cut, their answers lost.
    """

    random: Random
    store: Store = field(default_factory=Store)
    connected: bool = True
    lost_answers: float = 0.1

    def answer(self, method: str, url: str, body: bytes | None, encoding: str) -> HeadendReply:
        """By the contract."""
        appliance = url.split("/v1/appliances/")[1].split("/", maxsplit=1)[0]
        if method == "GET":
            at = self.store.durable(appliance)
            return HeadendReply(200, {"epoch": at.epoch, "durable": at.durable})
        content = _decoded(body or b"", encoding)
        if method == "PUT":
            json.loads(content)
            self.store.heartbeat(appliance, content)
            return HeadendReply(200, {})
        try:
            result = self.store.accept(appliance, parse(content))
        except Refused as error:
            return HeadendReply(422, {"sequence": error.sequence, "detail": str(error)})
        if isinstance(result, Expected):
            return HeadendReply(409, {"epoch": result.epoch, "expected": result.expected})
        return HeadendReply(200, {"epoch": result.epoch, "durable": result.durable})


class PlayedClient(HeadendClient):
    """The agent's client with the played head-end in place of the wire."""

    headend: PlayedHeadend
    _whole = False

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], may_connect: bool
    ) -> HeadendReply:
        headend = self.headend
        encoding = headers.get("Content-Encoding", "identity")
        if not headend.connected:
            if self._whole and headend.random.random() < headend.lost_answers:
                headend.answer(method, url, body, encoding)
            self._whole = False
            raise HeadendUnreachable(f"{url}: no way there")
        if not self._whole:
            if not may_connect:
                raise ConnectionEnded(f"{url}: the connection ended")
            self._whole = True
            self._connections.made += 1
        return headend.answer(method, url, body, encoding)
