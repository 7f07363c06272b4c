"""Exercises 7.1, 7.3, 7.5 and 7.7: distances, a broken detector, free copying, reasons."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from aecourse import metrics
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 7.1: far out, together ----------------------------------------------------------------------


def mahalanobis(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """Return the squared Mahalanobis distance of each new row from the training rows."""
    centred = x_new - x_train.mean(axis=0)
    precision = np.linalg.inv(np.cov(x_train.T, bias=True))
    return np.einsum("ij,jk,ik->i", centred, precision, centred)


def _z_squares(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    return np.square((x_new - x_train.mean(axis=0)) / x_train.std(axis=0))


def _not_inverted(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    centred = x_new - x_train.mean(axis=0)
    return np.einsum("ij,jk,ik->i", centred, np.cov(x_train.T, bias=True), centred)


def _own_centre(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    return mahalanobis(x_train, x_new - x_new.mean(axis=0) + x_train.mean(axis=0))


def check_mahalanobis(answer: Any) -> str:
    """Exercise 7.1."""
    rng = np.random.default_rng(71)
    cases = []
    for rows, features in [(40, 2), (60, 4)]:
        turn = rng.normal(size=(features, features)) + 2 * np.eye(features)
        train = rng.normal(size=(rows, features)) @ turn + 5
        cases.append((train, rng.normal(size=(7, features)) @ turn + 6))
    mistakes: dict[str, Callable[..., Any]] = {
        "`x_new` is centred by its own mean. Subtract that of `x_train`: a row is judged by the "
        "training rows, not by those beside it.": _own_centre,
        "Mean and covariance are those of `x_new`. Then a row is judged by the rows that happen to "
        "stand beside it; they must come from `x_train`.": lambda a, b: mahalanobis(b, b),
        "Mean and covariance come from both tables together, so the rows to be judged have a say "
        "in what is normal. Take `x_train` alone.": lambda a, b: mahalanobis(
            np.concatenate([a, b]), b
        ),
        "That multiplies by the covariance; a *large* spread must make a distance small. Multiply "
        "by its inverse.": _not_inverted,
        "Those are squared z-scores added up: each feature by itself. They do not know which "
        "values go together; the off-diagonal entries of the covariance do.": lambda a, b: (
            _z_squares(a, b).sum(axis=1)
        ),
        "Those are plain squared distances from the mean. Divide by the spread in each direction: "
        "the inverse of the covariance does it.": lambda a, b: np.square(b - a.mean(axis=0)).sum(
            axis=1
        ),
        "The covariance divides by n − 1. Here it is the mean over the n rows: "
        "`np.cov(..., bias=True)`.": lambda a, b: mahalanobis(a, b) * (len(a) - 1) / len(a),
        "That is the distance. The *squared* distance is asked for.": lambda a, b: np.sqrt(
            mahalanobis(a, b)
        ),
    }
    expect.function(answer, mahalanobis, cases, tolerance=1e-6, mistakes=mistakes)
    return (
        "A formula of 1936, three lines of NumPy, and nothing to tune. A row can be ordinary in "
        "every feature and far out in their combination; this distance sees it."
    )


# --- 7.3: a detector that finds all of them ------------------------------------------------------

Fit = Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]]
Given = tuple[Fit, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]


def flagged(
    fit: Fit,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_validation: np.ndarray,
    y_validation: np.ndarray,
    x_new: np.ndarray,
    share: float,
) -> np.ndarray:
    """Return which new rows lie above the quantile of the errors of normal validation rows."""
    rebuild = fit(x_train[y_train == 0])
    threshold = np.quantile(_errors(rebuild, x_validation[y_validation == 0]), 1 - share)
    return _errors(rebuild, x_new) > threshold


def _errors(rebuild: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    return np.square(x - rebuild(x)).mean(axis=1)


def _with(given: Given, **changes: Any) -> np.ndarray:
    """Return the flags with some of the arguments changed."""
    names = ("fit", "x_train", "y_train", "x_validation", "y_validation", "x_new", "share")
    return flagged(**{**dict(zip(names, given, strict=True)), **changes})


def _trained_on_all(given: Given) -> np.ndarray:
    fit, x_train = given[:2]
    return _with(given, fit=lambda _: fit(x_train))


def _against_reconstruction(given: Given) -> np.ndarray:
    fit, x_train, y_train, x_validation, y_validation, x_new, share = given
    rebuild = fit(x_train[y_train == 0])
    threshold = np.quantile(_errors(rebuild, x_validation[y_validation == 0]), 1 - share)
    return (rebuild(x_new) > threshold).any(axis=1)


MISTAKES_OF_FLAGGED: dict[str, Callable[[Given], np.ndarray]] = {
    "Nearly right, but upside down: the rows with a *small* error are flagged.": lambda g: (
        ~flagged(*g)
    ),
    "`fit` still gets the frauds among the training rows, so the model learns to rebuild them. "
    "Give it the rows with label 0 only.": _trained_on_all,
    "The threshold comes from validation rows of both kinds. The frauds among them push it up: "
    "take those with label 0.": lambda g: _with(g, y_validation=0 * g[4]),
    "The threshold is the quantile of the errors on the *training* rows, which the model knows. "
    "Their errors are too small; that is what the validation rows are for.": lambda g: _with(
        g, x_validation=g[1], y_validation=g[2]
    ),
    "The threshold is a quantile of the errors of `x_new`, the rows to be judged: then a fixed "
    "share is flagged whatever they are.": lambda g: _with(
        g, x_validation=g[5], y_validation=np.zeros(len(g[5]))
    ),
    "The quantile is taken at `share`, so that nearly all rows lie above it. Above the quantile at "
    "`1 - share` lies a share of `share`.": lambda g: _with(g, share=1 - g[6]),
    "The *reconstruction* is compared with a threshold for errors. An error says how far the two "
    "are apart; the reconstruction alone says how large a row is.": _against_reconstruction,
}


def check_flagged(answer: Any) -> str:
    """Exercise 7.3."""
    for seed in (73, 74):
        given = _situation(seed)
        found = expect.array(call(answer, *given), name="the result of `flag`")
        rows = len(given[5])
        expect.require(
            found.shape == (rows,),
            f"The result has shape `{found.shape}` for {rows} new rows. Return one True or False "
            "a row: take the mean of the squared errors *over the features* of each row.",
        )
        expect.require(
            set(np.unique(found)) <= {0, 1},
            "Return True or False for each new row, not its error or its values.",
        )
        made = found.astype(bool)
        if (made == flagged(*given)).all():
            continue
        expect.require(
            made.any() and not made.all(),
            "The same verdict for all rows: is there one error for the whole table? There must be "
            "one for each row.",
        )
        for message, mistaken in MISTAKES_OF_FLAGGED.items():
            expect.require((made != mistaken(given)).any(), message)
        differ = int((made != flagged(*given)).sum())
        expect.require(False, f"{differ} of {rows} rows get the wrong verdict.")
    return (
        "Trained on normal rows, one error a row, a threshold from normal rows that the model has "
        "not seen, and errors compared with errors. Each line of the listing ran, and each was "
        "wrong."
    )


def _situation(seed: int) -> Given:
    """Return a fit by principal components, and rows on which every mistake shows."""
    rng = np.random.default_rng(seed)
    features, hidden = 8, 2
    turn = rng.normal(size=(hidden, features))
    other = rng.normal(size=(1, features))

    def rows(count: int, frauds: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.permutation(np.repeat([0, 1], [count, frauds]))
        x = rng.normal(size=(len(y), hidden)) @ turn + 0.3 * rng.normal(size=(len(y), features))
        return x + 3 * y[:, None] * other * rng.uniform(0.3, 1, (len(y), 1)) - 2, y

    def fit(x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        mean = x.mean(axis=0)
        kept = np.linalg.svd(x - mean, full_matrices=False)[2][: hidden + 1]
        return lambda new: (new - mean) @ kept.T @ kept + mean

    train, validation, new = rows(25, 8), rows(60, 9), rows(150, 20)
    return fit, *train, *validation, new[0], 0.1


# --- 7.5: how much may it copy? ------------------------------------------------------------------

FEATURES, HIDDEN = 10, 4
LOST = 0.1  # of an anomaly's squared length, below which it counts as copied


@cache
def _exercise_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scaled normal rows to learn from, and rows of both kinds with their labels.

    The features of normal rows follow four hidden numbers; those of an anomaly are taken from
    different rows, so that each is ordinary and together they are not.
    """
    rng = np.random.default_rng(75)
    directions = rng.normal(size=(HIDDEN, FEATURES))
    hidden = rng.normal(size=(900, HIDDEN)) * [3, 2, 1.5, 1]
    x = hidden @ directions + 0.6 * rng.normal(size=(900, FEATURES))
    y = (rng.random(900) < 0.1).astype(int)
    x[y == 1] = 0.7 * rng.permuted(x[y == 1], axis=0)
    train = x[:450][y[:450] == 0]
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (x[450:] - mean) / deviation, y[450:]


