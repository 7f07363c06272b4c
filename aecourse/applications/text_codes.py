"""What codes of texts are good for besides classification: neighbours, paths, and odd ones out."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from aecourse import metrics, models
from aecourse.applications import text_features
from aecourse.applications.variants import Split
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.text import PADDING, UNKNOWN, Tokeniser, Vocabulary, checked_texts, sentences

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.float32]


# --- neighbours -----------------------------------------------------------------------------------


def nearest(codes: Codes, asked: Codes, *, count: int = 3) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the positions of the nearest texts and the cosines of the angles to them.

    Parameters
    ----------
    codes
        Of the texts to find, ``(n, k)``; sparse rows will do.
    asked
        Of the texts whose neighbours are asked for, ``(m, k)``.
    count
        How many neighbours.

    Returns
    -------
    positions, cosines
        Both ``(m, count)``, the nearest first.

    Raises
    ------
    InputError
        If there are fewer texts than neighbours.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_codes
    >>> codes = np.array([[1.0, 0.0], [0.0, 1.0], [3.0, 4.0]])
    >>> places, cosines = text_codes.nearest(codes, codes[:1], count=2)
    >>> places.tolist(), cosines.round(1).tolist()
    ([[0, 2]], [[1.0, 0.6]])
    """
    if whole(count, "count") > codes.shape[0]:
        raise InputError(f"count is {count}; there are only {codes.shape[0]} texts.")
    search = NearestNeighbors(n_neighbors=count, metric="cosine", algorithm="brute").fit(codes)
    distances, positions = search.kneighbors(asked)
    return positions, 1 - distances


# --- paths ----------------------------------------------------------------------------------------

SENTENCE = text_features.Reading(
    length=13,
    keep="first",
    units=256,
    word_dropout=0.3,
    epochs=6,
    batch_size=64,
)
"""How an autoencoder of single sentences is trained; the end takes the last of its 13 places."""

PLAIN = dataclasses.replace(
    SENTENCE,
    length=9,
    words=1_000,
    units=128,
    code_size=64,
    epochs=10,
    batch_size=32,
    learning_rate=2e-3,
)
"""The same for sentences of at most eight frequent words: it learns in a minute."""


def short_sentences(
    texts: Any, *, least: int = 3, most: int = 12, but: Iterable[str] = ()
) -> list[str]:
    """Return the sentences of texts that are neither very short nor long, in order.

    Sentences of the same words count as one, whatever their punctuation.

    Parameters
    ----------
    texts
        Texts with their punctuation.
    least, most
        How many words a sentence has.
    but
        Sentences to leave out: those that were learnt from, where others are looked for.

    Raises
    ------
    InputError
        If a text is no string.

    Examples
    --------
    >>> from aecourse.applications import text_codes
    >>> text_codes.short_sentences(["What a film! I saw it twice. I saw it, twice."])
    ['What a film!', 'I saw it twice.']
    """
    cut = Tokeniser().tokens
    known = {tuple(cut(sentence)) for sentence in but}
    found: dict[tuple[str, ...], str] = {}
    for text in checked_texts(texts):
        for sentence in sentences(text):
            words = tuple(cut(sentence))
            if least <= len(words) <= most and words not in known:
                found.setdefault(words, sentence)
    return list(found.values())


def all_known(vocabulary: Vocabulary, texts: Iterable[str]) -> list[str]:
    """Return the texts all of whose words a vocabulary has.

    Examples
    --------
    >>> from aecourse.applications import text_codes
    >>> from aecourse.text import Vocabulary
    >>> text_codes.all_known(Vocabulary(["good", "film"]), ["Good film!", "A good film."])
    ['Good film!']
    """
    return [text for text in texts if UNKNOWN not in vocabulary.numbers_of(text)]


