"""Samples that come with their labels, for the models that learn from both."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder, in_batches
from aecourse.models.inputs import checked_batch, fits
from aecourse.models.reconstruction import Tensor

UNLABELLED = -1


class LabelledAutoencoder(Autoencoder):
    """An autoencoder whose input is a pair ``(samples, labels)``.

    Its decoder takes the code and, behind it, a vector with a 1 in the place of the class. A
    variant sets ``takes_unlabelled`` where a label may be missing, which is written as -1.
    """

    setting_names = (*Autoencoder.setting_names, "classes")
    takes_unlabelled = False

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, *, classes: int, **kwargs: Any
    ) -> None:
        self.classes = whole(classes, "classes", least=2)
        super().__init__(encoder, decoder, **kwargs)

    def check_pair(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless the decoder takes a code and a label."""
        if len(encoder.output_shape) != 2:
            raise InputError(
                f"the encoder gives codes of shape {encoder.output_shape[1:]}; {self.kind} needs "
                "a plain vector, to which the label is added."
            )
        size = encoder.output_shape[-1]
        if not fits(decoder.input_shape[1:], (size + self.classes,)):
            raise InputError(
                f"the encoder gives codes of {size} values and there are {self.classes} classes, "
                f"but the decoder takes {decoder.input_shape[1:]}, not ({size + self.classes},); "
                f"build the networks with condition_size={self.classes}."
            )
        self.check_samples(encoder, decoder)

    def with_label(self, code: Tensor, labels: Tensor) -> Tensor:
        """Return what the decoder takes: codes with their labels behind them."""
        return keras.ops.concatenate([code, self.one_hot(labels)], axis=-1)

    def one_hot(self, labels: Tensor) -> Tensor:
        """Return a vector for each label, with a 1 in its place; all 0 for a missing label."""
        return keras.ops.one_hot(labels, self.classes, dtype="float32")

    def target(self, x: tuple[Tensor, Tensor]) -> Tensor:
        """Return the samples: the decoder is to rebuild them, not their labels."""
        return x[0]

    def symbolic_input(self) -> tuple[Any, Any]:
        """Return placeholders for a batch of samples and one of labels."""
        return keras.Input(self.sample_shape), keras.Input((), dtype="int32")

    def checked(
        self, x: Any, name: str = "x", *, target: bool = True
    ) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return samples and labels if this model can take them.

        Raises
        ------
        InputError
            If ``x`` is no pair, the samples are not what the model takes, or the labels are not one
            whole number from 0 to ``classes - 1`` for each of them.
        """
        samples, labels = self.pair(x, name)
        samples = self.checked_samples(samples, f"{name}[0]", target=target)
        labels = self.checked_labels(
            labels, len(samples), f"{name}[1]", may_miss=self.takes_unlabelled
        )
        return samples, labels

    def decode(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return what the decoder makes of a pair ``(codes, labels)``.

        Raises
        ------
        InputError
            If ``x`` is no such pair, or a label is missing.
        """
        codes, labels = self.pair(x, "codes")
        codes = checked_batch(codes, self.code_shape, name="codes")
        labels = self.checked_labels(labels, len(codes), "labels")
        return in_batches(self._decoded, batch_size, (codes, labels))

    def _decoded(self, x: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        return self.decoder(self.with_label(*x), training=training)

    def pair(self, x: Any, name: str) -> tuple[Any, Any]:
        """Return the two parts of ``x``.

        Raises
        ------
        InputError
            If it does not have two.
        """
        if not isinstance(x, (tuple, list)) or len(x) != 2:
            raise InputError(f"{name} must be a pair ({name}, labels): {self.kind} needs both.")
        return x[0], x[1]

    def checked_labels(
        self, labels: Any, count: int | None, name: str, *, may_miss: bool = False
    ) -> NDArray[np.int32]:
        """Return ``count`` labels as ``int32``; ``None`` stands for any number of them.

        Raises
        ------
        InputError
            If their number, type or range is another.
        """
        array = np.asarray(labels)
        if array.ndim != 1 or len(array) == 0 or count not in (None, len(array)):
            expected = "n" if count is None else count
            raise InputError(
                f"{name} has shape {array.shape}; expected ({expected},), one for each sample."
            )
        lowest = UNLABELLED if may_miss else 0
        whole_numbers = np.issubdtype(array.dtype, np.integer)
        if not whole_numbers or array.min() < lowest or array.max() >= self.classes:
            found = f"runs from {array.min()} to {array.max()}" if whole_numbers else "is of no use"
            missing = f" ({UNLABELLED} for none)" if may_miss else ""
            raise InputError(
                f"{name} with dtype {array.dtype} {found}; "
                f"give whole numbers from 0 to {self.classes - 1}{missing}."
            )
        return array.astype(np.int32, copy=False)
