"""Exercises 8.1, 8.2, 8.5 and 8.7: weights of words, their memory, few labels, texts of one's own.

No checker needs a data folder: the texts are made up, or the reader's.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.errors import InputError
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 8.1: weights of words -----------------------------------------------------------------------

Learnt = tuple[dict[str, int], np.ndarray]
TRAINING = ["good film", "bad film", "good good plot", "a film"]
ASKED = ["good plot", "film film film bad", "", "unseen words", "good unseen"]


def learn(texts: Sequence[str]) -> Learnt:
    """Return the words of training texts with their columns, and the rarity of each word."""
    words = sorted({word for text in texts for word in text.split()})
    columns = {word: column for column, word in enumerate(words)}
    with_it = Counter(word for text in texts for word in set(text.split()))
    rarity = np.array([np.log((1 + len(texts)) / (1 + with_it[word])) + 1 for word in words])
    return columns, rarity


def weigh(texts: Sequence[str], columns: dict[str, int], rarity: np.ndarray) -> np.ndarray:
    """Return the weights of each text, rows of length 1, or of zeros without a known word."""
    table = _counted(texts, columns) * rarity
    return _of_length_one(table)


def _counted(texts: Sequence[str], columns: dict[str, int]) -> np.ndarray:
    table = np.zeros((len(texts), len(columns)))
    for row, text in zip(table, texts, strict=True):
        for word in text.split():
            if word in columns:
                row[columns[word]] += 1
    return table


def _of_length_one(table: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.where(lengths > 0, lengths, 1)


def _rarity_by_occurrences(texts: Sequence[str]) -> np.ndarray:
    counts = Counter(word for text in texts for word in text.split())
    return np.array([np.log((1 + len(texts)) / (1 + counts[word])) + 1 for word in sorted(counts)])


def _texts_with(texts: Sequence[str], *, letters: bool = False) -> np.ndarray:
    """Return how many texts have each word, or have its letters anywhere."""
    words = sorted({word for text in texts for word in text.split()})
    return np.array(
        [sum(word in (text if letters else text.split()) for text in texts) for word in words]
    )


def check_weights(answer: Any, weigh: Any) -> str:
    """Exercise 8.1."""
    _check_learn(answer)
    _check_weigh(weigh)
    return (
        "The words and their rarities are the training texts' alone; a word that they do not have "
        "has no column, and a text without any known word is a row of zeros, not of NaN."
    )


def _check_learn(answer: Any) -> None:
    for texts in (TRAINING, ["the cat sat", "the dog", "the the the"]):
        found = call(answer, texts)
        expect.require(
            isinstance(found, tuple | list) and len(found) == 2,
            "`learn` returns two things: the dictionary of columns, and the array of rarities.",
        )
        columns, rarity = found
        expected, right = learn(texts)
        expect.require(
            isinstance(columns, dict),
            f"The first thing that `learn` returns is of type `{type(columns).__name__}`; a "
            "dictionary from each word to its column was expected.",
        )
        expect.require(
            set(columns) == set(expected),
            f"The dictionary has the words {sorted(map(str, columns))}; expected "
            f"{sorted(expected)}. Cut with `text.split()`, and take each word once.",
        )
        expect.require(
            columns == expected,
            "The words have other columns than in the order of the alphabet, from 0.",
        )
        plain = right - 1
        with_letters = _texts_with(texts, letters=True)
        expect.close(
            rarity,
            right,
            name="the array of rarities",
            mistakes={
                "The 1 behind the logarithm is missing: a word of all texts would weigh nothing.": (
                    plain
                ),
                "The rarity counts how often a word occurs. It is the number of *texts* that have "
                "it that counts.": _rarity_by_occurrences(texts),
                "That is upside down: frequent words weigh more than rare ones.": 1 - plain,
                "The logarithm is missing.": np.exp(plain) + 1,
                "`word in text` looks for letters: *a* is in *bad*. Cut the text first: "
                "`word in text.split()`.": np.log((1 + len(texts)) / (1 + with_letters)) + 1,
                "Inside the logarithm 1 is added above and below: (1 + n) / (1 + n_w).": (
                    np.log(len(texts) / _texts_with(texts)) + 1
                ),
                "That is another logarithm. Take the natural one, `np.log`.": (
                    plain / np.log(10) + 1
                ),
            },
        )


def _check_weigh(answer: Any) -> None:
    columns, rarity = learn(TRAINING)
    right = weigh(ASKED, columns, rarity)
    counts = _counted(ASKED, columns)
    found = call(answer, ASKED, columns, rarity)
    if np.shape(found) == right.shape:
        expect.require(
            not np.isnan(np.asarray(found, dtype=float)[2:4]).all(),
            "The rows of `''` and `'unseen words'` are NaN: their length is 0, and 0 / 0 is not a "
            "number. Such a row stays zero.",
        )
    expect.close(
        found,
        right,
        name="the table of weights",
        mistakes={
            "The rows do not have length 1: divide each by the root of the sum of its squares.": (
                counts * rarity
            ),
            "The rows have the *sum* 1. Length 1 is asked for: the root of the sum of squares.": (
                counts * rarity / np.maximum((counts * rarity).sum(axis=1, keepdims=True), 1e-12)
            ),
            "The rarity is not used.": _of_length_one(counts),
            "It is not counted how *often* a text has a word.": _of_length_one(
                (counts > 0) * rarity
            ),
            "The rows are scaled before they are multiplied by the rarity. Do it after.": (
                _of_length_one(counts) * rarity
            ),
        },
    )


# --- 8.2: memory and a guess ---------------------------------------------------------------------

TEXTS, WORDS, PER_TEXT = 25_000, 100_000, 150
CHOICES, LENGTH = 5_000, 20


def check_sizes(answer: Any) -> str:
    """Exercise 8.2."""
    given = expect.mapping(answer, ["dense_gb", "sparse_mb", "perplexity", "nats"])
    dense = TEXTS * WORDS * 4 / 1e9
    sparse = (TEXTS * PER_TEXT * 8 + (TEXTS + 1) * 4) / 1e6
    expect.number(
        given["dense_gb"],
        dense,
        within=0.05,
        name="`dense_gb`",
        mistakes={
            "`dense_gb`: each value takes 4 bytes, not one.": dense / 4,
            "`dense_gb`: single precision takes 4 bytes a value, not 8.": 2 * dense,
            "`dense_gb`: that is in megabytes.": 1_000 * dense,
            "`dense_gb`: you divided by 1,024³. Take units of 10⁹.": 1e9 * dense / 1_024**3,
        },
    )
    expect.number(
        given["sparse_mb"],
        sparse,
        within=0.6,
        name="`sparse_mb`",
        mistakes={
            "`sparse_mb`: a value alone does not say where it stands. Each needs the number of its "
            "column too.": TEXTS * PER_TEXT * 4 / 1e6,
            "`sparse_mb`: the place of a value needs its column only. Its row is known from where "
            "the rows begin.": TEXTS * PER_TEXT * 12 / 1e6,
            "`sparse_mb`: you divided by 1,024². Take units of 10⁶.": 1e6 * sparse / 1_024**2,
        },
    )
    expect.number(
        given["perplexity"],
        CHOICES,
        within=1,
        name="`perplexity`",
        mistakes={
            "`perplexity`: that is the loss of one word, in nats. The perplexity is its "
            "exponential.": np.log(CHOICES),
            "`perplexity`: it is that of one word; how long the text is does not matter.": (
                CHOICES * LENGTH
            ),
        },
    )
    expect.number(
        given["nats"],
        LENGTH * np.log(CHOICES),
        within=0.3,
        name="`nats`",
        mistakes={
            "`nats`: that is for one word. The loss of a text is summed over its words.": (
                np.log(CHOICES)
            ),
            "`nats`: that is in bits. Take the natural logarithm.": LENGTH * np.log2(CHOICES),
            "`nats`: the end is one of the 20 words already.": (LENGTH + 1) * np.log(CHOICES),
            "`nats`: the end is predicted like a word, and counts.": (
                (LENGTH - 1) * np.log(CHOICES)
            ),
        },
    )
    return (
        "The dense table would be more than three hundred times as large, and nearly all of it "
        "zeros. And an untrained network's loss is no mystery: if it is far from the sum of the "
        "logarithms at the first step, something is wrong with the loss or the start."
    )


# --- 8.5: what unlabelled texts are worth --------------------------------------------------------

CLASSES = 4
MARK = 0.91
LEAST, MOST = 1, 64
DRAWS = 5


def few_labels(labels: int, directions: int = 0) -> float:
    """Return the accuracy of a classifier of made-up posts that is shown few of them labelled.

    Parameters
    ----------
    labels
        How many labelled posts of each of the four topics, from 1 to 64.
    directions
        0: the classifier is given the weights of words. From 2 to 100: it is given as many
        directions of latent semantics, found on all 600 training posts without their labels.

    Returns
    -------
    float
        On 400 other posts, averaged over five draws of the labelled ones.

    Raises
    ------
    InputError
        If a number is out of range.
    """
    for name, value, low, high in (
        ("labels", labels, LEAST, MOST),
        ("directions", directions, 0, 100),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise InputError(f"{name} is {value!r}; give a whole number.")
        if not low <= value <= high or (name == "directions" and value == 1):
            raise InputError(
                f"{name} is {value}; give 0 or 2 to 100 directions, and {LEAST} to {MOST} labels."
            )
    return _accuracy(int(labels), int(directions))


@cache
def _accuracy(labels: int, directions: int) -> float:
    from sklearn.linear_model import LogisticRegression

    (x, y), (x_test, y_test) = _features(directions)
    found = []
    for draw in range(DRAWS):
        rng = np.random.default_rng((85, draw))
        rows = np.concatenate(
            [rng.permutation(np.flatnonzero(y == topic))[:labels] for topic in range(CLASSES)]
        )
        model = LogisticRegression(C=30.0, max_iter=500).fit(x[rows], y[rows])
        found.append(model.score(x_test, y_test))
    return float(np.mean(found))


@cache
def _features(directions: int) -> tuple[tuple[Any, NDArray], tuple[Any, NDArray]]:
    """Return features and labels of the training posts and of the others."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    texts, topics = _posts()
    vectoriser = TfidfVectorizer().fit(texts[:600])
    x, x_test = vectoriser.transform(texts[:600]), vectoriser.transform(texts[600:])
    if directions:
        fitted = TruncatedSVD(directions, algorithm="arpack", random_state=0).fit(x)
        x, x_test = (normalize(fitted.transform(rows)) for rows in (x, x_test))
    return (x, topics[:600]), (x_test, topics[600:])


