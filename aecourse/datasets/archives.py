"""Reads archives without unpacking them onto the disk, and refuses the ones that try to escape.

Members are handed out as bytes in memory, so no name in an archive is ever used as a path. A name
that leaves the target, a link or a device still means that somebody tampered with the archive:
the whole of it is refused.
"""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from aecourse.datasets import manifest
from aecourse.errors import DataError

_LARGEST_MEMBER = 256 << 20
_LARGEST_TOTAL = 1 << 30

_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,  # zipfile: an encrypted member
    NotImplementedError,  # zipfile: an unknown compression
)


def members(
    path: Path,
    wanted: Callable[[str], bool],
    *,
    largest_member: int = _LARGEST_MEMBER,
    largest_total: int = _LARGEST_TOTAL,
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each wanted member of a tar or zip archive.

    Parameters
    ----------
    path
        A ``.zip``, or a tar file with any compression Python knows.
    wanted
        Chooses members by name.
    largest_member, largest_total
        Bounds in bytes, against archives that swell when unpacked.

    Raises
    ------
    DataError
        If the archive is broken, too large, or holds a link, a device or a name that leaves it.
    """
    walk = _zip_members if path.suffix == ".zip" else _tar_members
    total = 0
    try:
        for name, size, read in walk(path):
            if not wanted(name):
                continue
            total += size
            if size > largest_member or total > largest_total:
                raise DataError(
                    f"{path} unpacks to more than it should (at {name!r}). Do not trust this file; "
                    f"fetch it again from its home."
                )
            yield name, read()
    except _BROKEN as error:
        raise DataError(f"{path} cannot be unpacked ({error}). Fetch it again.") from error


Member = tuple[str, int, Callable[[], bytes]]


def _tar_members(path: Path) -> Iterator[Member]:
    with tarfile.open(path, mode="r|*") as archive:
        for info in archive:
            _refuse_unsafe(path, info.name, is_plain=info.isfile() or info.isdir())
            if info.isfile():
                stream = archive.extractfile(info)
                if stream is not None:
                    yield info.name, info.size, stream.read


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            unix_kind = (info.external_attr >> 16) & 0o170000
            _refuse_unsafe(path, info.filename, is_plain=unix_kind in {0, 0o100000, 0o040000})
            if not info.is_dir():
                yield info.filename, info.file_size, partial(archive.read, info)


def _refuse_unsafe(path: Path, name: str, *, is_plain: bool) -> None:
    if not is_plain:
        raise DataError(
            f"{path} holds {name!r}, which is a link or a device, not a file. "
            f"Do not trust this archive; fetch it again from its home."
        )
    # Archives of a folder often begin with "./".
    if name.rstrip("/") != "." and not manifest.is_inside(name):
        raise DataError(
            f"{path} holds {name!r}, which would leave the folder it is unpacked in. "
            f"Do not trust this archive; fetch it again from its home."
        )
