"""Features of images made of small patches: learnt on patches, used at every place, pooled.

A patch of six by six pixels can show an edge, a corner or a colour, and little else. So a small
model learns from patches, drawn anywhere in the training images, what they have in common; then it
looks at every patch of an image; and the means of its values over quarters of the image are the
features. The model sees no label. :func:`k_means` is the simplest one; :func:`activations` takes an
autoencoder that was trained on patches.

References
----------
Coates, Ng and Lee (2011).

Examples
--------
``means_over_parts``:

>>> import numpy as np
>>> from aecourse.applications import patch_features
>>> maps = np.arange(4.0).reshape(1, 2, 2, 1)
>>> patch_features.means_over_parts(maps, parts=1).tolist()
[[1.5]]

``whitening``:

>>> import numpy as np
>>> from aecourse.applications import patch_features
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> patches = patch_features.draw_patches(images, 200, side=4)
>>> patch_features.whitening(patches).matrix.shape
(16, 16)

``k_means``:

>>> import numpy as np
>>> from aecourse.applications import patch_features
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> patches = patch_features.draw_patches(images, 200, side=4)
>>> encode = patch_features.k_means(patches, units=3)
>>> encode(patches).shape, bool((encode(patches) >= 0).all())
((200, 3), True)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from aecourse import models
from aecourse.applications.extractors import Features, Images
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.base import in_batches

Patches = NDArray[np.float32]
Activations = NDArray[np.float32]
Encode = Callable[[Patches], Activations]
SIDE = 6  # pixels; the best of 6, 8 and 12 in the paper
FAINT = 10 / 255**2  # variance added to a patch's own: a plain patch is not to become loud noise
FLOOR = 0.1  # variance added to each component's before whitening, for the same reason
AT_ONCE = 8  # images whose patches are held at one time: few enough for the processor's cache


@dataclass(frozen=True)
class Whitening:
    """How patches are prepared: each by its own contrast, then all as the training patches ask for.

    Attributes
    ----------
    mean
        Of the training patches after their contrast was normalised, shape ``(values,)``.
    matrix
        Takes the correlations of neighbouring pixels away and changes the patch as little as that
        allows (zero-phase components), shape ``(values, values)``.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import patch_features
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> patches = patch_features.draw_patches(images, 200, side=4)
    >>> whiten = patch_features.whitening(patches)
    >>> isinstance(whiten, patch_features.Whitening), whiten(patches).shape
    (True, (200, 16))
    """

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]

    def __call__(self, patches: Patches) -> Patches:
        """Return prepared patches, shape ``(n, values)``."""
        prepared = (normalised(patches) - self.mean) @ self.matrix
        return prepared.astype(np.float32, copy=False)


@dataclass(frozen=True)
class PatchFeatures:
    """From images to features: the means over parts of an image of what is seen in its patches.

    Attributes
    ----------
    whiten
        Prepares patches.
    encode
        From prepared patches ``(n, values)`` to activations ``(n, units)``.
    side
        Of a patch, in pixels.
    stride
        Pixels from one patch to the next; with 1 there is a patch at every place.
    parts
        Into how many parts height and width are each divided for the means.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import patch_features
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> patches = patch_features.draw_patches(images, 200, side=4)
    >>> whiten = patch_features.whitening(patches)
    >>> encode = patch_features.k_means(whiten(patches), units=3)
    >>> features = patch_features.PatchFeatures(whiten, encode, side=4, parts=2)
    >>> features(images).shape
    (40, 12)
    """

    whiten: Whitening
    encode: Encode
    side: int = SIDE
    stride: int = 1
    parts: int = 2

    def __call__(self, images: Images) -> Features:
        """Return the features of images, shape ``(n, parts² · units)``."""
        batches = range(0, len(images), AT_ONCE)
        return np.concatenate([self._pooled(images[start : start + AT_ONCE]) for start in batches])

    def _pooled(self, images: Images) -> Features:
        """Return the features of a few images."""
        patches = windows(images, self.side)[:, :: self.stride, :: self.stride]
        count, rows, columns, *_ = patches.shape
        seen = self.encode(self.whiten(patches.reshape(count * rows * columns, -1)))
        return means_over_parts(seen.reshape(count, rows, columns, -1), self.parts)


def means_over_parts(maps: Activations, parts: int) -> Features:
    """Return the means over parts of an image, from left to right and top to bottom.

    Parameters
    ----------
    maps
        Shape ``(n, rows, columns, units)``.
    parts
        Into how many parts rows and columns are each divided.

    Returns
    -------
    features
        Shape ``(n, parts² · units)``.

    Raises
    ------
    InputError
        If there are fewer rows or columns than parts.
    """
    rows, columns = maps.shape[1:3]
    if min(rows, columns) < whole(parts, "parts"):
        raise InputError(
            f"parts is {parts} and there are {rows} rows and {columns} columns; ask for fewer "
            "parts."
        )
    means = [
        part.mean(axis=(1, 2))
        for band in np.array_split(maps, parts, axis=1)
        for part in np.array_split(band, parts, axis=2)
    ]
    return np.concatenate(means, axis=1)


# --- patches --------------------------------------------------------------------------------------


def windows(images: Images, side: int = SIDE) -> NDArray[np.float32]:
    """Return every patch of every image, shape ``(n, rows, columns, side, side, channels)``.

    It is a view: no pixel is copied.

    Raises
    ------
    InputError
        If an image is smaller than a patch.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import patch_features
    >>> patch_features.windows(np.zeros((2, 8, 8, 1)), side=6).shape
    (2, 3, 3, 6, 6, 1)
    """
    if min(images.shape[1:3]) < whole(side, "side"):
        raise InputError(
            f"side is {side} and the images have {images.shape[1]} × {images.shape[2]} pixels; "
            "give patches that fit into them."
        )
    found = sliding_window_view(images, (side, side), axis=(1, 2))
    return np.moveaxis(found, 3, -1)


def draw_patches(images: Images, count: int, *, side: int = SIDE, seed: int = 0) -> Patches:
    """Return patches from random places of random images, shape ``(count, side² · channels)``.

    Raises
    ------
    InputError
        If an image is smaller than a patch, or a number is not whole.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import patch_features
    >>> patch_features.draw_patches(np.zeros((2, 8, 8, 3)), 10, side=6).shape
    (10, 108)
    """
    everywhere = windows(images, side)
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    places = tuple(rng.integers(size, size=whole(count, "count")) for size in everywhere.shape[:3])
    return everywhere[places].reshape(count, -1)


def normalised(patches: Patches) -> Patches:
    """Return patches of mean 0 and, but for plain ones, of variance 1.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import patch_features
    >>> patch_features.normalised(np.array([[0.0, 1.0], [1.0, 1.0]])).round(1).tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    centred: Patches = patches - patches.mean(axis=1, keepdims=True)
    variance: Patches = np.square(centred).mean(axis=1, keepdims=True)
    return centred / np.sqrt(variance + np.float32(FAINT))


