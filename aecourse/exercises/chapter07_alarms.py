"""Exercises 7.2, 7.4, 7.6 and 7.8: alarms and their costs, rankings, a detector of one's own."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse import metrics
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 7.2: a hundred alarms -----------------------------------------------------------------------

ROWS, FRAUDS, RECALL, FALSE_ALARMS = 100_000, 200, 0.9, 0.01


def check_rare_alarms(answer: Any) -> str:
    """Exercise 7.2."""
    given = expect.mapping(answer, ["alarms", "precision", "accuracy", "accuracy_of_silence"])
    normal = ROWS - FRAUDS
    found, false = RECALL * FRAUDS, FALSE_ALARMS * normal
    expect.number(
        given["alarms"],
        found + false,
        within=3,
        name="`alarms`",
        mistakes={
            "`alarms` lacks the false ones: a hundredth of the *normal* transactions.": found,
            "`alarms` lacks the frauds that were found.": false,
            "`alarms` counts all frauds; only nine in ten are flagged.": FRAUDS + false,
        },
    )
    expect.number(
        given["precision"],
        found / (found + false),
        within=0.005,
        name="`precision`",
        mistakes={
            "`precision`: that is the recall, the share of the *frauds* that is flagged. Of the "
            "*alarms*, which share are frauds?": RECALL,
            "`precision`: a false positive rate of 1 % does not make 99 % of the alarms right. "
            "There are 499 times as many normal transactions.": 1 - FALSE_ALARMS,
            "`precision`: that is frauds over false alarms. Divide by *all* alarms.": found / false,
        },
    )
    expect.number(
        given["accuracy"],
        (found + normal - false) / ROWS,
        within=0.0004,
        name="`accuracy`",
        mistakes={
            "`accuracy`: that is the share of right verdicts among normal transactions and frauds "
            "in equal numbers.": (RECALL + 1 - FALSE_ALARMS) / 2,
        },
    )
    expect.number(
        given["accuracy_of_silence"],
        normal / ROWS,
        within=0.0004,
        name="`accuracy_of_silence`",
        mistakes={
            "`accuracy_of_silence`: who flags nothing is wrong on the frauds only.": 0.0,
        },
    )
    return (
        "Who never raises an alarm has the higher accuracy, and finds nothing. And of this good "
        "detector's alarms about one in six is right: frauds are rare, so a hundredth of all the "
        "others outnumbers them."
    )


# --- 7.4: where mistakes cost least --------------------------------------------------------------


def cost(
    labels: np.ndarray,
    scores: np.ndarray,
    threshold: float,
    amounts: np.ndarray,
    false_alarm: float,
) -> float:
    """Return what the mistakes at a threshold cost."""
    flags = scores > threshold
    return float(
        amounts[(labels == 1) & ~flags].sum() + false_alarm * (flags & (labels == 0)).sum()
    )


def _found_ones(
    labels: np.ndarray, scores: np.ndarray, line: float, amounts: np.ndarray, alarm: float
) -> float:
    flags = scores > line
    return float(amounts[(labels == 1) & flags].sum() + alarm * (flags & (labels == 0)).sum())


def _all_flagged(
    labels: np.ndarray, scores: np.ndarray, line: float, amounts: np.ndarray, alarm: float
) -> float:
    flags = scores > line
    return float(amounts[(labels == 1) & ~flags].sum() + alarm * flags.sum())


def check_cheapest(answer: Any, cheapest: Any) -> str:
    """Exercise 7.4."""
    _check_cost(answer)
    _check_cheapest(cheapest)
    return (
        "The cost changes only where the line passes a score, so trying the scores is enough. What "
        "it is worth depends on the mix: here frauds are far more frequent than in real life, and "
        "a line that is cheap here is too low there."
    )


def _check_cost(answer: Any) -> None:
    small = (
        np.array([0, 1, 0, 1, 1]),
        np.array([1.0, 2.0, 3.0, 4.0, 0.5]),
        2.0,
        np.array([10.0, 300.0, 20.0, 500.0, 80.0]),
        7.0,
    )
    rng = np.random.default_rng(74)
    cases = [small]
    for threshold in (0.0, 1.5):
        labels, scores, amounts = _scored(rng, 80)
        cases.append((labels, scores, threshold, amounts, 5.0))
    mistakes: dict[str, Callable[..., Any]] = {
        "That adds up the amounts of the frauds that were *found*. Lost are those that were not.": (
            _found_ones
        ),
        "A found fraud is counted as a false alarm too. Only flagged *normal* rows are.": (
            _all_flagged
        ),
        "A score equal to the threshold is flagged here. Flagged is what lies *above* it.": (
            lambda y, s, t, a, c: cost(y, s, np.nextafter(t, -np.inf), a, c)
        ),
        "The amounts of normal transactions are lost, too, in your sum. Only frauds are lost.": (
            lambda y, s, t, a, c: float(a[s <= t].sum() + c * ((s > t) & (y == 0)).sum())
        ),
        "Each missed fraud is counted once, whatever it is worth. It costs its amount.": (
            lambda y, s, t, a, c: cost(y, s, t, np.ones(len(a)), c)
        ),
        "The false alarms are missing.": lambda y, s, t, a, c: cost(y, s, t, a, 0.0),
        "The missed frauds are missing.": lambda y, s, t, a, c: cost(y, s, t, 0 * a, c),
        "You divided by the number of rows. The whole cost is asked for.": lambda y, s, t, a, c: (
            cost(y, s, t, a, c) / len(y)
        ),
    }
    expect.function(answer, cost, cases, name="the result of `cost`", mistakes=mistakes)


def _check_cheapest(cheapest: Any) -> None:
    rng = np.random.default_rng(75)
    for alarm in (5.0, 60.0, 1e6, 1e-6):
        labels, scores, amounts = _scored(rng, 120)
        line = expect.single(
            call(cheapest, labels, scores, amounts, alarm), name="the result of `cheapest`"
        )
        places = np.concatenate([[scores.min() - 1], scores])
        costs = np.array([cost(labels, scores, place, amounts, alarm) for place in places])
        mine = cost(labels, scores, line, amounts, alarm)
        if np.isclose(mine, costs.min()):
            continue
        expect.require(
            not np.isclose(line, costs.min()),
            "`cheapest` returns the lowest *cost*. Return the threshold at which it is reached.",
        )
        expect.require(
            not np.isclose(mine, costs.max()),
            "`cheapest` returns the threshold at which the mistakes cost *most*.",
        )
        expect.require(
            alarm != 1e-6,
            f"With false alarms that cost next to nothing, all is to be flagged: the cost is "
            f"{mine:,.2f}, and could be {costs.min():,.2f}. Try a line below the lowest score, "
            "too.",
        )
        expect.require(
            False,
            f"With {alarm:g} for a false alarm, your threshold {line:.3f} costs {mine:,.2f}; there "
            f"is one that costs {costs.min():,.2f}. Try every score as the threshold.",
        )


def _scored(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, scores and amounts; the lowest score is a fraud's."""
    labels = (rng.random(count) < 0.2).astype(int)
    scores = rng.normal(size=count) + 1.5 * labels
    labels[0], scores[0] = 1, scores.min() - 0.5
    return labels, scores, np.round(rng.lognormal(4, 1, count), 2)


