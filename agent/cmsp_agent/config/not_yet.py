"""The keys that are accepted but not carried out yet. A test holds the list to the fields that nothing acts on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotYet:
    """A key, what is not done yet about it, and the fields (`Class.field`) that hold it and that nothing acts on.

    The fields are those of the configuration or the component, or the schema's where those have none.
    """

    pattern: str
    text: str
    fields: tuple[str, ...]


_SHOWN_NOWHERE = "it is shown nowhere yet"

NOT_YET: tuple[NotYet, ...] = (
    NotYet("appliance.language", "documents are not written yet", ("ApplianceSettings.language",)),
    NotYet("order.sru", "service requests are not carried out yet", ("Order.sru",)),
    NotYet("contacts.*.name", _SHOWN_NOWHERE, ("Contact.name",)),
    NotYet("contacts.*.phone", _SHOWN_NOWHERE, ("Contact.phone",)),
    NotYet("sites.*.hours", "business hours are not looked at yet", ("Site.hours",)),
    NotYet("privacy.telemetry", "no telemetry is sent yet", ("PrivacySettings.telemetry",)),
)
"""What a component can say, a group can set."""
