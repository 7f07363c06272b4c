"""Exercises 9.1, 9.3, 9.4 and 9.7: a score, a flattered one, a choice of trials, an own project."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from aecourse import metrics
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call
from aecourse.exercises.verdicts import Wrong

# --- 9.1: a score without Keras ------------------------------------------------------------------

Scorer = dict[str, Any]


def score(x: np.ndarray, rebuilt: np.ndarray, scorer: Scorer) -> np.ndarray:
    """Return the score of each row, as an exported run describes it."""
    return (_surprise(x, rebuilt, scorer).mean(axis=1) - scorer["mean"]) / scorer["deviation"]


def _surprise(x: np.ndarray, rebuilt: np.ndarray, scorer: Scorer) -> np.ndarray:
    return np.log1p(np.square((rebuilt - x) / np.asarray(scorer["spreads"])))


def _standard(values: np.ndarray, scorer: Scorer) -> np.ndarray:
    return (values - scorer["mean"]) / scorer["deviation"]


def _relative(x: np.ndarray, rebuilt: np.ndarray, scorer: Scorer) -> np.ndarray:
    return np.abs(rebuilt - x) / np.asarray(scorer["spreads"])


MISTAKEN_SCORES: dict[str, Callable[..., np.ndarray]] = {
    "The errors are not divided by `spreads`: a value that is always rebuilt badly drowns the "
    "others.": lambda x, r, s: _standard(np.log1p(np.square(r - x)).mean(axis=1), s),
    "The square is missing: log(1 + (error / spread)²).": lambda x, r, s: _standard(
        np.log1p(_relative(x, r, s)).mean(axis=1), s
    ),
    "Those are the squares themselves. Take `np.log1p` of them, so that they grow slowly.": (
        lambda x, r, s: _standard(np.square(_relative(x, r, s)).mean(axis=1), s)
    ),
    "The 1 is missing: log(1 + …) is 0 for a perfect copy, log(…) is minus infinity.": (
        lambda x, r, s: _standard(np.log(np.square(_relative(x, r, s))).mean(axis=1), s)
    ),
    "That is the sum over the values; the mean is asked for.": lambda x, r, s: _standard(
        _surprise(x, r, s).sum(axis=1), s
    ),
    "The score is not standardised yet: subtract `mean`, then divide by `deviation`.": (
        lambda x, r, s: _surprise(x, r, s).mean(axis=1)
    ),
    "`mean` and `deviation` are those of *validation* rows. You standardised by the rows at hand, "
    "so that a row's score changes with its neighbours.": lambda x, r, s: (
        (_surprise(x, r, s).mean(axis=1) - _surprise(x, r, s).mean(axis=1).mean())
        / _surprise(x, r, s).mean(axis=1).std()
    ),
    "Subtract the mean first and divide the whole: the brackets are missing.": (
        lambda x, r, s: _surprise(x, r, s).mean(axis=1) - s["mean"] / s["deviation"]
    ),
    "Give one score for each row: the mean is taken along `axis=1`.": lambda x, r, s: _standard(
        _surprise(x, r, s).mean(axis=0), s
    ),
}


def check_score(answer: Any) -> str:
    """Exercise 9.1."""
    cases = []
    for seed, rows, values in ((911, 6, 4), (912, 9, 5)):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, values))
        spreads = rng.uniform(0.2, 3.0, values)
        rebuilt = x + spreads * rng.standard_t(2, size=x.shape)
        scorer = {"spreads": spreads.tolist(), "mean": 0.7, "deviation": 0.25, "threshold": 2.5}
        cases.append((x, rebuilt, scorer))
    expect.function(answer, score, cases, tolerance=1e-6, mistakes=MISTAKEN_SCORES)
    return (
        "One number a column and two for all: so little turns a reconstruction into a score. It "
        "can be written in any language, and the test is that it gives the same score."
    )


# --- 9.3: a project that flatters ----------------------------------------------------------------

Known = Callable[[np.ndarray, np.ndarray], np.ndarray]
Project = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, Known]


def judged(*given: Any) -> np.ndarray:
    """Return threshold, precision and recall of a project in which nothing leaks."""
    return _judged(*given)


def _judged(
    x: np.ndarray,
    fraud: np.ndarray,
    train: np.ndarray,
    validation: np.ndarray,
    test: np.ndarray,
    score: Known,
    *,
    scaled_by: str = "usual",
    learnt_from: str = "usual",
    line_from: str = "validation",
    level: float = 0.99,
    measured: Callable[[np.ndarray, np.ndarray], list[float]] | None = None,
) -> np.ndarray:
    """Judge a project, with a switch for each mistake."""
    usual = train[~fraud[train]]
    rows = {"usual": usual, "train": train, "all": np.arange(len(x))}
    lines = {
        "validation": validation[~fraud[validation]],
        "validation with frauds": validation,
        "test": test,
        "usual": usual,
    }
    known = x[rows[scaled_by]]
    scaled = (x - known.mean(axis=0)) / known.std(axis=0)
    scores = score(scaled[rows[learnt_from]], scaled)
    threshold = float(np.quantile(scores[lines[line_from]], level))
    flagged = scores[test] > threshold
    return np.array([threshold, *(measured or _precision_and_recall)(flagged, fraud[test])])


def _precision_and_recall(flagged: np.ndarray, fraud: np.ndarray) -> list[float]:
    hits = float((flagged & fraud).sum())
    return [hits / max(1, flagged.sum()), hits / fraud.sum()]


def _accuracy(flagged: np.ndarray, fraud: np.ndarray) -> list[float]:
    return [float((flagged == fraud).mean())] * 2


MISTAKES_OF_JUDGED: dict[str, Callable[..., np.ndarray]] = {
    "Mean and deviation come from all rows, the test part among them. Take the usual training "
    "rows.": lambda *g: _judged(*g, scaled_by="all"),
    "The frauds among the training rows still have a say in mean and deviation.": (
        lambda *g: _judged(*g, scaled_by="train")
    ),
    "The detector still learns from the frauds among the training rows.": lambda *g: _judged(
        *g, learnt_from="train"
    ),
    "The frauds among the training rows are still learnt from, by the scaling and by the "
    "detector.": lambda *g: _judged(*g, scaled_by="train", learnt_from="train"),
    "The threshold is read off the *test* part: then it fits those rows, and no others.": (
        lambda *g: _judged(*g, line_from="test")
    ),
    "The threshold is read off the validation part with its frauds, so it lies too high. Take the "
    "usual ones.": lambda *g: _judged(*g, line_from="validation with frauds"),
    "The threshold is read off the training rows, which the detector knows. Take the usual rows "
    "of the validation part.": lambda *g: _judged(*g, line_from="usual"),
    "One in a hundred is to lie *above* the line: the quantile of 0.99, not of 0.01.": (
        lambda *g: _judged(*g, level=0.01)
    ),
    "Those are accuracies. With few frauds they are high whatever is flagged: give precision and "
    "recall.": lambda *g: _judged(*g, measured=_accuracy),
    "Precision and recall are swapped: the precision comes first.": lambda *g: judged(*g)[
        [0, 2, 1]
    ],
}


def check_judged(answer: Any) -> str:
    """Exercise 9.3."""
    for seed in (931, 932):
        given = _situation(seed)
        found = call(answer, *given)
        variants = {text: wrong(*given) for text, wrong in MISTAKES_OF_JUDGED.items()}
        expect.close(found, judged(*given), name="the result of `judged`", mistakes=variants)
    return (
        "Five leaks, and each of them made the project look better than it is, or hid how bad it "
        "is. None of them stopped the program. In the package a test looks for them."
    )


def _situation(seed: int) -> Project:
    """Return rows with frauds in all parts, and a detector, on which every mistake shows."""
    rng = np.random.default_rng(seed)
    fraud = np.arange(420) % 14 == 3
    x = rng.normal(size=(420, 4)) * [1.0, 3.0, 0.5, 2.0] + [0.0, 5.0, 1.0, -2.0]
    x[fraud] += rng.normal(2.5, 1.5, (int(fraud.sum()), 4)) * [1.0, 3.0, 0.5, 2.0]
    train, validation, test = np.split(rng.permutation(420), [200, 300])

    def score(known: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return np.square(rows - known.mean(axis=0)).mean(axis=1)

    return x, fraud, train, validation, test, score


# --- 9.4: which trial would you take? ------------------------------------------------------------

SIZES = (1, 2, 4, 6, 8, 10, 12)
_COLUMNS = 12


@cache
def _rows() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training and validation rows, and later rows with the outcome."""
    rng = np.random.default_rng(94)
    hidden, directions = rng.normal(size=(1_600, 4)), rng.normal(size=(4, _COLUMNS))
    rows = hidden @ directions + 0.5 * rng.normal(size=(1_600, _COLUMNS))
    odd = np.arange(1_600) >= 1_560
    moved = rng.normal(size=(40, _COLUMNS)) * (rng.random((40, _COLUMNS)) < 0.25)
    rows[odd] += 2.5 * moved
    later = rng.permutation(np.arange(900, 1_600))
    return rows[:600], rows[600:900], rows[later], odd[later]


