"""Small explorers with known data."""

from itertools import pairwise

import numpy as np

from aecourse.widgets import DecoderExplorer, DescentExplorer, LineExplorer


def decoder_explorer(size: int = 2, precision: str = "float16", **options) -> DecoderExplorer:
    """Return a decoder with each activation, random weights and 60 codes in three classes."""
    rng = np.random.default_rng(3)
    widths = [size, 7, 9, 11, 20]
    layers = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in pairwise(widths)]
    options = {
        "codes": rng.normal(size=(60, size)),
        "labels": np.arange(60) % 3,
        "class_names": ["shirt", "bag", "boot"],
        "image_shape": (4, 5),
        **options,
    }
    activations = ["relu", "tanh", "linear", "sigmoid"]
    return DecoderExplorer(layers, activations, precision=precision, **options)


def line_explorer(**options) -> LineExplorer:
    """Return forty points along a slope of 30 degrees."""
    rng = np.random.default_rng(5)
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    points = rng.normal(size=(40, 2)) * [2.0, 0.4] @ np.array([[c, s], [-s, c]]) + [3.0, -1.0]
    return LineExplorer(points, **options)


def descent_explorer(**options) -> DescentExplorer:
    return DescentExplorer(**options)
