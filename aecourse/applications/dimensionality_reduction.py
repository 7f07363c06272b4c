"""The comparison of chapter 4: what is left of an image in a few numbers, by method.

A method is fitted to training images alone. What it keeps is then measured on images it has not
seen: how well they can be rebuilt, whether neighbours stay neighbours, and whether neighbours in
the code still show the same thing. :mod:`aecourse.applications.rate_distortion` and
:mod:`aecourse.applications.code_inversion` go on from a fitted method.

Examples
--------
``dense``:

>>> from aecourse.applications import dimensionality_reduction
>>> dimensionality_reduction.dense((8, 8, 1), dimensions=2, seed=0).code_shape
(2,)

``convolutions``:

>>> from aecourse.applications import dimensionality_reduction
>>> encoder, decoder = dimensionality_reduction.convolutions((8, 8, 1), dimensions=2, seed=0)
>>> encoder.output_shape, decoder.output_shape
((None, 2), (None, 8, 8, 1))

``convolutional``:

>>> from aecourse.applications import dimensionality_reduction
>>> dimensionality_reduction.convolutional((8, 8, 1), dimensions=2, seed=0).code_shape
(2,)

``variational``:

>>> from aecourse.applications import dimensionality_reduction
>>> dimensionality_reduction.variational((8, 8, 1), dimensions=2, seed=0).beta
0.01
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics, models, networks, training
from aecourse.applications.variants import SHAPE, Split, spread
from aecourse.checks import one_of, whole

if TYPE_CHECKING:
    import pandas as pd

    from aecourse.backend import keras

Images = NDArray[np.float32]
Codes = NDArray[np.floating[Any]]
Build = Callable[[tuple[int, ...], int, int], models.Autoencoder]

DIMENSIONS = (2, 8, 16, 32)
PARTS = ("validation", "test")
SAMPLE = 2_000  # images whose neighbours are ranked, which takes the square of it
BATCH = 5_000  # images encoded at once


@dataclass(frozen=True)
class Reduction:
    """A fitted method.

    Attributes
    ----------
    encode
        From images ``(n, height, width, channels)`` to codes ``(n, dimensions)``.
    decode
        From codes back to images; ``None`` if there is no way back.
    places_new
        Whether codes of images that come later lie in one space with those of the training images.
        Where they do not, ``encode`` starts afresh with the images it is given.
    fitted
        The estimator or the model behind it.
    fit_seconds
        Processor time of fitting, all cores together.

    Examples
    --------
    >>> from aecourse.applications import dimensionality_reduction
    >>> mean = dimensionality_reduction.Reduction(lambda images: images.mean(axis=(1, 2)))
    >>> mean.places_new, mean.decode is None
    (True, True)
    """

    encode: Callable[[Images], Codes]
    decode: Callable[[Codes], Images] | None = None
    places_new: bool = True
    fitted: Any = None
    fit_seconds: float = 0.0


@dataclass(frozen=True)
class Method:
    """A way to reduce images to a few numbers.

    Attributes
    ----------
    title
        Its name in tables and figures.
    learn
        Fits it to images, for a number of dimensions and a seed.
    only
        The one number of dimensions that it gives, if there is no choice.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pca = dimensionality_reduction.methods()["pca"]
    >>> reduction = pca.fit(images, dimensions=2)
    >>> isinstance(pca, dimensionality_reduction.Method), reduction.encode(images).shape
    (True, (40, 2))
    """

    title: str
    learn: Callable[[Images, int, int], Reduction]
    only: int | None = None

    def fit(self, images: Images, dimensions: int, *, seed: int = 0) -> Reduction:
        """Return the method fitted to images of shape ``(n, height, width, channels)``.

        Raises
        ------
        InputError
            If ``dimensions`` is not a whole number of at least 1.
        """
        whole(dimensions, "dimensions")
        started = time.process_time()
        reduction = self.learn(images, dimensions, seed)
        return replace(reduction, fit_seconds=time.process_time() - started)


class Measures(NamedTuple):
    """What is left of images in their codes.

    Attributes
    ----------
    mse
        Mean squared error of a pixel after the way there and back; NaN without a way back.
    trustworthiness, continuity
        How far neighbours in the code are neighbours in pixels, and the reverse.
    accuracy
        Share of images whose nearest training images in the code show the same; NaN where new
        images have no place among those.
    accuracy_within
        Share of images whose nearest others among the measured ones show the same. There are fewer
        of them, so that it is lower.
    fit_seconds
        Processor time of fitting, all cores together.
    encode_seconds, search_seconds
        Processor time for a thousand new images: to encode them, and to find their neighbours among
        the training images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> pca = dimensionality_reduction.methods()["pca"]
    >>> reduction = pca.fit(images, 2)
    >>> found = dimensionality_reduction.measure(reduction, data)
    >>> isinstance(found, dimensionality_reduction.Measures), 0 < found.mse < 1
    (True, True)
    """

    mse: float
    trustworthiness: float
    continuity: float
    accuracy: float
    accuracy_within: float
    fit_seconds: float
    encode_seconds: float
    search_seconds: float


def measure(
    reduction: Reduction,
    split: Split,
    *,
    part: str = "test",
    limit: int | None = None,
    sample: int = SAMPLE,
) -> Measures:
    """Measure a fitted method on images that it was not fitted to.

    Parameters
    ----------
    reduction
        A method fitted to ``split.train``.
    split
        Images and labels.
    part
        ``"validation"`` for choices, ``"test"`` for the last look.
    limit
        How many images of the part to measure, spread over it; all if not given.
    sample
        How many of these the ranks of neighbours are compared for.

    Raises
    ------
    InputError
        If the part is another one, or there are too few images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> pca = dimensionality_reduction.methods()["pca"]
    >>> reduction = pca.fit(images, 2)
    >>> found = dimensionality_reduction.measure(reduction, data, part="validation")
    >>> 0 < found.trustworthiness <= 1
    True
    """
    one_of(part, "part", PARTS)
    images, labels = (
        spread(values, limit or len(values))
        for values in (getattr(split, part), getattr(split, f"{part}_labels"))
    )
    codes, encode_time = _timed(reduction.encode, images)
    accuracy, search_time = (
        _timed(
            metrics.neighbour_accuracy,
            reduction.encode(split.train),
            split.train_labels,
            codes,
            labels,
        )
        if reduction.places_new
        else (np.nan, np.nan)
    )
    ranked, ranked_codes = spread(images, sample), spread(codes, sample)
    return Measures(
        mse=error(reduction, images),
        trustworthiness=metrics.trustworthiness(ranked, ranked_codes),
        continuity=metrics.continuity(ranked, ranked_codes),
        accuracy=accuracy,
        accuracy_within=metrics.leave_one_out_accuracy(codes, labels),
        fit_seconds=reduction.fit_seconds,
        encode_seconds=1_000 * encode_time / len(images),
        search_seconds=1_000 * search_time / len(images),
    )


def error(reduction: Reduction, images: Images) -> float:
    """Return the mean squared error of a pixel after the way there and back; NaN without one.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> pca = dimensionality_reduction.methods()["pca"]
    >>> errors = [
    ...     dimensionality_reduction.error(pca.fit(images, size), images) for size in (2, 8)
    ... ]
    >>> errors[1] < errors[0]
    True
    """
    if reduction.decode is None:
        return np.nan
    return metrics.mean_squared_error(images, reduction.decode(reduction.encode(images)))


def compare(
    split: Split,
    methods: Mapping[str, Method],
    dimensions: Iterable[int] = DIMENSIONS,
    *,
    seeds: Iterable[int] = (0,),
    **settings: Any,
) -> "pd.DataFrame":
    """Fit methods to the training images and measure each on others.

    Parameters
    ----------
    split
        Images and labels; ``aecourse.applications.variants.split`` makes it.
    methods
        Some of :func:`methods`.
    dimensions
        Numbers of dimensions to try; a method without a choice appears once, with its own.
    seeds
        Of all that is drawn by chance.
    settings
        Passed on to :func:`measure`.

    Returns
    -------
    pandas.DataFrame
        One row for each method, number of dimensions and seed, with the columns ``method``,
        ``dimensions``, ``seed`` and those of :class:`Measures`.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> methods = dimensionality_reduction.methods()
    >>> chosen = {name: methods[name] for name in ("random", "pca")}
    >>> table = dimensionality_reduction.compare(data, chosen, dimensions=[2])
    >>> table[["method", "dimensions"]].values.tolist()
    [['random', 2], ['pca', 2]]
    """
    import pandas as pd

    sizes, seeds = list(dimensions), list(seeds)
    rows = []
    for name, method in methods.items():
        for size in [method.only] if method.only else sizes:
            for seed in seeds:
                reduction = method.fit(split.train, size, seed=seed)
                found = measure(reduction, split, **settings)
                rows.append({"method": name, "dimensions": size, "seed": seed, **found._asdict()})
    return pd.DataFrame(rows)


def _timed(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Return what a function returns and the processor time it took, in seconds."""
    started = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - started


