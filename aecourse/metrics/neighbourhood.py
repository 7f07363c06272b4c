"""Whether what lies close together in the data lies close together in the code, and the reverse."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mode

from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.metrics.checks import numbers

NEIGHBOURS = 5


def trustworthiness(x: Any, codes: Any, *, neighbours: int = NEIGHBOURS) -> float:
    """Return how far a neighbour in the code can be trusted to be one in the data.

    Each sample's nearest samples in the code are looked up among its neighbours in the data. One
    that is not among the ``neighbours`` nearest there costs by how many ranks it is too far. The
    sum is scaled so that 1 means that all neighbours in the code are neighbours in the data; codes
    drawn by chance give about 0.5.

    All pairs of samples are compared, which takes ``samples²`` numbers of memory: give a few
    thousand.

    Parameters
    ----------
    x, codes
        The samples, shape ``(samples, ...)``, and their codes, shape ``(samples, ...)``. Axes after
        the first are flattened; distances are Euclidean.
    neighbours
        How many nearest samples are looked at, fewer than half of the samples.

    Raises
    ------
    InputError
        If an array is empty or holds NaN, infinity or no real numbers, the numbers of samples
        differ, or there are too few samples for so many neighbours.

    References
    ----------
    Venna and Kaski (2001).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 4))
    >>> round(metrics.trustworthiness(x, 3 * x), 6)
    1.0
    """
    from sklearn import manifold

    data, codes = _rows(x, "x"), _rows(codes, "codes")
    if len(data) != len(codes):
        raise InputError(
            f"there are {len(data)} samples and {len(codes)} codes; give the codes of the very "
            "same samples, in their order."
        )
    if whole(neighbours, "neighbours") >= len(data) / 2:
        raise InputError(
            f"{len(data)} samples are too few for {neighbours} neighbours; give more than "
            f"{2 * neighbours} samples."
        )
    return float(manifold.trustworthiness(data, codes, n_neighbors=neighbours))


def continuity(x: Any, codes: Any, *, neighbours: int = NEIGHBOURS) -> float:
    """Return how far neighbours in the data stay neighbours in the code.

    It is :func:`trustworthiness` with the two spaces exchanged: where trustworthiness falls if
    strangers are put side by side, continuity falls if neighbours are torn apart.

    Parameters
    ----------
    x, codes, neighbours
        As for :func:`trustworthiness`.

    Raises
    ------
    InputError
        As for :func:`trustworthiness`.

    References
    ----------
    Venna and Kaski (2001, 2006).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 4))
    >>> round(metrics.continuity(x, 3 * x), 6)
    1.0
    """
    return trustworthiness(codes, x, neighbours=neighbours)


def neighbour_accuracy(
    known: Any, known_labels: Any, new: Any, new_labels: Any, *, neighbours: int = NEIGHBOURS
) -> float:
    """Return the share of new samples whose nearest known samples vote for their label.

    Parameters
    ----------
    known, known_labels
        Codes of the training samples, shape ``(n, ...)``, and their labels, whole numbers of shape
        ``(n,)``.
    new, new_labels
        The same for the samples to be told, shapes ``(m, ...)`` and ``(m,)``.
    neighbours
        How many known samples vote; of labels with equally many votes the smallest is taken.

    Raises
    ------
    InputError
        If an array is empty or holds NaN, infinity or no real numbers, there is not one label for
        each sample, samples differ in size, or there are fewer known samples than ``neighbours``.

    References
    ----------
    Cover and Hart (1967).

    Examples
    --------
    >>> from aecourse import metrics
    >>> metrics.neighbour_accuracy([[0.0], [5.0]], [0, 1], [[0.2], [4.0]], [0, 1], neighbours=1)
    1.0
    """
    pool, asked = _rows(known, "known"), _rows(new, "new")
    if pool.shape[1] != asked.shape[1]:
        raise InputError(
            f"known has samples of {pool.shape[1]} values and new of {asked.shape[1]}; encode both "
            "with one encoder."
        )
    pool_labels = _labels(known_labels, len(pool), "known_labels")
    asked_labels = _labels(new_labels, len(asked), "new_labels")
    index = _index(pool, neighbours, others=len(pool))
    nearest = index.kneighbors(asked, return_distance=False)
    return _share_right(pool_labels[nearest], asked_labels)


def leave_one_out_accuracy(codes: Any, labels: Any, *, neighbours: int = NEIGHBOURS) -> float:
    """Return the share of samples whose nearest other samples vote for their label.

    It needs no second set of samples, and so it also measures maps that cannot place new ones.

    Parameters
    ----------
    codes, labels
        Codes of shape ``(n, ...)`` and their labels, whole numbers of shape ``(n,)``.
    neighbours
        How many others vote.

    Raises
    ------
    InputError
        As for :func:`neighbour_accuracy`.

    Examples
    --------
    >>> from aecourse import metrics
    >>> codes = [[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]]
    >>> metrics.leave_one_out_accuracy(codes, [0, 0, 0, 1, 1, 1], neighbours=2)
    1.0
    """
    pool = _rows(codes, "codes")
    own = _labels(labels, len(pool), "labels")
    nearest = _index(pool, neighbours, others=len(pool) - 1).kneighbors(return_distance=False)
    return _share_right(own[nearest], own)


def _rows(values: Any, name: str) -> NDArray[np.float64]:
    array = numbers(values, name)
    return array.reshape(len(array), -1)


def _labels(labels: Any, count: int, name: str) -> NDArray[np.int64]:
    array = np.asarray(labels)
    if array.shape != (count,) or not np.issubdtype(array.dtype, np.integer):
        raise InputError(
            f"{name} has shape {array.shape} and dtype {array.dtype}; give {count} whole numbers, "
            "one for each sample."
        )
    return array.astype(np.int64)


def _index(pool: NDArray[np.float64], neighbours: int, *, others: int) -> Any:
    """Return a search for neighbours in the pool if each sample has enough ``others`` there."""
    from sklearn.neighbors import NearestNeighbors

    if whole(neighbours, "neighbours") > others:
        raise InputError(
            f"{neighbours} neighbours are asked for and a sample has {others}; give more samples "
            "or ask for fewer."
        )
    return NearestNeighbors(n_neighbors=neighbours).fit(pool)


def _share_right(votes: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    winners, _ = mode(votes, axis=1)
    return float((winners == labels).mean())
