"""From images to the features that a classifier is given: pixels, components, discriminants, codes.

Each function here returns candidates, so that a comparison chooses among them for every method with
equal care. What an extractor knows it has learnt from the training images, and from no label. The
one exception says so: discriminants wait for the labelled images that a classifier is trained on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aecourse import models
from aecourse.applications.variants import as_taken_by
from aecourse.checks import one_of, whole
from aecourse.errors import InputError

Images = NDArray[np.float32]
Features = NDArray[np.float32]
SCALINGS = ("each", "common")
LEAST_DEVIATION = 1e-6  # of a feature beside the largest one; below it the feature is constant


@dataclass(frozen=True)
class Extractor:
    """How images become rows of features.

    Attributes
    ----------
    title
        What the features are and how they are scaled.
    size
        Number of features a classifier sees.
    apply
        From images ``(n, height, width, channels)`` to features, one row an image.
    supervised
        A scikit-learn transformer, not yet fitted, that turns those features into others with the
        help of labels; ``None`` for none. It is fitted together with the classifier, on the same
        labelled images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors
    >>> extractor = extractors.Extractor("brightness", 1, lambda images: images.mean(axis=(1, 2)))
    >>> extractor.apply(np.ones((3, 8, 8, 1))).shape
    (3, 1)
    """

    title: str
    size: int
    apply: Callable[[Images], Features]
    supervised: Any = None


Candidates = tuple[Extractor, ...]


def pixels(images: Images) -> Candidates:
    """Return the pixels themselves, in both scalings.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> [candidate.title for candidate in extractors.pixels(images)]
    ['pixels, scaled each', 'pixels, scaled together']
    """
    return _in_both_scalings("pixels", flat, images)


def principal_components(images: Images, sizes: Sequence[int]) -> Candidates:
    """Return principal components of the training images, in several numbers and both scalings.

    With the scaling ``"each"`` the components are whitened.

    Raises
    ------
    InputError
        If a size is not between 1 and the number of pixels or of images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> candidates = extractors.principal_components(images, sizes=[2, 4])
    >>> [candidate.size for candidate in candidates], candidates[0].apply(images).shape
    ([2, 2, 4, 4], (40, 2))
    """
    most = min(len(images), flat(images[:1]).shape[1])
    for size in sizes:
        if whole(size, "size") > most:
            raise InputError(f"size is {size}; there are at most {most} principal components.")
    fitted = PCA(max(sizes), svd_solver="covariance_eigh").fit(flat(images))

    def first(size: int) -> Callable[[Images], Features]:
        directions = fitted.components_[:size].T
        return lambda given: (flat(given) - fitted.mean_) @ directions

    return tuple(
        extractor
        for size in sizes
        for extractor in _in_both_scalings(f"{size} principal components", first(size), images)
    )


def codes(model: models.Autoencoder, images: Images, title: str = "codes") -> Candidates:
    """Return a model's codes of images, in both scalings; codes with several axes are flattened.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import extractors
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> first, second = extractors.codes(model, images)
    >>> first.title, first.apply(images).shape
    ('codes, scaled each', (40, 2))
    """
    return _in_both_scalings(title, lambda given: codes_of(model, given), images)


def discriminants(images: Images, classes: int) -> Candidates:
    """Return the pixels' linear discriminants, ``classes - 1`` in number: they need labels.

    The covariance within the classes is shrunk towards a multiple of the identity, as some pixels
    never vary and there may be fewer labelled images than pixels.

    References
    ----------
    Fisher (1936); Ledoit and Wolf (2004) for the shrinkage.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> [candidate.size for candidate in extractors.discriminants(images, classes=3)]
    [2, 2]
    """
    size = whole(classes, "classes", least=2) - 1
    return tuple(
        Extractor(
            f"{size} linear discriminants of {extractor.title}",
            size,
            extractor.apply,
            make_pipeline(
                LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=size),
                StandardScaler(),
            ),
        )
        for extractor in pixels(images)
    )


def flat(x: NDArray[Any]) -> Features:
    """Return samples as rows, shape ``(n, values)``, whatever axes they have.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors
    >>> extractors.flat(np.zeros((3, 8, 8, 1))).shape
    (3, 64)
    """
    return x.reshape(len(x), -1)


def codes_of(model: models.Autoencoder, images: Images) -> Features:
    """Return a model's codes of images as a classifier takes them: one row for each image.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import extractors
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> extractors.codes_of(model, images).shape
    (40, 2)
    """
    return flat(model.encode(as_taken_by(model, images)))


def standardised(reference: Features, scaling: str = "each") -> Callable[[Features], Features]:
    """Return the function that shifts and scales features as the reference needs it.

    Parameters
    ----------
    reference
        The training images' features, shape ``(n, k)``. Mean and deviation are taken from these
        alone, so that the function may be applied to test images.
    scaling
        ``"each"``: every feature is divided by its own standard deviation, so all count alike.
        ``"common"``: all features are divided by the root of their mean variance, so the large
        ones still count more. That suits codes with units that carry next to nothing, as those of
        a variational autoencoder: divided by its own tiny deviation, such a unit is noise as loud
        as the others.

        A feature that does not vary becomes 0 with either.

    Raises
    ------
    InputError
        If the reference is not a table of finite numbers, or ``scaling`` is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors
    >>> scaled = extractors.standardised(np.array([[0.0, 10.0], [2.0, 10.0]]))
    >>> scaled(np.array([[3.0, 10.0]])).tolist()
    [[2.0, 0.0]]
    """
    one_of(scaling, "scaling", SCALINGS)
    if np.ndim(reference) != 2 or not np.isfinite(reference).all():
        raise InputError(
            f"the features have shape {np.shape(reference)}; give a table of finite numbers with "
            "one row for each sample, as extractors.flat makes of codes with several axes."
        )
    mean = reference.mean(axis=0, dtype=np.float64)
    deviation = reference.std(axis=0, dtype=np.float64)
    varies = deviation > LEAST_DEVIATION * deviation.max()
    scale = deviation if scaling == "each" else np.sqrt(np.square(deviation).mean())
    factor = np.divide(1, scale, out=np.zeros_like(deviation), where=varies)

    def scaled(features: Features) -> Features:
        return ((features - mean) * factor).astype(np.float32)

    return scaled


def _in_both_scalings(
    title: str, apply: Callable[[Images], Features], images: Images
) -> Candidates:
    """Return an extractor for each scaling, which is learnt from the training images."""
    reference = apply(images)

    def with_scaling(scaling: str) -> Extractor:
        scaled = standardised(reference, scaling)
        return Extractor(
            f"{title}, scaled {'each' if scaling == 'each' else 'together'}",
            reference.shape[1],
            lambda given: scaled(apply(given)),
        )

    return tuple(with_scaling(scaling) for scaling in SCALINGS)
