"""A file is what its publisher hashed, or it is not read."""

import hashlib
from pathlib import Path

from aecourse.errors import DataError


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check(path: Path, *, sha256: str, remedy: str) -> None:
    """Raise unless the file exists and has the expected hash.

    Parameters
    ----------
    path
        The file.
    sha256
        What its publisher, or the manifest, says of it.
    remedy
        What the reader can do about it; it ends the message.

    Raises
    ------
    DataError
        Naming the file, what was expected, what was found, and the remedy.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing. {remedy}")
    try:
        size, found = path.stat().st_size, sha256_of(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. {remedy}") from error
    if found != sha256:
        raise DataError(
            f"{path} is {'empty' if size == 0 else 'not the file it should be'}.\n"
            f"  expected SHA-256 {sha256}\n"
            f"  found    SHA-256 {found} ({size:,} bytes)\n"
            f"{remedy}"
        )
