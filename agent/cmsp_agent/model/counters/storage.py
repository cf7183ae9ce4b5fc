"""The databases."""

from cmsp_agent.model.counters.declaration import Counter, Gauge, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "database",
        {
            "storage.corrupt": "Databases found damaged",
            "storage.full": "Writes refused because the disk was full",
            "storage.groups_lost": "Groups of writes that a failed commit took along",
        },
        loss=True,
    ),
    *declared(
        "database",
        {
            "storage.commits": "Transactions committed",
            "storage.room_made": "Times that room was made by deleting",
            "storage.wal_busy": "Checkpoints that readers held up",
            "storage.wal_truncated": "Checkpoints after which the log was cut",
        },
    ),
)

GAUGES = (Gauge("*.size", "database.size_bytes", "Octets of a database, its write-ahead log included", "database"),)
