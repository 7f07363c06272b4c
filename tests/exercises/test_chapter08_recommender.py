"""Typical wrong answers to the exercises on recommendation, and what each must be told."""

import numpy as np
import pytest
from exercise_harness import Mistake
from scipy import sparse

from aecourse import metrics
from aecourse.applications.simple_recommenders import EASE
from aecourse.exercises import chapter08_recommender, chapter08_recommender_data
from aecourse.exercises.chapter08 import PENALTIES, tried


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 8.8 ---


def recommend(result: str) -> str:
    return function("recommend(scores, seen, k)", f"return {result}")


# --- 8.9 ---


def by_hand(**changed: float) -> str:
    right = {"recall_5": 0.75, "recall_2": 0.5, "ndcg_5": 0.5925, "novelty_2": 2.0}
    return f"prediction = {right | changed}"


# --- 8.10 ---


def ease(
    gram: str = "x.T @ x + penalty * np.eye(x.shape[1])",
    weights: str = "-P / np.diagonal(P)",
    last: str = "np.fill_diagonal(B, 0)",
) -> str:
    lines = [f"P = np.linalg.inv({gram})", f"B = {weights}", last, "return B"]
    return function("ease(x, penalty)", *lines)


# --- 8.11 ---

LISTING = function(
    "asked(user, time, stars, share)",
    "liked = stars > 4",
    "order = np.argsort(time)",
    "count = int(share * len(user))",
    "chosen = np.zeros(len(user), dtype=bool)",
    "chosen[:count] = True",
    "return chosen & liked",
)


def asked(
    own: str = "(user == each) & (stars >= 4)",
    count: str = "int(share * len(own))",
    kept: str = "own[len(own) - n:]",
    result: str = "marked",
    order: str = "own[np.argsort(time[own])]",
) -> str:
    return function(
        "asked(user, time, stars, share)",
        "marked = np.zeros(len(user), dtype=bool)",
        "for each in np.unique(user):",
        f"    own = np.flatnonzero({own})",
        f"    own = {order}",
        f"    n = {count}",
        f"    marked[{kept}] = True",
        f"return {result}",
    )


# --- 8.12 ---


def penalties(**changed: float) -> str:
    return f"found = { ({'best': 100.0, 'fits': 0.1, 'narrow': 10_000.0} | changed) }"


# --- 8.13 ---


def reasons(
    result: str = "whole - score(r)[item]",
    row: str = "row.copy()",
    over: str = "np.flatnonzero(row)",
) -> str:
    return function(
        "reasons(score, row, item)",
        "whole, lost, row = score(row)[item], [], row.copy()",
        f"for liked in {over}:",
        f"    r = {row}",
        "    r[liked] = 0",
        f"    lost.append({result})",
        "return np.array(lost)",
    )


# --- 8.14 ---

TABLE = """
rng = np.random.default_rng(0)
group = rng.integers(0, 2, 60)
likes = rng.random((60, 16)) < np.where(group[:, None] == np.arange(16) % 2, 0.7, 0.1)
train, asked = likes[:40] * 1, likes[40:]
later = rng.random(asked.shape) < 0.4
seen, wanted = (asked & ~later) * 1, (asked & later) * 1
kept = wanted.any(axis=1)
seen, wanted = seen[kept], wanted[kept]
def score(rows):
    return rows @ (train.T @ train)
"""


def own(before: str = "", **changed: str) -> str:
    parts = {"train": "train", "seen": "seen", "wanted": "wanted", "score": "score", **changed}
    entries = ", ".join(f'"{name}": {value}' for name, value in parts.items())
    return f"{TABLE}\n{before}\nmine = {{{entries}}}"


HIDDEN = "np.where(seen, -np.inf, scores)"

