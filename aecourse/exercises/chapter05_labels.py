"""Exercises 5.5, 5.6 and 5.8: what a label is worth, ahead by how much, features of your own."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from aecourse.errors import InputError
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise

# --- 5.5: what a label is worth ------------------------------------------------------------------

UNLABELLED, ASKED = 1_000, 700
CENTRES = 100
DRAWS = 10
COUNTS = (1, 2, 3, 5, 10, 20, 50)
FEATURES = ("pixels", "clusters", "discriminants")
FEWEST_FOR_DISCRIMINANTS = 3


class _Digits(NamedTuple):
    """Small digits, and the same ones described by how near they are to the cluster centres."""

    seen: dict[str, np.ndarray]
    asked: dict[str, np.ndarray]
    seen_labels: np.ndarray
    asked_labels: np.ndarray


@cache
def _digits() -> _Digits:
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_digits

    data = load_digits()
    order = np.random.default_rng(5).permutation(len(data.data))
    x, labels = data.data[order] / 16.0, data.target[order]
    seen, asked = x[:UNLABELLED], x[UNLABELLED : UNLABELLED + ASKED]
    found = KMeans(CENTRES, n_init=1, random_state=0).fit(seen)

    def nearness(images: np.ndarray) -> np.ndarray:
        # Coates, Ng and Lee (2011): by how much a centre is nearer than the mean one.
        distances = found.transform(images)
        return np.maximum(0, distances.mean(axis=1, keepdims=True) - distances)

    return _Digits(
        {"pixels": seen, "clusters": nearness(seen)},
        {"pixels": asked, "clusters": nearness(asked)},
        labels[:UNLABELLED],
        labels[UNLABELLED : UNLABELLED + ASKED],
    )


@cache
def read_right(features: str, labels: int) -> float:
    """Return the share of new small digits that the nearest labelled one reads correctly.

    Parameters
    ----------
    features : {"pixels", "clusters", "discriminants"}
        What is compared. ``"pixels"`` have learnt nothing. ``"clusters"`` are how near an image is
        to 100 centres, which k-means has found in 1,000 images without a label.
        ``"discriminants"`` are those of the pixels, found with the labelled images alone.
    labels : int
        How many images of each class have a label: 1, 2, 3, 5, 10, 20 or 50.

    Returns
    -------
    float
        Averaged over ten draws of the labelled images; the same draws for all features.

    Raises
    ------
    InputError
        If there are no such features or numbers, or too few labels for discriminants: the scatter
        within a class takes several.
    """
    if features not in FEATURES:
        raise InputError(f"features is {features!r}; choose from {', '.join(FEATURES)}.")
    if labels not in COUNTS:
        raise InputError(f"labels is {labels!r}; choose from {', '.join(map(str, COUNTS))}.")
    if features == "discriminants" and labels < FEWEST_FOR_DISCRIMINANTS:
        raise InputError(
            f"labels is {labels}; discriminants need at least {FEWEST_FOR_DISCRIMINANTS} of each "
            "class to see how the images of one class differ."
        )
    data = _digits()
    shares = [_read(data, features, _draw(data, labels, seed)) for seed in range(DRAWS)]
    return round(float(np.mean(shares)), 4)


def _draw(data: _Digits, count: int, seed: int) -> np.ndarray:
    """Return the positions of ``count`` images of each class; larger draws hold the smaller."""
    rng = np.random.default_rng(seed)
    members = (np.flatnonzero(data.seen_labels == c) for c in range(10))
    return np.concatenate([rng.permutation(each)[:count] for each in members])


def _read(data: _Digits, features: str, rows: np.ndarray) -> float:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.neighbors import KNeighborsClassifier

    known_labels = data.seen_labels[rows]
    space = "clusters" if features == "clusters" else "pixels"
    known, asked = data.seen[space][rows], data.asked[space]
    if features == "discriminants":
        fitted = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")
        known, asked = fitted.fit_transform(known, known_labels), fitted.transform(asked)
    return float(KNeighborsClassifier(1).fit(known, known_labels).score(asked, data.asked_labels))


def _ahead_of_pixels(count: int) -> bool:
    return read_right("clusters", count) > read_right("pixels", count)


def check_worth(answer: Any) -> str:
    """Exercise 5.5."""
    given = expect.mapping(answer, ["worth", "until", "discriminants"])
    found = {
        name: expect.one_of(given[name], COUNTS, f"`{name}`", "the numbers of labels")
        for name in given
    }
    mark = read_right("clusters", 3)
    _check_fewest("pixels", found["worth"], mark, "worth")
    place = COUNTS.index(found["until"])
    expect.require(
        _ahead_of_pixels(found["until"]),
        f"`until`: with {found['until']} labels a class the clusters are no longer ahead.",
    )
    later = [count for count in COUNTS[place + 1 :] if _ahead_of_pixels(count)]
    expect.require(
        not later, f"`until`: with {later[-1] if later else 0} labels they are still ahead."
    )
    expect.require(
        found["discriminants"] >= FEWEST_FOR_DISCRIMINANTS,
        f"`discriminants`: they need at least {FEWEST_FOR_DISCRIMINANTS} labels of each class.",
    )
    _check_fewest("discriminants", found["discriminants"], mark, "discriminants")
    return (
        "Images without a label can stand in for some that have one, as long as labels are few. "
        "With many, the pixels catch up: what the clusters left out is then worth having. And "
        "features that are made from labels are the first to suffer where there are few."
    )


def _check_fewest(features: str, count: int, mark: float, name: str) -> None:
    """Refuse a number of labels that does not reach the mark, or is not the smallest one."""
    reached = read_right(features, count)
    expect.require(
        reached >= mark,
        f"`{name}`: with {count} labels a class {features} read {reached:.1%}, and clusters with "
        f"3 labels {mark:.1%}. It takes more.",
    )
    smaller = [c for c in COUNTS if c < count]
    if features == "discriminants":
        smaller = [c for c in smaller if c >= FEWEST_FOR_DISCRIMINANTS]
    enough = [c for c in smaller if read_right(features, c) >= mark]
    expect.require(not enough, f"`{name}`: {enough[0] if enough else 0} labels would do as well.")


# --- 5.6: ahead by how much? ---------------------------------------------------------------------

Ahead = tuple[float, float]


def ahead(ours: np.ndarray, others: np.ndarray) -> Ahead:
    """Return the mean lead over the best of the others in the same draw, and its standard error."""
    lead = ours - others[:, others.mean(axis=0).argmax()]
    return float(lead.mean()), _standard_error(lead)


def _standard_error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _best_in_each(ours: np.ndarray, others: np.ndarray) -> Ahead:
    lead = ours - others.max(axis=1)
    return float(lead.mean()), _standard_error(lead)


def _mean_of_others(ours: np.ndarray, others: np.ndarray) -> Ahead:
    lead = ours - others.mean(axis=1)
    return float(lead.mean()), _standard_error(lead)


def _not_paired(ours: np.ndarray, others: np.ndarray) -> Ahead:
    theirs = others[:, others.mean(axis=0).argmax()]
    return (
        float(ours.mean() - theirs.mean()),
        float(np.hypot(_standard_error(ours), _standard_error(theirs))),
    )


def check_ahead(answer: Any) -> str:
    """Exercise 5.6."""
    rng = np.random.default_rng(56)
    mistakes: dict[str, Callable[..., Any]] = {
        "The sign is turned: positive means that *ours* is ahead.": lambda a, b: (
            -ahead(a, b)[0],
            ahead(a, b)[1],
        ),
        "You compare with the best in *each* draw. Nobody can use whichever happens to be best in "
        "a draw: choose the column with the best mean, once.": _best_in_each,
        "You compare with the mean of the others. The one to beat is the best.": _mean_of_others,
        "The error is that of two separate means. Both were measured in the same draws: take the "
        "differences first, then their error.": _not_paired,
        "That is the standard *deviation* of the lead. The error of its mean is smaller by the "
        "root of the number of draws.": lambda a, b: (
            ahead(a, b)[0],
            ahead(a, b)[1] * np.sqrt(len(a)),
        ),
        "The deviation of a sample divides by n − 1: `ddof=1`.": lambda a, b: (
            ahead(a, b)[0],
            ahead(a, b)[1] * np.sqrt(1 - 1 / len(a)),
        ),
        "Those are variances. Take the root.": lambda a, b: (ahead(a, b)[0], ahead(a, b)[1] ** 2),
    }
    cases = []
    for draws, methods in [(4, 2), (6, 3)]:
        hard = rng.normal(0, 0.05, (draws, 1))  # what makes one draw harder than another
        others = 0.8 + hard + rng.normal(0, 0.02, (draws, methods))
        cases.append((0.82 + hard[:, 0] + rng.normal(0, 0.01, draws), others))
    expect.function(answer, ahead, cases, mistakes=mistakes)
    return (
        "What makes a draw hard is hard for both, and cancels in the difference. So a lead can be "
        "sure although the accuracies themselves go up and down by more than the lead."
    )


# --- 5.8: features of your own -------------------------------------------------------------------

PARTS = ("x_train", "y_train", "x_test", "y_test", "features_train", "features_test")
FEW = 5  # labels of each class
OWN_DRAWS = 5


def check_own_features(answer: Any) -> str:
    """Exercise 5.8."""
    given = expect.mapping(answer, list(PARTS))
    x_train, x_test, found_train, found_test = (
        expect.array(given[name], shape=(None, None), name=f"`{name}`").astype(float)
        for name in ("x_train", "x_test", "features_train", "features_test")
    )
    expect.tables(x_train, x_test)
    for name, rows in (("train", len(x_train)), ("test", len(x_test))):
        for part in ("y", "features"):
            expect.require(
                len(given[f"{part}_{name}"]) == rows,
                f"`{part}_{name}` has {len(given[f'{part}_{name}'])} entries and `x_{name}` "
                f"{rows} rows: one for each row, in the same order.",
            )
    y_train, y_test = (np.asarray(given[name]).ravel() for name in ("y_train", "y_test"))
    _explain_labels(y_train, y_test)
    _explain_features(found_train, found_test, y_train, y_test)

    (raw, raw_few), (own, own_few) = (
        [_accuracy(train, test, y_train, y_test, few=few) for few in (False, True)]
        for train, test in ((x_train, x_test), (found_train, found_test))
    )
    most = np.unique(y_test, return_counts=True)[1].max() / len(y_test)
    expect.require(
        own > most or own >= raw,
        f"From your features {own:.1%} of the test rows are read correctly; always naming the "
        f"most frequent class gives {most:.1%}, and your columns {raw:.1%}. Does row i of the "
        "features belong to row i of `x`? Were both tables given to one and the same fitted "
        "method?",
    )
    return (
        f"A logistic regression reads {own:.1%} of the test rows from your features, {raw:.1%} "
        f"from the columns. With {FEW} labels of each class it is {own_few:.1%} and "
        f"{raw_few:.1%}. Was the method fitted to `x_train` alone? This check cannot see that."
    )


def _explain_labels(y_train: np.ndarray, y_test: np.ndarray) -> None:
    classes, counts = np.unique(y_train, return_counts=True)
    expect.require(
        2 <= len(classes) <= len(y_train) / 4,
        f"`y_train` has {len(classes)} different values. Two or more classes are needed, with "
        "several rows each.",
    )
    expect.require(
        counts.min() > FEW,
        f"The smallest class has {counts.min()} training rows. Take classes with more than {FEW}.",
    )
    unknown = set(y_test.tolist()) - set(classes.tolist())
    expect.require(not unknown, f"`y_test` has classes that `y_train` has not: {sorted(unknown)}.")


def _explain_features(
    train: np.ndarray, test: np.ndarray, y_train: np.ndarray, y_test: np.ndarray
) -> None:
    """Recognise features that cannot be used, or that know the answer."""
    expect.require(
        train.shape[1] == test.shape[1],
        f"`features_train` has {train.shape[1]} columns and `features_test` {test.shape[1]}; they "
        "come from one and the same fitted method.",
    )
    expect.require(train.std(axis=0).any(), "All rows of `features_train` are the same.")
    values, labels = np.concatenate([train, test]), np.concatenate([y_train, y_test])
    names = np.unique(labels)
    for place, column in enumerate(values.T):
        inside = [np.unique(column[labels == name]) for name in names]
        told = all(len(each) == 1 for each in inside) and len(np.unique(column)) == len(names)
        expect.require(
            not told,
            f"Column {place} of the features is the label in other words: one value for each "
            "class, in the test rows too. A new row comes without a label.",
        )


def _accuracy(
    train: np.ndarray, test: np.ndarray, y_train: np.ndarray, y_test: np.ndarray, *, few: bool
) -> float:
    """Return a logistic regression's accuracy with all labels, or the mean over few of them."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    train, test = scaler.transform(train), scaler.transform(test)
    draws = [_few_of_each(y_train, seed) for seed in range(OWN_DRAWS)] if few else [...]
    classifier = LogisticRegression(max_iter=500)
    return float(np.mean([classifier.fit(train[r], y_train[r]).score(test, y_test) for r in draws]))


