"""Typical wrong answers to chapter 5, and a part of what each must be told."""

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.errors import InputError
from aecourse.exercises import chapter05_labels, check
from aecourse.exercises.chapter05 import read_right


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 5.1 ---


def fisher(
    scatter: str = "sum((p - p.mean(0)).T @ (p - p.mean(0)) for p in (x[y == 0], x[y == 1]))",
    direction: str = "np.linalg.solve(scatter, difference)",
    result: str = "w / np.linalg.norm(w)",
) -> str:
    return function(
        "fisher(x, y)",
        f"scatter = {scatter}",
        "difference = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)",
        f"w = {direction}",
        f"return {result}",
    )


# --- 5.3 ---

LISTING = function(
    "prepare(codes, labels, order, count)",
    "scaled = (codes - codes.mean(axis=0)) / codes.std(axis=0)",
    "shuffled = scaled[order]",
    "x_train, x_test = shuffled[:count], shuffled[count:]",
    "y_train, y_test = labels[:count], labels[count:]",
    "return x_train, y_train, x_test, y_test",
)


def prepare(
    rows: str = "codes.reshape(len(codes), -1)[order]",
    labels: str = "labels[order]",
    reference: str = "rows[:count]",
    scaled: str = "np.where(s > 0, (rows - m) / np.where(s > 0, s, 1), 0)",
    result: str = "z[:count], y[:count], z[count:], y[count:]",
) -> str:
    return function(
        "prepare(codes, labels, order, count)",
        f"rows, y = {rows}, {labels}",
        f"reference = {reference}",
        "m, s = reference.mean(axis=0), reference.std(axis=0)",
        f"z = {scaled}",
        f"return {result}",
    )


OWN_SCALE = function(
    "prepare(codes, labels, order, count)",
    "rows, y, parts = codes.reshape(len(codes), -1)[order], labels[order], []",
    "for part in (rows[:count], rows[count:]):",
    "    s = part.std(axis=0)",
    "    parts.append(np.where(s > 0, (part - part.mean(0)) / np.where(s > 0, s, 1), 0))",
    "return parts[0], y[:count], parts[1], y[count:]",
)

# --- 5.4 ---


def ascend(
    gradient: str = "a * (1 - a) * w - 2 * penalty * x",
    step: str = "np.clip(x + rate * gradient, 0, 1)",
    steps: str = "steps",
    result: str = "x",
) -> str:
    return function(
        "maximise(w, b, start, steps, rate, penalty)",
        "x = start",
        f"for _ in range({steps}):",
        "    a = 1 / (1 + np.exp(-(w @ x + b)))",
        f"    gradient = {gradient}",
        f"    x = {step}",
        f"return {result}",
    )


# --- 5.5 ---


def worth(**changed: int) -> str:
    right = {"worth": 5, "until": 10, "discriminants": 10}
    return f"found = {right | changed}"


# --- 5.6 ---


def ahead(
    lead: str = "ours - others[:, others.mean(axis=0).argmax()]",
    result: str = "lead.mean(), lead.std(ddof=1) / np.sqrt(len(lead))",
) -> str:
    return function("ahead(ours, others)", f"lead = {lead}", f"return {result}")


# --- 5.8 ---

CELLS = """
from sklearn.datasets import load_breast_cancer
x, y = load_breast_cancer(return_X_y=True)
x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
axes = np.linalg.svd(x[:400], full_matrices=False)[2][:5]
z = x @ axes.T
mine = {
    "x_train": x[:400], "y_train": y[:400], "x_test": x[400:], "y_test": y[400:],
    "features_train": z[:400], "features_test": z[400:],
}
"""


def own(**changed: str) -> str:
    given = ", ".join(f'"{name}": {value}' for name, value in changed.items())
    return f"{CELLS}\nmine |= {{{given}}}"


