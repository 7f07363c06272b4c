"""Who rated what and when, as sparse matrices, and splits that never look into the future.

:class:`Ratings` is a list of ratings in which users and items are rows and columns of a matrix.
Nothing here ever makes that matrix dense: ten million ratings take some hundred megabytes.

Two splits answer two questions. :func:`rating_split`: how many stars will a known user give?
:func:`user_split`: what will somebody like whom the model has never seen, given what they liked
before?

Examples
--------
``rating_split``:

>>> from aecourse.applications import interactions
>>> from aecourse.datasets import synthetic
>>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
>>> split.train, split.test
(<Ratings: 7,890 of 200 users and 300 items>, <Ratings: 2,135 of 200 users and 300 items>)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aecourse.checks import real, whole
from aecourse.datasets.rating_tables import checked_ratings
from aecourse.datasets.split import latest_of_each
from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LIKED = 4.0
"""So many stars or more count as "liked" unless a call says otherwise."""

TEST_SHARE = 0.2  # of each user's ratings, as in the data set's own split
VALIDATION_SHARE = 0.125  # of each user's others: a tenth of all
ASKED_SHARE = 0.2  # of what a held-out user liked: the latest
HELD_OUT_USERS = 0.15  # of the users for validation, and as many for the test
FEWEST = 5  # liked items of a user who can be held out


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings whose users and items are numbered from 0, as rows and columns of a matrix.

    Attributes
    ----------
    user, item
        Row and column of each rating, shape ``(n,)``.
    stars, time
        How many stars, and when (seconds since 1970).
    user_ids, item_ids
        The data set's own number of each row and of each column, ascending.
    titles
        The title of each column.
    duplicates
        How many ratings were left out because the user rated the item again later.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.datasets import synthetic
    >>> ratings = interactions.numbered(*synthetic.ratings())
    >>> ratings, isinstance(ratings, interactions.Ratings)
    (<Ratings: 11,066 of 200 users and 300 items>, True)
    >>> ratings.matrix.shape, bool(ratings.liked(least=4.5).sum() < len(ratings))
    ((200, 300), True)
    """

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    stars: NDArray[np.float32]
    time: NDArray[np.int64]
    user_ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    titles: tuple[str, ...]
    duplicates: int = 0

    def __len__(self) -> int:
        return len(self.user)

    def __repr__(self) -> str:
        users, items = self.shape
        return f"<Ratings: {len(self):,} of {users:,} users and {items:,} items>"

    @property
    def shape(self) -> tuple[int, int]:
        """Number of users and of items."""
        return len(self.user_ids), len(self.item_ids)

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """The stars as a sparse matrix, shape ``(users, items)``."""
        return self._sparse(self.stars, np.full(len(self), True))

    def liked(self, least: float = LIKED) -> sparse.csr_array:
        """Return a sparse matrix with 1 where a user gave at least so many stars.

        What got fewer stars is treated like what was never seen: the matrix says what somebody
        liked, not what they disliked.
        """
        which = self.stars >= real(least, "least", above=0)
        return self._sparse(np.ones(len(self), dtype=np.float32), which)

    def only(self, which: NDArray[np.bool_]) -> "Ratings":
        """Return some of the ratings; users and items keep their rows and columns."""
        kept = (self.user[which], self.item[which], self.stars[which], self.time[which])
        return Ratings(*kept, self.user_ids, self.item_ids, self.titles)

    def row(self, user_id: int) -> int:
        """Return the row of a user.

        Raises
        ------
        InputError
            If no rating is by this user.
        """
        return _place(self.user_ids, user_id, "user")

    def column(self, item_id: int) -> int:
        """Return the column of an item.

        Raises
        ------
        InputError
            If there is no such item.
        """
        return _place(self.item_ids, item_id, "item")

    def _sparse(self, values: NDArray[np.float32], which: NDArray[np.bool_]) -> sparse.csr_array:
        places = (self.user[which], self.item[which])
        return sparse.csr_array((values[which], places), shape=self.shape, dtype=np.float32)


