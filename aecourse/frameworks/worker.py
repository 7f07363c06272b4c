"""What one framework measures, in a process of its own: ``python -m …worker FRAMEWORK FOLDER``.

:mod:`aecourse.frameworks.runner` writes ``job.npz`` into the folder, starts the process and reads
``result.npz``.
"""

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aecourse.frameworks.weights import SHAPES, Weights

Arrays = dict[str, NDArray[Any]]


class Trainer(Protocol):
    """What the module of each framework offers, under this name."""

    def __init__(self, weights: Weights | None = None, *, seed: int = 0) -> None:
        """Start from the given weights, or from the framework's own."""

    def train_epoch(self, images: NDArray[np.float32], batch_size: int) -> float:
        """Train on the images once, in their order; return the mean of the batches' losses."""

    def reconstruct(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the reconstructions, of the images' shape."""

    def loss_and_gradients(self, images: NDArray[np.float32]) -> tuple[float, Weights]:
        """Return the loss and its gradient with respect to each array of weights."""

    def weights(self) -> Weights:
        """Return the weights in the common form."""


def measure(make: Callable[..., Trainer], job: Arrays) -> Arrays:
    """Return what one framework makes of the job.

    Parameters
    ----------
    make
        The framework's ``Trainer``.
    job
        ``images`` (n, 28, 28, 1) to train on, ``probe`` to look at, the arrays of ``SHAPES``, and
        the numbers ``epochs``, ``batch_size`` and ``seed``.

    Returns
    -------
    dict of str to array
        ``reconstruction`` of the probe, ``loss`` and ``gradient/NAME`` with the given weights;
        ``losses``, ``seconds`` and ``processor_seconds`` of each epoch from there, and ``rebuilt``,
        the probe's reconstruction after the last; ``own_losses`` and ``own_weight/NAME`` from the
        framework's own starting weights, before training.
    """
    given = {name: job[name] for name in SHAPES}
    probe, seed = job["probe"], int(job["seed"])
    trainer, own = make(given, seed=seed), make(None, seed=seed)
    loss, gradients = trainer.loss_and_gradients(probe)
    result = {"reconstruction": trainer.reconstruct(probe), "loss": np.array(loss)}
    result |= {f"gradient/{name}": gradient for name, gradient in gradients.items()}
    result |= {f"own_weight/{name}": array for name, array in own.weights().items()}
    losses, seconds, processor_seconds = trained(trainer, job)
    result |= {"losses": losses, "seconds": seconds, "processor_seconds": processor_seconds}
    result["rebuilt"] = trainer.reconstruct(probe)
    result["own_losses"] = trained(own, job)[0]
    return result


def trained(trainer: Trainer, job: Arrays) -> tuple[NDArray[np.float64], ...]:
    """Train; return loss, seconds by the clock and seconds of the processor, for each epoch."""
    epochs = []
    for epoch in range(int(job["epochs"])):
        # Seed and epoch give the order, as everywhere in the course: the same for all frameworks.
        order = np.random.default_rng((int(job["seed"]), epoch)).permutation(len(job["images"]))
        images = job["images"][order]
        clock, processor = time.perf_counter(), time.process_time()
        loss = trainer.train_epoch(images, int(job["batch_size"]))
        epochs.append((loss, time.perf_counter() - clock, time.process_time() - processor))
    return tuple(np.array(epochs).reshape(-1, 3).T)


def use_cores(count: int) -> None:
    """Let this process use that many cores, where the system can be told so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def main() -> None:
    """Do the job in the folder that the command line names."""
    module, folder = sys.argv[1], Path(sys.argv[2])
    with np.load(folder / "job.npz", allow_pickle=False) as stored:
        job = dict(stored)
    use_cores(int(job["cores"]))
    started = time.process_time()
    trainer = importlib.import_module(module).Trainer
    ready = time.process_time() - started
    result: dict[str, Any] = {**measure(trainer, job), "ready": np.array(ready)}
    np.savez(folder / "result.npz", **result)


if __name__ == "__main__":
    main()