# --- the methods ----------------------------------------------------------------------------------

EPOCHS = 20
HIDDEN = (512, 256)
FILTERS = (16, 32)
BETA = 0.01
LEARNING_RATE = 2e-3
KERNEL_IMAGES = 5_000  # a kernel has a row and a column for each
KERNEL_WIDTH = 0.005
PREIMAGE_WIDTH, PREIMAGE_PENALTY = 0.5, 0.1


def methods(*, epochs: int = EPOCHS, kernel_images: int = KERNEL_IMAGES) -> dict[str, Method]:
    """Return the methods to compare; their settings were chosen on validation images.

    Parameters
    ----------
    epochs
        Of training, for the autoencoders.
    kernel_images
        How many training images kernel PCA is fitted to, spread over all: its matrix has a row and
        a column for each.

    References
    ----------
    Johnson and Lindenstrauss (1984) for random projections; Schölkopf, Smola and Müller (1998) for
    kernel PCA, Bakır, Weston and Schölkopf (2004) for its way back by regression; van der Maaten
    and Hinton (2008) for t-SNE; McInnes, Healy and Melville (2018) for UMAP.

    Examples
    --------
    >>> from aecourse.applications import dimensionality_reduction
    >>> list(dimensionality_reduction.methods())[:4]
    ['raw', 'random', 'pca', 'kernel_pca']
    """
    whole(epochs, "epochs")
    whole(kernel_images, "kernel_images")
    return {
        "raw": Method("raw pixels", _raw, only=prod(SHAPE)),
        "random": Method("random projection", _random_projection),
        "pca": Method("PCA", _pca),
        "kernel_pca": Method("kernel PCA", partial(_kernel_pca, count=kernel_images)),
        "tsne": Method("t-SNE", _tsne, only=2),
        "umap": Method("UMAP", _umap),
        "dense": Method("dense autoencoder", partial(_autoencoder, build=dense, epochs=epochs)),
        "convolutional": Method(
            "convolutional autoencoder", partial(_autoencoder, build=convolutional, epochs=epochs)
        ),
        "variational": Method(
            "variational autoencoder", partial(_autoencoder, build=variational, epochs=epochs)
        ),
    }


