"""An autoencoder whose code is a row of bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.models.activations import check_code_activation, check_plain_vector
from aecourse.models.base import Autoencoder
from aecourse.models.reconstruction import Tensor


@keras.saving.register_keras_serializable("aecourse")
class HashingAutoencoder(Autoencoder):
    """Each code value is a bit, and similar samples get codes that differ in few bits.

    The encoder gives the log odds of each bit. In training a bit is drawn, 1 with the probability
    that the odds stand for; otherwise it is the likelier of 0 and 1. A drawn bit has no slope, so
    the gradient takes the probability in its place (the straight-through estimator).

    :meth:`hash` packs the bits into bytes. Bits that differ between two hashes, their Hamming
    distance, are counted with ``np.unpackbits(first ^ second, axis=-1).sum(axis=-1)``.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`. The code must be a plain vector, without an activation.
    seed
        Of the draws.

    Raises
    ------
    InputError
        If ``seed`` is not a whole number of at least 0, or the code has an activation or is no
        plain vector.

    References
    ----------
    Salakhutdinov and Hinton (2009); Bengio, Léonard and Courville (2013) for the estimator.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=16, hidden=(16,))
    >>> x = np.random.default_rng(0).uniform(size=(5, 8)).astype("float32")
    >>> model = models.HashingAutoencoder(encoder, decoder)
    >>> sorted(set(model.encode(x).ravel().tolist()))
    [0.0, 1.0]
    """

    setting_names = (*Autoencoder.setting_names, "seed")

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, *, seed: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        check_plain_vector(encoder, self.kind)
        check_code_activation(encoder, "linear", "a bit's log odds can be any number")
        self.seed = whole(seed, "seed", least=0)
        self.draws = keras.random.SeedGenerator(seed)

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return each sample's bits, exactly 0 or 1 outside training."""
        log_odds = self.encoder(x, training=training)
        if not training:
            return keras.ops.cast(log_odds > 0, log_odds.dtype)
        probability = keras.ops.sigmoid(log_odds)
        drawn = keras.random.uniform(keras.ops.shape(log_odds), seed=self.draws) < probability
        bits = keras.ops.cast(drawn, probability.dtype)
        return probability + keras.ops.stop_gradient(bits - probability)

    def hash(self, x: Any, *, batch_size: int = 512) -> NDArray[np.uint8]:
        """Return the bits of each sample in bytes, shape ``(samples, ceil(bits / 8))``.

        The first bit is the highest of the first byte; where the last byte is not full, it ends
        in zeros.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return np.packbits(self.encode(x, batch_size=batch_size) > 0, axis=1)