MISTAKES = {
    "8.8": [
        Mistake(recommend("np.argsort(-scores, axis=1)[:, :k]"), "hold what the users have seen"),
        Mistake(recommend("np.argsort(-np.where(seen, 0, scores), axis=1)[:, :k]"), "a score of 0"),
        Mistake(
            recommend("np.argsort(-np.where(seen, scores, -np.inf), axis=1)[:, :k]"),
            "the wrong way round",
        ),
        Mistake(
            recommend("np.argsort(np.where(seen, np.inf, scores), axis=1)[:, :k]"),
            "worst items come first",
        ),
        Mistake(recommend(f"np.argsort({HIDDEN}, axis=1)[:, -k:]"), "the best one comes last"),
        Mistake(recommend(f"np.sort(np.argsort(-{HIDDEN}, axis=1)[:, :k], axis=1)"), "in no order"),
        Mistake(recommend(f"np.sort({HIDDEN}, axis=1)[:, ::-1][:, :k]"), "not positions"),
        Mistake(
            recommend("np.tile(np.argsort(-scores.mean(axis=0))[:k], (len(scores), 1))"),
            "one list for all",
        ),
    ],
    "8.9": [
        Mistake(by_hand(recall_5=0.6), "that is the precision"),
        Mistake(by_hand(recall_5=1), "not on the list"),
        Mistake(by_hand(recall_2=1 / 4), "two of the four at most"),
        Mistake(by_hand(recall_2=3 / 4), "only the first two places"),
        Mistake(by_hand(ndcg_5=1.5178), "Divide it by that of the best list"),
        Mistake(by_hand(ndcg_5=0.7123), "in *four* places"),
        Mistake(by_hand(ndcg_5=0.5148), "gain of five hits"),
        Mistake(by_hand(ndcg_5=0.496), "not 1/r"),
        Mistake(by_hand(novelty_2=1.678), "logarithm of each share first"),
        Mistake(by_hand(novelty_2=1.386), "to base 2"),
        Mistake(by_hand(novelty_2=4), "that is the sum"),
    ],
    "8.10": [
        Mistake(ease(last="pass"), "diagonal is not 0"),
        Mistake(ease(weights="-P / np.diagonal(P)[:, None]"), "That is the transpose"),
        Mistake(ease(weights="P / np.diagonal(P)"), "wrong sign"),
        Mistake(ease(gram="x.T @ x + penalty"), "added to every entry"),
        Mistake(ease(gram="x.T @ x"), "penalty is missing"),
        Mistake(ease(weights="P @ x.T @ x", last="pass"), "plain ridge regression"),
        Mistake(ease(weights="P @ x.T @ x"), "cut off afterwards"),
        Mistake(ease(weights="-P"), "divide each column"),
    ],
    "8.11": [
        Mistake(LISTING, "marked wrongly"),
        Mistake(asked(own="(user == each) & (stars > 4)"), "`>=`, not `>`"),
        Mistake(asked(order="own"), "the order of the table"),
        Mistake(asked(kept="own[:n]"), "*earliest* likes"),
        Mistake(asked(count="min(int(share * (user == each).sum()), len(own))"), "*likes* only"),
        Mistake(asked(own="user == each"), "fewer than 4 stars"),
        Mistake(asked(own="user == each", result="marked & (stars >= 4)"), "then the liked ones"),
        Mistake(asked(kept="own[-n:]"), "`own[-0:]` is *everything*"),
        Mistake(asked(count="int(np.ceil(share * len(own)))"), "Round the count *down*"),
        Mistake(asked(result="~marked"), "the wrong way round"),
        Mistake(asked(result="np.flatnonzero(marked)"), "has shape"),
        Mistake(
            function(
                "asked(user, time, stars, share)",
                "own = np.flatnonzero(stars >= 4)",
                "own = own[np.argsort(time[own])]",
                "marked = np.zeros(len(user), dtype=bool)",
                "marked[own[len(own) - int(share * len(own)):]] = True",
                "return marked",
            ),
            "over all users together",
        ),
    ],
    "8.12": [
        Mistake(penalties(best=0.1), "rebuilds the *training* users best"),
        Mistake(penalties(best=1_000.0), "reaches more"),
        Mistake(penalties(fits=100.0), "can be smaller"),
        Mistake(penalties(narrow=1_000.0), "leaves out more"),
        Mistake(penalties(best=50.0), "give one of"),
    ],
    "8.13": [
        Mistake(reasons("score(r)[item] - whole"), "wrong way round"),
        Mistake(reasons(row="row"), "one after the other"),
        Mistake(reasons("score(np.eye(len(row))[liked])[item]"), "film *alone*"),
        Mistake(reasons("score(row)[liked]"), "score of `item`"),
        Mistake(reasons(over="range(len(row))"), "for each *liked* film"),
        Mistake(reasons("score(r)[item]"), "How much is lost"),
    ],
    "8.14": [
        Mistake(own(train="train[:10]"), "at least 20 users"),
        Mistake(own(train="train * 5"), "1 for what was liked"),
        Mistake(
            "from scipy import sparse\n" + own(train="sparse.csr_array(train)"),
            "is a sparse matrix",
        ),
        Mistake(own(seen="seen[:3]"), "the same users"),
        Mistake(own(seen="asked[kept] * 1"), "have seen already"),
        Mistake(own(wanted="wanted * 0"), "want nothing"),
        Mistake(own(score="seen @ train.T @ train"), "must be a function"),
        Mistake(
            own("def score(rows): return rows @ (train.T @ train) - rows.mean(axis=0)"),
            "stand beside them",
        ),
        Mistake(own("def score(rows): return 0.0 * rows"), "all equal"),
        Mistake(own("def score(rows): return -rows @ (train.T @ train)"), "scores turned round"),
    ],
}


