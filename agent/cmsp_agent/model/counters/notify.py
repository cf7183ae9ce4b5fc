"""Notifications to interested parties."""

from cmsp_agent.model.counters.declaration import Counter, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "",
        {
            "notifications.given_up": "Notifications that no mail server took within three days",
            "notifications.refused": "Recipients for whom a mail server refused a notification for good",
        },
        loss=True,
    ),
    *declared(
        "",
        {
            "notifications.failed": "Attempts to hand a notification to the mail server that failed",
            "notifications.sent": "Notifications that the mail server took",
        },
    ),
)
