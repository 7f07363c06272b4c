"""Predictors of stars: offsets, matrix factorisation, and autoencoders of rows known in part.

All learn from ratings and predict a number of stars for pairs of user and item:
``fit(ratings, validation)`` and ``predict(user, item)``. A user or an item without ratings is
predicted from the other one alone.
"""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aecourse import metrics, models, networks, training
from aecourse.applications.interactions import Ratings
from aecourse.checks import one_of, real, whole
from aecourse.datasets.rating_tables import LEAST, MOST
from aecourse.errors import InputError

Numbers = NDArray[np.float64]
BLOCK = 512  # samples whose reconstructions are dense at a time
SWEEPS = 20  # over users and items in turn; by then the offsets have settled
SMALLEST = 1e-6  # stars; stands for an error of exactly 0, which would count as "not observed"


class RatingPredictor(ABC):
    """What all predictors share: ratings in, stars within the scale out.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.applications.rating_predictors import Offsets, RatingPredictor
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
    >>> predictor: RatingPredictor = Offsets().fit(split.train)
    >>> predictor.predict(user=[0, 1], item=[5, 5]).shape, round(predictor.error(split.test), 2)
    ((2,), 1.12)
    """

    fitted_shape: tuple[int, int] | None = None

    def fit(self, ratings: Ratings, validation: Ratings | None = None) -> Self:
        """Learn from ratings.

        Parameters
        ----------
        ratings
            What to learn from.
        validation
            Later ratings, by which a predictor that learns step by step stops.

        Raises
        ------
        InputError
            If there are no ratings.
        """
        if not len(ratings):
            raise InputError("there are no ratings to learn from; give at least one.")
        self.fitted_shape = ratings.shape
        self.learn(ratings, validation)
        return self

    def predict(self, user: Any, item: Any) -> Numbers:
        """Return the predicted stars of pairs, within the scale.

        Parameters
        ----------
        user, item
            Row and column of each pair, shape ``(n,)``.

        Raises
        ------
        InputError
            If the predictor is not fitted, or there is no such row or column.
        """
        if self.fitted_shape is None:
            raise InputError(f"{type(self).__name__} is not fitted yet; call fit(ratings).")
        pairs = [np.asarray(numbers) for numbers in (user, item)]
        for numbers, count, kind in zip(pairs, self.fitted_shape, ("user", "item"), strict=True):
            if numbers.size and not (numbers.min() >= 0 and numbers.max() < count):
                raise InputError(
                    f"the {kind}s run from {numbers.min()} to {numbers.max()}; they are numbered "
                    f"from 0 to {count - 1}."
                )
        return np.clip(self.stars(*pairs), LEAST, MOST)

    def error(self, ratings: Ratings) -> float:
        """Return the root mean squared error on ratings, in stars."""
        return metrics.root_mean_squared_error(
            ratings.stars, self.predict(ratings.user, ratings.item)
        )

    @abstractmethod
    def learn(self, ratings: Ratings, validation: Ratings | None) -> None:
        """Set what ``stars`` needs; each predictor has its own."""

    @abstractmethod
    def stars(self, user: NDArray[Any], item: NDArray[Any]) -> Numbers:
        """Return the stars of checked pairs; each predictor has its own."""


class Offsets(RatingPredictor):
    """The mean of all ratings, and how far each user and each item is off it.

    Parameters
    ----------
    user_penalty, item_penalty
        Of the squared offsets: as if so many further ratings were exactly at the mean. The offset
        of a user or an item without ratings is 0.

    References
    ----------
    Koren, Bell and Volinsky (2009).

    Examples
    --------
    >>> from aecourse.applications import interactions, rating_predictors
    >>> from aecourse.datasets import synthetic
    >>> ratings = interactions.numbered(*synthetic.ratings())
    >>> offsets = rating_predictors.Offsets().fit(ratings)
    >>> bool(offsets.stars(0, 5) == offsets.mean + offsets.user[0] + offsets.item[5])
    True
    """

    def __init__(self, user_penalty: float = 3.0, item_penalty: float = 3.0) -> None:
        self.user_penalty = real(user_penalty, "user_penalty", above=0)
        self.item_penalty = real(item_penalty, "item_penalty", above=0)

    def learn(self, ratings: Ratings, validation: Ratings | None) -> None:
        """Find the offsets of items and of users in turn, each given the others."""
        users, items = ratings.shape
        self.mean = float(ratings.stars.mean())
        self.user, self.item = np.zeros(users), np.zeros(items)
        for _ in range(SWEEPS):
            left = ratings.stars - self.mean - self.user[ratings.user]
            self.item = _shrunk_means(ratings.item, left, items, self.item_penalty)
            left = ratings.stars - self.mean - self.item[ratings.item]
            self.user = _shrunk_means(ratings.user, left, users, self.user_penalty)

    def stars(self, user: NDArray[Any], item: NDArray[Any]) -> Numbers:
        """Return the sum of the mean and both offsets."""
        return self.mean + self.user[user] + self.item[item]


