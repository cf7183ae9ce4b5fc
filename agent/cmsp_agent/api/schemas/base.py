"""What all schemas are, and the one of problems."""

from pydantic import BaseModel, ConfigDict

LONGEST_SECONDS = 10 * 366 * 86_400
"""That a caller may ask for."""


class Shape(BaseModel):
    """An answer; more members may come in later releases."""

    model_config = ConfigDict(extra="allow")


class Paged(Shape):
    """A page of a list; `next` is the cursor of the following one, null on the last."""

    next: int | None = None


class Strict(BaseModel):
    """A request: what we don't know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class ProblemDetails(Shape):
    """RFC 9457 problem details. `exit_code` is what a command that fails so ends with."""

    type: str
    title: str
    status: int
    detail: str = ""
    exit_code: int = 1
