"""Asking one device: get, get_next and whole columns, with what real devices need (splitting, halving, falling back).

Leaves retries and deadlines to `endpoint`, versions and keys to `peers`, the order of a walk to `walk`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import DeviceAnswerInvalid, DeviceError, DeviceUnreachable
from cmsp_agent.transports.snmp import pdu as pdus
from cmsp_agent.transports.snmp.ber import DecodeError, OidOctets, OidTexts
from cmsp_agent.transports.snmp.pages import Pages
from cmsp_agent.transports.snmp.pdu import GET, GET_BULK, GET_NEXT, Pdu
from cmsp_agent.transports.snmp.target import Quirks, SnmpTarget
from cmsp_agent.transports.snmp.varbinds import Missing, Value
from cmsp_agent.transports.snmp.walk import Column, IndexCache, TableWalk

log = logging.getLogger(__name__)

MOST_OIDS = 60
"""OIDs in one request unless a device wants fewer: with answers of ordinary size the datagram stays within the MTU."""

Ask = Callable[[int, list[bytes], int, int], Awaitable[tuple[Pdu, int]]]
"""(PDU kind, names, max-repetitions, retries) → the Response and the size of its datagram; see `exchange`."""


class SnmpSession:
    """One device. Several coroutines may use it at once.

    All methods raise DeviceUnreachable (no answer), AuthenticationRejected (the device refused the credential) and
    DeviceAnswerInvalid (an error or nonsense instead of an answer).
    """

    def __init__(
        self,
        target: SnmpTarget,
        ask: Ask,
        counters: Counters,
        octets: OidOctets,
        texts: OidTexts,
        indexes: IndexCache,
        largest: int,
    ) -> None:
        self.target = target
        self._ask = ask
        self._counters = counters
        self._octets = octets
        self._texts = texts
        self._indexes = indexes
        self._quirks = target.quirks
        self._bulk = target.credential.version != "1" and not target.quirks.no_bulk
        self._alive = False
        self._bulk_works = False
        self._pages = Pages(largest, target.quirks.answer_size)

    @property
    def quirks(self) -> Quirks:
        """What was found of the device's departures from the standards, to be kept and handed in again."""
        return replace(self._quirks, answer_size=self._pages.proven_limit)

    async def get(self, *oids: str) -> dict[str, Value]:
        """Read objects by their full OIDs. Those that the device does not have are absent from the result.

        So are those, counted as `snmp.objects.failed`, that it answers with an error, as long as it gives any value.
        """
        found: dict[str, Value] = {}
        failed: list[str] = []
        parts = self._parts(oids)
        while parts:
            part = parts.pop()
            parts.extend(self._collect(part, await self._asked(GET, part), found, failed))
        self._refuse_failure(found, failed)
        return found

    async def get_next(self, *oids: str) -> dict[str, tuple[str, Value]]:
        """Read what follows each OID: asked OID → (OID, value); absent at the end of what the device has.

        What fails is as with `get`.
        """
        found: dict[str, tuple[str, Value]] = {}
        failed: list[str] = []
        parts = self._parts(oids)
        while parts:
            part = parts.pop()
            answer = await self._asked(GET_NEXT, part)
            if answer.error_status:
                parts.extend(self._without_failure(part, answer, failed))
                continue
            if not answer.names:
                raise DeviceAnswerInvalid(f"{self.target.address}: the answer has none of the objects asked for")
            for oid, name, value in zip(part, answer.names, answer.values, strict=False):
                if not isinstance(value, Missing):
                    found[oid] = (self._text(name), value)
            if len(answer.names) < len(part):
                parts.append(part[len(answer.names) :])
        self._refuse_failure(found, failed)
        return found

    def _parts(self, oids: Sequence[str]) -> list[list[str]]:
        width = self._quirks.most_oids or MOST_OIDS
        return [list(oids[at : at + width]) for at in range(0, len(oids), width)]

    def _refuse_failure(self, found: Mapping[str, object], failed: Sequence[str]) -> None:
        if failed and not found:
            raise DeviceAnswerInvalid(f"{self.target.address}: {failed[0]}")

    async def _asked(self, kind: int, oids: Sequence[str]) -> Pdu:
        answer, _ = await self._ask(kind, [self._octets[oid] for oid in oids], 0, self.target.retries)
        self._alive = True
        return answer

    def _collect(self, oids: list[str], answer: Pdu, found: dict[str, Value], failed: list[str]) -> list[list[str]]:
        """Take the values of an answer; what must be asked again comes back, in parts."""
        if answer.error_status:
            return self._without_failure(oids, answer, failed)
        if not answer.holes and answer.names == [self._octets[oid] for oid in oids]:
            found.update(zip(oids, answer.values, strict=True))  # type: ignore[arg-type]  # no holes, no Missing
            return []
        asked = {self._octets[oid]: oid for oid in oids}
        for name, value in zip(answer.names, answer.values, strict=True):
            oid = asked.pop(name, None)
            if oid is None:
                self._counters.add("snmp.answers.unasked_objects", key=self.target.address)
            elif not isinstance(value, Missing):
                found[oid] = value
        if len(asked) == len(oids):
            raise DeviceAnswerInvalid(f"{self.target.address}: the answer has none of the objects asked for")
        return [list(asked.values())] if asked else []

    def _without_failure(self, oids: list[str], answer: Pdu, failed: list[str]) -> list[list[str]]:
        """What to ask instead, after an error-status: without the object that v1 does not have, or half as many."""
        status, index = answer.error_status, answer.error_index
        no_such_name = status == pdus.NO_SUCH_NAME
        if no_such_name and 0 < index <= len(oids):
            rest = oids[: index - 1] + oids[index:]
            return [rest] if rest else []
        if len(oids) == 1:
            if not no_such_name:
                self._object_failed(oids[0], status, failed)
            return []
        half = (len(oids) + 1) // 2
        if not no_such_name:  # which says nothing against the width, not even where it does not say which
            self._quirks = replace(self._quirks, most_oids=half)
        self._counters.add("snmp.requests.split", key=self.target.address)
        return [oids[:half], oids[half:]]

    def _object_failed(self, oid: str, status: int, failed: list[str]) -> None:
        too_big = status == pdus.TOO_BIG
        failed.append("one object is too big for an answer" if too_big else f"{pdus.error_name(status)} for {oid}")
        self._counters.add("snmp.objects.failed", key=self.target.address)
        if not too_big:  # it was this object, perhaps, not the width: one bad object shall not slow all others for good
            self._quirks = replace(self._quirks, most_oids=self.target.quirks.most_oids)

    def _text(self, name: bytes) -> str:
        try:
            return self._texts[name]
        except DecodeError as error:
            raise DeviceAnswerInvalid(f"{self.target.address}: {error}") from error

    async def columns(self, *columns: str, limit: int = 10_000) -> dict[str, dict[str, Value]]:
        """Read whole table columns, all at once.

        Args:
            columns: OIDs of columns (ifTable's `1.3.6.1.2.1.2.2.1.2`, say).
            limit: rows after which a column is cut; counted as `snmp.columns.cut`.

        Returns:
            Column OID → row index (dotted) → value. A column that the device does not have is empty.
        """
        names = [self._octets[column] for column in columns]
        walk = TableWalk(names, self._indexes, limit, self.target.stop_at_disorder)
        try:
            while active := walk.active():
                await self._next_page(walk, active[: self._quirks.most_oids or len(active)])
        except DecodeError as error:
            raise DeviceAnswerInvalid(f"{self.target.address}: {error}") from error
        self._pages.ended(names, max((len(column.rows) for column in walk.columns), default=0))
        self._note(walk)
        return dict(zip(columns, walk.tables(), strict=True))

    def _note(self, walk: TableWalk) -> None:
        if walk.cut:
            self._counters.add("snmp.columns.cut", key=self.target.address)
        if walk.disorder and not self._quirks.non_increasing:
            log.warning("table rows out of order", extra={"device": self.target.address})
            self._quirks = replace(self._quirks, non_increasing=True)

    async def _next_page(self, walk: TableWalk, asked: list[Column]) -> None:
        cursors = [column.cursor for column in asked]
        if not self._bulk:
            answer, _ = await self._ask(GET_NEXT, cursors, 0, self.target.retries)
        else:
            answer = await self._bulk_page(asked, cursors)
        self._alive = True
        if answer.error_status:
            self._page_refused(asked, answer)
        else:
            walk.take(asked, answer)

    async def _bulk_page(self, asked: list[Column], cursors: list[bytes]) -> Pdu:
        """Ask for as many rows as fill one datagram, fewer after two attempts without an answer."""
        names = [column.name for column in asked]
        for left in range(self.target.retries, -1, -1):
            rows = self._pages.rows(names, len(asked[0].rows))
            try:
                answer, size = await self._ask(GET_BULK, cursors, rows, 0)
            except (DeviceUnreachable, DeviceAnswerInvalid) as error:
                self._counters.add("snmp.pages.lost", key=self.target.address)
                self._pages.lost()
                if left == 0:
                    return await self._without_bulk(cursors, error)
                continue
            if not answer.error_status:
                self._pages.arrived(names, size, len(answer.names))
                self._bulk_works = True
            return answer
        raise AssertionError("unreachable")

    async def _without_bulk(self, cursors: list[bytes], error: DeviceError) -> Pdu:
        """The last resort where a device that lives has never answered GETBULK: it may know GETNEXT only."""
        if not self._alive or self._bulk_works:
            raise error
        answer, _ = await self._ask(GET_NEXT, cursors, 0, 0)
        self._gave_up_bulk()
        return answer

    def _gave_up_bulk(self) -> None:
        log.warning("device answers no GETBULK, going on with GETNEXT", extra={"device": self.target.address})
        self._bulk = False
        self._quirks = replace(self._quirks, no_bulk=True)

    def _page_refused(self, asked: list[Column], answer: Pdu) -> None:
        """Make the next page one that the device may answer: smaller, narrower, without the column at fault."""
        status, index = answer.error_status, answer.error_index
        if status == pdus.NO_SUCH_NAME and 0 < index <= len(asked):  # how v1 says "end"
            asked[index - 1].done = True
        elif status == pdus.TOO_BIG and self._bulk and self._pages.refused():
            pass
        elif len(asked) > 1:
            self._quirks = replace(self._quirks, most_oids=(len(asked) + 1) // 2)
        elif self._bulk:
            self._gave_up_bulk()
        else:
            asked[0].done = True
            self._counters.add("snmp.columns.failed", key=self.target.address)
            log.info("column refused", extra={"device": self.target.address, "error_status": pdus.error_name(status)})
