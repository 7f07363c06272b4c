"""The comparisons of chapter 6: what features and networks can tell from small photographs.

Features are computed once for all images, see :func:`featured`, and then compared by
:func:`aecourse.applications.feature_extraction.compare`, as in chapter 5. The settings here were
chosen on validation images of CIFAR-10; no test image was looked at.

Examples
--------
``patch_recipes``:

>>> from aecourse.applications import image_recognition
>>> recipes = image_recognition.patch_recipes(units=16, side=4)
>>> recipes["k_sparse"].title, recipes["k_sparse"].build(0).code_shape
('k-sparse patches', (16,))

``hog``:

>>> import numpy as np
>>> from aecourse.applications import image_recognition
>>> image_recognition.hog(np.zeros((2, 32, 32, 3))).shape
(2, 2088)

``pooled_maps``:

>>> import numpy as np
>>> from aecourse import models, networks
>>> from aecourse.applications import image_recognition
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> pair = networks.convolutional((8, 8, 1), code_size=2, filters=(4,))
>>> model = models.Autoencoder(*pair)
>>> features = image_recognition.pooled_maps(model, "halve_1", parts=2)
>>> features(images).shape
(40, 16)
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.tree import DecisionTreeClassifier

from aecourse import models, networks
from aecourse.applications import extractors
from aecourse.applications import feature_extraction as fe
from aecourse.applications.extractors import Candidates, Features, Images
from aecourse.applications.fine_tuning import Tuning
from aecourse.applications.patch_features import SIDE, means_over_parts
from aecourse.applications.variants import Recipe, Split
from aecourse.backend import keras
from aecourse.models.base import in_batches

SHAPE = (32, 32, 3)
UNITS = 256  # of a patch's code: with means over four quarters 1,024 features
ACTIVE = 5  # units of a patch that reach the decoder of the k-sparse autoencoder
CODE = 256  # of a whole image
FILTERS = (32, 64, 128)
PROBED_MAPS, LAST_MAPS = "halve_2", "halve_3"  # layers with 64 and 128 maps
TOKEN = 64  # values in the code of one patch of the masked autoencoder
HIDDEN = 0.5  # probability that a value of a pixel is blackened for the denoising one
CELLS = (4, 8)  # pixels; sides of the squares in which HOG counts directions
FEATURE_BATCH = 500
FEW_TUNING = Tuning(epochs=40, patience=40)  # with few labels
ALL_TUNING = Tuning(epochs=20, patience=20, batch_size=100)  # with all


# --- what is trained ------------------------------------------------------------------------------


def patch_recipes(units: int = UNITS, side: int = SIDE) -> Mapping[str, Recipe]:
    """Return the autoencoders of prepared patches: more units than a patch has values.

    So each needs something that keeps it from copying. ``"denoising"`` sees noise on each value,
    ``"sparse"`` pays for each unit that is on, and of ``"k_sparse"`` only the few largest units
    reach the decoder.

    The settings were chosen by the linear probe of :func:`probe` on validation images of CIFAR-10,
    with 10,000 labelled images: noise of 0.5 or 1, prices of 0.1, 0.3 or 1, and 2, 3, 5, 10 or 20
    units.
    A sigmoid code with a target rate, and blackened values in place of noise, were behind.
    """
    values = side**2 * SHAPE[-1]

    def pair(seed: int) -> tuple[Any, Any]:
        return networks.tied_dense(
            values, units, hidden=(), code_activation="relu", output_activation=None, seed=seed
        )

    return {
        "denoising": Recipe(
            "denoising patches",
            lambda seed: models.DenoisingAutoencoder(*pair(seed), level=1, seed=seed),
            epochs=5,
            batch_size=256,
        ),
        "sparse": Recipe(
            "sparse patches",
            lambda seed: models.SparseAutoencoder(*pair(seed), weight=1),
            epochs=5,
            batch_size=256,
        ),
        "k_sparse": Recipe(
            "k-sparse patches",
            lambda seed: models.KSparseAutoencoder(*pair(seed), active=ACTIVE),
            epochs=5,
            batch_size=256,
        ),
    }


def image_recipes() -> Mapping[str, Recipe]:
    """Return the autoencoders of whole images.

    ``"plain"`` and ``"denoising"`` are over one kind of convolutional networks; ``"masked"`` sees
    a quarter of the patches of an image and fills in the others.

    Of Gaussian noise and of blackened values the latter was chosen, as classifiers that start from
    it recognised more validation images after tuning with 100 labels of each class.

    Examples
    --------
    >>> from aecourse.applications import image_recognition
    >>> {key: recipe.title for key, recipe in image_recognition.image_recipes().items()}
    {'plain': 'autoencoder', 'denoising': 'denoising', 'masked': 'masked'}
    """

    def pair(seed: int) -> tuple[Any, Any]:
        return networks.convolutional(SHAPE, CODE, filters=FILTERS, kernel_size=4, seed=seed)

    def masked(seed: int) -> models.Autoencoder:
        tokens = networks.patch_transformer(SHAPE, TOKEN, depth=3, seed=seed)
        return models.MaskedAutoencoder(*tokens, seed=seed)

    return {
        "plain": Recipe("autoencoder", lambda seed: models.Autoencoder(*pair(seed)), epochs=20),
        "denoising": Recipe(
            "denoising",
            lambda seed: models.DenoisingAutoencoder(
                *pair(seed), noise="masking", level=HIDDEN, seed=seed
            ),
            epochs=20,
        ),
        "masked": Recipe("masked", masked, epochs=25),
    }


def views(key: str, model: models.Autoencoder) -> Mapping[str, Callable[[Images], Features]]:
    """Return the features that are read off an autoencoder of whole images, by their names.

    They are means over sixteen parts of the image, of maps or of the masked one's tokens, and the
    code where it is a vector.

    Examples
    --------
    >>> from aecourse.applications import image_recognition
    >>> model = image_recognition.image_recipes()["plain"].build(0)
    >>> list(image_recognition.views("plain", model))
    ['maps', 'code']
    """
    if key == "masked":
        return {"tokens": pooled_maps(model, "code", parts=4)}
    return {
        "maps": pooled_maps(model, PROBED_MAPS, parts=4),
        "code": lambda images: extractors.codes_of(model, images),
    }


# --- features -------------------------------------------------------------------------------------


def featured(data: Split, apply: Callable[[Images], Features]) -> Split:
    """Return the features of all images in their place.

    Each image is looked at once then, however many classifiers and settings ask for its features.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_recognition
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> image_recognition.featured(data, lambda images: images.mean(axis=(1, 2))).test.shape
    (40, 1)
    """
    return dataclasses.replace(
        data, train=apply(data.train), validation=apply(data.validation), test=apply(data.test)
    )


def in_both_scalings(title: str, features: Features) -> Candidates:
    """Return the candidates of features of training images: as they are, but for their scaling.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_recognition
    >>> features = np.random.default_rng(0).normal(size=(20, 3))
    >>> [candidate.title for candidate in image_recognition.in_both_scalings("edges", features)]
    ['edges, scaled each', 'edges, scaled together']
    """
    return tuple(
        dataclasses.replace(each, title=each.title.replace("pixels", title, 1))
        for each in extractors.pixels(features)
    )


def hog(images: Images) -> Features:
    """Return histograms of oriented gradients: how much of an edge runs in which direction where.

    They are counted in small cells and once more in larger ones: the two together recognised more
    validation images than either.

    References
    ----------
    Dalal and Triggs (2005).
    """
    from skimage.feature import hog as histograms

    def described(image: Images, cell: int) -> Features:
        return histograms(
            image, pixels_per_cell=(cell, cell), cells_per_block=(2, 2), channel_axis=-1
        )

    rows = [np.concatenate([described(image, cell) for cell in CELLS]) for image in images]
    return np.stack(rows).astype(np.float32)


def pooled_maps(
    model: models.Autoencoder, layer: str, *, parts: int = 2
) -> Callable[[Images], Features]:
    """Return the function from images to the means of an encoder's maps over parts of the image.

    The code of a convolutional autoencoder is made for its decoder; what its maps show is simpler
    and says more about the class.

    Parameters
    ----------
    model
        A trained autoencoder.
    layer
        A layer of its encoder with maps ``(rows, columns, channels)``, or with a token for each
        patch of the image.
    parts
        Into how many parts height and width are each divided.
    """
    encoder = model.encoder
    maps = keras.Model(encoder.input, encoder.get_layer(layer).output)

    def apply(images: Images) -> Features:
        starts = range(0, len(images), FEATURE_BATCH)
        return np.concatenate([pooled(images[s : s + FEATURE_BATCH]) for s in starts])

    def pooled(images: Images) -> Features:
        seen = in_batches(maps, FEATURE_BATCH, images)
        if seen.ndim == 3:  # tokens: as many rows of patches as columns
            side = int(np.sqrt(seen.shape[1]))
            seen = seen.reshape(len(seen), side, side, -1)
        return means_over_parts(seen, parts)

    return apply


# --- classifiers ----------------------------------------------------------------------------------


def probe() -> Mapping[str, fe.Classifier]:
    """Return the linear classifier by which features are judged.

    Examples
    --------
    >>> from aecourse.applications import image_recognition
    >>> {name: len(kind.settings) for name, kind in image_recognition.probe().items()}
    {'logistic regression': 4}
    """
    name = "logistic regression"
    strengths = tuple({"strength": 10.0**power} for power in range(-1, 3))
    return {name: dataclasses.replace(fe.classifiers()[name], settings=strengths)}


def classifiers() -> Mapping[str, fe.Classifier]:
    """Return the classifiers of the chapter: those of chapter 5 and a tree in place of a kernel.

    Examples
    --------
    >>> from aecourse.applications import image_recognition
    >>> list(image_recognition.classifiers())
    ['decision tree', 'random forest', 'k-NN', 'logistic regression', 'linear SVM']
    """
    known = dict(fe.classifiers())
    del known["RBF SVM"]  # sixteen thousand images are too many for a table of all pairs
    depths = tuple({"leaf": leaf} for leaf in (1, 10, 50))
    return {"decision tree": fe.Classifier(_tree, depths), **known}


def _tree(size: int, seed: int, leaf: int) -> BaseEstimator:
    """Return a tree with at least so many images in each of its leaves."""
    return DecisionTreeClassifier(min_samples_leaf=leaf, random_state=seed)
