"""Events: the pipeline that judges them, and the service that stores them."""

from cmsp_agent.model.counters.declaration import Counter, Gauge, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "reason",
        {
            "events.dropped": "Signals dropped because too many waited for the database",
            "events.listener.failed": "Listeners that failed over an event",
            "emergency.calls.dropped": "Messages about calls dropped because too many waited",
            "emergency.not_stored": "Emergency calls that are not on record",
            "events.not_stored": "Signals that could not be stored",
            "notices.dropped": "Own events dropped because too many waited",
            "pipeline.batch.failed": "Batches over which the pipeline failed",
            "pipeline.signal.failed": "Signals over which the pipeline failed",
        },
        loss=True,
    ),
    *declared(
        "component",
        {
            "filter.never_used": "Messages that something is down which was never in use",
            "filter.not_in_tier": "Events that the tier of a component does not get",
            "time.stale_polls": "Outcomes of polls that were older than what is known",
        },
    ),
    *declared(
        "reason",
        {
            "correlate.clear_without_raise": "Clears of alarms that do not hold",
            "correlate.folded": "Repeats folded into their alarm",
            "events.removed": "Events that were too old, or beyond the budget of the disk",
            "events.signals": "Signals judged",
            "incidents.removed": "Incidents that ended more than 13 months ago",
            "flapping.folded": "Changes folded into a flapping alarm",
            "normalise.unknown_component": "Messages of components that the file no longer names",
            "order.late_clears": "Clears that came after a later raise of their alarm",
            "order.late_raises": "Raises that came after their own clear",
            "messages.sealed": "Received messages that are kept sealed, as a part of them is hidden",
            "messages.sealed_removed": "Sealed messages removed: too old, or beyond their budget",
            "time.late_duplicates": "Messages of a fault that had ended already",
            "time.repeats": "Messages that came again within seconds",
        },
    ),
    *declared(
        "rule",
        {
            "rules.clears_delayed": "Clears that a rule makes wait",
            "rules.dropped": "Events that a rule of the file dropped",
            "rules.emergency_kept": "Events that a filter did not touch, as they take away a way to emergency numbers",
            "rules.emergency_overridden": "Events about emergency numbers that a filter with an override did touch",
            "rules.sequences": "Events that followed another as a rule says",
        },
    ),
    *declared(
        "message",
        {
            "normalise.no_rule": "Messages that no rule gives a meaning",
        },
    ),
)

GAUGES = (Gauge("events.waiting", "events.waiting", "Signals that wait for the database"),)
