"""What is a part of the configuration? Typed keys with defaults; an unknown one is an error."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
