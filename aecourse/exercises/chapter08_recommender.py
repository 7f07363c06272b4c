"""Exercises 8.8, 8.9, 8.10 and 8.13: lists, their measures, a linear autoencoder, reasons."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 8.8: nothing twice --------------------------------------------------------------------------


def recommend(scores: np.ndarray, seen: np.ndarray, k: int) -> np.ndarray:
    """Return the ``k`` best items of each user among those not seen, the best first."""
    return np.argsort(-np.where(seen, -np.inf, scores), axis=1, kind="stable")[:, :k]


MISTAKEN_LISTS: dict[str, Callable[..., np.ndarray]] = {
    "The lists hold what the users have seen. Give these items a score that nothing is below "
    "before you sort.": lambda s, seen, k: recommend(s, np.zeros_like(seen), k),
    "Those are the *seen* items: the mask is the wrong way round.": (
        lambda s, seen, k: recommend(s, ~seen, k)
    ),
    "The worst items come first. `np.argsort` goes up; sort the negative scores.": (
        lambda s, seen, k: recommend(-s, seen, k)
    ),
    "Those are the right items, but the best one comes last.": (
        lambda s, seen, k: recommend(s, seen, k)[:, ::-1]
    ),
    "Those are scores, not positions: `np.argsort` tells where they stand.": (
        lambda s, seen, k: np.take_along_axis(s, recommend(s, seen, k), axis=1)
    ),
    "That is one list for all users, by the mean score. Sort each row.": lambda s, seen, k: np.tile(
        np.argsort(-s.mean(axis=0), kind="stable")[:k], (len(s), 1)
    ),
}


def check_recommend(answer: Any) -> str:
    """Exercise 8.8."""
    for given in (_scored(88, 6, 12, 4), _scored(89, 9, 1_000, 400)):
        found = call(answer, *given)
        variants = {text: mistaken(*given) for text, mistaken in MISTAKEN_LISTS.items()}
        if _disordered(found, recommend(*given)):
            variants["Those are the right items in no order. The best one comes first."] = found
        if _lists_seen(found, given[1]):
            # Any order of equal scores, so it is told by what is listed.
            variants[
                "Items that were seen are on the lists. Did you give them a score of 0? Scores may "
                "be negative, and then 0 is the best of all: take `-np.inf`."
            ] = found
        expect.close(found, recommend(*given), name="the result of `recommend`", mistakes=variants)
    return (
        "Whatever the model, this last step is the same: what somebody knows already scores minus "
        "infinity. A recommender without it looks splendid on its training data and bores everyone."
    )


def _scored(seed: int, users: int, items: int, k: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return scores, most of them negative, of which each user has seen ``k`` items."""
    rng = np.random.default_rng(seed)
    seen = rng.random((users, items)).argsort(axis=1) < k
    return rng.normal(size=(users, items)) - 2, seen, k


def _disordered(found: Any, right: np.ndarray) -> bool:
    """Tell whether lists hold the right items, neither from the best on nor from the worst."""
    lists = np.asarray(found)
    if lists.dtype.kind not in "iu" or lists.shape != right.shape:
        return False
    in_order = any((lists == each).all() for each in (right, right[:, ::-1]))
    return bool((np.sort(lists) == np.sort(right)).all()) and not in_order


def _lists_seen(found: Any, seen: np.ndarray) -> bool:
    """Tell whether lists of positions hold something that was seen."""
    lists = np.asarray(found)
    if lists.dtype.kind not in "iu" or lists.ndim != 2 or len(lists) != len(seen):
        return False
    if lists.min() < 0 or lists.max() >= seen.shape[1]:
        return False
    return bool(np.take_along_axis(seen, lists, axis=1).any())


# --- 8.9: count it by hand -----------------------------------------------------------------------

LIST, WANTED = (1, 6, 2, 9, 8), (2, 4, 6, 8)
SHARES = {1: 1 / 2, 6: 1 / 8}
_GAINS = 1 / np.log2(np.arange(2, 7))
_FOUND = float(_GAINS[1] + _GAINS[2] + _GAINS[4])


