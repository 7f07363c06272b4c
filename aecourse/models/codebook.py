"""A short list of vectors that stands for all others."""

from typing import Any

from aecourse.backend import keras
from aecourse.models.reconstruction import Tensor

TINY = 1e-12


class Codebook(keras.layers.Layer):
    """Replace each vector by the nearest one of a list, which training moves without gradients.

    A code of the list is the running mean of the vectors that were nearest to it, as in k-means.
    With ``uses`` vectors in a batch, which add up to ``sums``, one step of training is::

        counts ← decay · counts + (1 − decay) · uses
        vectors ← (decay · counts_before · vectors + (1 − decay) · sums) / counts

    The first batch starts the list with vectors of its own, drawn at random. As the counts start at
    0, the first means are those of the batches so far, and follow the encoder's first, long steps.
    A code that is used less than ``revive_below`` times the average is dead: it is drawn anew from
    the batch.

    Parameters
    ----------
    size
        Number of codes.
    vector_size
        Number of values of each; the last axis of the input is cut into pieces of this length.
    decay, revive_below, seed
        As for :class:`~aecourse.models.VectorQuantizedAutoencoder`.

    References
    ----------
    van den Oord, Vinyals and Kavukcuoglu (2017), appendix A.1; Dhariwal et al. (2020) for the
    revival of dead codes.
    """

    def __init__(
        self, size: int, vector_size: int, *, decay: float, revive_below: float, seed: int
    ) -> None:
        super().__init__(name="codebook")
        self.size, self.vector_size = size, vector_size
        self.decay, self.revive_below = decay, revive_below
        self.draws = keras.random.SeedGenerator(seed)
        self.vectors = self.add_weight(
            shape=(size, vector_size),
            initializer=keras.initializers.RandomNormal(seed=seed),
            trainable=False,
            name="vectors",
        )
        # Zero until the first batch, which is how that batch is known.
        self.counts = self.add_weight(
            shape=(size,), initializer="zeros", trainable=False, name="counts"
        )
        self.built = True

    def call(self, x: Tensor, training: bool = False) -> tuple[Tensor, Tensor]:
        """Return the nearest code of each vector, in the shape of ``x``, and its index."""
        ops = keras.ops
        vectors = ops.reshape(ops.stop_gradient(x), (-1, self.vector_size))
        if training:
            self._start(vectors)
        indices = self.nearest(vectors)
        nearest = ops.reshape(self.looked_up(indices), (-1, *ops.shape(x)[1:]))
        if training:
            self._learn(vectors, indices)
        return nearest, ops.reshape(indices, (-1, *self.positions(ops.shape(x)[1:])))

    def positions(self, code_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of the indices of a code of shape ``code_shape``."""
        pieces = code_shape[-1] // self.vector_size
        return code_shape[:-1] if pieces == 1 else (*code_shape[:-1], pieces)

    def nearest(self, vectors: Tensor) -> Tensor:
        """Return the index of the code that is nearest to each row."""
        ops = keras.ops
        # |v − e|² without |v|², which is the same for every code e.
        distances = ops.sum(ops.square(self.vectors), axis=-1) - 2 * ops.matmul(
            vectors, ops.transpose(self.vectors)
        )
        return ops.cast(ops.argmin(distances, axis=-1), "int32")

    def looked_up(self, indices: Tensor) -> Tensor:
        """Return the code of each index."""
        return keras.ops.take(self.vectors, indices, axis=0)

    def _start(self, vectors: Tensor) -> None:
        """Begin, with the first batch, where the encoder's outputs lie."""
        ops = keras.ops
        first = ops.equal(ops.sum(self.counts), 0)
        self.vectors.assign(ops.where(first, self._drawn_from(vectors), self.vectors.value))

    def _learn(self, vectors: Tensor, indices: Tensor) -> None:
        """Move each code towards the mean of its vectors; draw dead codes anew."""
        ops = keras.ops
        assigned = ops.one_hot(indices, self.size, dtype="float32")
        uses = ops.sum(assigned, axis=0)
        sums = ops.matmul(ops.transpose(assigned), vectors)
        counts = self.decay * self.counts + (1 - self.decay) * uses
        # The running mean written as a step, which leaves a code without vectors where it is.
        share = (1 - self.decay) / ops.maximum(counts, TINY)
        moved = self.vectors + share[:, None] * (sums - uses[:, None] * self.vectors)
        mean = ops.mean(counts)
        dead = counts < self.revive_below * mean
        self.vectors.assign(ops.where(dead[:, None], self._drawn_from(vectors), moved))
        self.counts.assign(ops.where(dead, mean, counts))

    def _drawn_from(self, vectors: Tensor) -> Tensor:
        """Return as many rows as there are codes, drawn with replacement."""
        ops = keras.ops
        count = ops.cast(ops.shape(vectors)[0], "float32")
        draws = keras.random.uniform((self.size,), seed=self.draws)
        # Rounding can take a draw close to 1 up to the number of rows itself.
        rows = ops.minimum(ops.floor(draws * count), count - 1)
        return ops.take(vectors, ops.cast(rows, "int32"), axis=0)


class CodeUse(keras.metrics.Metric):
    """The perplexity of the codes used since the epoch began."""

    def __init__(self, size: int) -> None:
        super().__init__(name="perplexity")
        self.size = size
        self.counts = self.add_variable((size,), initializer="zeros", name="counts")

    def update_state(self, indices: Tensor) -> None:
        """Count the codes of one batch."""
        flat = keras.ops.reshape(indices, (-1,))
        self.counts.assign_add(
            keras.ops.sum(keras.ops.one_hot(flat, self.size, dtype="float32"), axis=0)
        )

    def result(self) -> Tensor:
        """Return the perplexity of the counts so far."""
        return perplexity_of(self.counts)


def perplexity_of(counts: Tensor) -> Tensor:
    """Return the number of equally frequent codes that would be as hard to guess.

    It is the exponential of the entropy of the codes' shares: 1 if all counts fall on one code, and
    the number of codes if all are used alike.
    """
    ops = keras.ops
    shares = ops.divide_no_nan(counts, ops.sum(counts))
    return ops.exp(-ops.sum(shares * ops.log(ops.maximum(shares, TINY))))
