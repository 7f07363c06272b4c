"""Checks of single settings, for every module that takes numbers and names from a user."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from aecourse.errors import InputError


def whole(value: Any, name: str, *, least: int = 1) -> int:
    """Return ``value`` as an ``int`` if it is a whole number of at least ``least``.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least:
        return int(value)
    raise InputError(f"{name} is {value!r}; give a whole number of at least {least}.")


def real(
    value: Any,
    name: str,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """Return ``value`` as a ``float`` if it is a finite number within the limits.

    ``above`` and ``below`` are left out of the range, ``least`` and ``most`` belong to it.

    Raises
    ------
    InputError
        If it is anything else.
    """
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if number and (
        (above is None or value > above)
        and (least is None or value >= least)
        and (below is None or value < below)
        and (most is None or value <= most)
    ):
        return float(value)
    limits = {"above": above, "of at least": least, "below": below, "of at most": most}
    asked = " and ".join(f"{word} {limit:g}" for word, limit in limits.items() if limit is not None)
    raise InputError(f"{name} is {value!r}; give a number {asked}".rstrip() + ".")


def one_of(value: Any, name: str, options: Iterable[str]) -> str:
    """Return ``value`` if it is one of the named options.

    Raises
    ------
    InputError
        If it is anything else.
    """
    known = tuple(options)
    if isinstance(value, str) and value in known:
        return value
    *others, last = (repr(option) for option in known)
    listed = f"{', '.join(others)} or {last}" if others else last
    raise InputError(f"{name} is {value!r}; give {listed}.")
