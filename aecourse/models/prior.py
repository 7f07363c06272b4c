"""Sampling from the prior that training draws the codes towards."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import whole


class StandardNormalPrior:
    """For models whose codes are drawn towards a standard normal distribution."""

    code_shape: tuple[Any, ...]
    decode: Any

    def sample(self, count: int, *, seed: int = 0) -> NDArray[np.float32]:
        """Return what the decoder makes of ``count`` draws from the prior.

        Raises
        ------
        InputError
            If ``count`` is not a whole number of at least 1, or ``seed`` not one of at least 0.
        """
        check_draw(count, seed)
        codes = np.random.default_rng(seed).standard_normal((count, *self.code_shape))
        return self.decode(codes.astype(np.float32))


class LabelledStandardNormalPrior:
    """For labelled models whose codes are drawn towards a standard normal in every class."""

    code_shape: tuple[Any, ...]
    decode: Any
    checked_labels: Any

    def sample(self, labels: Any, *, seed: int = 0) -> NDArray[np.float32]:
        """Return one sample of each class in ``labels``, decoded from a draw from the prior.

        Raises
        ------
        InputError
            If a label is no class, or ``seed`` is not a whole number of at least 0.
        """
        labels = self.checked_labels(labels, None, "labels")
        check_draw(len(labels), seed)
        codes = np.random.default_rng(seed).standard_normal((len(labels), *self.code_shape))
        return self.decode((codes.astype(np.float32), labels))


def check_draw(count: Any, seed: Any) -> None:
    """Refuse a number of samples or a seed that makes no sense."""
    whole(count, "count")
    whole(seed, "seed", least=0)
