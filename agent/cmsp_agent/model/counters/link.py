"""The link to the head-end: the forwarder and the heartbeat."""

from cmsp_agent.model.counters.declaration import Counter, Gauge, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "reason",
        {
            "forwarder.damaged": "Records of the outbox that could not be read",
            "forwarder.dead_letters": "Records that the head-end refused",
            "forwarder.evicted": "Records evicted from the outbox to keep its budget",
            "forwarder.protocol_violations": "Answers of the head-end that violate its protocol or can't be read",
            "forwarder.storage_failed": "Times that the outbox could not be read or written",
        },
        loss=True,
    ),
    *declared(
        "sink",
        {"sinks.missed": "Records that were gone before a sink had them"},
        loss=True,
    ),
    *declared(
        "sink",
        {
            "sinks.delivered": "Records that a sink took",
            "sinks.failed": "Deliveries that a sink did not take",
        },
    ),
    *declared(
        "reason",
        {
            "forwarder.acknowledged": "Records that the head-end acknowledged as durable",
            "forwarder.bytes": "Octets sent to the head-end",
            "forwarder.epochs": "Epochs of the outbox that were begun",
            "forwarder.gaps": "Gaps sent in place of records",
            "forwarder.put_back": "Refused records that wait again, since the head-end refused everything",
            "heartbeat.failed": "Heartbeats that were not answered",
            "heartbeat.sent": "Heartbeats that the head-end took",
        },
    ),
    *declared(
        "answer",
        {
            "forwarder.answers": "Answers of the head-end, by what they mean",
        },
    ),
)

GAUGES = (
    Gauge("outbox.depth", "outbox.depth", "Records that wait for the head-end"),
    Gauge("outbox.oldest_s", "outbox.oldest_seconds", "Seconds that the oldest record has waited for the head-end"),
)