@cache
def trial(code_size: int) -> dict[str, float]:
    """Return what a trial of a sweep gives, on a small made-up table.

    Parameters
    ----------
    code_size
        Numbers in the code of a linear autoencoder, one of ``SIZES``.

    Returns
    -------
    dict of str to float
        ``mse``, the error on usual validation rows; ``mse_of_frauds``, the error on the frauds
        among later rows; and ``average_precision``, with which it finds them there.
    """
    train, validation, later, odd = _rows()
    mean = train.mean(axis=0)
    axes = np.linalg.svd(train - mean, full_matrices=False)[2][: int(code_size)]

    def errors(rows: np.ndarray) -> np.ndarray:
        centred = rows - mean
        return np.square(centred - centred @ axes.T @ axes).mean(axis=1)

    # Of a perfect copy only rounding is left, which would rank rows by chance.
    found = np.round(errors(later), 12)
    return {
        "mse": float(np.round(errors(validation).mean(), 4)),
        "mse_of_frauds": float(np.round(found[odd].mean(), 4)),
        "average_precision": round(metrics.average_precision(odd.astype(int), found), 4),
    }


def check_trials(answer: Any) -> str:
    """Exercise 9.4."""
    given = expect.mapping(answer, ["sweep", "detector", "longest"])
    mine = {name: expect.one_of(value, SIZES, f"`{name}`") for name, value in given.items()}
    curve = {size: trial(size) for size in SIZES}
    lowest = min(curve, key=lambda size: curve[size]["mse"])
    best = max(curve, key=lambda size: curve[size]["average_precision"])
    expect.require(
        mine["sweep"] == lowest,
        f"`sweep`: with {mine['sweep']} numbers the validation error is "
        f"{curve[mine['sweep']]['mse']:.3f}; another trial has less.",
    )
    expect.require(
        mine["detector"] != lowest,
        "`detector`: that trial copies best, frauds included: look at `mse_of_frauds`, and at "
        "`average_precision`.",
    )
    expect.require(
        mine["detector"] == best,
        f"`detector`: its average precision is {curve[mine['detector']]['average_precision']:.3f}; "
        "another trial has more.",
    )
    good = [s for s in SIZES if curve[s]["average_precision"] > 0.9 * _best(curve)]
    expect.require(
        mine["longest"] == max(good),
        f"`longest`: with {mine['longest']} numbers the average precision is "
        f"{curve[mine['longest']]['average_precision']:.3f}; nine tenths of the best are "
        f"{0.9 * _best(curve):.3f}. Which is the longest code above that?",
    )
    return (
        "A sweep finds what it is told to look for. The smallest error belongs to the trial that "
        "copies everything, and a perfect copy of a fraud is no alarm. Where labels come later, "
        "judge the best few trials by them."
    )


