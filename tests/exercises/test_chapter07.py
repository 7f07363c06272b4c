"""Typical wrong answers to chapter 7, and a part of what each must be told."""

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse import metrics
from aecourse.exercises import chapter07_alarms, chapter07_scores, check
from aecourse.exercises.chapter07 import tried


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 7.1 ---


def mahalanobis(
    mean: str = "x_train.mean(0)",
    precision: str = "np.linalg.inv(np.cov(x_train.T, bias=True))",
    result: str = "((c @ P) * c).sum(1)",
) -> str:
    return function(
        "mahalanobis(x_train, x_new)",
        f"c = x_new - {mean}",
        f"P = {precision}",
        f"return {result}",
    )


# --- 7.2 ---


def alarms(**changed: float) -> str:
    right = {
        "alarms": 1178, "precision": 0.1528, "accuracy": 0.98982, "accuracy_of_silence": 0.998,
    }  # fmt: skip
    return f"prediction = {right | changed}"


# --- 7.3 ---

LISTING = function(
    "flag(fit, x_train, y_train, x_validation, y_validation, x_new, share)",
    "rebuild = fit(x_train)",
    "error = np.mean((x_new - rebuild(x_new)) ** 2)",
    "threshold = np.quantile((x_train - rebuild(x_train)) ** 2, share)",
    "return rebuild(x_new) > threshold",
)


def flag(
    fitted: str = "x_train[y_train == 0]",
    known: str = "x_validation[y_validation == 0]",
    share: str = "1 - share",
    result: str = "e(x_new) > t",
) -> str:
    return function(
        "flag(fit, x_train, y_train, x_validation, y_validation, x_new, share)",
        f"rebuild = fit({fitted})",
        "e = lambda x: np.mean((x - rebuild(x)) ** 2, axis=1)",
        f"t = np.quantile(e({known}), {share})",
        f"return {result}",
    )


# --- 7.4 ---

COST = function(
    "cost(labels, scores, threshold, amounts, false_alarm)",
    "f = scores > threshold",
    "return amounts[(labels == 1) & ~f].sum() + false_alarm * (f & (labels == 0)).sum()",
)
CHEAPEST = function(
    "cheapest(labels, scores, amounts, false_alarm)",
    "places = np.append(scores, scores.min() - 1)",
    "return min(places, key=lambda t: cost(labels, scores, t, amounts, false_alarm))",
)


def cost(result: str, flagged: str = "scores > threshold") -> str:
    head = "cost(labels, scores, threshold, amounts, false_alarm)"
    return function(head, f"f = {flagged}", f"return {result}") + CHEAPEST


def cheapest(result: str, places: str = "np.append(scores, scores.min() - 1)") -> str:
    return COST + function(
        "cheapest(labels, scores, amounts, false_alarm)",
        f"places = {places}",
        "costs = [cost(labels, scores, t, amounts, false_alarm) for t in places]",
        f"return {result}",
    )


LOST, PAID = "amounts[(labels == 1) & ~f].sum()", "false_alarm * (f & (labels == 0)).sum()"

# --- 7.5 ---


def sizes(**changed: float) -> str:
    return f"sizes_found = { ({'best': 4, 'copies': 9, 'blind': 10} | changed) }"


# --- 7.6 ---


def precision(
    result: str = "p[y == 1].mean()", order: str = "np.argsort(-scores)", place: str = "1"
) -> str:
    return function(
        "average_precision(labels, scores)",
        f"y = labels[{order}]",
        f"p = np.cumsum(y) / (np.arange(len(y)) + {place})",
        f"return {result}",
    )


# --- 7.7 ---


def reasons(scaled: str, result: str = "np.argsort(-u)[:count]") -> str:
    return function("reasons(normal_errors, errors, count)", f"u = {scaled}", f"return {result}")


SCALED = "(errors - normal_errors.mean(0)) / normal_errors.std(0)"

# --- 7.8 ---

ROWS = """
rng = np.random.default_rng(0)
normal, odd = rng.normal(size=(160, 4)), rng.normal(3, 1, size=(10, 4))
train, validation, test = normal[:60], normal[60:100], np.concatenate([normal[100:], odd])
labels = np.repeat([0, 1], [60, 10])
def score(rows):
    return np.abs(rows - train.mean(axis=0)).max(axis=1)
"""


