"""Noise that a model learns to remove."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import one_of, real, whole
from aecourse.models.reconstruction import Tensor

NOISES = ("gaussian", "masking", "salt_and_pepper")


@keras.saving.register_keras_serializable("aecourse")
class Corruption(keras.layers.Layer):
    """Spoil samples in training, and leave them as they are otherwise.

    Keras's own layers do something else. Its ``GaussianNoise`` refuses deviations above 1. Its
    ``Dropout`` divides the values it keeps by the probability of keeping them, so that the sum
    over a layer stays the same; here the kept values are to be rebuilt, so they stay true.

    Parameters
    ----------
    noise
        ``"gaussian"``: a draw from a normal distribution is added to each value. Nothing is
        clipped, so values may leave the range of the data.
        ``"masking"``: a value is replaced by 0.
        ``"salt_and_pepper"``: a value is replaced by 0 or by 1, as often by one as by the other,
        which are the ends of the range for data between 0 and 1.
    level
        The standard deviation of the Gaussian noise, in the units of the data; for the other two
        the probability that a value is replaced, below 1.
    seed
        Of the noise.

    Raises
    ------
    InputError
        If a setting makes no sense.

    References
    ----------
    Vincent et al. (2008, 2010).
    """

    def __init__(self, noise: str, level: float, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.noise = one_of(noise, "noise", NOISES)
        self.level = real(level, "level", least=0, below=None if noise == "gaussian" else 1)
        self.seed = whole(seed, "seed", least=0)
        # A generator of its own: without one the noise would hang on the backend's global state.
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return ``x``, spoilt if ``training``."""
        if not training:
            return x
        draw = keras.random.normal if self.noise == "gaussian" else keras.random.uniform
        return self.spoilt(x, draw(keras.ops.shape(x), seed=self.draws))

    def spoilt(self, x: Tensor, drawn: Tensor) -> Tensor:
        """Return ``x`` with the noise that one random number for each value stands for."""
        ops = keras.ops
        if self.noise == "gaussian":
            return ops.add(x, self.level * drawn)
        replaced = drawn < self.level
        if self.noise == "masking":
            return ops.where(replaced, 0.0, x)
        return ops.where(replaced, ops.cast(drawn < self.level / 2, "float32"), x)

    def corrupt(self, x: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        """Return an array with the noise of training; the numbers are NumPy's on every backend."""
        rng = np.random.default_rng(whole(seed, "seed", least=0))
        draw = rng.standard_normal if self.noise == "gaussian" else rng.random
        drawn = keras.ops.convert_to_tensor(draw(x.shape, dtype=np.float32))
        return keras.ops.convert_to_numpy(self.spoilt(x, drawn))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor needs to build the layer again."""
        settings = {"noise": self.noise, "level": self.level, "seed": self.seed}
        return {**super().get_config(), **settings}
