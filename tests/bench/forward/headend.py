"""The reference head-end with a journal for its store, so that its own SQLite does not hold up what is measured.

Parses each batch, checks that it follows the one before without a hole, and makes it durable as it came (fdatasync)
before it answers; the disk works while the batch is parsed, and what is refused is cut off again.
`python -m tests.bench.forward.headend DIR APPLIANCE` prints its URL and the paths of the PEM files as JSON.
"""

import json
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tests.lab.headend import Headend, Store
from tests.lab.headend.server import Answer, Handler
from tests.lab.headend.store import CloudEvent, Durable, Expected


class Journal(Store):
    """Appends batches to a file; knows one appliance."""

    def __init__(self, file: Path) -> None:
        super().__init__(":memory:")
        self._file = file.open("wb", buffering=0)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._at = Durable(None, 0)
        self._written: Future[None] | None = None
        self._end = 0

    def begin(self, body: bytes) -> None:
        """Write a batch as it came; `accept` waits until the disk has it."""
        self._written = self._disk.submit(self._write, body)

    def _write(self, body: bytes) -> None:
        self._file.write(body)
        os.fdatasync(self._file.fileno())

    def settle(self) -> None:
        """Cut off what was written and not accepted."""
        written, self._written = self._written, None
        if written is not None:
            written.result()
            self._file.seek(self._end)
            self._file.truncate()

    def durable(self, appliance: str) -> Durable:
        """See `Store`."""
        return self._at

    def accept(self, appliance: str, events: Sequence[CloudEvent]) -> Durable | Expected:
        """See `Store`; each event must follow the one before."""
        numbers = [int(event.sequence) for event in events]
        first = self._at.durable + 1
        if numbers != list(range(first, first + len(numbers))):
            return Expected(self._at.epoch, first)
        assert self._written is not None
        self._written.result()
        self._written, self._end = None, self._file.tell()
        self._at = Durable(events[-1].epoch, numbers[-1])
        return self._at

    def close(self) -> None:
        """See `Store`."""
        self._disk.shutdown()
        self._file.close()
        super().close()


class JournalHeadend(Headend):
    """Gives its journal each batch."""

    journal: Journal

    def answer(self, handler: Handler, method: str, what: str, body: bytes) -> Answer:
        """See `Headend`."""
        if what == "events":
            self.journal.begin(body)
        try:
            return super().answer(handler, method, what, body)
        finally:
            self.journal.settle()


def main() -> None:
    """Run until killed."""
    folder, appliance = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True)
    with JournalHeadend(folder) as headend:
        headend.store = headend.journal = Journal(folder / "journal")
        client = headend.client(appliance)
        where = {"ca": headend.authority.path, "certificate": client.certificate, "key": client.key}
        print(json.dumps({"url": headend.url, **{name: str(path) for name, path in where.items()}}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