def dense(shape: tuple[int, ...], dimensions: int, seed: int) -> models.Autoencoder:
    """Return an untrained autoencoder of dense layers."""
    return models.Autoencoder(*networks.dense(shape, dimensions, hidden=HIDDEN, seed=seed))


def convolutions(
    shape: tuple[int, ...], dimensions: int, seed: int
) -> "tuple[keras.Model, keras.Model]":
    """Return the untrained halves of which both convolutional pairs are made."""
    height, width, channels = shape
    return networks.convolutional((height, width, channels), dimensions, filters=FILTERS, seed=seed)


def convolutional(shape: tuple[int, ...], dimensions: int, seed: int) -> models.Autoencoder:
    """Return an untrained autoencoder of convolutions."""
    return models.Autoencoder(*convolutions(shape, dimensions, seed))


def variational(shape: tuple[int, ...], dimensions: int, seed: int) -> models.Autoencoder:
    """Return an untrained variational autoencoder of convolutions; its code is the mean."""
    return models.VariationalAutoencoder(
        *convolutions(shape, dimensions, seed),
        reconstruction="squared_error",
        beta=BETA,
        seed=seed,
    )


def _raw(images: Images, dimensions: int, seed: int) -> Reduction:
    return Reduction(flat, partial(folded, shape=images.shape[1:]))


