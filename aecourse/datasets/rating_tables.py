"""What every table of ratings must be: one rating a pair of user and film, with possible stars."""

from typing import TYPE_CHECKING

import numpy as np

from aecourse.errors import DataError, InputError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("userId", "movieId", "rating", "timestamp")
LEAST, MOST = 0.5, 5.0
"""The fewest and the most stars that MovieLens has let users give."""


def checked_ratings(
    table: "pd.DataFrame", origin: str, *, least: float = LEAST
) -> "tuple[pd.DataFrame, int]":
    """Return a table with one rating a pair of user and film, and how many were left out.

    Of several ratings of one film by one user the latest is kept; of those of one moment, the one
    further down. The rows are put in the order of users and films. So a split in time comes out
    the same whatever their order was, although many films are rated within one second.

    Parameters
    ----------
    table
        Columns ``userId``, ``movieId``, ``rating`` and ``timestamp``.
    origin
        Where it came from, for messages.
    least
        The fewest stars that can be given.

    Raises
    ------
    InputError
        If a column is missing.
    DataError
        If a column holds no numbers, an id is missing, or stars or times are out of range.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise InputError(
            f"{origin} lacks the column {missing[0]!r}; it needs {', '.join(COLUMNS)}."
        )
    user, film, stars, time = (_numbers(table, name, origin) for name in COLUMNS)
    for name, ids in (("userId", user), ("movieId", film)):
        _refuse(table, ~np.isfinite(ids) | (ids % 1 != 0), f"with a whole {name}", origin)
    _refuse(table, ~((stars >= least) & (stars <= MOST)), f"{least:g} to {MOST:g} stars", origin)
    _refuse(table, ~((time >= 0) & (time < 2**62)), "a time in seconds since 1970", origin)
    order = np.lexsort((np.arange(len(table)), time, film, user))
    is_last = np.append(
        (np.diff(user[order]) != 0) | (np.diff(film[order]) != 0), np.ones(min(1, len(table)), bool)
    )
    kept = table.iloc[order[is_last]].reset_index(drop=True)
    return kept, len(table) - len(kept)


def _numbers(table: "pd.DataFrame", name: str, origin: str) -> np.ndarray:
    """Return a column, or say that it holds no numbers."""
    if table.empty:
        return np.zeros(0)
    values = table[name].to_numpy()
    if values.dtype.kind not in "iuf":
        raise DataError(
            f"{origin}: the column {name} holds {values[0]!r}; give numbers. pandas.factorize "
            "numbers names."
        )
    return values


def _refuse(table: "pd.DataFrame", bad: np.ndarray, expected: str, origin: str) -> None:
    """Refuse a table with rows out of range; the message shows the first."""
    if not bad.any():
        return
    row = int(np.flatnonzero(bad)[0])
    first = ", ".join(f"{name} {table[name].iloc[row]}" for name in COLUMNS)
    raise DataError(
        f"{origin}: {int(bad.sum())} of {len(bad)} ratings are not {expected}, the first in row "
        f"{row}: {first}. Correct or remove them."
    )
