"""Saving a run after each epoch so that it can go on as if nothing had happened.

A folder holds one directory for the last completed epoch and a file ``LATEST`` that names it. The
directory is complete before the pointer moves, and the pointer moves in one step: whenever the
process dies, the folder holds one whole checkpoint.
"""

import hashlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.errors import DataError, InputError
from aecourse.models.inputs import Data, arrays_of
from aecourse.training.early_stopping import EarlyStopping
from aecourse.training.history import History

POINTER = "LATEST"


class Checkpoint:
    """A folder from which a run can be resumed.

    Parameters
    ----------
    folder
        Where to keep it; made if it does not exist.
    settings
        What a run must have in common with the saved one to be the same run.

    Raises
    ------
    InputError
        If ``folder`` is a file.
    """

    def __init__(self, folder: str | os.PathLike[str], settings: dict[str, Any]) -> None:
        self.folder = Path(folder)
        self.settings: dict[str, Any] = json.loads(json.dumps(settings, default=str))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise InputError(f"checkpoint is {folder}, a file; give a folder's name.") from error

    def save(self, model: keras.Model, history: History, stopping: EarlyStopping | None) -> None:
        """Write a new directory, then let ``LATEST`` name it, then remove the one before.

        Raises
        ------
        DataError
            If it cannot be written; the checkpoint before it is still whole.
        """
        name = f"epoch-{len(history.epochs):05d}"
        unfinished = self.folder / f".{name}.unfinished"
        try:
            self._write(unfinished, model, history, stopping)
            self._publish(unfinished, name)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise DataError(
                f"the checkpoint cannot be written to {self.folder} ({error}). The one of the "
                "epoch before is whole: make room, and the same call goes on from there."
            ) from error

    def _write(
        self,
        directory: Path,
        model: keras.Model,
        history: History,
        stopping: EarlyStopping | None,
    ) -> None:
        """Write everything into a new directory that nothing refers to yet."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        variables = [keras.ops.convert_to_numpy(variable) for variable in state_of(model)]
        _write_arrays(directory / "variables.npz", variables)
        if stopping is not None and stopping.best_weights is not None:
            _write_arrays(directory / "best.npz", stopping.best_weights)
        _write_text(directory / "run.json", json.dumps(self._record(history, stopping), indent=1))

    def _publish(self, directory: Path, name: str) -> None:
        """Let the pointer name the directory, and remove all others."""
        final = self.folder / name
        shutil.rmtree(final, ignore_errors=True)
        directory.replace(final)
        _write_text(self.folder / f".{POINTER}.new", name)
        (self.folder / f".{POINTER}.new").replace(self.folder / POINTER)
        _sync_folder(self.folder)
        for other in self.folder.glob("epoch-*"):
            if other != final:
                shutil.rmtree(other, ignore_errors=True)

    def load(self, model: keras.Model, stopping: EarlyStopping | None) -> History | None:
        """Put the saved state into the model and return the history, or ``None`` if none is saved.

        Raises
        ------
        InputError
            If the folder belongs to another run.
        DataError
            If what is in the folder cannot be read.
        """
        pointer = self.folder / POINTER
        if not pointer.exists():
            return None
        try:
            directory = self.folder / pointer.read_text(encoding="utf-8").strip()
            record = json.loads((directory / "run.json").read_text(encoding="utf-8"))
            self._check_settings(record["settings"])
            arrays = _read_arrays(directory / "variables.npz")
            if stopping is not None:
                stopping.best, stopping.waited = record["best"], record["waited"]
                best = directory / "best.npz"
                stopping.best_weights = _read_arrays(best) if best.exists() else None
            for variable, value in zip(state_of(model), arrays, strict=True):
                variable.assign(value)
            return History(record["metrics"], record["seconds"], record["outcome"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, InputError):
                raise
            raise DataError(
                f"the checkpoint in {self.folder} cannot be read ({error}); "
                "delete the folder to start again, or give another one."
            ) from error

    def _record(self, history: History, stopping: EarlyStopping | None) -> dict[str, Any]:
        """Return what goes into the JSON file."""
        return {
            "settings": self.settings,
            "metrics": history.metrics,
            "seconds": history.seconds,
            "outcome": history.outcome,
            "best": stopping.best if stopping else None,
            "waited": stopping.waited if stopping else None,
        }

    def _check_settings(self, saved: dict[str, Any]) -> None:
        """Refuse to go on with another run."""
        names = sorted(saved.keys() | self.settings.keys())
        different = [name for name in names if saved.get(name) != self.settings.get(name)]
        if different:
            raise InputError(
                f"{self.folder} holds a checkpoint of a run with another "
                f"{', '.join(different)}; give another folder, or delete this one to start again."
            )


def settings_of(
    model: keras.Model,
    x: Data,
    validation: Data | None,
    **others: Any,
) -> dict[str, Any]:
    """Return what tells one run from another; arrays and configurations as short digests."""
    return {
        "model": _digest(f"{type(model).__name__} {_unnumbered(model.get_config())}".encode()),
        "optimiser": _unnumbered(model.optimizer.get_config()),
        "training data": [_digest(array) for array in arrays_of(x)],
        "validation data": [_digest(array) for array in arrays_of(validation)],
        **others,
    }


def state_of(model: keras.Model) -> list[Any]:
    """Return every variable on which the rest of a run depends, random generators included."""
    return [*model.variables, *model.optimizer.variables]


def _unnumbered(config: dict[str, Any]) -> str:
    """Return a configuration as text without the numbers of Keras's automatic names.

    Keras counts its objects ("dense_3", "adam_1") anew in each process, so they mean nothing.
    """
    return re.sub(r'_\d+"', '"', json.dumps(config, default=str, sort_keys=True))


def _digest(content: bytes | NDArray[Any]) -> str:
    """Return a short fingerprint of an array (with its shape) or of bytes."""
    fingerprint = hashlib.blake2b(digest_size=16)
    if isinstance(content, np.ndarray):
        fingerprint.update(str(content.shape).encode())
        fingerprint.update(np.ascontiguousarray(content).data.cast("B"))
    else:
        fingerprint.update(content)
    return fingerprint.hexdigest()


def _write_arrays(path: Path, arrays: list[np.ndarray]) -> None:
    """Write arrays in order, and wait until they are on the disk."""
    with path.open("wb") as file:
        named: dict[str, Any] = {f"{index:05d}": array for index, array in enumerate(arrays)}
        np.savez(file, **named)
        file.flush()
        os.fsync(file.fileno())


def _read_arrays(path: Path) -> list[np.ndarray]:
    """Read the arrays of :func:`_write_arrays` in their order."""
    with np.load(path, allow_pickle=False) as stored:
        return [stored[name] for name in sorted(stored.files)]


def _write_text(path: Path, text: str) -> None:
    """Write a text file, and wait until it is on the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until the folder's entries are on the disk, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
