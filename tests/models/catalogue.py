"""The lists that the common tests run over: a new model or network is one more line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
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
    epochs: int = 3  # enough to see it learn


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
    opposed
        Whether a term of the loss may rise in training: one that is measured against a codebook
        that has yet to follow, or one whose weight rises.
    """

    name: str
    build: Callable[..., models.Autoencoder]
    settings: Mapping[str, Any] = MappingProxyType({})
    fits: Callable[[Network], bool] = lambda network: True
    labelled: bool = False
    draws: bool = False
    whole: bool = True
    opposed: bool = False


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


SIGMOID = {"code_activation": "sigmoid"}
SOFTMAX = {"output_activation": "softmax"}
CONDITION = {"condition_size": CLASSES}
IMAGE, SEQUENCE = (9, 10, 3), (3, 4)
SQUARE = (8, 8, 1)

NETWORKS = [
    Network("dense", (6, 5, 1), lambda **s: networks.dense((6, 5, 1), 3, hidden=(8,), **s)),
    Network("linear", (12,), lambda **s: networks.dense(12, 3, hidden=(), **s)),
    Network("tied", (6, 5, 1), lambda **s: networks.tied_dense((6, 5, 1), 3, hidden=(8,), **s)),
    Network(
        "convolutional", IMAGE, lambda **s: networks.convolutional(IMAGE, 3, filters=(4, 4), **s)
    ),
    Network("pooling", IMAGE, lambda **s: networks.pooling(IMAGE, 3, filters=(4, 4), **s)),
    Network(
        "residual", IMAGE, lambda **s: networks.residual(IMAGE, 3, filters=(4,), blocks=1, **s)
    ),
    Network(
        "LSTM", SEQUENCE, lambda **s: networks.recurrent(SEQUENCE, 3, units=(6,), **s), epochs=5
    ),
    Network(
        "GRU",
        SEQUENCE,
        lambda **s: networks.recurrent(SEQUENCE, 3, units=(6,), cell="gru", **s),
        epochs=5,
    ),
    Network(
        "convolutional grid",
        (9, 10, 1),
        lambda **s: networks.convolutional_grid((9, 10, 1), 3, filters=(4, 4), **s),
        code="grid",
    ),
    Network(
        "patch transformer",
        SQUARE,
        lambda **s: networks.patch_transformer(SQUARE, 4, patch_size=4, depth=1, heads=2, **s),
        code="patches",
    ),
]


def has(setting: str) -> Callable[[Network], bool]:
    """Return whether a network can be built with a setting."""
    return lambda network: (
        vectors(network) and not (network.name == "tied" and setting == "condition_size")
    )


def one_layer(network: Network) -> bool:
    """Whether the encoder is one dense layer."""
    return network.name == "linear"


VARIANTS = [
    Variant("squared error", models.Autoencoder),
    Variant("bernoulli", lambda *pair: models.Autoencoder(*pair, reconstruction="bernoulli")),
    Variant("gaussian", lambda *pair: models.Autoencoder(*pair, reconstruction="gaussian")),
    *(
        Variant(
            f"denoising, {noise}",
            lambda *pair, noise=noise: models.DenoisingAutoencoder(*pair, noise=noise, level=0.2),
        )
        for noise in ("gaussian", "masking", "salt_and_pepper")
    ),
    Variant("sparse, L1", lambda *pair: models.SparseAutoencoder(*pair, penalty="l1", weight=0.1)),
    Variant(
        "sparse, KL",
        lambda *pair: models.SparseAutoencoder(*pair, penalty="kl", weight=0.1),
        settings=SIGMOID,
        fits=vectors,
    ),
    Variant("k-sparse", lambda *pair: models.KSparseAutoencoder(*pair, active=2), fits=vectors),
    Variant(
        "contractive, exact",
        lambda *pair: models.ContractiveAutoencoder(*pair, weight=0.1),
        settings=SIGMOID,
        fits=one_layer,
    ),
    Variant(
        "contractive, estimated",
        lambda *pair: models.ContractiveAutoencoder(*pair, weight=0.1, jacobian="estimated"),
        draws=True,
    ),
    Variant("hashing", models.HashingAutoencoder, fits=vectors),
    Variant("variational", models.VariationalAutoencoder, draws=True),
    Variant(
        "variational, all settings",
        lambda *pair: models.VariationalAutoencoder(
            *pair, reconstruction="gaussian", beta=2.0, warm_up=6, free_bits=0.05, seed=3
        ),
        draws=True,
        opposed=True,
    ),
    Variant(
        "conditional variational",
        lambda *pair: models.ConditionalVariationalAutoencoder(*pair, classes=CLASSES),
        settings=CONDITION,
        fits=has("condition_size"),
        labelled=True,
        draws=True,
    ),
    Variant(
        "adversarial",
        lambda *pair: models.AdversarialAutoencoder(*pair, weight=0.1, discriminator_units=(4,)),
        draws=True,
    ),
    Variant(
        "semi-supervised adversarial",
        lambda *pair: models.SemiSupervisedAdversarialAutoencoder(
            *pair, classes=CLASSES, weight=0.1, label_weight=1, discriminator_units=(4,)
        ),
        settings=CONDITION,
        fits=has("condition_size"),
        labelled=True,
        draws=True,
    ),
    Variant(
        "Wasserstein",
        lambda *pair: models.WassersteinAutoencoder(*pair, weight=1),
        draws=True,
    ),
    Variant("regularised", lambda *pair: models.RegularizedAutoencoder(*pair, components=2)),
    Variant(
        "vector-quantised",
        lambda *pair: models.VectorQuantizedAutoencoder(*pair, codebook_size=5),
        opposed=True,
    ),
    Variant(
        "vector-quantised, in pieces",
        lambda *pair: models.VectorQuantizedAutoencoder(*pair, codebook_size=5, vector_size=1),
        opposed=True,
    ),
    Variant(
        "masked",
        lambda *pair: models.MaskedAutoencoder(*pair, masked_share=0.5),
        fits=lambda network: network.code == "patches",
        whole=False,
    ),
    Variant(
        "multinomial",
        lambda *pair: models.MultinomialAutoencoder(*pair, dropout=0.2, weight_penalty=0.01),
        settings=SOFTMAX,
        fits=one_layer,
    ),
    Variant(
        "multinomial variational",
        lambda *pair: models.MultinomialVariationalAutoencoder(
            *pair, dropout=0.2, weight_penalty=0.01, beta=0.5, warm_up=6
        ),
        settings=SOFTMAX,
        fits=one_layer,
        draws=True,
        opposed=True,
    ),
    Variant(
        "TF-IDF denoising",
        lambda *pair: models.TfidfDenoisingAutoencoder(*pair, level=0.2, weight_penalty=0.01),
        fits=one_layer,
    ),
    Variant(
        "observed",
        lambda *pair: models.ObservedAutoencoder(*pair, weight_penalty=0.01),
        fits=one_layer,
    ),
]

PAIRS = [
    (variant, network) for variant in VARIANTS for network in NETWORKS if variant.fits(network)
]
# One network for each variant, for what does not depend on the network.
FIRST = [next(pair for pair in PAIRS if pair[0] is variant) for variant in VARIANTS]
# Every variant and every network at least once, for a backend on which all pairs take too long.
COVERING = [
    *FIRST,
    *(pair for pair in PAIRS if pair[0] is VARIANTS[0] and pair not in FIRST),
]
