"""How good a list of recommendations is, and how far predicted stars are from given ones.

The lists come from :func:`rank`, which never lists what a user has had, and asks for the scores of
a few users at a time. The other functions look at the lists alone.

Examples
--------
``rank``:

>>> import numpy as np
>>> from scipy import sparse
>>> from aecourse import metrics
>>> seen = sparse.csr_array(np.array([[1, 0, 0, 0], [0, 0, 1, 1]]))
>>> by_popularity = lambda rows: np.tile([40, 30, 20, 10], (rows.shape[0], 1))
>>> metrics.rank(by_popularity, seen, k=3)
array([[ 1,  2,  3],
       [ 0,  1, -1]])

``top_k``:

>>> from aecourse import metrics
>>> metrics.top_k([[0.2, 0.9, 0.2, 0.5]], k=3)
array([[1, 3, 0]])
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.metrics.checks import numbers

Lists = NDArray[np.int64]
Values = NDArray[np.float64]
BATCH = 256
NOTHING = -1
"""Stands in a list where a user has no items left."""


def rank(
    scores: Callable[[sparse.csr_array], NDArray[Any]],
    seen: sparse.csr_array,
    k: int,
    *,
    batch_size: int = BATCH,
) -> Lists:
    """Return the ``k`` best items of each user among those the user has not had.

    Parameters
    ----------
    scores
        From some rows of ``seen`` to a score for each item, shape ``(rows, items)``. Only
        ``batch_size`` rows are scored at a time, so memory grows with the batch and not with the
        number of users.
    seen
        What each user has had: a sparse matrix of shape ``(users, items)``.
    k
        Length of a list.

    Returns
    -------
    ndarray of shape (users, k)
        Positions of items, the best first; -1 where fewer than ``k`` are left.

    Raises
    ------
    InputError
        If there are no users or items, a score is NaN, or the scores have another shape.
    """
    if 0 in seen.shape:
        raise InputError(f"seen has shape {seen.shape}; give at least one user and one item.")
    whole(k, "k")
    whole(batch_size, "batch_size")
    lists = np.empty((seen.shape[0], k), dtype=np.int64)
    for start in range(0, seen.shape[0], batch_size):
        rows = seen[start : start + batch_size]
        lists[start : start + batch_size] = top_k(scores(rows), k, seen=rows)
    return lists


def top_k(scores: Any, k: int, *, seen: sparse.csr_array | None = None) -> Lists:
    """Return the positions of the ``k`` highest scores of each row, the highest first.

    Of equal scores the one further to the left comes first. So a method that gives many items one
    score is judged by the order of the columns: let it break its ties itself.

    Parameters
    ----------
    scores
        Shape ``(rows, items)``.
    k
        Length of a list.
    seen
        A sparse matrix of the same shape; where it stores a value, the item is never listed.

    Returns
    -------
    ndarray of shape (rows, k)
        -1 where fewer than ``k`` items are left.

    Raises
    ------
    InputError
        If a score is NaN, or the shapes differ.
    """
    found = np.array(scores, dtype=np.float32)
    if found.ndim != 2 or (seen is not None and seen.shape != found.shape):
        expected = "(rows, items)" if seen is None else str(seen.shape)
        raise InputError(f"the scores have shape {found.shape}; expected {expected}.")
    if np.isnan(found).any():
        raise InputError(f"{int(np.isnan(found).sum())} scores are NaN, which have no rank.")
    if seen is not None:
        rows = np.repeat(np.arange(len(found)), np.diff(seen.indptr))
        found[rows, seen.indices] = -np.inf
    lists = np.full((len(found), k), NOTHING)
    length = min(k, found.shape[1])
    if length == 0 or not len(found):
        return lists
    columns = _highest(found, length)
    values = np.take_along_axis(found, columns, axis=1)
    # The columns are in ascending order, so a stable sort leaves ties as they should be.
    order = np.argsort(-values, axis=1, kind="stable")
    listed = np.take_along_axis(columns, order, axis=1)
    left = np.isfinite(np.take_along_axis(values, order, axis=1))
    lists[:, :length] = np.where(left, listed, NOTHING)
    return lists


def _highest(scores: NDArray[np.float32], k: int) -> Lists:
    """Return the columns of the ``k`` highest scores of each row, in ascending order."""
    cut = scores.shape[1] - k
    bar = np.partition(scores, cut, axis=1)[:, cut]
    chosen = scores >= bar[:, None]
    spare = np.count_nonzero(chosen, axis=1) - k
    for row in np.flatnonzero(spare):
        level = np.flatnonzero(scores[row] == bar[row])
        chosen[row, level[-spare[row] :]] = False
    return np.nonzero(chosen)[1].reshape(len(scores), k)


def recall_at(lists: Any, wanted: sparse.csr_array, k: int) -> Values:
    """Return for each user the share of wanted items among the first ``k`` of the list.

    It is divided by ``min(k, wanted items)``, so that a perfect list always has 1.

    Parameters
    ----------
    lists
        As :func:`rank` returns them, of length ``k`` or more.
    wanted
        What each user chose in truth: a sparse matrix of shape ``(users, items)``, at least one
        item a user.
    k
        How much of the list counts.

    Returns
    -------
    ndarray of shape (users,)

    Raises
    ------
    InputError
        If a user wants nothing, the lists are shorter than ``k`` or not as many as the users.

    References
    ----------
    Liang et al. (2018), section 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse import metrics
    >>> wanted = sparse.csr_array(np.array([[0, 1, 0, 1], [1, 0, 0, 0]]))
    >>> metrics.recall_at([[1, 2, 0], [3, 2, 1]], wanted, k=3)
    array([0.5, 0. ])
    """
    found = hits(lists, wanted, k)
    return found.sum(axis=1) / np.minimum(k, np.diff(wanted.indptr))


def ndcg_at(lists: Any, wanted: sparse.csr_array, k: int) -> Values:
    """Return each user's normalised discounted cumulative gain of the first ``k`` of the list.

    A wanted item at rank ``r`` gains ``1 / log2(r + 1)``; the sum is divided by that of a list
    which begins with wanted items only.

    Parameters
    ----------
    lists, wanted, k
        As for :func:`recall_at`.

    Returns
    -------
    ndarray of shape (users,)

    Raises
    ------
    InputError
        As :func:`recall_at`.

    References
    ----------
    Järvelin and Kekäläinen (2002); Liang et al. (2018), section 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse import metrics
    >>> wanted = sparse.csr_array(np.array([[0, 1, 0, 0], [0, 1, 0, 0]]))
    >>> metrics.ndcg_at([[1, 2, 0], [0, 2, 1]], wanted, k=3)
    array([1. , 0.5])
    """
    gains = 1 / np.log2(np.arange(2, k + 2))
    best = np.cumsum(gains)[np.minimum(k, np.diff(wanted.indptr)) - 1]
    return hits(lists, wanted, k) @ gains / best


def hits(lists: Any, wanted: sparse.csr_array, k: int) -> NDArray[np.bool_]:
    """Return which of the first ``k`` places of each list hold a wanted item, ``(users, k)``.

    Raises
    ------
    InputError
        As :func:`recall_at`.
    """
    whole(k, "k")
    lists = np.asarray(lists)
    if lists.ndim != 2 or len(lists) != wanted.shape[0] or lists.shape[1] < k:
        raise InputError(
            f"the lists have shape {lists.shape}; give one of at least {k} items for each of the "
            f"{wanted.shape[0]} users."
        )
    counts = np.diff(wanted.indptr)
    if not counts.all():
        raise InputError(
            f"{int((counts == 0).sum())} users want nothing, the first in row "
            f"{int(np.argmin(counts))}; leave them out: no list can be right or wrong for them."
        )
    listed = lists[:, :k]
    # A pair of user and item is one number, and a membership test is one search in a sorted list.
    width = wanted.shape[1]
    user = np.arange(len(lists))[:, None]
    pairs = np.repeat(np.arange(len(lists)), counts) * width + wanted.indices
    return np.isin(user * width + listed, pairs) & (listed != NOTHING)


def coverage(lists: Any, items: int) -> float:
    """Return the share of all items that are in at least one list.

    Parameters
    ----------
    lists
        Positions of items, with -1 where a list is shorter.
    items
        How many items there are.

    Examples
    --------
    >>> from aecourse import metrics
    >>> metrics.coverage([[0, 1], [0, 3], [0, -1]], items=6)
    0.5
    """
    listed = np.unique(np.asarray(lists))
    return float(np.count_nonzero(listed != NOTHING) / whole(items, "items"))


def novelty(lists: Any, popularity: Any) -> float:
    """Return the mean self-information ``-log2 p`` of what is listed, in bits.

    ``p`` is the share of users who have had the item. An item that half of the users have had
    tells 1 bit; one that a thousandth has had, 10 bits.

    Parameters
    ----------
    lists
        Positions of items, with -1 where a list is shorter.
    popularity
        The share of training users who have had each item, shape ``(items,)``, above 0.

    Raises
    ------
    InputError
        If a share is not above 0 and at most 1, or nothing is listed.

    References
    ----------
    Zhou et al. (2010).

    Examples
    --------
    >>> from aecourse import metrics
    >>> popularity = [1 / 2, 1 / 8, 1 / 1024]
    >>> metrics.novelty([[0, 1]], popularity), metrics.novelty([[2]], popularity)
    (2.0, 10.0)
    """
    shares = numbers(popularity, "popularity")
    if shares.min() <= 0 or shares.max() > 1:
        raise InputError(
            f"popularity runs from {shares.min():g} to {shares.max():g}; give shares of users "
            "above 0 and at most 1. Leave out items that nobody has had."
        )
    listed = np.asarray(lists)
    listed = listed[listed != NOTHING]
    if not listed.size:
        raise InputError("the lists hold no item; novelty needs at least one.")
    return float(-np.log2(shares[listed]).mean())


def root_mean_squared_error(stars: Any, predicted: Any) -> float:
    """Return the root of the mean squared difference, in the unit of the ratings.

    Raises
    ------
    InputError
        If the shapes differ, or either is no array of finite numbers.

    Examples
    --------
    >>> from aecourse import metrics
    >>> metrics.root_mean_squared_error([4.0, 2.0, 5.0], [3.0, 3.0, 4.0])
    1.0
    """
    stars, predicted = numbers(stars, "stars"), numbers(predicted, "predicted")
    if stars.shape != predicted.shape:
        raise InputError(
            f"there are stars of shape {stars.shape} and predictions of shape {predicted.shape}; "
            "give one prediction for each rating."
        )
    return float(np.sqrt(np.square(stars - predicted).mean()))
