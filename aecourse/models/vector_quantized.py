"""A code made of vectors from a short list: each can be written as a whole number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder, in_batches
from aecourse.models.codebook import Codebook, CodeUse, perplexity_of
from aecourse.models.inputs import fits
from aecourse.models.reconstruction import Tensor, sum_per_sample


@keras.saving.register_keras_serializable("aecourse")
class VectorQuantizedAutoencoder(Autoencoder):
    """The decoder sees, in place of each vector of the code, the nearest one of a codebook.

    The loss adds ``commitment`` times the squared distance between the encoder's output and its
    quantised form, summed over the code, which keeps the encoder near the codebook. The gradient
    passes the quantisation as if it were not there (straight-through). The codebook follows the
    encoder's outputs by running means, in training only.

    Vectors lie along the last axis of the code, so a grid of vectors of shape ``(7, 7, 16)`` has
    49 of them and becomes 7 × 7 indices. The logged ``perplexity`` is that of the codes used in the
    whole epoch: how many equally frequent codes would be as hard to guess. It cannot exceed the
    number of codes, nor the number of vectors quantised.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`.
    codebook_size
        Number of vectors to choose from.
    commitment
        Weight of the term ``commitment``.
    decay
        Share of the running means that each step of training keeps. With the paper's 0.99 the
        codebook is slower to follow the encoder, which matters in a short run.
    revive_below
        A vector used less than this share of the average is replaced by a vector of the batch,
        drawn at random; 0 lets unused ones be.
    vector_size
        Length of the vectors; the last axis of the code is cut into pieces of this length, each
        quantised by itself. ``None`` takes the whole axis.
    seed
        Of the vectors drawn from batches.

    Raises
    ------
    InputError
        If a setting makes no sense or ``vector_size`` does not divide the last axis of the code.

    References
    ----------
    van den Oord, Vinyals and Kavukcuoglu (2017); Razavi, van den Oord and Vinyals (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.convolutional_grid((8, 8, 1), 4, filters=(4, 8))
    >>> x = np.zeros((5, 8, 8, 1), "float32")
    >>> model = models.VectorQuantizedAutoencoder(encoder, decoder, codebook_size=16)
    >>> model.encode_indices(x).shape
    (5, 2, 2)
    """

    setting_names = (
        *Autoencoder.setting_names,
        "codebook_size",
        "commitment",
        "decay",
        "revive_below",
        "vector_size",
        "seed",
    )
    regulariser_names = ("commitment",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        codebook_size: int = 64,
        commitment: float = 0.25,
        decay: float = 0.95,
        revive_below: float = 0.05,
        vector_size: int | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.codebook_size = whole(codebook_size, "codebook_size", least=2)
        self.commitment = real(commitment, "commitment", least=0)
        self.decay = real(decay, "decay", least=0, below=1)
        self.revive_below = real(revive_below, "revive_below", least=0, below=1)
        self.vector_size = self._vector_size(vector_size)
        self.seed = whole(seed, "seed", least=0)
        self.codebook = Codebook(
            self.codebook_size,
            self.vector_size,
            decay=self.decay,
            revive_below=self.revive_below,
            seed=self.seed,
        )
        self.use = CodeUse(self.codebook_size)

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the quantised code."""
        return self.codebook(self.encoder(x, training=training))[0]

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return what is ``encoded``, its nearest ``quantised`` form, the indices and the rest."""
        encoded = self.encoder(x, training=training)
        quantised, indices = self.codebook(encoded, training=training)
        # The value is the quantised one; the gradient is that of ``encoded``.
        code = encoded + keras.ops.stop_gradient(quantised - encoded)
        return {
            "code": code,
            "encoded": encoded,
            "quantised": quantised,
            "indices": indices,
            "reconstruction": self.decoder(code, training=training),
        }

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return the squared distance between the encoder's output and its quantised form."""
        quantised = keras.ops.stop_gradient(outputs["quantised"])
        distance = sum_per_sample(keras.ops.square(outputs["encoded"] - quantised))
        return {"commitment": (self.commitment, keras.ops.mean(distance))}

    def measures(self, x: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Count the codes used; a metric of its own turns the epoch's counts into perplexity."""
        self.use.update_state(outputs["indices"])
        return super().measures(x, outputs)

    # --- what a reader calls --------------------------------------------------------------------

    @property
    def positions(self) -> tuple[int, ...]:
        """Shape of one sample's indices."""
        return self.codebook.positions(self.code_shape)

    def encode_indices(self, x: Any, *, batch_size: int = 512) -> NDArray[np.int32]:
        """Return the codes of ``x`` as whole numbers, shape ``(samples, *positions)``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return in_batches(self._indices, batch_size, self.checked(x, target=False)).astype(np.int32)

    def decode_indices(self, indices: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return what the decoder makes of codes written as whole numbers.

        Raises
        ------
        InputError
            If ``indices`` are not whole numbers below ``codebook_size`` of shape
            ``(samples, *positions)``.
        """
        indices = checked_indices(indices, self.positions, self.codebook_size)
        vectors = keras.ops.convert_to_numpy(self.codebook.vectors)
        return self.decode(
            vectors[indices].reshape(len(indices), *self.code_shape), batch_size=batch_size
        )

    def perplexity(self, x: Any) -> float:
        """Return how many equally frequent codes would be as hard to guess as those of ``x``.

        It lies between 1 and ``codebook_size``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        counts = np.bincount(self.encode_indices(x).ravel(), minlength=self.codebook_size)
        return float(perplexity_of(keras.ops.convert_to_tensor(counts, dtype="float32")))

    def _indices(self, x: Tensor, training: bool = False) -> Tensor:
        return self.codebook(self.encoder(x, training=training))[1]

    def _vector_size(self, vector_size: Any) -> int:
        """Return the length of the vectors into which the last axis of the code is cut."""
        values = self.code_shape[-1]
        if vector_size is None:
            return values
        if values % whole(vector_size, "vector_size"):
            raise InputError(
                f"vector_size is {vector_size}, but the last axis of the code has {values} values; "
                "give a divisor of that, or None for all of them."
            )
        return int(vector_size)


def checked_indices(
    indices: Any, positions: tuple[int, ...], codebook_size: int, name: str = "indices"
) -> NDArray[np.int32]:
    """Return ``indices`` as ``int32`` if they are codes of a codebook.

    Raises
    ------
    InputError
        If they are of another type or shape, or outside ``0 … codebook_size - 1``.
    """
    array = np.asarray(indices)
    expected = ", ".join(map(str, ("samples", *positions)))
    if not array.size or not fits(array.shape[1:], positions):
        raise InputError(f"{name} has shape {array.shape}; expected ({expected}).")
    if not np.issubdtype(array.dtype, np.integer):
        raise InputError(
            f"{name} has dtype {array.dtype}; give whole numbers, such as encode_indices returns."
        )
    if array.min() < 0 or array.max() >= codebook_size:
        raise InputError(
            f"{name} run from {array.min()} to {array.max()}; the codebook has {codebook_size} "
            f"codes, from 0 to {codebook_size - 1}."
        )
    return array.astype(np.int32, copy=False)
