"""From raw arrays to what a network takes, without a look at the test data."""

from typing import Any

import numpy as np

from aecourse.errors import InputError

_CHANNELS = (1, 3)


def unit_range(images: np.ndarray) -> np.ndarray:
    """Return images as ``float32`` in [0, 1] with a channel axis.

    Bytes are divided by 255, a constant of the format: nothing is learnt from the data, so nothing
    can leak. Images that are already floats in [0, 1] keep their values, so a second call changes
    nothing.

    Parameters
    ----------
    images : (n, height, width), (n, height, width, 1) or (n, height, width, 3)
        ``uint8``, or floats in [0, 1].

    Returns
    -------
    numpy.ndarray
        ``(n, height, width, channels)``, ``float32``.

    Raises
    ------
    InputError
        If the shape or type is another one, the array is empty, or a float is NaN or outside
        [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import preprocessing
    >>> images = np.full((2, 28, 28), 255, np.uint8)
    >>> scaled = preprocessing.unit_range(images)
    >>> scaled.shape, float(scaled.max())
    ((2, 28, 28, 1), 1.0)
    """
    images = np.asarray(images)
    _require_image_shape(images)
    if images.dtype == np.uint8:
        scaled = images.astype(np.float32) / np.float32(255)
    elif np.issubdtype(images.dtype, np.floating):
        _require_unit_range(images)
        scaled = images.astype(np.float32)
    else:
        raise InputError(
            f"images are {images.dtype}; expected uint8 (0–255) or floats in [0, 1]. "
            f"If they hold 0–255, pass images.astype('uint8')."
        )
    return scaled if scaled.ndim == 4 else scaled[..., np.newaxis]


def train_validation_split(
    *arrays: np.ndarray,
    fraction: float | None = None,
    size: int | None = None,
    seed: int = 0,
    stratify: np.ndarray | None = None,
) -> list[Any]:
    """Hold back a validation part of the training data.

    ``x_train, x_val = train_validation_split(x, fraction=0.1)``; with labels,
    ``x_train, x_val, y_train, y_val = train_validation_split(x, y, fraction=0.1, stratify=y)``.
    The same seed gives the same parts, and no sample is in both.

    Parameters
    ----------
    *arrays : (n, ...)
        One or more arrays with the same number of samples.
    fraction, size
        How much to hold back: a share between 0 and 1, or a number of samples. Give one of them.
    seed
        Seeds the shuffle.
    stratify : (n,), optional
        Labels whose proportions both parts keep.

    Raises
    ------
    InputError
        If the lengths differ, a part would be empty, or a class is too small to stratify.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import preprocessing
    >>> train, validation = preprocessing.train_validation_split(np.arange(10), size=3, seed=0)
    >>> len(train), len(validation)
    (7, 3)
    """
    from sklearn.model_selection import train_test_split

    count = _common_length(*arrays, *(() if stratify is None else (stratify,)))
    held_back = _held_back(count, fraction, size)
    try:
        return train_test_split(*arrays, test_size=held_back, random_state=seed, stratify=stratify)
    except ValueError as error:
        raise InputError(f"the data cannot be split as asked: {error}") from error


def _require_image_shape(images: np.ndarray) -> None:
    fits = images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in _CHANNELS)
    if not fits:
        raise InputError(
            f"images have shape {images.shape}; expected (n, height, width), "
            f"(n, height, width, 1) or (n, height, width, 3). A single image needs image[None]."
        )
    if images.size == 0:
        raise InputError(f"images are empty: shape {images.shape}.")


def _require_unit_range(images: np.ndarray) -> None:
    low, high = images.min(), images.max()
    if not np.isfinite([low, high]).all():
        raise InputError("images hold NaN or infinity; remove or repair those samples first.")
    if low < 0 or high > 1:
        raise InputError(
            f"float images lie in [{low:.4g}, {high:.4g}]; expected [0, 1]. "
            f"If they hold 0–255, divide by 255 or pass them as uint8."
        )


def _common_length(*arrays: np.ndarray) -> int:
    if not arrays:
        raise InputError("give at least one array to split.")
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise InputError(f"arrays differ in their number of samples: {lengths}.")
    return lengths[0]


def _held_back(count: int, fraction: float | None, size: int | None) -> int:
    """Return the number of samples to hold back."""
    if (fraction is None) == (size is None):
        raise InputError("give either fraction or size, and not both.")
    if fraction is not None:
        if not 0 < fraction < 1:
            raise InputError(f"fraction is {fraction}; expected a number between 0 and 1.")
        size = max(1, round(fraction * count))
    assert size is not None  # one of the two was given
    if not 0 < size < count:
        raise InputError(f"size is {size}; expected at least 1 and fewer than the {count} samples.")
    return size
