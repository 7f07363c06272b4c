"""A network that tells codes from draws, and the gradient with which an encoder deceives it."""

from math import prod

from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.models.reconstruction import Tensor
from aecourse.networks.settings import initialiser, layer_seeds, positives

ACTIVATION = "leaky_relu"
LIMIT = 60.0  # of a logit, whose exponential must not overflow in single precision


def reverse_gradient(x: Tensor, strength: float | Tensor = 1.0) -> Tensor:
    """Return ``x`` itself, with its gradient times ``-strength`` on the way back.

    References
    ----------
    Ganin and Lempitsky (2015).
    """
    fixed = keras.ops.stop_gradient(x)
    return fixed + strength * (fixed - x)


class Discriminator(keras.layers.Layer):
    """A small dense network that tells an encoder's codes from draws of what they are to follow.

    It learns to tell them apart, and the gradient that reaches the codes is reversed. So one
    optimiser that lowers one loss makes the discriminator better and the encoder harder to tell.

    Parameters
    ----------
    shape
        Shape of one code, without the batch axis.
    units
        Units of the hidden layers.
    seed
        Start of the weights.

    Raises
    ------
    InputError
        If a setting makes no sense, or the shape leaves a size open.
    """

    def __init__(
        self, shape: tuple[int | None, ...], units: tuple[int, ...], seed: int, name: str
    ) -> None:
        super().__init__(name=name)
        self.size = prod(known_shape(shape))
        self.units = positives(units, "discriminator_units")
        seeds = layer_seeds(seed)
        hidden = [
            keras.layers.Dense(
                width, ACTIVATION, kernel_initializer=initialiser(ACTIVATION, next(seeds))
            )
            for width in self.units
        ]
        answer = keras.layers.Dense(1, kernel_initializer=initialiser("linear", next(seeds)))
        self.network = keras.Sequential(
            [keras.Input((self.size,)), *hidden, answer], name="discriminator"
        )
        self.built = True

    def call(self, codes: Tensor, draws: Tensor) -> Tensor:
        """Return how sure the discriminator is of the right answer, shape ``(samples, 2)``.

        A margin is the logit of the right answer: above 0 where it is right, below where it is
        deceived. The first column holds those of the codes, the second those of the draws.
        """
        codes, draws = (keras.ops.reshape(one, (-1, self.size)) for one in (codes, draws))
        codes = reverse_gradient(codes, self.strength(codes))
        return keras.ops.concatenate([-self.network(codes), self.network(draws)], axis=-1)

    def strength(self, codes: Tensor) -> Tensor:
        """Return how much stronger than its own the gradient for each code is made.

        The discriminator's gradient fades with the probability ``p`` it gives to "draw", so codes
        that are easy to tell would never find back. Times ``(1 - p) / p`` it is the gradient that
        lowers ``-log p``, which is strongest for those very codes.

        References
        ----------
        Goodfellow et al. (2014), section 3.
        """
        logits = keras.ops.stop_gradient(self.network(keras.ops.stop_gradient(codes)))
        return keras.ops.exp(-keras.ops.clip(logits, -LIMIT, LIMIT))


def cross_entropy(margins: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of a discriminator in nats: 0.693 if it has no idea."""
    return keras.ops.mean(keras.ops.softplus(-margins))


def accuracy(margins: Tensor) -> Tensor:
    """Return the share of right answers: 0.5 if the discriminator has no idea."""
    return keras.ops.mean(keras.ops.cast(margins > 0, "float32"))


def deviation(codes: Tensor) -> Tensor:
    """Return the standard deviation of the codes within the batch, averaged over dimensions."""
    return keras.ops.mean(keras.ops.std(codes, axis=0))


def known_shape(shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """Return the shape of a code if no size in it is left open.

    Raises
    ------
    InputError
        If one is.
    """
    sizes = tuple(side for side in shape if side is not None)
    if len(sizes) < len(shape):
        raise InputError(
            f"the encoder gives codes of shape {shape}; build it for samples of one size, so that "
            "every size of the code is known."
        )
    return sizes