def own(before: str = "", **changed: str) -> str:
    parts = {
        "train": "train",
        "test": "test",
        "labels": "labels",
        "score": "score",
        "threshold": "np.quantile(score(validation), 0.95)",
        **changed,
    }
    entries = ", ".join(f'"{name}": {value}' for name, value in parts.items())
    return f"{ROWS}\n{before}\nmine = {{{entries}}}"


MISTAKES = {
    "7.1": [
        Mistake(mahalanobis(mean="x_new.mean(0)"), "centred by its own mean"),
        Mistake(
            function(
                "mahalanobis(x_train, x_new)",
                "c = x_new - x_new.mean(0)",
                "return ((c @ np.linalg.inv(np.cov(x_new.T, bias=True))) * c).sum(1)",
            ),
            "those of `x_new`",
        ),
        Mistake(
            function(
                "mahalanobis(x_train, x_new)",
                "b = np.concatenate([x_train, x_new])",
                "c = x_new - b.mean(0)",
                "return ((c @ np.linalg.inv(np.cov(b.T, bias=True))) * c).sum(1)",
            ),
            "both tables together",
        ),
        Mistake(mahalanobis(precision="np.cov(x_train.T, bias=True)"), "by its inverse"),
        Mistake(mahalanobis(precision="np.diag(1 / x_train.var(0))"), "each feature by itself"),
        Mistake(mahalanobis(precision="np.eye(x_train.shape[1])"), "plain squared distances"),
        Mistake(mahalanobis(precision="np.linalg.inv(np.cov(x_train.T))"), "divides by n − 1"),
        Mistake(mahalanobis(result="np.sqrt(((c @ P) * c).sum(1))"), "*squared* distance"),
        Mistake(mahalanobis(result="c @ P @ c.T"), "shape"),
    ],
    "7.2": [
        Mistake(alarms(alarms=180), "lacks the false ones"),
        Mistake(alarms(alarms=998), "lacks the frauds"),
        Mistake(alarms(alarms=2000), "too large"),
        Mistake(alarms(precision=0.9), "that is the recall"),
        Mistake(alarms(precision=0.99), "does not make 99 %"),
        Mistake(alarms(precision=0.1804), "Divide by *all* alarms"),
        Mistake(alarms(accuracy=0.945), "in equal numbers"),
        Mistake(alarms(accuracy_of_silence=0), "wrong on the frauds only"),
    ],
    "7.3": [
        Mistake(LISTING, "one True or False a row"),
        Mistake(flag(fitted="x_train"), "still gets the frauds"),
        Mistake(flag(known="x_validation"), "rows of both kinds"),
        Mistake(flag(known="x_train[y_train == 0]"), "which the model knows"),
        Mistake(flag(known="x_new"), "the rows to be judged"),
        Mistake(flag(share="share"), "quantile at `1 - share`"),
        Mistake(flag(result="e(x_new) < t"), "upside down"),
        Mistake(flag(result="(rebuild(x_new) > t).any(axis=1)"), "how large a row is"),
        Mistake(flag(result="np.full(len(x_new), True)"), "same verdict for all"),
        Mistake(flag(result="e(x_new)"), "not its error"),
        Mistake(flag(result="x_new[e(x_new) > t]"), "has shape"),
        Mistake(flag(result="e(x_new) > 2 * t"), "wrong verdict"),
    ],
    "7.4": [
        Mistake(cost(f"amounts[(labels == 1) & f].sum() + {PAID}"), "were *found*"),
        Mistake(cost(f"{LOST} + false_alarm * f.sum()"), "found fraud is counted"),
        Mistake(cost(f"{LOST} + {PAID}", "scores >= threshold"), "equal to the threshold"),
        Mistake(cost(f"amounts[~f].sum() + {PAID}"), "Only frauds are lost"),
        Mistake(cost(f"((labels == 1) & ~f).sum() + {PAID}"), "It costs its amount"),
        Mistake(cost(LOST), "false alarms are missing"),
        Mistake(cost(PAID), "missed frauds are missing"),
        Mistake(cost(f"({LOST} + {PAID}) / len(labels)"), "whole cost"),
        Mistake(cheapest("min(costs)"), "lowest *cost*"),
        Mistake(cheapest("places[np.argmax(costs)]"), "cost *most*"),
        Mistake(cheapest("places[np.argmin(costs)]", "scores"), "below the lowest score"),
        Mistake(cheapest("np.median(scores)"), "Try every score"),
    ],
    "7.5": [
        Mistake(sizes(best=10), "rebuilds *everything*"),
        Mistake(sizes(best=7), "Another size"),
        Mistake(sizes(copies=8), "still loses"),
        Mistake(sizes(copies=10), "Find the fewest"),
        Mistake(sizes(blind=0), "wrong way round"),
        Mistake(sizes(blind=9), "without any error"),
        Mistake(sizes(best=3.5), "whole number"),
        Mistake(sizes(copies=11), "from 0 to 10"),
    ],
    "7.6": [
        Mistake(precision(order="np.argsort(scores)"), "go *up* the list"),
        Mistake(precision("p.mean()"), "all places"),
        Mistake(precision("y[:y.sum()].mean()"), "as many rows as there are anomalies"),
        Mistake(precision("(p * y).mean()"), "Divide by the number of anomalies"),
        Mistake(precision(order=":"), "Sort them by the scores"),
        Mistake(precision(place="2"), "differs"),
        Mistake(
            function(
                "average_precision(labels, scores)",
                "from sklearn.metrics import roc_auc_score",
                "return roc_auc_score(labels, scores)",
            ),
            "ROC",
        ),
    ],
    "7.7": [
        Mistake(reasons("errors"), "badly in *every* row"),
        Mistake(reasons("errors - normal_errors.mean(0)"), "how much it varies"),
        Mistake(reasons("errors / normal_errors.mean(0)"), "divided by the usual error"),
        Mistake(reasons(SCALED, "np.argsort(u)[:count]"), "*least* conspicuous features"),
        Mistake(reasons(SCALED, "np.argsort(u)[-count:]"), "least conspicuous of them"),
        Mistake(reasons(SCALED, "np.sort(u)[::-1][:count]"), "values, not positions"),
    ],
    "7.8": [
        Mistake(own(labels="np.zeros(70)"), "both 0 (normal) and 1"),
        Mistake(own(train="train[:20]"), "at least 40"),
        Mistake(own(train="normal"), "in both"),
        Mistake(own(score="score(test)"), "must be a function"),
        Mistake(
            own("def score(rows): return np.abs(rows - rows.mean(0)).max(1)"),
            "rows that stand beside",
        ),
        Mistake(
            own("def score(rows): return -np.abs(rows - train.mean(0)).max(1)"),
            "other way round",
        ),
        Mistake(own(threshold="1e9"), "No row of `test`"),
        Mistake(own(threshold="0"), "of the normal rows lie above"),
    ],
}


