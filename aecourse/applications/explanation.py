"""Why a row was flagged: the features that an autoencoder could not reconstruct.

Some features are reconstructed badly in every row. An error therefore counts by how far it lies
above the usual error of its feature, in standard deviations over normal training rows.

Examples
--------
``usual_errors``:

>>> from aecourse import datasets
>>> from aecourse.applications import anomaly_detection, detectors, explanation
>>> parts = anomaly_detection.split(datasets.load("creditcard"))
>>> recipe = detectors.Recipe("autoencoder", {"n_components": 2, "epochs": 1, "hidden": ()})
>>> detector, _ = anomaly_detection.fitted(recipe, parts.train, seed=0)
>>> usual = explanation.usual_errors(detector, parts.train)
>>> usual.mean.shape, bool((usual.deviation > 0).all())
((29,), True)

``explain``:

>>> from aecourse import datasets
>>> from aecourse.applications import anomaly_detection, detectors, explanation
>>> parts = anomaly_detection.split(datasets.load("creditcard"))
>>> recipe = detectors.Recipe("autoencoder", {"n_components": 2, "epochs": 1, "hidden": ()})
>>> detector, _ = anomaly_detection.fitted(recipe, parts.train, seed=0)
>>> usual = explanation.usual_errors(detector, parts.train)
>>> table = explanation.explain(detector, parts.test[0], usual, parts.feature_names)
>>> table.columns.tolist(), len(table)
(['feature', 'value', 'error', 'scaled_error'], 29)
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from aecourse.applications.anomaly_detection import Rows, Split, fitted
from aecourse.applications.detectors import Recipe
from aecourse.checks import real
from aecourse.errors import InputError

FIRST_PLACES = (1, 3)


class UsualErrors(NamedTuple):
    """Mean and standard deviation of each feature's error over normal rows, shape ``(features,)``.

    A feature whose error does not vary has deviation 1.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import explanation
    >>> usual = explanation.UsualErrors(mean=np.zeros(2), deviation=np.ones(2))
    >>> usual.deviation.tolist()
    [1.0, 1.0]
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


def feature_errors(detector: Pipeline, rows: Rows) -> NDArray[np.float64]:
    """Return the error of each feature of each row, shape ``(n, features)``.

    Parameters
    ----------
    detector
        A fitted recipe ``"autoencoder"`` or ``"ensemble"``.
    rows
        Unscaled rows, shape ``(n, features)``.

    Raises
    ------
    InputError
        If the detector does not reconstruct.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors, explanation
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> recipe = detectors.Recipe("autoencoder", {"n_components": 2, "epochs": 1, "hidden": ()})
    >>> detector, _ = anomaly_detection.fitted(recipe, parts.train, seed=0)
    >>> explanation.feature_errors(detector, parts.test[:5]).shape
    (5, 29)
    """
    last = detector["detector"]
    if not hasattr(last, "feature_errors"):
        raise InputError(
            f"{type(last).__name__} has no error for each feature; give a detector that "
            "reconstructs, such as AutoencoderDetector."
        )
    return last.feature_errors(detector["scaling"].transform(rows))


def usual_errors(detector: Pipeline, normal_rows: Rows) -> UsualErrors:
    """Return what errors are usual; give the normal rows that the detector was fitted to."""
    errors = feature_errors(detector, normal_rows)
    deviation = errors.std(axis=0)
    return UsualErrors(errors.mean(axis=0), np.where(deviation > 0, deviation, 1.0))


def scaled_errors(detector: Pipeline, rows: Rows, usual: UsualErrors) -> NDArray[np.float64]:
    """Return how far each error lies above the usual one, in its standard deviations.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors, explanation
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> recipe = detectors.Recipe("autoencoder", {"n_components": 2, "epochs": 1, "hidden": ()})
    >>> detector, _ = anomaly_detection.fitted(recipe, parts.train, seed=0)
    >>> usual = explanation.usual_errors(detector, parts.train)
    >>> explanation.scaled_errors(detector, parts.test[:5], usual).shape
    (5, 29)
    """
    return (feature_errors(detector, rows) - usual.mean) / usual.deviation


