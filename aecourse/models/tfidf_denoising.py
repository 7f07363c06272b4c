"""A denoising autoencoder of texts as rows of word weights, of which nearly all are 0."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import one_of
from aecourse.models.base import in_batches
from aecourse.models.corruption import Corruption
from aecourse.models.reconstruction import Tensor
from aecourse.models.sparse_input import SparseInputAutoencoder

DISTANCES = ("cosine", "squared_error")
SMALLEST_LENGTH = 1e-7  # below it a row counts as empty


@keras.saving.register_keras_serializable("aecourse")
class TfidfDenoisingAutoencoder(SparseInputAutoencoder):
    """Shown a text with most of its words taken away, it is asked for all of them.

    A sample is a row of a sparse matrix, such as the TF-IDF weights of a text: tens of thousands of
    values, of which a hundred are not 0. Noise takes single words away (masking). Which words
    belong together is all that can bring them back.

    ``loss == reconstruction + weight_penalty · weights``. :func:`aecourse.training.fit_sparse`
    trains it; :meth:`~Autoencoder.encode`, :meth:`~Autoencoder.reconstruct` and :meth:`row_errors`
    take sparse rows too.

    Parameters
    ----------
    encoder, decoder
        As for :class:`Autoencoder`, over vectors; the decoder without a last activation.
    level
        Probability that a word is taken away.
    distance
        ``"cosine"``: 1 minus the cosine of the angle between a row and its reconstruction. Only
        the direction counts, as when texts are compared; an empty row is at distance 1 from all.
        ``"squared_error"``: the sum over a row.
    weight_penalty
        Of half the squared weights.
    seed
        Of the noise.

    Raises
    ------
    InputError
        If a setting makes no sense.

    References
    ----------
    Vincent et al. (2008) for the model; Glorot, Bordes and Bengio (2011) for texts.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse import models, networks
    >>> rows = sparse.csr_array(np.random.default_rng(0).poisson(0.1, (20, 50)))
    >>> pair = networks.dense(50, code_size=4, hidden=(), output_activation="linear")
    >>> model = models.TfidfDenoisingAutoencoder(*pair, level=0.5)
    >>> model.encode(rows).shape, model.row_errors(rows).shape
    ((20, 4), (20,))
    """

    setting_names = (*SparseInputAutoencoder.setting_names, "level", "distance", "seed")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        level: float,
        distance: str = "cosine",
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.distance = one_of(distance, "distance", DISTANCES)
        self.corruption = Corruption("masking", level, seed)
        self.level, self.seed = level, seed

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the code of each row, in training of what is left of it."""
        return super().code(self.corruption(x, training=training), training=training)

    def errors(self, target: Tensor, outputs: dict[str, Tensor]) -> Tensor:
        """Return the distance of each row from its reconstruction."""
        if self.distance == "squared_error":
            return super().errors(target, outputs)
        return cosine_distance(target, outputs["reconstruction"])

    def row_errors(self, x: Any, *, batch_size: int = 256) -> NDArray[np.float32]:
        """Return the distance of each row from its reconstruction, shape ``(n,)``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """

        def errors(batch: Tensor, training: bool = False) -> Tensor:
            return self.errors(batch, self(batch, training=training))

        return in_batches(errors, batch_size, self.checked(x))


def cosine_distance(target: Tensor, reconstruction: Tensor) -> Tensor:
    """Return 1 minus the cosine of the angle between each row and its reconstruction.

    That of an empty row, which has no direction, is 1.
    """
    ops = keras.ops
    product = ops.sum(target * reconstruction, axis=-1)
    squares = ops.sum(ops.square(target), axis=-1) * ops.sum(ops.square(reconstruction), axis=-1)
    return 1 - product / ops.sqrt(squares + SMALLEST_LENGTH**2)
