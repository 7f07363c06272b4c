"""The names that ``load`` knows."""

import difflib

from aecourse.datasets import faces, images, ratings, tabular, text
from aecourse.datasets.entry import Entry
from aecourse.errors import DataError

_FAMILIES = (images, faces, text, ratings, tabular)
_ENTRIES = {entry.name: entry for family in _FAMILIES for entry in family.ENTRIES}


def entries() -> dict[str, Entry]:
    """Return all data sets by name, the data folder's further ADBench sets included."""
    further = {entry.name: entry for entry in tabular.further_adbench()}
    return dict(sorted({**further, **_ENTRIES}.items()))


def names() -> tuple[str, ...]:
    """Return the names of all data sets, in alphabetical order.

    Examples
    --------
    >>> from aecourse import datasets
    >>> "movielens" in datasets.names()
    True
    """
    return tuple(entries())


def adbench_names() -> tuple[str, ...]:
    """Return the names of the ADBench sets, such as ``adbench/cardio``.

    Examples
    --------
    >>> from aecourse import datasets
    >>> datasets.adbench_names()[:2]
    ('adbench/annthyroid', 'adbench/breastw')
    """
    return tuple(name for name in names() if name.startswith("adbench/"))


def find(name: str) -> Entry:
    """Return the entry of a data set.

    Raises
    ------
    DataError
        If there is none of that name; the message suggests the nearest one.
    """
    if name in _ENTRIES:
        return _ENTRIES[name]
    known = entries()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    suggestion = f" Did you mean {near[0]!r}?" if near else ""
    raise DataError(f"There is no data set {name!r}.{suggestion} Known: {', '.join(known)}.")
