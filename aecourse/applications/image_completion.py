"""The hidden half of an image: found by its code, learnt by a network, or taken from others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aecourse import models, networks
from aecourse.applications.feature_space import ClassifierFeatures
from aecourse.applications.image_generation import CODE, FILTERS, Images
from aecourse.applications.variants import Recipe
from aecourse.backend import keras
from aecourse.checks import one_of, real, whole
from aecourse.errors import InputError
from aecourse.models.adversary import known_shape
from aecourse.models.reconstruction import Tensor, sum_per_sample

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]
Fill = Callable[[Images], Images]

GREY = 0.5
HALVES = ("left", "right", "top", "bottom")
STEPS, RATE = 150, 0.1
PENALTIES = (1.0, 10.0, 100.0, 1000.0)


def visible_part(shape: Sequence[int], hidden: str) -> Mask:
    """Return which pixels are visible when one half is hidden, shape ``(height, width, 1)``.

    Parameters
    ----------
    shape
        ``(height, width, channels)`` of an image.
    hidden
        The hidden half: ``"left"``, ``"right"``, ``"top"`` or ``"bottom"``.

    Raises
    ------
    InputError
        If ``hidden`` is no half.

    Examples
    --------
    >>> from aecourse.applications import image_completion
    >>> image_completion.visible_part((2, 4, 1), hidden="left")[..., 0].astype(int)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]])
    """
    one_of(hidden, "hidden", HALVES)
    height, width = shape[:2]
    rows, columns = np.arange(height)[:, None, None], np.arange(width)[None, :, None]
    first, last = (
        (columns < width // 2, columns >= width // 2)
        if hidden in ("left", "right")
        else (rows < height // 2, rows >= height // 2)
    )
    visible = last if hidden in ("left", "top") else first
    return np.broadcast_to(visible, (height, width, 1)).copy()


def half_hidden(images: Images, visible: Mask) -> Images:
    """Return images whose hidden pixels are grey: all that a method may look at.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> visible = image_completion.visible_part((2, 2, 1), hidden="left")
    >>> image_completion.half_hidden(np.ones((1, 2, 2, 1)), visible)[0, ..., 0].tolist()
    [[0.5, 1.0], [0.5, 1.0]]
    """
    return np.where(visible, images, np.float32(GREY))


def completed(images: Images, visible: Mask, found: Images) -> Images:
    """Return the visible pixels of images beside the hidden ones that a method has found.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> visible = image_completion.visible_part((2, 2, 1), hidden="left")
    >>> images, found = np.ones((1, 2, 2, 1)), np.zeros((1, 2, 2, 1))
    >>> image_completion.completed(images, visible, found)[0, ..., 0].tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    return np.where(visible, images, np.clip(found, 0, 1)).astype(np.float32)


# --- by the code ----------------------------------------------------------------------------------