def _shrunk_means(group: NDArray[Any], values: Numbers, groups: int, penalty: float) -> Numbers:
    """Return the mean of each group, with ``penalty`` further values of 0 in it."""
    count = np.bincount(group, minlength=groups)
    return np.bincount(group, values, minlength=groups) / (count + penalty)


class MatrixFactorisation(RatingPredictor):
    """Offsets, and the product of a short vector for the user and one for the item.

    ``stars = mean + b_u + b_i + p_u · q_i``. The squared errors and ``penalty`` times the squares
    of all offsets and vectors are minimised by alternating least squares: with all items fixed,
    each user is a small regression, and the other way round.

    Parameters
    ----------
    factors
        Length of the vectors.
    penalty
        Of their squares, above 0.
    sweeps
        How often users and items take turns.
    seed
        Of the vectors' start.

    References
    ----------
    Koren, Bell and Volinsky (2009); Zhou et al. (2008) for the alternation.

    Examples
    --------
    >>> from aecourse.applications import interactions
    >>> from aecourse.applications.rating_predictors import MatrixFactorisation, Offsets
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
    >>> factors = MatrixFactorisation(factors=4, penalty=4.0, sweeps=5).fit(split.train)
    >>> factors.error(split.test) < Offsets().fit(split.train).error(split.test)
    True
    """

    def __init__(
        self, factors: int = 20, penalty: float = 10.0, sweeps: int = 20, seed: int = 0
    ) -> None:
        self.factors = whole(factors, "factors")
        self.penalty = real(penalty, "penalty", above=0)
        self.sweeps = whole(sweeps, "sweeps")
        self.seed = whole(seed, "seed", least=0)

    def learn(self, ratings: Ratings, validation: Ratings | None) -> None:
        """Alternate."""
        users, items = ratings.shape
        self.mean = float(ratings.stars.mean())
        by_user = ratings.matrix.copy()
        by_user.data -= self.mean
        by_item = by_user.T.tocsr()
        rng = np.random.default_rng(self.seed)
        # The first column is the own offset, the rest the vector. The other side's offset is
        # subtracted from what is to be explained.
        self.user = np.zeros((users, 1 + self.factors))
        self.item = np.zeros((items, 1 + self.factors))
        self.item[:, 1:] = rng.normal(0, 0.1, (items, self.factors))
        for _ in range(self.sweeps):
            self.user = _regressions(by_user, self.item, self.penalty)
            self.item = _regressions(by_item, self.user, self.penalty)

    def stars(self, user: NDArray[Any], item: NDArray[Any]) -> Numbers:
        """Return the sum of the mean, both offsets and the product."""
        left, right = self.user[user], self.item[item]
        product = np.einsum("ij,ij->i", left[:, 1:], right[:, 1:])
        return self.mean + left[:, 0] + right[:, 0] + product


def _regressions(matrix: sparse.csr_array, others: Numbers, penalty: float) -> Numbers:
    """Return offset and vector of each row, given those of the columns.

    With ``S`` for what is known of the columns, one row a rating, and ``r`` for what they leave
    unexplained, ``(SᵀS + penalty · I)⁻¹ Sᵀr`` is ``Sᵀ(SSᵀ + penalty · I)⁻¹ r``. The matrix of the
    first form has a row for each number in a vector, that of the second one for each rating; most
    items have few.
    """
    found = np.zeros((matrix.shape[0], others.shape[1]))
    shrink = penalty * np.eye(others.shape[1])
    for row in np.flatnonzero(np.diff(matrix.indptr)):
        places = slice(matrix.indptr[row], matrix.indptr[row + 1])
        seen = others[matrix.indices[places]]
        left = matrix.data[places] - seen[:, 0]
        seen[:, 0] = 1
        known = len(left)
        if known < len(shrink):
            found[row] = seen.T @ np.linalg.solve(seen @ seen.T + shrink[:known, :known], left)
        else:
            found[row] = np.linalg.solve(seen.T @ seen + shrink, seen.T @ left)
    return found