def _few_of_each(labels: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    members = (np.flatnonzero(labels == name) for name in np.unique(labels))
    return np.concatenate([rng.permutation(each)[:FEW] for each in members])


EXERCISES = (
    Exercise(
        "5.5",
        "What a label is worth",
        "experiment",
        check_worth,
        (
            "Print `read_right` of all three for 1, 2, 3, 5, 10, 20 and 50 labels as a small "
            "table. Discriminants start at 3.",
            'The mark for `worth` and `discriminants` is `read_right("clusters", 3)`. For `until` '
            "compare the columns of pixels and clusters.",
        ),
        seconds=60.0,
    ),
    Exercise(
        "5.6",
        "Ahead by how much?",
        "code",
        check_ahead,
        (
            "`others.mean(axis=0).argmax()` is the column to beat.",
            "Take the difference in each draw first. The rest is the mean of these differences, "
            "and their standard deviation divided by the root of their number.",
        ),
    ),
    Exercise(
        "5.8",
        "Features of your own",
        "own data",
        check_own_features,
        (
            "Split first. Fit the scaler and the method to `x_train`; labels are for measuring.",
            "`make_pipeline(StandardScaler(), PCA(5)).fit(x_train)` has a `transform` for both "
            "tables. An `AutoencoderTransformer` takes the place of the PCA.",
        ),
        seconds=60.0,
    ),
)
