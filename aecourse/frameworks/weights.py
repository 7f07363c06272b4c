"""The weights of the autoencoder, in the one form that all four frameworks are given.

The network halves the image twice by convolutions, makes a code of what is left, and goes the same
way back:

28 × 28 × 1 → 14 × 14 × 8 → 7 × 7 × 16 → code → 7 × 7 × 16 → 14 × 14 × 8 → 28 × 28 × 1

The common form is TensorFlow's: channels last, a dense kernel is (inputs, outputs), a convolution's
is (height, width, inputs, outputs), and a transposed convolution's (height, width, outputs,
inputs). PyTorch has its own, and :func:`to_torch` goes there.

Examples
--------
``to_torch``:

>>> from aecourse.frameworks import weights
>>> start = weights.glorot(seed=0)
>>> start["code/kernel"].shape, weights.to_torch(start)["code/kernel"].shape
((784, 32), (32, 784))
"""

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]

SIDE = 28
CODE_SIZE = 32
FILTERS = (8, 16)
KERNEL = 4
GRID = (SIDE // 4, SIDE // 4, FILTERS[1])

SHAPES: dict[str, tuple[int, ...]] = {
    "halve_1/kernel": (KERNEL, KERNEL, 1, FILTERS[0]),
    "halve_1/bias": (FILTERS[0],),
    "halve_2/kernel": (KERNEL, KERNEL, *FILTERS),
    "halve_2/bias": (FILTERS[1],),
    "code/kernel": (int(np.prod(GRID)), CODE_SIZE),
    "code/bias": (CODE_SIZE,),
    "expand/kernel": (CODE_SIZE, int(np.prod(GRID))),
    "expand/bias": (int(np.prod(GRID)),),
    "double_1/kernel": (KERNEL, KERNEL, *FILTERS),
    "double_1/bias": (FILTERS[0],),
    "double_2/kernel": (KERNEL, KERNEL, 1, FILTERS[0]),
    "double_2/bias": (1,),
}
"""The shape of each array of weights, from the image to its reconstruction."""

# Arrays that meet the flattened maps, and along which axis.
_FLATTENED = {"code/kernel": 0, "expand/kernel": 1, "expand/bias": 0}
_CHANNELS_FIRST = np.arange(np.prod(GRID)).reshape(GRID).transpose(2, 0, 1).ravel()
_CHANNELS_LAST = np.argsort(_CHANNELS_FIRST)


def glorot(seed: int) -> Weights:
    """Return starting weights: kernels after Glorot and Bengio, biases zero.

    Parameters
    ----------
    seed : int
        The same seed gives the same weights.

    Returns
    -------
    dict of str to array
        The arrays of ``SHAPES``, in its order.

    References
    ----------
    Glorot and Bengio (2010).

    Examples
    --------
    >>> from aecourse.frameworks import weights
    >>> start = weights.glorot(seed=0)
    >>> start["halve_1/kernel"].shape, bool((start["halve_1/bias"] == 0).all())
    ((4, 4, 1, 8), True)
    """
    rng = np.random.default_rng(seed)
    return {
        name: _glorot_kernel(rng, shape) if name.endswith("kernel") else np.zeros(shape, "float32")
        for name, shape in SHAPES.items()
    }


def _glorot_kernel(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    *window, inputs, outputs = shape
    limit = np.sqrt(6 / (np.prod(window) * (inputs + outputs)))
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def to_torch(weights: Weights) -> Weights:
    """Return the same weights as PyTorch lays them out.

    Two things change. A kernel has its channels first, (outputs, inputs, height, width), or
    (outputs, inputs) if it is dense; a transposed convolution has inputs and outputs exchanged.
    And maps are flattened with the channel first, so that the rows of the code's kernel, and what
    the decoder's dense layer gives, must be put in that order.
    """
    return {
        name: array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
        for name, array in _reordered(weights, _CHANNELS_FIRST).items()
    }


def from_torch(weights: Weights) -> Weights:
    """Undo :func:`to_torch`, for weights or for their gradients.

    Examples
    --------
    >>> from aecourse.frameworks import weights
    >>> start = weights.glorot(seed=0)
    >>> back = weights.from_torch(weights.to_torch(start))
    >>> all((back[name] == start[name]).all() for name in start)
    True
    """
    turned = {
        name: array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T
        for name, array in weights.items()
    }
    return _reordered(turned, _CHANNELS_LAST)


def _reordered(weights: Weights, order: NDArray[np.int64]) -> Weights:
    """Put the entries that belong to the flattened maps into another order."""
    return {
        name: np.take(array, order, axis=_FLATTENED[name]) if name in _FLATTENED else array
        for name, array in weights.items()
    }