class AutoRec(RatingPredictor):
    """An autoencoder of the rows of an item, or of a user, in which most ratings are missing.

    ``side="item"`` takes each item as a sample, with a value for each user (I-AutoRec);
    ``side="user"`` the other way round (U-AutoRec). Where the sample or the place in it has no
    rating there is nothing to learn from, and the prediction is that of :class:`Offsets`.

    Parameters
    ----------
    side
        ``"item"`` or ``"user"``.
    centre
        What enters. ``"stars"``: the ratings themselves, as in the paper; a missing one enters as
        0 stars. ``"offsets"``: how far each rating is off the prediction of :class:`Offsets`; a
        missing one enters as no difference, which is a fair guess.
    code_size
        Units of the one hidden layer, with sigmoids.
    weight_penalty
        Of half the squared weights, beside the error summed over a sample's ratings.
    epochs
        Passes over the samples, at most; with validation ratings the best number of them is kept.
    patience
        Epochs without a lower validation error after which to stop.
    batch_size, learning_rate
        Of training.
    seed
        Of the weights and of the order of the samples.

    References
    ----------
    Sedhain et al. (2015).

    Examples
    --------
    >>> from aecourse.applications import interactions, rating_predictors
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
    >>> predictor = rating_predictors.AutoRec("item", code_size=8, epochs=2).fit(split.train)
    >>> predictor.predict(user=[0, 1], item=[5, 5]).shape
    (2,)
    """

    def __init__(
        self,
        side: str = "item",
        centre: str = "offsets",
        code_size: int = 100,
        weight_penalty: float = 0.02,
        epochs: int = 60,
        patience: int = 10,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> None:
        self.side = one_of(side, "side", ("item", "user"))
        self.centre = one_of(centre, "centre", ("stars", "offsets"))
        self.code_size = whole(code_size, "code_size")
        self.weight_penalty = real(weight_penalty, "weight_penalty", least=0)
        self.epochs = whole(epochs, "epochs")
        self.patience = whole(patience, "patience")
        self.batch_size = whole(batch_size, "batch_size")
        self.learning_rate = real(learning_rate, "learning_rate", above=0)
        self.seed = whole(seed, "seed", least=0)

    def learn(self, ratings: Ratings, validation: Ratings | None) -> None:
        """Train on the stars, or on what the offsets leave unexplained."""
        self.offsets = Offsets().fit(ratings)
        left = ratings.stars - self._centre(ratings.user, ratings.item)
        left[left == 0] = SMALLEST
        places = (ratings.user, ratings.item)
        self.known = self.oriented(sparse.csr_array((left, places), shape=ratings.shape))
        pair = networks.dense(
            self.known.shape[1],
            self.code_size,
            hidden=(),
            code_activation="sigmoid",
            output_activation=None,
            seed=self.seed,
        )
        self.model = models.ObservedAutoencoder(*pair, weight_penalty=self.weight_penalty)
        self.history = training.fit_sparse(
            self.model,
            self.known[np.flatnonzero(np.diff(self.known.indptr))],
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=self.seed,
            measure=None if validation is None else lambda model: -self.error(validation),
            patience=self.patience,
            progress=False,
        )

    def oriented(self, matrix: sparse.csr_array) -> sparse.csr_array:
        """Return a matrix of users and items with the samples as rows."""
        return sparse.csr_array(matrix.T if self.side == "item" else matrix, dtype=np.float32)

    def _centre(self, user: NDArray[Any], item: NDArray[Any]) -> Numbers:
        """Return what is subtracted from the stars before they enter."""
        return self.offsets.stars(user, item) if self.centre == "offsets" else np.zeros(len(user))

    def stars(self, user: NDArray[Any], item: NDArray[Any]) -> Numbers:
        """Return the autoencoder's stars where it has learnt from ratings, else the offsets'."""
        sample, value = (item, user) if self.side == "item" else (user, item)
        found, centre = self.offsets.stars(user, item), self._centre(user, item)
        has_ratings = np.diff(self.known.indptr) > 0
        is_learnt = np.bincount(self.known.indices, minlength=self.known.shape[1]) > 0
        pairs = np.flatnonzero(has_ratings[sample] & is_learnt[value])
        pairs = pairs[np.argsort(sample[pairs], kind="stable")]
        rows, first = np.unique(sample[pairs], return_index=True)
        ends = np.append(first, len(pairs))
        # A block of samples is rebuilt at a time; their pairs lie side by side.
        for start in range(0, len(rows), BLOCK):
            stop = min(start + BLOCK, len(rows))
            here = pairs[ends[start] : ends[stop]]
            rebuilt = self.model.reconstruct(self.known[rows[start:stop]])
            place = np.searchsorted(rows[start:stop], sample[here])
            found[here] = centre[here] + rebuilt[place, value[here]]
        return found
