"""Exercises 4.1, 4.5, 4.6 and 4.8: neighbours that are kept, and what a map says."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise

# --- 4.1: trust, and what is torn ----------------------------------------------------------------


def ranks(x: np.ndarray) -> np.ndarray:
    """Return for each pair the rank of the second among the neighbours of the first."""
    distances = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, -1.0)
    return distances.argsort(axis=1).argsort(axis=1)


def continuity(x: np.ndarray, codes: np.ndarray, q: int) -> float:
    """Return 1 less what it costs that neighbours in the data are far apart in the code."""
    return 1 - _factor(len(x), q) * float(_costs(x, codes, q)[_near(x, q)].sum())


def _near(x: np.ndarray, q: int) -> np.ndarray:
    rank = ranks(x)
    return (rank >= 1) & (rank <= q)


def _costs(x: np.ndarray, codes: np.ndarray, q: int) -> np.ndarray:
    return np.maximum(0, ranks(codes) - q)


def _factor(n: int, q: int) -> float:
    return 2 / (n * q * (2 * n - 3 * q - 1))


def check_continuity(answer: Any, continuity: Any) -> str:
    """Exercise 4.1."""
    _check_ranks(answer)
    _check_continuity(continuity)
    return (
        "Both measures are yours now: exchange `x` and `codes`, and continuity becomes "
        "trustworthiness. All pairs are compared, so a thousand samples take a million numbers."
    )


def _check_ranks(answer: Any) -> None:
    rng = np.random.default_rng(41)
    line = np.array([[0.0], [1.0], [3.0], [7.0]])
    mistakes: dict[str, Callable[..., Any]] = {
        "That is the *order*: who is nearest, second, third. The rank of each sample is the place "
        "where it stands in that order: sort the order once more.": lambda x: _order(x),
        "Rows and columns are exchanged: entry `[i, j]` is the rank of j among the neighbours of i."
        " The two differ: your neighbour may have nearer ones than you.": lambda x: ranks(x).T,
        "A sample counts as its own first neighbour. Give itself 0 and its nearest other one 1.": (
            lambda x: ranks(x) + 1
        ),
        "The nearest neighbour has rank 0. It should be 1; 0 is for the sample itself.": (
            lambda x: np.maximum(ranks(x) - 1, 0)
        ),
        "The farthest is first. Rank from the nearest to the farthest.": lambda x: np.where(
            np.eye(len(x), dtype=bool), 0, len(x) - ranks(x)
        ),
        "Those are distances. Ranks are asked for: 1 for the nearest, 2 for the next.": lambda x: (
            np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2))
        ),
    }
    cases = [(line,), (rng.normal(size=(9, 3)),)]
    expect.function(answer, ranks, cases, mistakes=mistakes)


def _order(x: np.ndarray) -> np.ndarray:
    distances = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, -1.0)
    return distances.argsort(axis=1)


def _check_continuity(answer: Any) -> None:
    rng = np.random.default_rng(42)
    cases = [(rng.normal(size=(n, 4)), rng.normal(size=(n, 2)), q) for n, q in [(12, 2), (20, 3)]]

    def lost(x: np.ndarray, codes: np.ndarray, q: int) -> float:
        return 1 - continuity(x, codes, q)

    mistakes: dict[str, Callable[..., Any]] = {
        "That is *trustworthiness*: it looks at neighbours in the code and at their ranks in the "
        "data. Continuity is the other way round.": lambda x, z, q: continuity(z, x, q),
        "Neighbours that stayed near *earn* something: without `max(0, …)` their costs are below "
        "0.": lambda x, z, q: 1 - _factor(len(x), q) * float((ranks(z) - q)[_near(x, q)].sum()),
        "A neighbour that is too far costs its whole rank. It costs `s - q`, how many ranks too "
        "far it is.": lambda x, z, q: (
            1 - _factor(len(x), q) * float((ranks(z) * (ranks(z) > q))[_near(x, q)].sum())
        ),
        "Each lost neighbour costs 1, however far it has gone. It costs `s - q`.": lambda x, z, q: (
            1 - _factor(len(x), q) * float((ranks(z) > q)[_near(x, q)].sum())
        ),
        "That is what is *lost*. Take it from 1.": lost,
        "The 2 of the factor is missing.": lambda x, z, q: 1 - lost(x, z, q) / 2,
        "You averaged the costs over the pairs. They are added up; the factor does the rest.": (
            lambda x, z, q: 1 - lost(x, z, q) / (len(x) * q)
        ),
        "All pairs are counted. Only those count that are neighbours in the data.": (
            lambda x, z, q: 1 - _factor(len(x), q) * float(_costs(x, z, q).sum())
        ),
    }
    expect.function(answer, continuity, cases, name="the result of `continuity`", mistakes=mistakes)


# --- 4.5: three answers to "how many?" -----------------------------------------------------------

SEEN, ASKED = 1_000, 700
WANTED = {
    "values": ("variance", 0.9, "the share of variance"),
    "neighbours": ("trustworthiness", 0.98, "the trustworthiness"),
    "meaning": ("accuracy", None, "the share read correctly"),
}
MARGIN = 0.02


@cache
def kept(k: int) -> dict[str, float]:
    """Return what ``k`` principal components keep of small digits, measured on digits not seen.

    Parameters
    ----------
    k : int
        Number of components, from 1 to 64; 64 keeps everything.

    Returns
    -------
    dict
        ``variance``, the share that the reconstruction keeps; ``trustworthiness``; and
        ``accuracy``, the share of digits that the five nearest training codes read correctly.

    Raises
    ------
    InputError
        If there cannot be so many components.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= 64:
        raise InputError(
            f"k is {k!r}; the digits have 64 pixels, give a whole number from 1 to 64."
        )
    seen, seen_labels, asked, asked_labels = _digits()
    mean = seen.mean(axis=0)
    directions = np.linalg.svd(seen - mean, full_matrices=False)[2][: int(k)]
    codes, asked_codes = ((x - mean) @ directions.T for x in (seen, asked))
    return {
        "variance": metrics.explained_variance(asked, asked_codes @ directions + mean),
        "trustworthiness": metrics.trustworthiness(asked, asked_codes),
        "accuracy": metrics.neighbour_accuracy(codes, seen_labels, asked_codes, asked_labels),
    }