def _best(curve: dict[int, dict[str, float]]) -> float:
    return max(one["average_precision"] for one in curve.values())


# --- 9.7: a project of your own ------------------------------------------------------------------

FEWEST = 30  # samples in a test part
CLOSE = 0.01
OF_THE_BOOK = ("example.csv", "history.csv")
CHOICES = ("autoencoder", "PCA", "neither")
MEASURES = (
    ("detection", "average_precision", "pca_average_precision", "average precision"),
    ("reconstruction", "explained_variance", "pca_explained_variance", "explained variance"),
)


def check_own_project(answer: Any) -> str:
    """Exercise 9.7."""
    given = expect.mapping(answer, ["run", "better"])
    run = Path(str(given["run"])).expanduser()
    content, settings = _read(run, "metrics.json"), _read(run, "config.yml")
    expect.require(
        Path(str(settings["data"]["path"])).name not in OF_THE_BOOK,
        f"That run is about {Path(str(settings['data']['path'])).name}, which came with the book. "
        "Take data of your own.",
    )
    expect.require(
        content["part"] == "the test part",
        f"The run was measured on {content['part']}, which chose its threshold and its epochs. "
        "Set `data.test_share` above 0.",
    )
    expect.require(
        content["samples"] >= FEWEST,
        f"The test part has {content['samples']} samples; with fewer than {FEWEST} the numbers say "
        "little.",
    )
    name, ours, simple = _compared(content)
    right = "neither" if abs(ours - simple) < CLOSE else CHOICES[int(simple > ours)]
    told = f"The {name} is {ours:.3f}, and {simple:.3f} with PCA"
    made = str(given["better"]).strip()
    expect.require(made in CHOICES, f"`better` is `{made}`; choose from {', '.join(CHOICES)}.")
    expect.require(
        made == right,
        f"{told}; less than {CLOSE} apart counts as `neither`. Which of the two is better?",
    )
    return (
        f"{told}, on {content['samples']:,} samples that neither has seen. Would the difference be "
        "the same with another `training.seed`? Train with three, and you know."
    )


