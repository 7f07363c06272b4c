"""The comparisons of chapter 3: every variant with the settings it is trained with.

A recipe says how a model is built and trained. The chapter trains some of them for a few epochs on
a part of the data, to show what they do; ``tools/long_runs`` trains them all on the whole data
and keeps the numbers. Both go through :func:`train`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics, models, networks, training
from aecourse.applications.feature_space import ClassifierFeatures
from aecourse.errors import InputError
from aecourse.models.labelled import UNLABELLED
from aecourse.preprocessing import train_validation_split, unit_range

SHAPE = (28, 28, 1)
HELD_OUT = 5_000
Build = Callable[[int], models.Autoencoder]


@dataclass(frozen=True)
class Recipe:
    """How one variant is built and trained.

    Attributes
    ----------
    title
        Its name in tables and figures.
    build
        Gives the untrained model for a seed.
    epochs, learning_rate, batch_size
        Of the long run; the learning rate rises and falls along a cosine.
    published
        The number of a textbook or a paper to compare with, if there is one.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import variants
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> def build(seed):
    ...     return models.Autoencoder(*networks.dense((8, 8, 1), 2, hidden=(), seed=seed))
    >>> recipe = variants.Recipe("a small one", build, epochs=1)
    >>> model, history = recipe.train(images)
    >>> model.encode(images).shape, history.epochs
    ((40, 2), [1])
    """

    title: str
    build: Build
    epochs: int
    learning_rate: float = 2e-3
    batch_size: int = 128
    published: float | None = None

    def train(
        self,
        x: NDArray[np.float32],
        *,
        labels: NDArray[np.int64] | None = None,
        validation: NDArray[np.float32] | None = None,
        seed: int = 0,
        epochs: int | None = None,
        **settings: Any,
    ) -> tuple[models.Autoencoder, training.History]:
        """Build the model and train it.

        Parameters
        ----------
        x
            Samples, shape ``(n, …)``; they are folded as the model takes them.
        labels
            One for each sample, for a model that learns from them.
        validation
            Samples that each epoch is measured on.
        seed
            Start of the weights, order of the samples and all that the model draws.
        epochs
            In place of the recipe's own number.
        settings
            Passed on to :func:`aecourse.training.fit`.

        Returns
        -------
        model, history
        """
        model = self.build(seed)
        samples = as_taken_by(model, x)
        history = training.fit(
            model,
            samples if labels is None else (samples, labels),
            validation_data=None if validation is None else as_taken_by(model, validation),
            epochs=epochs or self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            schedule="cosine",
            seed=seed,
            **{"progress": False, **settings},
        )
        return model, history


@dataclass(frozen=True)
class Split:
    """Images with values from 0 to 1: for training, for every choice, and for the last look.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import variants
    >>> images, labels = np.zeros((4, 8, 8, 1), "float32"), np.array([0, 1, 0, 1])
    >>> data = variants.Split(images, images[:1], images[1:], labels, labels[:1], labels[1:])
    >>> len(data.train), len(data.validation), len(data.test)
    (4, 1, 3)
    """

    train: NDArray[np.float32]
    validation: NDArray[np.float32]
    test: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    validation_labels: NDArray[np.int64]
    test_labels: NDArray[np.int64]


def split(data: Any, *, limit: int | None = None) -> Split:
    """Return a data set's images in three parts; ``limit`` keeps that many for training.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import variants
    >>> data = variants.split(datasets.load("mnist"), limit=500)
    >>> data.train.shape, float(data.train.max())
    ((500, 28, 28, 1), 1.0)
    """
    images, held_out, labels, held_out_labels = train_validation_split(
        unit_range(data.x_train),
        data.y_train,
        size=min(HELD_OUT, len(data.x_train) // 5),
        seed=0,
    )
    return Split(
        images[:limit],
        held_out,
        unit_range(data.x_test),
        labels[:limit],
        held_out_labels,
        data.y_test,
    )


def train(
    recipe: Recipe,
    data: Split,
    *,
    seed: int = 0,
    epochs: int | None = None,
    told: "FewLabels | None" = None,
    **settings: Any,
) -> tuple[models.Autoencoder, training.History]:
    """Build a recipe's model and train it.

    Parameters
    ----------
    recipe
        What to build and how to train it.
    data
        Images of shape ``(n, 28, 28, 1)``; they are folded as the model takes them.
    seed
        Start of the weights, order of the samples and all that the model draws.
    epochs
        In place of the recipe's own number.
    told
        The labels a semi-supervised model is told; there are too few to set some apart, so that
        nothing is validated then.
    settings
        Passed on to :func:`aecourse.training.fit`.

    Returns
    -------
    model, history

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import variants
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = variants.Split(images, images, images, labels, labels, labels)
    >>> def build(seed):
    ...     return models.Autoencoder(*networks.dense((8, 8, 1), 2, hidden=(), seed=seed))
    >>> recipe = variants.Recipe("a small one", build, epochs=1)
    >>> model, history = variants.train(recipe, data)
    >>> list(history.metrics)[:1], history.epochs
    (['loss'], [1])
    """
    if told is None:
        return recipe.train(
            data.train, validation=data.validation, seed=seed, epochs=epochs, **settings
        )
    x = data.train[told.rows]
    return recipe.train(x, labels=told.labels, seed=seed, epochs=epochs, **settings)


def as_taken_by(model: models.Autoencoder, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return images in the shape of the model's samples: rows as steps for a recurrent one.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import variants
    >>> model = models.Autoencoder(*networks.recurrent((8, 8), code_size=2, units=(4,)))
    >>> variants.as_taken_by(model, np.zeros((3, 8, 8, 1))).shape
    (3, 8, 8)
    """
    return images.reshape(len(images), *model.sample_shape)


