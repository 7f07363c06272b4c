"""Where data may lie on this machine, as the environment says."""

import os
from pathlib import Path

from aecourse.errors import DataError

DATA_DIR = "AECOURSE_DATA_DIR"
CACHE_DIR = "AECOURSE_CACHE_DIR"
OFFLINE = "AECOURSE_OFFLINE"


def data_dir() -> Path | None:
    """Return the data folder, or ``None`` when ``AECOURSE_DATA_DIR`` is unset or empty.

    Raises
    ------
    DataError
        If the variable names something that is not a folder: a class set up with a typing mistake
        must not go on with stand-ins.
    """
    value = os.environ.get(DATA_DIR, "")
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise DataError(
            f"{DATA_DIR} is {value!r}, which is not a folder. "
            f"Name a folder with a MANIFEST.json (`aecourse data mirror` writes one), or unset it."
        )
    return folder


def cache_dir() -> Path:
    """Return the folder of downloads: ``AECOURSE_CACHE_DIR``, or the user's cache folder."""
    value = os.environ.get(CACHE_DIR, "")
    if value:
        return Path(value).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("aecourse", appauthor=False))


def is_offline() -> bool:
    """Return whether ``AECOURSE_OFFLINE`` forbids the network."""
    return os.environ.get(OFFLINE, "").strip().lower() not in {"", "0", "false", "no"}
