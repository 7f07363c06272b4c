"""Training by several processes: what is refused before anything starts, and who feeds what."""

import os
import signal
import socket
import sys

import numpy as np
import pytest
from project_data import config

from aecourse.errors import InputError
from aecourse.project import together
from aecourse.project.processes import Processes, shared_threads
from aecourse.project.team import LOOPBACK, Team, check, free_port


@pytest.fixture
def on_jax(monkeypatch):
    """Let JAX be the backend; nothing of it is started."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("aecourse.project.team.find_spec", lambda name: object())


def batches_of(size: int):
    return config(training={"batch_size": size})


@pytest.mark.parametrize("backend", [None, "tensorflow", "torch"])
def test_a_backend_that_would_not_keep_the_processes_together_is_refused(monkeypatch, backend):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if backend:
        monkeypatch.setenv("KERAS_BACKEND", backend)
    with pytest.raises(InputError, match=rf"{backend or 'tensorflow'}: set .* KERAS_BACKEND=jax"):
        check(config(), 2)


def test_jax_that_is_not_installed_is_named(monkeypatch, on_jax):
    monkeypatch.setattr("aecourse.project.team.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install jax"):
        check(config(), 2)


@pytest.mark.parametrize(
    ("size", "processes", "near"), [(32, 3, "30 or 33"), (1, 2, "2"), (33, 2, "32 or 34")]
)
def test_a_batch_that_cannot_be_shared_evenly_is_refused(on_jax, size, processes, near):
    with pytest.raises(InputError, match=rf"batch_size is {size}.*set it to {near}\."):
        check(batches_of(size), processes)


def test_one_process_is_no_team(on_jax):
    with pytest.raises(InputError, match="give 2 or more"):
        check(config(), 1)


@pytest.mark.parametrize(
    "address", ["", "here", ":5000", "host:", "host:http", "host:0", "a:99999"]
)
def test_an_address_that_is_none_is_refused(on_jax, address):
    with pytest.raises(InputError, match="give HOST:PORT"):
        Team(address, 0, 2).check(config())


def test_a_number_beyond_the_processes_is_refused(on_jax):
    with pytest.raises(InputError, match="numbers are 0 to 1"):
        Team(f"{LOOPBACK}:5000", 2, 2).check(config())


def test_a_machine_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="cannot be reached"):
        Team("no.such.machine.invalid:5000", 1, 2).own_address()


def test_processes_of_one_machine_use_addresses_that_others_cannot_reach():
    assert Team(f"{LOOPBACK}:{free_port()}", 0, 2).own_address() == LOOPBACK


def test_a_free_port_can_be_listened_at():
    with socket.socket() as listening:
        listening.bind((LOOPBACK, free_port()))


@pytest.mark.parametrize(("count", "processes"), [(12, 2), (12, 3), (14, 4), (3, 3)])
def test_the_parts_of_all_processes_together_are_the_batch(count, processes):
    batch = np.arange(count)
    teams = [Team("a:1", number, processes) for number in range(processes)]
    even = batch[: teams[0].even(count)]
    assert count - len(even) < processes
    parts = [team.part_of(even) for team in teams]
    np.testing.assert_array_equal(np.concatenate(parts), even)
    assert len({len(part) for part in parts}) == 1


def test_what_cannot_work_is_refused_before_a_process_is_started(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setattr(together, "Processes", None)
    with pytest.raises(InputError, match="KERAS_BACKEND=jax"):
        together.start(tmp_path / "config.yml", config(), 2, [])


@pytest.mark.parametrize(("cores", "count", "each"), [(8, 2, "4"), (8, 3, "2"), (2, 5, "1")])
def test_cores_are_shared_out(monkeypatch, cores, count, each):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert set(shared_threads(count).values()) == {each}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_where_one_fails_the_others_are_ended(tmp_path):
    (tmp_path / "config.yml").write_text("data: {path: a.csv, sep: x}\n")
    os.mkfifo(tmp_path / "waits.yml")  # nobody writes to it, so its reader waits for ever
    commands = [["check", str(tmp_path / name)] for name in ("config.yml", "waits.yml")]
    with Processes(commands) as started:
        statuses = started.wait(all_or_none=True)
    assert statuses == [2, None]
    assert [process.returncode for process in started.started] == [2, -signal.SIGKILL]
