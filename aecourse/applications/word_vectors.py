"""Vectors of words from the company they keep, learnt from the training texts alone.

Two words that stand near the same other words mean something similar. So count how often each pair
stands together, compare with chance, and keep the main directions of the table.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.text.checks import checked_texts
from aecourse.text.vocabulary import SPECIAL, UNKNOWN, Vocabulary

SMOOTHING = 0.75  # the power of a neighbour's count, so that rare neighbours do not stand out
CHUNK = 1_000  # texts whose pairs are counted at once

Vectors = NDArray[np.float32]


def word_vectors(
    vocabulary: Vocabulary, texts: Any, *, size: int = 200, window: int = 5, seed: int = 0
) -> Vectors:
    """Return a vector for each number of a vocabulary, of length 1; 0 for a word never met.

    The table of pairs is sparse all the way: a dense one would have the square of the vocabulary's
    size.

    Parameters
    ----------
    vocabulary
        Fitted on the same texts.
    texts
        Training texts. Never give it test texts.
    size
        Number of values in a vector.
    window
        How many words to each side count as near.
    seed
        Of the randomised decomposition.

    Returns
    -------
    numpy.ndarray
        ``(len(vocabulary), size)``, ``float32``.

    Raises
    ------
    InputError
        If a text is no string or a setting makes no sense.

    References
    ----------
    Levy, Goldberg and Dagan (2015); Bullinaria and Levy (2012).

    Examples
    --------
    >>> from aecourse.applications import word_vectors
    >>> from aecourse.text import Vocabulary
    >>> texts = ["a good film", "a fine film", "a bad end", "a poor end"]
    >>> words = Vocabulary.fit(texts, least=1)
    >>> vectors = word_vectors.word_vectors(words, texts, size=2, window=1)
    >>> vectors.shape, bool(vectors[words.numbers["good"]] @ vectors[words.numbers["fine"]] > 0.9)
    ((11, 2), True)
    """
    if whole(size, "size") >= len(vocabulary):
        raise InputError(f"size is {size}; give fewer than the {len(vocabulary)} words.")
    pairs = pair_counts(vocabulary, checked_texts(texts), window=window)
    information = positive_information(pairs)
    decomposition = TruncatedSVD(size, random_state=seed).fit(information)
    # The square roots of the singular values: words by direction, not by how often they occur.
    strengths = np.sqrt(decomposition.singular_values_)
    vectors = normalize((decomposition.components_.T * strengths).astype(np.float32))
    vectors[np.diff(information.indptr) == 0] = 0  # round-off would give these a direction
    return vectors


def pair_counts(vocabulary: Vocabulary, texts: Iterable[str], *, window: int = 5) -> Any:
    """Return how often each word stands within a window of each other one, as a sparse table.

    Unknown words keep their places but are not counted.

    Raises
    ------
    InputError
        If ``window`` is not a whole number of at least 1.

    Examples
    --------
    >>> from aecourse.applications import word_vectors
    >>> from aecourse.text import Vocabulary
    >>> words = Vocabulary(["good", "film", "end"])
    >>> word_vectors.pair_counts(words, ["good film", "good film"], window=1).toarray()[4:, 4:]
    array([[0., 2., 0.],
           [2., 0., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    whole(window, "window")
    counts = sparse.csr_matrix((len(vocabulary),) * 2, dtype=np.float32)
    for numbers in _chunks(vocabulary, texts, gap=window):
        near = [
            np.stack([numbers[:-distance], numbers[distance:]]) for distance in range(1, window + 1)
        ]
        pairs = np.concatenate(near, axis=1)
        known = pairs[:, (pairs >= len(SPECIAL)).all(axis=0)]
        ones = np.ones(known.shape[1], np.float32)
        counts += sparse.coo_matrix((ones, tuple(known)), counts.shape).tocsr()
    return counts + counts.T


def _chunks(
    vocabulary: Vocabulary, texts: Iterable[str], *, gap: int
) -> Iterator[NDArray[np.int32]]:
    """Yield the numbers of many texts in one line, so far apart that none is near another."""
    line: list[int] = []
    for place, text in enumerate(texts, start=1):
        line += vocabulary.numbers_of(text) + [UNKNOWN] * gap
        if place % CHUNK == 0:
            yield np.array(line, np.int32)
            line = []
    yield np.array(line, np.int32)


def positive_information(counts: Any) -> Any:
    """Return the positive pointwise mutual information of pairs, as sparse as their counts.

    ``log(p(word, neighbour) / (p(word) · p(neighbour)))`` in nats, where it is above 0: how much
    more often the two meet than by chance.

    Parameters
    ----------
    counts
        From :func:`pair_counts`.

    References
    ----------
    Church and Hanks (1990); Levy, Goldberg and Dagan (2015) for the smoothing.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import word_vectors
    >>> counts = sparse.csr_matrix(np.array([[0, 9, 1], [9, 0, 1], [1, 1, 0]]))
    >>> (word_vectors.positive_information(counts).toarray() > 0).tolist()
    [[False, True, False], [True, False, False], [True, True, False]]
    """
    table = sparse.coo_matrix(counts)
    words = np.asarray(counts.sum(axis=1)).reshape(-1)
    neighbours = np.asarray(counts.sum(axis=0)).reshape(-1) ** SMOOTHING
    chance = words[table.row] * neighbours[table.col] / neighbours.sum()
    values = np.log(table.data / chance)
    above = values > 0
    kept = (values[above].astype(np.float32), (table.row[above], table.col[above]))
    return sparse.csr_matrix(kept, shape=table.shape)


def bags(vocabulary: Vocabulary, texts: Any) -> Any:
    """Return how often each text has each word, as a sparse table of ``(texts, words)``.

    The special numbers have no counts: padding and ends say nothing of a text.

    Raises
    ------
    InputError
        If a text is no string.

    Examples
    --------
    >>> from aecourse.applications import word_vectors
    >>> from aecourse.text import Vocabulary
    >>> word_vectors.bags(Vocabulary(["good", "film"]), ["good good film", "bad film"]).toarray()
    array([[0., 0., 0., 0., 2., 1.],
           [0., 0., 0., 0., 0., 1.]], dtype=float32)
    """
    columns: list[NDArray[np.int32]] = []
    for text in checked_texts(texts):
        numbers = np.array(vocabulary.numbers_of(text), np.int32)
        columns.append(numbers[numbers >= len(SPECIAL)])
    ends = np.cumsum([0, *map(len, columns)])
    flat = np.concatenate(columns)
    table = sparse.csr_matrix(
        (np.ones(len(flat), np.float32), flat, ends), shape=(len(columns), len(vocabulary))
    )
    table.sum_duplicates()
    return table


def rarity(counts: Any) -> NDArray[np.float32]:
    """Return the weight of each word: the logarithm of how few training texts have it.

    Parameters
    ----------
    counts
        The training texts' :func:`bags`.

    References
    ----------
    Spärck Jones (1972).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import word_vectors
    >>> word_vectors.rarity(np.array([[2, 1], [0, 1]])).round(2)
    array([0.41, 0.  ], dtype=float32)
    """
    texts_with = np.asarray((counts > 0).sum(axis=0)).reshape(-1)
    return np.log((1 + counts.shape[0]) / (1 + texts_with)).astype(np.float32)


def averaged(counts: Any, vectors: Vectors, weights: NDArray[np.float32]) -> Vectors:
    """Return the weighted mean of the vectors of each text's words; 0 for a text without any.

    Parameters
    ----------
    counts
        The texts' :func:`bags`.
    vectors
        One row for each word.
    weights
        One for each word, such as its :func:`rarity`.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import word_vectors
    >>> counts, vectors = sparse.csr_matrix(np.array([[1, 1], [0, 0]])), np.eye(2, dtype="float32")
    >>> word_vectors.averaged(counts, vectors, np.array([3, 1], "float32")).tolist()
    [[0.75, 0.25], [0.0, 0.0]]
    """
    weighted = normalize(counts.multiply(weights).tocsr(), norm="l1")
    return (weighted @ vectors).astype(np.float32)
