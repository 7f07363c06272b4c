"""Pictures of one white shape on black, drawn from factors that are known and independent.

Examples
--------
``SPRITE_FACTORS``:

>>> from aecourse import datasets
>>> datasets.SPRITE_FACTORS
('shape', 'scale', 'orientation', 'x', 'y')

``SPRITE_SHAPES``:

>>> from aecourse import datasets
>>> datasets.SPRITE_SHAPES
('ellipse', 'square', 'heart')
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import whole
from aecourse.errors import InputError

SPRITE_SHAPES = ("ellipse", "square", "heart")
SPRITE_FACTORS = ("shape", "scale", "orientation", "x", "y")

SIDE = 28
# From where to where each factor runs, in the order of SPRITE_FACTORS; the shape is drawn apart.
# Every shape then lies wholly inside the picture, and no turn makes a square look like another.
_LOWEST = np.array([6.0, -30.0, 7.5, 10.5])
_HIGHEST = np.array([10.0, 30.0, 19.5, 16.5])
_LONG = np.sqrt(2.0)  # how far the ellipse is stretched one way and shrunk the other
_BLOCK = 1_000  # pictures drawn at once: large arrays do not fit the processor's cache


def sprites(count: int = 10_000, *, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return generated pictures of one shape each, and the five factors that each was drawn from.

    The factors are drawn independently and uniformly, so whether a code tells them apart can be
    measured. This is a generator of the course's own, in the spirit of dSprites (Matthey et al.,
    2017): it is neither that data set nor a stand-in for it, and numbers measured on the one do not
    compare with the other. All factors but the shape are continuous here, and two ranges are chosen
    to make the factors easier to tell apart. Orientations span 60° only, as an ellipse repeats
    itself after 180° and a square after 90°. And ``x`` spans twice as far as ``y``: a variational
    autoencoder can rotate two factors of equal importance into each other at no cost (Rolinek et
    al., 2019).

    Parameters
    ----------
    count
        Number of pictures.
    seed
        Of the draws. The same seed gives the same pictures.

    Returns
    -------
    images
        ``uint8``, shape ``(count, 28, 28)``, with smooth edges.
    factors
        ``float64``, shape ``(count, 5)``, in the order of ``SPRITE_FACTORS``: ``shape``, an index
        into ``SPRITE_SHAPES``; ``scale``, the square root of the shape's area, 6 to 10 pixels;
        ``orientation``, -30 to 30 degrees counter-clockwise; and the column ``x``, 7.5 to 19.5,
        and the row ``y``, 10.5 to 16.5, of the centre of gravity.

    Raises
    ------
    InputError
        If ``count`` or ``seed`` is no whole number, or too small.

    References
    ----------
    Matthey, Higgins, Hassabis and Lerchner (2017), dSprites; Rolinek, Zietlow and Martius (2019).

    Examples
    --------
    >>> from aecourse import datasets
    >>> pictures, factors = datasets.sprites(100, seed=0)
    >>> pictures.shape, factors.shape
    ((100, 28, 28), (100, 5))
    """
    count = whole(count, "count")
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    shape = rng.integers(len(SPRITE_SHAPES), size=(count, 1))
    factors = np.hstack([shape, rng.uniform(_LOWEST, _HIGHEST, (count, len(_LOWEST)))])
    return draw_sprites(factors), factors


def draw_sprites(factors: Any) -> NDArray[np.uint8]:
    """Return the pictures that belong to rows of factors, to see what changing one of them does.

    Parameters
    ----------
    factors
        Shape ``(pictures, 5)``, in the order and the units of :func:`sprites`. What lies outside
        the picture is cut off.

    Raises
    ------
    InputError
        If ``factors`` has another shape, a value that is not finite, a scale of 0 or less, or a
        shape that is no index into ``SPRITE_SHAPES``.

    Examples
    --------
    >>> from aecourse import datasets
    >>> _, factors = datasets.sprites(1)
    >>> turned = factors.repeat(5, axis=0)
    >>> turned[:, 2] = [0, 0.4, 0.8, 1.2, 1.6]
    >>> datasets.draw_sprites(turned).shape
    (5, 28, 28)
    """
    factors = _checked(factors)
    blocks = [factors[start : start + _BLOCK] for start in range(0, len(factors), _BLOCK)]
    return np.concatenate([_draw(block) for block in blocks])


def _checked(factors: Any) -> NDArray[np.float64]:
    factors = np.asarray(factors, dtype=np.float64)
    if factors.ndim != 2 or factors.shape[1] != len(SPRITE_FACTORS) or not len(factors):
        raise InputError(
            f"factors have shape {factors.shape}; give one row a picture and the columns "
            f"{', '.join(SPRITE_FACTORS)}."
        )
    if not np.isfinite(factors).all():
        raise InputError("factors hold NaN or infinity; give finite numbers.")
    if not np.isin(factors[:, 0], range(len(SPRITE_SHAPES))).all():
        named = ", ".join(f"{index} ({name})" for index, name in enumerate(SPRITE_SHAPES))
        raise InputError(f"the shape is the first of the factors; give one of {named}.")
    if factors[:, 1].min() <= 0:
        raise InputError(
            f"the scale is the second of the factors and goes down to {factors[:, 1].min():g}; "
            "give numbers above 0."
        )
    return factors


def _draw(factors: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return pictures whose pixels are as bright as the share of them that is covered."""
    # One row a picture, one column a pixel.
    shape, scale, orientation, x, y = factors.astype(np.float32).T[..., np.newaxis]
    row, column = np.indices((SIDE, SIDE), dtype=np.float32).reshape(2, 1, -1)
    turn = np.deg2rad(orientation)
    right, up = column - x, y - row
    u = np.cos(turn) * right + np.sin(turn) * up
    v = np.cos(turn) * up - np.sin(turn) * right
    outside = np.empty_like(u)
    for index, distance in enumerate((_ellipse, _square, _heart)):
        chosen = shape[:, 0] == index
        outside[chosen] = distance(u[chosen], v[chosen], scale[chosen])
    brightness = np.clip(0.5 - outside, 0, 1)
    return np.round(255 * brightness).astype(np.uint8).reshape(-1, SIDE, SIDE)


# Each of these returns how many pixels a point is outside of the outline (negative: inside). The
# shape's area is the square of its scale, and its centre of gravity is the origin.


def _ellipse(u: np.ndarray, v: np.ndarray, scale: np.ndarray) -> np.ndarray:
    long, short = (scale / np.sqrt(np.pi) * stretch for stretch in (_LONG, 1 / _LONG))
    radius = np.hypot(u / long, v / short)
    # To first order the distance from a curve is the value of its equation over its slope.
    slope = np.hypot(u / long**2, v / short**2) / np.maximum(radius, 1e-6)
    return (radius - 1) / np.maximum(slope, 1e-6)


def _square(u: np.ndarray, v: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(u), np.abs(v)) - scale / 2


def _heart(u: np.ndarray, v: np.ndarray, scale: np.ndarray) -> np.ndarray:
    # A square that stands on its corner, and a disc on each of its upper sides.
    half = scale / np.sqrt(4 + np.pi)  # half a side of the square, and the radius of the discs
    v = v + half * (np.pi + 4 / 3) / (np.sqrt(2) * (4 + np.pi))  # from the centre of gravity
    a, b = (u + v) / np.sqrt(2), (v - u) / np.sqrt(2)
    square = np.maximum(np.abs(a), np.abs(b)) - half
    discs = np.minimum(np.hypot(a - half, b), np.hypot(a, b - half)) - half
    return np.minimum(square, discs)