def _posts() -> tuple[list[str], NDArray]:
    """Return 1,000 short posts: words of a topic among words of all topics."""
    rng = np.random.default_rng(85)
    topics = rng.integers(0, CLASSES, 1_000)
    own = [[f"topic{topic}word{number}" for number in range(60)] for topic in range(CLASSES)]
    common = [f"word{number}" for number in range(300)]
    texts = []
    for topic in topics:
        mine, everyday = rng.choice(own[topic], 5), rng.choice(common, 15)
        stray = rng.choice(own[rng.integers(0, CLASSES)], 2)
        texts.append(" ".join([*mine, *stray, *everyday]))
    return texts, topics


def check_few_labels(answer: Any) -> str:
    """Exercise 8.5."""
    given = expect.mapping(answer, ["words", "directions_4", "too_many"])
    for name, directions in (("words", 0), ("directions_4", 4)):
        labels = _whole(given[name], f"`{name}`", LEAST, MOST)
        found = few_labels(labels, directions)
        expect.require(
            found >= MARK,
            f"`{name}`: with {labels} labels of each topic the accuracy is {found:.3f}, below "
            f"{MARK}. Take more.",
        )
        fewer = few_labels(labels - 1, directions) if labels > LEAST else 0.0
        expect.require(
            fewer < MARK,
            f"`{name}`: one label fewer would do as well, with {fewer:.3f}. Find the fewest.",
        )
    many = _whole(given["too_many"], "`too_many`", 2, 100)
    with_many, with_four = few_labels(4, many), few_labels(4, 4)
    expect.require(
        many > 4 and with_many < with_four - 0.1,
        f"`too_many`: with {many} directions and 4 labels the accuracy is {with_many:.3f}, with 4 "
        f"directions {with_four:.3f}. Find a number with which it is more than 0.1 below that.",
    )
    return (
        f"Four directions need {int(given['directions_4'])} labels of each topic where the words "
        f"need {int(given['words'])}: which words go together was learnt without any label. But "
        "the first directions are the topics only because these posts have four of them and "
        "nothing else in common. With more directions the rest, which is chance, comes in."
    )


