"""Classifiers of texts that begin as an autoencoder's encoder, and as chance begins.

The network is the same, and so are the labelled texts, the steps and the rule by which the run
ends; the weights at the start are the one difference. The autoencoder may have read all training
texts, as reading needs no label. It never reads a test text.

:func:`starts` is for texts as sequences. It has one start more beside the two: the autoencoder's
vectors of words alone. What it lacks to the whole start is what the trained *reading* is worth.
:func:`weights_starts` is for texts as word weights, which stay sparse until their batch is due.

References
----------
Dai and Le (2015).

Examples
--------
``compare_starts``:

>>> import numpy as np
>>> from aecourse.applications import fine_tuning, text_classification, text_features
>>> from aecourse.applications import text_fine_tuning
>>> from aecourse.applications.variants import Split
>>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
>>> data = Split(texts, texts, texts, labels, labels, labels)
>>> words = text_classification.word_weights(data)
>>> settings, tuning = text_features.Denoising(code_size=2), fine_tuning.Tuning(1, patience=1)
>>> model = settings.build(words.train.shape[1])
>>> starts = text_fine_tuning.weights_starts(model, settings)
>>> table = text_fine_tuning.compare_starts(words, starts, labels=5, seeds=[0], tuning=tuning)
>>> table[["start", "labels", "epochs"]].values.tolist()
[['autoencoder', 10, 1], ['random', 10, 1]]

``starts``:

>>> import numpy as np
>>> from aecourse.applications import text_features, text_fine_tuning
>>> from aecourse.applications.variants import Split
>>> from aecourse.training import History
>>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
>>> data = Split(texts, texts, texts, labels, labels, labels)
>>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2)
>>> words = reading.vocabulary(texts)
>>> made = text_fine_tuning.Reader(words, data, reading.build(words), History())
>>> list(text_fine_tuning.starts(made, reading))
['autoencoder', 'word vectors', 'random']
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aecourse import models, training
from aecourse.applications import feature_extraction as fe
from aecourse.applications import fine_tuning as ft
from aecourse.applications.text_features import Denoising, Reading, featured, word_table
from aecourse.applications.variants import Split
from aecourse.backend import keras
from aecourse.models.base import in_batches
from aecourse.models.sparse_input import SparseRows
from aecourse.text import Vocabulary
from aecourse.training.batches import order

if TYPE_CHECKING:
    import pandas as pd

TUNING = ft.Tuning(epochs=15, patience=4, learning_rate=2e-3, batch_size=50)
WEIGHTS_TUNING = ft.Tuning(epochs=20, patience=5, learning_rate=2e-3, batch_size=50)

Start = Callable[[int], models.Autoencoder]
"""From a seed to a model with whose encoder a classifier begins."""


def tune(
    network: keras.Model,
    data: Split,
    rows: fe.Rows,
    tuning: ft.Tuning = TUNING,
    *,
    seed: int = 0,
) -> list[float]:
    """Train a classifier on labelled texts; it ends with the weights of its best epoch.

    The best epoch is the one with the highest accuracy on the validation texts. The test part of
    ``data`` is not looked at.

    Parameters
    ----------
    network
        From :func:`aecourse.applications.fine_tuning.classifier`; it is changed.
    data
        The texts as sequences of numbers, or as sparse word weights.
    rows
        Positions of the training texts with a label.
    tuning
        How to train.
    seed
        Of the texts' order.

    Returns
    -------
    accuracies
        On the validation texts, one for each epoch.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import fine_tuning, text_classification, text_features
    >>> from aecourse.applications import text_fine_tuning
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> words = text_classification.word_weights(data)
    >>> encoder = text_features.Denoising(code_size=2).build(words.train.shape[1]).encoder
    >>> network = fine_tuning.classifier(encoder, "code", 2)
    >>> tuning = fine_tuning.Tuning(epochs=2, patience=1)
    >>> len(text_fine_tuning.tune(network, words, np.arange(20), tuning)) <= 2
    True
    """
    x, y = data.train[rows], data.train_labels[rows]
    orders = (order(seed, epoch, len(y)) for epoch in range(tuning.epochs))
    epochs = (ft.batches(x[chosen], y[chosen], tuning.batch_size) for chosen in orders)
    judge = partial(accuracy, x=data.validation, labels=data.validation_labels)
    return ft.keep_best(network, epochs, judge, tuning, samples=len(y))


def accuracy(network: keras.Model, x: Any, labels: NDArray[np.int64]) -> float:
    """Return the share of texts whose class is told right; sparse rows are dense by the batch.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import fine_tuning, text_features, text_fine_tuning
    >>> texts = ["a good film", "a good end", "a long film", "a long end"]
    >>> rows = text_features.weights_of(text_features.tfidf(texts), texts)
    >>> encoder = text_features.Denoising(code_size=2).build(words=rows.shape[1]).encoder
    >>> network = fine_tuning.classifier(encoder, "code", 2)
    >>> 0 <= text_fine_tuning.accuracy(network, rows, np.array([0, 0, 1, 1])) <= 1
    True
    """
    if not sparse.issparse(x):
        return ft.accuracy(network, x, labels)
    rows: Any = SparseRows(x)  # it stands in for an array
    scores = in_batches(network, ft.PREDICT_BATCH, rows)
    return float((scores.argmax(axis=1) == labels).mean())


def compare_starts(
    data: Split,
    starts: Mapping[str, Start],
    *,
    labels: int,
    seeds: Iterable[int],
    tuning: ft.Tuning = TUNING,
) -> "pd.DataFrame":
    """Tune classifiers with few labels from several starts.

    Parameters
    ----------
    data
        The texts as sequences of numbers, or as sparse word weights.
    starts
        By their names, such as those of :func:`starts` or :func:`weights_starts`.
    labels
        How many labelled texts of each class.
    seeds
        Each draws the labelled texts, the random weights, the new layer and the order.
    tuning
        How to train.

    Returns
    -------
    pandas.DataFrame
        A row for each seed and start, with the columns ``start``, ``seed``, ``labels``,
        ``validation`` and ``accuracy`` (on test texts) and ``epochs`` (how many were run).
    """
    import pandas as pd

    classes = len(np.unique(data.train_labels))
    found = []
    for seed in seeds:
        rows = fe.labelled_rows(data.train_labels, labels, seed)
        for name, begin in starts.items():
            network = ft.classifier(begin(seed).encoder, "code", classes, seed=seed)
            accuracies = tune(network, data, rows, tuning, seed=seed)
            found.append(
                {
                    "start": name,
                    "seed": seed,
                    "labels": len(rows),
                    "validation": max(accuracies),
                    "accuracy": accuracy(network, data.test, data.test_labels),
                    "epochs": len(accuracies),
                }
            )
    return pd.DataFrame(found)


class Reader(NamedTuple):
    """A sequence autoencoder with the texts it was trained for.

    Attributes
    ----------
    vocabulary
        Of the training texts.
    data
        All texts as sequences.
    model, history
        Trained on the training texts without their labels; the validation texts ended the run.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_features, text_fine_tuning
    >>> from aecourse.applications.variants import Split
    >>> from aecourse.training import History
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2)
    >>> words = reading.vocabulary(texts)
    >>> made = text_fine_tuning.Reader(words, data, reading.build(words), History())
    >>> made.model.encode(reading.sequences(made.vocabulary, made.data.test)).shape
    (20, 2)
    """

    vocabulary: Vocabulary
    data: Split
    model: models.SequenceAutoencoder
    history: training.History


def read(texts: Split, reading: Reading, *, seed: int = 0) -> Reader:
    """Return a sequence autoencoder that has read the training texts, and all the texts.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_features, text_fine_tuning
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> reading = text_features.Reading(length=4, embedding_size=8, units=8, code_size=2, epochs=1)
    >>> made = text_fine_tuning.read(data, reading)
    >>> made.model.encode(made.data.test[:3]).shape
    (3, 2)
    """
    vocabulary = reading.vocabulary(texts.train)
    data = featured(texts, lambda given: reading.sequences(vocabulary, given))
    model, history = reading.train(data.train, data.validation, vocabulary, seed=seed)
    return Reader(vocabulary, data, model, history)


def starts(made: Reader, reading: Reading) -> Mapping[str, Start]:
    """Return three starts of one network: trained, with trained word vectors alone, and random."""

    def random(seed: int) -> models.SequenceAutoencoder:
        return reading.build(made.vocabulary, seed=seed)

    def words(seed: int) -> models.SequenceAutoencoder:
        model = random(seed)
        model.encoder.get_layer("embed").set_weights([word_table(made.model)])
        return model

    return {"autoencoder": lambda seed: made.model, "word vectors": words, "random": random}


def weights_starts(
    trained: models.TfidfDenoisingAutoencoder, settings: Denoising
) -> Mapping[str, Start]:
    """Return two starts of a network on word weights: a denoising autoencoder, and random weights.

    Parameters
    ----------
    trained
        On the training texts without their labels.
    settings
        With which it was built.

    Examples
    --------
    >>> from aecourse.applications import text_features, text_fine_tuning
    >>> settings = text_features.Denoising(code_size=2)
    >>> starts = text_fine_tuning.weights_starts(settings.build(words=50), settings)
    >>> {name: begin(1).encoder.output_shape for name, begin in starts.items()}
    {'autoencoder': (None, 2), 'random': (None, 2)}
    """
    words = int(trained.encoder.input_shape[-1])
    return {
        "autoencoder": lambda seed: trained,
        "random": lambda seed: settings.build(words, seed=seed),
    }
