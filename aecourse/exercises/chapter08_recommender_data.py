"""Exercises 8.11, 8.12 and 8.14: a split in time, a penalty, a recommender of one's own."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse

from aecourse import metrics
from aecourse.exercises import expect
from aecourse.exercises.chapter08_recommender import ease
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 8.11: a split that knows the future ---------------------------------------------------------

Given = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def asked(user: np.ndarray, time: np.ndarray, stars: np.ndarray, share: float) -> np.ndarray:
    """Mark the latest share of what each user liked, rounded down."""
    return _asked(user, time, stars, share)


def _asked(
    user: np.ndarray,
    time: np.ndarray,
    stars: np.ndarray,
    share: float,
    *,
    liked: Callable[[np.ndarray], np.ndarray] = lambda stars: stars >= 4,
    of_likes: bool = True,
    from_the_end: bool = True,
    rounded: Callable[[float], float] = np.floor,
    all_of_none: bool = False,
) -> np.ndarray:
    """Mark what is asked for, with a switch for each mistake."""
    marked = np.zeros(len(user), dtype=bool)
    is_liked = liked(stars)
    for each in np.unique(user):
        own = np.flatnonzero((user == each) & is_liked)
        own = own[np.argsort(time[own], kind="stable")]
        base = len(own) if of_likes else int((user == each).sum())
        count = min(int(rounded(share * base)), len(own))
        if all_of_none and not count:
            count = len(own)
        marked[own[len(own) - count :] if from_the_end else own[:count]] = True
    return marked


MISTAKES_OF_ASKED: dict[str, Callable[..., np.ndarray]] = {
    "Four stars count as liked too: `>=`, not `>`.": lambda *g: _asked(
        *g, liked=lambda stars: stars > 4
    ),
    "The latest are taken over all users together. Then who came last is asked for everything, "
    "and others for nothing: take the latest of *each user*.": lambda u, t, s, share: asked(
        np.zeros_like(u), t, s, share
    ),
    "The time is not used: the rows are taken in the order of the table, which need not be that of "
    "time.": lambda u, t, s, share: asked(u, np.arange(len(t)), s, share),
    "Those are the *earliest* likes. The model would learn from the future and be asked about the "
    "past.": lambda *g: _asked(*g, from_the_end=False),
    "The share is taken of all ratings of a user. Count the *likes* only.": lambda *g: _asked(
        *g, of_likes=False
    ),
    "Ratings of fewer than 4 stars are marked too.": lambda *g: _asked(
        *g, liked=lambda stars: stars > 0
    ),
    "You took the latest ratings and then the liked ones among them. Some users are left with "
    "too little: take the latest of what was *liked*.": lambda *g: (
        _asked(*g, liked=lambda stars: stars > 0) & (g[2] >= 4)
    ),
    "A user with few likes has a count of 0, and `own[-0:]` is *everything*. Take "
    "`own[len(own) - count:]`.": lambda *g: _asked(*g, all_of_none=True),
    "Round the count *down*: `int(share * len(own))`.": lambda *g: _asked(*g, rounded=np.ceil),
    "The marks are the wrong way round: True is for what is asked for.": lambda *g: ~asked(*g),
}


def check_asked(answer: Any) -> str:
    """Exercise 8.11."""
    for seed in (811, 812):
        given = _situation(seed)
        found = expect.array(
            call(answer, *given), shape=(len(given[0]),), name="the result of `asked`"
        )
        expect.require(
            set(np.unique(found)) <= {0, 1}, "Return True or False for each rating, in their order."
        )
        made, right = found.astype(bool), asked(*given)
        if (made == right).all():
            continue
        for message, mistaken in MISTAKES_OF_ASKED.items():
            expect.require((made != mistaken(*given)).any(), message)
        expect.require(
            False,
            f"{int((made != right).sum())} of {len(right)} ratings are marked wrongly: "
            f"{int((made & ~right).sum())} should not be marked, {int((~made & right).sum())} "
            "should.",
        )
    return (
        "Each user by themselves, likes only, in the order of time, the latest asked for. A random "
        "split would show the model what came after, which no recommender ever knows."
    )


def _situation(seed: int) -> Given:
    """Return ratings in no order, on which every mistake shows."""
    rng = np.random.default_rng(seed)
    counts = [16, 9, 24, 5, 13]
    user = rng.permutation(np.repeat(np.arange(len(counts)) + 3, counts))
    time = rng.permutation(len(user)) + 1_000 * user  # users came one after the other
    stars = rng.choice([2.0, 3.0, 3.5, 4.0, 4.5, 5.0], len(user))
    return user, time, stars, 0.25


# --- 8.12: how strong a penalty? -----------------------------------------------------------------

PENALTIES = (0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
USERS, HELD_OUT, ITEMS, TASTES = 200, 150, 80, 8
_LENGTH = 10


@cache
def _likes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what training users liked, and of held-out users what is shown and asked for."""
    rng = np.random.default_rng(816)
    of_user = rng.dirichlet(np.full(TASTES, 0.15), USERS + HELD_OUT)
    of_item = rng.dirichlet(np.full(ITEMS, 0.25), TASTES)
    popular = np.linspace(1.4, 0.6, ITEMS)
    chances = np.clip((14 * of_user @ of_item + 0.02) * popular, 0, 0.9)
    likes = rng.random(chances.shape) < chances
    held_out = likes[USERS:]
    is_later = rng.random(held_out.shape) < 0.4
    seen, wanted = held_out & ~is_later, held_out & is_later
    answerable = seen.any(axis=1) & wanted.any(axis=1)
    return likes[:USERS].astype(float), seen[answerable], wanted[answerable]