def whitening(patches: Patches, *, floor: float = FLOOR) -> Whitening:
    """Return how patches are prepared, learnt from drawn training patches.

    Parameters
    ----------
    patches
        From :func:`draw_patches`, shape ``(n, values)``.
    floor
        Variance that is added to that of each component. Components that hardly vary are mostly
        noise; without it they would become as loud as the others.

    References
    ----------
    Bell and Sejnowski (1997) for zero-phase whitening.
    """
    real(floor, "floor", above=0)
    given = normalised(patches)
    mean = given.mean(axis=0)
    variances, components = np.linalg.eigh(np.cov(given, rowvar=False))
    matrix = (components / np.sqrt(variances.clip(0) + floor)) @ components.T
    return Whitening(mean.astype(np.float32), matrix.astype(np.float32))


# --- what is learnt on them -----------------------------------------------------------------------


def k_means(patches: Patches, units: int, *, seed: int = 0) -> Encode:
    """Return how much nearer than the mean distance a patch is to each of many cluster centres.

    Centres further away than that give 0, so about half of the units are silent.

    Parameters
    ----------
    patches
        Prepared patches, shape ``(n, values)``.
    units
        Number of clusters.
    seed
        Of the first centres and the order of the patches.

    References
    ----------
    Coates, Ng and Lee (2011), who call it the triangle activation.
    """
    from sklearn.cluster import MiniBatchKMeans

    found = MiniBatchKMeans(units, batch_size=4096, n_init=1, max_iter=20, random_state=seed)
    centres = found.fit(patches).cluster_centers_.astype(np.float32)

    def encode(given: Patches) -> Activations:
        squares = np.square(given).sum(axis=1, keepdims=True) + np.square(centres).sum(axis=1)
        distances = np.sqrt(np.maximum(squares - 2 * given @ centres.T, 0))
        return np.maximum(distances.mean(axis=1, keepdims=True) - distances, 0)

    return encode


def activations(model: models.Autoencoder) -> Encode:
    """Return what the encoder of a model of patches makes of them.

    That is the code, but for a model that does something to the encoder's values afterwards: of a
    k-sparse one, all of them are returned and not the largest alone.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import patch_features
    >>> model = models.Autoencoder(*networks.dense(16, code_size=20, hidden=()))
    >>> patch_features.activations(model)(np.zeros((5, 16), "float32")).shape
    (5, 20)
    """
    return lambda patches: in_batches(model.encoder, len(patches), patches)
