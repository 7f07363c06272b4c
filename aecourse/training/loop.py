"""Training with everything a careful run needs."""

import math
import os
import time
from collections.abc import Sequence
from typing import Any, Literal

from aecourse.backend import keras
from aecourse.checks import one_of, real, whole
from aecourse.errors import InputError
from aecourse.models.base import DEFAULT_LEARNING_RATE, Autoencoder
from aecourse.models.code_prior import CodePrior
from aecourse.training.batches import batches, steps_in
from aecourse.training.checkpoint import Checkpoint, settings_of
from aecourse.training.early_stopping import EarlyStopping
from aecourse.training.history import History
from aecourse.training.progress import Progress
from aecourse.training.schedules import cosine

Trainable = Autoencoder | CodePrior
Schedule = Literal["constant", "cosine"]
VALIDATION_BATCH = 512


def fit(
    model: Trainable,
    x: Any,
    *,
    epochs: int,
    validation_data: Any = None,
    batch_size: int = 128,
    seed: int = 0,
    learning_rate: float | None = None,
    schedule: Schedule = "constant",
    early_stopping: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool = True,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a model and return what happened.

    Ctrl-C (or the notebook's stop button) ends the run at once and cleanly: the model keeps the
    weights it has, and the history of the completed epochs is returned.

    Parameters
    ----------
    model
        The model to train. It is compiled with Adam if it is not compiled yet.
    x
        Training samples, shape ``(samples, *sample_shape)``, floating-point; a model that learns
        from labels takes ``(samples, labels)``.
    epochs
        Number of passes over ``x``.
    validation_data
        Samples held out from training, on which each epoch is measured.
    batch_size
        Samples in one step.
    seed
        Order of the samples. Each epoch has its own order; two runs with one seed have the same.
    learning_rate
        Step size of a new optimiser (Adam, unless the model asks for another). ``None`` keeps the
        optimiser the model was compiled with, or takes 0.001.
    schedule
        ``"cosine"`` lets the learning rate rise to ``learning_rate`` in the first twentieth of the
        steps (in a short run in the first 50, or the first quarter) and then fall along half a
        cosine wave to 0 at the last one.
    early_stopping
        Number of epochs without a lower validation loss after which to stop. The model ends with
        the weights of its best epoch.
    checkpoint
        A folder in which to save the run after each epoch. The same call with the same folder
        goes on where the run was broken off and ends with the very weights of an unbroken run; a
        finished run is not repeated.
    progress
        Whether to show a progress line and a line of summary.
    callbacks
        Further Keras callbacks.

    Raises
    ------
    InputError
        If an array is not what the model takes, a setting makes no sense, early stopping is asked
        for without validation data, or the checkpoint belongs to another run.
    DataError
        If the checkpoint cannot be read.

    References
    ----------
    Kingma and Ba (2015) for Adam; Loshchilov and Hutter (2017) for the cosine schedule.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks, training
    >>> x = np.random.default_rng(0).uniform(size=(64, 8)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense(8, code_size=2, hidden=(16,)))
    >>> history = training.fit(model, x, epochs=2, batch_size=32, progress=False)
    >>> len(history.metrics["loss"])
    2
    """
    _check_numbers(epochs, batch_size, seed, early_stopping, validation_data is not None)
    x = model.checked(x)
    if validation_data is not None:
        validation_data = model.checked(validation_data, "validation_data")
    steps = steps_in(x, batch_size)
    prepare(model, learning_rate, schedule, steps * epochs)

    stopping = EarlyStopping(early_stopping) if early_stopping else None
    saved, history = None, None
    if checkpoint is not None:
        settings = settings_of(
            model,
            x,
            validation_data,
            batch_size=batch_size,
            seed=seed,
            early_stopping=early_stopping,
        )
        saved = Checkpoint(checkpoint, settings)
        history = saved.load(model, stopping)
    recorder = Recorder(history or History(), stopping, saved)
    first = len(recorder.history.epochs)
    if not recorder.history.complete(epochs):
        run_epochs(
            model,
            batches(x, batch_size=batch_size, seed=seed, first_epoch=first, last_epoch=epochs),
            recorder,
            epochs=epochs,
            steps=steps,
            progress=progress,
            callbacks=callbacks,
            validation_data=None if validation_data is None else (validation_data, None),
            validation_batch_size=max(batch_size, VALIDATION_BATCH),
        )
    if stopping is not None and not recorder.history.interrupted:
        stopping.restore(model)
    return recorder.history


def run_epochs(
    model: Trainable,
    samples: Any,
    run: "Recorder",
    *,
    epochs: int,
    steps: int,
    progress: bool,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    interruptible: bool = True,
    **validation: Any,
) -> None:
    """Run Keras's loop over the epochs that are left, and end it cleanly whatever happens.

    Parameters
    ----------
    model
        The compiled model.
    samples
        The batches of all epochs that are left.
    run
        What it has come to.
    epochs
        Number of epochs, those that are over included.
    steps
        Batches in an epoch.
    progress
        Whether to show a progress line and a line of summary.
    callbacks
        Further Keras callbacks.
    interruptible
        Whether Ctrl-C ends the run and is no error.
    **validation
        What Keras's loop is told of the validation samples.
    """
    first = len(run.history.epochs)
    line = Progress(total=steps * epochs, done=steps * first, epochs=epochs) if progress else None
    stopping = [run.stopping] if run.stopping else []
    try:
        keras.Model.fit(
            model,
            samples,
            epochs=epochs,
            initial_epoch=first,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            # The recorder saves what the others have done, so it comes after them.
            callbacks=[*callbacks, *stopping, run, *([line] if line else [])],
            **validation,
        )
    except BaseException as error:
        if not (interruptible and isinstance(error, KeyboardInterrupt)):
            if line:
                line.clear()
            raise
        run.interrupt()
    if line:
        line.end(run.summary())
    elif run.history.interrupted:
        print(run.summary(), flush=True)


class Recorder(keras.callbacks.Callback):
    """Keep the history, watch for divergence and write the checkpoint at each epoch's end."""

    def __init__(
        self, history: History, stopping: EarlyStopping | None, checkpoint: Checkpoint | None
    ) -> None:
        super().__init__()
        self.history = history
        self.stopping = stopping
        self.checkpoint = checkpoint
        self.seconds_before = history.seconds
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch; a run whose loss is no longer a number is ended and not saved."""
        self.history.append(logs or {})
        self._update_time()
        if not math.isfinite(self.history["loss"][-1]):
            self.history.outcome = "diverged"
            self.model.stop_training = True
            return
        if self.stopping is not None and self.stopping.stopped:
            self.history.outcome = "stopped early"
        if self.checkpoint is not None:
            self.checkpoint.save(self.model, self.history, self.stopping)

    def interrupt(self) -> None:
        """Note that the user ended the run."""
        # On JAX, asking a callback for its model brings the model's variables up to date.
        self.model  # noqa: B018
        self.history.outcome = "interrupted"
        self._update_time()

    def summary(self) -> str:
        """Return what happened in one line, and the way on where the run broke off."""
        if self.history.outcome == "diverged":
            return f"{self.history}: the loss is no longer a number; try a smaller learning rate."
        if not self.history.interrupted:
            return str(self.history)
        if self.checkpoint is None:
            return f"{self.history}: the weights are kept; with checkpoint=folder a run can resume."
        epoch = len(self.history.epochs) + 1
        return f"{self.history}: the weights are kept; the same call resumes at epoch {epoch}."

    def _update_time(self) -> None:
        """Bring the wall time up to date."""
        self.history.seconds = self.seconds_before + time.perf_counter() - self.started


def prepare(model: Trainable, learning_rate: float | None, schedule: Schedule, steps: int) -> None:
    """Give a model the optimiser for a run of so many steps, with all variables in place."""
    one_of(schedule, "schedule", ("constant", "cosine"))
    if learning_rate is not None:
        real(learning_rate, "learning_rate", above=0)
    if schedule == "cosine":
        model.compile(model.optimizer_at(cosine(learning_rate or DEFAULT_LEARNING_RATE, steps)))
    elif learning_rate is not None:
        model.compile(model.optimizer_at(float(learning_rate)))
    elif not model.compiled:
        model.compile()
    model.ensure_built()
    model.optimizer.build(model.trainable_variables)


def _check_numbers(
    epochs: int, batch_size: int, seed: int, early_stopping: int | None, validated: bool
) -> None:
    """Refuse settings that make no sense."""
    whole(epochs, "epochs")
    whole(batch_size, "batch_size")
    whole(seed, "seed", least=0)
    if early_stopping is not None:
        whole(early_stopping, "early_stopping")
    if early_stopping is not None and not validated:
        raise InputError(
            "early_stopping needs validation_data: the training loss says nothing about when to "
            "stop. Hold samples out with preprocessing.train_validation_split."
        )
