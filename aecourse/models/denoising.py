"""An autoencoder that is shown spoilt samples and asked for the clean ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.models.base import Autoencoder
from aecourse.models.corruption import Corruption
from aecourse.models.reconstruction import Tensor


@keras.saving.register_keras_serializable("aecourse")
class DenoisingAutoencoder(Autoencoder):
    """In training the encoder sees each sample with fresh noise; the target is the clean sample.

    To copy is no longer enough, even for a code as wide as the input: what the noise took away
    must be guessed from what the samples have in common.

    Evaluation, :meth:`~Autoencoder.encode` and :meth:`~Autoencoder.reconstruct` take the input as
    it is, so the loss on validation data can lie below that of training. How well noise is removed
    is seen from ``model.reconstruct(model.corrupt(x))``.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`.
    noise, level, seed
        As for ``aecourse.models.corruption.Corruption``.

    Raises
    ------
    InputError
        If a setting makes no sense.

    References
    ----------
    Vincent et al. (2008, 2010).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,))
    >>> x = np.random.default_rng(0).uniform(size=(5, 8)).astype("float32")
    >>> model = models.DenoisingAutoencoder(encoder, decoder, noise="masking", level=0.5)
    >>> model.reconstruct(x).shape
    (5, 8)
    """

    setting_names = (*Autoencoder.setting_names, "noise", "level", "seed")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        noise: str = "gaussian",
        level: float,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.corruption = Corruption(noise, level, seed)
        self.noise, self.level, self.seed = noise, level, seed

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the outputs for the spoilt samples; the loss compares them with ``x`` itself."""
        return super().propagate(self.corruption(x, training=training), training=training)

    # --- what a reader calls --------------------------------------------------------------------

    def corrupt(self, x: Any, *, seed: int = 0) -> NDArray[np.float32]:
        """Return ``x`` with the noise of training, the same on every backend.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes, or ``seed`` is not a whole number of at least 0.
        """
        return self.corruption.corrupt(self.checked(x, target=False), seed)
