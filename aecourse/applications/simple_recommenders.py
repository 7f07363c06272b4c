"""Recommenders without a network: what an autoencoder has to be better than.

All learn from a sparse matrix of what users liked, and give every item a score for users they have
never seen, from what these liked: ``fit(interactions)`` and ``scores(rows)``. So do those of
:mod:`aecourse.applications.autoencoder_recommenders`.

Examples
--------
``EASE``:

>>> import numpy as np
>>> from scipy import sparse
>>> from aecourse.applications import simple_recommenders
>>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
>>> ease = simple_recommenders.EASE(penalty=1.0).fit(likes)
>>> [bool(weight > 0.5) for weight in ease.weights[0]]
[False, True, False]
"""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import svds

from aecourse.applications.interactions import Holdout, as_interactions
from aecourse.checks import real, whole
from aecourse.errors import InputError

Scores = NDArray[Any]
BLOCK = 256  # items whose similarities to all others are dense at a time


class Scorer(ABC):
    """What all recommenders share: sparse rows in, a score for each item out.

    Attributes
    ----------
    items
        The number of items it was fitted to.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications.simple_recommenders import Scorer
    >>> class LastFirst(Scorer):
    ...     learn = lambda self, matrix, validation: None
    ...     rated = lambda self, rows: np.tile(np.arange(self.items), (rows.shape[0], 1))
    >>> likes = sparse.csr_array(np.array([[1, 0, 1], [1, 1, 0]]))
    >>> LastFirst().fit(likes).scores(likes[:1])
    array([[0, 1, 2]])
    """

    items: int | None = None

    def fit(self, interactions: Any, validation: Holdout | None = None) -> Self:
        """Learn from what users liked.

        Parameters
        ----------
        interactions
            A sparse matrix of shape ``(users, items)``.
        validation
            Questions about other users, by which a recommender that learns step by step stops.

        Raises
        ------
        InputError
            If the interactions are no such matrix, or nobody liked anything.
        """
        matrix = as_interactions(interactions)
        if not matrix.nnz:
            raise InputError(
                f"the interactions of shape {matrix.shape} are all 0: nobody liked anything, and "
                "there is nothing to learn from."
            )
        self.items = matrix.shape[1]
        self.learn(matrix, validation)
        return self

    def scores(self, rows: Any) -> Scores:
        """Return a score for every item, shape ``(rows, items)``, higher for the better.

        What a user has had has a score too: :func:`aecourse.metrics.rank` leaves it out.

        Parameters
        ----------
        rows
            What some users liked: a sparse matrix of shape ``(rows, items)``.

        Raises
        ------
        InputError
            If the recommender is not fitted, or ``rows`` is no such matrix.
        """
        if self.items is None:
            raise InputError(f"{type(self).__name__} is not fitted yet; call fit(interactions).")
        return self.rated(as_interactions(rows, items=self.items))

    def reasons(self, row: Any, item: int) -> NDArray[np.float64]:
        """Return how much each liked item adds to the score of one item, shape ``(liked,)``.

        It is the score less the score without the liked item, in the order of ``row.indices``.

        Parameters
        ----------
        row
            What one user liked: a sparse matrix of shape ``(1, items)``.
        item
            The column that is explained.
        """
        row = as_interactions(row, items=self.items)
        without = sparse.vstack([row] * row.nnz, format="csr")
        without.data[np.arange(row.nnz) * (row.nnz + 1)] = 0
        both = self.scores(sparse.vstack([row, without], format="csr"))[:, item]
        return (both[0] - both[1:]).astype(np.float64)

    @abstractmethod
    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Set what ``rated`` needs; each recommender has its own."""

    @abstractmethod
    def rated(self, rows: sparse.csr_array) -> Scores:
        """Return the scores of checked rows; each recommender has its own."""


class Popularity(Scorer):
    """The number of users who liked an item; the same list for everybody.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import simple_recommenders
    >>> likes = sparse.csr_array(np.array([[1, 0, 1], [1, 1, 0]]))
    >>> simple_recommenders.Popularity().fit(likes).scores(likes[:1]).tolist()
    [[2.0, 1.0, 1.0]]
    """

    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Count."""
        self.counts = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float32)

    def rated(self, rows: sparse.csr_array) -> Scores:
        """Return the counts for each user."""
        return np.broadcast_to(self.counts, rows.shape)