@cache
def _directions() -> np.ndarray:
    return np.linalg.svd(_exercise_rows()[0], full_matrices=False)[2]


def tried(k: int) -> dict[str, float]:
    """Return what a linear autoencoder with ``k`` numbers in its code does with new rows.

    Parameters
    ----------
    k
        From 0 to 10, the number of features.

    Returns
    -------
    dict of str to float
        ``normal_lost`` and ``anomaly_lost``, the share of its squared length that a row of each
        kind loses, and ``average_precision``, with the reconstruction error as the score.
    """
    _, rows, labels = _exercise_rows()
    kept = _directions()[: int(k)]
    # Whole copies leave rounding errors, which would make a ranking of their own.
    errors = np.round(np.square(rows - rows @ kept.T @ kept).sum(axis=1), 12)
    lengths = np.square(rows).sum(axis=1)
    lost = [errors[labels == label].sum() / lengths[labels == label].sum() for label in (0, 1)]
    return {
        "normal_lost": float(lost[0]),
        "anomaly_lost": float(lost[1]),
        "average_precision": metrics.average_precision(labels, errors),
    }


def check_copying(answer: Any) -> str:
    """Exercise 7.5."""
    given = expect.mapping(answer, ["best", "copies", "blind"])
    sizes = {}
    for name, value in given.items():
        size = expect.single(value, name=f"`{name}`")
        expect.require(
            size in range(FEATURES + 1),
            f"`{name}` is `{size:g}`; give a whole number from 0 to {FEATURES}.",
        )
        sizes[name] = int(size)
    curve = [tried(k) for k in range(FEATURES + 1)]
    _check_best(sizes["best"], [point["average_precision"] for point in curve])
    _check_copies(sizes["copies"], [point["anomaly_lost"] for point in curve])
    _check_blind(sizes["blind"], curve)
    return (
        "The better it rebuilds, the less its error says: in the end all errors are zero and all "
        "rows alike. A detector needs a model that *can* rebuild normal rows and *cannot* rebuild "
        "others, and a small reconstruction loss is no proof of it."
    )


