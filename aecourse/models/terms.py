"""The logged terms of a loss."""

from typing import Any

from aecourse.backend import keras
from aecourse.models.reconstruction import Tensor


class Terms(keras.metrics.Metric):
    """Averages of several named values over the samples of an epoch.

    One vector holds them all: a metric of its own for each would cost a training step of a small
    network a tenth of its time.
    """

    def __init__(self, names: list[str], **kwargs: Any) -> None:
        super().__init__(name="terms", **kwargs)
        self.names = tuple(names)
        self.sums = self.add_variable((len(names),), initializer="zeros", name="sums")
        self.samples = self.add_variable((), initializer="zeros", name="samples")

    def update_state(self, values: dict[str, Tensor], samples: Tensor) -> None:
        """Take in the means of one batch and the number of its samples."""
        size = keras.ops.cast(samples, self.sums.dtype)
        means = keras.ops.stack(
            [keras.ops.cast(values[name], self.sums.dtype) for name in self.names]
        )
        self.sums.assign_add(means * size)
        self.samples.assign_add(size)

    def result(self) -> dict[str, Tensor]:
        """Return the averages under their names."""
        means = keras.ops.divide_no_nan(self.sums, self.samples)
        return {name: means[index] for index, name in enumerate(self.names)}
