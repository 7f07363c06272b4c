"""The checks that all metrics share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.errors import InputError


def numbers(values: Any, name: str) -> NDArray[np.float64]:
    """Return ``values`` in double precision: sums over many pixels lose digits in single.

    Raises
    ------
    InputError
        If there are none, or they are not finite real numbers.
    """
    array = np.asarray(values)
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool) or np.iscomplexobj(array):
        raise InputError(f"{name} has dtype {array.dtype}; give an array of real numbers.")
    if array.size == 0:
        raise InputError(f"{name} is empty (shape {array.shape}); give at least one sample.")
    if array.ndim == 0:
        raise InputError(f"{name} is a single number; give an array with one row a sample.")
    array = array.astype(np.float64)
    bad = int(np.size(array) - np.count_nonzero(np.isfinite(array)))
    if bad:
        raise InputError(f"{name} holds {bad} values that are NaN or infinite; remove them first.")
    return array


def pair(x: Any, x_hat: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return an array and its reconstruction.

    Raises
    ------
    InputError
        If their shapes differ or either is no array of finite numbers.
    """
    x, x_hat = numbers(x, "x"), numbers(x_hat, "x_hat")
    if x.shape != x_hat.shape:
        raise InputError(
            f"x has shape {x.shape} and x_hat {x_hat.shape}; give the reconstruction of the very "
            "same samples, with the same axes."
        )
    return x, x_hat


def probabilities(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return ``values`` if all lie between 0 and 1.

    Raises
    ------
    InputError
        If one does not.
    """
    if values.min() < 0 or values.max() > 1:
        raise InputError(
            f"{name} runs from {values.min():g} to {values.max():g}; a Bernoulli likelihood needs "
            "values between 0 and 1. Scale with preprocessing.unit_range."
        )
    return values
