"""The list that the common tests of the networks run over: a new kind of network is a line here."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from aecourse import networks
from aecourse.backend import keras


class Pair(NamedTuple):
    """A function of :mod:`aecourse.networks`, with the settings of a small pair."""

    build: Callable[..., tuple[Any, Any]]
    shape: tuple[int, ...]
    settings: dict[str, Any]
    code_shape: tuple[int, ...] = (4,)

    def __call__(self, **others: Any) -> tuple[Any, Any]:
        """Return the small pair, with other settings where they are given."""
        return self.build(**{"input_shape": self.shape, "code_size": 4, **self.settings, **others})


PAIRS = {
    "dense": Pair(networks.dense, (8, 8, 1), {"hidden": (6, 6)}),
    "tied_dense": Pair(networks.tied_dense, (8, 8, 1), {"hidden": (6, 6)}),
    "convolutional": Pair(networks.convolutional, (8, 8, 1), {"filters": (3, 3)}),
    "convolutional_grid": Pair(
        networks.convolutional_grid, (8, 9, 1), {"filters": (3,)}, (4, 5, 4)
    ),
    "pooling": Pair(networks.pooling, (8, 8, 1), {"filters": (3, 3)}),
    "residual": Pair(networks.residual, (8, 8, 1), {"filters": (3,), "blocks": 2}),
    "lstm": Pair(networks.recurrent, (6, 5), {"units": (5, 5)}),
    "gru": Pair(networks.recurrent, (6, 5), {"units": (5,), "cell": "gru"}),
    "patch_transformer": Pair(
        networks.patch_transformer, (8, 12, 1), {"depth": 2, "heads": 2}, (6, 4)
    ),
}

# Those whose code is a vector, behind which a decoder can be told something else.
CONDITIONED = ["dense", "convolutional", "pooling", "residual", "lstm", "gru"]


def output(model: Any, x: np.ndarray) -> np.ndarray:
    """Return what a model makes of ``x``."""
    return keras.ops.convert_to_numpy(model(keras.ops.convert_to_tensor(x)))


def weights(pair: tuple[Any, Any]) -> list[np.ndarray]:
    """Return the weights of both halves."""
    return [value for half in pair for value in half.get_weights()]


def drawn(pair: tuple[Any, Any]) -> list[np.ndarray]:
    """Return the weights that start at random: all but the biases and the normalisations'."""
    return [value for value in weights(pair) if value.ndim > 1 and value.any()]


def uniform(shape: tuple[int, ...], count: int = 3) -> np.ndarray:
    """Return random samples in [0, 1]."""
    return np.random.default_rng(0).uniform(size=(count, *shape)).astype("float32")
