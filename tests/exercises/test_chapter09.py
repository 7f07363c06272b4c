"""Typical wrong answers to the exercises on a project, and what each must be told."""

import json

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.exercises import chapter09_judging, chapter09_runs
from aecourse.exercises.chapter09 import SIZES, trial
from aecourse.exercises.chapter09_judging import check_own_project
from aecourse.exercises.chapter09_runs import check_write
from aecourse.exercises.verdicts import Wrong
from aecourse.project.schema import Evaluation
from aecourse.project.scoring import Scorer


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 9.1 ---


def score(
    surprise: str = "np.log1p(np.square(errors))",
    errors: str = '(rebuilt - x) / np.array(scorer["spreads"])',
    row: str = "surprise.mean(axis=1)",
    result: str = '(row - scorer["mean"]) / scorer["deviation"]',
) -> str:
    return function(
        "score(x, rebuilt, scorer)",
        f"errors = {errors}",
        f"surprise = {surprise}",
        f"row = {row}",
        f"return {result}",
    )


# --- 9.2 ---


def workers(**changed: float) -> str:
    return f"prediction = { ({'one': 2432, 'four': 617, 'most': 120, 'hours': 43.8} | changed) }"


# --- 9.3 ---


LISTING = function(
    "judged(x, fraud, train, validation, test, score)",
    "scaled = (x - x.mean(axis=0)) / x.std(axis=0)",
    "scores = score(scaled[train], scaled)",
    "threshold = np.quantile(scores[test], 0.01)",
    "flagged = scores[test] > threshold",
    "accuracy = (flagged == fraud[test]).mean()",
    "return threshold, accuracy, accuracy",
)


def judged(
    scaled_by: str = "usual",
    learnt_from: str = "usual",
    line_from: str = "validation[~fraud[validation]]",
    level: str = "0.99",
    result: str = "threshold, hits / flagged.sum(), hits / fraud[test].sum()",
) -> str:
    return function(
        "judged(x, fraud, train, validation, test, score)",
        "usual, everything = train[~fraud[train]], np.arange(len(x))",
        f"known = x[{scaled_by}]",
        "scaled = (x - known.mean(axis=0)) / known.std(axis=0)",
        f"scores = score(scaled[{learnt_from}], scaled)",
        f"threshold = np.quantile(scores[{line_from}], {level})",
        "flagged = scores[test] > threshold",
        "hits = (flagged & fraud[test]).sum()",
        "accuracy = (flagged == fraud[test]).mean()",
        f"return {result}",
    )


# --- 9.4 ---


def trials(**changed: int) -> str:
    return f"found = { ({'sweep': 12, 'detector': 4, 'longest': 8} | changed) }"


# --- 9.5 ---


def write(*lines: str) -> str:
    return function("write(path, lines)", *lines, "return path")


# --- 9.6 ---


def order(result: str, *before: str) -> str:
    return function("order(n, seed, epoch)", *before, f"return {result}")


# --- 9.7 ---

METRICS = {
    "part": "the test part",
    "samples": 80,
    "detection": {"average_precision": 0.9, "pca_average_precision": 0.6},
    "reconstruction": {"explained_variance": 0.5, "pca_explained_variance": 0.5},
}


def own(better: str = "autoencoder", path: str = "cells.csv", **changed: object) -> str:
    """Return code that makes the folder of a run and hands it over."""
    return f"""
import json, tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp()) / "first"
folder.mkdir()
(folder / "metrics.json").write_text({json.dumps(json.dumps(METRICS | changed))})
(folder / "config.yml").write_text("data:\\n  path: {path}\\n")
mine = {{"run": str(folder), "better": "{better}"}}
"""