def _check_best(mine: int, precision: list[float]) -> None:
    expect.require(
        mine != FEATURES,
        "`best`: that code rebuilds normal rows best. But it rebuilds *everything*; look at "
        "`average_precision`.",
    )
    expect.require(
        mine == int(np.argmax(precision)),
        f"`best`: with {mine} numbers the average precision is {precision[mine]:.3f}. Another size "
        "reaches more.",
    )


def _check_copies(mine: int, lost: list[float]) -> None:
    expect.require(
        lost[mine] < LOST,
        f"`copies`: with {mine} numbers an anomaly still loses {lost[mine]:.1%}.",
    )
    expect.require(
        mine == next(k for k, share in enumerate(lost) if share < LOST),
        "`copies`: anomalies lose less than a tenth already with fewer numbers. Find the fewest.",
    )


def _check_blind(mine: int, curve: list[dict[str, float]]) -> None:
    expect.require(
        mine != 0,
        "`blind`: without any code the error is the distance from the mean. That does tell rows "
        "apart, though here the wrong way round: the average precision is *below* the share of "
        "anomalies.",
    )
    expect.require(
        curve[mine]["normal_lost"] == 0,
        f"`blind`: with {mine} numbers the average precision is "
        f"{curve[mine]['average_precision']:.3f}, not what guessing has. At which size is every "
        "row rebuilt without any error?",
    )


