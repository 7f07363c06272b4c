"""The lists that the common tests run over: a new model or network is one more line here."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from aecourse import models, networks

CLASSES = 2
SAMPLES = 50


class Network(NamedTuple):
    """A pair of networks, with the shape of the samples it takes.

    ``build`` takes settings: every variant may ask for an activation of the code or a condition.
    """

    name: str
    shape: tuple[int, ...]
    build: Callable[..., tuple[Any, Any]]
    code: str = "vector"  # or "grid", "patches"


class Variant(NamedTuple):
    """A model, as a function from an encoder and a decoder.

    Attributes
    ----------
    settings
        What the networks are built with.
    fits
        Which networks the variant takes.
    labelled
        Whether the input is a pair with labels.
    draws
        Whether evaluation draws random numbers, so that it repeats only roughly.
    whole
        Whether the loss is about the whole reconstruction of the whole input.
    """

    name: str
    build: Callable[..., models.Autoencoder]
    settings: dict[str, Any] = {}
    fits: Callable[[Network], bool] = lambda network: True
    labelled: bool = False
    draws: bool = False
    whole: bool = True


def vectors(network: Network) -> bool:
    """Whether the code is a plain vector."""
    return network.code == "vector"


def data(variant: Variant, network: Network) -> Any:
    """Return what the variant is trained on."""
    x = samples(network.shape)
    return (x, np.arange(len(x)) % CLASSES) if variant.labelled else x


def samples(shape: tuple[int, ...], count: int = SAMPLES, seed: int = 0) -> np.ndarray:
    """Return data in [0, 1] that a code of three values can describe."""
    rng = np.random.default_rng(seed)
    directions = np.random.default_rng(99).normal(size=(3, int(np.prod(shape))))
    values = 1 / (1 + np.exp(-rng.normal(size=(count, 3)) @ directions))
    return values.reshape(count, *shape).astype("float32")


NETWORKS = [
    Network("dense", (6, 5, 1), lambda **s: networks.dense((6, 5, 1), 3, hidden=(8,), **s)),
    Network("linear", (12,), lambda **s: networks.dense(12, 3, hidden=(), **s)),
    Network(
        "convolutional",
        (9, 10, 3),
        lambda **s: networks.convolutional((9, 10, 3), 3, filters=(4, 4), **s),
    ),
]

VARIANTS = [
    Variant("squared error", models.Autoencoder),
    Variant("bernoulli", lambda *pair: models.Autoencoder(*pair, reconstruction="bernoulli")),
    Variant("gaussian", lambda *pair: models.Autoencoder(*pair, reconstruction="gaussian")),
    Variant("variational", models.VariationalAutoencoder, draws=True),
    Variant(
        "conditional variational",
        lambda *pair: models.ConditionalVariationalAutoencoder(*pair, classes=CLASSES),
        settings={"condition_size": CLASSES},
        fits=vectors,
        labelled=True,
        draws=True,
    ),
]

PAIRS = [
    (variant, network) for variant in VARIANTS for network in NETWORKS if variant.fits(network)
]
# One network for each variant, for what does not depend on the network.
FIRST = [next(pair for pair in PAIRS if pair[0] is variant) for variant in VARIANTS]