def reconstruction_error(model: models.Autoencoder, images: NDArray[np.float32]) -> float:
    """Return the mean squared error of a value, with codes as they are at use (rounded, sparse).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> from aecourse.applications import variants
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> 0 < variants.reconstruction_error(model, images) < 1
    True
    """
    given = as_taken_by(model, images)
    return float(np.square(given - model.reconstruct(given)).mean())


# --- reconstruction on Fashion-MNIST, beside a textbook's numbers --------------------------------

SMALL, LARGE, BITS = 30, 300, 16
HIDDEN = (400, 200)


def reconstruction_recipes() -> Mapping[str, Recipe]:
    """Return the variants whose validation error a textbook gives, with its code sizes.

    References
    ----------
    Géron (2022), chapter 17 and its notebook, for the published errors.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> recipes = variants.reconstruction_recipes()
    >>> recipes["hashing"].title, recipes["hashing"].build(0).code_shape
    ('16-bit hash', (16,))
    """
    return {
        "stacked": Recipe("stacked", _stacked, epochs=12, published=0.0132),
        "tied": Recipe("tied weights", _tied, epochs=12, published=0.0133),
        "convolutional": Recipe("convolutional", _convolutional, epochs=10, published=0.0121),
        "recurrent": Recipe("recurrent", _recurrent, epochs=30, published=0.0104),
        "denoising": Recipe("denoising", _denoising, epochs=15, published=0.0166),
        "sparse_l1": Recipe("sparse, L1", _sparse_l1, epochs=12, published=0.0111),
        "sparse_kl": Recipe("sparse, KL", _sparse_kl, epochs=12, published=0.0099),
        "hashing": Recipe("16-bit hash", _hashing, epochs=15, published=0.0345),
    }


def _stacked(seed: int) -> models.Autoencoder:
    return models.Autoencoder(*networks.dense(SHAPE, SMALL, hidden=HIDDEN, seed=seed))


def _tied(seed: int) -> models.Autoencoder:
    return models.Autoencoder(*networks.tied_dense(SHAPE, SMALL, hidden=HIDDEN, seed=seed))