class CodeSearch(keras.Model):
    """Looks for the codes whose decoding fits the visible part of images, by gradient descent.

    The codes are the only weights that are trained. For each image the loss is the model's own
    reconstruction error, counted over visible pixels, plus ``price · ½‖z‖²``: the negative log
    density of a standard normal prior, but for a constant.

    Parameters
    ----------
    model
        A trained model whose codes are vectors.
    images
        What is to be completed; hidden pixels do not count.
    visible
        Mask of shape ``(height, width, 1)``.
    start
        The first codes.
    price
        Of the prior.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> start = model.encode(images)
    >>> search = image_completion.CodeSearch(model, images, visible, start, price=1.0)
    >>> search.look(steps=2, rate=0.1)
    >>> tuple(search.codes.shape)
    (40, 2)
    """

    def __init__(
        self,
        model: models.Autoencoder,
        images: Images,
        visible: Mask,
        start: NDArray[np.float32],
        price: float,
    ) -> None:
        super().__init__(name="code_search")
        # Kept in functions, so that the decoder's weights are not taken for weights to train.
        self.decoded = lambda codes: model.decoder(codes, training=False)
        self.errors = lambda target, rebuilt: model.errors(target, {"reconstruction": rebuilt})
        self.shown = keras.ops.convert_to_tensor(visible.astype("float32"))
        self.wanted = keras.ops.convert_to_tensor(np.where(visible, images, 0).astype("float32"))
        self.price = price
        self.codes = self.add_weight(
            shape=start.shape, initializer=lambda shape, dtype: start, name="codes"
        )
        self.built = True

    def call(self, x: Tensor) -> Tensor:
        """Return what the present codes decode to, with 0 where it is hidden."""
        return self.decoded(self.codes) * self.shown

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the loss, added up over the images: each code has gradients of its own."""
        return keras.ops.sum(self.each(y_pred))

    def each(self, rebuilt: Tensor) -> Tensor:
        """Return the loss of each image."""
        price = 0.5 * self.price * sum_per_sample(keras.ops.square(self.codes))
        return self.errors(self.wanted, rebuilt) + price

    def look(self, steps: int, rate: float) -> None:
        """Take some steps."""
        self.compile(keras.optimizers.Adam(rate))
        self.fit(_ticks(steps), steps_per_epoch=steps, shuffle=False, verbose=0)


def _ticks(steps: int) -> Iterator[tuple[NDArray[np.float32]]]:
    """Yield as many batches as there are steps; what they hold does not matter."""
    for _ in range(steps):
        yield (np.zeros((1, 1), np.float32),)


def search_code(
    model: models.Autoencoder,
    visible: Mask,
    middle: Images,
    *,
    price: float = 1.0,
    steps: int = STEPS,
    rate: float = RATE,
) -> Fill:
    """Return what completes images by the code that explains their visible part best.

    The search starts at the code of the image with the mean training image in its hidden part. It
    needs no training for a hole: any mask will do.

    Parameters
    ----------
    model
        A trained model whose codes are vectors.
    visible
        Mask of shape ``(height, width, 1)``.
    middle
        The mean training image.
    price
        Of the prior, beside the model's reconstruction error; 1 gives the most probable code of a
        variational autoencoder with a likelihood. 0 asks for the fit alone.
    steps, rate
        Of the gradient descent (Adam).

    Raises
    ------
    InputError
        If the model's code is a grid, or a setting makes no sense.

    References
    ----------
    Bora et al. (2017).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> fill = image_completion.search_code(model, visible, images.mean(axis=0), steps=2)
    >>> fill(image_completion.half_hidden(images, visible)).shape
    (40, 8, 8, 1)
    """
    if len(model.code_shape) != 1:
        raise InputError(
            f"the codes of this {model.kind} have shape {model.code_shape}; give a model whose "
            "codes are vectors."
        )
    real(price, "price", least=0)
    real(rate, "rate", above=0)
    whole(steps, "steps")

    def fill(images: Images) -> Images:
        start = model.encode(completed(images, visible, np.broadcast_to(middle, images.shape)))
        search = CodeSearch(model, images, visible, start, price)
        search.look(steps, rate)
        return model.decode(keras.ops.convert_to_numpy(search.codes))

    return fill


def through(model: models.Autoencoder, visible: Mask) -> Fill:
    """Return what sends half-hidden images through a model and takes what comes out.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> image_completion.through(model, visible)(images).shape
    (40, 8, 8, 1)
    """
    return lambda images: model.reconstruct(half_hidden(images, visible))


# --- by a network that has learnt it --------------------------------------------------------------


@keras.saving.register_keras_serializable("aecourse")
class HalfHiddenAutoencoder(models.Autoencoder):
    """A denoising autoencoder whose noise is one hidden half, grey in place of its pixels.

    Training and evaluation hide the half; ``encode`` and ``reconstruct`` take images as they are,
    so give them :func:`half_hidden` ones.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`aecourse.models.Autoencoder`.
    hidden
        The hidden half, as in :func:`visible_part`.

    References
    ----------
    Vincent et al. (2008); Pathak et al. (2016) for hidden regions.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pair = networks.dense((8, 8, 1), code_size=2, hidden=())
    >>> model = image_completion.HalfHiddenAutoencoder(*pair, hidden="right")
    >>> model.reconstruct(image_completion.half_hidden(images, model.visible)).shape
    (40, 8, 8, 1)
    """

    setting_names = (*models.Autoencoder.setting_names, "hidden")

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, *, hidden: str, **kwargs: Any
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.hidden = hidden
        self.visible = visible_part(known_shape(self.sample_shape), hidden)

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the outputs for half-hidden images; the loss compares them with whole ones."""
        return super().propagate(keras.ops.where(self.visible, x, GREY), training=training)


def recipe(
    shape: tuple[int, int, int],
    hidden: str,
    *,
    code_size: int = 4 * CODE,
    filters: tuple[int, ...] = FILTERS,
    epochs: int = 10,
) -> Recipe:
    """Return the rival of the search: trained to fill in this one half.

    It need not draw images from its code, so the code may be larger.

    Examples
    --------
    >>> from aecourse.applications import image_completion
    >>> recipe = image_completion.recipe((8, 8, 1), "left", code_size=4, filters=(4,))
    >>> recipe.title, recipe.build(0).hidden
    ('trained for this half', 'left')
    """
    return Recipe(
        "trained for this half",
        lambda seed: HalfHiddenAutoencoder(
            *networks.convolutional(shape, code_size, filters=filters, seed=seed), hidden=hidden
        ),
        epochs=epochs,
    )


# --- without a network ----------------------------------------------------------------------------


