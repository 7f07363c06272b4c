"""``load``: the data folder first, then the cache or a download, then a stand-in."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aecourse.datasets import download, integrity, locations, manifest
from aecourse.datasets.dataset import Contents, Dataset, Provenance, Source
from aecourse.datasets.entry import Entry, Files
from aecourse.errors import DataError


@dataclass(frozen=True)
class Found:
    """The verified files of a data set, and what is said of them where they were found."""

    files: Files
    sha256: dict[str, str]
    source: Source
    complete: bool
    note: str
    licence: str


def load_entry(entry: Entry) -> Dataset:
    """Return the data set of an entry from the first tier that has it."""
    found, why_not = find_or_explain(entry)
    if found is None:
        return stand_in(entry, why_not)
    contents = parse(entry.name, entry.read, found.files)
    return assemble(entry, contents, provenance_of(entry, found, contents))


def find(entry: Entry) -> Found:
    """Return the verified files of the real data set, downloading them if need be.

    Raises
    ------
    DataError
        If a file is altered, or the set is neither here nor to be had; the message says where to
        get it by hand.
    """
    found, why_not = find_or_explain(entry)
    if found is None:
        raise DataError(
            f"{entry.title} ({entry.name}) is not on this machine: {why_not}.\n"
            f"Its home is {entry.home}. {by_hand(entry)}".rstrip()
        )
    return found


def by_hand(entry: Entry) -> str:
    """Return the sentence that says where files fetched by hand belong."""
    if not entry.files:
        return ""
    names = ", ".join(file.name for file in entry.files)
    folder = locations.cache_dir() / Path(entry.files[0].path).parent
    return f"Fetched by hand, {names} belong{'s' * (len(entry.files) == 1)} in {folder}."


def in_data_folder(entry: Entry) -> Found | None:
    """Return the data folder's verified files; ``None`` if it does not list the data set."""
    folder = locations.data_dir()
    if folder is None:
        return None
    section = manifest.read(folder).get(entry.manifest_key)
    listed = {
        path: file for path, file in (section.files if section else {}).items() if entry.wants(path)
    }
    if section is None or not listed:
        return None
    remedy = (
        f"Copy it again from where the data folder came from, or unset {locations.DATA_DIR} "
        f"to download the data set."
    )
    for path, file in listed.items():
        integrity.check(folder / path, sha256=file.sha256, remedy=remedy)
    return Found(
        files={path: folder / path for path in listed},
        sha256={path: file.sha256 for path, file in listed.items()},
        source="data folder",
        complete=section.complete or bool(entry.collection),
        note="" if entry.collection else section.note,
        licence=section.licence or entry.licence,
    )


def provenance_of(entry: Entry, found: Found, contents: Contents) -> Provenance:
    """Return where verified files came from, with what their reader had to say."""
    return Provenance(
        name=entry.title,
        source=found.source,
        complete=found.complete,
        note=" ".join(filter(None, [found.note, contents.note])),
        licence=found.licence,
        citation=entry.citation,
        sha256=found.sha256,
    )


def stand_in(entry: Entry, why: str) -> Dataset:
    """Return the made-up data in place of a set, and say so in one printed line."""
    print(f"{entry.name}: using a stand-in, not the real data ({why}).")
    contents = entry.stand_in()
    return assemble(
        entry,
        contents,
        Provenance(
            name=entry.title,
            source="stand-in",
            complete=False,
            note=entry.stand_in_note,
            licence="made by this package, MIT",
            citation="",
        ),
    )


def assemble(entry: Entry, contents: Contents, provenance: Provenance) -> Dataset:
    """Return the data set that ``load`` promises, from what a reader or a stand-in yields."""
    fields = {
        field.name: getattr(contents, field.name)
        for field in dataclasses.fields(Contents)
        if field.name not in {"extra", "note"}
    }
    return entry.kind(name=entry.name, provenance=provenance, **fields, **contents.extra)


def parse(name: str, read: Callable[[Files], Contents], files: Files) -> Contents:
    """Read verified files; one that is not in the format it should be is a data error."""
    try:
        return read(files)
    except (DataError, MemoryError):
        raise
    except Exception as error:  # on unexpected bytes, parsers raise nearly anything
        named = ", ".join(str(path) for path in files.values())
        raise DataError(
            f"{name}: {named} cannot be read as this data set ({type(error).__name__}: {error}). "
            f"The file is not in the expected format; fetch it again."
        ) from error


def find_or_explain(entry: Entry) -> tuple[Found | None, str]:
    """Return what the first two tiers have, or why they have nothing.

    Raises
    ------
    DataError
        If there is a file and it is altered, or a download fails for another reason than a missing
        network.
    """
    found = in_data_folder(entry)
    if found is not None:
        return found, ""
    if not entry.files:
        return None, "it has no public download"
    if locations.is_offline() and not in_cache(entry):
        return None, f"{locations.OFFLINE} is set and it has not been downloaded before"
    try:
        return _downloaded(entry), ""
    except download.UnreachableError:
        return None, "no network, and it has not been downloaded before"


def in_cache(entry: Entry) -> bool:
    """Return whether every published file lies in the cache, whatever its hash."""
    return bool(entry.files) and all(
        (locations.cache_dir() / file.path).is_file() for file in entry.files
    )


def _downloaded(entry: Entry) -> Found:
    cache = locations.cache_dir()
    if locations.is_offline():
        for file in entry.files:
            integrity.check(
                cache / file.path,
                sha256=file.sha256,
                remedy=f"Delete it; or unset {locations.OFFLINE} to download it again.",
            )
        files = {file.path: cache / file.path for file in entry.files}
    else:
        files = {file.path: download.fetch(file, cache) for file in entry.files}
    return Found(
        files=files,
        sha256={file.path: file.sha256 for file in entry.files},
        source="download",
        complete=True,
        note=entry.note,
        licence=entry.licence,
    )
