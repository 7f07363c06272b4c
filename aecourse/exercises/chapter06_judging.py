"""Exercises 6.3, 6.4 and 6.6: leaks in a comparison, the mistakes one by one, and a fair start."""

from collections.abc import Callable
from functools import cache, partial
from itertools import combinations
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call
from aecourse.exercises.verdicts import Wrong

# --- 6.3: three leaks ----------------------------------------------------------------------------

Case = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]
STRENGTHS = (0.01, 0.1, 1, 10)
LEAKS = {
    "components": "The principal components still see the test images.",
    "scale": "Mean and deviation are still those of the test images.",
    "strength": "The strength is still chosen on the test images: their best result is no estimate "
    "for new ones.",
}


def score(case: Case, leaks: frozenset[str] = frozenset(), *, whole: bool = False) -> float:
    """Return the accuracy on test images, with some of the leaks if asked.

    With ``whole``, what need not be held out is not: components and scale come from all training
    images, and so does the classifier if the strength is chosen on test images.
    """
    x_train, y_train, x_test, y_test, k = case
    cut = len(x_train) * 4 // 5
    last = x_train[cut:], y_train[cut:]
    seen = x_train if whole else x_train[:cut]
    trained = len(x_train) if whole and "strength" in leaks else cut
    prepare = _prepared(
        np.concatenate([seen, x_test]) if "components" in leaks else seen,
        x_test if "scale" in leaks else seen,
        k,
    )
    chosen_on = (x_test, y_test) if "strength" in leaks else last
    return _best(prepare, (x_train[:trained], y_train[:trained]), chosen_on, (x_test, y_test))


def _prepared(
    seen_by_components: np.ndarray, seen_by_scale: np.ndarray, k: int
) -> Callable[[np.ndarray], np.ndarray]:
    from sklearn.decomposition import PCA

    pca = PCA(k).fit(seen_by_components)
    reference = pca.transform(seen_by_scale)
    mean, deviation = reference.mean(axis=0), reference.std(axis=0)
    return lambda x: (pca.transform(x) - mean) / deviation


def _best(
    prepare: Callable[[np.ndarray], np.ndarray], *parts: tuple[np.ndarray, np.ndarray]
) -> float:
    """Return the accuracy on the third part of what is trained on the first, chosen on the next."""
    from sklearn.linear_model import LogisticRegression

    known, chosen_on, asked = ((prepare(x), y) for x, y in parts)
    tried = [LogisticRegression(C=c).fit(*known) for c in STRENGTHS]
    return float(max(tried, key=lambda each: each.score(*chosen_on)).score(*asked))


def _first_fifth(case: Case) -> float:
    x, y, x_test, y_test, k = case
    cut = len(x) - len(x) * 4 // 5
    order = np.r_[cut : len(x), :cut]
    return score((x[order], y[order], x_test, y_test, k))


