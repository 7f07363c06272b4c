"""Training on a sparse matrix of which only one batch at a time is ever dense."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.models.base import DEFAULT_LEARNING_RATE
from aecourse.models.sparse_input import SparseBatches, SparseInputAutoencoder
from aecourse.training.batches import order
from aecourse.training.early_stopping import EarlyStopping
from aecourse.training.history import History
from aecourse.training.loop import Recorder
from aecourse.training.progress import Progress


def fit_sparse(
    model: SparseInputAutoencoder,
    x: Any,
    *,
    epochs: int,
    batch_size: int = 128,
    seed: int = 0,
    learning_rate: float = DEFAULT_LEARNING_RATE,
    measure: Callable[[Any], float] | None = None,
    patience: int | None = None,
    progress: bool = True,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a model on a sparse matrix and return what happened.

    Each epoch sees the samples in the same order as in :func:`aecourse.training.fit`.

    Parameters
    ----------
    model
        The model to train, with an optimiser of its own and a new state of it.
    x
        Training samples: a sparse matrix of shape ``(samples, values)``.
    epochs
        Number of passes over ``x``, at most.
    batch_size
        Samples in one step.
    seed
        Order of the samples.
    learning_rate
        Step size.
    measure
        How good the model is, on validation data: the higher the better. It is asked for after
        each epoch and logged as ``val_measure``; the model ends with the weights for which it was
        highest. A recommender is judged by its lists, which may get better while the loss does not.
    patience
        Number of epochs without a higher measure after which to stop; ``None`` never stops.
    progress
        Whether to show a progress line and a line of summary.
    callbacks
        Further Keras callbacks.

    Raises
    ------
    InputError
        If ``x`` is not what the model takes, or a setting makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse import models, networks, training
    >>> rows = sparse.csr_array(np.random.default_rng(0).poisson(0.1, (100, 50)))
    >>> pair = networks.dense(50, code_size=4, hidden=(), output_activation="linear")
    >>> model = models.TfidfDenoisingAutoencoder(*pair, level=0.5)
    >>> history = training.fit_sparse(model, rows, epochs=2, progress=False)
    >>> len(history.metrics["loss"])
    2
    """
    whole(epochs, "epochs")
    whole(batch_size, "batch_size")
    whole(seed, "seed", least=0)
    rows = model.checked(x)
    batches = SparseBatches(rows, batch_size, lambda epoch: order(seed, epoch, len(rows)))
    model.compile(model.optimizer_at(real(learning_rate, "learning_rate", above=0)))
    model.ensure_built()

    ordering = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs=None: batches.start(epoch)
    )
    best = KeepBest(measure, patience) if measure else None
    recorder = Recorder(History(), None, None)
    line = Progress(total=len(batches) * epochs, done=0, epochs=epochs) if progress else None
    watching = [watcher for watcher in (best, recorder, line) if watcher]
    try:
        keras.Model.fit(
            model,
            batches,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[ordering, *callbacks, *watching],
        )
    except KeyboardInterrupt:
        recorder.interrupt()
    except BaseException:
        if line:
            line.clear()
        raise
    if best:
        best.restore(model)
        if best.stopped:
            recorder.history.outcome = "stopped early"
    if line:
        line.end(recorder.summary())
    return recorder.history


class KeepBest(EarlyStopping):
    """Measure the model after each epoch, and keep the weights for which the measure was highest.

    Parameters
    ----------
    measure
        From the model to a number, the higher the better.
    patience
        Epochs without a higher measure after which to stop; ``None`` never stops.
    """

    def __init__(self, measure: Callable[[Any], float], patience: int | None = None) -> None:
        super().__init__(sys.maxsize if patience is None else whole(patience, "patience"))
        self.measure = measure

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the epoch with the best so far, and add the measure to the logs."""
        value = float(self.measure(self.model))
        if logs is not None:
            logs["val_measure"] = value
        super().on_epoch_end(epoch, {"val_loss": -value})
