"""A distribution over the indices of a codebook, to draw new ones from."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.models.base import DEFAULT_LEARNING_RATE, in_batches
from aecourse.models.prior import check_draw
from aecourse.models.reconstruction import Tensor
from aecourse.models.vector_quantized import checked_indices
from aecourse.networks.settings import layer_seeds


@keras.saving.register_keras_serializable("aecourse")
class CodePrior(keras.Model):
    """Predicts each index of a code from those before it, from left to right and top to bottom.

    The probability of a code is the product of these predictions. A recurrent network makes them;
    at each place of a grid it is told the index before and the one above. The loss is the negative
    log likelihood of a sample's indices, summed over its places, in nats.

    :func:`aecourse.training.fit` trains it on ``encode_indices`` of a trained
    :class:`VectorQuantizedAutoencoder`, whose decoder turns draws into samples.

    Parameters
    ----------
    positions
        Shape of one sample's indices.
    codebook_size
        Number of codes to choose from.
    units
        Size of the recurrent network's memory.
    seed
        Start of the weights.

    Raises
    ------
    InputError
        If a setting is not a whole number that makes sense.

    References
    ----------
    van den Oord, Vinyals and Kavukcuoglu (2017) for a prior over codes; Cho et al. (2014) for the
    gated recurrent unit.

    Examples
    --------
    >>> from aecourse import models
    >>> prior = models.CodePrior(positions=(2, 2), codebook_size=8, units=4)
    >>> prior.sample(3).shape
    (3, 2, 2)
    """

    def __init__(
        self,
        positions: tuple[int, ...],
        codebook_size: int,
        *,
        units: int = 128,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.positions = checked_positions(positions)
        self.codebook_size = whole(codebook_size, "codebook_size", least=2)
        self.units = whole(units, "units", least=2)
        self.seed = whole(seed, "seed", least=0)
        self.places = prod(self.positions)
        # How far back, in reading order, lie the index before and the one above.
        self.lags = sorted({1, prod(self.positions[1:])})
        seeds = layer_seeds(self.seed)
        # One more than there are codes: it stands for what lies outside the grid.
        sizes = [codebook_size + 1 for _ in self.lags]
        *self.neighbours, self.place = (
            keras.layers.Embedding(
                size, units // 2, keras.initializers.RandomNormal(stddev=0.05, seed=next(seeds))
            )
            for size in (*sizes, self.places)
        )
        self.memory = keras.layers.GRU(
            units,
            return_sequences=True,
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        )
        self.scores = keras.layers.Dense(
            codebook_size, kernel_initializer=keras.initializers.GlorotUniform(next(seeds))
        )
        self.ensure_built()
        self.compile(self.optimizer_at(DEFAULT_LEARNING_RATE))

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the scores (logits) of each place, shape ``(batch, places, codebook_size)``."""
        return self.scores(self.memory(self._inputs(self._in_line(x)), training=training))

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the negative log likelihood, summed over places and averaged over the batch."""
        return keras.ops.mean(self._surprises(x, y_pred))

    def negative_log_likelihood(
        self, indices: Any, *, batch_size: int = 512
    ) -> NDArray[np.float32]:
        """Return that of each sample's indices, in nats.

        Raises
        ------
        InputError
            If ``indices`` are not those of a code.
        """

        def surprises(x: Tensor, training: bool = False) -> Tensor:
            return self._surprises(x, self(x, training=training))

        return in_batches(surprises, batch_size, self.checked(indices, "indices"))

    def sample(self, count: int, *, seed: int = 0) -> NDArray[np.int32]:
        """Return indices drawn one after the other, shape ``(count, *positions)``.

        Raises
        ------
        InputError
            If ``count`` is not a whole number of at least 1, or ``seed`` not one of at least 0.
        """
        check_draw(count, seed)
        draws = np.random.default_rng(seed).random((self.places, count, 1))
        # What lies outside comes before the first place.
        margin = self.lags[-1]
        drawn = np.full((count, margin + self.places), self.codebook_size, np.int32)
        state = keras.ops.zeros((count, self.units))
        for place in range(self.places):
            before = [drawn[:, margin + place - lag] for lag in self.lags]
            output, (state,) = self.memory.cell(self._described(before, place), [state])
            shares = keras.ops.convert_to_numpy(keras.ops.softmax(self.scores(output)))
            # The first code at which the cumulated shares exceed a draw between 0 and 1.
            chosen = (shares.cumsum(axis=1) <= draws[place]).sum(axis=1)
            drawn[:, margin + place] = np.minimum(chosen, self.codebook_size - 1)
        return drawn[:, margin:].reshape(count, *self.positions)

    def _surprises(self, x: Tensor, scores: Tensor) -> Tensor:
        """Return the negative log likelihood of each sample."""
        each = keras.losses.sparse_categorical_crossentropy(
            self._in_line(x), scores, from_logits=True
        )
        return keras.ops.sum(each, axis=-1)

    def _in_line(self, x: Tensor) -> Tensor:
        return keras.ops.reshape(x, (-1, self.places))

    def _inputs(self, indices: Tensor) -> Tensor:
        """Return what the network is told at each place: nothing of the place itself."""
        outside = keras.ops.pad(
            indices, ((0, 0), (self.lags[-1], 0)), constant_values=self.codebook_size
        )
        starts = [self.lags[-1] - lag for lag in self.lags]
        before = [outside[:, start : start + self.places] for start in starts]
        return self._described(before, keras.ops.arange(self.places))

    def _described(self, before: list[Tensor], places: Tensor | int) -> Tensor:
        """Return the sum of the vectors of the indices before and of the place itself."""
        vectors = [
            embedding(index) for embedding, index in zip(self.neighbours, before, strict=True)
        ]
        return sum(vectors) + self.place(keras.ops.convert_to_tensor(places))

    # --- what training and saving need ----------------------------------------------------------

    def optimizer_at(self, learning_rate: Any) -> keras.optimizers.Optimizer:
        """Return the optimiser to train with: Adam."""
        return keras.optimizers.Adam(learning_rate)

    def ensure_built(self) -> None:
        """Create every variable."""
        if not self.built:
            self(keras.Input(self.positions, dtype="int32"))

    def checked(self, x: Any, name: str = "x", *, target: bool = True) -> NDArray[np.int32]:
        """Return ``x`` as ``int32`` if it holds indices of codes.

        Raises
        ------
        InputError
            If it is of another shape or type, or holds numbers that are no code.
        """
        return checked_indices(x, self.positions, self.codebook_size, name)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "name": self.name,
            "positions": self.positions,
            "codebook_size": self.codebook_size,
            "units": self.units,
            "seed": self.seed,
        }


def checked_positions(positions: Any) -> tuple[int, ...]:
    """Return the shape of one sample's indices as a tuple, which may be empty.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if not isinstance(positions, (tuple, list)):
        raise InputError(
            f"positions is {positions!r}; give the shape of one sample's indices, such as (7, 7)."
        )
    return tuple(whole(size, f"positions[{axis}]") for axis, size in enumerate(positions))
