"""Small labelled pictures: enlarged digits, drawn garments, coloured shapes."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from aecourse.datasets.class_names import DIGITS, GARMENTS
from aecourse.datasets.dataset import Contents

TRAIN, TEST = 2_000, 500
_FINE = 4  # drawn this many times larger, then shrunk: smooth edges

Points = list[tuple[float, float]]


def digits() -> Contents:
    """Return scikit-learn's 8×8 digits as MNIST has them: 20×20 in the middle of 28×28.

    Source: optical recognition of handwritten digits (Alpaydin and Kaynak, 1998), which
    scikit-learn carries along.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> contents = synthetic.digits()
    >>> contents.x_train.shape[1:], len(contents.class_names)
    ((28, 28), 10)
    """
    from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    coarse = np.round(small.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    images = np.zeros((len(coarse), 28, 28), dtype=np.uint8)
    for image, picture in zip(images, coarse, strict=True):
        enlarged = Image.fromarray(picture).resize((20, 20), Image.Resampling.BICUBIC)
        image[4:24, 4:24] = np.asarray(enlarged)
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order], labels[order].astype(np.int64)
    held_back = len(images) // 5
    return Contents(
        images[held_back:],
        labels[held_back:],
        images[:held_back],
        labels[:held_back],
        DIGITS,
    )


def garments() -> Contents:
    """Return drawn silhouettes of Fashion-MNIST's ten garments, 28×28 in grey.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> contents = synthetic.garments()
    >>> contents.class_names[:2]
    ('T-shirt/top', 'Trouser')
    """
    return _gallery(_draw_garment, GARMENTS, seed=1)


def coloured_shapes() -> Contents:
    """Return ten kinds of coloured shape on coloured ground, 32×32×3.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> contents = synthetic.coloured_shapes()
    >>> contents.x_train.shape[1:], len(contents.class_names)
    ((32, 32, 3), 10)
    """
    return _gallery(_draw_shape, _SHAPES, seed=2)


def _gallery(
    draw: Callable[[int, np.random.Generator], np.ndarray], class_names: tuple[str, ...], seed: int
) -> Contents:
    rng = np.random.default_rng(seed)
    labels = np.arange(TRAIN + TEST) % len(class_names)
    labels = np.concatenate([rng.permutation(labels[:TRAIN]), rng.permutation(labels[TRAIN:])])
    images = np.stack([draw(int(label), rng) for label in labels])
    return Contents(
        images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:], tuple(class_names)
    )


# ------------------------------------------------------------------ garments

# Outlines in a unit square, x to the right and y down. Several polygons make one garment.
_OUTLINES: tuple[tuple[Points, ...], ...] = (
    (
        [(0.32, 0.15), (0.68, 0.15), (0.68, 0.85), (0.32, 0.85)],
        [(0.32, 0.15), (0.08, 0.35), (0.18, 0.48), (0.34, 0.36)],
        [(0.68, 0.15), (0.92, 0.35), (0.82, 0.48), (0.66, 0.36)],
    ),
    (
        [(0.33, 0.08), (0.67, 0.08), (0.67, 0.3), (0.33, 0.3)],
        [(0.33, 0.28), (0.49, 0.28), (0.44, 0.95), (0.31, 0.95)],
        [(0.51, 0.28), (0.67, 0.28), (0.69, 0.95), (0.56, 0.95)],
    ),
    (
        [(0.3, 0.15), (0.7, 0.15), (0.72, 0.85), (0.28, 0.85)],
        [(0.3, 0.15), (0.14, 0.3), (0.08, 0.82), (0.2, 0.84), (0.32, 0.4)],
        [(0.7, 0.15), (0.86, 0.3), (0.92, 0.82), (0.8, 0.84), (0.68, 0.4)],
    ),
    (
        [(0.4, 0.06), (0.6, 0.06), (0.58, 0.4), (0.42, 0.4)],
        [(0.42, 0.38), (0.58, 0.38), (0.76, 0.95), (0.24, 0.95)],
    ),
    (
        [(0.3, 0.08), (0.48, 0.2), (0.48, 0.95), (0.25, 0.95)],
        [(0.7, 0.08), (0.52, 0.2), (0.52, 0.95), (0.75, 0.95)],
        [(0.3, 0.08), (0.12, 0.3), (0.08, 0.8), (0.2, 0.82), (0.3, 0.4)],
        [(0.7, 0.08), (0.88, 0.3), (0.92, 0.8), (0.8, 0.82), (0.7, 0.4)],
    ),
    (
        [(0.05, 0.78), (0.95, 0.68), (0.95, 0.76), (0.05, 0.86)],
        [(0.15, 0.78), (0.35, 0.45), (0.42, 0.47), (0.25, 0.78)],
        [(0.5, 0.73), (0.7, 0.42), (0.77, 0.45), (0.6, 0.73)],
    ),
    (
        [(0.33, 0.1), (0.46, 0.14), (0.54, 0.14), (0.67, 0.1), (0.66, 0.9), (0.34, 0.9)],
        [(0.33, 0.1), (0.17, 0.28), (0.14, 0.62), (0.25, 0.64), (0.35, 0.35)],
        [(0.67, 0.1), (0.83, 0.28), (0.86, 0.62), (0.75, 0.64), (0.65, 0.35)],
    ),
    (
        [(0.05, 0.55), (0.4, 0.42), (0.6, 0.48), (0.95, 0.62), (0.95, 0.78), (0.05, 0.78)],
    ),
    (
        [(0.15, 0.42), (0.85, 0.42), (0.9, 0.88), (0.1, 0.88)],
        [(0.3, 0.42), (0.34, 0.18), (0.66, 0.18), (0.7, 0.42), (0.62, 0.42), (0.6, 0.26),
         (0.4, 0.26), (0.38, 0.42)],
    ),
    (
        [(0.35, 0.12), (0.62, 0.12), (0.62, 0.55), (0.92, 0.68), (0.92, 0.85), (0.33, 0.85)],
    ),
)  # fmt: skip


def _draw_garment(label: int, rng: np.random.Generator) -> np.ndarray:
    size = 28 * _FINE
    canvas = Image.new("L", (size, size))
    pen = ImageDraw.Draw(canvas)
    place = _placement(rng, size, turn=0.06, shrink=(0.8, 1.0))
    cloth = int(rng.integers(110, 230))
    for outline in _OUTLINES[label]:
        shade = int(np.clip(cloth + rng.integers(-25, 26), 60, 255))
        pen.polygon([place(x, y) for x, y in outline], fill=shade)
    image = np.asarray(canvas.resize((28, 28), Image.Resampling.BOX), dtype=np.float64)
    weave = rng.normal(0, 8, (28, 28)) * (image > 30)
    return np.clip(image + weave, 0, 255).astype(np.uint8)


def _placement(
    rng: np.random.Generator, size: int, *, turn: float, shrink: tuple[float, float]
) -> Callable[[float, float], tuple[float, float]]:
    """Return a map from the unit square to the canvas: stretched, turned and shifted a little."""
    angle = rng.normal(0, turn)
    width, height = rng.uniform(*shrink, size=2)
    shift = rng.uniform(-0.04, 0.04, size=2) + 0.5
    cos, sin = math.cos(angle), math.sin(angle)

    def place(x: float, y: float) -> tuple[float, float]:
        u, v = (x - 0.5) * width, (y - 0.5) * height
        return float((cos * u - sin * v + shift[0]) * size), float(
            (sin * u + cos * v + shift[1]) * size
        )

    return place


# -------------------------------------------------------------------- shapes


def _polygon(corners: int, phase: float = 0.0) -> Points:
    angles = [2 * math.pi * k / corners + phase for k in range(corners)]
    return [(0.5 + 0.42 * math.sin(a), 0.5 - 0.42 * math.cos(a)) for a in angles]


def _star(points: int, inner: float) -> Points:
    radii = [0.45 if k % 2 == 0 else inner for k in range(2 * points)]
    return [
        (0.5 + r * math.sin(math.pi * k / points), 0.5 - r * math.cos(math.pi * k / points))
        for k, r in enumerate(radii)
    ]


_THIRD, _TWO_THIRDS = 1 / 3, 2 / 3
_FIGURES: dict[str, tuple[Points, ...]] = {
    "disc": (_polygon(40),),
    "triangle": (_polygon(3),),
    "square": (_polygon(4, math.pi / 4),),
    "hexagon": (_polygon(6),),
    "star": (_star(5, 0.18),),
    "cross": (
        [(_THIRD, 0.05), (_TWO_THIRDS, 0.05), (_TWO_THIRDS, 0.95), (_THIRD, 0.95)],
        [(0.05, _THIRD), (0.95, _THIRD), (0.95, _TWO_THIRDS), (0.05, _TWO_THIRDS)],
    ),
    "horizontal bars": tuple(
        [(0.05, y), (0.95, y), (0.95, y + 0.16), (0.05, y + 0.16)] for y in (0.08, 0.42, 0.76)
    ),
    "vertical bars": tuple(
        [(x, 0.05), (x, 0.95), (x + 0.16, 0.95), (x + 0.16, 0.05)] for x in (0.08, 0.42, 0.76)
    ),
    "arrow": ([(0.05, 0.38), (0.5, 0.38), (0.5, 0.12), (0.95, 0.5), (0.5, 0.88), (0.5, 0.62),
               (0.05, 0.62)],),
    "chequers": tuple(
        [(x, y), (x + 0.3, y), (x + 0.3, y + 0.3), (x, y + 0.3)]
        for x, y in ((0.05, 0.05), (0.65, 0.05), (0.35, 0.35), (0.05, 0.65), (0.65, 0.65))
    ),
}  # fmt: skip
_SHAPES = tuple(_FIGURES)


def _draw_shape(label: int, rng: np.random.Generator) -> np.ndarray:
    size = 32 * _FINE
    ground = rng.integers(0, 256, size=3)
    # A shape of the colour of its ground could not be seen.
    colour = (ground + rng.integers(90, 167, size=3)) % 256
    canvas = Image.new("RGB", (size, size), tuple(int(c) for c in ground))
    pen = ImageDraw.Draw(canvas)
    place = _placement(rng, size, turn=0.12, shrink=(0.6, 0.95))
    for outline in _FIGURES[_SHAPES[label]]:
        pen.polygon([place(x, y) for x, y in outline], fill=tuple(int(c) for c in colour))
    image = np.asarray(canvas.resize((32, 32), Image.Resampling.BOX), dtype=np.float64)
    return np.clip(image + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