@cache
def tried(penalty: float) -> dict[str, float]:
    """Return what EASE with a penalty does on a small, made-up table of likes.

    Parameters
    ----------
    penalty
        Weight of the squared weights, above 0.

    Returns
    -------
    dict of str to float
        ``train_error``, the mean squared error with which it rebuilds the training users' rows;
        ``ndcg_10`` of lists for users it has not seen; ``coverage`` of these lists; and
        ``largest_weight``.
    """
    train, seen, wanted = _likes()
    weights = ease(train, float(penalty))
    lists = metrics.top_k(seen @ weights, _LENGTH, seen=sparse.csr_array(seen))
    return {
        "train_error": float(np.square(train - train @ weights).mean()),
        "ndcg_10": float(metrics.ndcg_at(lists, sparse.csr_array(wanted), _LENGTH).mean()),
        "coverage": metrics.coverage(lists, ITEMS),
        "largest_weight": float(weights.max()),
    }


def check_penalty(answer: Any) -> str:
    """Exercise 8.12."""
    given = expect.mapping(answer, ["best", "fits", "narrow"])
    mine = {}
    for name, value in given.items():
        penalty = expect.single(value, name=f"`{name}`")
        expect.require(penalty in PENALTIES, f"`{name}` is `{penalty:g}`; give one of {PENALTIES}.")
        mine[name] = penalty
    curve = {penalty: tried(penalty) for penalty in PENALTIES}
    best = max(curve, key=lambda penalty: curve[penalty]["ndcg_10"])
    fits = min(curve, key=lambda penalty: curve[penalty]["train_error"])
    narrow = min(curve, key=lambda penalty: curve[penalty]["coverage"])
    expect.require(
        mine["best"] != fits or best == fits,
        "`best`: that penalty rebuilds the *training* users best. Look at `ndcg_10`, which is "
        "measured on others.",
    )
    expect.require(
        mine["best"] == best,
        f"`best`: with {mine['best']:g} nDCG@10 is {curve[mine['best']]['ndcg_10']:.3f}; another "
        "penalty reaches more.",
    )
    expect.require(
        mine["fits"] == fits,
        f"`fits`: the training error is {curve[mine['fits']]['train_error']:.4f} there; it can be "
        "smaller.",
    )
    expect.require(
        mine["narrow"] == narrow,
        f"`narrow`: {curve[mine['narrow']]['coverage']:.0%} of the films are in some list there; "
        "another penalty leaves out more.",
    )
    return (
        "The smallest error on the training users is not the best list for others: weights that "
        "fit every chance in the table are noise to a new user. And the strongest penalty draws "
        "all lists to the few best-known films."
    )


# --- 8.14: a recommender of your own -------------------------------------------------------------

FEWEST_USERS, FEWEST_ITEMS, FEWEST_ASKED = 20, 12, 5


