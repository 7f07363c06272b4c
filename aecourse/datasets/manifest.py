"""The MANIFEST.json of a data folder: which files it holds, their hashes and their terms."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from aecourse.errors import DataError

NAME = "MANIFEST.json"
VERSION = 1

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Listed:
    """A file as the manifest lists it."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Section:
    """What a manifest says of one data set; its terms override the registry's."""

    files: Mapping[str, Listed]
    complete: bool
    licence: str
    note: str
    format: str


def read(folder: Path) -> dict[str, Section]:
    """Return a data folder's sections by data set.

    Raises
    ------
    DataError
        If the manifest is missing, is not JSON, lacks a field, has a field of the wrong type, or
        lists a path that leaves the folder.
    """
    path = folder / NAME
    try:
        parsed = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{folder} has no {NAME}, so nothing in it can be verified. "
            f"Make one with `aecourse data mirror {folder}`, or name another data folder."
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            f"{path} is not valid JSON ({error}). Copy the data folder again, "
            f"or write a new one with `aecourse data mirror`."
        ) from error
    return _sections(parsed, path)


def write(folder: Path, sections: Mapping[str, Section]) -> None:
    """Write the manifest in one step: a reader sees the old one or the new one, never half."""
    document = {
        "version": VERSION,
        "datasets": {
            name: {
                "format": section.format,
                "complete": section.complete,
                "licence": section.licence,
                "note": section.note,
                "files": {
                    path: {"sha256": file.sha256, "bytes": file.bytes}
                    for path, file in sorted(section.files.items())
                },
            }
            for name, section in sorted(sections.items())
        },
    }
    handle, temporary = tempfile.mkstemp(prefix=f".{NAME}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=1, ensure_ascii=False)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)  # noqa: PTH101 - a class reads it; mkstemp makes it private
        os.replace(temporary, folder / NAME)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sections(parsed: Any, path: Path) -> dict[str, Section]:
    version = _field(parsed, "version", int, path, "the manifest")
    if version != VERSION:
        raise DataError(
            f"{path} has version {version}; this package reads version {VERSION}. "
            f"Update aecourse, or write the folder again with `aecourse data mirror`."
        )
    datasets = _field(parsed, "datasets", dict, path, "the manifest")
    return {name: _section(name, value, path) for name, value in datasets.items()}


def _section(name: str, value: Any, path: Path) -> Section:
    files = _field(value, "files", dict, path, f"data set {name!r}")
    return Section(
        files={file: _listed(file, listed, path) for file, listed in files.items()},
        complete=_field(value, "complete", bool, path, f"data set {name!r}"),
        licence=_field(value, "licence", str, path, f"data set {name!r}"),
        note=_field(value, "note", str, path, f"data set {name!r}"),
        format=_field(value, "format", str, path, f"data set {name!r}"),
    )


def _listed(file: str, value: Any, path: Path) -> Listed:
    if not is_inside(file):
        raise DataError(
            f"{path} lists {file!r}, which is not a plain path inside the data folder. "
            f"Paths are relative, with '/' and without '..'; do not use a folder you do not trust."
        )
    sha256 = _field(value, "sha256", str, path, f"file {file!r}").lower()
    if not _SHA256.fullmatch(sha256):
        raise DataError(f"{path}: file {file!r} has a sha256 that is not 64 hexadecimal digits.")
    size = _field(value, "bytes", int, path, f"file {file!r}")
    if size < 0:
        raise DataError(f"{path}: file {file!r} has a negative number of bytes.")
    return Listed(sha256, size)


def is_inside(path: str) -> bool:
    """Return whether a '/'-separated path stays below the folder it is relative to."""
    pure = PurePosixPath(path)
    return bool(
        path
        and "\\" not in path
        and "\0" not in path
        and not pure.is_absolute()
        and not PureWindowsPath(path).drive
        and pure.parts
        and ".." not in pure.parts
    )


def _field(value: Any, key: str, kind: type, path: Path, owner: str) -> Any:
    if not isinstance(value, dict):
        raise DataError(f"{path}: {owner} should be a JSON object, not {type(value).__name__}.")
    if key not in value:
        raise DataError(f"{path}: {owner} has no {key!r}. Compare with `aecourse data mirror`.")
    found = value[key]
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise DataError(
            f"{path}: {key!r} of {owner} should be {kind.__name__}, not {type(found).__name__}."
        )
    return found
