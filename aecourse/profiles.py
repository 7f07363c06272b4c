"""The two sizes of every experiment: ``full`` for the book, ``quick`` for tests and a first try."""

import os
from typing import Literal, TypeVar

from aecourse.errors import InputError

Profile = Literal["quick", "full"]
Value = TypeVar("Value")

VARIABLE = "AECOURSE_PROFILE"


def current() -> Profile:
    """Return the profile named by ``AECOURSE_PROFILE``; ``full`` when it is not set.

    Raises
    ------
    InputError
        If the variable holds anything but ``quick`` or ``full``.

    Examples
    --------
    >>> from aecourse import profiles
    >>> profiles.current() in ("quick", "full")
    True
    """
    name = os.environ.get(VARIABLE, "full")
    if name == "quick":
        return "quick"
    if name == "full":
        return "full"
    raise InputError(f"{VARIABLE} is {name!r}; set it to 'quick' or 'full', or unset it.")


def choose(*, quick: Value, full: Value) -> Value:
    """Return the value for the current profile, as in ``epochs = choose(quick=1, full=15)``.

    Examples
    --------
    >>> from aecourse import profiles
    >>> epochs = profiles.choose(quick=1, full=15)
    >>> epochs in (1, 15)
    True
    """
    return quick if current() == "quick" else full
