"""Detectors of anomalies that fit into a few lines, in the manner of PyOD's.

``fit`` learns from rows without labels, ``decision_function`` gives each row a score, higher for
the more abnormal. A score depends on the rows of ``fit`` and on its own row, never on the rows that
are scored beside it.

Examples
--------
``BoxPlotRule``:

>>> from aecourse.applications import simple_detectors
>>> rule = simple_detectors.BoxPlotRule().fit([[0.0], [1.0], [2.0], [3.0], [4.0]])
>>> rule.decision_function([[2.0], [6.0]]).tolist()
[-0.5, 1.5]

``ZScoreRule``:

>>> from aecourse.applications import simple_detectors
>>> rule = simple_detectors.ZScoreRule().fit([[-1.0], [1.0]])
>>> rule.decision_function([[0.0], [-3.0]]).tolist()
[0.0, 3.0]
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted, validate_data

Rows = NDArray[np.float64]


class SimpleDetector(BaseEstimator):
    """What the detectors below share: checked rows in, one score a row out.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import simple_detectors
    >>> class Length(simple_detectors.SimpleDetector):
    ...     learn = lambda self, rows: setattr(self, "fitted_", True)
    ...     scores = lambda self, rows: np.linalg.norm(rows, axis=1)
    >>> Length().fit([[0.0, 0.0]]).decision_function([[3.0, 4.0]]).tolist()
    [5.0]
    """

    def fit(self, X: Any, y: None = None) -> Self:
        """Learn from rows of shape ``(n, features)``; ``y`` is not used.

        Raises
        ------
        ValueError
            If ``X`` is no table of finite numbers. So does ``decision_function``.
        """
        self.learn(validate_data(self, X, dtype=np.float64))
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return how abnormal each row is, shape ``(n,)``; higher is more abnormal."""
        check_is_fitted(self)
        return self.scores(validate_data(self, X, dtype=np.float64, reset=False))

    def learn(self, rows: Rows) -> None:
        """Set what ``scores`` needs; each detector has its own."""
        raise NotImplementedError

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the scores of checked rows; each detector has its own."""
        raise NotImplementedError


class BoxPlotRule(SimpleDetector):
    """Distance from the box of a box plot, in its lengths, for the feature furthest out.

    The box reaches from the lower to the upper quartile. Box plots draw as points what lies more
    than 1.5 lengths away from it.

    References
    ----------
    Tukey (1977).
    """

    def learn(self, rows: Rows) -> None:
        """Find the quartiles of each feature."""
        self.lower_, self.upper_ = np.quantile(rows, [0.25, 0.75], axis=0)
        self.length_ = nonzero(self.upper_ - self.lower_)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the largest distance over the features; it is negative within all boxes."""
        return (np.maximum(self.lower_ - rows, rows - self.upper_) / self.length_).max(axis=1)


class ZScoreRule(SimpleDetector):
    """Distance from the mean in standard deviations, for the feature furthest out."""

    def learn(self, rows: Rows) -> None:
        """Find mean and standard deviation of each feature."""
        self.mean_, self.deviation_ = rows.mean(axis=0), nonzero(rows.std(axis=0))

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the largest absolute z-score over the features."""
        return np.abs((rows - self.mean_) / self.deviation_).max(axis=1)


class MahalanobisDistance(SimpleDetector):
    """Squared distance from the centre in units of the spread in that direction.

    Parameters
    ----------
    covariance
        A covariance estimator of scikit-learn: ``EmpiricalCovariance()``, or ``MinCovDet()``, which
        a few anomalies among the rows do not mislead.

    References
    ----------
    Mahalanobis (1936); Rousseeuw and Van Driessen (1999) for ``MinCovDet``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.covariance import EmpiricalCovariance
    >>> from aecourse.applications import simple_detectors
    >>> rows = np.array([[1.0, 1.0], [-1.0, -1.0], [2.0, 2.1], [-2.0, -2.1]])
    >>> detector = simple_detectors.MahalanobisDistance(EmpiricalCovariance()).fit(rows)
    >>> along, across = detector.decision_function([[1.0, 1.0], [1.0, -1.0]])
    >>> bool(across > along)
    True
    """

    def __init__(self, covariance: Any) -> None:
        self.covariance = covariance

    def learn(self, rows: Rows) -> None:
        """Estimate centre and covariance."""
        with warnings.catch_warnings():
            # MinCovDet warns of a step that made it worse; it keeps the state before that step.
            warnings.filterwarnings("ignore", "Determinant has increased", RuntimeWarning)
            self.covariance_ = clone(self.covariance).fit(rows)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the squared distances."""
        return self.covariance_.mahalanobis(rows)


class TailProbabilities(SimpleDetector):
    """How far out each feature lies among the training rows, all features together (ECOD).

    The score adds up, over the features, the negative logarithm of the share of rows at least as
    far out on that side. The row itself counts, so that no share is 0.

    PyOD's ``ECOD`` counts the scored rows among the others: its scores of a test row change with
    the test rows beside it. For a single row the two agree.

    References
    ----------
    Li, Zhao, Hu, Botta, Ionescu and Chen (2022).

    Examples
    --------
    >>> from aecourse.applications import simple_detectors
    >>> detector = simple_detectors.TailProbabilities().fit([[1.0], [2.0], [3.0]])
    >>> detector.decision_function([[2.0], [9.0]]).round(2).tolist()
    [0.29, 1.39]
    """

    def learn(self, rows: Rows) -> None:
        """Sort each feature."""
        self.sorted_ = np.sort(rows, axis=0)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the sums of the negative logarithms."""
        shares = [
            share_further_out(seen, values)
            for seen, values in zip(self.sorted_.T, rows.T, strict=True)
        ]
        return -np.log(shares).sum(axis=0)


class PrincipalComponents(SimpleDetector):
    """Reconstruction error from the first principal components: a linear autoencoder's.

    Parameters
    ----------
    n_components
        How many to keep, fewer than there are features.

    References
    ----------
    Jackson and Mudholkar (1979).

    Examples
    --------
    >>> from aecourse.applications import simple_detectors
    >>> rows = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    >>> detector = simple_detectors.PrincipalComponents(n_components=1).fit(rows)
    >>> detector.decision_function([[5.0, 5.0], [2.0, 4.0]]).round(2).tolist()
    [0.0, 1.0]
    """

    def __init__(self, n_components: int) -> None:
        self.n_components = n_components

    def learn(self, rows: Rows) -> None:
        """Find the components."""
        self.pca_ = PCA(self.n_components, svd_solver="full").fit(rows)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the mean squared errors."""
        rebuilt = self.pca_.inverse_transform(self.pca_.transform(rows))
        return np.square(rows - rebuilt).mean(axis=1)


def share_further_out(seen: Rows, values: Rows) -> NDArray[np.float64]:
    """Return for each value the share of ``seen``, which is sorted, beyond it on its rarer side.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import simple_detectors
    >>> simple_detectors.share_further_out(np.array([1.0, 2.0, 3.0]), np.array([2.0, 9.0])).tolist()
    [0.75, 0.25]
    """
    below = np.searchsorted(seen, values, side="right")
    above = len(seen) - np.searchsorted(seen, values, side="left")
    return (np.minimum(below, above) + 1) / (len(seen) + 1)


def nonzero(spread: Rows) -> Rows:
    """Return spreads by which one can divide: a feature that does not vary has spread 1.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import simple_detectors
    >>> simple_detectors.nonzero(np.array([2.0, 0.0])).tolist()
    [2.0, 1.0]
    """
    return np.where(spread > 0, spread, 1.0)
