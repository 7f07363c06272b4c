"""The experiments of chapter 7: detectors side by side, and what makes them fail.

A detector learns from training rows without labels, normal ones alone unless an experiment leaves
anomalies among them. Labels of the validation part choose settings and thresholds; those of the
test part only measure. :mod:`aecourse.applications.detectors` has the detectors,
:mod:`aecourse.applications.alarms` thresholds and costs, :mod:`aecourse.applications.explanation`
the reasons for an alarm, and :mod:`aecourse.applications.drift` what happens when the rows change.

Examples
--------
``score``:

>>> from aecourse import datasets
>>> from aecourse.applications import anomaly_detection, detectors
>>> parts = anomaly_detection.split(datasets.load("creditcard"))
>>> anomaly_detection.score(detectors.Recipe("z_score"), parts).test.shape
(1500,)
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from aecourse import metrics
from aecourse.applications.detectors import Recipe
from aecourse.applications.recipe import chosen
from aecourse.checks import one_of, real, whole
from aecourse.datasets import synthetic
from aecourse.datasets.split import split_rows
from aecourse.errors import InputError

Rows = NDArray[np.float64]
Labels = NDArray[np.int64]

PARTS = ("validation", "test")
VALIDATION_SHARE = 0.25
TEST_SHARE = 0.3


@dataclass(frozen=True)
class Split:
    """Rows to learn from, rows for every choice, and rows for the last look.

    Attributes
    ----------
    train
        Normal rows, shape ``(n, features)``.
    train_anomalies
        The anomalies that were taken out of the training rows.
    validation, test
        Normal rows and anomalies.
    validation_labels, test_labels
        1 for an anomaly, 0 for a normal row.
    feature_names
        The columns.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> isinstance(parts, anomaly_detection.Split), parts.train.shape[1], parts.column("Amount")
    (True, 29, 28)
    """

    train: Rows
    train_anomalies: Rows
    validation: Rows
    validation_labels: Labels
    test: Rows
    test_labels: Labels
    feature_names: tuple[str, ...]

    @property
    def most_contamination(self) -> float:
        """Share of anomalies among the training rows if none is taken out."""
        return len(self.train_anomalies) / (len(self.train) + len(self.train_anomalies))

    def normal(self, part: str) -> Rows:
        """Return the normal rows of the part ``"validation"`` or ``"test"``."""
        rows, labels = self.labelled(part)
        return rows[labels == 0]

    def labelled(self, part: str) -> tuple[Rows, Labels]:
        """Return rows and labels of the part ``"validation"`` or ``"test"``.

        Raises
        ------
        InputError
            If it is another part.
        """
        one_of(part, "part", PARTS)
        return getattr(self, part), getattr(self, f"{part}_labels")

    def column(self, name: str) -> int:
        """Return the position of a feature.

        Raises
        ------
        InputError
            If there is none of this name.
        """
        if name not in self.feature_names:
            raise InputError(
                f"there is no feature {name!r}; there are {', '.join(self.feature_names)}."
            )
        return self.feature_names.index(name)


def split(data: Any, *, seed: int = 0) -> Split:
    """Return the parts of a table with labels, such as ``datasets.load("creditcard")``.

    The test part is the data set's own, the same for every seed; the seed draws the validation part
    from the training rows, a quarter of each class. Equal rows stay on one side.

    Raises
    ------
    InputError
        If a part is empty, holds NaN or infinity, or lacks normal rows or anomalies.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection
    >>> parts = anomaly_detection.split(datasets.load("creditcard"), seed=0)
    >>> len(parts.train), len(parts.validation), len(parts.test)
    (2572, 876, 1500)
    """
    for part in ("train", "test"):
        _check(getattr(data, f"x_{part}"), getattr(data, f"y_{part}"), part)
    x, y = data.x_train, data.y_train
    kept, held_out = split_rows(
        x, y, test_fraction=VALIDATION_SHARE, seed=whole(seed, "seed", least=0)
    )
    _check(x[held_out], y[held_out], "validation")
    return Split(
        train=x[kept][y[kept] == 0],
        train_anomalies=x[kept][y[kept] == 1],
        validation=x[held_out],
        validation_labels=y[held_out],
        test=data.x_test,
        test_labels=data.y_test,
        feature_names=tuple(data.feature_names),
    )


def splits(data: Any, seeds: Iterable[int]) -> dict[int, Split]:
    """Return a split for each seed.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection
    >>> list(anomaly_detection.splits(datasets.load("creditcard"), seeds=range(3)))
    [0, 1, 2]
    """
    return {seed: split(data, seed=seed) for seed in seeds}


class Table(NamedTuple):
    """A table with a test part, as :func:`split` takes it.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import anomaly_detection
    >>> x, y = np.arange(4.0)[:, None], np.array([0, 0, 1, 0])
    >>> table = anomaly_detection.Table(x[:2], y[:2], x[2:], y[2:], ("Amount",))
    >>> table.x_test.ravel().tolist()
    [2.0, 3.0]
    """

    x_train: Rows
    y_train: Labels
    x_test: Rows
    y_test: Labels
    feature_names: tuple[str, ...]


def amounts() -> Table:
    """Return the made-up transactions: 1,000 normal ones and 100 frauds, each with its amount.

    Normal amounts lie between 100 and 1,000, frauds between 10,000 and 100,000.

    Examples
    --------
    >>> from aecourse.applications import anomaly_detection
    >>> table = anomaly_detection.amounts()
    >>> len(table.x_train) + len(table.x_test), int(table.y_train.sum() + table.y_test.sum())
    (1100, 100)
    """
    x, y = synthetic.transaction_amounts()
    train, test = split_rows(x, y, test_fraction=TEST_SHARE)
    return Table(x[train], y[train], x[test], y[test], ("Amount",))


# --- detectors side by side -----------------------------------------------------------------------


class Scored(NamedTuple):
    """A fitted detector and its scores.

    Attributes
    ----------
    detector
        The pipeline of scaling and detector.
    train, validation, test
        The scores of the rows, one each.
    seconds
        Processor time of fitting, all cores together.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> found = anomaly_detection.score(detectors.Recipe("z_score"), parts)
    >>> isinstance(found, anomaly_detection.Scored), found.test.shape == parts.test_labels.shape
    (True, True)
    """

    detector: Pipeline
    train: NDArray[np.float64]
    validation: NDArray[np.float64]
    test: NDArray[np.float64]
    seconds: float


def score(recipe: Recipe, parts: Split, *, seed: int = 0) -> Scored:
    """Fit a detector to the normal training rows and score all rows."""
    detector, seconds = fitted(recipe, parts.train, seed)
    train, validation, test = (
        detector.decision_function(rows) for rows in (parts.train, parts.validation, parts.test)
    )
    return Scored(detector, train, validation, test, seconds)


def measure(labels: Labels, scores: NDArray[np.float64]) -> dict[str, float]:
    """Return the area under the ROC curve, the average precision and the precision at the top.

    ``precision_at_n`` is the precision among as many rows as there are anomalies.

    Examples
    --------
    >>> from aecourse.applications import anomaly_detection
    >>> anomaly_detection.measure([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])["auroc"]
    0.75
    """
    return {
        "auroc": metrics.roc_auc(labels, scores),
        "average_precision": metrics.average_precision(labels, scores),
        "precision_at_n": metrics.precision_at(labels, scores, int(np.sum(labels))),
    }


def compare(
    by_seed: Mapping[int, Split], recipes: Iterable[Recipe], *, part: str = "test"
) -> pd.DataFrame:
    """Fit detectors to normal rows and measure how well they find anomalies.

    Parameters
    ----------
    by_seed
        A split for each seed, as :func:`splits` returns them. The seed is that of the detector too.
    recipes
        The detectors.
    part
        ``"validation"`` for choices, ``"test"`` for the last look.

    Returns
    -------
    pandas.DataFrame
        One row for each recipe and seed: ``recipe``, ``detector``, ``seed``, ``auroc``,
        ``average_precision``, ``precision_at_n`` and ``fit_seconds`` (processor time).

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> recipes = [detectors.Recipe("z_score"), detectors.Recipe("pca", {"n_components": 6})]
    >>> anomaly_detection.compare(by_seed, recipes)[["detector", "seed"]].values.tolist()
    [['z-score', 0], ['PCA', 0]]
    """
    rows = []
    for recipe in recipes:
        for seed, parts in by_seed.items():
            given, labels = parts.labelled(part)
            detector, seconds = fitted(recipe, parts.train, seed)
            found = measure(labels, detector.decision_function(given))
            rows.append({**_named(recipe, seed), **found, "fit_seconds": seconds})
    return pd.DataFrame(rows)


def choose(
    by_seed: Mapping[int, Split], candidates: Iterable[Recipe]
) -> tuple[Recipe, pd.DataFrame]:
    """Return the candidate with the highest mean average precision on the validation parts.

    Returns
    -------
    recipe, table
        The choice, and what :func:`compare` measured on the validation parts.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> candidates = [detectors.Recipe("pca", {"n_components": size}) for size in (3, 6)]
    >>> recipe, table = anomaly_detection.choose(by_seed, candidates)
    >>> recipe in candidates, len(table)
    (True, 2)
    """
    on_validation = partial(compare, by_seed, part="validation")
    return chosen(candidates, on_validation, "average_precision", max)


def summary(table: pd.DataFrame, by: str | Sequence[str] = "detector") -> pd.DataFrame:
    """Return mean and standard deviation over the seeds, in the order in which groups appear.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import anomaly_detection
    >>> table = pd.DataFrame({"detector": ["PCA"] * 2, "seed": [0, 1], "auroc": [0.8, 0.9]})
    >>> anomaly_detection.summary(table)["auroc"].round(2).values.tolist()
    [[0.85, 0.07]]
    """
    keys = [by] if isinstance(by, str) else list(by)
    numbers = table.drop(columns=["seed", *keys]).select_dtypes("number").columns
    return table.groupby(keys, sort=False)[list(numbers)].agg(["mean", "std"])


# --- anomalies among the training rows ------------------------------------------------------------


def contaminated(parts: Split, share: float, *, seed: int = 0) -> Rows:
    """Return the training rows with some anomalies left among them, in a mixed order.

    Parameters
    ----------
    parts
        Where the rows come from.
    share
        Share of anomalies among the returned rows, at most ``parts.most_contamination``.
    seed
        Of the draw of anomalies and of the order.

    Raises
    ------
    InputError
        If the share is negative or there are too few anomalies for it.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> rows = anomaly_detection.contaminated(parts, share=0.01)
    >>> len(rows) - len(parts.train)
    26
    """
    share = real(share, "share", least=0, below=1)
    wanted = round(share / (1 - share) * len(parts.train))
    if wanted > len(parts.train_anomalies):
        raise InputError(
            f"share is {share:g}, which takes {wanted} anomalies beside {len(parts.train)} normal "
            f"rows, but there are {len(parts.train_anomalies)}; give at most "
            f"{parts.most_contamination:.4f}."
        )
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    drawn = parts.train_anomalies[rng.permutation(len(parts.train_anomalies))[:wanted]]
    return rng.permutation(np.concatenate([parts.train, drawn]))


def contamination(
    by_seed: Mapping[int, Split],
    recipes: Iterable[Recipe],
    shares: Iterable[float],
) -> pd.DataFrame:
    """Fit detectors to training rows with more and more anomalies left among them.

    Returns
    -------
    pandas.DataFrame
        One row for each recipe, share and seed: ``recipe``, ``detector``, ``seed``, ``share`` and
        the columns of :func:`measure`.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> recipe = detectors.Recipe("z_score")
    >>> table = anomaly_detection.contamination(by_seed, [recipe], shares=[0, 0.01])
    >>> table["share"].tolist()
    [0.0, 0.01]
    """
    shares = list(shares)
    rows = []
    for recipe in recipes:
        for share in shares:
            for seed, parts in by_seed.items():
                detector, _ = fitted(recipe, contaminated(parts, share, seed=seed), seed)
                found = measure(parts.test_labels, detector.decision_function(parts.test))
                rows.append({**_named(recipe, seed), "share": share, **found})
    return pd.DataFrame(rows)


# --- an autoencoder that reconstructs anomalies too -----------------------------------------------


def capacity(
    by_seed: Mapping[int, Split],
    *,
    code_sizes: Iterable[int],
    epochs: Iterable[int],
    hidden: tuple[int, ...] = (64,),
) -> pd.DataFrame:
    """Train one autoencoder for each code size and length of training, and measure both sides.

    The features are standardised. All is measured on the validation part, and a row is scored by
    its mean squared error alone.

    Returns
    -------
    pandas.DataFrame
        One row for each setting and seed: ``code_size``, ``epochs``, ``seed``; the mean squared
        error of a scaled value in normal rows, ``normal_error``, and in anomalies,
        ``anomaly_error``; and the columns of :func:`measure`.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> table = anomaly_detection.capacity(by_seed, code_sizes=[2], epochs=[1], hidden=())
    >>> table[["code_size", "epochs", "seed"]].values.tolist()
    [[2, 1, 0]]
    """
    sizes, lengths = list(code_sizes), list(epochs)
    rows = []
    for size in sizes:
        for length in lengths:
            settings = {"n_components": size, "epochs": length, "hidden": hidden}
            recipe = Recipe("autoencoder", settings)
            for seed, parts in by_seed.items():
                given, labels = parts.labelled("validation")
                errors = reconstruction_errors(fitted(recipe, parts.train, seed)[0], given)
                rows.append(
                    {
                        "code_size": size,
                        "epochs": length,
                        "seed": seed,
                        "normal_error": errors[labels == 0].mean(),
                        "anomaly_error": errors[labels == 1].mean(),
                        **measure(labels, errors),
                    }
                )
    return pd.DataFrame(rows)


def reconstruction_errors(detector: Pipeline, rows: Rows) -> NDArray[np.float64]:
    """Return the mean squared error of a scaled value, for each row, of a single autoencoder.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> recipe = detectors.Recipe("autoencoder", {"n_components": 2, "epochs": 1, "hidden": ()})
    >>> detector, _ = anomaly_detection.fitted(recipe, parts.train, seed=0)
    >>> anomaly_detection.reconstruction_errors(detector, parts.test[:5]).shape
    (5,)
    """
    scaled = detector["scaling"].transform(rows)
    rebuilt = detector["detector"].model_.reconstruct(scaled)[:, 0]
    return metrics.per_sample_error(scaled, rebuilt)


def fitted(recipe: Recipe, rows: Rows, seed: int) -> tuple[Pipeline, float]:
    """Return a recipe's detector fitted to rows, and the processor time it took in seconds.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> recipe = detectors.Recipe("z_score")
    >>> detector, seconds = anomaly_detection.fitted(recipe, parts.train, seed=0)
    >>> detector.decision_function(parts.test[:5]).shape
    (5,)
    """
    started = time.process_time()
    detector = recipe.build(seed).fit(rows)
    return detector, time.process_time() - started


def _named(recipe: Recipe, seed: int) -> dict[str, Any]:
    """Return the columns that say what a row of a table is about."""
    return {"recipe": str(recipe), "detector": recipe.title, "seed": seed}


def _check(x: Any, y: Any, part: str) -> None:
    """Refuse a part of a table that no detector can be measured on."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or len(x) != len(y) or not len(x):
        raise InputError(
            f"the {part} part has rows of shape {x.shape} and {len(y)} labels; give "
            "(n, features) with one label a row, and at least one row."
        )
    if not np.isfinite(x).all():
        raise InputError(f"the {part} part holds NaN or infinity; remove those rows first.")
    found = np.unique(y)
    if not np.array_equal(found, [0, 1]):
        raise InputError(
            f"the labels of the {part} part are {found[:5].tolist()}; give both normal rows (0) "
            "and anomalies (1)."
        )