def between(
    model: models.SequenceAutoencoder,
    vocabulary: Vocabulary,
    first: str,
    last: str,
    *,
    steps: int = 5,
    beam: int = 5,
) -> list[str]:
    """Return what a decoder writes from codes on the line from one sentence to another.

    Parameters
    ----------
    model
        Trained on sentences.
    vocabulary
        With which it was trained.
    first, last
        The two sentences; the list begins and ends with what the decoder makes of their codes.
    steps
        How many codes, at equal distances.
    beam
        As for :meth:`aecourse.models.SequenceAutoencoder.decode`.

    Raises
    ------
    InputError
        If a sentence is no string or has no word, or ``steps`` is below 2.

    References
    ----------
    Bowman et al. (2016).

    Examples
    --------
    >>> from aecourse.applications import text_codes, text_features
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2, epochs=1)
    >>> words = reading.vocabulary(texts)
    >>> model = reading.build(words)
    >>> len(text_codes.between(model, words, "a good film", "a long end", steps=3))
    3
    """
    whole(steps, "steps", least=2)
    given = checked_texts([first, last], "sentences")
    for sentence in given:
        if not vocabulary.tokeniser.tokens(sentence):
            raise InputError(f"the sentence {sentence!r} has no word; give one that has.")
    start, end = model.encode(vocabulary.encode(given, model.sample_shape[0] or 0))
    shares = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return vocabulary.decode(model.decode((1 - shares) * start + shares * end, beam=beam))


def words_kept(
    model: models.SequenceAutoencoder, sequences: NDArray[np.int32], *, beam: int = 1
) -> float:
    """Return the share of places at which what is written from its code equals the text.

    Places behind the end of the text do not count.

    Examples
    --------
    >>> from aecourse.applications import text_codes, text_features
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2)
    >>> words = reading.vocabulary(texts)
    >>> kept = text_codes.words_kept(reading.build(words), reading.sequences(words, texts))
    >>> 0 <= kept <= 1
    True
    """
    written = model.decode(model.encode(sequences), beam=beam)
    real = sequences != PADDING
    return float((written == sequences)[real].mean())


def perplexity_told(
    model: models.SequenceAutoencoder, sequences: NDArray[np.int32], codes: Codes
) -> float:
    """Return the perplexity of texts whose decoder is told given codes, such as those of others.

    If it hardly rises when texts are told the codes of others, the decoder does without them: it
    is a language model.

    Parameters
    ----------
    model
        A trained model.
    sequences
        The texts, ``(n, length)``.
    codes
        One for each text, ``(n, code_size)``.

    Raises
    ------
    InputError
        If the arrays are not what the model takes, or there is not one code a text.

    Examples
    --------
    >>> from aecourse.applications import text_codes, text_features
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2)
    >>> words = reading.vocabulary(texts)
    >>> model, sequences = reading.build(words), reading.sequences(words, texts)
    >>> of_others = model.encode(sequences)[::-1]
    >>> text_codes.perplexity_told(model, sequences, of_others) > 1
    True
    """
    if len(codes) != len(sequences):
        raise InputError(f"there are {len(codes)} codes and {len(sequences)} texts; give one each.")
    nats = model.negative_log_likelihood(sequences, codes=codes)
    return float(np.exp(nats.sum(dtype=np.float64) / (np.asarray(sequences) != PADDING).sum()))


# --- odd ones out ---------------------------------------------------------------------------------


def posts_of(data: Split, group: int) -> Split:
    """Return a task: trained on one group's texts, asked which test texts are from another one.

    The labels are 0 for the group and 1 for all others. The training and validation parts have the
    group's texts alone.

    Raises
    ------
    InputError
        If the group has no texts.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_codes
    >>> from aecourse.applications.variants import Split
    >>> texts = np.array(["an old car", "a green god", "a new car", "a small god"] * 5)
    >>> labels = np.array([0, 1] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> task = text_codes.posts_of(data, group=1)
    >>> len(task.train), task.test_labels[:4].tolist()
    (10, [1, 0, 1, 0])
    """
    train, held_out = data.train_labels == group, data.validation_labels == group
    if not train.any() or not held_out.any():
        raise InputError(f"no text to learn from has the label {group}.")
    return Split(
        data.train[train],
        data.validation[held_out],
        data.test,
        np.zeros(int(train.sum()), np.int64),
        np.zeros(int(held_out.sum()), np.int64),
        (data.test_labels != group).astype(np.int64),
    )


