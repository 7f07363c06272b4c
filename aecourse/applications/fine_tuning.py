"""Classifiers that go on from where an autoencoder has ended, and the same ones from scratch.

:func:`classifier` puts a new layer on an encoder's maps; :func:`tune` trains the whole. Whether the
encoder was trained before is the only thing in which two runs differ: the network, the images, how
they are varied, the steps and the rule by which the run ends are the same.

Examples
--------
``classifier``:

>>> from aecourse import models, networks
>>> from aecourse.applications import fine_tuning
>>> pair = networks.convolutional((8, 8, 1), code_size=2, filters=(4,))
>>> model = models.Autoencoder(*pair)
>>> network = fine_tuning.classifier(model.encoder, "halve_1", classes=2)
>>> network.input_shape, network.output_shape
((None, 8, 8, 1), (None, 2))

``tune``:

>>> import numpy as np
>>> from aecourse import models, networks
>>> from aecourse.applications import fine_tuning
>>> from aecourse.applications.variants import Split
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> labels = np.arange(40) % 2
>>> data = Split(images, images, images, labels, labels, labels)
>>> pair = networks.convolutional((8, 8, 1), code_size=2, filters=(4,))
>>> model = models.Autoencoder(*pair)
>>> network = fine_tuning.classifier(model.encoder, "halve_1", classes=2)
>>> tuning = fine_tuning.Tuning(epochs=2, patience=2)
>>> len(fine_tuning.tune(network, data, np.arange(20), tuning))
2
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import sparse

from aecourse.applications.extractors import Images
from aecourse.applications.feature_extraction import Rows
from aecourse.applications.variants import Split
from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.networks.settings import initialiser, layer_seeds
from aecourse.training.batches import order
from aecourse.training.schedules import cosine

Batch = tuple[Any, NDArray[np.int64]]

SHIFT = 4  # pixels by which an image is moved at most, up or down and left or right
PREDICT_BATCH = 500
WARM_UP = 0.1  # share of the steps in which the learning rate rises


@dataclass(frozen=True)
class Tuning:
    """How a classifier is trained.

    Attributes
    ----------
    epochs
        Passes over the labelled images at most.
    patience
        Epochs without a better accuracy on the validation images after which the run ends.
    learning_rate
        At its highest; it rises at the beginning and falls along a cosine.
    batch_size
        Images in one step.

    Examples
    --------
    >>> from aecourse.applications import fine_tuning
    >>> fine_tuning.Tuning(epochs=20, patience=5)
    Tuning(epochs=20, patience=5, learning_rate=0.001, batch_size=50)
    """

    epochs: int
    patience: int
    learning_rate: float = 1e-3
    batch_size: int = 50


def classifier(
    encoder: keras.Model, layer: str, classes: int, *, dropout: float = 0.5, seed: int = 0
) -> keras.Model:
    """Return a network from images to a score for each class that begins as an encoder does.

    The encoder itself stays as it is: the classifier has a copy of its layers.

    Parameters
    ----------
    encoder
        Of an autoencoder, trained or not.
    layer
        The encoder's layer on whose maps the classes are told apart.
    classes
        Number of classes.
    dropout
        Share of the maps' values that are left out in each step of training.
    seed
        Start of the new layer's weights, and of the dropout.

    Raises
    ------
    InputError
        If the encoder has no such layer, or a setting makes no sense.
    """
    whole(classes, "classes", least=2)
    real(dropout, "dropout", least=0, below=1)
    names = [each.name for each in encoder.layers]
    if layer not in names:
        raise InputError(f"the encoder has no layer {layer!r}; it has {', '.join(names)}.")
    seeds = layer_seeds(seed)
    copy = keras.models.clone_model(encoder)
    copy.set_weights(encoder.get_weights())
    x = keras.layers.Flatten()(copy.get_layer(layer).output)
    x = keras.layers.Dropout(dropout, seed=next(seeds))(x)
    start = initialiser("linear", next(seeds))
    scores = keras.layers.Dense(classes, kernel_initializer=start, name="class")(x)
    return keras.Model(copy.input, scores, name="classifier")


def tune(
    network: keras.Model, data: Split, rows: Rows, tuning: Tuning, *, seed: int = 0
) -> list[float]:
    """Train a classifier on labelled images; it ends with the weights of its best epoch.

    The images are mirrored and moved at random, anew in each epoch. The best epoch is the one with
    the highest accuracy on the validation images. The test part of ``data`` is not looked at.

    Parameters
    ----------
    network
        From :func:`classifier`; it is changed.
    data
        The images.
    rows
        Positions of the training images with a label.
    tuning
        How to train.
    seed
        Of the images' order and of how they are varied.

    Returns
    -------
    accuracies
        On the validation images, one for each epoch.
    """
    x, y = data.train[rows], data.train_labels[rows]
    epochs = (
        batches(images, labels, tuning.batch_size)
        for images, labels in _epochs(x, y, tuning.epochs, seed)
    )
    judge = partial(accuracy, images=data.validation, labels=data.validation_labels)
    return keep_best(network, epochs, judge, tuning, samples=len(x))


def keep_best(
    network: keras.Model,
    epochs: Iterable[Iterable[Batch]],
    judge: Callable[[keras.Model], float],
    tuning: Tuning,
    *,
    samples: int,
) -> list[float]:
    """Train a classifier until it gets no better; it ends with the weights of its best epoch.

    Parameters
    ----------
    network
        From :func:`classifier`; it is changed.
    epochs
        For each epoch its batches: samples and their labels.
    judge
        Measures the network on validation samples; the higher the better.
    tuning
        How to train.
    samples
        Number of labelled samples.

    Returns
    -------
    measured
        By ``judge``, one number for each epoch.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import fine_tuning
    >>> x, y = np.zeros((20, 8), "float32"), np.arange(20) % 2
    >>> encoder = models.Autoencoder(*networks.dense(8, code_size=2, hidden=())).encoder
    >>> network = fine_tuning.classifier(encoder, "code", classes=2)
    >>> epochs = [[(x, y)]] * 5
    >>> tuning = fine_tuning.Tuning(epochs=5, patience=1)
    >>> fine_tuning.keep_best(network, epochs, lambda network: 0.5, tuning, samples=20)
    [0.5, 0.5]
    """
    steps = tuning.epochs * -(-samples // tuning.batch_size)
    network.compile(
        keras.optimizers.Adam(cosine(tuning.learning_rate, steps, warm_up=WARM_UP)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    measured: list[float] = []
    best = network.get_weights()
    for epoch in epochs:
        for x, y in epoch:
            # Keras's ``fit`` would make a pipeline anew for each short epoch, and wait for its end.
            network.train_on_batch(x, y)
        measured.append(judge(network))
        highest = int(np.argmax(measured))
        if highest == len(measured) - 1:
            best = network.get_weights()
        elif len(measured) - 1 - highest >= tuning.patience:
            break
    network.set_weights(best)
    return measured


def batches(x: Any, y: NDArray[np.int64], size: int) -> Iterator[Batch]:
    """Yield samples and their labels ``size`` at a time; sparse rows are dense by the batch.

    Parameters
    ----------
    x
        Images, sequences or sparse word weights, one row a sample.
    y
        Labels, shape ``(samples,)``.
    size
        Samples in a batch; the last one may be smaller.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import fine_tuning
    >>> given = fine_tuning.batches(sparse.eye_array(5, format="csr"), np.arange(5), size=2)
    >>> [(rows.shape, labels.tolist()) for rows, labels in given]
    [((2, 5), [0, 1]), ((2, 5), [2, 3]), ((1, 5), [4])]
    """
    for start in range(0, len(y), size):
        rows = x[start : start + size]
        yield rows.toarray() if sparse.issparse(rows) else rows, y[start : start + size]


def predict(network: keras.Model, images: Images) -> NDArray[np.int64]:
    """Return the class with the highest score for each image, shape ``(n,)``.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import fine_tuning
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pair = networks.convolutional((8, 8, 1), code_size=2, filters=(4,))
    >>> model = models.Autoencoder(*pair)
    >>> network = fine_tuning.classifier(model.encoder, "halve_1", classes=2)
    >>> set(fine_tuning.predict(network, images).tolist()) <= {0, 1}
    True
    """
    scores = network.predict(images, batch_size=PREDICT_BATCH, verbose=0)
    return scores.argmax(axis=1)


def accuracy(network: keras.Model, images: Images, labels: NDArray[np.int64]) -> float:
    """Return the share of images whose class is told right.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import fine_tuning
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pair = networks.convolutional((8, 8, 1), code_size=2, filters=(4,))
    >>> model = models.Autoencoder(*pair)
    >>> network = fine_tuning.classifier(model.encoder, "halve_1", classes=2)
    >>> 0 <= fine_tuning.accuracy(network, images, np.arange(40) % 2) <= 1
    True
    """
    return float((predict(network, images) == labels).mean())


def varied(images: Images, rng: np.random.Generator, *, shift: int = SHIFT) -> Images:
    """Return each image mirrored by chance and moved by up to ``shift`` pixels.

    What moves in at an edge repeats the pixels at the edge.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import fine_tuning
    >>> images = np.random.default_rng(0).uniform(size=(3, 8, 8, 1)).astype("float32")
    >>> fine_tuning.varied(images, np.random.default_rng(0), shift=1).shape
    (3, 8, 8, 1)
    """
    count, height, width, _ = images.shape
    mirrored = np.where(rng.random((count, 1, 1, 1)) < 0.5, images[:, :, ::-1], images)
    margin = (shift, shift)
    padded = np.pad(mirrored, ((0, 0), margin, margin, (0, 0)), mode="edge")
    places = sliding_window_view(padded, (height, width), axis=(1, 2))
    rows, columns = rng.integers(2 * shift + 1, size=(2, count))
    return np.moveaxis(places[np.arange(count), rows, columns], 1, -1)


def _epochs(
    x: Images, y: NDArray[np.int64], count: int, seed: int
) -> Iterator[tuple[Images, NDArray[np.int64]]]:
    """Yield varied images and their labels for each epoch, in an order of its own."""
    for epoch in range(count):
        chosen = order(seed, epoch, len(x))
        rng = np.random.default_rng((seed, epoch, 1))
        yield varied(x[chosen], rng), y[chosen]
