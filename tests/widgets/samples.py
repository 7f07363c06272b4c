"""Small explorers with known data."""

from itertools import pairwise

import numpy as np

from aecourse.widgets import (
    CloudExplorer,
    DecoderExplorer,
    DescentExplorer,
    LineExplorer,
    RecommendationExplorer,
    SettingExplorer,
    ThresholdExplorer,
    TransposedConvolution,
    WordsExplorer,
)


def decoder_explorer(size: int = 2, precision: str = "float16", **options) -> DecoderExplorer:
    """Return a decoder with each activation, random weights and 60 codes in three classes."""
    rng = np.random.default_rng(3)
    widths = [size, 7, 9, 11, 10, 20]
    layers = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in pairwise(widths)]
    options = {
        "codes": rng.normal(size=(60, size)),
        "labels": np.arange(60) % 3,
        "class_names": ["shirt", "bag", "boot"],
        "image_shape": (4, 5),
        **options,
    }
    activations = ["relu", "tanh", "linear", "leaky_relu", "sigmoid"]
    return DecoderExplorer(layers, activations, precision=precision, **options)


def convolutional_explorer(precision: str = "float16") -> DecoderExplorer:
    """Return the decoder of a course's convolutional pair with random weights: 2 to 28 × 28."""
    rng = np.random.default_rng(4)

    def weights(*shape):
        return rng.normal(scale=0.15, size=shape)

    layers = [
        (weights(2, 1568) * 4, weights(1568)),
        TransposedConvolution(weights(5, 5, 16, 32), weights(16), (7, 7), (14, 14)),
        TransposedConvolution(weights(5, 5, 1, 16), weights(1), (14, 14), (28, 28)),
    ]
    return DecoderExplorer(
        layers,
        ["leaky_relu", "leaky_relu", "sigmoid"],
        rng.normal(size=(60, 2)),
        precision=precision,
    )


def line_explorer(**options) -> LineExplorer:
    """Return forty points along a slope of 30 degrees."""
    rng = np.random.default_rng(5)
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    points = rng.normal(size=(40, 2)) * [2.0, 0.4] @ np.array([[c, s], [-s, c]]) + [3.0, -1.0]
    return LineExplorer(points, **options)


def descent_explorer(**options) -> DescentExplorer:
    return DescentExplorer(**options)


def setting_explorer(**options) -> SettingExplorer:
    """Return four values with a row that stays, one that moves, and signed weights of two sizes."""
    rng = np.random.default_rng(6)
    options = {
        "values": [0.5, 1.0, 2.0, 4.0],
        "images": {"original": rng.random((6, 5, 4)), "decoded": rng.random((4, 6, 5, 4))},
        "numbers": {
            "error": rng.random((3, 4)),
            "KL (nats)": [9.0, 5.0, 2.0, 1.0],
            "active": [4, 3, 2, 1],
        },
        "weights": {
            "weights": rng.normal(size=(4, 12, 3, 3)) * np.reshape([1, 2, 3, 4], (4, 1, 1, 1))
        },
        "log": True,
        **options,
    }
    return SettingExplorer("β", **options)


def cloud_explorer(**options) -> CloudExplorer:
    """Return a wide and a narrow cloud of forty codes in three classes at four epochs."""
    rng = np.random.default_rng(7)
    options = {
        "codes": {"plain": rng.normal(size=(4, 40, 2)) * 9, "VAE": rng.normal(size=(4, 40, 2))},
        "labels": np.arange(40) % 3,
        "epochs": [0, 1, 5, 20],
        "class_names": ["shirt", "bag", "boot"],
        "numbers": {"plain": [3.0, 4.0, 5.0, 6.0], "VAE": [1.0, 0.5, 0.2, 0.1]},
        "number_name": "MMD",
        **options,
    }
    return CloudExplorer(**options)


def threshold_explorer(**options) -> ThresholdExplorer:
    """Return 300 normal samples and 30 anomalies whose scores overlap, some of them equal."""
    rng = np.random.default_rng(8)
    labels = rng.permutation(np.repeat([0, 1], [300, 30]))
    options = {
        "labels": labels,
        "scores": np.round(rng.gamma(2.0, size=330) + 4 * labels, 2) + 0.1,
        "losses": np.round(rng.lognormal(4, 1, 330), 2),
        "false_alarm": 10.0,
        "prevalence": 0.002,
        **options,
    }
    return ThresholdExplorer(**options)


def words_explorer(**options) -> WordsExplorer:
    """Return twenty words, four of them apart from letters, random weights and three beginnings."""
    rng = np.random.default_rng(9)
    words = ["don't", "caf\u00e9", "42", "\U0001f600", *(f"w{place}" for place in range(16))]
    options = {
        "words": words,
        "rarity": rng.uniform(1, 5, 20),
        "halves": (
            (rng.normal(size=(20, 3)), rng.normal(size=3)),
            (rng.normal(size=(3, 20)), rng.normal(size=20)),
        ),
        "examples": ["w1 w2", "w3", "Don\u2019t w5 w5 w6"],
        **options,
    }
    return WordsExplorer(**options)


def recommendation_explorer(**options) -> RecommendationExplorer:
    """Return thirty films with random weights, two of them ticked, and a code of four numbers."""
    rng = np.random.default_rng(9)
    items, code = 30, 4
    linear = rng.normal(0, 0.1, (items, items))
    np.fill_diagonal(linear, 0)
    options = {
        "titles": [f"Film {number}, The ({1970 + number})" for number in range(items)],
        "popularity": np.linspace(0.5, 0.02, items),
        "linear": linear,
        "encoder": (rng.normal(size=(items, code)), rng.normal(size=code)),
        "decoder": (rng.normal(size=(code, items)), rng.normal(size=items)),
        "start": ["Film 3, The (1973)", "Film 11, The (1981)"],
        **options,
    }
    return RecommendationExplorer(**options)


def listed_numbers(explorer: RecommendationExplorer, ticked, tilt: float) -> np.ndarray:
    """Return what the page draws: places, scores and first reasons, list by list."""
    parts = [
        [*found.places, *found.scores, *(first[0] if first else -1 for first in found.reasons)]
        for found in explorer.lists(ticked, tilt).values()
    ]
    return np.concatenate(parts)