def check_by_hand(answer: Any) -> str:
    """Exercise 8.9."""
    given = expect.mapping(answer, ["recall_5", "recall_2", "ndcg_5", "novelty_2"])
    expect.number(
        given["recall_5"],
        3 / 4,
        within=0.005,
        name="`recall_5`",
        mistakes={
            "`recall_5`: three of the *five listed* are wanted; that is the precision. Divide by "
            "how many are wanted.": 3 / 5,
            "`recall_5`: film 4 is wanted and not on the list.": 1.0,
        },
    )
    expect.number(
        given["recall_2"],
        1 / 2,
        within=0.005,
        name="`recall_2`",
        mistakes={
            "`recall_2`: a list of two can hold two of the four at most, so divide by 2.": 1 / 4,
            "`recall_2`: only the first two places count.": 3 / 4,
        },
    )
    expect.number(
        given["ndcg_5"],
        _FOUND / float(_GAINS[:4].sum()),
        within=0.005,
        name="`ndcg_5`",
        mistakes={
            "`ndcg_5`: that is the gain of this list. Divide it by that of the best list, which "
            "begins with all four.": _FOUND,
            "`ndcg_5`: four films are wanted, so the best list has hits in *four* places.": (
                _FOUND / float(_GAINS[:3].sum())
            ),
            "`ndcg_5`: you divided by the gain of five hits; only four films are wanted.": (
                _FOUND / float(_GAINS.sum())
            ),
            "`ndcg_5`: a hit at rank r gains 1/log2(r + 1), not 1/r.": (1 / 2 + 1 / 3 + 1 / 5)
            / (1 + 1 / 2 + 1 / 3 + 1 / 4),
        },
    )
    expect.number(
        given["novelty_2"],
        2.0,
        within=0.005,
        name="`novelty_2`",
        mistakes={
            "`novelty_2`: take the logarithm of each share first, and the mean of the two "
            "afterwards.": -float(np.log2(np.mean(list(SHARES.values())))),
            "`novelty_2`: in bits the logarithm is that to base 2.": float(np.log(4)),
            "`novelty_2`: that is the sum; the mean over the two places is asked for.": 4.0,
        },
    )
    return (
        "Recall asks whether the wanted films are there, nDCG also where. Neither cares how well "
        "known they are; novelty cares for nothing else."
    )


# --- 8.10: a linear autoencoder in three lines ---------------------------------------------------