def numbered(ratings: "pd.DataFrame", movies: "pd.DataFrame") -> Ratings:
    """Return the ratings of a data set with rows for its users and columns for its rated films.

    Parameters
    ----------
    ratings
        Columns ``userId``, ``movieId``, ``rating`` and ``timestamp``, in any order of rows. Of
        several ratings of one film by one user the latest counts.
    movies
        Columns ``movieId`` and ``title``.

    Raises
    ------
    InputError
        If there are no ratings, a column is missing, or a film has no title.
    DataError
        If stars or times are out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import interactions
    >>> films = pd.DataFrame({"movieId": [7, 9], "title": ["Alien", "Heidi"]})
    >>> rows = [[1, 7, 4.5, 10], [1, 9, 2.0, 11], [5, 7, 3.0, 12]]
    >>> table = pd.DataFrame(rows, columns=["userId", "movieId", "rating", "timestamp"])
    >>> ratings = interactions.numbered(table, films)
    >>> ratings.titles, ratings.matrix.toarray().tolist()
    (('Alien', 'Heidi'), [[4.5, 2.0], [3.0, 0.0]])
    """
    if not len(ratings):
        raise InputError("there are no ratings; give a table with at least one.")
    kept, duplicates = checked_ratings(ratings, "the table of ratings")
    user_ids, user = np.unique(kept["userId"].to_numpy(), return_inverse=True)
    item_ids, item = np.unique(kept["movieId"].to_numpy(), return_inverse=True)
    title = movies.drop_duplicates("movieId").set_index("movieId")["title"]
    without = item_ids[~np.isin(item_ids, title.index.to_numpy())]
    if len(without):
        raise InputError(
            f"{len(without)} rated films have no title, such as movieId {without[0]}; give a table "
            "of films that has them all."
        )
    return Ratings(
        user=user.astype(np.int32),
        item=item.astype(np.int32),
        stars=kept["rating"].to_numpy(dtype=np.float32),
        time=kept["timestamp"].to_numpy(dtype=np.int64),
        user_ids=user_ids.astype(np.int64),
        item_ids=item_ids.astype(np.int64),
        titles=tuple(title.loc[item_ids]),
        duplicates=duplicates,
    )


def _place(ids: NDArray[np.int64], wanted: int, kind: str) -> int:
    position = int(np.searchsorted(ids, wanted))
    if position == len(ids) or ids[position] != wanted:
        raise InputError(
            f"there is no {kind} {wanted!r}; the {len(ids):,} {kind}s are numbered from "
            f"{ids[0]} to {ids[-1]}, with gaps."
        )
    return position


# --- how many stars will a known user give? -------------------------------------------------------


@dataclass(frozen=True, eq=False)
class RatingSplit:
    """Ratings to learn from, later ones for every choice, and the latest for the last look.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
    >>> isinstance(split, interactions.RatingSplit), len(split.validation)
    (True, 1041)
    """

    train: Ratings
    validation: Ratings
    test: Ratings


def rating_split(ratings: Ratings) -> RatingSplit:
    """Return each user's ratings in three parts, in the order in which they were given.

    The latest fifth is the test part, as in :func:`aecourse.datasets.load`; of the others the
    latest eighth is the validation part. A user's own future is never looked into. Other users may
    have rated at a later time: it is the future of each person, not of the world.

    Raises
    ------
    InputError
        If a part is empty, because no user has three ratings.
    """
    is_test = latest_of_each(ratings.user, ratings.time, share=TEST_SHARE)
    rest = np.flatnonzero(~is_test)
    held_out = latest_of_each(ratings.user[rest], ratings.time[rest], share=VALIDATION_SHARE)
    is_validation = np.zeros(len(ratings), dtype=bool)
    is_validation[rest[held_out]] = True
    parts = [ratings.only(which) for which in (~(is_test | is_validation), is_validation, is_test)]
    if not all(map(len, parts)):
        raise InputError(
            f"{ratings!r} cannot be split in three; at least one user needs three ratings or more."
        )
    return RatingSplit(*parts)


# --- what will somebody like? ---------------------------------------------------------------------


class Holdout(NamedTuple):
    """What some users liked first, which is shown, and what they liked later, which is asked for.

    Attributes
    ----------
    seen, wanted
        Sparse matrices of shape ``(users, items)``; every user wants at least one item.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.user_split(interactions.numbered(*synthetic.ratings()))
    >>> isinstance(split.test, interactions.Holdout)
    True
    >>> split.test.seen.shape, split.test.wanted.shape
    ((29, 299), (29, 299))
    """

    seen: sparse.csr_array
    wanted: sparse.csr_array


@dataclass(frozen=True, eq=False)
class TopSplit:
    """Users to learn from, and questions for validation and test.

    Attributes
    ----------
    train
        What the training users liked: a sparse matrix of 0 and 1, shape ``(users, items)``.
    validation, test
        What is shown and what is asked for.
    items
        Which columns of the ratings the items are.
    left_out
        How many of the validation and test users' likes no method can know, because no training
        user liked the item.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.user_split(interactions.numbered(*synthetic.ratings()))
    >>> isinstance(split, interactions.TopSplit), split.train.shape
    (True, (139, 299))
    >>> bool(split.popularity.min() > 0)
    True
    """

    train: sparse.csr_array
    validation: Holdout
    test: Holdout
    items: NDArray[np.int64]
    left_out: int

    @cached_property
    def popularity(self) -> NDArray[np.float64]:
        """Share of the training users who liked each item, above 0."""
        return self.train.sum(axis=0) / self.train.shape[0]


