"""From scores to alarms: where to draw the line, and what the mistakes cost.

Examples
--------
``thresholds``:

>>> from aecourse import datasets
>>> from aecourse.applications import alarms, anomaly_detection, detectors
>>> parts = anomaly_detection.split(datasets.load("creditcard"))
>>> costs = alarms.Costs(false_alarm=5)
>>> scored = anomaly_detection.score(detectors.Recipe("z_score"), parts)
>>> list(alarms.thresholds(parts, scored, costs, share=0.01))
['training_quantile', 'quantile', 'extreme_value', 'lowest_cost']
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.applications.anomaly_detection import Scored, Split, score
from aecourse.applications.detectors import Recipe
from aecourse.checks import real

FULL_SET = 492 / 284_807  # share of frauds in the complete set of card transactions


@dataclass(frozen=True)
class Costs:
    """What mistakes cost, in the unit of the transactions' amounts.

    Attributes
    ----------
    false_alarm
        Of looking into a normal transaction.
    amount
        The feature that holds what is lost with a missed anomaly.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import alarms, anomaly_detection
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> costs = alarms.Costs(false_alarm=5)
    >>> costs.missed(parts, "test").shape == parts.test_labels.shape
    True
    """

    false_alarm: float
    amount: str = "Amount"

    def __post_init__(self) -> None:
        real(self.false_alarm, "false_alarm", least=0)

    def missed(self, parts: Split, part: str) -> NDArray[np.float64]:
        """Return what is lost with each row of a part if it is a missed anomaly."""
        return parts.labelled(part)[0][:, parts.column(self.amount)]


def thresholds(
    parts: Split, scored: Scored, costs: Costs, *, share: float, tail: float = 0.05
) -> dict[str, float]:
    """Return a threshold by each rule; none of them knows the test part.

    Parameters
    ----------
    parts, scored
        The rows and their scores.
    costs
        What mistakes cost.
    share
        Share of normal rows that may be flagged.
    tail
        Share of the scores to which the extreme value distribution is fitted.

    Returns
    -------
    dict of str to float
        ``training_quantile``
            The quantile of the training scores, as ``contamination`` sets it in PyOD. The detector
            knows those rows, so their scores are too low.
        ``quantile``
            The quantile of the normal validation scores.
        ``extreme_value``
            From the distribution of the highest of these.
        ``lowest_cost``
            Where the mistakes on the validation part cost least; it uses labels and not ``share``.
    """
    labels = parts.validation_labels
    normal = scored.validation[labels == 0]
    return {
        "training_quantile": metrics.quantile_threshold(scored.train, share),
        "quantile": metrics.quantile_threshold(normal, share),
        "extreme_value": metrics.extreme_value_threshold(normal, share, tail=tail),
        "lowest_cost": metrics.lowest_cost_threshold(
            labels,
            scored.validation,
            missed=costs.missed(parts, "validation"),
            false_alarm=costs.false_alarm,
        ),
    }


def compare_thresholds(
    by_seed: Mapping[int, Split],
    recipe: Recipe,
    costs: Costs,
    *,
    share: float,
    tail: float = 0.05,
    prevalence: float = FULL_SET,
) -> pd.DataFrame:
    """Set a threshold by each rule of :func:`thresholds` and measure it on the test part.

    Parameters
    ----------
    by_seed
        A split for each seed.
    recipe
        The detector.
    costs, share, tail
        As in :func:`thresholds`.
    prevalence
        Share of anomalies where the detector is to work.

    Returns
    -------
    pandas.DataFrame
        One row for each rule and seed: ``rule``, ``seed``, ``threshold``, ``false_positive_rate``,
        ``recall``, ``precision``, ``precision_at_prevalence``; ``cost`` of all mistakes on the test
        part; and ``saved``, the share of the loss without any alarm that is spared. It is negative
        where alarms cost more than they spare.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import alarms, anomaly_detection, detectors
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> recipe, costs = detectors.Recipe("z_score"), alarms.Costs(false_alarm=5)
    >>> alarms.compare_thresholds(by_seed, recipe, costs, share=0.01)["rule"].tolist()[:2]
    ['training_quantile', 'quantile']
    """
    rows = []
    for seed, parts in by_seed.items():
        scored = score(recipe, parts, seed=seed)
        for rule, threshold in thresholds(parts, scored, costs, share=share, tail=tail).items():
            rows.append(
                {
                    "rule": rule,
                    "seed": seed,
                    "threshold": threshold,
                    **outcome(parts, scored.test, threshold, costs, prevalence=prevalence),
                }
            )
    return pd.DataFrame(rows)


def outcome(
    parts: Split,
    scores: NDArray[np.float64],
    threshold: float,
    costs: Costs,
    *,
    prevalence: float = FULL_SET,
) -> dict[str, float]:
    """Return what comes of a threshold on the test part, as :func:`compare_thresholds` lists it.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import alarms, anomaly_detection, detectors
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> costs = alarms.Costs(false_alarm=5)
    >>> scored = anomaly_detection.score(detectors.Recipe("z_score"), parts)
    >>> found = alarms.outcome(parts, scored.test, threshold=4.0, costs=costs)
    >>> 0 <= found["recall"] <= 1
    True
    """
    labels, missed = parts.test_labels, costs.missed(parts, "test")
    found = metrics.confusion_at(labels, scores, threshold)
    cost = metrics.total_cost(
        labels, scores, threshold, missed=missed, false_alarm=costs.false_alarm
    )
    return {
        "false_positive_rate": found.false_positive_rate,
        "recall": found.recall,
        "precision": found.precision,
        "precision_at_prevalence": found.precision_at_prevalence(prevalence),
        "cost": cost,
        "saved": 1 - cost / missed[labels == 1].sum(),
    }
