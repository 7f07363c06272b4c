"""The training loop: draw a batch, go forward, go back, take a step; again and again.

Examples
--------
``batches``:

>>> import numpy as np
>>> from aecourse import scratch
>>> x = np.arange(10)
>>> [len(batch) for batch in scratch.batches(x, batch_size=4, seed=0, epoch=0)]
[4, 4, 2]
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from aecourse.scratch import checks
from aecourse.scratch.autoencoder import Autoencoder
from aecourse.scratch.optimisers import Optimiser


@dataclass
class History:
    """What happened in training.

    Attributes
    ----------
    steps : list of float
        The loss of each batch, before the step it led to.
    loss : list of float
        The mean of these over each finished epoch, every sample counting once.
    validation_loss : list of float
        The loss on the validation data after each epoch; empty without such data.
    outcome : {"finished", "interrupted", "diverged"}
        How training ended.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> model = scratch.Autoencoder([4, 3, 2], dtype=np.float64)
    >>> x = np.random.default_rng(0).uniform(size=(20, 4))
    >>> history = scratch.train(model, x, scratch.Adam(), epochs=2)
    >>> type(history).__name__, history.outcome, len(history.loss)
    ('History', 'finished', 2)
    """

    steps: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    outcome: Literal["finished", "interrupted", "diverged"] = "finished"


def batches(x: np.ndarray, batch_size: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """Yield the samples in batches, in an order that seed and epoch decide and nothing else.

    The last batch may be smaller: no sample is left out.
    """
    order = np.random.default_rng((seed, epoch)).permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start : start + batch_size]]


def train(
    model: Autoencoder,
    x: Any,
    optimiser: Optimiser,
    *,
    epochs: int,
    batch_size: int = 128,
    seed: int = 0,
    validation_data: Any = None,
) -> History:
    """Train the model in place and return what happened.

    Stop it with Ctrl-C (or the stop button of a notebook) whenever you like: the model keeps its
    weights, and the history up to then is returned. A loss that is no longer finite ends the run.

    Parameters
    ----------
    model : Autoencoder
        The model; its weights change.
    x : array of shape (samples, features)
        Training data.
    optimiser : SGD, Momentum or Adam
        What turns gradients into steps.
    epochs : int
        How often each sample is seen.
    batch_size : int
        Samples in a batch.
    seed : int
        Decides the order of the samples in each epoch.
    validation_data : array of shape (samples, features), optional
        Data on which the loss is measured after each epoch and which are never learnt from.

    Raises
    ------
    ValueError
        If the data are not what the model takes or a number makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> model = scratch.Autoencoder([4, 3, 2], dtype=np.float64)
    >>> x = np.random.default_rng(0).uniform(size=(20, 4))
    >>> history = scratch.train(model, x, scratch.Adam(0.01), epochs=20)
    >>> history.loss[-1] < history.loss[0]
    True
    """
    x = model.checked(x)
    if validation_data is not None:
        validation_data = model.checked(validation_data, "validation_data")
    checks.whole_number(epochs, "epochs")
    checks.whole_number(batch_size, "batch_size")
    checks.whole_number(seed, "seed", least=0)

    history = History()
    try:
        # A step that is too long makes numbers overflow. That is what "diverged" reports.
        with np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(epochs):
                for batch in batches(x, batch_size, seed, epoch):
                    loss = model.loss_and_gradients(batch)
                    history.steps.append(loss)
                    if not np.isfinite(loss):
                        history.outcome = "diverged"
                        return history
                    optimiser.step(model.parameters, model.gradients)
                history.loss.append(_mean_of_epoch(history.steps, len(x), batch_size))
                if validation_data is not None:
                    history.validation_loss.append(model.evaluate(validation_data))
    except KeyboardInterrupt:
        history.outcome = "interrupted"
    return history


def _mean_of_epoch(steps: list[float], samples: int, batch_size: int) -> float:
    """Return the last epoch's mean loss, each batch weighted by its number of samples."""
    starts = np.arange(0, samples, batch_size)
    sizes = np.minimum(batch_size, samples - starts)
    return float(np.average(steps[-len(sizes) :], weights=sizes))
