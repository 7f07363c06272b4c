"""The folder of a run: it is worked on under a hidden name, and appears whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from aecourse.errors import DataError, InputError
from aecourse.project import yaml_lines
from aecourse.project.problems import dotted

CONFIG = "config.yml"
TRAINED = "LATEST"  # what the training's checkpoint holds once an epoch is done


class RunDirectory:
    """Where a run lies, and where it is while it is unfinished.

    Parameters
    ----------
    runs
        The folder of all runs.
    name
        Of the run.

    Attributes
    ----------
    final
        ``runs/<name>``: there once the run is finished, and whole from its first moment.
    work
        ``runs/.<name>.unfinished``: what a run that was broken off goes on from.

    Examples
    --------
    >>> from pathlib import Path
    >>> from aecourse.project import run_directory
    >>> directory = run_directory.RunDirectory(Path("runs"), "first")
    >>> directory.final.name, directory.work.name
    ('first', '.first.unfinished')
    """

    def __init__(self, runs: Path, name: str) -> None:
        self.runs = runs
        self.name = name
        self.final = runs / name
        self.work = runs / f".{name}.unfinished"

    @property
    def checkpoint(self) -> Path:
        """The folder of the training's own checkpoints."""
        return self.work / "checkpoint"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from working on the same run; a killed one keeps no lock.

        Raises
        ------
        InputError
            If another process does, or the folder cannot be written to.
        """
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.runs / f".{self.name}.lock", timeout=0)
            lock.acquire()
        except filelock.Timeout as error:
            raise InputError(
                f"another `aecourse train` is at work on the run {self.name!r}; wait for it, or "
                "give this one another name."
            ) from error
        except OSError as error:
            raise DataError(f"{self.runs} cannot be written to ({error}).") from error
        try:
            yield
        finally:
            lock.release()

    def discard(self) -> None:
        """Remove the run, finished or not."""
        self.set_aside(self.final)
        self.set_aside(self.work)

    def set_aside(self, folder: Path) -> None:
        """Remove a folder at once: one that is removed file by file would be half there."""
        away = self.runs / f".{self.name}.discarded"
        remove(away)
        if folder.exists():
            folder.replace(away)
            remove(away)

    def begin(self, config: dict[str, Any]) -> bool:
        """Make the folder to work in, or take up the one that is there.

        One in which nothing is trained yet is made anew: its data or its configuration may have
        been refused, and have been mended since.

        Returns
        -------
        bool
            Whether an unfinished run is taken up.

        Raises
        ------
        InputError
            If the unfinished run has another configuration.
        """
        kept = self.work / CONFIG
        if kept.exists() and (self.checkpoint / TRAINED).exists():
            self.check(config, kept, "was begun")
            return True
        self.set_aside(self.work)
        self.work.mkdir(parents=True)
        write_text(kept, yaml_lines.written(config))
        return False

    def check(self, config: dict[str, Any], kept: Path, verb: str) -> None:
        """Refuse to go on with another configuration than the one in a file.

        Raises
        ------
        InputError
            If they differ; the message names the keys.
        """
        saved = yaml_lines.read(kept.read_text(encoding="utf-8"), kept.name).content
        different = [
            f"{dotted(keys)} was {old!r} and is {new!r}"
            for keys, old, new in differences(saved, config)
        ]
        if different:
            raise InputError(
                f"the run {self.name!r} {verb} with another configuration: "
                f"{'; '.join(different[:5])}. Give this one another `name`, put the values back, "
                "or start again with --restart."
            )

    def publish(self, result: Path) -> None:
        """Let the finished folder appear under its name, and remove what was for the work."""
        sync(result)
        result.replace(self.final)
        sync_folder(self.runs)
        remove(self.work)


def differences(
    old: Any, new: Any, keys: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], Any, Any]]:
    """Return the keys in which two configurations differ, with both values."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = [*old, *(name for name in new if name not in old)]
        return [
            found
            for name in names
            for found in differences(old.get(name), new.get(name), (*keys, name))
        ]
    return [] if old == new else [(keys, old, new)]


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """Give a new folder to write to, which takes its name when all is written.

    A folder that has the name already is replaced. An empty one stays, and gets what was written:
    it may be where somebody works, or a disk of its own, which cannot be moved.
    """
    if final.is_dir() and not any(final.iterdir()):
        with tempfile.TemporaryDirectory(dir=final, prefix=".") as hidden:
            yield Path(hidden)
            sync(Path(hidden))
            for path in Path(hidden).iterdir():
                path.replace(final / path.name)
        sync_folder(final)
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=final.parent, prefix=f".{final.name}.") as hidden:
        new, old = Path(hidden) / "new", Path(hidden) / "old"
        new.mkdir()
        yield new
        sync(new)
        if final.exists():
            final.replace(old)
        new.replace(final)
        sync_folder(final.parent)


@contextmanager
def whole_file(final: Path) -> Iterator[Path]:
    """Give the path of a new file to write, which takes its name when it is written.

    Raises
    ------
    DataError
        If the folder cannot be written to.
    """
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        hidden = tempfile.TemporaryDirectory(dir=final.parent, prefix=f".{final.name}.")
    except OSError as error:
        raise DataError(f"{final} cannot be written ({error.strerror or error}).") from error
    with hidden as folder:
        new = Path(folder) / final.name
        yield new
        sync_file(new)
        new.replace(final)
        sync_folder(final.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file that appears whole or not at all."""
    with whole_file(path) as new:
        new.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file that appears whole or not at all."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def sync(folder: Path) -> None:
    """Wait until a folder and all that is in it are on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            sync_file(path)
    sync_folder(folder)


def sync_file(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
