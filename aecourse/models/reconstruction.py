"""How far a reconstruction is from its target, summed over everything but the batch axis."""

from collections.abc import Callable
from typing import Any

from aecourse.backend import keras
from aecourse.errors import InputError

Tensor = Any  # each backend has its own tensor type
Error = Callable[[Tensor, Tensor], Tensor]


def sum_per_sample(values: Tensor) -> Tensor:
    """Sum over every axis but the first."""
    return keras.ops.sum(values, axis=tuple(range(1, len(values.shape))))


def squared_error(target: Tensor, reconstruction: Tensor) -> Tensor:
    """Return the sum of squared differences of each sample."""
    return sum_per_sample(keras.ops.square(target - reconstruction))


def bernoulli(target: Tensor, probability: Tensor) -> Tensor:
    """Return each sample's negative log likelihood under independent Bernoulli values, in nats.

    Its lowest value is 0 only where the target is exactly 0 or 1. Between them it is the entropy
    of a coin with that bias, which no reconstruction can undercut.
    """
    return sum_per_sample(keras.ops.binary_crossentropy(target, probability))


ERRORS: dict[str, Error] = {"squared_error": squared_error, "bernoulli": bernoulli}


def error_named(name: str) -> Error:
    """Return the error of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in ERRORS:
        known = " or ".join(repr(known) for known in ERRORS)
        raise InputError(f"reconstruction is {name!r}; give {known}.")
    return ERRORS[name]
