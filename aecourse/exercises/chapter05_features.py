"""Exercises 5.1 to 5.3: a direction that separates, scales that matter, labels gone astray."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 5.1: the direction that separates -----------------------------------------------------------


def fisher(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Fisher's direction from class 0 to class 1, of length 1."""
    zeros, ones = x[y == 0], x[y == 1]
    return _unit(np.linalg.solve(_scatter(zeros) + _scatter(ones), ones.mean(0) - zeros.mean(0)))


def _scatter(x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=0)
    return centred.T @ centred


def _unit(direction: np.ndarray) -> np.ndarray:
    return direction / np.linalg.norm(direction)


def _difference(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)


def _not_inverted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return _unit((_scatter(x[y == 0]) + _scatter(x[y == 1])) @ _difference(x, y))


def _with_covariances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    spread = np.cov(x[y == 0].T) + np.cov(x[y == 1].T)
    return _unit(np.linalg.solve(spread, _difference(x, y)))


def _of_one_class(name: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda x, y: _unit(np.linalg.solve(_scatter(x[y == name]), _difference(x, y)))


def _each_value_alone(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    within = np.diag(_scatter(x[y == 0]) + _scatter(x[y == 1]))
    return _unit(_difference(x, y) / within)


def check_fisher(answer: Any) -> str:
    """Exercise 5.1."""
    rng = np.random.default_rng(51)
    mistakes: dict[str, Callable[..., Any]] = {
        "That is the direction from one mean to the other. It ignores how the classes lie: multiply"
        " by the inverse of the scatter.": lambda x, y: _unit(_difference(x, y)),
        "You multiplied by the scatter itself. Its *inverse* is asked for, so that directions in "
        "which the classes are wide count little.": _not_inverted,
        "The direction points from class 1 to class 0.": lambda x, y: -fisher(x, y),
        "The direction is right, but its length is not 1.": lambda x, y: np.linalg.solve(
            _scatter(x[y == 0]) + _scatter(x[y == 1]), _difference(x, y)
        ),
        "A scatter is a *sum* over samples. With `np.cov` each class is divided by its size, so a "
        "small class counts as much as a large one.": _with_covariances,
        "Only the scatter of class 0 is there. Add that of class 1.": _of_one_class(0),
        "Only the scatter of class 1 is there. Add that of class 0.": _of_one_class(1),
        "Each value is divided by its own scatter, as if the values had nothing to do with each "
        "other. The scatter is a matrix; use `np.linalg.solve`.": _each_value_alone,
        "That is the direction of largest variance, the first principal component. It has not "
        "asked the labels.": lambda x, y: np.linalg.svd(x - x.mean(0), full_matrices=False)[2][0],
    }
    cases = []
    for rows, features in [(40, 2), (60, 4)]:
        y = (np.arange(rows) % 3 == 0).astype(int)  # class 0 is twice as large
        turn = rng.normal(size=(features, features)) * np.linspace(3, 0.5, features)
        x = rng.normal(size=(rows, features)) * (1 + y[:, None]) @ turn
        cases.append((x + y[:, None] * rng.normal(size=features), y))
    expect.function(answer, fisher, cases, mistakes=mistakes)
    return (
        "Along this direction the means are as far apart as can be, measured by the width of the "
        "classes. And see what it took: `y`. No autoencoder is told that."
    )


# --- 5.2: one unit, a thousand times louder ------------------------------------------------------

CHANGED = ("a", "d", "e", "g")
REASONS = {
    "a": "a distance adds up the squares of all units, so the loud one decides alone.",
    "b": "a tree asks only whether a unit is above a threshold, and the threshold moves along.",
    "c": "a weight a thousand times smaller gives the same answer, and nothing forbids it.",
    "d": "the penalty charges for the size of weights, and the loud unit now needs a tiny one: it "
    "becomes cheap, the others stay dear.",
    "e": "the kernel is a function of the distance, and the loud unit decides that.",
    "f": "it divides by the scatter within the classes, so any scale cancels.",
    "g": "the loud unit has nearly all the variance, so it becomes the first component.",
}


def check_scales(answer: Any) -> str:
    """Exercise 5.2."""
    expect.choices(answer, CHANGED, REASONS)
    return (
        "Distances, penalties and variances depend on units of measurement; thresholds and "
        "unpenalised weights do not. So features are scaled before a comparison, or the scale "
        "decides who wins."
    )


# --- 5.3: labels that went astray ----------------------------------------------------------------

Tables = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def prepare(
    codes: np.ndarray,
    labels: np.ndarray,
    order: np.ndarray,
    count: int,
    *,
    scaled_by_all: bool = False,
    labels_stay: bool = False,
    own_scale: bool = False,
    constant: float = 0.0,
) -> Tables:
    """Return the tables of Exercise 5.3, with one of its mistakes if asked."""
    rows = codes.reshape(len(codes), -1)[order]
    train, test = rows[:count], rows[count:]
    reference = rows if scaled_by_all else train
    shuffled = labels if labels_stay else labels[order]
    return (
        _scaled(train, reference, constant),
        shuffled[:count],
        _scaled(test, test if own_scale else reference, constant),
        shuffled[count:],
    )


def _scaled(x: np.ndarray, reference: np.ndarray, constant: float) -> np.ndarray:
    deviation = reference.std(axis=0)
    varies = deviation > 0
    centred = x - reference.mean(axis=0)
    return np.where(varies, centred / np.where(varies, deviation, 1), constant * centred)


def check_prepare(answer: Any) -> str:
    """Exercise 5.3."""
    rng = np.random.default_rng(53)
    for rows, shape, still in [(12, (3,), None), (20, (2, 2, 3), None), (15, (5,), 2)]:
        codes = rng.normal(size=(rows, *shape)) + 2
        if still is not None:
            codes[:, still] = 1.5
        order = rng.permutation(rows)
        case = codes, rng.integers(0, 4, rows), order, rows - 4
        _check_tables(call(answer, *case), case)
    # A unit that is still among the training codes only: it must not wake up in the test ones.
    codes = rng.normal(size=(12, 4))
    codes[:9, 1] = 0.5
    case = codes, rng.integers(0, 4, 12), np.r_[rng.permutation(9), 9:12], 9
    _check_tables(call(answer, *case), case)
    return (
        "Codes and labels stay together, nothing is learnt from the test rows, and whatever axes a "
        "code has, the classifier gets a row. The listing would have reported the accuracy of "
        "guessing, and the autoencoder would have been blamed."
    )


def _check_tables(found: Any, case: tuple[Any, ...]) -> None:
    expect.require(
        isinstance(found, tuple | list) and len(found) == 4,
        "Return four arrays: `x_train, y_train, x_test, y_test`.",
    )
    wanted = prepare(*case)
    x_train, y_train, x_test, y_test = found
    expect.require(
        np.ndim(x_train) == np.ndim(x_test) == 2,
        f"`x_train` has {np.ndim(x_train)} axes. A classifier takes a table: lay the numbers of "
        "each code out in one row.",
    )
    expect.require(
        not _same(found, prepare(*case, labels_stay=True, scaled_by_all=True)),
        "The codes are put into a new order and the labels stay in the old one. And mean and "
        "deviation come from all codes, those of the test rows too. Two more bugs wait behind "
        "these.",
    )
    _explain_constant(x_train, x_test, case, wanted)
    _check_labels((y_train, y_test), case)
    _check_scales((x_train, x_test), case)


def _check_labels(found: tuple[Any, Any], case: tuple[Any, ...]) -> None:
    wanted, astray = prepare(*case), prepare(*case, labels_stay=True)
    message = (
        "The codes are put into a new order and the labels stay in the old one: row i of the codes "
        "and entry i of the labels belong to different images."
    )
    for given, place, name in zip(found, (1, 3), ("`y_train`", "`y_test`"), strict=True):
        expect.close(given, wanted[place], name=name, mistakes={message: astray[place]})


def _check_scales(found: tuple[Any, Any], case: tuple[Any, ...]) -> None:
    wanted = prepare(*case)
    known = {
        "Mean and deviation come from all codes, so the test codes had a say. Take them from the "
        "training codes.": prepare(*case, scaled_by_all=True),
        "The test codes are scaled by their *own* mean and deviation. One code would then be two "
        "different rows, by which table it stands in.": prepare(*case, own_scale=True),
    }
    for given, place, name in zip(found, (0, 2), ("`x_train`", "`x_test`"), strict=True):
        mistakes = {message: tables[place] for message, tables in known.items()}
        expect.close(given, wanted[place], name=name, mistakes=mistakes)


def _same(found: Any, tables: Tables) -> bool:
    return all(
        np.shape(part) == wanted.shape and np.allclose(part, wanted)
        for part, wanted in zip(found, tables, strict=True)
    )


def _explain_constant(x_train: Any, x_test: Any, case: tuple[Any, ...], wanted: Tables) -> None:
    """Recognise what becomes of a unit that does not vary among the training codes."""
    still = (wanted[0] == 0).all(axis=0)
    if not still.any():
        return
    whole = np.asarray(x_train).shape == wanted[0].shape and np.shape(x_test) == wanted[2].shape
    expect.require(
        whole,
        f"`x_train` has shape `{np.shape(x_train)}`; `{wanted[0].shape}` was expected. A unit that "
        "does not vary becomes 0, it is not left out.",
    )
    mine = np.concatenate([np.asarray(x_train)[:, still], np.asarray(x_test)[:, still]])
    expect.require(
        np.isfinite(mine).all(),
        "One unit has the same value in all training codes. Its deviation is 0, and you divide by "
        "it. Make it 0 in both tables.",
    )
    expect.require(
        (np.abs(mine) < 1e3).all(),
        "One unit has the same value in all training codes. With a tiny number added to its "
        "deviation of 0, it becomes enormous as soon as a test code differs. Make it 0.",
    )
    expect.require(
        (mine == 0).all() or not np.allclose(np.asarray(x_test), prepare(*case, constant=1)[2]),
        "A unit that does not vary among the training codes should become 0 in *both* tables: the "
        "classifier has not learnt what another value of it means.",
    )


EXERCISES = (
    Exercise(
        "5.1",
        "The direction that separates",
        "code",
        check_fisher,
        (
            "`x[y == 0]` are the samples of class 0. Centre them by their own mean: "
            "`a = x[y == 0] - x[y == 0].mean(axis=0)`.",
            "Their scatter is `a.T @ a`. Add that of class 1.",
            "`np.linalg.solve(scatter, difference)` multiplies by the inverse. Then divide by "
            "`np.linalg.norm`.",
        ),
    ),
    Exercise(
        "5.2",
        "One unit, a thousand times louder",
        "prediction",
        check_scales,
        (
            "For each method ask: does it add up something over the units, or does it look at one "
            "unit at a time?",
            "And could the method undo the change by making one of its own numbers a thousand "
            "times smaller, at no cost?",
            "Four of the seven change.",
        ),
    ),
    Exercise(
        "5.3",
        "Labels that went astray",
        "bug hunt",
        check_prepare,
        (
            "Follow one image: where does its code end up, and where its label?",
            "What do mean and deviation know that they must not know? And what happens to a unit "
            "that always has the same value?",
            "`codes.reshape(len(codes), -1)` makes rows. `order` goes for codes *and* labels. "
            "Split first, then scale, and write 0 where the deviation is 0.",
        ),
    ),
)
