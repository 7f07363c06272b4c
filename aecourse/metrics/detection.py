"""How well scores find anomalies, and where to draw the line.

Labels are 1 for an anomaly and 0 for a normal sample; a higher score means more abnormal. A sample
is *flagged* if its score is above the threshold. Thresholds come from scores of validation samples:
one that was set on the test part says nothing about new data.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.metrics.checks import numbers

LEAST_EXCESSES = 10  # scores beyond the tail's start, below which no distribution is fitted
ALMOST_EXPONENTIAL = 1e-8

Measure = Callable[[NDArray[np.int64], NDArray[np.float64]], float]


class Interval(NamedTuple):
    """A measured value and the ends of its confidence interval.

    Examples
    --------
    >>> from aecourse import metrics
    >>> interval = metrics.Interval(0.9, low=0.85, high=0.94)
    >>> round(interval.high - interval.low, 2)
    0.09
    """

    value: float
    low: float
    high: float


class Confusion(NamedTuple):
    """Numbers of samples by what they are and whether they were flagged.

    Examples
    --------
    >>> from aecourse import metrics
    >>> counted = metrics.Confusion(8, 2, 2, 88)
    >>> counted.precision, counted.recall
    (0.8, 0.8)
    """

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def flagged(self) -> int:
        """Number of flagged samples."""
        return self.true_positives + self.false_positives

    @property
    def precision(self) -> float:
        """Share of the flagged samples that are anomalies; NaN if none was flagged."""
        return self.true_positives / self.flagged if self.flagged else float("nan")

    @property
    def recall(self) -> float:
        """Share of the anomalies that were flagged."""
        return self.true_positives / (self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        """Share of the normal samples that were flagged."""
        return self.false_positives / (self.false_positives + self.true_negatives)

    def precision_at_prevalence(self, share: float) -> float:
        """Return the precision where anomalies are another share of all samples.

        Recall and false positive rate belong to the detector and its threshold; precision also
        depends on how rare anomalies are. NaN if nothing was flagged.

        Raises
        ------
        InputError
            If ``share`` does not lie between 0 and 1.
        """
        share = real(share, "share", above=0, below=1)
        found = share * self.recall
        flagged = found + (1 - share) * self.false_positive_rate
        return found / flagged if flagged else float("nan")


# --- how well scores find anomalies ---------------------------------------------------------------


def roc_auc(labels: Any, scores: Any) -> float:
    """Return the probability that an anomaly has a higher score than a normal sample.

    It is the area under the ROC curve (AUROC): 1 if every anomaly ranks above every normal sample,
    0.5 for scores that know nothing. A tie counts half.

    Parameters
    ----------
    labels
        0 or 1, shape ``(n,)``; both must occur.
    scores
        Real numbers, shape ``(n,)``, higher for the more abnormal.

    Raises
    ------
    InputError
        If there is not one score for each label, a label is neither 0 nor 1, only one of the two
        occurs, or a score is NaN or infinite. So do all functions that take labels.

    References
    ----------
    Hanley and McNeil (1982).

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> round(metrics.roc_auc(labels, scores), 3)
    0.833
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(*labelled(labels, scores)))


def average_precision(labels: Any, scores: Any) -> float:
    """Return the precision averaged over the anomalies, down the list of scores (AUPRC).

    Go down the list from the highest score. At each anomaly note which share of the list so far is
    anomalies; the mean of these shares is the average precision. Samples of equal score enter the
    list together. Scores that know nothing reach the share of anomalies among all samples, so
    compare values for one share only.

    Parameters
    ----------
    labels, scores
        As in :func:`roc_auc`.

    References
    ----------
    Saito and Rehmsmeier (2015) on why to prefer it to the ROC curve where anomalies are rare.

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> round(metrics.average_precision(labels, scores), 3)
    0.833
    """
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(*labelled(labels, scores)))