MISTAKES = {
    "5.1": [
        Mistake(fisher(direction="difference"), "one mean to the other"),
        Mistake(fisher(direction="scatter @ difference"), "Its *inverse* is asked for"),
        Mistake(fisher(result="-w / np.linalg.norm(w)"), "from class 1 to class 0"),
        Mistake(fisher(result="w"), "its length is not 1"),
        Mistake(fisher("np.cov(x[y == 0].T) + np.cov(x[y == 1].T)"), "`np.cov`"),
        Mistake(
            fisher("(lambda p: p.T @ p)(x[y == 0] - x[y == 0].mean(0))"), "Add that of class 1"
        ),
        Mistake(
            fisher("(lambda p: p.T @ p)(x[y == 1] - x[y == 1].mean(0))"), "Add that of class 0"
        ),
        Mistake(fisher(direction="difference / np.diag(scatter)"), "divided by its own scatter"),
        Mistake(
            fisher(direction="np.linalg.svd(x - x.mean(0), full_matrices=False)[2][0]"),
            "largest variance",
        ),
        Mistake(fisher(direction="difference[:1]"), "has shape"),
    ],
    "5.2": [
        Mistake('changed = {"a", "d", "e"}', "`g` is missing from the set"),
        Mistake('changed = {"a", "b", "d", "e", "g"}', "`b` does not belong"),
        Mistake('changed = {"a", "c", "d", "e", "g"}', "`c` does not belong"),
        Mistake('changed = {"d", "e", "g"}', "`a` is missing"),
        Mistake('changed = {"a", "d", "e", "f", "g"}', "divides by the scatter"),
        Mistake('changed = {"a", "e", "g"}', "`d` is missing"),
    ],
    "5.3": [
        Mistake(LISTING, "Two more bugs"),
        Mistake(prepare(labels="labels"), "belong to different images"),
        Mistake(prepare(rows="codes[order]"), "has 4 axes"),
        Mistake(prepare(reference="rows"), "the test codes had a say"),
        Mistake(OWN_SCALE, "their *own* mean"),
        Mistake(prepare(scaled="(rows - m) / s"), "you divide by it"),
        Mistake(prepare(scaled="(rows - m) / (s + 1e-9)"), "becomes enormous"),
        Mistake(prepare(scaled="(rows - m) / np.where(s > 0, s, 1)"), "in *both* tables"),
        Mistake(prepare(scaled="((rows - m) / np.where(s > 0, s, 1))[:, s > 0]"), "not left out"),
        Mistake(prepare(scaled="rows"), "differs at"),
        Mistake(prepare(result="z[:count], z[count:]"), "Return four arrays"),
        Mistake(prepare(result="z[:count], y[count:], z[count:], y[:count]"), "has shape"),
    ],
    "5.4": [
        Mistake(ascend(step="np.clip(x - rate * gradient, 0, 1)"), "you went *down*"),
        Mistake(ascend("a * (1 - a) * w + 2 * penalty * x"), "rewarded for being bright"),
        Mistake(ascend("a * (1 - a) * w"), "no penalty in the step"),
        Mistake(ascend("a * (1 - a) * w - penalty * x"), "has a 2"),
        Mistake(ascend("w - 2 * penalty * x"), "you climb the sum"),
        Mistake(ascend("a * w - 2 * penalty * x"), "stands the activation"),
        Mistake(ascend("a * (1 - a) * w - 2 * penalty * (x**2).sum()"), "an entry for each pixel"),
        Mistake(ascend(step="x + rate * gradient", result="np.clip(x, 0, 1)"), "at the end only"),
        Mistake(ascend(step="x + rate * gradient"), "left the range"),
        Mistake(ascend(steps="1"), "That is one step"),
    ],
    "5.5": [
        Mistake(worth(worth=3), "It takes more"),
        Mistake(worth(worth=10), "5 labels would do as well"),
        Mistake(worth(until=5), "they are still ahead"),
        Mistake(worth(until=20), "no longer ahead"),
        Mistake(worth(discriminants=2), "at least 3 labels"),
        Mistake(worth(discriminants=5), "`discriminants`: with 5 labels"),
        Mistake(worth(discriminants=20), "10 labels would do as well"),
        Mistake(worth(worth=7), "one of the numbers of labels"),
    ],
    "5.6": [
        Mistake(ahead("others[:, others.mean(axis=0).argmax()] - ours"), "The sign is turned"),
        Mistake(ahead("ours - others.max(axis=1)"), "best in *each* draw"),
        Mistake(ahead("ours - others.mean(axis=1)"), "The one to beat is the best"),
        Mistake(
            ahead(
                "others[:, others.mean(axis=0).argmax()]",
                "ours.mean() - lead.mean(), "
                "((ours.var(ddof=1) + lead.var(ddof=1)) / len(ours)) ** 0.5",
            ),
            "two separate means",
        ),
        Mistake(ahead(result="(lead.mean(), lead.std(ddof=1))"), "standard *deviation*"),
        Mistake(ahead(result="lead.mean(), lead.std() / len(lead) ** 0.5"), "`ddof=1`"),
        Mistake(ahead(result="lead.mean(), lead.var(ddof=1) / len(lead)"), "variances"),
        Mistake(ahead(result="lead.mean()"), "has shape"),
    ],
    "5.7": [
        Mistake('follows = {"a", "e"}', "`f` is missing"),
        Mistake('follows = {"a", "b", "e", "f"}', "say nothing about the thousands"),
        Mistake('follows = {"a", "c", "e", "f"}', "nobody asked the encoder"),
        Mistake('follows = {"a", "d", "e", "f"}', "another seed"),
        Mistake('follows = {"a", "f"}', "rotation and its inverse cancel"),
        Mistake('follows = {"e", "f"}', "this is what a traversal does"),
    ],
    "5.8": [
        Mistake(own(features_train="z[:300]"), "one for each row"),
        Mistake(own(y_test="y[:169]", features_test="z[:169, :4]"), "come from one and the same"),
        Mistake(own(features_train="0 * z[:400]"), "are the same"),
        Mistake(
            own(
                features_train="np.column_stack([z, y])[:400]",
                features_test="np.column_stack([z, y])[400:]",
            ),
            "label in other words",
        ),
        Mistake(own(x_test="x[200:369]"), "are in the training data too"),
        Mistake(own(y_train="x[:400, 0]"), "different values"),
        Mistake(own(y_train="(np.arange(400) < 3).astype(int)"), "more than 5"),
        Mistake(own(y_test="y[400:] + 1"), "classes that `y_train` has not"),
        Mistake(own(features_test="-z[400:]"), "one and the same fitted method"),
        Mistake(own(features_test="z[400:].tolist()[0]"), "has shape"),
    ],
}


