"""An autoencoder that keeps the largest values of a code and nothing else."""

from typing import Any

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.models.activations import check_plain_vector
from aecourse.models.base import Autoencoder
from aecourse.models.reconstruction import Tensor


@keras.saving.register_keras_serializable("aecourse")
class KSparseAutoencoder(Autoencoder):
    """The ``active`` largest values of each code are kept, the others are set to 0.

    The number of active units is a setting here, not the outcome of a penalty's weight. Gradients
    reach the encoder through the kept values only, so a unit that is never among them never
    learns; ``(model.encode(x) != 0).any(axis=0)`` tells which units are in use.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`. The code is best left linear, as in the paper.
    active
        Values kept in training.
    active_at_test
        Values kept otherwise, in evaluation too. ``None`` keeps as many as in training, which is
        what the decoder has learnt to read. The paper keeps ``α · active``, with ``α`` of at least
        1, where the codes are features for a classifier.

    Raises
    ------
    InputError
        If a number of values is not between 1 and the size of the code.

    References
    ----------
    Makhzani and Frey (2014).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=20, hidden=())
    >>> x = np.random.default_rng(0).uniform(size=(5, 8)).astype("float32")
    >>> model = models.KSparseAutoencoder(encoder, decoder, active=3)
    >>> int((model.encode(x) != 0).sum(axis=1).max())
    3
    """

    setting_names = (*Autoencoder.setting_names, "active", "active_at_test")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        active: int,
        active_at_test: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.active = self._checked_count(active, "active")
        self.active_at_test = self.active
        if active_at_test is not None:
            self.active_at_test = self._checked_count(active_at_test, "active_at_test")

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return each sample's code with its largest values alone."""
        values = self.encoder(x, training=training)
        return keep_largest(values, self.active if training else self.active_at_test)

    def _checked_count(self, count: int, name: str) -> int:
        size = check_plain_vector(self.encoder, self.kind)
        if whole(count, name) > size:
            raise InputError(
                f"{name} is {count}, but a code has {size} values; give at most {size}, "
                "or build the networks with a larger code_size."
            )
        return int(count)


def keep_largest(values: Tensor, count: int) -> Tensor:
    """Return each row with all but its ``count`` largest values set to 0.

    Of equal values so many are kept that there are never more than ``count``.
    """
    places = keras.ops.top_k(values, count)[1]
    kept = keras.ops.sum(keras.ops.one_hot(places, values.shape[-1], dtype=values.dtype), axis=-2)
    return keras.ops.multiply(values, kept)