class ItemNeighbours(Scorer):
    """An item's score is the sum of its similarities to what the user liked (item k-NN).

    The similarity of two items is the cosine of their columns, ``x·y / (|x| |y| + shrinkage)``.

    Parameters
    ----------
    neighbours
        How many of the most similar items count for each item; the others have similarity 0.
    shrinkage
        Draws similarities that rest on few users to 0.

    References
    ----------
    Sarwar et al. (2001); Bell and Koren (2007) for the shrinkage.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import simple_recommenders
    >>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scorer = simple_recommenders.ItemNeighbours(neighbours=1, shrinkage=0).fit(likes)
    >>> scorer.scores(sparse.csr_array(np.array([[1, 0, 0]]))).round(2).tolist()
    [[0.0, 1.0, 0.0]]
    """

    def __init__(self, neighbours: int = 100, shrinkage: float = 10.0) -> None:
        self.neighbours = whole(neighbours, "neighbours")
        self.shrinkage = real(shrinkage, "shrinkage", least=0)

    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Keep the most similar items of each item."""
        columns = matrix.T.tocsr()
        norms = np.sqrt(columns.multiply(columns).sum(axis=1))
        count = min(self.neighbours, matrix.shape[1])
        kept = [
            self._nearest(columns[start : start + BLOCK], columns, norms, start, count)
            for start in range(0, matrix.shape[1], BLOCK)
        ]
        self.similarity = sparse.vstack(kept, format="csr").T.tocsr()

    def _nearest(
        self,
        block: sparse.csr_array,
        columns: sparse.csr_array,
        norms: NDArray[Any],
        start: int,
        count: int,
    ) -> sparse.csr_array:
        """Return the similarities of a block of items to their nearest items, the rest 0."""
        products = (block @ columns.T).toarray()
        here = np.arange(len(products))
        products[here, start + here] = 0  # an item is no neighbour of itself
        scale = np.outer(norms[start : start + len(products)], norms) + self.shrinkage
        similar = np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)
        bar = -np.partition(-similar, count - 1, axis=1)[:, count - 1 : count]
        return sparse.csr_array(np.where(similar >= bar, similar, 0).astype(np.float32))

    def rated(self, rows: sparse.csr_array) -> Scores:
        """Return the sums of similarities."""
        return (rows @ self.similarity).toarray()


class PureSVD(Scorer):
    """The row's projection on the leading singular vectors of the interactions.

    Every zero counts as a value of 0, as in principal component analysis: a linear autoencoder
    whose best weights are computed rather than trained.

    Parameters
    ----------
    factors
        Number of singular vectors, at most one less than the smaller side of the matrix.

    References
    ----------
    Cremonesi, Koren and Turrin (2010).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import simple_recommenders
    >>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scorer = simple_recommenders.PureSVD(factors=1).fit(likes)
    >>> abs(scorer.scores(sparse.csr_array(np.array([[1, 0, 0]])))).round(2).tolist()
    [[0.5, 0.5, 0.0]]
    """

    def __init__(self, factors: int = 50) -> None:
        self.factors = whole(factors, "factors")

    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Find the singular vectors."""
        least = min(matrix.shape)
        if self.factors >= least:
            raise InputError(
                f"factors is {self.factors} and the interactions have shape {matrix.shape}; give "
                f"less than {least}."
            )
        # A start of its own: the default one is drawn from NumPy's global state.
        start = np.random.default_rng(0).normal(size=least).astype(np.float32)
        _, _, vectors = svds(matrix, k=self.factors, v0=start)
        self.vectors = np.ascontiguousarray(vectors.T)

    def rated(self, rows: sparse.csr_array) -> Scores:
        """Return the projections."""
        return (rows @ self.vectors) @ self.vectors.T


class EASE(Scorer):
    """A linear autoencoder without a code, whose best weights have a closed form.

    The weights ``B`` of shape ``(items, items)`` minimise ``|X - XB|² + penalty · |B|²`` with a
    diagonal of 0: an item may not vote for itself, or ``B`` would be the identity. The inverse of
    the items' co-occurrences holds them all. It takes ``8 · items²`` bytes.

    Parameters
    ----------
    penalty
        Weight of the squared weights, above 0.

    References
    ----------
    Steck (2019).
    """

    def __init__(self, penalty: float = 200.0) -> None:
        self.penalty = real(penalty, "penalty", above=0)

    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Compute the weights, in the memory of one dense matrix."""
        size = matrix.shape[1]
        columns = matrix.T.tocsr().astype(np.float64)
        gram = np.empty((size, size), order="F")
        for start in range(0, size, BLOCK):
            # The matrix is symmetric, so its columns are its rows.
            gram[:, start : start + BLOCK] = (columns @ columns[start : start + BLOCK].T).toarray()
        gram[np.diag_indices(size)] += self.penalty
        # Row by row in memory, which is what a product with sparse rows reads without a copy. The
        # inverse is symmetric, so its transpose is itself.
        weights = _inverse(gram).T
        weights /= -np.diagonal(weights).copy()
        weights[np.diag_indices(size)] = 0
        self.weights = weights

    def rated(self, rows: sparse.csr_array) -> Scores:
        """Return ``X B``."""
        return rows @ self.weights

    def reasons(self, row: Any, item: int) -> NDArray[np.float64]:
        """Return the weight of each liked item for one item, times how much it was liked."""
        row = as_interactions(row, items=self.items)
        return row.data * self.weights[row.indices, item]


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of a symmetric positive definite matrix, written over it."""
    factor, problem = linalg.lapack.dpotrf(matrix, lower=False, clean=False, overwrite_a=True)
    inverse, second = linalg.lapack.dpotri(factor, lower=False, overwrite_c=True)
    if problem or second:
        raise InputError("the items' co-occurrences cannot be inverted; give a larger penalty.")
    # LAPACK fills the upper half only.
    for start in range(0, len(inverse), BLOCK):
        stop = min(start + BLOCK, len(inverse))
        inverse[stop:, start:stop] = inverse[start:stop, stop:].T
        corner = inverse[start:stop, start:stop]
        corner[:] = np.triu(corner) + np.triu(corner, 1).T
    return inverse