def user_split(ratings: Ratings, *, seed: int = 0, least: float = LIKED) -> TopSplit:
    """Hold whole users out, and show of each of them what they liked first.

    The model learns from the other users. Of a held-out user it is shown the earliest four fifths
    of the likes, and asked for the latest fifth ("strong generalisation").

    Parameters
    ----------
    ratings
        The ratings. Users with fewer than five likes are left out, and so are items that no
        training user liked.
    seed
        Draws the users: 15 % for validation and 15 % for the test.
    least
        So many stars or more count as liked.

    Raises
    ------
    InputError
        If too few users have five likes.

    References
    ----------
    Marlin (2004); Liang et al. (2018), section 4.1. There the part that is asked for is drawn at
    random; here it is the latest.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.datasets import synthetic
    >>> ratings = interactions.numbered(*synthetic.ratings())
    >>> split = interactions.user_split(ratings, seed=0)
    >>> split.train.shape[0], split.validation.seen.shape[0], split.test.seen.shape[0]
    (139, 29, 29)
    """
    liked = _likes(ratings, least)
    counts = np.bincount(liked.user, minlength=ratings.shape[0])
    users = np.flatnonzero(counts >= FEWEST)
    held_out = int(HELD_OUT_USERS * len(users))
    if held_out < 1:
        raise InputError(
            f"{len(users)} users like {FEWEST} items or more; at least "
            f"{int(np.ceil(1 / HELD_OUT_USERS))} are needed to hold some of them out."
        )
    order = np.random.default_rng(whole(seed, "seed", least=0)).permutation(users)
    asked = {"validation": order[:held_out], "test": order[held_out : 2 * held_out]}
    is_later = latest_of_each(liked.user, liked.time, share=ASKED_SHARE)

    matrix = liked.liked(least)
    train = matrix[np.sort(order[2 * held_out :])]
    items = np.flatnonzero(np.bincount(train.indices, minlength=train.shape[1]))
    parts, left_out = {}, 0
    for name, chosen in asked.items():
        rows = np.sort(chosen)
        both = [liked.only(which).liked(least)[rows] for which in (~is_later, is_later)]
        left_out += sum(int(part.nnz - part[:, items].nnz) for part in both)
        parts[name] = _answerable(*(part[:, items] for part in both))
    return TopSplit(train[:, items], parts["validation"], parts["test"], items, left_out)


def user_splits(
    ratings: Ratings, seeds: Iterable[int], *, least: float = LIKED
) -> dict[int, TopSplit]:
    """Return the split of :func:`user_split` for each seed.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.datasets import synthetic
    >>> ratings = interactions.numbered(*synthetic.ratings())
    >>> splits = interactions.user_splits(ratings, seeds=range(3))
    >>> sorted(splits)
    [0, 1, 2]
    """
    return {seed: user_split(ratings, seed=seed, least=least) for seed in seeds}


def _likes(ratings: Ratings, least: float) -> Ratings:
    """Return the ratings with at least so many stars."""
    liked = ratings.only(ratings.stars >= real(least, "least", above=0))
    if not len(liked):
        raise InputError(f"no rating has {least:g} stars or more; give a lower limit.")
    return liked


def _answerable(seen: sparse.csr_array, wanted: sparse.csr_array) -> Holdout:
    """Return the users of whom something is shown and something is asked for."""
    kept = np.flatnonzero((np.diff(seen.indptr) > 0) & (np.diff(wanted.indptr) > 0))
    if not len(kept):
        raise InputError("no held-out user has an item that training users liked; give more data.")
    return Holdout(seen[kept], wanted[kept])


def as_interactions(given: Any, *, items: int | None = None) -> sparse.csr_array:
    """Return interactions as a sparse matrix in single precision, one stored value a pair.

    Parameters
    ----------
    given
        A sparse matrix of shape ``(users, items)`` with values of at least 0.
    items
        How many items there must be.

    Raises
    ------
    InputError
        If it is not sparse, empty, of another shape, or holds NaN, infinity or negative numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import interactions
    >>> counts = interactions.as_interactions(sparse.coo_array(np.array([[2, 0], [0, 1]])))
    >>> counts.dtype, counts.nnz
    (dtype('float32'), 2)
    """
    if not sparse.issparse(given):
        raise InputError(
            f"the interactions are a {type(given).__name__}; give a sparse matrix of shape "
            "(users, items), as scipy.sparse.csr_array makes of an array."
        )
    matrix = sparse.csr_array(given, dtype=np.float32, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if 0 in matrix.shape or (items is not None and matrix.shape[1] != items):
        expected = "at least one user and one item" if items is None else f"{items:,} items"
        raise InputError(f"the interactions have shape {matrix.shape}; give {expected}.")
    if matrix.nnz and not (np.isfinite(matrix.data).all() and matrix.data.min() > 0):
        raise InputError(
            "the interactions hold NaN, infinity or negative numbers; give counts, or 1 for what "
            "was liked."
        )
    return matrix
