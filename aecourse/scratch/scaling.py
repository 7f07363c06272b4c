"""Two ways to bring features to one scale. Both learn from the training data only.

Min–max scaling is often called *normalisation*, scaling by mean and standard deviation
*standardisation*; a value scaled in the second way is a z-score.

Examples
--------
``MinMaxScaler``:

>>> from aecourse import scratch
>>> scaler = scratch.MinMaxScaler().fit([[1.0], [3.0]])
>>> scaler.transform([[2.0], [3.0]]).tolist()
[[0.5], [1.0]]

``ZScoreScaler``:

>>> from aecourse import scratch
>>> scaler = scratch.ZScoreScaler().fit([[1.0], [3.0]])
>>> scaler.transform([[2.0], [3.0]]).tolist()
[[0.0], [1.0]]
"""

from typing import Any, Self

import numpy as np

from aecourse.scratch import checks


class Scaler:
    """What both scalers share: (x - offset) / scale for each feature, and the way back.

    Attributes
    ----------
    offset_, scale_ : numpy.ndarray of shape (features,)
        Learnt by :meth:`fit`. A feature that is constant in the training data has scale 1: it
        becomes 0 there, and no division by zero takes place.
    """

    offset_: np.ndarray
    scale_: np.ndarray

    def statistics(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return offset and scale of each feature; each scaler has its own."""
        raise NotImplementedError

    def fit(self, x: Any) -> Self:
        """Learn offset and scale from the training data, shape (samples, features).

        Raises
        ------
        ValueError
            If ``x`` is no table of finite numbers.
        """
        x = checks.samples(x).astype(np.float64)
        self.offset_, scale = self.statistics(x)
        # Rounding leaves a constant feature a spread of some 1e-16 of its size.
        negligible = 10 * np.finfo(np.float64).eps * np.abs(x).max(axis=0)
        self.scale_ = np.where(scale <= negligible, 1.0, scale)
        return self

    def transform(self, x: Any) -> np.ndarray:
        """Return the scaled features. New data may leave the range of the training data."""
        return (self._checked(x) - self.offset_) / self.scale_

    def inverse_transform(self, x: Any) -> np.ndarray:
        """Return scaled features to their own units."""
        return self._checked(x) * self.scale_ + self.offset_

    def fit_transform(self, x: Any) -> np.ndarray:
        """Learn from ``x`` and return it scaled."""
        return self.fit(x).transform(x)

    def _checked(self, x: Any) -> np.ndarray:
        if not hasattr(self, "scale_"):
            raise ValueError("the scaler has not seen any data; call fit(x_train) first.")
        return checks.samples(x, features=len(self.scale_)).astype(np.float64)


class MinMaxScaler(Scaler):
    """Normalisation: the smallest training value becomes 0, the largest 1."""

    def statistics(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the minimum and the range."""
        low = x.min(axis=0)
        return low, x.max(axis=0) - low


class ZScoreScaler(Scaler):
    """Standardisation: the training data get mean 0 and standard deviation 1."""

    def statistics(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the standard deviation."""
        return x.mean(axis=0), x.std(axis=0)