def precision_at(labels: Any, scores: Any, n: int) -> float:
    """Return the share of anomalies among the ``n`` samples with the highest scores.

    Where samples of equal score compete for the last places, they share them evenly.

    Parameters
    ----------
    labels, scores
        As in :func:`roc_auc`.
    n
        How many samples can be looked into, at most all of them.

    Raises
    ------
    InputError
        Also if ``n`` is no whole number from 1 to the number of samples.

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> metrics.precision_at(labels, scores, n=2)
    0.5
    """
    labels, scores = labelled(labels, scores)
    if whole(n, "n") > len(scores):
        raise InputError(f"n is {n}, but there are {len(scores)} samples; give that many at most.")
    last = np.sort(scores)[-n]
    above, tied = scores > last, scores == last
    found = labels[above].sum() + (n - above.sum()) * labels[tied].mean()
    return float(found / n)


def bootstrap_interval(
    measure: Measure,
    labels: Any,
    scores: Any,
    *,
    repetitions: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a measure with the interval in which it lies when the samples are drawn anew.

    Anomalies and normal samples are drawn with replacement, each as many as there are, so that
    every repetition has both. The ends of the interval are percentiles.

    Parameters
    ----------
    measure
        Takes labels and scores and returns a number, as :func:`roc_auc` does.
    labels, scores
        As in :func:`roc_auc`.
    repetitions
        How often samples are drawn.
    confidence
        Share of the repetitions that lie within the interval.
    seed
        Of the draws.

    Raises
    ------
    InputError
        Also if a setting makes no sense.

    References
    ----------
    Efron and Tibshirani (1993).

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> interval = metrics.bootstrap_interval(metrics.roc_auc, labels, scores, repetitions=50)
    >>> interval.low <= interval.value <= interval.high
    True
    """
    labels, scores = labelled(labels, scores)
    whole(repetitions, "repetitions", least=2)
    tail = (1 - real(confidence, "confidence", above=0, below=1)) / 2
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    groups = [np.flatnonzero(labels == label) for label in (0, 1)]
    values = []
    for _ in range(repetitions):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        values.append(measure(labels[rows], scores[rows]))
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(measure(labels, scores)), float(low), float(high))


def lead_interval(
    measure: Measure,
    labels: Any,
    scores: Any,
    others: Any,
    *,
    repetitions: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return by how much ``scores`` are better than ``others``, with the interval of the lead.

    Both are measured on the same samples each time they are drawn anew, so what is hard about a
    draw is hard for both. An interval on one side of 0 is a lead that is more than chance.

    Parameters
    ----------
    measure, labels, scores, repetitions, confidence, seed
        As in :func:`bootstrap_interval`.
    others
        The scores of another detector for the same samples.

    Raises
    ------
    InputError
        Also if a setting makes no sense.

    References
    ----------
    Efron and Tibshirani (1993).

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 0, 1, 1]
    >>> good, poor = [0.1, 0.3, 0.2, 0.4, 0.8, 0.9], [0.1, 0.9, 0.2, 0.4, 0.8, 0.3]
    >>> lead = metrics.lead_interval(metrics.roc_auc, labels, good, poor, repetitions=50)
    >>> lead.value, lead.low >= 0
    (0.375, True)
    """
    _, scores = labelled(labels, scores)
    labels, others = labelled(labels, others)

    def lead(labels: Any, rows: Any) -> float:
        rows = rows.astype(int)
        return measure(labels, scores[rows]) - measure(labels, others[rows])

    return bootstrap_interval(
        lead,
        labels,
        np.arange(len(labels)),
        repetitions=repetitions,
        confidence=confidence,
        seed=seed,
    )


# --- at a threshold -------------------------------------------------------------------------------


def confusion_at(labels: Any, scores: Any, threshold: float) -> Confusion:
    """Return how many anomalies and normal samples have a score above the threshold.

    Parameters
    ----------
    labels, scores
        As in :func:`roc_auc`.
    threshold
        A finite number.

    Raises
    ------
    InputError
        Also if the threshold is no finite number.

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> metrics.confusion_at(labels, scores, threshold=0.5)
    Confusion(true_positives=2, false_positives=1, false_negatives=0, true_negatives=2)
    """
    labels, scores = labelled(labels, scores)
    flagged = scores > real(threshold, "threshold")
    anomaly = labels == 1
    return Confusion(
        true_positives=int((flagged & anomaly).sum()),
        false_positives=int((flagged & ~anomaly).sum()),
        false_negatives=int((~flagged & anomaly).sum()),
        true_negatives=int((~flagged & ~anomaly).sum()),
    )


def total_cost(
    labels: Any, scores: Any, threshold: float, *, missed: Any, false_alarm: float
) -> float:
    """Return what the mistakes at a threshold cost.

    Parameters
    ----------
    labels, scores, threshold
        As in :func:`confusion_at`.
    missed
        Cost of an anomaly that was not flagged: one number, or one for each sample, shape ``(n,)``,
        such as the amounts of transactions. Those of normal samples play no part.
    false_alarm
        Cost of a normal sample that was flagged, in the same unit.

    Returns
    -------
    float
        In the unit of the costs.

    Raises
    ------
    InputError
        Also if a cost is negative or no finite number, or the costs of ``missed`` are not one for
        each sample.

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> metrics.total_cost(labels, scores, threshold=0.65, missed=100, false_alarm=5)
    105.0
    """
    labels, scores = labelled(labels, scores)
    losses, alarm = _costs(missed, false_alarm, len(labels))
    flagged = scores > real(threshold, "threshold")
    anomaly = labels == 1
    return float(losses[anomaly & ~flagged].sum() + alarm * (flagged & ~anomaly).sum())


# --- where to draw the line -----------------------------------------------------------------------


def quantile_threshold(scores: Any, share: float) -> float:
    """Return the lowest score above which at most a share of the scores lie.

    Given scores of normal validation samples, ``share`` is the false positive rate to expect.

    Parameters
    ----------
    scores
        Shape ``(n,)``.
    share
        Between 0 and 1.

    Raises
    ------
    InputError
        If ``share`` is not between 0 and 1, or the scores are no finite numbers in one row.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> metrics.quantile_threshold(np.arange(100.0), share=0.05)
    94.0
    """
    share = real(share, "share", above=0, below=1)
    return float(np.quantile(_scores(scores), 1 - share, method="inverted_cdf"))


def extreme_value_threshold(scores: Any, share: float, *, tail: float = 0.05) -> float:
    """Return the threshold above which a new score lies with probability ``share``.

    A quantile can say nothing beyond the highest score it was given. Extreme value theory can:
    whatever the distribution, scores beyond a high level exceed it by amounts that nearly follow a
    generalised Pareto distribution. It is fitted to the highest scores and tells how far out the
    threshold must lie (*peaks over threshold*).

    Parameters
    ----------
    scores
        Scores of normal validation samples, shape ``(n,)``.
    share
        The probability that a normal sample is flagged; below ``tail``.
    tail
        The share of the scores to which the distribution is fitted.

    Raises
    ------
    InputError
        If a share is out of range, the scores are no finite numbers in one row, or fewer than 10 of
        them, or none that differ, lie in the tail.

    References
    ----------
    Pickands (1975); Siffer, Fouque, Termier and Largouët (2017), equation 1.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> scores = np.random.default_rng(0).exponential(size=2000)
    >>> bool(metrics.extreme_value_threshold(scores, share=0.001) > 5)
    True
    """
    from scipy.stats import genpareto

    tail = real(tail, "tail", above=0, below=1)
    share = real(share, "share", above=0, below=tail)
    scores = _scores(scores)
    start = quantile_threshold(scores, tail)
    excesses = scores[scores > start] - start
    if len(excesses) < LEAST_EXCESSES or np.ptp(excesses) == 0:
        raise InputError(
            f"{len(excesses)} of {len(scores)} scores lie in the tail of {tail:g} and "
            f"{len(np.unique(excesses))} of them differ; give at least {LEAST_EXCESSES} with "
            "different values: more scores, or a larger tail."
        )
    # Fitted in units of the mean excess, so that the search does not depend on the scores' unit.
    unit = excesses.mean()
    shape, _, scale = genpareto.fit(excesses / unit, floc=0)
    beyond = share * len(scores) / len(excesses)
    return float(start + unit * scale * _pareto_quantile(shape, beyond))


def _pareto_quantile(shape: float, beyond: float) -> float:
    """Return the point that a unit generalised Pareto variable exceeds with a probability."""
    if abs(shape) < ALMOST_EXPONENTIAL:
        return -float(np.log(beyond))
    return float(np.expm1(-shape * np.log(beyond)) / shape)


def lowest_cost_threshold(labels: Any, scores: Any, *, missed: Any, false_alarm: float) -> float:
    """Return the threshold at which the mistakes on labelled validation samples cost least.

    It lies midway between two neighbouring scores; of equally cheap thresholds the highest is
    taken, which flags fewest. If it is cheapest to flag nothing it is the highest score, and just
    below the lowest one if it is cheapest to flag everything.

    Parameters
    ----------
    labels, scores
        As in :func:`roc_auc`, of validation samples. Anomalies must be as rare among them as they
        will be in use: otherwise the balance between both mistakes is another one.
    missed, false_alarm
        As in :func:`total_cost`.

    Raises
    ------
    InputError
        Also as in :func:`total_cost`.

    References
    ----------
    Elkan (2001) on decisions with unequal costs.

    Examples
    --------
    >>> from aecourse import metrics
    >>> labels = [0, 0, 0, 1, 1]
    >>> scores = [0.1, 0.2, 0.7, 0.6, 0.9]
    >>> threshold = metrics.lowest_cost_threshold(labels, scores, missed=100, false_alarm=5)
    >>> 0.2 <= threshold < 0.6
    True
    """
    labels, scores = labelled(labels, scores)
    losses, alarm = _costs(missed, false_alarm, len(labels))
    values, position = np.unique(scores, return_inverse=True)
    loss_of_value = np.bincount(position, np.where(labels == 1, losses, 0.0))
    alarm_of_value = np.bincount(position, np.where(labels == 0, alarm, 0.0))
    # Candidate k leaves the k lowest values unflagged.
    lost = np.concatenate([[0.0], np.cumsum(loss_of_value)])
    alarmed = np.concatenate([np.cumsum(alarm_of_value[::-1])[::-1], [0.0]])
    cost = lost + alarmed
    # Sums of the same costs in another order may differ in their last digits.
    best = int(np.flatnonzero(cost <= cost.min() * (1 + 1e-12)).max())
    if best == len(values):
        return float(values[-1])
    if best == 0:
        return float(np.nextafter(values[0], -np.inf))
    return float((values[best - 1] + values[best]) / 2)


# --- checks ---------------------------------------------------------------------------------------


def labelled(labels: Any, scores: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return labels and scores if there is one finite score for each label and both labels occur.

    Raises
    ------
    InputError
        If not.
    """
    marks, scores = numbers(labels, "labels"), _scores(scores)
    if marks.shape != scores.shape:
        raise InputError(
            f"labels have shape {marks.shape} and scores {scores.shape}; give one label and one "
            "score for each sample."
        )
    found = np.unique(marks)
    if not np.isin(found, (0, 1)).all():
        raise InputError(
            f"labels hold {found[:5].tolist()}; give 1 for an anomaly and 0 for a normal sample."
        )
    if len(found) == 1:
        raise InputError(
            f"all {len(marks)} labels are {found[0]:.0f}; give anomalies (1) and normal samples "
            "(0), as the measure compares them."
        )
    return marks.astype(np.int64), scores


def _scores(scores: Any) -> NDArray[np.float64]:
    """Return one finite score for each sample."""
    scores = numbers(scores, "scores")
    if scores.ndim != 1:
        raise InputError(f"scores have shape {scores.shape}; give one score a sample, shape (n,).")
    return scores


def _costs(missed: Any, false_alarm: float, count: int) -> tuple[NDArray[np.float64], float]:
    """Return the cost of missing each sample, and that of a false alarm."""
    alarm = real(false_alarm, "false_alarm", least=0)
    if np.ndim(missed) == 0:
        return np.full(count, real(missed, "missed", least=0)), alarm
    losses = numbers(missed, "missed")
    if losses.shape != (count,):
        raise InputError(
            f"missed has shape {losses.shape}; give one cost, or one for each of the {count} "
            "samples."
        )
    if losses.min() < 0:
        raise InputError(f"missed goes down to {losses.min():g}; costs cannot be negative.")
    return losses, alarm