def test_labels_of_a_smaller_draw_are_part_of_a_larger_one():
    data = chapter05_labels._digits()
    few, many = (chapter05_labels._draw(data, count, 3) for count in (2, 10))
    assert set(few) < set(many)
    assert (np.bincount(data.seen_labels[few]) == 2).all()


def test_clusters_have_seen_no_image_that_is_asked_about():
    data = chapter05_labels._digits()
    seen = {row.tobytes() for row in data.seen["pixels"]}
    assert sum(row.tobytes() in seen for row in data.asked["pixels"]) == 0


def test_unlabelled_images_help_where_labels_are_few_and_not_where_they_are_many():
    lead = [read_right("clusters", n) - read_right("pixels", n) for n in (1, 50)]
    assert lead[0] > 0.03
    assert lead[1] < 0


def test_discriminants_are_the_worst_with_few_labels():
    assert read_right("discriminants", 3) < read_right("pixels", 3) - 0.05


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("codes", 5), "choose from"),
        (("pixels", 4), "choose from"),
        (("discriminants", 2), "at least 3"),
    ],
)
def test_what_cannot_be_measured_is_refused(given, says):
    with pytest.raises(InputError, match=says):
        read_right(*given)


def test_an_honest_feature_may_lose_against_the_columns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 6))
    y = (x[:, 0] > 0).astype(int)
    weak = x + 1.5 * rng.normal(size=x.shape)
    result = check(
        "5.8",
        {
            "x_train": x[:150], "y_train": y[:150], "x_test": x[150:], "y_test": y[150:],
            "features_train": weak[:150], "features_test": weak[150:],
        },
    )  # fmt: skip
    assert result.passed, result