def _read(run: Path, name: str) -> dict[str, Any]:
    """Return what a file of a run holds."""
    try:
        text = (run / name).read_text(encoding="utf-8")
        content = json.loads(text) if name.endswith("json") else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Wrong(
            f"In `{run.name}` there is no readable `{name}`. `run` must be the folder of a "
            "finished run, such as `cards/runs/first`."
        ) from error
    expect.require(isinstance(content, dict), f"`{name}` in `{run.name}` is not that of a run.")
    return dict(content)


def _compared(content: dict[str, Any]) -> tuple[str, float, float]:
    """Return what network and PCA are compared by, and both numbers."""
    for section, ours, simple, name in MEASURES:
        found = content.get(section) or {}
        if found.get(ours) is not None and found.get(simple) is not None:
            return name, float(found[ours]), float(found[simple])
    raise Wrong("The run has no numbers to compare: its test samples are all equal.")


EXERCISES = (
    Exercise(
        "9.1",
        "A score without Keras",
        "code",
        check_score,
        (
            "Begin with the errors, and divide each column by its entry of `spreads`.",
            "`np.log1p(np.square(errors / spreads)).mean(axis=1)` is the surprise of each row.",
            'At the end: `(surprise - scorer["mean"]) / scorer["deviation"]`.',
        ),
    ),
    Exercise(
        "9.3",
        "A project that flatters",
        "bug hunt",
        check_judged,
        (
            "Go line by line, and ask of each: which rows does this number come from? May it?",
            "`usual = train[~fraud[train]]` are the rows to scale by and to learn from. The line "
            "comes from `validation[~fraud[validation]]`.",
            "One in a hundred above the line is `np.quantile(…, 0.99)`. Precision is the share of "
            "frauds among the flagged, recall the share of flagged among the frauds.",
        ),
    ),
    Exercise(
        "9.4",
        "Which trial would you take?",
        "experiment",
        check_trials,
        (
            "`for size in SIZES: print(size, trial(size))` prints all there is.",
            "The sweep takes the lowest `mse`. Labels that come later speak by "
            "`average_precision`.",
            "For `longest`: come down from 12 until the average precision is above nine tenths of "
            "the best one.",
        ),
    ),
    Exercise(
        "9.7",
        "A project of your own",
        "own data",
        check_own_project,
        (
            "`aecourse init mine --data my.csv`, then `aecourse train mine/config.yml`. Columns "
            "that only name a row belong into `preprocessing.ignore`.",
            "`run` is the folder `mine/runs/first`, as text; `better` is one of 'autoencoder', "
            "'PCA' and 'neither'.",
            "`aecourse evaluate mine/runs/first` prints the two columns to compare: the average "
            "precision if there are anomalies, else the explained variance.",
        ),
    ),
)
