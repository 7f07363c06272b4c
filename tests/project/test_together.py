"""Two processes that train one model on JAX: the weights of one process, killed or not."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from project_data import config, sales, written

from aecourse.project import configuration, yaml_lines

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(
        os.environ.get("KERAS_BACKEND") != "jax", reason="JAX alone trains in several processes"
    ),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]

EVEN = 126  # rows of which 86 are left to train on and 10 to validate


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with a table of which two processes have equal parts."""
    written(tmp_path, sales(EVEN))
    return tmp_path


def project(home: Path, name: str = "first", **sections: Any) -> Path:
    """Write a configuration whose samples divide evenly, and return its path."""
    settings = configuration.resolved(config(**sections)) | {"name": name}
    path = home / f"{name}.yml"
    path.write_text(yaml_lines.written(settings), encoding="utf-8")
    return path


def command(path: Path, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "aecourse.cli", "train", str(path), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def finished(path: Path, *options: str) -> tuple[str, str]:
    """Run a training to its end, and return what it printed."""
    process = command(path, *options)
    out, err = process.communicate(timeout=280)
    assert process.returncode == 0, err
    return out, err


def weights(run: Path) -> list[np.ndarray]:
    """Return the weights of a finished run, and its optimiser's state."""
    import io

    import h5py

    with zipfile.ZipFile(run / "model.keras") as archive:
        stored = io.BytesIO(archive.read("model.weights.h5"))
    found: list[np.ndarray] = []
    with h5py.File(stored) as file:
        file.visititems(
            lambda _, item: found.append(item[()]) if isinstance(item, h5py.Dataset) else None
        )
    return found


def assert_equal_runs(ours: Path, theirs: Path) -> None:
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        # The state of the metrics holds sums of hundreds; single precision has seven digits.
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-6)
    losses = [json.loads((run / "history.json").read_text())["metrics"] for run in (ours, theirs)]
    assert losses[0].keys() == losses[1].keys()
    for name, values in losses[0].items():
        np.testing.assert_allclose(values, losses[1][name], rtol=1e-4, atol=1e-6, err_msg=name)


def test_two_processes_have_the_weights_of_one_where_a_loss_takes_a_batch_as_a_whole(home):
    sections = {"objective": {"kind": "wasserstein"}, "training": {"epochs": 3}}
    _, said = finished(project(home, "together", **sections), "--processes", "2", "--json")
    assert "leaves out" not in said
    finished(project(home, "alone", **sections), "--json")
    assert_equal_runs(home / "runs" / "together", home / "runs" / "alone")


def listening(process: int) -> set[str]:
    """Return the addresses at which a process and its children listen."""
    import psutil

    found = set()
    for one in (psutil.Process(process), *psutil.Process(process).children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # it asked for something and has ended
            found |= {
                connection.laddr.ip.removeprefix("::ffff:")  # as IPv6 writes an IPv4 address
                for connection in one.net_connections(kind="inet")
                if connection.status == psutil.CONN_LISTEN
            }
    return found


def test_killed_processes_go_on_together_and_listen_to_this_machine_alone(home):
    import psutil

    # It draws noise, which must be the same however many processes share a batch.
    sections = {
        "objective": {"kind": "variational"},
        "training": {"epochs": 40, "early_stopping": 30, "schedule": "cosine"},
    }
    path = project(home, "together", **sections)
    process = command(path, "--processes", "2", "--json")
    pointer = home / "runs" / ".together.unfinished" / "checkpoint" / "LATEST"
    addresses: set[str] = set()
    until = time.monotonic() + 200
    while not pointer.exists() and process.poll() is None and time.monotonic() < until:
        addresses |= listening(process.pid)
        time.sleep(0.02)
    (other,) = (
        child for child in psutil.Process(process.pid).children() if child.cmdline()[-1] == "1"
    )
    other.send_signal(signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The same command goes on where it was" in err
    assert "Traceback" not in err
    assert addresses == {"127.0.0.1"}
    assert not (home / "runs" / "together").exists()

    _, said = finished(path, "--processes", "2", "--json")
    assert "is taken up" in said
    finished(project(home, "alone", **sections), "--json")
    assert_equal_runs(home / "runs" / "together", home / "runs" / "alone")
    assert "is finished already" in finished(path, "--processes", "2", "--json")[1]


def test_a_process_that_has_lost_the_other_says_so_and_ends(home):
    from aecourse.project.team import free_port

    path = project(home, training={"epochs": 400})
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--processes", "2", "--process")
    first, second = (command(path, *place, str(number), "--json") for number in range(2))
    pointer = home / "runs" / ".first.unfinished" / "checkpoint" / "LATEST"
    until = time.monotonic() + 200
    while not pointer.exists() and first.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    second.kill()
    second.communicate()
    _, err = first.communicate(timeout=60)
    assert first.returncode == 1
    assert "process 0 has lost the others" in err
    assert "Traceback" not in err


def test_what_does_not_divide_is_left_out_and_said(tmp_path):
    written(tmp_path, sales(124))
    _, said = finished(project(tmp_path), "--processes", "2", "--json")
    assert "each epoch leaves out 1 of the samples" in said
    assert "the validation loss leaves out 1." in said


def test_processes_with_other_data_do_not_train_together(tmp_path):
    from aecourse.project.team import free_port

    address = f"127.0.0.1:{free_port()}"
    started = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        written(folder, sales(seed=number))
        place = ("--coordinator", address, "--processes", "2", "--process", str(number))
        started.append(command(project(folder), *place, "--json"))
    for process in started:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "process 1 has other data" in err
        assert "Traceback" not in err


def test_a_problem_of_one_process_ends_all(home, tmp_path):
    from aecourse.project.team import free_port

    address = f"127.0.0.1:{free_port()}"
    path = project(home)
    (tmp_path / "elsewhere").mkdir()
    without = project(tmp_path / "elsewhere")
    place = ("--coordinator", address, "--processes", "2", "--process")
    started = [command(path, *place, "0"), command(without, *place, "1")]
    errors = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [1, 1]
    assert "process 1 cannot take part" in errors[0]
    assert "sales.csv" in errors[1]
