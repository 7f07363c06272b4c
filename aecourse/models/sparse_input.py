"""Samples that are nearly all zeros: kept sparse, and made dense a batch at a time."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aecourse.backend import keras
from aecourse.checks import real
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder
from aecourse.models.reconstruction import Tensor

BATCH = 256


class SparseRows:
    """The rows of a sparse matrix, of which any selection is a dense array.

    It takes the place of an array wherever rows are taken a few at a time, and refuses to become
    one: the users and items of a large shop would not fit into memory.

    Parameters
    ----------
    matrix
        A sparse matrix of shape ``(samples, values)``.
    """

    def __init__(self, matrix: sparse.csr_array) -> None:
        self.matrix = matrix
        self.shape = matrix.shape

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, which: Any) -> NDArray[np.float32]:
        return self.matrix[which].toarray()

    def __array__(self, *args: Any, **kwargs: Any) -> NDArray[np.float32]:
        raise InputError(
            f"sparse rows of shape {self.shape} are made dense a batch at a time, never all at "
            "once; train with training.fit_sparse."
        )


class SparseBatches(keras.utils.PyDataset):
    """What Keras's ``fit`` and ``evaluate`` take: dense batches of sparse rows.

    Parameters
    ----------
    rows
        The samples.
    batch_size
        Samples in a batch; the last one may be smaller.
    order
        From the number of an epoch, counted from 0, to the order of the samples in it; by default
        that of the rows.
    """

    def __init__(
        self,
        rows: SparseRows,
        batch_size: int,
        order: Callable[[int], NDArray[np.int64]] | None = None,
    ) -> None:
        super().__init__()
        self.rows, self.batch_size, self.order = rows, batch_size, order
        self.start(0)

    def __len__(self) -> int:
        return math.ceil(len(self.rows) / self.batch_size)

    def __getitem__(self, number: int) -> tuple[NDArray[np.float32]]:
        """Return one batch, as Keras wants it: a tuple of the input alone."""
        start = number * self.batch_size
        return (self.rows[self.positions[start : start + self.batch_size]],)

    def start(self, epoch: int) -> None:
        """Put the samples into the order of an epoch.

        To count the ends of epochs would not do: Keras ends one before the first begins.
        """
        self.positions = self.order(epoch) if self.order else np.arange(len(self.rows))


class SparseInputAutoencoder(Autoencoder):
    """What models of sparse samples share: how they take them, and a penalty on large weights.

    A sample is a vector, most of whose values are 0: what a user liked, or the words of a text.
    Wherever such a model takes an array of samples it takes a sparse matrix of ``scipy.sparse``
    too; :func:`aecourse.training.fit_sparse` trains it on one.

    ``weights`` is half the sum of the squared weights, without the biases, and counts with
    ``weight_penalty``.
    """

    setting_names: tuple[str, ...] = ("weight_penalty",)
    regulariser_names: tuple[str, ...] = ("weights",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        weight_penalty: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.weight_penalty = real(weight_penalty, "weight_penalty", least=0)

    def check_pair(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless samples are vectors and the shapes fit together."""
        if len(encoder.input_shape) != 2:
            raise InputError(
                f"the encoder takes samples of shape {encoder.input_shape[1:]}; {self.kind} needs "
                "vectors, one value an item. Build the networks with input_shape=items."
            )
        super().check_pair(encoder, decoder)

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return half the squared weights, after what else training asks for."""
        kernels = [weight for weight in self.trainable_variables if len(weight.shape) > 1]
        squares = sum(keras.ops.sum(keras.ops.square(kernel)) for kernel in kernels)
        others = super().regularisers(x, outputs, training=training)
        return {**others, "weights": (self.weight_penalty, 0.5 * squares)}

    def checked(self, x: Any, name: str = "x", *, target: bool = True) -> Any:
        """Return samples as a dense array, or as :class:`SparseRows` where they are sparse.

        Raises
        ------
        InputError
            If they are not what the model takes.
        """
        if isinstance(x, SparseRows):
            x = x.matrix
        if not sparse.issparse(x):
            x = super().checked(x, name, target=target)
            self.check_values(x, name)
            return x
        matrix = sparse.csr_array(x, dtype=np.float32)
        if matrix.shape[0] == 0 or matrix.shape[1:] != self.sample_shape:
            raise InputError(
                f"{name} has shape {matrix.shape}; expected (samples, {self.sample_shape[0]}) with "
                "at least one sample."
            )
        if not np.isfinite(matrix.data).all():
            raise InputError(f"{name} holds values that are NaN or infinite; remove them first.")
        self.check_values(matrix.data, name)
        return SparseRows(matrix)

    def check_values(self, values: NDArray[np.float32], name: str) -> None:
        """Raise ``InputError`` where a value makes no sense to the model. Here: never."""

    def evaluate(self, x: Any = None, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Return the loss and each of its terms on ``x``, averaged over the samples.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        if sparse.issparse(x) or isinstance(x, SparseRows):
            x = SparseBatches(self.checked(x), kwargs.pop("batch_size", BATCH))
        return super().evaluate(x, *args, **kwargs)