def check_own_recommender(answer: Any) -> str:
    """Exercise 8.14."""
    given = expect.mapping(answer, ["train", "seen", "wanted", "score"])
    train = _table(given["train"], "train")
    seen, wanted = (_table(given[name], name, train.shape[1]) for name in ("seen", "wanted"))
    expect.require(
        len(train) >= FEWEST_USERS and train.shape[1] >= FEWEST_ITEMS,
        f"Take at least {FEWEST_USERS} users in `train` and {FEWEST_ITEMS} items; there are "
        f"{len(train)} and {train.shape[1]}.",
    )
    expect.require(
        len(seen) == len(wanted) >= FEWEST_ASKED,
        f"`seen` and `wanted` need the same users, at least {FEWEST_ASKED}; they have {len(seen)} "
        f"and {len(wanted)} rows.",
    )
    expect.require(
        not (seen & wanted).any(),
        f"{int((seen & wanted).any(axis=1).sum())} users want what they have seen already; an item "
        "is shown or asked for, not both.",
    )
    expect.require(
        wanted.any(axis=1).all(),
        f"{int((~wanted.any(axis=1)).sum())} users want nothing; leave them out.",
    )
    score = given["score"]
    expect.require(
        callable(score), "`score` must be a function from rows, shape (n, items), to scores."
    )
    found = expect.array(
        call(score, seen.astype(float)), shape=seen.shape, name="the result of `score`"
    )
    expect.require(
        np.ptp(found, axis=1).any(), "Each user's scores are all equal, so there is no list."
    )
    first = seen[:1].astype(float)
    again = expect.array(call(score, first), shape=first.shape, name="the result of `score`")
    expect.require(
        np.abs(again - found[:1]).max() <= 1e-6 * max(1.0, float(np.abs(found).max())),
        "A user's scores change with the users who stand beside them. Learn from `train`, once, "
        "outside of `score`.",
    )
    return _judged(train, seen, wanted, found)


def _table(value: Any, name: str, items: int | None = None) -> np.ndarray:
    """Return a table of likes as True and False."""
    expect.require(
        not sparse.issparse(value),
        f"`{name}` is a sparse matrix; the check takes a plain array: `{name}.toarray()`.",
    )
    table = expect.array(value, shape=(None, items), name=f"`{name}`")
    expect.require(
        set(np.unique(table)) <= {0, 1}, f"`{name}` must hold 1 for what was liked, 0 elsewhere."
    )
    return table.astype(bool)


def _judged(train: np.ndarray, seen: np.ndarray, wanted: np.ndarray, found: np.ndarray) -> str:
    """Say how good the lists are beside those of popularity, or what is wrong with them."""
    known, asked_for = sparse.csr_array(seen), sparse.csr_array(wanted)
    length = min(_LENGTH, train.shape[1])

    def ndcg(scores: np.ndarray) -> float:
        lists = metrics.top_k(scores, length, seen=known)
        return float(metrics.ndcg_at(lists, asked_for, length).mean())

    mine, upside_down = ndcg(found), ndcg(-found)
    expect.require(
        mine > upside_down,
        f"nDCG@{length} is {mine:.3f}, and {upside_down:.3f} with all scores turned round. A "
        "higher score must mean better.",
    )
    popular = ndcg(np.broadcast_to(train.sum(axis=0), found.shape))
    verdict = "ahead of" if mine > popular else "not ahead of"
    return (
        f"nDCG@{length} is {mine:.3f}, {verdict} popularity with {popular:.3f}, over {len(seen)} "
        f"users. Were these the latest likes, and was every setting chosen without them?"
    )


EXERCISES = (
    Exercise(
        "8.11",
        "A split that knows the future",
        "bug hunt",
        check_asked,
        (
            "Which line uses `order`? For how many users does `count` count?",
            "Go user by user: `own = np.flatnonzero((user == each) & (stars >= 4))`.",
            "Sort `own` by `time[own]`, and mark the last `int(share * len(own))` of them. Mind "
            "that `[-0:]` is everything.",
        ),
    ),
    Exercise(
        "8.12",
        "How strong a penalty?",
        "experiment",
        check_penalty,
        (
            "`for penalty in PENALTIES: print(penalty, tried(penalty))` prints all there is.",
            '`max(PENALTIES, key=lambda p: tried(p)["ndcg_10"])` finds the best; `min` with '
            "`train_error` and with `coverage` the others.",
        ),
    ),
    Exercise(
        "8.14",
        "A recommender of your own",
        "own data",
        check_own_recommender,
        (
            "A table of likes: one row a user, one column an item, 1 for what was liked. Take "
            "whole users out of it for `seen` and `wanted`.",
            "Of each held-out user the earlier likes go into `seen`, the later ones into `wanted`. "
            "Without times, draw them.",
            "`ease` of Exercise 8.10 makes a score: `B = ease(train, 50.0)`, then "
            "`lambda rows: rows @ B`.",
        ),
    ),
)
