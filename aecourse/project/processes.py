"""Processes of this package's own commands, started here and waited for."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Self

# How many threads the numerical libraries of one process start.
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
LOOK = 0.2  # seconds between two looks at the processes
PATIENCE = 20.0  # seconds that a process has to end by itself


class Processes:
    """Several commands at work at once; none of them outlives the ``with`` block.

    Parameters
    ----------
    commands
        The arguments of each, as after ``aecourse``. Their errors are seen, their output is not.
    heard
        The number of the one whose output is seen, if there is one.
    """

    def __init__(self, commands: Sequence[Sequence[str]], *, heard: int | None = None) -> None:
        environment = {**shared_threads(len(commands)), **os.environ}
        self.started = [
            subprocess.Popen(
                [sys.executable, "-P", "-m", "aecourse.cli", *command],
                stdin=subprocess.DEVNULL,
                stdout=None if number == heard else subprocess.DEVNULL,
                env=environment,
            )
            for number, command in enumerate(commands)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        """End what is still at work: after Ctrl-C they have been asked to end as well."""
        self._wait_until(time.monotonic() + (PATIENCE if problem[0] is KeyboardInterrupt else 0))
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()

    def wait(self, *, all_or_none: bool) -> list[int | None]:
        """Return the exit status of each, once all have ended; ``None`` for one that is ended here.

        Parameters
        ----------
        all_or_none
            Whether the others are ended when one has failed, as where each needs all others.
        """
        while None in self._statuses():
            time.sleep(LOOK)
            if all_or_none and any(self._statuses()):
                break
        statuses = self._statuses()
        for process in self.started:
            process.kill()
            process.wait()
        return statuses

    def _statuses(self) -> list[int | None]:
        return [process.poll() for process in self.started]

    def _wait_until(self, moment: float) -> None:
        while None in self._statuses() and time.monotonic() < moment:
            time.sleep(LOOK)


def shared_threads(count: int) -> dict[str, str]:
    """Return environment variables that share this machine's cores out among processes."""
    each = str(max(1, (os.cpu_count() or 1) // count))
    return dict.fromkeys(THREADS, each)
