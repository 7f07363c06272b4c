"""What lies on this machine, whether it is sound, and a folder of it to hand out."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from aecourse.datasets import integrity, loading, locations, manifest
from aecourse.datasets.entry import Entry
from aecourse.errors import DataError

_OUR_FILES = (".lock", ".part")


@dataclass(frozen=True)
class Checked:
    """The verdict on one file: ``ok``, ``altered``, ``missing`` or ``unlisted``."""

    place: str
    file: str
    verdict: str
    expected: str
    found: str

    @property
    def is_sound(self) -> bool:
        """Whether the file may be used; one that nothing refers to does no harm."""
        return self.verdict in {"ok", "unlisted"}


def where(entry: Entry) -> str:
    """Return where ``load`` would find a data set, without hashing: a place, or ``not here``."""
    folder = locations.data_dir()
    if folder is not None:
        section = manifest.read(folder).get(entry.manifest_key)
        if section is not None and any(entry.wants(path) for path in section.files):
            return "data folder"
    return "cache" if loading.in_cache(entry) else "not here"


def verify(entries: Iterable[Entry]) -> Iterator[Checked]:
    """Hash every file of the data folder's manifest and every known file of the cache."""
    folder = locations.data_dir()
    if folder is not None:
        yield from _verify_data_folder(folder)
    cache = locations.cache_dir()
    for entry in entries:
        for file in entry.files:
            if (cache / file.path).exists():
                yield _checked("cache", cache, file.path, file.sha256)


def _verify_data_folder(folder: Path) -> Iterator[Checked]:
    listed = {
        path: file.sha256
        for section in manifest.read(folder).values()
        for path, file in section.files.items()
    }
    for path, sha256 in sorted(listed.items()):
        yield _checked("data folder", folder, path, sha256)
    for path in sorted(_files_below(folder) - set(listed)):
        yield Checked("data folder", path, "unlisted", "", integrity.sha256_of(folder / path))


def _checked(place: str, folder: Path, path: str, expected: str) -> Checked:
    if not (folder / path).is_file():
        return Checked(place, path, "missing", expected, "")
    try:
        found = integrity.sha256_of(folder / path)
    except OSError as error:
        return Checked(place, path, "altered", expected, error.strerror or "unreadable")
    return Checked(place, path, "ok" if found == expected else "altered", expected, found)


def _files_below(folder: Path) -> set[str]:
    return {
        item.relative_to(folder).as_posix()
        for item in folder.rglob("*")
        if item.is_file() and item.name != manifest.NAME and item.suffix not in _OUR_FILES
    }


def mirror(entry: Entry, folder: Path) -> list[str]:
    """Copy a data set's verified files into a data folder and list them in its manifest.

    Files that are there already and sound are left alone; other data sets in the folder stay. Each
    file, and the manifest after them, appears whole or not at all.

    Returns
    -------
    list of str
        The files that were copied.

    Raises
    ------
    DataError
        If the set cannot be had, or the folder cannot be written to.
    """
    import filelock

    found = loading.find(entry)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / f".{manifest.NAME}.lock"):
            return _add(entry, found, folder)
    except OSError as error:
        raise DataError(
            f"{entry.name} cannot be written to {folder}: {error.strerror or error}. "
            f"What was there before is unharmed. Make room, or name another folder."
        ) from error


def _add(entry: Entry, found: loading.Found, folder: Path) -> list[str]:
    sections = manifest.read(folder) if (folder / manifest.NAME).exists() else {}
    copied = [
        path
        for path, source in found.files.items()
        if _copy(source, folder / path, found.sha256[path])
    ]
    companions = _copy_companions(entry, folder)
    sections[entry.manifest_key] = _section(
        entry, found, folder, sections.get(entry.manifest_key), companions
    )
    manifest.write(folder, sections)
    return copied


def _copy_companions(entry: Entry, folder: Path) -> dict[str, manifest.Listed]:
    """Copy what the data folder keeps beside a collection's sets, such as its licence."""
    origin = locations.data_dir()
    if origin is None or not entry.collection:
        return {}
    section = manifest.read(origin).get(entry.manifest_key)
    companions = {
        path: file
        for path, file in (section.files if section else {}).items()
        if not path.endswith(".npz")
    }
    for path, file in companions.items():
        integrity.check(origin / path, sha256=file.sha256, remedy="Copy the data folder again.")
        _copy(origin / path, folder / path, file.sha256)
    return companions


def _section(
    entry: Entry,
    found: loading.Found,
    folder: Path,
    old: manifest.Section | None,
    companions: dict[str, manifest.Listed],
) -> manifest.Section:
    """Return the manifest's new words; a collection keeps its other sets and its note."""
    files = {
        path: manifest.Listed(sha256, (folder / path).stat().st_size)
        for path, sha256 in found.sha256.items()
    }
    suffixes = Path(next(iter(found.files))).suffixes[-2:]
    section = manifest.Section(
        files={**files, **companions},
        complete=found.complete and not entry.collection,
        licence=found.licence,
        note=found.note,
        format="".join(suffixes).lstrip("."),
    )
    if old is None or not entry.collection:
        return section
    return replace(old, files={**old.files, **section.files})


def _copy(source: Path, target: Path, sha256: str) -> bool:
    """Copy one file in one step; return whether that was needed."""
    if target.is_file() and integrity.sha256_of(target) == sha256:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    partial = Path(name)
    digest = hashlib.sha256()
    try:
        with source.open("rb") as original, os.fdopen(handle, "wb") as copy:
            while chunk := original.read(1 << 20):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != sha256:
            raise DataError(f"{source} changed while it was copied. Try again.")
        partial.chmod(0o644)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return True