# --- 7.7: which feature was it? ------------------------------------------------------------------


def reasons(normal_errors: np.ndarray, errors: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the features furthest above their usual error, the furthest first."""
    scaled = (errors - normal_errors.mean(axis=0)) / normal_errors.std(axis=0)
    return np.argsort(-scaled, kind="stable")[:count]


def check_reasons(answer: Any) -> str:
    """Exercise 7.7."""
    rng = np.random.default_rng(77)
    cases = []
    for rows, features, count in [(50, 5, 2), (80, 9, 4)]:
        usual = np.geomspace(0.1, 10, features)
        normal = usual * rng.gamma(2.0, size=(rows, features))
        cases.append((normal, usual * rng.gamma(4.0, size=features), count))
    mistakes: dict[str, Callable[..., Any]] = {
        "You ranked the errors as they are. Some features are rebuilt badly in *every* row, and "
        "always come first; compare with their usual errors.": lambda a, e, n: np.argsort(
            -e, kind="stable"
        )[:n],
        "You subtracted the usual error, but did not divide by how much it varies.": (
            lambda a, e, n: np.argsort(-(e - a.mean(axis=0)), kind="stable")[:n]
        ),
        "You divided by the usual error. Subtract it, and divide by the standard deviation.": (
            lambda a, e, n: np.argsort(-(e / a.mean(axis=0)), kind="stable")[:n]
        ),
        "That is the reverse: the *least* conspicuous features come first.": lambda a, e, n: (
            reasons(a, e, len(e))[::-1][:n]
        ),
        "Those are the right features, but the least conspicuous of them comes first.": (
            lambda a, e, n: reasons(a, e, n)[::-1]
        ),
        "Those are values, not positions: `np.argsort` tells where they stand.": lambda a, e, n: (
            np.sort((e - a.mean(axis=0)) / a.std(axis=0))[::-1][:n]
        ),
    }
    expect.function(answer, reasons, cases, mistakes=mistakes)
    return (
        "An error counts by how unusual it is for its feature. Mind what it says: these values do "
        "not go with the others of the row. It does not say that the row is a fraud, nor why."
    )


EXERCISES = (
    Exercise(
        "7.1",
        "Far out, together",
        "code",
        check_mahalanobis,
        (
            "Subtract the mean of `x_train` from `x_new`. What tells how far the training rows "
            "spread in each direction?",
            "`np.cov(x_train.T, bias=True)` is the covariance, `np.linalg.inv` its inverse.",
            "With `c` the centred rows and `P` the inverse: `((c @ P) * c).sum(axis=1)`.",
        ),
    ),
    Exercise(
        "7.3",
        "A detector that finds all of them",
        "bug hunt",
        check_flagged,
        (
            "Go through it line by line. Which rows does `fit` get? How many numbers are in "
            "`error`? From which rows does the threshold come?",
            "There is to be one error a row: `np.mean(..., axis=1)`. And what is compared with "
            "the threshold in the last line?",
            "`rebuild = fit(x_train[y_train == 0])`; the threshold is "
            "`np.quantile(errors_of_normal_validation_rows, 1 - share)`; flagged is what has a "
            "larger *error*.",
        ),
    ),
    Exercise(
        "7.5",
        "How much may it copy?",
        "experiment",
        check_copying,
        (
            "`for k in range(11): print(k, tried(k))` prints all there is.",
            '`max(range(11), key=lambda k: tried(k)["average_precision"])` '
            "finds the best. A code with as "
            "many numbers as there are features loses nothing.",
        ),
    ),
    Exercise(
        "7.7",
        "Which feature was it?",
        "code",
        check_reasons,
        (
            "What is the usual error of each feature, and by how much does it vary? `axis=0`.",
            "`(errors - mean) / deviation`, then `np.argsort` of the negative: the largest first.",
        ),
    ),
)