def mean_image(train: Images) -> Fill:
    """Return what fills in the mean of the training images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> train = np.stack([np.zeros((2, 2, 1)), np.ones((2, 2, 1))])
    >>> image_completion.mean_image(train)(train[:1])[0, ..., 0].tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    middle = train.mean(axis=0)
    return lambda images: np.broadcast_to(middle, images.shape)


def mirror_image(visible: Mask) -> Fill:
    """Return what fills in the mirror image of the visible half.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> visible = image_completion.visible_part((1, 4, 1), hidden="right")
    >>> image = np.array([0.1, 0.2, 0.5, 0.5]).reshape(1, 1, 4, 1)
    >>> image_completion.mirror_image(visible)(image).ravel().tolist()
    [0.5, 0.5, 0.2, 0.1]
    """
    columns = visible.any(axis=0).all()  # every column has visible pixels: rows are hidden
    return lambda images: np.flip(images, axis=1 if columns else 2)


def nearest_image(train: Images, visible: Mask) -> Fill:
    """Return what fills in the training image that is nearest in the visible part.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> fill = image_completion.nearest_image(images, visible)
    >>> bool((fill(images[3:4]) == images[3]).all())
    True
    """
    from sklearn.metrics import pairwise_distances_argmin

    seen = _flat(train, visible)

    def fill(images: Images) -> Images:
        return train[pairwise_distances_argmin(_flat(images, visible), seen)]

    return fill


def linear_map(train: Images, validation: Images, visible: Mask) -> Fill:
    """Return what fills in a linear function of the visible pixels (ridge regression).

    Parameters
    ----------
    train
        Images to fit the function to.
    validation
        Images by whose hidden pixels the penalty is chosen.
    visible
        Mask of shape ``(height, width, 1)``.

    References
    ----------
    Hoerl and Kennard (1970).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> fill = image_completion.linear_map(images[:30], images[30:], visible)
    >>> fill(images[30:]).shape
    (10, 8, 8, 1)
    """
    from sklearn.linear_model import Ridge

    shape = train.shape[1:]
    inputs, wanted = _flat(train, visible), train.reshape(len(train), -1)

    def fitted(penalty: float) -> Fill:
        regression = Ridge(penalty).fit(inputs, wanted)
        return lambda images: (
            regression.predict(_flat(images, visible)).reshape(-1, *shape).astype(np.float32)
        )

    fills = [fitted(penalty) for penalty in PENALTIES]
    return min(fills, key=lambda fill: hidden_error(fill, validation, visible))


def _flat(images: Images, visible: Mask) -> NDArray[np.float32]:
    """Return the visible values of images as rows."""
    return images[:, np.broadcast_to(visible, images.shape[1:])]


# --- how well -------------------------------------------------------------------------------------


def hidden_error(fill: Fill, images: Images, visible: Mask) -> float:
    """Return the mean squared error of a hidden value.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> images = np.ones((3, 8, 8, 1), "float32")
    >>> image_completion.hidden_error(image_completion.mean_image(images), images, visible)
    0.0
    """
    return _error(filled(fill, images, visible), images, visible)


def filled(fill: Fill, images: Images, visible: Mask) -> Images:
    """Return whole images completed by a method that is shown their visible part only.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_completion
    >>> visible = image_completion.visible_part((1, 4, 1), hidden="right")
    >>> image = np.array([0.25, 0.75, 0.0, 1.0]).reshape(1, 1, 4, 1)
    >>> fill = image_completion.mirror_image(visible)
    >>> image_completion.filled(fill, image, visible).ravel().tolist()
    [0.25, 0.75, 0.75, 0.25]
    """
    return completed(images, visible, fill(half_hidden(images, visible)))


def compare(
    fills: Mapping[str, Fill],
    images: Images,
    labels: NDArray[np.int64],
    visible: Mask,
    space: ClassifierFeatures,
) -> "pd.DataFrame":
    """Complete images in several ways and compare them with what was hidden.

    Parameters
    ----------
    fills
        Ways by name; each sees the visible pixels only.
    images
        Whole images that no way was fitted to.
    labels
        What they show.
    visible
        Mask of shape ``(height, width, 1)``.
    space
        A classifier, trained on training images, that is asked what completed images show.

    Returns
    -------
    pandas.DataFrame
        One row a way: ``hidden_mse``, the mean squared error of a hidden value, and ``recognised``,
        the share of completed images in which the classifier sees what they show. The last row,
        ``"whole image"``, has nothing hidden.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_space, image_completion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> visible = image_completion.visible_part((8, 8, 1), hidden="right")
    >>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
    >>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
    >>> ways = {"mean": image_completion.mean_image(images)}
    >>> table = image_completion.compare(ways, images, np.arange(40) % 2, visible, space)
    >>> table["way"].tolist()
    ['mean', 'whole image']
    """
    import pandas as pd

    found = {name: filled(fill, images, visible) for name, fill in fills.items()}
    return pd.DataFrame(
        {
            "way": name,
            "hidden_mse": _error(whole_images, images, visible),
            "recognised": float((space.predict(whole_images) == labels).mean()),
        }
        for name, whole_images in {**found, "whole image": images}.items()
    )


def _error(found: Images, images: Images, visible: Mask) -> float:
    hidden = ~np.broadcast_to(visible, images.shape[1:])
    return float(np.square(found - images)[:, hidden].mean())