def _convolutional(seed: int) -> models.Autoencoder:
    return models.Autoencoder(*networks.convolutional(SHAPE, SMALL, seed=seed))


def _recurrent(seed: int) -> models.Autoencoder:
    return models.Autoencoder(*networks.recurrent(SHAPE[:2], SMALL, units=(128,), seed=seed))


def _denoising(seed: int) -> models.Autoencoder:
    pair = networks.dense(SHAPE, SMALL, hidden=HIDDEN, seed=seed)
    return models.DenoisingAutoencoder(*pair, noise="gaussian", level=0.3, seed=seed)


def _sparse_l1(seed: int) -> models.Autoencoder:
    pair = networks.dense(SHAPE, LARGE, hidden=HIDDEN[:1], code_activation="sigmoid", seed=seed)
    return models.SparseAutoencoder(*pair, penalty="l1", weight=0.08)


def _sparse_kl(seed: int) -> models.Autoencoder:
    pair = networks.dense(SHAPE, LARGE, hidden=HIDDEN[:1], code_activation="sigmoid", seed=seed)
    return models.SparseAutoencoder(*pair, penalty="kl", weight=0.1, target_rate=0.1)


def _hashing(seed: int) -> models.Autoencoder:
    return models.HashingAutoencoder(*networks.dense(SHAPE, BITS, hidden=HIDDEN, seed=seed))


# --- generation on MNIST --------------------------------------------------------------------------

CODE = 8  # as in Tolstikhin et al. (2018)
VARIATIONAL_CODE = 20
VECTOR, WORDS = 16, 64
STYLE = 10
LABELLED_PART = 7  # samples without a label for each with one
CLASSES = 10


def generative_recipes() -> Mapping[str, Recipe]:
    """Return the variants to draw samples from, all over one convolutional pair of networks.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> recipes = variants.generative_recipes()
    >>> recipes["variational"].title, recipes["variational"].build(0).code_shape
    ('VAE', (8,))
    """
    return {
        "autoencoder": Recipe("autoencoder", _plain, epochs=10),
        "variational": Recipe("VAE", _variational, epochs=10),
        "adversarial": Recipe("AAE", _adversarial, epochs=10),
        "wasserstein": Recipe("WAE", _wasserstein, epochs=10),
        "regularized": Recipe("RAE", _regularized, epochs=10),
    }


def matching_recipes() -> Mapping[str, Recipe]:
    """Return the variants whose codes are to follow the prior, over dense networks.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> recipes = variants.matching_recipes()
    >>> recipes["wasserstein"].title, recipes["wasserstein"].build(0).code_shape
    ('WAE', (8,))
    """
    return {
        "adversarial": Recipe(
            "AAE", lambda seed: _adversarial_over(_dense_pair(seed), seed), epochs=30
        ),
        "wasserstein": Recipe(
            "WAE",
            lambda seed: models.WassersteinAutoencoder(*_dense_pair(seed), seed=seed),
            epochs=30,
        ),
    }


def quantized_recipe() -> Recipe:
    """Return the vector-quantised model whose indices :class:`aecourse.models.CodePrior` learns.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> recipe = variants.quantized_recipe()
    >>> recipe.title, recipe.build(0).code_shape
    ('VQ + prior', (7, 7, 16))
    """
    return Recipe("VQ + prior", _quantized, epochs=10)


def semi_supervised_recipe() -> Recipe:
    """Return the adversarial autoencoder that is told the labels of :func:`few_labelled`.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> recipe = variants.semi_supervised_recipe()
    >>> recipe.title, recipe.build(0).code_shape
    ('semi-supervised AAE', (10,))
    """
    return Recipe("semi-supervised AAE", _semi_supervised, epochs=15)