def test_ease_and_the_lists_are_those_of_the_package():
    rng = np.random.default_rng(0)
    x = (rng.random((30, 9)) < 0.4) * 1.0
    fitted = EASE(7.0).fit(sparse.csr_array(x))
    np.testing.assert_allclose(chapter08_recommender.ease(x, 7.0), fitted.weights, rtol=1e-6)
    seen = x.astype(bool)
    np.testing.assert_array_equal(
        chapter08_recommender.recommend(x @ fitted.weights, seen, 3),
        metrics.top_k(x @ fitted.weights, 3, seen=sparse.csr_array(x)),
    )


def test_reasons_of_a_linear_recommender_are_its_weights():
    rng = np.random.default_rng(1)
    weights, row = rng.normal(size=(6, 6)), np.array([1.0, 0, 1, 1, 0, 0])
    found = chapter08_recommender.reasons(lambda r: r @ weights, row, 4)
    np.testing.assert_allclose(found, weights[[0, 2, 3], 4])


def test_the_measures_counted_by_hand_are_those_of_the_package():
    lists, wanted = [chapter08_recommender.LIST], np.zeros((1, 10))
    wanted[0, list(chapter08_recommender.WANTED)] = 1
    assert metrics.recall_at(lists, sparse.csr_array(wanted), 5) == [3 / 4]
    assert metrics.recall_at(lists, sparse.csr_array(wanted), 2) == [1 / 2]
    assert metrics.ndcg_at(lists, sparse.csr_array(wanted), 5) == pytest.approx([0.5925], abs=1e-4)


@pytest.mark.parametrize("seed", [811, 812])
def test_every_bug_of_the_split_changes_some_mark_and_no_two_the_same(seed):
    given = chapter08_recommender_data._situation(seed)
    marks = [
        chapter08_recommender_data.asked(*given),
        *(wrong(*given) for wrong in chapter08_recommender_data.MISTAKES_OF_ASKED.values()),
    ]
    assert len({mark.tobytes() for mark in marks}) == len(marks)


def test_the_best_penalty_lies_between_the_ends():
    quality = [tried(penalty)["ndcg_10"] for penalty in PENALTIES]
    assert 0 < int(np.argmax(quality)) < len(PENALTIES) - 1
    errors = [tried(penalty)["train_error"] for penalty in PENALTIES]
    assert errors == sorted(errors)


def test_a_recommender_of_ones_own_is_set_beside_popularity():
    message = chapter08_recommender_data.check_own_recommender(_mine())
    assert "ahead of popularity" in message


def _mine() -> dict:
    names: dict = {"np": np}
    exec(own(), names)
    return names["mine"]
