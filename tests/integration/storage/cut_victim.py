"""A process whose power is cut: makes everything that is on the disk, under load, and says what is durable.

`python -m tests.integration.storage.cut_victim DIRECTORY COMMITS`; it says a line for each thing, in the file `said`.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import Backup
from cmsp_agent.plugin.quarantine import Quarantine, Quarantined
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.storage import outbox
from cmsp_agent.storage.identity import CERTIFICATE, KEY, IdentityFiles
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import event_record
from cmsp_agent.storage.revisions import APPLIED, RevisionFiles
from cmsp_agent.storage.sealed.blobs import BlobStore
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.sealed.vault import Vault
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import events
from tests.unit.storage.facts import an_event

APPLIANCE = "apl-victim"
AT_A_TIME = 4


class Said:
    """What is durable, printed in the order of the disk's own steps."""

    def __init__(self, directory: Path) -> None:
        self._file = os.open(directory / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __call__(self, *words: object) -> None:
        os.write(self._file, (json.dumps(words) + "\n").encode())


async def append(database: Database, said: Said, number: int) -> None:
    event = an_event(number, text="x" * 200)

    def store(tx: object) -> int:
        events.insert(tx, event)  # type: ignore[arg-type]
        return outbox.append(tx, event_record(event), SystemClock().now())  # type: ignore[arg-type]

    said("event", event.id, await database.write(store))


async def send(database: Database, said: Said, after: int) -> int:
    """As the forwarder does: mark, send, and forget a part of it."""
    last = await database.write(outbox.mark_sent)
    batch = await database.read(lambda connection: outbox.read_batch(connection, after))
    if batch is None:
        return after
    for record in json.loads(batch.body):
        said("sent", record["id"], int(record["sequence"]), last)
    epoch = (await database.read(current)).epoch
    await database.write(lambda tx: outbox.forget(tx, epoch, batch.last - 1))
    return batch.last - 1


def keep_files(directory: Path, said: Said, number: int) -> None:
    """A secret, a content and a manifest, as a backup run makes them; a version of the site file; a plugin kept out;
    an identity, as a renewal of the certificate installs it."""
    key = master_key(directory)
    said("key", key.derived("power cuts").hex())
    Vault(directory / "vault.json", key).set(f"s{number % 5}", f"value {number}")
    said("secret", f"s{number % 5}", number)
    text = f"hostname gw\n! {number}\n" * 50
    address = BlobStore(directory / "backups" / "blobs", key).put("gw-1", text.encode())
    said("content", address, number)
    versions = [Backup(f"b{number}", "gw", number, number, address, len(text), "f")]
    ManifestFiles(directory / "backups", key).write("gw", versions)
    said("manifest", "gw", number)
    revision = RevisionFiles(directory).add(f"# {number}\n" * 300, number, "noc", APPLIED)
    said("revision", revision.number, number)
    Quarantine(directory / "quarantine.json").add(Quarantined(f"plugin-{number}", number, "it blocked"))
    IdentityFiles(directory).install({name: f"{name} {number}".encode() for name in (KEY, CERTIFICATE)}, number)
    said("identity", number)
    said("quarantined", f"plugin-{number}")


async def main(directory: Path, commits: int) -> None:
    said, after = Said(directory), 0
    database = await open_state(directory / "state.db", APPLIANCE, clock=SystemClock(), counters=Counters(), reserve=0)
    said("open")
    for number in range(commits):
        first = number * AT_A_TIME
        await asyncio.gather(*(append(database, said, first + n) for n in range(AT_A_TIME)))
        if number % 7 == 3:
            after = await send(database, said, after)
        if number % 25 == 10:
            keep_files(directory, said, number)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