def _chosen_by_training(case: Case) -> float:
    x, y, x_test, y_test, k = case
    known = x[: len(x) * 4 // 5], y[: len(x) * 4 // 5]
    return _best(_prepared(known[0], known[0], k), known, known, (x_test, y_test))


@cache
def _cases() -> tuple[Case, ...]:
    """Return training and test images on which each leak changes the answer."""
    return tuple(_case(seed) for seed in (3, 13, 20, 24))


def _case(seed: int) -> Case:
    rng = np.random.default_rng(seed)
    classes, size, k = 3, 12, 4
    centres = rng.normal(size=(classes, size))

    def images(count: int, strange: float) -> tuple[np.ndarray, np.ndarray]:
        y = np.arange(count) % classes
        x = 0.6 * centres[y] + rng.normal(size=(count, size))
        # The test images were taken elsewhere: another light, and one pixel that flickers.
        x[:, 0] += strange * 3 * rng.normal(size=count)
        return x + strange * 0.5, y

    return (*images(60, 0), *images(90, 1), k)


def check_leaks(answer: Any) -> str:
    """Exercise 6.3."""
    expect.answered(answer)
    cases = _cases()
    found = [expect.single(call(answer, *case), name="the result of `score`") for case in cases]

    def gives(mistaken: Callable[[Case], float]) -> bool:
        return np.allclose(found, [mistaken(case) for case in cases], atol=1e-9)

    if gives(score):
        listed = frozenset(LEAKS)
        gain = np.mean([score(c, listed, whole=True) - score(c) for c in cases])
        return (
            f"The listing's number is {100 * gain:.0f} points higher on these images, which were "
            "taken elsewhere than the training images. A user of the classifier would see yours. "
            "Only one of the leaks looked at test *labels*; test images alone do harm enough."
        )
    for message, leaks in _explained_leaks().items():
        ways = (partial(score, leaks=leaks, whole=whole) for whole in (False, True))
        expect.require(not any(gives(way) for way in ways), message)
    for message, mistaken in MISTAKES_OF_SCORE.items():
        expect.require(not gives(mistaken), message)
    wanted = [score(case) for case in cases]
    place = int(np.argmax(np.abs(np.subtract(found, wanted))))
    raise Wrong(
        f"It is `{found[place]:.4f}` for one set of images, expected `{wanted[place]:.4f}`. Train "
        "on the first four fifths of the training images, choose on the last fifth, and of equally "
        "good strengths take the first."
    )


def _explained_leaks() -> dict[str, frozenset[str]]:
    """Return what is said of each set of leaks that may be left."""
    sets = [frozenset(names) for n in (3, 2, 1) for names in combinations(LEAKS, n)]
    return {" ".join(LEAKS[name] for name in LEAKS if name in each): each for each in sets}


MISTAKES_OF_SCORE: dict[str, Callable[[Case], float]] = {
    "You hold out the *first* fifth. Take the last one.": _first_fifth,
    "No test image is seen any more. But components and scale come from all training images, those "
    "included on which the strength is chosen.": lambda case: score(case, whole=True),
    "The strength is chosen on the very images that the classifier learnt from. The weakest "
    "penalty nearly always wins there.": _chosen_by_training,
}


# --- 6.4: read the mistakes ----------------------------------------------------------------------


def _table(truth: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (truth, answers), 1)
    return table


def _recall(table: np.ndarray) -> np.ndarray:
    return table.diagonal() / table.sum(axis=1)


def _pair(counts: np.ndarray) -> tuple[int, int]:
    a, b = np.unravel_index(counts.argmax(), counts.shape)
    return int(min(a, b)), int(max(a, b))


def _confused(table: np.ndarray) -> tuple[int, int]:
    return _pair(np.triu(table + table.T, 1))


def check_mistakes(answer: Any) -> str:
    """Exercise 6.4."""
    expect.answered(answer)
    for rows in TABLES:
        table = np.array(rows)
        truth, answers = (np.repeat(places, table.ravel()) for places in np.indices(table.shape))
        truth, answers = truth.ravel(), answers.ravel()
        order = np.random.default_rng(64).permutation(len(truth))
        found = call(answer, truth[order], answers[order], len(table))
        given = expect.mapping(found, ["recall", "confused"], name="the result of `mistakes`")
        _check_recall(given["recall"], table)
        _check_confused(given["confused"], table)
    return (
        "Recall says which classes are hard, the pair says what they are taken for. Both are read "
        "off one table, and neither can be guessed from the accuracy."
    )


# Rows are the truth. Classes have different sizes, and the pairs of one direction, of both together
# and of shares differ.
TABLES = (
    ((5, 4, 1, 0), (0, 9, 0, 3), (3, 0, 6, 0), (1, 2, 0, 1)),
    ((50, 8, 1), (6, 20, 5), (2, 5, 3)),
)


def _check_recall(value: Any, table: np.ndarray) -> None:
    with np.errstate(invalid="ignore"):
        precision = table.diagonal() / table.sum(axis=0)
    expect.close(
        value,
        _recall(table),
        name="`recall`",
        mistakes={
            "`recall`: that is the precision, the share of each *answer* that is right. Divide by "
            "how often the class is the truth.": precision,
            "`recall`: you divided by the number of all images.": table.diagonal() / table.sum(),
            "`recall`: those are counts. Divide by the size of the class.": table.diagonal(),
            "`recall`: that is the accuracy over all images. Each class has its own.": (
                table.trace() / table.sum()
            ),
        },
    )


def _check_confused(value: Any, table: np.ndarray) -> None:
    pair = expect.array(value, shape=(2,), name="`confused`").astype(int)
    found, right = tuple(pair.tolist()), _confused(table)
    off = table - np.diag(table.diagonal())
    shares = off / table.sum(axis=1, keepdims=True)
    expect.require(
        found[0] != found[1],
        "`confused` names one class twice: the diagonal holds the *right* answers. Leave it out.",
    )
    expect.require(
        found != right[::-1], "`confused`: the right pair; put the smaller number first."
    )
    if found == right:
        return
    expect.require(
        tuple(sorted(found)) != _pair(off),
        f"`confused`: {found} is the largest entry off the diagonal, so it counts one direction "
        "only. Add both: a taken for b, and b taken for a.",
    )
    expect.require(
        found != _pair(shares + shares.T),
        f"`confused`: {found} leads in *shares* of the classes. Count images.",
    )
    raise Wrong(f"`confused` is `{found}`; another pair is taken for each other more often.")


# --- 6.6: a fair start ---------------------------------------------------------------------------

SPOILS = ("b", "c", "d", "f")
STARTS = {
    "a": "that is the very question: what are images without labels worth? The other network "
    "cannot use them.",
    "b": "the encoder has practised on the images on which both are judged, and the other network "
    "has not. New images would not be known to it either.",
    "c": "a rate that suits one start may be far off for the other. Choose it for each, or take "
    "one that was chosen for neither.",
    "d": "then the best of many looks at the test images is reported, and the curve that jumps "
    "about most gains most.",
    "e": "with the same images and the same order what remains is the start, and the draw's luck "
    "cancels in the difference.",
    "f": "then it was stopped in the middle. That the other one is *quicker* is worth knowing, but "
    "it is another question than which one ends higher.",
}


def check_fair_start(answer: Any) -> str:
    """Exercise 6.6."""
    expect.choices(answer, SPOILS, STARTS)
    return (
        "The start may be the only difference: same images, same steps, a setting for each, an end "
        "that both have reached, and test images that nobody chose anything by."
    )


EXERCISES = (
    Exercise(
        "6.3",
        "Three leaks",
        "bug hunt",
        check_leaks,
        (
            "Go through it line by line, and ask of each `fit` and each choice: which images does "
            "it look at?",
            "`cut = len(x_train) * 4 // 5` gives two parts of the training images. Fit everything "
            "to the first, and compare the strengths on the second.",
            "`make_pipeline(PCA(k), StandardScaler()).fit(x_train[:cut])` prepares all three "
            "parts. The test images come in the last line, once.",
        ),
        seconds=60.0,
    ),
    Exercise(
        "6.4",
        "Read the mistakes",
        "code",
        check_mistakes,
        (
            "Make the confusion matrix first: `np.add.at(table, (truth, answers), 1)` adds 1 for "
            "each image, in the row of its class and the column of the answer.",
            "Recall divides the diagonal by the sums of the *rows*.",
            "`np.triu(table + table.T, 1)` adds both directions, without the diagonal; "
            "`np.unravel_index(both.argmax(), both.shape)` finds the largest entry.",
        ),
    ),
    Exercise(
        "6.6",
        "A fair start",
        "prediction",
        check_fair_start,
        (
            "Imagine that pre-training were worth nothing. Which of the sentences could make it "
            "look as if it were worth something?",
            "Two of the six are as they should be.",
        ),
    ),
)
