"""The link to the head-end, and the outbox that waits for it."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "headend.lost",
        Severity.MAJOR,
        "The head-end does not answer",
        incident=False,
        recommendation="Check the tunnel and the way to it; everything is kept until the head-end answers.",
    ),
    AlarmType(
        "headend.refused",
        Severity.MAJOR,
        "The head-end refuses the appliance",
        incident=False,
        recommendation="Ask the provider whether the appliance's certificate is valid and enrolled.",
    ),
    AlarmType(
        "tunnel.down",
        Severity.MAJOR,
        "The tunnel to the head-end is down",
        incident=False,
        recommendation="Look at it: `cmsp-agent tunnel status`, `journalctl -u cmsp-tunnel`.",
    ),
    once(
        "certificate.refused",
        Severity.MAJOR,
        "A certificate for the appliance was refused; the one before stays in use",
        "Read the reason with `GET /v1/outcomes`; where it stays so, enrol again: `cmsp-agent enrol --token …`.",
    ),
    once(
        "outbox.evicted",
        Severity.MAJOR,
        "Records were evicted before the head-end had them",
        "Restore the link, or give the outbox a larger budget.",
    ),
    once(
        "outbox.damaged",
        Severity.MAJOR,
        "Records of the outbox could not be read",
        "Run `cmsp-agent outbox check`; check the appliance's disk.",
    ),
    once(
        "outbox.reverted",
        Severity.MAJOR,
        "The appliance's state is of an earlier time than what the head-end has",
        "Where nobody restored a copy of the machine or of state.db, check its disk.",
    ),
    once(
        "headend.record_refused",
        Severity.MINOR,
        "The head-end refused a record",
        "Look at it with `cmsp-agent outbox list`, and report it to the provider.",
    ),
)
