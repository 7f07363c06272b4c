"""How far a reconstruction is from its target, summed over everything but the batch axis."""

import math
from collections.abc import Callable
from typing import Any

from aecourse.backend import keras
from aecourse.checks import one_of

Tensor = Any  # each backend has its own tensor type


def sum_per_sample(values: Tensor) -> Tensor:
    """Sum over every axis but the first."""
    return keras.ops.sum(values, axis=tuple(range(1, len(values.shape))))


def squared_error(target: Tensor, reconstruction: Tensor) -> Tensor:
    """Return the sum of squared differences of each sample."""
    return sum_per_sample(keras.ops.square(target - reconstruction))


def bernoulli(target: Tensor, probability: Tensor) -> Tensor:
    """Return each sample's negative log likelihood under independent Bernoulli values, in nats.

    Its lowest value is 0 only where the target is exactly 0 or 1. Between them it is the entropy
    of a coin with that bias, which no reconstruction can undercut.
    """
    return sum_per_sample(keras.ops.binary_crossentropy(target, probability))


class Gaussian(keras.layers.Layer):
    """Each sample's negative log likelihood, in nats, under a normal distribution of each value.

    The mean is the reconstruction. The standard deviation is one number for all values, and it is
    learnt: at its best it is the root of the mean squared error. As the density of a continuous
    value can exceed 1, the result may be negative.

    References
    ----------
    Rybkin, Daniilidis and Levine (2021).
    """

    START = 0.25  # between a blank image's error and a good reconstruction's, for values in [0, 1]

    def __init__(self) -> None:
        super().__init__(name="gaussian")
        start = keras.initializers.Constant(math.log(self.START))
        self.log_deviation = self.add_weight(shape=(), initializer=start, name="log_deviation")
        self.built = True

    def call(self, target: Tensor, mean: Tensor) -> Tensor:
        """Return one value for each sample."""
        scaled = (target - mean) * keras.ops.exp(-self.log_deviation)
        constant = self.log_deviation + 0.5 * math.log(2 * math.pi)
        return sum_per_sample(0.5 * keras.ops.square(scaled) + constant)


LIKELIHOODS = ("squared_error", "bernoulli", "gaussian")


def likelihood_named(reconstruction: str) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the function, or the layer, that measures the reconstruction.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if one_of(reconstruction, "reconstruction", LIKELIHOODS) == "gaussian":
        return Gaussian()
    return squared_error if reconstruction == "squared_error" else bernoulli
