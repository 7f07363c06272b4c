"""From texts to the rows of numbers that a classifier is given.

Every kind of features is learnt from the training texts of a split and then applied to all parts,
see :func:`aecourse.applications.image_recognition.featured`. Word weights stay sparse: of the
10,000 weights of a review a hundred are not 0, and no array ever holds the others for all texts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from aecourse import models, networks, training
from aecourse.applications.image_recognition import featured
from aecourse.applications.variants import Split
from aecourse.applications.word_vectors import Vectors, averaged, bags, rarity
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.preprocessing import train_validation_split
from aecourse.text import Tokeniser, Vocabulary, checked_texts

HELD_OUT = 5_000
CODE = 200
WORDS = 10_000  # the time and the weights of an autoencoder grow with them


# --- the parts ------------------------------------------------------------------------------------


def split(
    data: Any, *, prepare: Callable[[str], str] = str, limit: int | None = None, seed: int = 0
) -> Split:
    """Return a data set's texts in three parts: to train, to choose, and for the last look.

    A training text that occurs twice is kept once, or a classifier could learn in one part what it
    is asked in another; one that is empty is left out. The test texts stay as they are.

    Parameters
    ----------
    data
        From ``datasets.load("imdb")`` or ``datasets.load("newsgroups20")``.
    prepare
        What is done to each text by itself, such as :func:`aecourse.text.body` for posts.
    limit
        How many texts to train on; all unless said otherwise.
    seed
        Of what is held out.

    Raises
    ------
    InputError
        If a text is no string, or too few are left.

    Examples
    --------
    >>> from aecourse import datasets, text
    >>> from aecourse.applications import text_features
    >>> posts = datasets.load("newsgroups20")
    >>> data = text_features.split(posts, prepare=text.body, limit=500)
    >>> len(data.train), len(data.validation) > 0, len(data.test) == len(posts.x_test)
    (500, True, True)
    """
    texts = _prepared(data.x_train, prepare)
    # A dictionary and not an array of strings: there each would take the room of the longest.
    places = {text: place for place, text in reversed(list(enumerate(texts))) if text.strip()}
    first = np.sort(np.fromiter(places.values(), np.int64))
    train, held_out, labels, held_out_labels = train_validation_split(
        texts[first],
        data.y_train[first],
        size=min(HELD_OUT, len(first) // 5),
        seed=seed,
        stratify=data.y_train[first],
    )
    return Split(
        train[:limit],
        held_out,
        _prepared(data.x_test, prepare),
        labels[:limit],
        held_out_labels,
        data.y_test,
    )


def _prepared(texts: Any, prepare: Callable[[str], str]) -> NDArray[Any]:
    """Return texts as an array of strings, each changed by itself."""
    return np.array([prepare(text) for text in checked_texts(texts)], dtype=object)


# --- word weights ---------------------------------------------------------------------------------


def tfidf(
    texts: Any,
    tokeniser: Tokeniser | None = None,
    *,
    words: int = WORDS,
    pairs: bool = False,
    least: int = 2,
) -> TfidfVectorizer:
    """Return what turns texts into word weights, learnt from training texts.

    A word counts with the logarithm of how often a text has it, and the more the fewer texts have
    it. Rows have length 1; a text without a known word has a row of zeros.

    Parameters
    ----------
    texts
        Training texts. Never give it test texts.
    tokeniser
        How texts are cut into words.
    words
        How many words to keep at most, the most frequent ones.
    pairs
        Whether two words that follow each other count as a word too: *not good* is another word
        than *good*.
    least
        How many texts must have a word.

    Raises
    ------
    InputError
        If a text is no string, a setting makes no sense or no word is frequent enough.

    References
    ----------
    Spärck Jones (1972); Salton and Buckley (1988).

    Examples
    --------
    >>> from aecourse.applications import text_features
    >>> texts = ["a good film", "not a good film", "a bad film"]
    >>> text_features.tfidf(texts, pairs=True).get_feature_names_out().tolist()
    ['a', 'a good', 'film', 'good', 'good film']
    """
    tokeniser = tokeniser or Tokeniser()
    vectoriser = TfidfVectorizer(
        preprocessor=tokeniser.clean,
        tokenizer=tokeniser.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2 if pairs else 1),
        max_features=whole(words, "words"),
        min_df=whole(least, "least"),
        sublinear_tf=True,
        dtype=np.float32,
    )
    try:
        return vectoriser.fit(checked_texts(texts))
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"no word is in {least} of these texts ({error}); give more training texts or a "
            "smaller least."
        ) from error


def weights_of(vectoriser: TfidfVectorizer, texts: Any) -> Any:
    """Return the word weights of texts, a sparse table.

    Raises
    ------
    InputError
        If a text is no string.

    Examples
    --------
    >>> from aecourse.applications import text_features
    >>> vectoriser = text_features.tfidf(["a good film", "a good end"])
    >>> text_features.weights_of(vectoriser, ["good", "bad"]).toarray().round(2).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    return vectoriser.transform(checked_texts(texts))


def latent_semantics(rows: Any, *, size: int = CODE, seed: int = 0) -> TruncatedSVD:
    """Return latent semantic analysis: the main directions of the training texts' word weights.

    Principal component analysis without taking the mean away, as that would fill all the zeros.

    Raises
    ------
    InputError
        If there are not more words than directions.

    References
    ----------
    Deerwester et al. (1990); Halko, Martinsson and Tropp (2011) for the randomised algorithm.

    Examples
    --------
    >>> from aecourse.applications import text_features
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> rows = text_features.weights_of(text_features.tfidf(texts), texts)
    >>> text_features.latent_semantics(rows, size=2).transform(rows).shape
    (4, 2)
    """
    if whole(size, "size") >= rows.shape[1]:
        raise InputError(f"size is {size}; there are only {rows.shape[1]} words.")
    return TruncatedSVD(size, random_state=seed).fit(rows)


