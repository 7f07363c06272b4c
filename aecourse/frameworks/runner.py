"""A process for each framework, so that none disturbs another."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import one_of, whole
from aecourse.errors import CourseError, InputError
from aecourse.frameworks.weights import SHAPES, SIDE, Weights
from aecourse.frameworks.worker import Arrays

LONGEST = 1_800
"""Seconds after which a process is taken for hung."""

INSTALL = "pip install -e '.[backends]' in the folder of the course"


@dataclass(frozen=True)
class Framework:
    """One of the four: how it is called, what must be installed, and where Keras is to run.

    Examples
    --------
    >>> from aecourse.frameworks import runner
    >>> keras = runner.FRAMEWORKS["keras"]
    >>> isinstance(keras, runner.Framework), keras.title, keras.is_installed
    (True, 'Keras', True)
    """

    title: str
    module: str
    package: str
    backend: str = "tensorflow"

    @property
    def is_installed(self) -> bool:
        """Whether its package can be found; it is not imported for that."""
        return find_spec(self.package) is not None

    @property
    def version(self) -> str:
        """The version of its package."""
        return version(self.package)


FRAMEWORKS = {
    "tensorflow": Framework("TensorFlow", "in_tensorflow", "tensorflow"),
    "keras": Framework("Keras", "in_keras", "keras"),
    "torch": Framework("PyTorch", "in_torch", "torch"),
    "jax": Framework("JAX", "in_jax", "jax", backend="jax"),
}


def installed() -> dict[str, Framework]:
    """Return the frameworks that can be run here.

    Examples
    --------
    >>> from aecourse.frameworks import runner
    >>> list(runner.installed())[:2]
    ['tensorflow', 'keras']
    """
    return {name: each for name, each in FRAMEWORKS.items() if each.is_installed}


def notice() -> str:
    """Say which frameworks are missing and how to get them; an empty text if none is.

    Examples
    --------
    >>> from aecourse.frameworks import runner
    >>> all_here = len(runner.installed()) == len(runner.FRAMEWORKS)
    >>> (runner.notice() == "") == all_here
    True
    """
    missing = [each.title for each in FRAMEWORKS.values() if not each.is_installed]
    if not missing:
        return ""
    return f"{' and '.join(missing)}: not installed here, and left out. To add: {INSTALL}"


def measure(
    framework: str,
    images: NDArray[np.float32],
    probe: NDArray[np.float32],
    weights: Weights,
    *,
    epochs: int,
    batch_size: int = 100,
    seed: int = 0,
    cores: int = 1,
) -> Arrays:
    """Let one framework reconstruct, differentiate and train, in a process of its own.

    Parameters
    ----------
    framework : str
        A key of ``FRAMEWORKS``.
    images, probe : array of shape (n, 28, 28, 1)
        What to train on and what to look at, with values from 0 to 1. The batches are to fill up
        evenly: frameworks that compile a step would compile it again for a smaller last one.
    weights : dict of str to array
        Where to start from, as from :func:`aecourse.frameworks.weights.glorot`.
    epochs, batch_size, seed : int
        How long to train, on how many images a step, in which order.
    cores : int
        How many processor cores the process may use.

    Returns
    -------
    dict of str to array
        As from ``aecourse.frameworks.worker.measure``, and ``ready``: the
        processor's seconds that importing the framework took.

    Raises
    ------
    InputError
        If the framework is unknown or not installed, or an array or a number does not fit.
    CourseError
        If the process fails; the message ends with what it said last.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.frameworks import runner, weights
    >>> images = np.random.default_rng(0).uniform(size=(4, 28, 28, 1))
    >>> start = weights.glorot(0)
    >>> found = runner.measure("tensorflow", images, images, start, epochs=0, batch_size=4)
    >>> found["reconstruction"].shape, len(found["losses"])
    ((4, 28, 28, 1), 0)
    """
    chosen = _chosen(framework)
    for name, array in (("images", images), ("probe", probe)):
        if array.ndim != 4 or array.shape[1:] != (SIDE, SIDE, 1) or not len(array):
            raise InputError(f"{name} has shape {array.shape}; expected (n, {SIDE}, {SIDE}, 1).")
        if not (array.min() >= 0 and array.max() <= 1):
            raise InputError(f"{name} has values that are not between 0 and 1; use unit_range.")
    if {name: array.shape for name, array in weights.items()} != SHAPES:
        raise InputError("weights are not the arrays of SHAPES; make them by weights.glorot(seed).")
    if len(images) % whole(batch_size, "batch_size"):
        raise InputError(f"{len(images)} images do not make whole batches of {batch_size}.")
    settings = {
        "epochs": whole(epochs, "epochs", least=0),
        "batch_size": batch_size,
        "seed": whole(seed, "seed", least=0),
        "cores": whole(cores, "cores"),
    }
    job: dict[str, Any] = {
        "images": images.astype(np.float32),
        "probe": probe.astype(np.float32),
        **weights,
        **{name: np.array(number) for name, number in settings.items()},
    }
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder, "job.npz"), **job)
        module = f"{__package__}.{chosen.module}"
        _run(chosen, ["-m", f"{__package__}.worker", module, folder], cores)
        with np.load(Path(folder, "result.npz"), allow_pickle=False) as stored:
            return dict(stored)


def run_code(framework: str, code: str) -> str:
    """Run a few lines in a process of their own and return what they printed.

    Raises
    ------
    InputError
        If the framework is unknown or not installed.
    CourseError
        If the code raises; the message ends with the error.

    Examples
    --------
    >>> from aecourse.frameworks import runner
    >>> runner.run_code("keras", "import os; print(os.environ['KERAS_BACKEND'], end='')")
    'tensorflow'
    """
    return _run(_chosen(framework), ["-c", code], cores=1)


def _chosen(framework: str) -> Framework:
    chosen = FRAMEWORKS[one_of(framework, "framework", FRAMEWORKS)]
    if not chosen.is_installed:
        raise InputError(f"{chosen.title} is not installed: {INSTALL}")
    return chosen


def _run(framework: Framework, arguments: list[str], cores: int) -> str:
    """Run Python with the framework's settings; return what it printed."""
    # Each framework counts its threads by another variable.
    threads = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    environment = {
        **os.environ,
        "KERAS_BACKEND": framework.backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **{name: str(cores) for name in threads},
    }
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise CourseError(
            f"{framework.title} was not done after {LONGEST} seconds; give it fewer images or "
            "epochs."
        ) from None
    if done.returncode:
        last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise CourseError(f"{framework.title} failed: {last}")
    return done.stdout