def test_the_distance_is_that_of_scikit_learn():
    from sklearn.covariance import EmpiricalCovariance

    rng = np.random.default_rng(0)
    train, new = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3)), rng.normal(size=(5, 3))
    expected = EmpiricalCovariance().fit(train).mahalanobis(new)
    np.testing.assert_allclose(chapter07_scores.mahalanobis(train, new), expected)


def test_cost_and_average_precision_are_those_of_the_package():
    rng = np.random.default_rng(1)
    labels, scores, amounts = (
        (rng.random(50) < 0.3).astype(int),
        rng.normal(size=50),
        rng.random(50),
    )
    assert chapter07_alarms.average_precision(labels, scores) == pytest.approx(
        metrics.average_precision(labels, scores)
    )
    assert chapter07_alarms.cost(labels, scores, 0.2, amounts, 0.1) == pytest.approx(
        metrics.total_cost(labels, scores, 0.2, missed=amounts, false_alarm=0.1)
    )


@pytest.mark.parametrize("seed", [73, 74])
def test_every_bug_of_the_listing_changes_some_verdict_and_no_two_the_same(seed):
    given = chapter07_scores._situation(seed)
    verdicts = [
        chapter07_scores.flagged(*given),
        *(mistaken(given) for mistaken in chapter07_scores.MISTAKES_OF_FLAGGED.values()),
    ]
    assert len({verdict.tobytes() for verdict in verdicts}) == len(verdicts)


def test_a_code_as_wide_as_the_row_copies_everything_and_ranks_by_chance():
    everything = tried(10)
    assert everything["normal_lost"] == everything["anomaly_lost"] == 0
    labels = chapter07_scores._exercise_rows()[2]
    assert everything["average_precision"] == pytest.approx(labels.mean())


def test_other_ways_to_the_cheapest_threshold_are_right_too():
    names: dict = {"np": np, "metrics": metrics}
    exec(COST, names)

    def midway(labels, scores, amounts, false_alarm):
        return metrics.lowest_cost_threshold(
            labels, scores, missed=amounts, false_alarm=false_alarm
        )

    assert check("7.4", names["cost"], cheapest=midway).passed
