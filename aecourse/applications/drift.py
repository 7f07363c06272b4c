"""What happens to a detector when the rows slowly change, and how to notice it without labels.

The change is made by hand: rows of the test part come in windows, in a random order that spreads
the anomalies evenly, and from some window on a few features move further and further away. The real
order of the rows is unknown, so nothing here says how fast real transactions change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.applications.anomaly_detection import Labels, Rows, Split, score
from aecourse.applications.detectors import Recipe
from aecourse.checks import real, whole
from aecourse.errors import InputError


@dataclass(frozen=True)
class Drift:
    """How the rows change.

    Attributes
    ----------
    features
        Names of those that move.
    window
        Number of rows that come together.
    start
        The first window that differs, counted from 0.
    step
        By how many standard deviations of the training rows they move on with each window.

    Examples
    --------
    >>> from aecourse.applications import drift
    >>> change = drift.Drift(features=("V1",), window=250, start=2, step=0.5)
    >>> change.start
    2
    """

    features: tuple[str, ...]
    window: int
    start: int
    step: float

    def __post_init__(self) -> None:
        if not self.features:
            raise InputError("features is empty; name at least one feature that moves.")
        whole(self.window, "window", least=2)
        whole(self.start, "start", least=0)
        real(self.step, "step", least=0)


class Window(NamedTuple):
    """Rows that come together, their labels, and how far they have moved.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, drift
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> change = drift.Drift(features=("V1",), window=250, start=2, step=0.5)
    >>> last = drift.windows(parts, change)[-1]
    >>> isinstance(last, drift.Window), last.rows.shape[0]
    (True, 250)
    """

    rows: Rows
    labels: Labels
    shift: float


def windows(parts: Split, drift: Drift, *, seed: int = 0) -> list[Window]:
    """Return the test rows in windows, the later ones moved; rows left over are dropped.

    Raises
    ------
    InputError
        If a feature is unknown, or all windows come before the start.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, drift
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> change = drift.Drift(features=("V1",), window=250, start=2, step=0.5)
    >>> [window.shift for window in drift.windows(parts, change)]
    [0.0, 0.0, 0.5, 1.0, 1.5, 2.0]
    """
    columns = [parts.column(name) for name in drift.features]
    count = len(parts.test) // drift.window
    if count <= drift.start:
        raise InputError(
            f"{len(parts.test)} rows make {count} windows of {drift.window}, but the first to "
            f"differ is number {drift.start}; give a smaller window or start."
        )
    order = _spread_anomalies(parts.test_labels, seed)
    deviation = parts.train.std(axis=0)[columns]
    made = []
    for number, chosen in enumerate(order[: count * drift.window].reshape(count, -1)):
        shift = drift.step * max(0, number - drift.start + 1)
        rows = parts.test[chosen].copy()
        rows[:, columns] += shift * deviation
        made.append(Window(rows, parts.test_labels[chosen], shift))
    return made


def _spread_anomalies(labels: Labels, seed: int) -> NDArray[np.int64]:
    """Return a random order in which the anomalies are at equal distances from each other."""
    rng = np.random.default_rng(seed)
    place = np.empty(len(labels))
    for label in (0, 1):
        of_kind = rng.permutation(np.flatnonzero(labels == label))
        place[of_kind] = (np.arange(len(of_kind)) + 0.5) / len(of_kind)
    return np.argsort(place, kind="stable")


class Watch(NamedTuple):
    """What a comparison of new rows with earlier ones found.

    Attributes
    ----------
    score_p
        Probability of so large a difference of the scores if nothing had changed.
    feature_p
        The same for each feature, times the number of features: many are looked at. At most 1.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import drift
    >>> earlier, later = np.random.default_rng(0).normal(size=(2, 200, 3))
    >>> later[:, 1] += 1
    >>> found = drift.watch(earlier, earlier[:, 0], later, later[:, 0])
    >>> isinstance(found, drift.Watch), found.score_p > 0.01
    (True, True)
    """

    score_p: float
    feature_p: NDArray[np.float64]


def watch(
    earlier: Rows,
    earlier_scores: NDArray[np.float64],
    rows: Rows,
    scores: NDArray[np.float64],
) -> Watch:
    """Compare rows and their scores with earlier ones, by the two-sample test of Kolmogorov.

    No labels are needed. The test looks at the largest gap between the two cumulative
    distributions, so it notices shifts and spreads alike, in one quantity at a time.

    Parameters
    ----------
    earlier, earlier_scores
        Rows that came before but were not trained on, shape ``(n, features)``, and their scores.
    rows, scores
        The new ones.

    References
    ----------
    Kolmogorov (1933); Smirnov (1948); Rabanser, Günnemann and Lipton (2019) on tests for shift.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import drift
    >>> earlier, later = np.random.default_rng(0).normal(size=(2, 200, 3))
    >>> later[:, 1] += 1
    >>> found = drift.watch(earlier, earlier[:, 0], later, later[:, 0])
    >>> (found.feature_p < 0.01).tolist()
    [False, True, False]
    """
    from scipy.stats import ks_2samp

    in_features = ks_2samp(earlier, rows, axis=0, method="asymp").pvalue
    in_scores = ks_2samp(earlier_scores, scores, method="asymp").pvalue
    return Watch(float(in_scores), np.minimum(1, in_features * earlier.shape[1]))


def follow(
    by_seed: Mapping[int, Split],
    recipe: Recipe,
    drift: Drift,
    *,
    share: float = 0.01,
    level: float = 0.01,
) -> pd.DataFrame:
    """Follow a detector with a fixed threshold through rows that change.

    The threshold is the quantile of the normal validation scores; the validation rows, anomalies
    included, are what new rows are compared with.

    Parameters
    ----------
    by_seed
        A split for each seed; the seed draws the order of the rows too.
    recipe
        The detector.
    drift
        How the rows change.
    share
        Share of normal rows that may be flagged.
    level
        Probability below which a difference is called a change.

    Returns
    -------
    pandas.DataFrame
        One row for each window and seed: ``seed``, ``window``, ``shift`` (standard deviations),
        ``false_positive_rate``, ``recall``, ``auroc``; whether a change was ``noticed_in_scores``
        and ``noticed_in_features``; and ``features``, those in which it was, most certain first.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors, drift
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> change = drift.Drift(features=("V1",), window=250, start=2, step=0.5)
    >>> table = drift.follow(by_seed, detectors.Recipe("z_score"), change)
    >>> table["noticed_in_features"].tolist()
    [False, False, True, True, True, True]
    """
    real(level, "level", above=0, below=1)
    rows = []
    for seed, parts in by_seed.items():
        scored = score(recipe, parts, seed=seed)
        normal = scored.validation[parts.validation_labels == 0]
        threshold = metrics.quantile_threshold(normal, share)
        for number, window in enumerate(windows(parts, drift, seed=seed)):
            scores = scored.detector.decision_function(window.rows)
            found = watch(parts.validation, scored.validation, window.rows, scores)
            confusion = metrics.confusion_at(window.labels, scores, threshold)
            rows.append(
                {
                    "seed": seed,
                    "window": number,
                    "shift": window.shift,
                    "false_positive_rate": confusion.false_positive_rate,
                    "recall": confusion.recall,
                    "auroc": metrics.roc_auc(window.labels, scores),
                    "noticed_in_scores": found.score_p < level,
                    "noticed_in_features": bool((found.feature_p < level).any()),
                    "features": _named(found.feature_p, level, parts.feature_names),
                }
            )
    return pd.DataFrame(rows)


def _named(
    probabilities: NDArray[np.float64], level: float, names: Sequence[str]
) -> tuple[str, ...]:
    """Return the features that have changed, the most certain first."""
    order: Iterable[int] = np.argsort(probabilities, kind="stable")
    return tuple(names[k] for k in order if probabilities[k] < level)