# --- codes of a denoising autoencoder -------------------------------------------------------------


@dataclass(frozen=True)
class Denoising:
    """How a denoising autoencoder of word weights is built and trained.

    Attributes
    ----------
    code_size
        Number of values in the code.
    level
        Probability that a word is taken away.
    distance
        As for :class:`aecourse.models.TfidfDenoisingAutoencoder`.
    activation
        Of the code.
    epochs, learning_rate, batch_size
        Of the training; it ends earlier when two epochs bring nothing on the validation part, and
        with the weights of its best epoch there.

    Examples
    --------
    >>> from aecourse.applications import text_features
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> rows = text_features.weights_of(text_features.tfidf(texts), texts)
    >>> model, history = text_features.Denoising(code_size=2, epochs=1).train(rows, rows)
    >>> model.encode(rows).shape
    (4, 2)
    """

    code_size: int = CODE
    level: float = 0.5
    distance: str = "cosine"
    activation: str = "tanh"
    epochs: int = 10
    learning_rate: float = 2e-3
    batch_size: int = 128

    def build(self, words: int, *, seed: int = 0) -> models.TfidfDenoisingAutoencoder:
        """Return the untrained model of rows with a weight for each word."""
        pair = networks.dense(
            words,
            self.code_size,
            hidden=(),
            code_activation=self.activation,
            output_activation=None,
            seed=seed,
        )
        return models.TfidfDenoisingAutoencoder(
            *pair, level=self.level, distance=self.distance, seed=seed
        )

    def train(
        self, rows: Any, validation: Any, *, seed: int = 0, progress: bool = False
    ) -> tuple[models.TfidfDenoisingAutoencoder, training.History]:
        """Build the model and train it on sparse rows; the validation rows end the run."""
        model = self.build(rows.shape[1], seed=seed)
        history = training.fit_sparse(
            model,
            rows,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            measure=lambda trained: -float(trained.row_errors(validation).mean()),
            patience=2,
            seed=seed,
            progress=progress,
        )
        return model, history


# --- codes of a sequence autoencoder --------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """How texts become sequences, and how a sequence autoencoder of them is built and trained.

    Attributes
    ----------
    words
        Size of the vocabulary.
    length, keep
        Words in a sequence, and which ones of a longer text: ``"first"`` or ``"last"``.
    embedding_size, units, code_size, cell
        As for :func:`aecourse.networks.text_recurrent`.
    word_dropout
        As for :class:`aecourse.models.SequenceAutoencoder`.
    epochs, learning_rate, batch_size
        Of the training; it ends earlier when two epochs bring nothing on the validation part.

    Examples
    --------
    >>> from aecourse.applications import text_features
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2)
    >>> words = reading.vocabulary(texts)
    >>> reading.build(words).encode(reading.sequences(words, texts)).shape
    (4, 2)
    """

    words: int = 3_000
    length: int = 60
    keep: str = "last"
    embedding_size: int = 64
    units: int = 128
    code_size: int = 128
    cell: str = "lstm"
    word_dropout: float = 0.2
    epochs: int = 4
    learning_rate: float = 3e-3
    batch_size: int = 64

    def vocabulary(self, texts: Any) -> Vocabulary:
        """Return the vocabulary of training texts."""
        return Vocabulary.fit(texts, size=self.words)

    def sequences(self, vocabulary: Vocabulary, texts: Any) -> Any:
        """Return texts as sequences of numbers."""
        return vocabulary.encode(texts, self.length, keep=self.keep)

    def build(self, vocabulary: Vocabulary, *, seed: int = 0) -> models.SequenceAutoencoder:
        """Return the untrained model."""
        pair = networks.text_recurrent(
            len(vocabulary),
            self.length,
            self.code_size,
            embedding_size=self.embedding_size,
            units=self.units,
            cell=self.cell,
            seed=seed,
        )
        return models.SequenceAutoencoder(*pair, word_dropout=self.word_dropout, seed=seed)

    def train(
        self,
        sequences: Any,
        validation: Any,
        vocabulary: Vocabulary,
        *,
        seed: int = 0,
        progress: bool = False,
    ) -> tuple[models.SequenceAutoencoder, training.History]:
        """Build the model and train it on sequences; no label is needed."""
        model = self.build(vocabulary, seed=seed)
        history = training.fit(
            model,
            sequences,
            validation_data=validation,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            schedule="cosine",
            early_stopping=2,
            seed=seed,
            progress=progress,
        )
        return model, history


def word_table(model: models.SequenceAutoencoder) -> Vectors:
    """Return the vectors by which a sequence autoencoder reads, one row for each word.

    Examples
    --------
    >>> from aecourse.applications import text_features
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2)
    >>> words = reading.vocabulary(["a good film", "a good end"])
    >>> text_features.word_table(reading.build(words)).shape, len(words)
    ((6, 8), 6)
    """
    (table,) = model.encoder.get_layer("embed").get_weights()
    return table


def averages(data: Split, vocabulary: Vocabulary, vectors: Vectors) -> Split:
    """Return the mean vector of each text's words, the rarer ones with more weight.

    The weights are the training texts'.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_features
    >>> from aecourse.applications.variants import Split
    >>> from aecourse.text import Vocabulary
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> words = Vocabulary.fit(texts)
    >>> vectors = np.random.default_rng(0).normal(size=(len(words), 3)).astype("float32")
    >>> text_features.averages(data, words, vectors).train.shape
    (20, 3)
    """
    counted = featured(data, lambda texts: bags(vocabulary, texts))
    weights = rarity(counted.train)
    return featured(counted, lambda counts: averaged(counts, vectors, weights))
