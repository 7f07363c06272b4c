"""The names that ``load`` knows."""

import difflib

from aecourse.datasets import images
from aecourse.datasets.entry import Entry
from aecourse.errors import DataError

_ENTRIES = {entry.name: entry for entry in (*images.ENTRIES,)}


def names() -> tuple[str, ...]:
    """Return the names of all data sets, in alphabetical order."""
    return tuple(sorted(_ENTRIES))


def find(name: str) -> Entry:
    """Return the entry of a data set.

    Raises
    ------
    DataError
        If there is none of that name; the message suggests the nearest one.
    """
    if name in _ENTRIES:
        return _ENTRIES[name]
    near = difflib.get_close_matches(str(name).lower(), names(), n=1, cutoff=0.5)
    suggestion = f" Did you mean {near[0]!r}?" if near else ""
    raise DataError(f"There is no data set {name!r}.{suggestion} Known: {', '.join(names())}.")
