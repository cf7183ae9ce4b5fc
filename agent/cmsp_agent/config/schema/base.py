"""What every section has in common: unknown keys refused, null means "not said", short forms taken apart."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator


class Unshown(ValueError):
    """A value is wrong and must not be repeated: it may be a secret."""


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
