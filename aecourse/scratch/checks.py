"""The door: what comes in is checked once here, so that the mathematics need not look again."""

from numbers import Integral, Real
from typing import Any

import numpy as np


def samples(x: Any, features: int | None = None, name: str = "x") -> np.ndarray:
    """Return ``x`` as an array (samples, features) of finite real numbers.

    Raises
    ------
    ValueError
        If it has another shape, is empty, or holds NaN, infinity or anything but real numbers.
    """
    array = np.asarray(x)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} has dtype {array.dtype}; real numbers were expected.")
    wanted = "(samples, features)" if features is None else f"(samples, {features})"
    if array.ndim != 2 or (features is not None and array.shape[1] != features):
        raise ValueError(
            f"{name} has shape {array.shape}; {wanted} was expected. Images become rows with "
            "x.reshape(len(x), -1), a single sample with x[None]."
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}.")
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ValueError(f"{name} holds NaN or infinity in {count} places; repair those first.")
    return array


def whole_number(value: Any, name: str, least: int = 1) -> int:
    """Return ``value`` as an ``int`` of at least ``least``, or raise ``ValueError``."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} is {value!r}; a whole number of at least {least} was expected.")
    return int(value)


def fraction(value: Any, name: str) -> float:
    """Return ``value`` as a ``float`` with 0 ≤ value < 1, or raise ``ValueError``."""
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= float(value) < 1:
        raise ValueError(f"{name} is {value!r}; a number from 0 to below 1 was expected.")
    return float(value)


def positive(value: Any, name: str) -> float:
    """Return ``value`` as a finite ``float`` above 0, or raise ``ValueError``."""
    if (
        not isinstance(value, Real)
        or isinstance(value, bool)
        or not (0 < float(value) < float("inf"))
    ):
        raise ValueError(f"{name} is {value!r}; a finite number above 0 was expected.")
    return float(value)
