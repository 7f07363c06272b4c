"""What a unit of an encoder has learnt, asked in three ways.

:func:`traverse` moves one value of a code and decodes: what does the unit say to the decoder?
:func:`strongest` looks for the images that excite a unit most: what does it answer to?
:func:`maximise` makes an image that excites it still more, by gradient ascent on the pixels.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecourse import models
from aecourse.applications.extractors import Images
from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.base import in_batches

Activations = NDArray[np.float32]
Tensor = Any
TAILS = (0.01, 0.99)  # quantiles between which a unit is moved: further out the decoder is guessing
DARKEST = 0.01  # the ascent starts from the mean image, where a pixel of 0 could never change


class Traversal(NamedTuple):
    """What the decoder makes of a code in which one unit is moved.

    Attributes
    ----------
    values
        The unit's values, shape ``(steps,)``.
    images
        The decoded images, shape ``(steps, height, width, channels)``.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import units
    >>> found = units.Traversal(np.array([-1.0, 1.0]), np.zeros((2, 8, 8, 1)))
    >>> len(found.values) == len(found.images)
    True
    """

    values: NDArray[np.float32]
    images: Images


def traverse(
    model: models.Autoencoder, images: Images, start: Images, unit: int, *, steps: int = 9
) -> Traversal:
    """Move one unit of an image's code through the range it has on other images.

    Parameters
    ----------
    model
        An autoencoder whose code is a vector.
    images
        Images that show how far the unit ranges, from its first to its last percentile.
    start
        The image whose code is moved, shape ``(height, width, channels)``.
    unit
        Which value of the code to move, from 0.
    steps
        Number of values, equally spaced.

    Raises
    ------
    InputError
        If the code is no vector, or has no such unit.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import units
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> found = units.traverse(model, images, images[0], unit=1, steps=5)
    >>> found.values.shape, found.images.shape
    ((5,), (5, 8, 8, 1))
    """
    codes = model.encode(images)
    _check_units([unit], codes)
    low, high = (float(np.quantile(codes[:, unit], tail)) for tail in TAILS)
    values = np.linspace(low, high, whole(steps, "steps", least=2))
    moved = model.encode(start[np.newaxis]).repeat(steps, axis=0)
    moved[:, unit] = values
    return Traversal(values.astype(np.float32), model.decode(moved))


def activations(model: models.Autoencoder, images: Images, *, layer: str = "code") -> Activations:
    """Return the activations of an encoder's layer, shape ``(n, units)``.

    The unit of a convolution is a filter, and its activation the mean over all places.

    Parameters
    ----------
    model
        A trained autoencoder.
    images
        Images of the shape that the model takes.
    layer
        Name of a layer of the encoder; ``"code"`` is the last one.

    Raises
    ------
    InputError
        If the encoder has no such layer, or ``images`` are not what the model takes.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import units
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pair = networks.convolutional((8, 8, 1), code_size=2, filters=(4,))
    >>> model = models.Autoencoder(*pair)
    >>> [units.activations(model, images, layer=name).shape for name in ("code", "halve_1")]
    [(40, 2), (40, 4)]
    """
    reader = _reader(model, layer)
    return in_batches(_means(reader), 512, model.checked(images, target=False))


def strongest(found: Activations, unit: int, count: int) -> NDArray[np.int64]:
    """Return the positions of the images that excite a unit most, the strongest first.

    Parameters
    ----------
    found
        From :func:`activations`.
    unit
        Which unit, from 0.
    count
        How many images.

    Raises
    ------
    InputError
        If there is no such unit.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import units
    >>> units.strongest(np.array([[0.1], [0.9], [0.5]]), unit=0, count=2).tolist()
    [1, 2]
    """
    _check_units([unit], found)
    return np.argsort(-found[:, unit], kind="stable")[: whole(count, "count")]


def maximise(
    model: models.Autoencoder,
    images: Images,
    units: Sequence[int],
    *,
    layer: str = "code",
    norm: float = 1.0,
    variation: float = 1.0,
    steps: int = 200,
    learning_rate: float = 0.1,
) -> Images:
    """Return for each unit an image that excites it, found by gradient ascent on the pixels.

    What is maximised is, for a unit with activation ``a(x)`` and standard deviation ``σ``::

        a(x) / σ − norm · mean(x²) − variation · mean(|differences between neighbouring pixels|)

    Without the two penalties the result is noise that no data resembles: most directions in which
    an image can be changed are not along the data, and the encoder was never asked about them.
    Pixels stay between 0 and 1, as each is the sigmoid of the number that is trained. The ascent
    starts from the mean image, so nothing is left to chance.

    The pixels are the only weights of a small Keras model and are trained with Keras's own loop:
    so it runs on each backend.

    Parameters
    ----------
    model
        A trained autoencoder of images.
    images
        Images for the start and for ``σ``, shape ``(n, height, width, channels)``.
    units
        Units of the layer, from 0.
    layer
        Name of a layer of the encoder; the activation of a filter is its mean over all places.
    norm, variation
        Weights of the penalties.
    steps
        Number of gradient steps.
    learning_rate
        Of Adam.

    Returns
    -------
    images
        One for each unit, shape ``(units, height, width, channels)``.

    Raises
    ------
    InputError
        If the encoder has no such layer or unit, a unit does not vary over the images, or a setting
        makes no sense.

    References
    ----------
    Erhan et al. (2009); Mahendran and Vedaldi (2015) for the penalties.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import units
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> units.maximise(model, images, units=[0, 1], steps=2).shape
    (2, 8, 8, 1)
    """
    found = activations(model, images, layer=layer)
    _check_units(units, found)
    deviations = found[:, list(units)].std(axis=0)
    if not deviations.all():
        still = units[int(np.argmin(deviations))]
        raise InputError(f"unit {still} of {layer!r} does not vary over the images; ask another.")
    ascent = _Ascent(
        _frozen(_reader(model, layer)),
        list(units),
        deviations,
        images.mean(axis=0),
        norm=real(norm, "norm", least=0),
        variation=real(variation, "variation", least=0),
    )
    ascent.compile(keras.optimizers.Adam(real(learning_rate, "learning_rate", above=0)))
    # One sample a step: the samples only count the steps, and what they hold is not looked at.
    ascent.fit(np.zeros((whole(steps, "steps"), 1), np.float32), batch_size=1, verbose=0)
    return keras.ops.convert_to_numpy(ascent.images())


class _Ascent(keras.Model):
    """Images as the weights of a model, and how little they please their units as its loss."""

    def __init__(
        self,
        reader: keras.Model,
        units: list[int],
        deviations: NDArray[np.float32],
        start: NDArray[np.float32],
        *,
        norm: float,
        variation: float,
    ) -> None:
        super().__init__(name="ascent")
        self.read = _means(reader)
        self.reader = reader
        self.chosen = np.eye(reader.output_shape[-1], dtype=np.float32)[units] / deviations[:, None]
        self.norm, self.variation = norm, variation
        start = np.clip(start, DARKEST, 1 - DARKEST)
        self.logits = self.add_weight(shape=(len(units), *start.shape), name="logits")
        self.logits.assign(np.stack([np.log(start / (1 - start))] * len(units)))

    def images(self) -> Tensor:
        """Return the images that the weights stand for."""
        return keras.ops.sigmoid(self.logits)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the images, whatever the input is."""
        return self.images()

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the penalties less the activations, summed over the images: each is on its own."""
        activation = keras.ops.sum(keras.ops.multiply(self.read(y_pred), self.chosen))
        penalty = self.norm * _mean_square(y_pred) + self.variation * _total_variation(y_pred)
        return keras.ops.sum(penalty) - activation


def _mean_square(images: Tensor) -> Tensor:
    return keras.ops.mean(keras.ops.square(images), axis=(1, 2, 3))


def _total_variation(images: Tensor) -> Tensor:
    """Return the mean absolute difference of neighbours, down and across, of each image."""
    down = keras.ops.abs(images[:, 1:] - images[:, :-1])
    across = keras.ops.abs(images[:, :, 1:] - images[:, :, :-1])
    return keras.ops.mean(down, axis=(1, 2, 3)) + keras.ops.mean(across, axis=(1, 2, 3))


def _reader(model: models.Autoencoder, layer: str) -> keras.Model:
    """Return the encoder up to one of its layers."""
    names = [each.name for each in model.encoder.layers]
    if layer not in names:
        raise InputError(f"the encoder has no layer {layer!r}; it has {', '.join(names)}.")
    return keras.Model(model.encoder.input, model.encoder.get_layer(layer).output)


def _frozen(reader: keras.Model) -> keras.Model:
    """Return a copy whose weights are not trained; the model itself stays trainable."""
    copy = keras.models.clone_model(reader)
    copy.set_weights(reader.get_weights())
    copy.trainable = False
    return copy


def _means(reader: keras.Model) -> Any:
    """Return the function from images to one activation for each unit."""

    def read(images: Tensor, training: bool = False) -> Tensor:
        found = reader(images, training=training)
        places = tuple(range(1, len(found.shape) - 1))
        return keras.ops.mean(found, axis=places) if places else found

    return read


def _check_units(units: Sequence[int], found: Activations) -> None:
    """Refuse activations that are no table, and units that it does not have."""
    if found.ndim != 2:
        raise InputError(
            f"the activations have shape {found.shape}; give one value a unit for each image."
        )
    for unit in units:
        if whole(unit, "unit", least=0) >= found.shape[1]:
            raise InputError(
                f"unit is {unit}; the last of {found.shape[1]} is unit {found.shape[1] - 1}."
            )
