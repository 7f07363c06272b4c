"""From reconstructions to scores: the arithmetic of the detector, in NumPy.

Arrays of residuals have the axes ``(rows, members, features)``, in units of the scaler.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats = NDArray[np.floating[Any]]
NORMAL_MEDIAN = 0.6745  # of the absolute value of a standard normal number
LEAST_SPREAD = 1e-3


def residuals(rows: Floats, reconstructions: Floats) -> Floats:
    """Return by how much each value of each reconstruction misses its original.

    Parameters
    ----------
    rows
        Scaled rows, shape ``(rows, features)``.
    reconstructions
        Those of each member, shape ``(rows, members, features)``.
    """
    return reconstructions - rows[:, None]


def residual_spreads(missed: Floats) -> Floats:
    """Return the usual size of each member's residuals, feature by feature.

    It is the median of the absolute residuals, divided by what that median is for a standard normal
    distribution; a few abnormal rows do not move it. A thousandth is added, so that a feature which
    is nearly always rebuilt exactly does not outweigh all others.

    Returns
    -------
    array of shape ``(members, features)``
    """
    return np.median(np.abs(missed), axis=0) / NORMAL_MEDIAN + LEAST_SPREAD


def surprise(missed: Floats, spreads: Floats) -> Floats:
    """Return ``log(1 + (residual / spread)²)`` for each value of each member.

    Up to a constant it is the negative log-likelihood of the residual under a Cauchy distribution
    of that spread. Unlike the square it grows slowly: one absurd value makes a row abnormal, and
    still leaves the other features a say.
    """
    return np.log1p(np.square(missed / spreads))


@dataclass(frozen=True)
class Usual:
    """Mean and standard deviation of each member's surprise over rows, shape ``(members,)`` each.

    A member for which all rows are equally surprising tells none apart; its deviation counts as 1.
    """

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, surprises: Floats) -> "Usual":
        """Return those of rows of shape ``(rows, members)``."""
        deviation = surprises.std(axis=0)
        return cls(surprises.mean(axis=0), np.where(deviation > 0, deviation, 1.0))

    def combined(self, surprises: Floats) -> Floats:
        """Return the mean over the members, each standardised, one number a row."""
        return ((surprises - self.mean) / self.deviation).mean(axis=1)


def in_parts(function: Callable[[Floats], Floats], rows: Floats, size: int = 512) -> Floats:
    """Apply a function to a few rows at a time: the errors of all would fill the memory."""
    parts = [function(rows[start : start + size]) for start in range(0, len(rows), size)]
    return np.concatenate(parts)


def linear_probability(scores: Floats, seen: Floats) -> Floats:
    """Return where scores lie between the lowest and the highest one seen in training."""
    span = seen.max() - seen.min()
    return np.clip((scores - seen.min()) / (span if span > 0 else 1.0), 0, 1)


def unified_probability(scores: Floats, seen: Floats) -> Floats:
    """Return the share of a normal distribution nearer to its mean than a score above the mean.

    The distribution has the mean and the standard deviation of the scores seen in training; a
    score below the mean has probability 0.

    References
    ----------
    Kriegel, Kröger, Schubert and Zimek (2011).
    """
    spread = seen.std()
    standardised = (scores - seen.mean()) / (spread if spread > 0 else 1.0)
    return np.clip(erf(standardised / np.sqrt(2)), 0, 1)


PROBABILITIES = {"linear": linear_probability, "unify": unified_probability}
