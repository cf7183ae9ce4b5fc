"""What every section has in common: unknown keys refused, null means "not said", short forms taken apart."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator


class Unshown(ValueError):
    """A value is wrong and must not be repeated: it may be a secret."""


class AlsoAs:
    """For the JSON Schema: the short forms in which a section or a list may be written too."""

    def __init__(self, *forms: dict[str, Any]) -> None:
        self._forms = forms

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """The long form as pydantic derives it, or one of the short ones."""
        return {"anyOf": [handler(core_schema), *self._forms]}


TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
YES_NO: dict[str, Any] = {"enum": [True, False, "yes", "no", "on", "off"]}
"""YAML 1.2 has true and false; the words that people write are taken too, so an editor must not mark them."""
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


class Section(BaseModel):
    """A mapping of the file with fixed keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)

    short_form: ClassVar[str] = ""
    """The key that is meant when a single value stands where the mapping could; empty: no such form."""

    @model_validator(mode="before")
    @classmethod
    def _forms(cls, data: Any) -> Any:
        if data is None:
            return {}
        if isinstance(data, dict):
            known = {field.alias or name for name, field in cls.model_fields.items()}
            return {key: value for key, value in data.items() if value is not None or key not in known}
        if cls.short_form and not isinstance(data, list):
            return {cls.short_form: data}
        return data