def _whole(value: Any, name: str, low: int, high: int) -> int:
    number = expect.single(value, name=name)
    expect.require(
        number == int(number) and low <= number <= high,
        f"{name} is {number:g}; give a whole number from {low} to {high}.",
    )
    return int(number)


# --- 8.7: texts of your own ----------------------------------------------------------------------

FEWEST, LARGEST, NEAR = 30, 2_000, 5
BLIND = 5  # random codes to compare with


def check_own_texts(answer: Any) -> str:
    """Exercise 8.7."""
    given = expect.mapping(answer, ["texts", "codes"])
    texts = _checked_texts(given["texts"])
    codes = expect.array(given["codes"], shape=(len(texts), None), name="`codes`").astype(float)
    size = codes.shape[1]
    expect.require(
        2 <= size < len(texts),
        f"`codes` has {size} numbers for each of {len(texts)} texts; take at least 2, and fewer "
        "than there are texts.",
    )
    _explain_codes(codes, texts)
    likeness = _likeness_by_words(texts)
    near = _nearest(likeness)
    shared = _shared(near, codes)
    rng = np.random.default_rng(87)
    blind = float(np.mean([_shared(near, rng.normal(size=codes.shape)) for _ in range(BLIND)]))
    expect.require(
        shared > 2 * blind,
        f"Of {NEAR} nearest texts by your codes, {shared:.0%} are among the {NEAR} nearest by "
        f"their words; with random codes it is {blind:.0%}. Does row i of `codes` belong to "
        "text i?",
    )
    by_lsa = _shared(near, _semantics(likeness, size))
    return (
        f"Of the {NEAR} nearest texts by your {size} numbers, {shared:.0%} are among the {NEAR} "
        f"nearest by their words. Latent semantics with as many numbers keep {by_lsa:.0%}, random "
        f"codes {blind:.0%}. Now read some neighbours that the words do *not* have: are they a "
        "fault of the codes, or did they find a text that says the same in other words?"
    )


