"""What the keys of a configuration share: strict types, documented one by one."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["table", "images"]

Whole = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A group of keys: unknown ones are refused, and a value must have the type that is asked."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def key(default: Any = ..., *, says: str, only: Kind | None = None, **limits: Any) -> Any:
    """Return a key of a section.

    Parameters
    ----------
    default
        Its value where the file leaves it out; without one the file must give it.
    says
        What it means, for the reference and for the comment in a new project's file.
    only
        The kind of data that it applies to, if not to all.
    **limits
        Of the value, as pydantic takes them.
    """
    extra: dict[str, Any] | None = {"only": only} if only else None
    return Field(default, description=says, json_schema_extra=extra, **limits)
