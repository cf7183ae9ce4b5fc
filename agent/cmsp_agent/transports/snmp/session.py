"""Asking one device: get, get_next and whole columns, with what real devices need (splitting, halving, falling back).

Leaves retries and deadlines to `endpoint`, versions and keys to `peers`, the order of a walk to `walk`.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import DeviceAnswerInvalid, DeviceError, DeviceUnreachable
from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp import pdu as pdus
from cmsp_agent.transports.snmp.ber import DecodeError, OidOctets, OidTexts
from cmsp_agent.transports.snmp.elsewhere import Elsewhere
from cmsp_agent.transports.snmp.gathering import Following, Gathering, Objects
from cmsp_agent.transports.snmp.indexes import IndexCache
from cmsp_agent.transports.snmp.keys import Bounded
from cmsp_agent.transports.snmp.pages import Pages
from cmsp_agent.transports.snmp.pdu import GET, GET_BULK, GET_NEXT, Pdu
from cmsp_agent.transports.snmp.target import Quirks, SnmpTarget
from cmsp_agent.transports.snmp.walk import TableWalk, WalkedColumn

log = logging.getLogger(__name__)

SYSTEM = "1.3.6.1.2.1.1"
"""Every device answers what follows it."""
MOST_UNREADABLE = 200
MOST_NONSENSE = 3
"""Pages that a device may answer with nonsense before its tables are read by GETNEXT, as long as this session lasts."""

MOST_UNANSWERED = 3
"""GETBULKs that a device which never answered one may leave unanswered, over several polls, before GETNEXT is tried."""

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
        elsewhere: Elsewhere,
        counters: Counters,
        octets: OidOctets,
        texts: OidTexts,
        indexes: IndexCache,
        largest: int,
    ) -> None:
        self.target = target
        self._ask = ask
        self._elsewhere = elsewhere
        self._counters = counters
        self._octets = octets
        self._texts = texts
        self._indexes = indexes
        self._quirks = target.quirks
        self.is_v1 = target.credential.version == "1"
        self._bulk = not self.is_v1 and not target.quirks.no_bulk
        self._index_right: bool | None = False if target.quirks.wrong_index else None
        self._unreadable: Bounded[str, Unreadable] = Bounded(MOST_UNREADABLE)
        self._alive = False
        self._bulk_works = False
        self._bulk_in_doubt = not self._bulk and not self.is_v1
        self._nonsense = self._unanswered = 0
        self._pages = Pages(largest, target.quirks.answer_size, target.retries if target.is_lossy else 2)

    @property
    def quirks(self) -> Quirks:
        """What was found of the device's departures from the standards, to be kept and handed in again."""
        seen = self._elsewhere
        return replace(
            self._quirks,
            answer_size=self._pages.proven_limit,
            answers_from=seen.place,
            answers_with=seen.community,
        )

    async def get(self, *oids: str) -> dict[str, Value]:
        """Read objects by their full OIDs. Those that the device does not have are absent from the result.

        So are those, counted as `snmp.objects.failed`, that it answers wrongly or with an error, as long as it gives
        any value; and those that can't be decoded (see `take_unreadable`).
        """
        quirks = self._quirks
        reading = Objects(oids, quirks.most_oids, quirks.alone, self._index_right, self._octets)
        await self._gather(GET, reading)
        for oid, value in reading.unreadable.items():
            self._unreadable.keep(oid, value)
        self._conclude(reading, oids, bool(reading.found or reading.unreadable))
        return reading.found

    async def probe(self) -> None:
        """Ask for the uptime in one request, without a second try: whether the device answers again."""
        await self._ask(GET, [self._octets[f"{SYSTEM}.3.0"]], 0, 0)

    async def get_next(self, *oids: str) -> dict[str, tuple[str, Value | Unreadable]]:
        """Read what follows each OID: asked OID → (OID, value); absent at the end of what the device has.

        What fails is as with `get`.
        """
        quirks = self._quirks
        reading = Following(oids, quirks.most_oids, quirks.alone, self._index_right, self._texts)
        await self._gather(GET_NEXT, reading)
        self._conclude(reading, oids, bool(reading.found))
        return reading.found

    def take_unreadable(self) -> dict[str, Unreadable]:
        """The values that could not be decoded since this was last called, by OID; the last ones, if they are many."""
        taken = dict(self._unreadable)
        self._unreadable.clear()
        return taken

    async def _gather(self, kind: int, reading: Gathering) -> None:
        while part := reading.next_part():
            answer, _ = await self._ask(kind, [self._octets[oid] for oid in part], 0, self.target.retries)
            self._alive = True
            reading.take(part, answer)

    def _conclude(self, reading: Gathering, oids: Sequence[str], any_answer: bool) -> None:
        """Remember what was learned of the device; fail where nothing else was."""
        if reading.is_plain and not self._quirks.alone:
            return
        where = self.target.address
        for name, count in (
            ("answers.unasked_objects", reading.unasked),
            ("requests.split", reading.splits),
            ("objects.failed", len(reading.failed)),
        ):
            if count:
                self._counters.add(f"snmp.{name}", count, key=where)
        self._index_right = reading.index_right
        self._quirks = replace(
            self._quirks,
            most_oids=reading.width,
            wrong_index=self._quirks.wrong_index or reading.index_right is False,
        )
        if reading.failed and not any_answer:
            raise reading.why_nothing(where)
        self._quirks = self._quirks.set_apart({**reading.failed, **reading.absent}, oids)

    async def columns(self, *columns: str, limit: int = 10_000) -> dict[str, dict[str, Value]]:
        """Read whole table columns, all at once.

        Args:
            columns: OIDs of columns (ifTable's `1.3.6.1.2.1.2.2.1.2`, say).
            limit: rows after which a column is cut; counted as `snmp.columns.cut`.

        Returns:
            Column OID → row index (dotted) → value. A column that the device does not have is empty.
        """
        if self._bulk_in_doubt:
            await self._doubt_no_bulk()
        names = [self._octets[column] for column in columns]
        walk = TableWalk(names, self._indexes, limit, self.target.stop_at_disorder)
        if self._quirks.alone:
            walk.ask_alone({self._octets[column] for column in self._quirks.alone})
        try:
            while asked := walk.next_columns(self._quirks.most_oids):
                await self._next_page(walk, asked)
        except DecodeError as error:
            raise DeviceAnswerInvalid(f"{self.target.address}: {error}") from error
        self._pages.ended(names, walk.longest())
        if self._quirks.alone or not walk.is_plain():
            self._note(walk, columns)
        return dict(zip(columns, walk.tables(), strict=True))

    def _note(self, walk: TableWalk, columns: Sequence[str]) -> None:
        if walk.cut:
            self._counters.add("snmp.columns.cut", key=self.target.address)
        if walk.one_by_one:
            log.info("device answers one object a request", extra={"device": self.target.address})
            self._quirks = replace(self._quirks, most_oids=1)
        if walk.disorder and not self._quirks.non_increasing:
            log.warning("table rows out of order", extra={"device": self.target.address})
            self._quirks = replace(self._quirks, non_increasing=True)
        failed = {}
        for column, name in zip(walk.columns, columns, strict=True):
            if column.failed:
                failed[name] = column.failed
            for index, value in column.unreadable().items():
                self._unreadable.keep(f"{name}.{index}", value)
        self._quirks = self._quirks.set_apart(failed, columns)

    async def _next_page(self, walk: TableWalk, asked: list[WalkedColumn]) -> None:
        cursors = [column.cursor for column in asked]
        plain = not self._bulk or asked[0].plain or self._unanswered >= MOST_UNANSWERED
        if plain:
            answer, _ = await self._ask(GET_NEXT, cursors, 0, self.target.retries)
        else:
            answer = await self._bulk_page(asked, cursors)
        self._alive = True
        if answer.error_status:
            self._page_refused(walk, asked, answer, plain)
            return
        walk.take(asked, answer)
        if plain and self._bulk and not self._bulk_works and not await self._answers_bulk():
            self._gave_up_bulk()

    async def _bulk_page(self, asked: list[WalkedColumn], cursors: list[bytes]) -> Pdu:
        """Ask for as many rows as fill one datagram, fewer after two attempts without an answer."""
        names = [column.name for column in asked]
        for left in range(self.target.retries, -1, -1):
            rows = self._pages.rows(names, len(asked[0].rows))
            try:
                answer, size = await self._ask(GET_BULK, cursors, rows, 0)
            except (DeviceUnreachable, DeviceAnswerInvalid) as error:
                self._counters.add("snmp.pages.lost", key=self.target.address)
                self._pages.lost()
                self._unanswered += not self._bulk_works and isinstance(error, DeviceUnreachable)
                if left == 0:
                    return await self._without_bulk(cursors, error)
                continue
            if not answer.error_status:
                self._pages.arrived(names, size, len(answer.names))
                self._bulk_works, self._unanswered = True, 0
            return answer
        raise AssertionError("unreachable")

    async def _without_bulk(self, cursors: list[bytes], error: DeviceError) -> Pdu:
        """The last resort where a device that lives has never answered GETBULK; one that answers nonsense knows it."""
        if not self._alive or self._bulk_works:
            raise error
        answer, _ = await self._ask(GET_NEXT, cursors, 0, 0)
        if isinstance(error, DeviceUnreachable):
            if await self._answers_bulk():
                self._bulk = False  # as long as this session lasts: its answers don't arrive
            else:
                self._gave_up_bulk()
        else:
            self._nonsense += 1
            self._bulk = self._nonsense < MOST_NONSENSE
        return answer

    async def _answers_bulk(self, retries: int = 1) -> bool:
        """Whether the device answers the smallest of all GETBULKs: if so, what was lost was lost for its size."""
        tries = 0 if self._unanswered >= MOST_UNANSWERED else retries
        try:
            answer, _ = await self._ask(GET_BULK, [self._octets[SYSTEM]], 1, tries)
        except (DeviceUnreachable, DeviceAnswerInvalid):
            return False
        self._bulk_works, self._unanswered = not answer.error_status and bool(answer.names), 0
        return self._bulk_works

    async def _doubt_no_bulk(self) -> None:
        """What was remembered may be of another software, or was a way that lost much: ask once in a session."""
        self._bulk_in_doubt = False
        if await self._answers_bulk(retries=0):
            log.info("device answers GETBULK after all", extra={"device": self.target.address})
            self._bulk = True
            self._quirks = replace(self._quirks, no_bulk=False)

    def _gave_up_bulk(self) -> None:
        log.warning("device answers no GETBULK, going on with GETNEXT", extra={"device": self.target.address})
        self._bulk = False
        self._quirks = replace(self._quirks, no_bulk=True)

    def _page_refused(self, walk: TableWalk, asked: list[WalkedColumn], answer: Pdu, plain: bool) -> None:
        """Make the next page one that the device may answer: smaller, narrower, without the column at fault."""
        status, index = answer.error_status, answer.error_index
        if status == pdus.NO_SUCH_NAME and plain:  # v1's "end", of the column that the index names, on most devices
            self._column_ended(walk, asked, index)
        elif status == pdus.TOO_BIG and not plain and self._pages.refused():
            pass
        elif len(asked) > 1:
            self._quirks = replace(self._quirks, most_oids=(len(asked) + 1) // 2)
        elif not plain:
            asked[0].plain = True
        else:
            asked[0].done = True
            asked[0].failed = pdus.error_name(status)
            if status != pdus.TOO_BIG:
                self._quirks = replace(self._quirks, most_oids=self.target.quirks.most_oids)
            self._counters.add("snmp.columns.failed", key=self.target.address)
            log.info("device refuses a column", extra={"device": self.target.address, "error_status": asked[0].failed})

    def _column_ended(self, walk: TableWalk, asked: list[WalkedColumn], index: int) -> None:
        """End the column, if it is sure to be that one; else ask alone for those that it may be."""
        if len(asked) == 1:
            asked[0].done = True
        elif self._index_right and 0 < index <= len(asked):
            asked[index - 1].done = True
        else:
            for column in walk.past_the_end(asked):
                column.alone = True