def _random_projection(images: Images, dimensions: int, seed: int) -> Reduction:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.random_projection import GaussianRandomProjection

    projection = GaussianRandomProjection(
        dimensions, compute_inverse_components=True, random_state=seed
    )
    # Without its mean an image that projects to 0 is rebuilt as the mean, and not as black.
    return _of_estimator(
        make_pipeline(StandardScaler(with_std=False), projection).fit(flat(images)), images
    )


def _pca(images: Images, dimensions: int, seed: int) -> Reduction:
    from sklearn.decomposition import PCA

    return _of_estimator(PCA(dimensions, random_state=seed).fit(flat(images)), images)


def _of_estimator(estimator: Any, images: Images) -> Reduction:
    """Return a method whose estimator is fitted and has a way back."""
    return Reduction(
        lambda new: estimator.transform(flat(new)),
        lambda codes: folded(estimator.inverse_transform(codes), images.shape[1:]),
        fitted=estimator,
    )


def _kernel_pca(images: Images, dimensions: int, seed: int, *, count: int) -> Reduction:
    """Fit kernel PCA with a Gaussian kernel, and a regression that leads from its codes back."""
    from sklearn.decomposition import KernelPCA
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = flat(spread(images, count))
    projection = KernelPCA(
        dimensions,
        kernel="rbf",
        gamma=KERNEL_WIDTH,
        eigen_solver="randomized",
        random_state=seed,
    ).fit(rows)
    back = make_pipeline(
        StandardScaler(),
        KernelRidge(kernel="rbf", gamma=PREIMAGE_WIDTH / dimensions, alpha=PREIMAGE_PENALTY),
    ).fit(projection.transform(rows), rows)
    return Reduction(
        lambda new: _in_batches(projection.transform, flat(new)),
        lambda codes: folded(_in_batches(back.predict, codes), images.shape[1:]),
        fitted=projection,
    )


def _tsne(images: Images, dimensions: int, seed: int) -> Reduction:
    """Return t-SNE, which learns nothing for later: it places the images that it is given."""
    from sklearn.manifold import TSNE

    return Reduction(
        lambda new: TSNE(dimensions, init="pca", random_state=seed).fit_transform(flat(new)),
        places_new=False,
    )


def _umap(images: Images, dimensions: int, seed: int) -> Reduction:
    """Fit UMAP. It can rebuild images roughly from few dimensions, but takes half a second each."""
    from umap import UMAP

    # A seed makes it run on one core, which it warns of unless that is asked for. With few images
    # it would ask Python for the distance of each pair, which takes longer than with many.
    estimator = UMAP(
        n_components=dimensions,
        random_state=seed,
        n_jobs=1,
        force_approximation_algorithm=True,
    ).fit(flat(images))
    return Reduction(lambda new: estimator.transform(flat(new)), fitted=estimator)


def _autoencoder(
    images: Images, dimensions: int, seed: int, *, build: Build, epochs: int
) -> Reduction:
    model = build(images.shape[1:], dimensions, seed)
    training.fit(
        model,
        images,
        epochs=epochs,
        learning_rate=LEARNING_RATE,
        schedule="cosine",
        seed=seed,
        progress=False,
    )
    return Reduction(model.encode, model.decode, fitted=model)


def flat(images: Images) -> Images:
    """Return images as rows of pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> dimensionality_reduction.flat(np.zeros((3, 8, 8, 1))).shape
    (3, 64)
    """
    return images.reshape(len(images), -1)


def folded(rows: Codes, shape: tuple[int, ...]) -> Images:
    """Return rows of pixels as images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import dimensionality_reduction
    >>> dimensionality_reduction.folded(np.zeros((3, 64)), (8, 8, 1)).shape
    (3, 8, 8, 1)
    """
    return rows.reshape(len(rows), *shape).astype(np.float32)


def _in_batches(function: Callable[[Codes], Codes], rows: Codes) -> Codes:
    """Apply a function to a few thousand rows at a time: it compares each with all it has kept."""
    return np.concatenate(
        [function(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]
    )