def explain(
    detector: Pipeline, row: Any, usual: UsualErrors, feature_names: Sequence[str]
) -> pd.DataFrame:
    """Return the features of one row, the most conspicuous first.

    Parameters
    ----------
    detector
        A fitted recipe ``"autoencoder"`` or ``"ensemble"``.
    row
        One unscaled row, shape ``(features,)``.
    usual
        As :func:`usual_errors` returns them.
    feature_names
        One for each feature.

    Returns
    -------
    pandas.DataFrame
        ``feature``, ``value``, ``error`` and ``scaled_error``.

    Raises
    ------
    InputError
        If there is not one row with a value for each name.
    """
    values = np.asarray(row, dtype=np.float64)
    if values.shape != (len(feature_names),):
        raise InputError(
            f"row has shape {values.shape}; give one row with the {len(feature_names)} values of "
            "the named features."
        )
    one = values[np.newaxis]
    return pd.DataFrame(
        {
            "feature": list(feature_names),
            "value": values,
            "error": feature_errors(detector, one)[0],
            "scaled_error": scaled_errors(detector, one, usual)[0],
        }
    ).sort_values("scaled_error", ascending=False, ignore_index=True)


def pointing(by_seed: Mapping[int, Split], recipe: Recipe, *, shift: float) -> pd.DataFrame:
    """Change one feature in normal rows and see how often an explanation names it.

    In each normal validation row one feature, drawn at random, is moved up or down. Three rankings
    of the features are asked for it: by error, by scaled error, and by the size of the scaled value
    itself, which needs no autoencoder.

    Parameters
    ----------
    by_seed
        A split for each seed.
    recipe
        A recipe ``"autoencoder"`` or ``"ensemble"``.
    shift
        By how many standard deviations of the feature it is moved.

    Returns
    -------
    pandas.DataFrame
        One row for each ranking and seed: ``ranking``, ``seed``, and the shares of rows in which
        the feature comes first, ``first_1``, or among the first three, ``first_3``.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, detectors, explanation
    >>> by_seed = anomaly_detection.splits(datasets.load("creditcard"), seeds=[0])
    >>> recipe = detectors.Recipe("autoencoder", {"n_components": 2, "epochs": 1, "hidden": ()})
    >>> explanation.pointing(by_seed, recipe, shift=4.0)["ranking"].tolist()
    ['error', 'scaled_error', 'scaled_value']
    """
    shift = real(shift, "shift", above=0)
    rows = []
    for seed, parts in by_seed.items():
        detector, _ = fitted(recipe, parts.train, seed)
        changed, feature = disturbed(parts, shift, seed)
        rankings = {
            "error": feature_errors(detector, changed),
            "scaled_error": scaled_errors(detector, changed, usual_errors(detector, parts.train)),
            "scaled_value": np.abs(detector["scaling"].transform(changed)),
        }
        rows += [
            {"ranking": name, "seed": seed, **_shares_in_front(values, feature)}
            for name, values in rankings.items()
        ]
    return pd.DataFrame(rows)


def disturbed(parts: Split, shift: float, seed: int) -> tuple[Rows, NDArray[np.int64]]:
    """Return normal validation rows with one feature moved, and which one it is in each.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import anomaly_detection, explanation
    >>> parts = anomaly_detection.split(datasets.load("creditcard"))
    >>> rows, feature = explanation.disturbed(parts, shift=4.0, seed=0)
    >>> changed = rows != parts.normal("validation")
    >>> bool((changed.argmax(axis=1) == feature).all()), int(changed.sum(axis=1).max())
    (True, 1)
    """
    rng = np.random.default_rng(seed)
    rows = parts.normal("validation").copy()
    feature = rng.integers(rows.shape[1], size=len(rows))
    sign = rng.choice([-1, 1], size=len(rows))
    rows[np.arange(len(rows)), feature] += sign * shift * parts.train.std(axis=0)[feature]
    return rows, feature


def _shares_in_front(values: NDArray[np.float64], feature: NDArray[np.int64]) -> dict[str, float]:
    """Return how often the given feature has one of the highest values of its row."""
    own = values[np.arange(len(values)), feature]
    higher = (values > own[:, np.newaxis]).sum(axis=1)
    return {f"first_{places}": float((higher < places).mean()) for places in FIRST_PLACES}
