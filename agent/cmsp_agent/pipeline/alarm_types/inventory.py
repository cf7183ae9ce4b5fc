"""Changes of the inventory that people want to know of at once."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

DEVICE_REPLACED = "device.replaced"
SOFTWARE_CHANGED = "software.changed"
PART_CHANGED = "part.changed"


def _news(name: str, title: str, advice: str) -> AlarmType:
    return AlarmType(
        name,
        Severity.WARNING,
        title,
        incident=False,
        transient=True,
        responsible="partner",
        recommendation=f"{advice} `cmsp-agent inventory history {{component}}` has what changed.",
    )


ALARM_TYPES: tuple[AlarmType, ...] = (
    _news(
        DEVICE_REPLACED,
        "{component} has another serial number: it was replaced",
        "Tell whoever keeps the support contract, which names the serial number; forget the SSH host key of the old"
        " device with `cmsp-agent component host-key --forget`.",
    ),
    _news(
        SOFTWARE_CHANGED,
        "{component} runs other software",
        "Check that the change was announced, and that a backup was taken.",
    ),
    _news(
        PART_CHANGED,
        "{component}: part {object} was swapped, put in or taken out",
        "Check that the work was announced.",
    ),
)