def likelihood_recipe() -> Recipe:
    """Return the variational autoencoder whose evidence lower bound is measured: 20 code values.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> recipe = variants.likelihood_recipe()
    >>> recipe.title, recipe.build(0).code_shape
    ('VAE', (20,))
    """
    return Recipe(
        "VAE",
        lambda seed: models.VariationalAutoencoder(
            *networks.dense(SHAPE, VARIATIONAL_CODE, hidden=(512, 256), seed=seed), seed=seed
        ),
        epochs=50,
    )


def _pair(seed: int) -> tuple[Any, Any]:
    return networks.convolutional(SHAPE, CODE, seed=seed)


def _dense_pair(seed: int) -> tuple[Any, Any]:
    return networks.dense(SHAPE, CODE, hidden=(256, 128), seed=seed)


def _plain(seed: int) -> models.Autoencoder:
    return models.Autoencoder(*_pair(seed))


def _variational(seed: int) -> models.Autoencoder:
    return models.VariationalAutoencoder(*_pair(seed), seed=seed)


def _adversarial(seed: int) -> models.Autoencoder:
    return _adversarial_over(_pair(seed), seed)


def _adversarial_over(pair: tuple[Any, Any], seed: int) -> models.Autoencoder:
    """Return a model with a stricter opponent than the default one."""
    return models.AdversarialAutoencoder(
        *pair, weight=30, discriminator_units=(128, 128), seed=seed
    )


def _wasserstein(seed: int) -> models.Autoencoder:
    return models.WassersteinAutoencoder(*_pair(seed), seed=seed)


def _regularized(seed: int) -> models.Autoencoder:
    return models.RegularizedAutoencoder(*_pair(seed))


def _quantized(seed: int) -> models.Autoencoder:
    pair = networks.convolutional_grid(SHAPE, VECTOR, seed=seed)
    return models.VectorQuantizedAutoencoder(*pair, codebook_size=WORDS, seed=seed)


def _semi_supervised(seed: int) -> models.Autoencoder:
    pair = networks.dense(SHAPE, STYLE, hidden=(256, 128), condition_size=CLASSES, seed=seed)
    return models.SemiSupervisedAdversarialAutoencoder(
        *pair, classes=CLASSES, weight=3, label_weight=10, seed=seed
    )


class FewLabels(NamedTuple):
    """A data set of which only few labels are shown.

    Attributes
    ----------
    known
        Positions of the samples whose label is shown, each once.
    rows
        Positions to train on: all samples, those with a label many times over.
    labels
        The label of each of ``rows``, -1 where it is hidden.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import variants
    >>> told = variants.few_labelled(np.arange(1000) % 10, count=20)
    >>> isinstance(told, variants.FewLabels), len(told.known), len(told.rows)
    (True, 20, 1140)
    """

    known: NDArray[np.int64]
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]


