"""An autoencoder of rows that are known in part, as ratings are."""

from typing import Any

from aecourse.backend import keras
from aecourse.models.reconstruction import Tensor, sum_per_sample
from aecourse.models.sparse_input import SparseInputAutoencoder


@keras.saving.register_keras_serializable("aecourse")
class ObservedAutoencoder(SparseInputAutoencoder):
    """Only what was observed counts in the loss; the rest is filled in (AutoRec).

    A value of exactly 0 was not observed. It enters as 0, and whatever the decoder makes of it is
    neither right nor wrong. So the encoder learns from the values that are there, and the decoder
    predicts those that are not: :meth:`~Autoencoder.reconstruct` returns all of them.

    ``loss == reconstruction + weight_penalty · weights``, where ``reconstruction`` is the sum of
    the squared errors of a row's observed values. ``observed_mse`` is the mean squared error of an
    observed value. The logged ``mse`` shares the same errors among all places, the empty ones
    included.

    Parameters
    ----------
    encoder, decoder
        Networks over vectors. The output's activation must reach the values.
    weight_penalty
        Of half the squared weights.

    Raises
    ------
    InputError
        If the networks do not fit, or the penalty is negative.

    References
    ----------
    Sedhain et al. (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> pair = networks.dense(6, code_size=2, hidden=(), output_activation="linear")
    >>> model = models.ObservedAutoencoder(*pair)
    >>> stars = np.array([[5, 0, 0, 3, 0, 4]], "float32")
    >>> bool((model.reconstruct(stars) != 0).all())
    True
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs: Any) -> None:
        super().__init__(encoder, decoder, reconstruction="squared_error", **kwargs)

    measure_names = ("observed_mse",)

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the code, and the reconstruction where there is something to compare it with."""
        outputs = super().propagate(x, training=training)
        return {**outputs, "reconstruction": outputs["reconstruction"] * observed(x)}

    def measures(self, x: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the mean squared error of an observed value."""
        errors = keras.ops.square(x - outputs["reconstruction"])
        return {
            "observed_mse": keras.ops.divide_no_nan(
                keras.ops.sum(sum_per_sample(errors)), keras.ops.sum(observed(x))
            )
        }


def observed(x: Tensor) -> Tensor:
    """Return 1 where a value was observed and 0 elsewhere."""
    return keras.ops.cast(x != 0, "float32")
