"""Stop when the validation loss no longer falls, and go back to where it was lowest."""

from typing import Any

import numpy as np

from aecourse.backend import keras


class EarlyStopping(keras.callbacks.Callback):
    """Keep the weights of the lowest ``val_loss``; stop after ``patience`` epochs without a lower.

    Unlike Keras's callback it can be saved and taken up again, so that a resumed run stops in the
    epoch in which the uninterrupted one would have stopped.
    """

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience
        self.best = float("inf")
        self.best_weights: list[np.ndarray] | None = None
        self.waited = 0

    @property
    def stopped(self) -> bool:
        """Whether patience has run out."""
        return self.waited >= self.patience

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the epoch with the best so far."""
        loss = float((logs or {})["val_loss"])
        if loss < self.best:
            self.best, self.waited = loss, 0
            self.best_weights = self.model.get_weights()
            return
        self.waited += 1
        if self.stopped:
            self.model.stop_training = True

    def restore(self, model: keras.Model) -> None:
        """Give the model its best weights back."""
        if self.best_weights is not None:
            model.set_weights(self.best_weights)