@cache
def _digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    data = load_digits()
    order = np.random.default_rng(4).permutation(len(data.data))
    x, labels = data.data[order] / 16.0, data.target[order]
    return x[:SEEN], labels[:SEEN], x[SEEN : SEEN + ASKED], labels[SEEN : SEEN + ASKED]


def check_three_answers(answer: Any) -> str:
    """Exercise 4.5."""
    given = expect.mapping(answer, list(WANTED))
    for name, (measure, mark, spoken) in WANTED.items():
        k = expect.single(given[name], name=f"`{name}`")
        expect.require(
            k == int(k) and 1 <= k <= 64,
            f"`{name}` is {k:g}; give a number of components, a whole one from 1 to 64.",
        )
        needed = kept(64)["accuracy"] - MARGIN if mark is None else mark
        found = kept(int(k))[measure]
        expect.require(
            found >= needed,
            f"`{name}`: with {k:g} components {spoken} is {found:.4f}, below {needed:.4f}. "
            "Take more.",
        )
        fewer = kept(int(k) - 1)[measure] if k > 1 else -np.inf
        expect.require(
            fewer < needed,
            f"`{name}`: one component fewer would do as well, with {fewer:.4f}. Find the fewest.",
        )
    return (
        'Neighbours need the fewest numbers, the class more, the values by far the most. So "how '
        'many dimensions?" has no answer before you have said what for.'
    )


# --- 4.6: what a map says ------------------------------------------------------------------------

WARRANTED = ("a", "e")
REASONS = {
    "a": "neighbours are what t-SNE looks after, so on a map neighbours mostly are neighbours.",
    "b": "each region gets about the same room, however wide it is in the data.",
    "c": "the loss hardly charges for far distances, so they are nearly arbitrary.",
    "d": "a small perplexity breaks one cloud into clumps, a large one joins several.",
    "e": "the points start from random places or from PCA, and where islands end up depends on it.",
    "f": "t-SNE moves the points themselves and learns no function that could place another one.",
    "g": "there is no decoder: nothing says what an empty place on the map would be.",
}


def check_map_reading(answer: Any) -> str:
    """Exercise 4.6."""
    expect.choices(answer, WARRANTED, REASONS)
    return (
        "Who is whose neighbour: that is what the map was made for, and all it says. Everything "
        "else must be asked of the data themselves."
    )


# --- 4.8: a map of your own ----------------------------------------------------------------------

FEWEST, MOST = 50, 3_000
DOMINANT = 0.9
CHANCE = 0.6