def _checked_texts(value: Any) -> list[str]:
    """Return a reader's texts, or say what is odd about them."""
    expect.require(
        not isinstance(value, str | bytes),
        "`texts` is one single string; hand over a list of them.",
    )
    expect.require(
        isinstance(value, list | tuple | np.ndarray) and len(value) > 0,
        "`texts` should be a list of strings.",
    )
    texts = list(value)
    for place, text in enumerate(texts):
        expect.require(
            isinstance(text, str),
            f"`texts[{place}]` is of type `{type(text).__name__}`; every text is a string. Leave "
            "missing ones out, together with their codes.",
        )
        expect.require(
            bool(text.split()),
            f"`texts[{place}]` has no word. Leave empty texts out, together with their codes.",
        )
    expect.require(
        FEWEST <= len(texts) <= LARGEST,
        f"There are {len(texts)} texts; take {FEWEST} to {LARGEST:,}.",
    )
    expect.require(
        len(set(texts)) > len(texts) / 2,
        "More than half of the texts are copies of others. Keep each once.",
    )
    return texts


def _explain_codes(codes: np.ndarray, texts: list[str]) -> None:
    """Recognise codes that are none."""
    expect.require(
        len(np.unique(codes, axis=0)) > len(codes) / 2,
        "Most codes are the same as others: nothing can be told apart by them.",
    )
    lengths = np.array([len(text.split()) for text in texts], dtype=float)
    if lengths.std() > 0:
        likeness = [
            abs(np.corrcoef(column, lengths)[0, 1]) for column in codes.T if column.std() > 0
        ]
        expect.require(
            min(likeness) < 0.95,
            "Each number of the codes follows the *length* of the text. Scale the rows of weights "
            "to length 1 before you reduce them.",
        )


