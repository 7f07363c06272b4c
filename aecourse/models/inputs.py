"""The door at which every array that enters a model is checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.errors import InputError

# What a model is trained on: samples, or samples with something for each of them, such as labels.
Data = NDArray[Any] | tuple[NDArray[Any], ...]


def arrays_of(x: Data | None) -> tuple[NDArray[Any], ...]:
    """Return the arrays that ``x`` consists of, which may be none."""
    if x is None:
        return ()
    return x if isinstance(x, tuple) else (x,)


def sample_count(x: Data) -> int:
    """Return the number of samples in ``x``."""
    return len(arrays_of(x)[0])


def rows_of(x: Data, which: Any) -> Data:
    """Return some of the samples: a slice or an array of their positions."""
    return tuple(array[which] for array in x) if isinstance(x, tuple) else x[which]


def checked_batch(
    x: Any, shape: tuple[int | None, ...], *, name: str = "x", unit_interval: bool = False
) -> NDArray[np.float32]:
    """Return ``x`` as ``float32`` if a model can take it.

    Parameters
    ----------
    x
        Array of ``(samples, *shape)`` with floating-point numbers.
    shape
        Shape of one sample; ``None`` stands for any size.
    name
        What the message calls the array.
    unit_interval
        Whether values must lie between 0 and 1.

    Raises
    ------
    InputError
        If the array is empty, of another shape or type, holds NaN or infinity, or leaves [0, 1]
        where it must not.
    """
    array = np.asarray(x)
    _check_type(array, name)
    _check_shape(array, shape, name)
    lowest, highest = float(array.min()), float(array.max())
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        bad = ~np.isfinite(array)
        first = tuple(int(index) for index in np.argwhere(bad)[0])
        raise InputError(
            f"{name} holds {int(bad.sum())} values that are NaN or infinite, the first at index "
            f"{first}; remove or replace them before training."
        )
    if unit_interval and (lowest < 0 or highest > 1):
        raise InputError(
            f"{name} runs from {lowest:g} to {highest:g}, but reconstruction='bernoulli' reads "
            "each value as a probability between 0 and 1. Scale the data with "
            "preprocessing.unit_range, or use reconstruction='squared_error'."
        )
    return array.astype(np.float32, copy=False)


def _check_type(array: NDArray[Any], name: str) -> None:
    """Refuse all but floating-point numbers; whole numbers are most often unscaled pixels."""
    if np.issubdtype(array.dtype, np.floating):
        return
    if np.issubdtype(array.dtype, np.integer) or array.dtype == bool:
        raise InputError(
            f"{name} has dtype {array.dtype}; a model takes floating-point numbers. For images "
            "use preprocessing.unit_range, for other data astype('float32')."
        )
    raise InputError(
        f"{name} has dtype {array.dtype}; give an array of floating-point numbers in which all "
        "samples have one shape."
    )


def _check_shape(array: NDArray[Any], shape: tuple[int | None, ...], name: str) -> None:
    """Refuse an array that is not a batch of samples of the given shape."""
    if array.size == 0:
        raise InputError(f"{name} is empty (shape {array.shape}); give at least one sample.")
    if fits(array.shape[1:], shape):
        return
    way_out = "Build the networks with input_shape equal to the shape of one sample."
    if fits(array.shape, shape):
        way_out = f"For one sample give {name}[None]."
    elif fits((*array.shape[1:], 1), shape):
        way_out = f"Add the channel axis with {name}[..., None]."
    elif array.ndim > 1 and _sizes(shape) == int(np.prod(array.shape[1:])):
        way_out = f"Fold it with {name}.reshape(-1, {', '.join(map(str, shape))})."
    expected = ", ".join("any" if side is None else str(side) for side in ("samples", *shape))
    raise InputError(f"{name} has shape {array.shape}; expected ({expected}). {way_out}")


def fits(given: tuple[int | None, ...], expected: tuple[int | None, ...]) -> bool:
    """Return whether two shapes agree wherever both name a size."""
    return len(given) == len(expected) and all(
        left is None or right is None or left == right
        for left, right in zip(given, expected, strict=True)
    )


def _sizes(shape: tuple[int | None, ...]) -> int | None:
    """Return the number of values in a sample, or ``None`` if the shape leaves it open."""
    if None in shape:
        return None
    return int(np.prod([side for side in shape if side is not None]))