DETECTION = text_features.Denoising(code_size=50, epochs=30, batch_size=32)


def detect(
    data: Split, settings: text_features.Denoising = DETECTION, *, seed: int = 0
) -> Mapping[str, NDArray[Any]]:
    """Score how odd each test text is; words, weights and models are the training texts' alone.

    - ``"unknown words"``: the share of its words that no training text has;
    - ``"distance from the mean"``: 1 minus the cosine of the angle to the mean training text;
    - ``"latent semantics"``: how much of it is left when the main directions are taken away;
    - ``"denoising autoencoder"``: how far it is from its reconstruction.

    Parameters
    ----------
    data
        From :func:`posts_of`.
    settings
        Of the autoencoder; latent semantics have as many directions as its code has values.
    seed
        Of the autoencoder and of the directions.

    Returns
    -------
    Mapping[str, numpy.ndarray]
        For each method a score for each test text, higher for odder ones.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_codes, text_features
    >>> from aecourse.applications.variants import Split
    >>> texts = np.array(["an old car", "a green god", "a new car", "a small god"] * 5)
    >>> labels = np.array([0, 1] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> settings = text_features.Denoising(code_size=2, epochs=1)
    >>> scores = text_codes.detect(text_codes.posts_of(data, group=1), settings)
    >>> list(scores)[:2], len(scores["latent semantics"])
    (['unknown words', 'distance from the mean'], 20)
    """
    vectoriser = text_features.tfidf(data.train)
    weights = text_features.featured(
        data, lambda texts: text_features.weights_of(vectoriser, texts)
    )
    mean = normalize(np.asarray(weights.train.mean(axis=0)))
    directions = text_features.latent_semantics(weights.train, size=settings.code_size, seed=seed)
    kept = np.square(directions.transform(weights.test)).sum(axis=1)
    model, _ = settings.train(weights.train, weights.validation, seed=seed)
    return {
        "unknown words": unknown_share(Vocabulary.fit(data.train, size=10**9, least=1), data.test),
        "distance from the mean": 1 - np.asarray(weights.test @ mean.T).reshape(-1),
        "latent semantics": 1 - kept,
        "denoising autoencoder": model.row_errors(weights.test),
    }


def unknown_share(vocabulary: Vocabulary, texts: Any) -> NDArray[np.float64]:
    """Return the share of each text's words that a vocabulary does not have; 1 without any word.

    Examples
    --------
    >>> from aecourse.applications import text_codes
    >>> from aecourse.text import Vocabulary
    >>> text_codes.unknown_share(Vocabulary(["good", "film"]), ["good film", "a film", ""])
    array([0. , 0.5, 1. ])
    """
    shares = []
    for text in checked_texts(texts):
        numbers = vocabulary.numbers_of(text)
        shares.append(numbers.count(UNKNOWN) / len(numbers) if numbers else 1.0)
    return np.array(shares)


def odd_ones_out(
    data: Split,
    groups: Sequence[int],
    settings: text_features.Denoising = DETECTION,
    *,
    seeds: Iterable[int] = (0,),
) -> "pd.DataFrame":
    """Measure how well each method of :func:`detect` tells texts of other groups from one's own.

    Returns
    -------
    pandas.DataFrame
        A row for each group, seed and method, with the columns ``group``, ``seed``, ``method``
        and ``auroc``: how often a text of another group gets a higher score than one of the group.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_codes, text_features
    >>> from aecourse.applications.variants import Split
    >>> texts = np.array(["an old car", "a green god", "a new car", "a small god"] * 5)
    >>> labels = np.array([0, 1] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> settings = text_features.Denoising(code_size=2, epochs=1)
    >>> text_codes.odd_ones_out(data, [1], settings).values[0].tolist()
    [1, 0, 'unknown words', 1.0]
    """
    import pandas as pd

    found = []
    for group in groups:
        task = posts_of(data, group)
        for seed in seeds:
            for method, scores in detect(task, settings, seed=seed).items():
                auroc = metrics.roc_auc(task.test_labels, scores)
                found.append({"group": group, "seed": seed, "method": method, "auroc": auroc})
    return pd.DataFrame(found)
