"""The folder of a sweep: its journal, its trials, and who may write.

All workers of a sweep, on one machine or on several that share the folder, agree through files:

- ``journal.log`` is Optuna's journal: each line is one thing that happened, appended and synced. A
  file of SQLite, the other choice without a server, is locked as a whole by each that writes, and
  Optuna's manual advises against it for several workers, and the more so over a network.
- A worker holds the lock of the sweep for the moment in which it takes a trial, and the lock of the
  trial's own folder for as long as it works on it. The system takes both from a process that dies.
  So a trial that is noted as running and is not locked has lost its worker, which needs no
  heartbeat and no waiting, and never takes a slow worker for a dead one.

Several machines need a file system whose locks reach all of them, as those of NFS 4 do, and the
folder at the same path on each.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock

from aecourse.errors import DataError, InputError
from aecourse.project import configuration, yaml_lines
from aecourse.project.environment import backend
from aecourse.project.problems import dotted
from aecourse.project.run_directory import (
    CONFIG,
    RunDirectory,
    differences,
    remove,
    write_json,
    write_text,
)
from aecourse.project.schema import Config

if TYPE_CHECKING:
    from optuna.storages import JournalStorage

JOURNAL, TRIALS, REPORT, DATA = "journal.log", "trials.json", "report.html", "data.json"
MARK = "sweep.json"  # in the folder of a run that a sweep has put there
MAY_CHANGE = (("sweep", "trials"),)


class SweepFolder:
    """Where a sweep lies.

    Parameters
    ----------
    home
        The folder of the configuration's file.
    name
        Of the sweep, which is that of its best run.

    Attributes
    ----------
    folder
        ``sweeps/<name>``.
    trials
        The folder of the trials, each the folder of a run.
    best
        Where the best trial becomes a run: ``runs/<name>``.
    """

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self.folder = home / "sweeps" / name
        self.trials = self.folder / "trials"
        self.best = RunDirectory(home / "runs", name)

    def trial(self, name: str) -> RunDirectory:
        """Return the folder of a trial."""
        return RunDirectory(self.trials, name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until no other worker is taking or ending a trial, and keep them from it.

        Raises
        ------
        DataError
            If the folder cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.folder / ".lock")
            lock.acquire()
        except OSError as error:
            raise DataError(f"{self.folder} cannot be written to ({error}).") from error
        try:
            yield
        finally:
            lock.release()

    def storage(self) -> "JournalStorage":
        """Return what Optuna keeps the trials in."""
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        path = self.folder / JOURNAL
        lock: Any = _JournalLock(path)
        return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))

    def begin(self, config: Config, sha256: str) -> None:
        """Note what the sweep is about, or check that it is still about the same.

        Parameters
        ----------
        config
            With a whole path to the data.
        sha256
            Fingerprint of the data.

        Raises
        ------
        InputError
            If the sweep was begun with another configuration or other data, or the place of its
            best run is taken.
        """
        content = configuration.resolved(config)
        kept, noted = self.folder / CONFIG, self.folder / DATA
        now = {"sha256": sha256, "backend": backend()}
        self.check_place()
        if kept.exists():
            self._check(kept, content)
            self.check_data(config, sha256)
            begun = self._begun()
            if begun["backend"] != now["backend"]:
                raise InputError(
                    f"the sweep {self.name!r} was begun on the backend {begun['backend']}, and "
                    f"this one is {now['backend']}. Set the environment variable "
                    f"KERAS_BACKEND={begun['backend']}, or start again with --restart."
                )
        write_json(noted, now)
        write_text(kept, yaml_lines.written(content))

    def check_place(self) -> None:
        """Refuse to put the best trial where another run is.

        Raises
        ------
        InputError
            If one is there.
        """
        if self.best.final.exists() and not (self.best.final / MARK).exists():
            raise InputError(
                f"the best trial is to become {self.best.final}, and there is another run. Rename "
                "that folder, and the same command goes on; or give the sweep another `name`."
            )

    def check_data(self, config: Config, sha256: str) -> None:
        """Refuse other data than that which the sweep was begun with.

        Raises
        ------
        InputError
            If its fingerprint is another one.
        """
        if self._begun()["sha256"] != sha256:
            raise InputError(
                f"{config.data.path} has changed since the sweep {self.name!r} was begun, so its "
                "trials cannot be compared any more. Put the old data back, give the sweep another "
                "`name`, or start again with --restart."
            )

    def _begun(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / DATA).read_text(encoding="utf-8"))
        return content

    def _check(self, kept: Path, content: dict[str, Any]) -> None:
        saved = yaml_lines.read(kept.read_text(encoding="utf-8"), kept.name).content
        different = [
            f"{dotted(keys)} was {old!r} and is {new!r}"
            for keys, old, new in differences(saved, content)
            if keys not in MAY_CHANGE
        ]
        if different:
            raise InputError(
                f"the sweep {self.name!r} was begun with another configuration: "
                f"{'; '.join(different[:5])}. Give this one another `name`, put the values back, "
                "or start again with --restart. Only sweep.trials may change."
            )

    def discard(self) -> None:
        """Remove the sweep with all its trials, and the run that it has put among the runs.

        The configuration goes late: should this be broken off, another one is refused until then.

        Raises
        ------
        InputError
            If a worker is at work on a trial.
        """
        for lock in self.trials.glob(".*.lock"):
            with self.trial(lock.name[1:].removesuffix(".lock")).locked():
                pass
        (self.folder / JOURNAL).unlink(missing_ok=True)  # it names the trials, so it goes first
        for path in self.folder.iterdir():
            if path.is_dir():
                remove(path)
            elif path.name not in (".lock", CONFIG, DATA):
                path.unlink()
        for name in (CONFIG, DATA):
            (self.folder / name).unlink(missing_ok=True)
        if (self.best.final / MARK).exists():
            with self.best.locked():
                self.best.discard()


def drop_torn_line(journal: Path) -> None:
    """Cut off what a worker has begun to write and not ended, as its machine or its disk failed.

    The next line would be written behind it, and the two together could not be read.
    """
    if not journal.exists():
        return
    with journal.open("r+b") as file:
        end = file.seek(0, 2)
        place = end
        while place:
            file.seek(place - 1)
            if file.read(1) == b"\n":
                break
            place -= 1
        if place < end:
            file.truncate(place)


class _JournalLock:
    """What Optuna asks for when it appends to the journal: a lock that a killed process loses.

    Its own locks are files that a killed process leaves behind, and that are broken only after half
    a minute.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._lock = filelock.FileLock(f"{journal}.lock")

    def acquire(self) -> bool:
        self._lock.acquire()
        drop_torn_line(self._journal)
        return True

    def release(self) -> None:
        self._lock.release()
