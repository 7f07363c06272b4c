"""What has been tried, done and hinted at, kept in one small JSON file.

The file is ``progress.json`` in the user's data folder, or the one named by ``AECOURSE_PROGRESS``
(``off`` keeps everything in memory). Two notebooks may write at once; a damaged file is set aside
under another name, never overwritten; where nothing can be written, checks work all the same.
"""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock, Timeout

VARIABLE = "AECOURSE_PROGRESS"
_LOCK_SECONDS = 5
_in_memory: dict[str, "Entry"] = {}


@dataclass
class Entry:
    """What is known about one exercise."""

    done: bool = False
    tries: int = 0
    hints: int = 0


class _DamagedError(Exception):
    """The file is there and readable, but is not what this module writes."""


def place() -> Path | None:
    """Return the progress file, or None when progress is kept in memory only."""
    named = os.environ.get(VARIABLE, "").strip()
    if named.lower() == "off":
        return None
    if named:
        return Path(named).expanduser()
    return platformdirs.user_data_path("aecourse") / "progress.json"


def entries() -> tuple[dict[str, Entry], str]:
    """Return what is recorded by exercise number, and a note if the file could not be read."""
    path = place()
    if path is None:
        return dict(_in_memory), ""
    try:
        return {**_in_memory, **_read(path)}, ""
    except (OSError, _DamagedError) as error:
        return dict(_in_memory), f"Your progress file `{path}` cannot be read ({error})."


def tried(number: str, right: bool) -> str:
    """Count one try; return a note for the reader, empty when all went well."""

    def change(entry: Entry) -> None:
        entry.tries += 1
        entry.done = entry.done or right

    return _update(number, change)


def hinted(number: str, seen: int) -> str:
    """Remember that ``seen`` hints were shown; return a note, empty when all went well."""

    def change(entry: Entry) -> None:
        entry.hints = max(entry.hints, seen)

    return _update(number, change)


def hints_seen(number: str) -> int:
    """Return how many hints of an exercise have been shown so far."""
    return entries()[0].get(number, Entry()).hints


def _update(number: str, change: Callable[[Entry], None]) -> str:
    path = place()
    if path is None:
        change(_in_memory.setdefault(number, Entry()))
        return ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS):
            known, note = _read_or_set_aside(path)
            known = {**_in_memory, **known}
            change(known.setdefault(number, Entry()))
            _write(path, known)
            _in_memory.clear()
            return note
    except (OSError, Timeout) as error:
        change(_in_memory.setdefault(number, Entry()))
        return (
            f"Your progress could not be saved in `{path}` ({error}). It is kept until you close "
            f"this notebook. To save it elsewhere, set `{VARIABLE}` to a file you may write."
        )


def _read_or_set_aside(path: Path) -> tuple[dict[str, Entry], str]:
    try:
        return _read(path), ""
    except _DamagedError as error:
        aside = next(
            candidate
            for candidate in (path.with_name(f"{path.name}.damaged-{i}") for i in range(1, 10**6))
            if not candidate.exists()
        )
        path.replace(aside)
        return {}, (
            f"Your progress file could not be read ({error}). It was kept as `{aside}`, "
            "and a new one was begun."
        )


def _read(path: Path) -> dict[str, Entry]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise _DamagedError("it is not text") from error
    try:
        content: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise _DamagedError(f"it is not JSON: {error}") from error
    try:
        return {
            str(number): Entry(bool(e["done"]), int(e["tries"]), int(e["hints"]))
            for number, e in content["exercises"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _DamagedError("it has not the form of a progress file") from error


def _write(path: Path, known: dict[str, Entry]) -> None:
    """Write to a neighbouring file first, so that a crash leaves the old one whole."""
    content = {"version": 1, "exercises": {n: asdict(known[n]) for n in sorted(known)}}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
