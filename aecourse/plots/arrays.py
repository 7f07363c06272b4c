"""Checks at the door of every figure: what came, what was expected, what to do."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from aecourse.errors import InputError


def as_images(x: ArrayLike, name: str = "images") -> np.ndarray:
    """Return ``x`` as float images in [0, 1] of shape (n, height, width) or (n, height, width, 3).

    Accepts one more axis of length 1 at the end, rows of flattened square images, and 0–255
    integers. Values outside [0, 1], as a linear decoder gives, are clipped for display only.

    Raises
    ------
    InputError
        If the shape is none of these, the array is empty, or a value is NaN or infinite.
    """
    array = np.asarray(x)
    if array.size == 0 or array.dtype.kind not in "buif":
        raise InputError(
            f"{name} must be a non-empty numeric array; "
            f"got shape {array.shape} and type {array.dtype}."
        )
    scaled = array / 255.0 if array.dtype == np.uint8 else array.astype(float)
    return np.clip(finite(as_pictures(scaled, name), name), 0.0, 1.0)


def as_pictures(array: np.ndarray, name: str) -> np.ndarray:
    """Return ``array`` with image axes: (n, height, width) or (n, height, width, 3)."""
    if array.ndim == 4 and array.shape[-1] == 1:
        return array[..., 0]
    if array.ndim == 3 or (array.ndim == 4 and array.shape[-1] == 3):
        return array
    side = int(np.sqrt(array.shape[-1])) if array.ndim == 2 else 0
    if side and side * side == array.shape[-1]:
        return array.reshape(-1, side, side)
    raise InputError(
        f"{name} has shape {array.shape}; expected (n, height, width), (n, height, width, 1), "
        "(n, height, width, 3) or flattened square images (n, height * width)."
    )


def finite(array: np.ndarray, name: str) -> np.ndarray:
    """Return ``array``, or raise InputError if it holds NaN or infinity."""
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise InputError(
            f"{name} holds {bad} values that are NaN or infinite; "
            "find where training diverged, or remove them, before drawing."
        )
    return array


def curves(series: Mapping[str, ArrayLike], name: str = "curves") -> dict[str, np.ndarray]:
    """Return each of ``series`` as floats of shape (runs, points); a single run becomes one row.

    NaN and infinity are kept: a diverging run is drawn as far as it goes.
    """
    if not isinstance(series, Mapping) or not series:
        raise InputError(f"{name} must be a non-empty dict of label: values; got {series!r}.")
    return {str(label): _runs(values, f"{name}[{label!r}]") for label, values in series.items()}


def _runs(values: ArrayLike, name: str) -> np.ndarray:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} must be numbers, one row a seed with equally many points; {error}."
        ) from None
    if array.ndim not in (1, 2) or array.size == 0:
        raise InputError(
            f"{name} has shape {array.shape}; expected (points,) for one run "
            "or (seeds, points) for several."
        )
    return np.atleast_2d(array)


def matrix(values: ArrayLike, name: str, columns: int | None = None) -> np.ndarray:
    """Return ``values`` as a finite 2-D float array, with ``columns`` columns if given."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 2 or array.size == 0 or (columns is not None and array.shape[1] != columns):
        expected = f"(n, {columns})" if columns is not None else "(rows, columns)"
        raise InputError(f"{name} has shape {array.shape}; expected {expected}.")
    return finite(array, name)


def same_length(name: str, given: int, expected: int, of: str) -> None:
    """Raise InputError unless ``given`` equals ``expected``, the length of ``of``."""
    if given != expected:
        raise InputError(f"{name} has {given} entries, but {of} has {expected}; give one for each.")


def as_labels(labels: ArrayLike, length: int, class_names: Any = None) -> np.ndarray:
    """Return ``labels`` as integers of shape (length,) that index ``class_names`` if given."""
    array = np.asarray(labels)
    if array.ndim != 1 or array.dtype.kind not in "biu":
        raise InputError(
            f"labels has shape {array.shape} and type {array.dtype}; expected whole numbers (n,)."
        )
    same_length("labels", len(array), length, "the data")
    if (
        class_names is not None
        and len(array)
        and not 0 <= array.min() <= array.max() < len(class_names)
    ):
        raise InputError(
            f"labels run from {array.min()} to {array.max()}, "
            f"but class_names has {len(class_names)} names."
        )
    return array.astype(int)