def _likeness_by_words(texts: list[str]) -> np.ndarray:
    """Return the cosine of each two texts' rows of word weights, which are sparse themselves."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    table = TfidfVectorizer(token_pattern=r"\S+").fit_transform(texts)
    return (table @ table.T).toarray()


def _semantics(likeness: np.ndarray, size: int) -> np.ndarray:
    """Return the texts' places along the main directions of their rows of word weights.

    The products of all rows with each other have what is needed: their eigenvectors are the left
    singular vectors of the rows, and their eigenvalues the squares of the singular values.
    """
    values, vectors = np.linalg.eigh(likeness)
    return vectors[:, -size:] * np.sqrt(np.maximum(values[-size:], 0))


def _shared(near: np.ndarray, codes: np.ndarray) -> float:
    """Return the share of the nearest by codes that are among given nearest ones."""
    unit = _of_length_one(codes)
    pairs = zip(near, _nearest(unit @ unit.T), strict=True)
    return float(np.mean([len(set(one) & set(other)) / NEAR for one, other in pairs]))


def _nearest(likeness: np.ndarray) -> np.ndarray:
    """Return for each text the places of those that are most like it, itself left out."""
    others = likeness.copy()
    np.fill_diagonal(others, -np.inf)
    return np.argsort(-others, axis=1, kind="stable")[:, :NEAR]


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        "8.1",
        "Weights of words, learnt once",
        "code",
        check_weights,
        (
            "`sorted(set(...))` of all words of the training texts, and `enumerate`, give the "
            "columns. For the rarity count in how many texts a word is: `word in text.split()`.",
            "In `weigh`, count into a table of zeros, and skip a word that is not in `columns`. "
            "Multiply by `rarity`, and divide by `np.linalg.norm(table, axis=1, keepdims=True)`.",
            "Where the norm is 0, divide by 1: `np.where(norm > 0, norm, 1)`.",
        ),
    ),
    Exercise(
        "8.2",
        "How large, and how bad at first?",
        "prediction",
        check_sizes,
        (
            "A dense table has texts × words values. A sparse one has a value and a column for "
            "each word that a text has; what it keeps for each row hardly counts.",
            "If all words are equally likely, each has the probability 1 / 5,000. The loss of a "
            "word is minus the logarithm of that, and the perplexity its exponential.",
        ),
    ),
    Exercise(
        "8.5",
        "What unlabelled texts are worth",
        "experiment",
        check_few_labels,
        (
            "Print `few_labels(n)` and `few_labels(n, 4)` for n = 1, 2, 4, 8, 16, 32.",
            "`next(n for n in range(1, 65) if few_labels(n, 4) >= 0.91)` finds the first one.",
            "For `too_many` try 10, 30 and 100 directions with 4 labels.",
        ),
        seconds=90.0,
    ),
    Exercise(
        "8.7",
        "Texts of your own",
        "own data",
        check_own_texts,
        (
            "`TfidfVectorizer(sublinear_tf=True).fit_transform(texts)` and `TruncatedSVD(20)` from "
            "scikit-learn make codes in two lines.",
            "If you have no texts at hand: the descriptions of NumPy's functions are some, "
            "`[f.__doc__ for f in vars(np).values() if callable(f) and f.__doc__]`.",
        ),
        seconds=60.0,
    ),
)
