"""The lists that the common tests run over: a new model or network is one more line here."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from aecourse import models, networks


class Variant(NamedTuple):
    """A model, as a function from an encoder and a decoder."""

    name: str
    build: Callable[..., models.Autoencoder]


class Network(NamedTuple):
    """A pair of networks, with the shape of the samples it takes."""

    name: str
    shape: tuple[int, ...]
    build: Callable[[], tuple[Any, Any]]


VARIANTS = [
    Variant("squared error", models.Autoencoder),
    Variant("bernoulli", lambda *pair: models.Autoencoder(*pair, reconstruction="bernoulli")),
]

NETWORKS = [
    Network("linear", (12,), lambda: networks.dense(12, 3, hidden=())),
    Network("dense", (6, 5, 1), lambda: networks.dense((6, 5, 1), 3, hidden=(8,))),
    Network(
        "convolutional", (9, 10, 3), lambda: networks.convolutional((9, 10, 3), 3, filters=(4, 4))
    ),
]

SAMPLES = 50


def samples(shape: tuple[int, ...], count: int = SAMPLES, seed: int = 0) -> np.ndarray:
    """Return data in [0, 1] that a code of three values can describe."""
    rng = np.random.default_rng(seed)
    directions = np.random.default_rng(99).normal(size=(3, int(np.prod(shape))))
    values = 1 / (1 + np.exp(-rng.normal(size=(count, 3)) @ directions))
    return values.reshape(count, *shape).astype("float32")
