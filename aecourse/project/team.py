"""Several processes that train one model together, each on its part of every batch.

JAX does the work. Every process holds the whole model. A step takes a batch as if one process had
it: each process computes its part, the parts are added up over the network, and all take the same
step. So the weights are those of one process, up to the rounding of sums in another order.

The processes speak to each other without encryption and without asking who is there. Between
processes of one machine nothing can be reached from outside; between machines use a network of
your own.
"""

import hashlib
import json
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.errors import CourseError, InputError
from aecourse.project import configuration
from aecourse.project.environment import backend, version
from aecourse.project.schema import Config

LOOPBACK = "127.0.0.1"
SECONDS_TO_GATHER = 300
SECONDS_TO_PART = 30
ALIKE = ("aecourse", "keras", "jax")  # packages whose versions must be the same

READY, DONE, FAILED = 0, 1, 2  # what a process says of itself before the training begins


@dataclass(frozen=True)
class Team:
    """The place of this process among those that train together.

    Attributes
    ----------
    coordinator
        ``HOST:PORT`` at which process 0 waits for the others.
    process
        The number of this process; 0 leads, keeps the checkpoints and writes the run.
    processes
        How many there are.
    """

    coordinator: str
    process: int
    processes: int

    @property
    def leads(self) -> bool:
        """Whether this process writes the run."""
        return self.process == 0

    def check(self, config: Config) -> None:
        """Refuse what cannot work.

        Raises
        ------
        InputError
            If the place or the address is impossible, the backend is not JAX, or a batch cannot be
            shared out evenly.
        """
        check(config, self.processes)
        if not 0 <= self.process < self.processes:
            raise InputError(
                f"--process is {self.process}; of {self.processes} processes the numbers are 0 to "
                f"{self.processes - 1}."
            )
        host, _, port = self.coordinator.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise InputError(
                f"--coordinator is {self.coordinator!r}; give HOST:PORT of process 0, such as "
                "10.0.0.1:5123."
            )

    def join(self) -> None:
        """Find the other processes. Nothing may have used JAX before.

        Raises
        ------
        InputError
            If the coordinator cannot be reached or its address cannot be used.
        """
        import jax

        host = self.own_address()
        _keep_output_clean()
        # Else a process that is asked to end (SIGTERM) only takes note of it.
        jax.config.update("jax_enable_preemption_service", False)
        _bind_exchange(host)
        try:
            jax.distributed.initialize(
                self.coordinator,
                self.processes,
                self.process,
                coordinator_bind_address=self.coordinator,  # else it listens on all networks
                initialization_timeout=SECONDS_TO_GATHER,
                shutdown_timeout_seconds=SECONDS_TO_PART,
                cluster_detection_method="deactivate",
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise InputError(
                f"process {self.process} of {self.processes} did not find the others at "
                f"{self.coordinator} within {SECONDS_TO_GATHER} s ({error}). Start all of them "
                "with the same --coordinator: an address of process 0's machine and a free port."
            ) from error

    def own_address(self) -> str:
        """Return this machine's address on the way to the coordinator; nothing is sent.

        Raises
        ------
        InputError
            If no way leads there.
        """
        host, _, port = self.coordinator.rpartition(":")
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect((host, int(port)))
                return str(probe.getsockname()[0])
        except OSError as error:
            raise InputError(
                f"--coordinator {self.coordinator} cannot be reached ({error.strerror or error}); "
                "give an IPv4 address or a known name of process 0's machine."
            ) from error

    def agree(self, state: int, config: Config, sha256: str, problem: CourseError | None) -> int:
        """Tell the others how this process stands, and return how process 0 does.

        Parameters
        ----------
        state
            ``READY``, ``DONE`` (there is nothing to do) or ``FAILED``.
        config
            What is to be trained.
        sha256
            Fingerprint of the data; empty where it could not be read.
        problem
            Why it failed, if it did.

        Raises
        ------
        CourseError
            The problem; or that another process has one, or other data or another configuration.
        """
        own = _digest(config, sha256) if state != FAILED else bytes(32)
        rows = self._gathered(np.frombuffer(bytes([state]) + own, np.uint8))
        if problem is not None:
            raise problem
        states = rows[:, 0]
        if (states == FAILED).any():
            number = int(np.argmax(states == FAILED))
            raise InputError(f"process {number} cannot take part; its own message says why.")
        for number, row in enumerate(rows):
            if (row[1:] != rows[0, 1:]).any():
                raise InputError(
                    f"process {number} has other data, another configuration, or other versions of "
                    f"{', '.join(ALIKE)} than process 0. Copy data and configuration from one "
                    "machine to all, and install the same versions."
                )
        return int(states[0])

    def share(self, arrays: Sequence[NDArray[Any]], record: Any) -> tuple[list[Any], Any]:
        """Give every process the arrays and the record of process 0.

        Parameters
        ----------
        arrays
            As many of the same shapes and types in every process.
        record
            What JSON can hold.
        """
        from jax.experimental import multihost_utils

        text = np.frombuffer(json.dumps(record).encode(), np.uint8)
        length = int(multihost_utils.broadcast_one_to_all(np.int32(len(text))))
        padded = np.zeros(length, np.uint8)
        padded[: min(length, len(text))] = text[:length]
        text = np.asarray(multihost_utils.broadcast_one_to_all(padded), np.uint8)
        shared = multihost_utils.broadcast_one_to_all(list(arrays))
        return [np.asarray(array) for array in shared], json.loads(text.tobytes())

    def part_of(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return this process's share of a batch that divides evenly."""
        size = len(x) // self.processes
        return x[self.process * size : (self.process + 1) * size]

    def even(self, count: int) -> int:
        """Return the largest number up to ``count`` that divides evenly."""
        return count - count % self.processes

    def leave(self) -> None:
        """Part from the others; what is left to do, each does alone."""
        import jax

        jax.distributed.shutdown()

    def _gathered(self, row: NDArray[np.uint8]) -> NDArray[np.uint8]:
        from jax.experimental import multihost_utils

        return np.asarray(multihost_utils.process_allgather(row)).reshape(self.processes, -1)


def check(config: Config, processes: int) -> None:
    """Refuse a training that several processes cannot do together.

    Raises
    ------
    InputError
        If there are too few, the backend is not JAX, or a batch cannot be shared out evenly.
    """
    if processes < 2:
        raise InputError(f"--processes is {processes}; give 2 or more, or leave it out.")
    if backend() != "jax":
        raise InputError(
            f"training by several processes needs JAX, and the backend is {backend()}: set the "
            "environment variable KERAS_BACKEND=jax. On the others Keras's own training would not "
            "keep the processes together."
        )
    if find_spec("jax") is None:
        raise InputError(
            "training by several processes needs JAX, and it is not installed: pip install jax"
        )
    if config.training.batch_size % processes:
        low = config.training.batch_size // processes * processes
        raise InputError(
            f"training.batch_size is {config.training.batch_size}, which {processes} processes "
            f"cannot share evenly; set it to {' or '.join(map(str, _near(low, processes)))}."
        )


def _near(low: int, step: int) -> list[int]:
    return [size for size in (low, low + step) if size > 0]


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _digest(config: Config, sha256: str) -> bytes:
    """Return what must be the same for all: data, configuration and versions, but for the path."""
    content = configuration.resolved(config)
    content["data"].pop("path")
    alike = [sha256, content, [version(package) for package in ALIKE]]
    return hashlib.sha256(json.dumps(alike, sort_keys=True).encode()).digest()


def _keep_output_clean() -> None:
    """Keep greetings of libraries, which they print past Python, out of this program's output."""
    sys.stdout.flush()
    own = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    sys.stdout = os.fdopen(own, "w", encoding=sys.stdout.encoding, buffering=1)


def _bind_exchange(host: str) -> None:
    """Let the exchange of gradients between CPUs listen at one address only.

    JAX has no setting for it: it takes the address that the machine's own name stands for, which
    other machines may reach.

    Raises
    ------
    InputError
        If this version of JAX makes its connections in another way.
    """
    from functools import partial

    from jax._src import xla_bridge

    make = getattr(getattr(xla_bridge, "_jax", None), "make_gloo_tcp_collectives", None)
    if make is None:
        raise InputError(
            f"with JAX {version('jax')} it cannot be said at which address the processes listen; "
            "use the version in requirements-backends.txt."
        )
    if not isinstance(make, partial):
        xla_bridge._jax.make_gloo_tcp_collectives = partial(make, hostname=host)
