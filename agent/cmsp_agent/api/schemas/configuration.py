"""Changes of the configuration from afar."""

from typing import Any

from cmsp_agent.api.schemas.base import Paged, Shape


class ConfigurationProblem(Shape):
    """A mistake in a file."""

    line: int
    path: str
    text: str


class ConfigurationCheck(Shape):
    """Whether a configuration could be used."""

    valid: bool
    problems: list[ConfigurationProblem]
    notes: list[str]


class ConfigurationApplied(Shape):
    """A configuration that is in force now; `unconfirmed` says until when it must be confirmed."""

    revision: int
    state: str


class RevisionShape(Shape):
    """One version of the configuration."""

    number: int
    at: str
    by: str
    state: str


class RevisionList(Paged):
    """The versions that are kept, the newest first."""

    items: list[RevisionShape]


class OutcomeShape(Shape):
    """What came of something that was asked of the appliance."""

    at: str
    subject: str
    outcome: str
    step: str
    reason: str
    by: str
    revision: int


class OutcomeList(Paged):
    """The newest first; kept over restarts."""

    items: list[OutcomeShape]


YAML_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}}
}