def few_labelled(labels: NDArray[np.int64], count: int) -> FewLabels:
    """Hide all labels but a few, and repeat the samples that have one.

    Among tens of thousands a hundred labelled samples are met too seldom to steer anything: the
    classes have taken shape without them. Repeated they are an eighth of what is trained on.

    Parameters
    ----------
    labels
        Labels from 0 to 9, shape ``(n,)``.
    count
        How many to show, equally many of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import variants
    >>> told = variants.few_labelled(np.arange(1000) % 10, count=20)
    >>> told.known.tolist()[:4], round(float((told.labels >= 0).mean()), 2)
    ([0, 10, 1, 11], 0.14)
    """
    each = [np.flatnonzero(labels == name)[: count // CLASSES] for name in range(CLASSES)]
    known = np.concatenate(each)
    hidden = np.full(len(labels), UNLABELLED)
    hidden[known] = labels[known]
    times = max(1, len(labels) // (LABELLED_PART * len(known)))
    rows = np.concatenate([np.arange(len(labels)), np.tile(known, times)])
    return FewLabels(known, rows, hidden[rows])


# --- how good samples are -------------------------------------------------------------------------


def spread(x: NDArray[Any], count: int) -> NDArray[Any]:
    """Return ``count`` samples (or all) at equal distances over the whole of ``x``.

    The first half of MNIST's test images is by other writers than the second, so the first few
    thousand do not stand for all.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import variants
    >>> variants.spread(np.arange(10), 5).tolist()
    [0, 2, 4, 6, 8]
    """
    return x[np.linspace(0, len(x), min(count, len(x)), endpoint=False).astype(int)]


def draw(model: models.Autoencoder, count: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Return images that a model draws; one without a distribution decodes normal codes.

    Examples
    --------
    >>> from aecourse import models, networks
    >>> from aecourse.applications import variants
    >>> model = models.Autoencoder(*networks.dense((8, 8, 1), code_size=2, hidden=()))
    >>> variants.draw(model, 3).shape
    (3, 8, 8, 1)
    """
    if hasattr(model, "sample"):
        return model.sample(count, seed=seed)
    codes = np.random.default_rng(seed).normal(size=(count, *model.code_shape))
    return model.decode(codes.astype(np.float32))


class SampleQuality(NamedTuple):
    """What is measured on drawn images in the features of a classifier.

    Attributes
    ----------
    frechet
        Distance between Gaussian fits of the features of drawn and of real images.
    precision, recall
        Share of drawn images that look real, and of real ones that are covered.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> quality = variants.SampleQuality(frechet=12.5, precision=0.8, recall=0.6)
    >>> quality.precision
    0.8
    """

    frechet: float
    precision: float
    recall: float


def sample_quality(
    space: ClassifierFeatures, drawn: NDArray[np.float32], real: NDArray[np.float32]
) -> SampleQuality:
    """Compare drawn images with real ones that no model has seen, as many of the one as the other.

    Raises
    ------
    InputError
        If the numbers differ: all three measures depend on them.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_space, generation_quality, variants
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
    >>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
    >>> space = generation_quality.ReducedFeatures(space, images, size=2)
    >>> variants.sample_quality(space, images[:20], images[:20]).precision
    1.0
    """
    if len(drawn) != len(real):
        raise InputError(
            f"there are {len(drawn)} drawn and {len(real)} real images; give as many of each, as "
            "the measures depend on the number."
        )
    found, wanted = space.features(drawn), space.features(real)
    precision, recall = metrics.precision_recall(wanted, found)
    return SampleQuality(metrics.frechet_distance(wanted, found), precision, recall)


class PriorMatch(NamedTuple):
    """How far codes are from draws of the standard normal prior.

    Attributes
    ----------
    squared_mmd
        Squared maximum mean discrepancy between codes and draws; unbiased, so it can be below 0.
    by_chance
        The same between two samples of the prior: its root mean square over repetitions.

    Examples
    --------
    >>> from aecourse.applications import variants
    >>> match = variants.PriorMatch(squared_mmd=0.04, by_chance=0.01)
    >>> match.ratio
    2.0
    """

    squared_mmd: float
    by_chance: float

    @property
    def ratio(self) -> float:
        """How many times further codes are from the prior than two samples of it (not squared)."""
        return float(np.sqrt(max(self.squared_mmd, 0) / self.by_chance))


def prior_match(codes: NDArray[np.float32], *, repetitions: int = 20) -> PriorMatch:
    """Compare codes of shape ``(n, k)`` with as many draws from the standard normal prior.

    References
    ----------
    Gretton et al. (2012).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import variants
    >>> draws = np.random.default_rng(1).normal(size=(100, 2)).astype("float32")
    >>> variants.prior_match(draws).ratio < variants.prior_match(draws + 1).ratio
    True
    """
    draws = [
        np.random.default_rng(seed).normal(size=(2, *codes.shape)) for seed in range(repetitions)
    ]
    distance = metrics.maximum_mean_discrepancy
    by_chance = np.array([distance(*pair) for pair in draws])
    return PriorMatch(distance(codes, draws[0][0]), float(np.sqrt(np.square(by_chance).mean())))