MISTAKES = {
    "9.1": [
        Mistake(score(errors="rebuilt - x"), "not divided by `spreads`"),
        Mistake(score("np.log1p(np.abs(errors))"), "The square is missing"),
        Mistake(score("np.square(errors)"), "the squares themselves"),
        Mistake(score("np.log(np.square(errors))"), "The 1 is missing"),
        Mistake(score(row="surprise.sum(axis=1)"), "That is the sum"),
        Mistake(score(result="row"), "not standardised yet"),
        Mistake(score(result="(row - row.mean()) / row.std()"), "changes with its neighbours"),
        Mistake(score(result='row - scorer["mean"] / scorer["deviation"]'), "brackets are missing"),
        Mistake(score(row="surprise.mean(axis=0)"), "along `axis=1`"),
    ],
    "9.2": [
        Mistake(workers(one=2900), "not before each trial"),
        Mistake(workers(one=2420), "the start is missing"),
        Mistake(workers(one=2412), "handed out as well"),
        Mistake(workers(four=608), "start cannot be shared out"),
        Mistake(workers(four=605), "`four`: the start is missing"),
        Mistake(workers(most=40), "many more trials than 40"),
        Mistake(workers(most=60), "How many half seconds"),
        Mistake(workers(hours=8760), "time of one machine"),
        Mistake(workers(hours=0.55), "how many failures"),
    ],
    "9.3": [
        Mistake(LISTING, "differs"),
        Mistake(judged(scaled_by="everything"), "come from all rows"),
        Mistake(judged(scaled_by="train"), "a say in mean and deviation"),
        Mistake(judged(learnt_from="train"), "detector still learns from the frauds"),
        Mistake(judged("train", "train"), "by the scaling and by the detector"),
        Mistake(judged(line_from="test"), "read off the *test* part"),
        Mistake(judged(line_from="validation"), "with its frauds"),
        Mistake(judged(line_from="usual"), "which the detector knows"),
        Mistake(judged(level="0.01"), "not of 0.01"),
        Mistake(judged(result="threshold, accuracy, accuracy"), "Those are accuracies"),
        Mistake(
            judged(result="threshold, hits / fraud[test].sum(), hits / flagged.sum()"),
            "are swapped",
        ),
    ],
    "9.4": [
        Mistake(trials(sweep=10), "another trial has less"),
        Mistake(trials(detector=12), "copies best, frauds included"),
        Mistake(trials(detector=6), "another trial has more"),
        Mistake(trials(longest=6), "longest code above that"),
        Mistake(trials(sweep=3), "give one of"),
    ],
    "9.5": [
        Mistake(
            write(
                "with open(path, 'w') as file:",
                "    for line in lines:",
                "        file.write(line)",
            ),
            "already empty, or half full",
        ),
        Mistake(write("path.write_text(''.join(lines))"), "old file itself is written over"),
        Mistake(
            write("if path.exists():", "    path.unlink()", "path.write_text(''.join(lines))"),
            "the old file is gone",
        ),
        Mistake(
            write("new = path.with_name('new')", "new.write_text(''.join(lines))"),
            "no file of that name",
        ),
        Mistake(
            write("with open(path, 'a') as file:", "    file.writelines(list(lines))"),
            "nothing that was there before",
        ),
        Mistake(
            write(
                "new = path.with_name('new')",
                "try:",
                "    new.write_text(''.join(lines))",
                "    new.replace(path)",
                "except Exception:",
                "    pass",
            ),
            "as if nothing had happened",
        ),
    ],
    "9.6": [
        Mistake(order("np.random.default_rng(seed).permutation(n)"), "All epochs have the same"),
        Mistake(order("np.random.default_rng(epoch).permutation(n)"), "`seed` is not used"),
        Mistake(order("np.random.default_rng(seed + epoch).permutation(n)"), "Did you add the two"),
        Mistake(
            order("np.random.default_rng(sorted((seed, epoch))).permutation(n)"),
            "must not be exchangeable",
        ),
        Mistake(order("np.random.default_rng().permutation(n)"), "it gives two orders"),
        Mistake(
            order("np.random.permutation(n)", "np.random.seed(1000 * seed + epoch)"),
            "global random state",
        ),
        Mistake(
            order("np.roll(np.random.default_rng(seed).permutation(n), epoch + 1)"),
            "neighbours stay neighbours",
        ),
        Mistake(order("np.random.default_rng((seed, epoch)).integers(0, n, n)"), "come once"),
    ],
    "9.7": [
        Mistake(own("PCA"), "Which of the two is better?"),
        Mistake(own("best"), "choose from"),
        Mistake(own(path="history.csv"), "came with the book"),
        Mistake(own(part="the validation part"), "chose its threshold"),
        Mistake(own(samples=12), "fewer than 30"),
        Mistake(own() + 'mine["run"] = "nowhere"', "no readable `metrics.json`"),
    ],
}


def test_the_score_by_hand_is_that_of_the_package():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    rebuilt = x + rng.normal(size=x.shape) * [0.1, 1.0, 5.0]
    scorer = Scorer.fit((x[:200], rebuilt[:200]), (x[200:], rebuilt[200:]), Evaluation())
    found = chapter09_judging.score(x, rebuilt, scorer.state())
    np.testing.assert_allclose(found, scorer.of(x, rebuilt))


@pytest.mark.parametrize("seed", [931, 932])
def test_every_leak_changes_a_number_and_no_two_the_same(seed):
    given = chapter09_judging._situation(seed)
    found = [
        chapter09_judging.judged(*given),
        *(wrong(*given) for wrong in chapter09_judging.MISTAKES_OF_JUDGED.values()),
    ]
    assert len({numbers.round(6).tobytes() for numbers in found}) == len(found)


def test_the_smallest_error_belongs_to_the_worst_detector():
    curve = [trial(size) for size in SIZES]
    errors = [one["mse"] for one in curve]
    assert errors == sorted(errors, reverse=True)
    quality = [one["average_precision"] for one in curve]
    assert 0 < int(np.argmax(quality)) < len(SIZES) - 1
    assert quality[-1] == min(quality)


@pytest.mark.tensorflow
def test_the_order_of_the_solution_is_the_one_that_training_uses():
    from aecourse.training import batches

    found = batches.order(seed=1, epoch=2, samples=9)
    np.testing.assert_array_equal(found, chapter09_runs.order(9, 1, 2))


def test_a_file_of_another_folder_is_not_asked_for():
    def write(path, lines):
        new = path.with_name(f"{path.name}.new")
        with new.open("w") as file:
            file.writelines(lines)
        return new.replace(path)

    assert "os.fsync" in check_write(write)


def test_runs_that_are_close_count_as_equal_and_variance_stands_in_for_anomalies(tmp_path):
    content = METRICS | {"detection": None}
    (tmp_path / "metrics.json").write_text(json.dumps(content))
    (tmp_path / "config.yml").write_text("data:\n  path: cells.csv\n")
    assert "explained variance" in check_own_project({"run": tmp_path, "better": "neither"})
    content["reconstruction"] = {}
    (tmp_path / "metrics.json").write_text(json.dumps(content))
    with pytest.raises(Wrong, match="no numbers to compare"):
        check_own_project({"run": tmp_path, "better": "PCA"})
