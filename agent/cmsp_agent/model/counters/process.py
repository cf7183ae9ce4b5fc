"""The process itself: its tasks, its event loop, reloads, and the API."""

from cmsp_agent.model.counters.declaration import Counter, Gauge, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "reason",
        {
            "reload.refused": "Reloads refused; the old configuration stayed",
        },
        loss=True,
    ),
    *declared(
        "task",
        {
            "tasks.failed": "Tasks that failed and were started again",
        },
        loss=True,
    ),
    *declared(
        "plugin",
        {
            "loop.blocked": "Times that something held the event loop",
            "loop.starved": "Times that the machine kept the event loop from running",
        },
    ),
    *declared(
        "reason",
        {
            "api.handshakes_failed": "TLS handshakes of the API that failed or took too long",
            "api.limited": "Calls and connections of the API beyond an identity's share",
            "api.refused": "Calls of the API that the caller's role does not permit",
            "api.turned_away": "Connections of the API closed: no descriptor or place was free, or no handshake came",
            "api.unreadable": "Requests to the API that are no HTTP, or whose headers are too large",
            "reload.done": "Reloads carried out",
        },
    ),
)

GAUGES = (
    Gauge("loop.lag_s", "loop.lag_seconds", "Seconds by which the event loop was late at the last look"),
    Gauge("*.pool.busy", "pool.busy", "Calls that run in a thread pool or wait for it", "pool"),
)