def check_own_map(answer: Any) -> str:
    """Exercise 4.8."""
    given = expect.mapping(answer, ["x", "map"])
    x = expect.array(given["x"], shape=(None, None), name="`x`").astype(float)
    expect.require(
        FEWEST <= len(x) <= MOST and x.shape[1] >= 4,
        f"`x` has {len(x)} rows and {x.shape[1]} columns. Take {FEWEST} to {MOST:,} rows, as all "
        "pairs are compared, and at least 4 columns.",
    )
    drawn = expect.array(given["map"], shape=(len(x), 2), name="`map`").astype(float)
    _explain_scaling(x)
    _explain_map(x, drawn)

    trust = metrics.trustworthiness(x, drawn)
    rng = np.random.default_rng(48)
    random_directions = rng.normal(size=(5, x.shape[1], 2))
    blind = sum(metrics.trustworthiness(x, x @ two) for two in random_directions) / 5
    expect.require(
        trust > min(CHANCE, blind),
        f"The trustworthiness is {trust:.2f}; rows in random order give 0.5. Does row i of `map` "
        "belong to row i of `x`? Sorting or shuffling one of them alone does this.",
    )
    expect.require(
        trust > blind,
        f"The trustworthiness is {trust:.3f}. Two random directions have {blind:.3f} on average: "
        "the map must do better than one made without a look at the data.",
    )
    flat = (x - x.mean(axis=0)) @ np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:2].T
    by_pca = metrics.trustworthiness(x, flat)
    verdict = "more than" if trust > by_pca else "no more than"
    return (
        f"Its trustworthiness is {trust:.3f}, {verdict} PCA's {by_pca:.3f}, and its continuity "
        f"{metrics.continuity(x, drawn):.3f}, PCA's {metrics.continuity(x, flat):.3f}. Draw it a "
        "second time with another seed or perplexity, and see what stays."
    )


def _explain_scaling(x: np.ndarray) -> None:
    """Recognise a table of which one column alone decides who is near."""
    variances = x.var(axis=0)
    expect.require(variances.max() > 0, "All rows of `x` are the same.")
    widest = int(variances.argmax())
    share = variances[widest] / variances.sum()
    expect.require(
        share < DOMINANT,
        f"Column {widest} of `x` has {share:.0%} of all variance, so it alone decides which rows "
        "are near each other. Scale the columns first, and hand over the scaled table.",
    )


def _explain_map(x: np.ndarray, drawn: np.ndarray) -> None:
    """Recognise maps that are none."""
    expect.require(
        (drawn.std(axis=0) > 0).all(),
        "One coordinate of the map is the same for all rows: the map is a line, or a point.",
    )
    copied = [any(np.array_equal(coordinate, column) for column in x.T) for coordinate in drawn.T]
    expect.require(
        not all(copied),
        "The map consists of two columns of the table, and knows nothing of the others.",
    )


EXERCISES = (
    Exercise(
        "4.1",
        "Ranks, and what is torn",
        "code",
        check_continuity,
        (
            "`x[:, None] - x[None]` has the difference of each pair. Sort each row of distances "
            "with `argsort`: that tells who comes first.",
            "`argsort` of the `argsort` tells at which place each one comes. A sample is at "
            "distance 0 from itself, so it gets rank 0.",
            "In `continuity`, `near = (r >= 1) & (r <= q)` with the ranks of the *data*, and the "
            "costs `np.maximum(0, s - q)` with those of the *code*.",
        ),
    ),
    Exercise(
        "4.5",
        "Three answers to one question",
        "experiment",
        check_three_answers,
        (
            "Print `kept(k)` for k = 1, 2, 4, 8, 16, 32, 64. Between which two lies each mark?",
            '`next(k for k in range(1, 65) if kept(k)["variance"] >= 0.9)` finds the first one. '
            'The mark for the meaning is `kept(64)["accuracy"] - 0.02`.',
        ),
        seconds=60.0,
    ),
    Exercise(
        "4.6",
        "What a map says",
        "prediction",
        check_map_reading,
        (
            "What does the loss of t-SNE charge for, and what is free?",
            "Is there an encoder? Is there a decoder? And look again at the three clouds of known "
            "size and distance.",
            "Two of the seven can be concluded.",
        ),
    ),
    Exercise(
        "4.8",
        "A map of your own",
        "own data",
        check_own_map,
        (
            "Scale the columns, for instance with scikit-learn's `StandardScaler`, and make the "
            "map from the scaled rows. Leave labels out.",
            '`TSNE(2, init="pca", random_state=0).fit_transform(x)` from `sklearn.manifold` is a '
            "start; it needs more rows than its perplexity.",
        ),
        seconds=60.0,
    ),
)
