"""The order: its term, letters of authorisation, support contracts, and how many components it counts."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

LETTER_ENDS, LETTER_ENDED = "authorisation.ends", "authorisation.ended"
CONTRACT_ENDS, CONTRACT_ENDED = "support.ends", "support.ended"
TERM_ENDS, TERM_ENDED = "order.ends", "order.ended"
TOO_MANY = "order.exceeded"
END_OF_LIFE_NEAR, END_OF_LIFE = "end_of_life.near", "end_of_life.reached"

_RENEW = "Renew it, write the new last day into the file, and reload. "


def _dated(name: str, severity: Severity, title: str, advice: str) -> AlarmType:
    return AlarmType(name, severity, title, incident=False, responsible="partner", recommendation=advice)


ALARM_TYPES: tuple[AlarmType, ...] = (
    _dated(
        LETTER_ENDS,
        Severity.WARNING,
        "{component}: letter of authorisation {object} ends",
        f"{_RENEW}After its last day nobody may save, restore or change the component; monitoring goes on.",
    ),
    _dated(
        LETTER_ENDED,
        Severity.MAJOR,
        "{component}: letter of authorisation {object} has ended",
        f"{_RENEW}Until then nothing is saved, restored or changed on the component; monitoring goes on.",
    ),
    _dated(
        CONTRACT_ENDS,
        Severity.WARNING,
        "{component}: support contract {object} ends",
        f"{_RENEW}After its last day there are no updates and no replacement; monitoring goes on.",
    ),
    _dated(
        CONTRACT_ENDED,
        Severity.MINOR,
        "{component}: support contract {object} has ended",
        f"{_RENEW}Until then there are no updates and no replacement; monitoring goes on.",
    ),
    _dated(
        TERM_ENDS,
        Severity.WARNING,
        "The term of order {object} ends",
        f"{_RENEW}Monitoring goes on until the head-end says otherwise.",
    ),
    _dated(
        TERM_ENDED,
        Severity.MAJOR,
        "The term of order {object} has ended",
        f"{_RENEW}Monitoring goes on until the head-end says otherwise.",
    ),
    _dated(
        TOO_MANY,
        Severity.WARNING,
        "The file names more components than order {object} counts",
        "Order more, or take components out of the file. None is dropped.",
    ),
    _dated(
        END_OF_LIFE_NEAR,
        Severity.WARNING,
        "{component}: the maker's support for it ends",
        "Plan its replacement: after that day faults of its software are mended no more. Monitoring goes on.",
    ),
    _dated(
        END_OF_LIFE,
        Severity.WARNING,
        "{component}: the maker's support for it is over",
        "Plan its replacement: faults of its software are mended no more. Monitoring goes on.",
    ),
)
OF_THE_ORDER = frozenset(alarm.type for alarm in ALARM_TYPES)
