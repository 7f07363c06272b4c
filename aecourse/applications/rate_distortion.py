"""How many bits a code takes, and what fewer bits cost: dimensions alone do not tell.

A code of 32 numbers takes 1,024 bits if each is stored with 32. Most of them say nothing. Rounded
to steps, a number takes few bits, and the wider the steps, the fewer. What that does to the image
is the price.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.applications.dimensionality_reduction import Images, Reduction
from aecourse.checks import real
from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

STEPS = (0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2.4)


@dataclass(frozen=True)
class Quantiser:
    """Codes rounded to steps, and how many bits a coder needs that knows how often each occurs.

    Attributes
    ----------
    step
        Width of a step, in the code's own unit.
    centre
        Shape ``(dimensions,)``: what level 0 stands for.
    lowest
        Shape ``(dimensions,)``: the lowest level of each dimension.
    lengths
        For each dimension the bits that each level takes, from the lowest to the highest.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import rate_distortion
    >>> codes = np.random.default_rng(0).normal(size=(1000, 2))
    >>> quantiser = rate_distortion.fit_quantiser(codes, relative_step=1.0)
    >>> isinstance(quantiser, rate_distortion.Quantiser), quantiser.quantise(codes[:1]).tolist()
    (True, [[0, 0]])
    """

    step: float
    centre: NDArray[np.float64]
    lowest: NDArray[np.int64]
    lengths: list[NDArray[np.float64]]

    def quantise(self, codes: NDArray[Any]) -> NDArray[np.int64]:
        """Return the levels of codes ``(n, dimensions)``; what lies beyond is cut off."""
        highest = self.lowest + [len(lengths) - 1 for lengths in self.lengths]
        return np.clip(_levels(codes, self.centre, self.step), self.lowest, highest)

    def restore(self, levels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the codes that levels stand for."""
        return (self.centre + self.step * levels).astype(np.float32)

    def bits(self, levels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how many bits the levels of each image take, shape ``(n,)``."""
        columns = zip(self.lengths, (levels - self.lowest).T, strict=True)
        return np.sum([lengths[column] for lengths, column in columns], axis=0)


def fit_quantiser(codes: NDArray[Any], relative_step: float) -> Quantiser:
    """Learn from the codes of training images how often each level occurs.

    The dimensions are coded one by one, as if they were independent. An ideal coder spends
    ``-log2 p`` bits on a level of probability ``p``; over many images that is the entropy.
    Every level between the lowest and the highest counts once more than it was seen, so that none
    is impossible.

    Parameters
    ----------
    codes
        Shape ``(n, dimensions)``.
    relative_step
        Width of a step, divided by the standard deviation of the codes (the root of their mean
        variance over the dimensions).

    Raises
    ------
    InputError
        If the step is not a number above 0, or all codes are equal.

    References
    ----------
    Shannon (1948); Laplace's rule for levels never seen.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import rate_distortion
    >>> codes = np.random.default_rng(0).normal(size=(1000, 2))
    >>> fine, coarse = (rate_distortion.fit_quantiser(codes, step) for step in (0.1, 1.0))
    >>> bits = [each.bits(each.quantise(codes)).mean() for each in (fine, coarse)]
    >>> bool(bits[0] > bits[1])
    True
    """
    real(relative_step, "relative_step", above=0)
    codes = np.asarray(codes, dtype=np.float64)
    deviation = float(np.sqrt(codes.var(axis=0).mean()))
    if deviation == 0:
        raise InputError("all codes are equal, so there is nothing to round; fit the method anew.")
    step, centre = relative_step * deviation, codes.mean(axis=0)
    levels = _levels(codes, centre, step)
    lowest = levels.min(axis=0)
    lengths = [_lengths(column) for column in (levels - lowest).T]
    return Quantiser(step, centre, lowest, lengths)


def _levels(codes: NDArray[Any], centre: NDArray[np.float64], step: float) -> NDArray[np.int64]:
    return np.rint((codes - centre) / step).astype(np.int64)


def _lengths(levels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the bits that each level takes, from 0 to the highest."""
    counts = np.bincount(levels) + 1
    return -np.log2(counts / counts.sum())


def rate_distortion(
    reduction: Reduction,
    train: Images,
    images: Images,
    *,
    steps: Iterable[float] = STEPS,
) -> "pd.DataFrame":
    """Return what images cost in bits and in errors when their codes are rounded.

    Parameters
    ----------
    reduction
        A fitted method that has a way back.
    train
        Images that the levels and their frequencies are learnt from.
    images
        Other images, to be measured.
    steps
        Widths of the steps, in standard deviations of the training codes.

    Returns
    -------
    pandas.DataFrame
        One row a step: ``step``, ``bits`` for an image, and ``mse`` of a pixel.

    Raises
    ------
    InputError
        If the method cannot rebuild images, or a step is not a number above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction, rate_distortion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pca = dimensionality_reduction.methods()["pca"]
    >>> reduction = pca.fit(images, 2)
    >>> table = rate_distortion.rate_distortion(reduction, images, images, steps=[0.5, 1])
    >>> table.columns.tolist(), len(table)
    (['step', 'bits', 'mse'], 2)
    """
    import pandas as pd

    decode = reduction.decode
    if decode is None:
        raise InputError("this method cannot rebuild images from codes; take one that can.")
    known, codes = reduction.encode(train), reduction.encode(images)
    rows = []
    for step in steps:
        quantiser = fit_quantiser(known, step)
        levels = quantiser.quantise(codes)
        rows.append(
            {
                "step": step,
                "bits": float(quantiser.bits(levels).mean()),
                "mse": metrics.mean_squared_error(images, decode(quantiser.restore(levels))),
            }
        )
    return pd.DataFrame(rows)