# --- 7.6: down the list --------------------------------------------------------------------------


def average_precision(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the mean, over the anomalies, of the precision down the list to each of them."""
    ordered = labels[np.argsort(-scores)]
    precision = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return float(precision[ordered == 1].mean())


def _over_all_places(labels: np.ndarray, scores: np.ndarray) -> float:
    ordered = labels[np.argsort(-scores)]
    return float((np.cumsum(ordered) / np.arange(1, len(ordered) + 1)).mean())


def check_average_precision(answer: Any) -> str:
    """Exercise 7.6."""
    rng = np.random.default_rng(76)
    cases = [(np.array([1, 1, 0, 1, 0]), np.array([9.0, 8.0, 7.0, 6.0, 5.0]))]
    for count in (30, 60):
        labels = rng.permutation(np.repeat([0, 1], [count - 7, 7]))
        cases.append((labels, rng.normal(size=count) + labels))
    mistakes: dict[str, Callable[..., Any]] = {
        "You go *up* the list. The highest score comes first.": lambda y, s: average_precision(
            y, -s
        ),
        "You average over all places of the list. Average over those where an anomaly stands.": (
            _over_all_places
        ),
        "That is the precision among as many rows as there are anomalies.": lambda y, s: (
            metrics.precision_at(y, s, int(y.sum()))
        ),
        "That is the area under the ROC curve.": metrics.roc_auc,
        "You divide by the number of rows. Divide by the number of anomalies.": lambda y, s: (
            average_precision(y, s) * y.mean()
        ),
        "The labels are in the order in which they came. Sort them by the scores first.": (
            lambda y, s: average_precision(y, -np.arange(len(y), dtype=float))
        ),
    }
    expect.function(answer, average_precision, cases, mistakes=mistakes)
    return (
        "Normal rows at the bottom of the list have no part in it: what counts is how clean the "
        "top is. Scores that know nothing reach the share of anomalies, so a value means nothing "
        "before you know that share."
    )


# --- 7.8: a detector of your own -----------------------------------------------------------------

FEWEST_NORMAL, FEWEST_ANOMALIES = 40, 5


def check_own_detector(answer: Any) -> str:
    """Exercise 7.8."""
    given = expect.mapping(answer, ["train", "test", "labels", "score", "threshold"])
    train = expect.array(given["train"], shape=(None, None), name="`train`").astype(float)
    test = expect.array(given["test"], shape=(None, train.shape[1]), name="`test`").astype(float)
    labels = expect.array(given["labels"], shape=(len(test),), name="`labels`")
    expect.require(
        set(np.unique(labels)) == {0, 1},
        "`labels` must hold both 0 (normal) and 1 (anomaly), one for each row of `test`.",
    )
    counts = np.bincount(labels.astype(int))
    expect.require(
        len(train) >= FEWEST_NORMAL
        and counts[0] >= FEWEST_NORMAL
        and counts[1] >= FEWEST_ANOMALIES,
        f"Take at least {FEWEST_NORMAL} rows in `train`, {FEWEST_NORMAL} normal ones in `test` and "
        f"{FEWEST_ANOMALIES} anomalies. There are {len(train)}, {counts[0]} and {counts[1]}.",
    )
    shared = {row.tobytes() for row in train} & {row.tobytes() for row in test}
    expect.require(
        len(shared) <= len(test) / 20,
        f"{len(shared)} rows stand in both `train` and `test`. Split first, then fit.",
    )
    score = given["score"]
    expect.require(
        callable(score), "`score` must be a function from rows, shape (n, features), to n scores."
    )
    threshold = expect.single(given["threshold"], name="`threshold`")
    found = expect.array(call(score, test), shape=(len(test),), name="the result of `score`")
    _explain_neighbours(score, test, found.astype(float))
    return _judged(train, test, labels.astype(int), found.astype(float), threshold)


def _explain_neighbours(score: Any, test: np.ndarray, found: np.ndarray) -> None:
    """Refuse scores that change with the rows beside them."""
    some = test[: len(test) // 2]
    again = expect.array(call(score, some), shape=(len(some),), name="the result of `score`")
    moved = np.abs(again - found[: len(some)]).max()
    expect.require(
        moved <= 1e-6 * max(1.0, np.abs(found).max()),
        "The score of a row changes with the rows that stand beside it. Is something fitted inside "
        "`score`, a scaling or a mean? Fit it to `train`, once, outside.",
    )


def _judged(
    train: np.ndarray,
    test: np.ndarray,
    labels: np.ndarray,
    found: np.ndarray,
    threshold: float,
) -> str:
    """Say how good a detector is beside the simplest one, or what is wrong with it."""
    area = metrics.roc_auc(labels, found)
    expect.require(
        area > 0.5,
        f"The AUROC is {area:.2f}: normal rows get the higher scores, or the scores know nothing. "
        "A higher score must mean more abnormal; scikit-learn's own detectors have it the other "
        "way round.",
    )
    confusion = metrics.confusion_at(labels, found, threshold)
    expect.require(confusion.flagged > 0, "No row of `test` lies above the threshold.")
    expect.require(
        confusion.false_positive_rate < 0.5,
        f"{confusion.false_positive_rate:.0%} of the normal rows lie above the threshold. Take a "
        "quantile of the scores of normal rows, such as that at 0.95.",
    )
    deviation = train.std(axis=0)
    deviation[deviation == 0] = 1
    simple = np.abs((test - train.mean(axis=0)) / deviation).max(axis=1)
    by_rule = metrics.average_precision(labels, simple)
    mine = metrics.average_precision(labels, found)
    interval = metrics.bootstrap_interval(metrics.average_precision, labels, found, repetitions=200)
    verdict = "ahead of" if mine > by_rule else "not ahead of"
    return (
        f"Its average precision is {mine:.3f} (95 % interval {interval.low:.3f} to "
        f"{interval.high:.3f}), {verdict} the z-score rule with {by_rule:.3f}; anomalies are "
        f"{labels.mean():.1%} of the rows. The threshold finds {confusion.recall:.0%} of them and "
        f"flags {confusion.false_positive_rate:.1%} of the normal rows."
    )


EXERCISES = (
    Exercise(
        "7.2",
        "A hundred alarms",
        "prediction",
        check_rare_alarms,
        (
            "Count. How many frauds are there, and how many of them are flagged? How many normal "
            "transactions, and how many of those?",
            "180 frauds are found, and 998 normal transactions flagged. Precision is a share of "
            "the alarms, accuracy a share of all transactions.",
            "Who flags nothing is right on every normal transaction.",
        ),
    ),
    Exercise(
        "7.4",
        "Where mistakes cost least",
        "code",
        check_cheapest,
        (
            "`flags = scores > threshold`. Lost are the amounts of frauds that are not flagged; "
            "paid for are normal rows that are.",
            "The cost changes only where the threshold passes a score. So `cheapest` need only try "
            "the scores themselves, and one line below them all.",
            "`min(places, key=lambda t: cost(labels, scores, t, amounts, false_alarm))`.",
        ),
    ),
    Exercise(
        "7.6",
        "Down the list",
        "code",
        check_average_precision,
        (
            "`labels[np.argsort(-scores)]` is the list from the highest score down.",
            "`np.cumsum` counts the anomalies so far; divide by 1, 2, 3, …",
            "Average the shares at the places where an anomaly stands, and only there.",
        ),
    ),
    Exercise(
        "7.8",
        "A detector of your own",
        "own data",
        check_own_detector,
        (
            "Any detector will do: yours of Exercise 7.1, one of scikit-learn or PyOD, or "
            "`aecourse.estimators.AutoencoderDetector`.",
            "Set aside some normal rows for the threshold; they may be in neither `train` nor "
            "`test`. `np.quantile(score(validation), 0.95)` makes one in twenty an alarm.",
            "A `LocalOutlierFactor(novelty=True)` has `decision_function`, with *low* values for "
            "abnormal rows: put a minus in front.",
        ),
        seconds=60.0,
    ),
)
