"""A process for each framework, and what is said where one is missing or fails."""

import os

import numpy as np
import pytest
from frameworks_parity import start_of

from aecourse.errors import CourseError, InputError
from aecourse.frameworks import runner
from aecourse.frameworks.worker import Arrays


@pytest.fixture
def only_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PyTorch and JAX be missing."""
    monkeypatch.setattr(
        runner, "find_spec", lambda name: None if name in ("torch", "jax") else object()
    )


@pytest.mark.usefixtures("only_keras")
def test_a_missing_framework_is_left_out_and_named_with_the_way_to_add_it() -> None:
    assert list(runner.installed()) == ["tensorflow", "keras"]
    assert runner.notice().startswith("PyTorch and JAX: not installed here, and left out.")
    assert runner.INSTALL in runner.notice()
    with pytest.raises(InputError, match=r"JAX is not installed: pip install -e '\.\[backends"):
        runner.run_code("jax", "print(1)")


def test_nothing_is_said_when_all_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "find_spec", lambda name: object())
    assert runner.notice() == ""
    assert list(runner.installed()) == ["tensorflow", "keras", "torch", "jax"]


def test_an_unknown_framework_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="'theano'; give 'tensorflow', 'keras', 'torch' or 'jax'"):
        runner.run_code("theano", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((20, 28, 28))}, r"images has shape \(20, 28, 28\)"),
        ({"probe": np.zeros((0, 28, 28, 1))}, r"probe has shape \(0, 28, 28, 1\)"),
        ({"images": np.full((20, 28, 28, 1), 255.0)}, "images has values .* unit_range"),
        ({"probe": np.full((2, 28, 28, 1), np.nan)}, "probe has values .* unit_range"),
        ({"batch_size": 7}, "20 images do not make whole batches of 7"),
        ({"epochs": -1}, "epochs is -1"),
        ({"cores": 0}, "cores is 0"),
        ({"weights": {}}, "weights.glorot"),
    ],
)
def test_what_does_not_fit_is_refused_before_a_process_starts(
    job: Arrays, change: dict, message: str
) -> None:
    arguments = {
        "images": job["images"],
        "probe": job["probe"],
        "weights": start_of(job),
        "epochs": 1,
        "batch_size": 10,
    }
    with pytest.raises(InputError, match=message):
        runner.measure("keras", **{**arguments, **change})


def test_code_runs_in_a_process_of_its_own_with_the_backend_of_its_framework() -> None:
    said = runner.run_code("keras", "import os; print(os.environ['KERAS_BACKEND'], os.getpid())")
    backend, process = said.split()
    assert backend == "tensorflow"
    assert int(process) != os.getpid()


def test_code_that_fails_is_an_error_with_its_last_line_and_no_traceback() -> None:
    with pytest.raises(CourseError, match=r"^Keras failed: ValueError: too small$"):
        runner.run_code("keras", "raise ValueError('too small')")


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LONGEST", 0.5)
    with pytest.raises(CourseError, match=r"not done after 0\.5 seconds"):
        runner.run_code("keras", "import time; time.sleep(60)")
