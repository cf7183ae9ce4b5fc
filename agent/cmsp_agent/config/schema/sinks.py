"""Where records go beside the head-end: sinks of plugins, each with its options."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from cmsp_agent.config.schema.base import TEXT, AlsoAs, Section
from cmsp_agent.config.schema.values import Name, Text, text
from cmsp_agent.config.tree import SecretReference

MOST_SINKS = 8


def _option(value: Any) -> Any:
    if isinstance(value, SecretReference):
        return value
    return text("true" if value is True else "false" if value is False else value)


def _few(sinks: dict[str, "SinkSection"]) -> dict[str, "SinkSection"]:
    if len(sinks) > MOST_SINKS:
        raise ValueError(f"{MOST_SINKS} sinks at most")
    return sinks


SinkOption = Annotated[
    str | SecretReference,
    PlainValidator(_option),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
"""Text, or a secret by reference."""


class SinkSection(Section):
    """A place where records go beside the head-end."""

    short_form = "kind"
    kind: Name = Field(description="Of those that the installed plugins bring")
    options: dict[Text, SinkOption] = Field(default_factory=dict, description="As the plugin wants them")


Sinks = Annotated[dict[Name, Annotated[SinkSection, AlsoAs(TEXT)]], AfterValidator(_few)]