def ease(x: np.ndarray, penalty: float) -> np.ndarray:
    """Return the weights B of EASE, shape ``(items, items)``."""
    inverse = np.linalg.inv(x.T @ x + penalty * np.eye(x.shape[1]))
    weights = -inverse / np.diagonal(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def _ridge(x: np.ndarray, penalty: float) -> np.ndarray:
    gram = x.T @ x
    return np.linalg.solve(gram + penalty * np.eye(len(gram)), gram)


def _without_diagonal(weights: np.ndarray) -> np.ndarray:
    return weights - np.diag(np.diagonal(weights))


def _penalised_everywhere(x: np.ndarray, penalty: float) -> np.ndarray:
    inverse = np.linalg.inv(x.T @ x + penalty)
    return _without_diagonal(-inverse / np.diagonal(inverse))


def _diagonal_left(x: np.ndarray, penalty: float) -> np.ndarray:
    return ease(x, penalty) - np.eye(x.shape[1])


def check_ease(answer: Any) -> str:
    """Exercise 8.10."""
    rng = np.random.default_rng(810)
    cases = []
    for users, items, penalty in [(20, 4, 2.0), (40, 7, 5.0)]:
        cases.append(((rng.random((users, items)) < np.linspace(0.7, 0.2, items)) * 1.0, penalty))
    mistakes: dict[str, Callable[..., Any]] = {
        "The diagonal is not 0: each item still votes for itself.": _diagonal_left,
        "That is the transpose: divide each *column* by the diagonal entry of that column.": (
            lambda x, p: ease(x, p).T
        ),
        "All weights have the wrong sign. Items that go together need positive ones.": (
            lambda x, p: -ease(x, p)
        ),
        "The penalty is added to every entry. It belongs on the diagonal.": _penalised_everywhere,
        "The penalty is missing: add it to the diagonal before you invert.": lambda x, p: ease(
            x, 0.0
        ),
        "That is plain ridge regression of X on itself; without a diagonal of 0 the best answer is "
        "nearly a copy.": _ridge,
        "That is ridge regression with the diagonal cut off afterwards. The other weights relied "
        "on it: the condition changes all of them.": lambda x, p: _without_diagonal(_ridge(x, p)),
        "Those are the inverse's entries; divide each column by its diagonal entry.": (
            lambda x, p: _without_diagonal(-np.linalg.inv(x.T @ x + p * np.eye(x.shape[1])))
        ),
    }
    expect.function(answer, ease, cases, tolerance=1e-6, mistakes=mistakes)
    return (
        "One inverse, one division, a diagonal of zeros. No epochs, no learning rate, one number "
        "to choose. It is an autoencoder all the same: X B rebuilds X, and it may not copy."
    )


# --- 8.13: because you liked ---------------------------------------------------------------------

Score = Callable[[np.ndarray], np.ndarray]


def reasons(score: Score, row: np.ndarray, item: int) -> np.ndarray:
    """Return by how much the item's score falls without each liked item, in their order."""
    whole = score(row)[item]
    lost = []
    for liked in np.flatnonzero(row):
        without = row.copy()
        without[liked] = 0
        lost.append(whole - score(without)[item])
    return np.array(lost)


def _alone(score: Score, row: np.ndarray, item: int) -> np.ndarray:
    return np.array([score(np.eye(len(row))[liked])[item] for liked in np.flatnonzero(row)])


def _one_after_the_other(score: Score, row: np.ndarray, item: int) -> np.ndarray:
    whole, left, lost = score(row)[item], row.copy(), []
    for liked in np.flatnonzero(row):
        left[liked] = 0
        lost.append(whole - score(left)[item])
    return np.array(lost)


def _own_scores(score: Score, row: np.ndarray, item: int) -> np.ndarray:
    return score(row)[np.flatnonzero(row)]


def _for_all_items(score: Score, row: np.ndarray, item: int) -> np.ndarray:
    found = np.zeros(len(row))
    found[np.flatnonzero(row)] = reasons(score, row, item)
    return found


MISTAKEN_REASONS: dict[str, Callable[..., Any]] = {
    "The sign is the wrong way round: a film that speaks *for* the item must get a positive "
    "number.": lambda *given: -reasons(*given),
    "You took the films out one after the other and did not put them back. Copy the row each "
    "time: `row.copy()`.": _one_after_the_other,
    "That is the score with this film *alone*. Take one out and leave the others in: in a network "
    "the two are not the same.": _alone,
    "Those are the scores of the liked films. The score of `item` is to be explained.": _own_scores,
    "Give one number for each *liked* film, not for every film.": _for_all_items,
    "Those are the scores without each film. How much is lost: the whole score less these.": (
        lambda score, row, item: score(row)[item] - reasons(score, row, item)
    ),
}


def check_reasons(answer: Any) -> str:
    """Exercise 8.13."""
    for seed in (813, 814):
        given = _situation(seed)
        found = call(answer, *given)
        variants = {text: mistaken(*given) for text, mistaken in MISTAKEN_REASONS.items()}
        expect.close(found, reasons(*given), name="the result of `reasons`", mistakes=variants)
    return (
        "It asks the model itself, so it is true of any model, and costs one more scoring for "
        "each liked film. It says what the *list* rests on, not why somebody likes a film."
    )


def _situation(seed: int) -> tuple[Score, np.ndarray, int]:
    """Return a small network's scores, a row of likes and an item that is not among them."""
    rng = np.random.default_rng(seed)
    into, out = rng.normal(size=(8, 3)), rng.normal(size=(3, 8))

    def score(row: np.ndarray) -> np.ndarray:
        return np.tanh(row @ into / max(1.0, float(np.sqrt(row.sum())))) @ out

    row = np.zeros(8)
    row[[1, 2, 5, 7]] = 1
    return score, row, 4


EXERCISES = (
    Exercise(
        "8.8",
        "Nothing twice",
        "code",
        check_recommend,
        (
            "Which score makes sure that an item never comes first, whatever the others are?",
            "`np.where(seen, -np.inf, scores)`, and `np.argsort` of the negative along `axis=1`.",
        ),
    ),
    Exercise(
        "8.9",
        "Count it by hand",
        "prediction",
        check_by_hand,
        (
            "Which of the five places hold a wanted film? Of four wanted films, how many can a "
            "list of two hold?",
            "Hits are at ranks 2, 3 and 5, and gain 1/log2(3), 1/log2(4) and 1/log2(6). The best "
            "list has hits at ranks 1 to 4.",
            "−log2(1/2) is 1 bit, −log2(1/8) is 3 bits.",
        ),
    ),
    Exercise(
        "8.10",
        "A linear autoencoder in three lines",
        "code",
        check_ease,
        (
            "Begin with `np.linalg.inv(x.T @ x + penalty * np.eye(x.shape[1]))`.",
            "With `P` the inverse, the weights are `-P / np.diagonal(P)`: NumPy divides each "
            "*column* by its own entry.",
            "`np.fill_diagonal(B, 0)` changes `B` in place and returns nothing.",
        ),
    ),
    Exercise(
        "8.13",
        "Because you liked …",
        "code",
        check_reasons,
        (
            "How would the score be if this film had not been liked? Change a copy of the row.",
            "For each position in `np.flatnonzero(row)`: copy the row, set the position to 0, and "
            "subtract the score without it from the whole one.",
        ),
    ),
)
