"""A recommender for use: for a user of the data, or for anybody who names a few films."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from aecourse import metrics
from aecourse.applications.autoencoder_recommenders import AutoencoderScorer
from aecourse.applications.interactions import LIKED, Ratings
from aecourse.applications.simple_recommenders import Scorer
from aecourse.applications.titles import Titles
from aecourse.checks import whole
from aecourse.errors import InputError

Who = int | Sequence[str]


class Profile(NamedTuple):
    """What is known of somebody.

    Attributes
    ----------
    liked
        A sparse row of 1 for what they liked, over the recommender's items.
    seen
        Positions of all items that they know already, or that nobody could tell from these: data
        sets list some films twice, under one title.

    Examples
    --------
    >>> from aecourse.applications import interactions, simple_recommenders
    >>> from aecourse.applications.recommender import Profile, Recommender
    >>> from aecourse.datasets import synthetic
    >>> ratings = interactions.numbered(*synthetic.ratings())
    >>> split = interactions.user_split(ratings)
    >>> recommender = Recommender(simple_recommenders.EASE().fit(split.train), ratings, split.items)
    >>> profile = recommender.profile(ratings.titles[:2])
    >>> isinstance(profile, Profile), profile.liked.nnz
    (True, 2)
    """

    liked: sparse.csr_array
    seen: NDArray[np.int64]


class Recommendations(NamedTuple):
    """A list, and what to know about it.

    Attributes
    ----------
    table
        A row for each item, the best first: ``title``, ``item_id`` and ``score``.
    note
        Why the list is empty, shorter or not a personal one; empty where it is.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import recommender
    >>> found = recommender.Recommendations(pd.DataFrame({"title": ["Aliens"]}))
    >>> found.table["title"].tolist(), found.note
    (['Aliens'], '')
    """

    table: pd.DataFrame
    note: str = ""


class Recommender:
    """Recommends what somebody has not had, and says because of what.

    Parameters
    ----------
    scorer
        Any fitted recommender.
    ratings
        The ratings of the users it serves.
    items
        Which columns of the ratings the scorer's items are, as in
        :class:`aecourse.applications.interactions.TopSplit`.
    least
        So many stars or more count as liked.

    Raises
    ------
    InputError
        If the scorer is not fitted, or to another number of items.

    Examples
    --------
    >>> from aecourse.applications import interactions, recommender, simple_recommenders
    >>> from aecourse.datasets import synthetic
    >>> ratings = interactions.numbered(*synthetic.ratings())
    >>> split = interactions.user_split(ratings)
    >>> ease = simple_recommenders.EASE().fit(split.train)
    >>> service = recommender.Recommender(ease, ratings, split.items)
    >>> service.recommend(ratings.titles[:2], n=3).table["title"].tolist()
    ['Distant Letter 2 (1982)', 'Broken River 3 (2011)', 'Last Road 3 (1980)']
    """

    def __init__(
        self,
        scorer: Scorer,
        ratings: Ratings,
        items: NDArray[np.int64],
        *,
        least: float = LIKED,
    ) -> None:
        if scorer.items != len(items):
            raise InputError(
                f"the recommender is fitted to {scorer.items or 'no'} items and {len(items)} are "
                "named; give the items of the split it was fitted to."
            )
        self.scorer = scorer
        self.ratings = ratings
        self.item_ids = ratings.item_ids[items]
        self.titles = Titles([ratings.titles[item] for item in items])
        _, self._number_of_title = np.unique(self.titles.titles, return_inverse=True)
        self._liked = ratings.liked(least)[:, items]
        self._rated = ratings.matrix[:, items]
        self._popularity = self._liked.sum(axis=0)

    def recommend(self, who: Who, n: int = 10) -> Recommendations:
        """Return the best items for somebody, none of which they have had.

        Parameters
        ----------
        who
            The data's number of a user, or the titles of films that somebody likes.
        n
            Length of the list.

        Returns
        -------
        Recommendations
            Where nothing is known that was liked, the list of what most users like; where nothing
            is left, an empty one. The note says so.

        Raises
        ------
        InputError
            If there is no such user or film; the message names near titles.
        """
        whole(n, "n")
        liked, seen = self.profile(who)
        note = ""
        if liked.nnz:
            scores = np.asarray(self.scorer.scores(liked))
        else:
            scores = self._popularity[None]
            note = "Nothing they liked is known, so these are what most users like."
        known = sparse.csr_array(
            (np.ones(len(seen)), seen, [0, len(seen)]), shape=(1, len(self.item_ids))
        )
        places = metrics.top_k(scores, n, seen=known)[0]
        places = places[places >= 0]
        if not len(places):
            note = f"They have had all {len(self.item_ids):,} films there are: none is left."
        elif len(places) < n:
            left = "one film is" if len(places) == 1 else f"{len(places)} films are"
            note = f"{note} Only {left} left that they have not had.".strip()
        return Recommendations(self._table(places, score=scores[0, places]), note)

    def because(self, who: Who, title: str, n: int = 3) -> pd.DataFrame:
        """Return the liked films that speak most for a recommendation: "because you liked …".

        Each is given the part of the score that would be missing without it. For EASE and item
        k-NN the parts add up to the score. For the others the score is computed again without
        each film.

        Parameters
        ----------
        who
            As for :meth:`recommend`.
        title
            The film to explain.
        n
            Most films to name; those that speak against it are never among them.

        Returns
        -------
        pandas.DataFrame
            ``title``, ``item_id`` and ``part``, the largest part first.

        Raises
        ------
        InputError
            If there is no such user or film, or nothing is known that was liked.
        """
        whole(n, "n")
        liked, _ = self.profile(who)
        if not liked.nnz:
            raise InputError("nothing they liked is known, so nothing speaks for a film.")
        parts = np.asarray(self.scorer.reasons(liked, self.titles.find(title)))
        order = np.argsort(-parts, kind="stable")[:n]
        order = order[parts[order] > 0]
        return self._table(liked.indices[order], part=parts[order])

    def similar(self, title: str, n: int = 10) -> pd.DataFrame:
        """Return the films whose codes point most the same way.

        A film's code is that of somebody who liked it alone. All directions are seen from the code
        of a user of whom nothing is known: what every code has in common makes nobody alike.

        Parameters
        ----------
        title
            The film to compare with.
        n
            Length of the list.

        Returns
        -------
        pandas.DataFrame
            ``title``, ``item_id`` and ``cosine``, the most similar first.

        Raises
        ------
        InputError
            If there is no such film, or the recommender has no codes.
        """
        place = self.titles.find(title)
        order, cosines = self._alike(self._coder().item_codes(), place, n)
        return self._table(order, cosine=cosines)

    def like_minded(self, user_id: int, n: int = 10) -> pd.DataFrame:
        """Return the users whose codes point most the same way: ``user_id`` and ``cosine``.

        The directions are those of :meth:`similar`.

        Raises
        ------
        InputError
            If there is no such user, nothing they liked is known, or the recommender has no codes.
        """
        row = self.ratings.row(user_id)
        known = np.flatnonzero(np.diff(self._liked.indptr))
        if row not in known:
            raise InputError(f"nothing that user {user_id} liked is known.")
        codes = self._coder().codes(self._liked[known])
        order, cosines = self._alike(codes, int(np.searchsorted(known, row)), n)
        return pd.DataFrame({"user_id": self.ratings.user_ids[known[order]], "cosine": cosines})

    def profile(self, who: Who) -> Profile:
        """Return what a user of the data liked and has had, or what the named films stand for.

        Raises
        ------
        InputError
            If there is no such user or film.
        """
        if isinstance(who, str):
            raise InputError(f"who is {who!r}; give a list of titles, as in [{who!r}].")
        if isinstance(who, (int, np.integer)):
            row = self.ratings.row(int(who))
            return Profile(self._liked[[row]], self._of_one_title(self._rated[[row]].indices))
        places = np.unique([self.titles.find(title) for title in who]).astype(np.int64)
        liked = sparse.csr_array(
            (np.ones(len(places), np.float32), places, [0, len(places)]),
            shape=(1, len(self.item_ids)),
        )
        return Profile(liked, self._of_one_title(places))

    def _of_one_title(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the positions of these items and of all others with their very titles."""
        wanted = self._number_of_title[places]
        return np.flatnonzero(np.isin(self._number_of_title, wanted))

    def _coder(self) -> AutoencoderScorer:
        if not isinstance(self.scorer, AutoencoderScorer):
            raise InputError(
                f"{type(self.scorer).__name__} has no codes to compare; use an autoencoder."
            )
        return self.scorer

    def _alike(
        self, codes: NDArray[np.float32], place: int, n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the codes most like one of them, as positions and cosines, the most alike first.

        They are compared as seen from the code of a user of whom nothing is known.
        """
        origin = self._coder().codes(sparse.csr_array((1, len(self.item_ids))))
        cosines = _cosines(codes - origin, place)
        order = np.argsort(-cosines, kind="stable")[: whole(n, "n")]
        order = order[np.isfinite(cosines[order])]
        return order, cosines[order]

    def _table(self, places: NDArray[np.int64], **values: NDArray[np.float64]) -> pd.DataFrame:
        titles = [self.titles.titles[place] for place in places]
        return pd.DataFrame({"title": titles, "item_id": self.item_ids[places], **values})


def _cosines(codes: NDArray[np.float32], place: int) -> NDArray[np.float64]:
    """Return the cosine of each code and one of them, which itself is never similar."""
    lengths = np.maximum(np.linalg.norm(codes, axis=1), 1e-12)
    cosines = (codes @ codes[place] / (lengths * lengths[place])).astype(np.float64)
    cosines[place] = -np.inf
    return cosines
