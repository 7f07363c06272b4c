"""The tests of the models on the other backends of Keras, each in a process of its own."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(900)]

BACKENDS = ("torch", "jax")


@pytest.fixture(scope="module")
def processes():
    """Start all of them at once: each uses one core for most of its time."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [str(Path(__file__).with_name("test_common.py"))]
    started = {
        backend: subprocess.Popen(
            command,
            env={**os.environ, "KERAS_BACKEND": backend},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for backend in BACKENDS
        if importlib.util.find_spec(backend)
    }
    yield started
    for process in started.values():
        process.kill()


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_model_works_on(backend, processes):
    if backend not in processes:
        pytest.skip(f"{backend} is not installed")
    output, _ = processes[backend].communicate(timeout=890)
    assert processes[backend].returncode == 0, output[-6000:]
