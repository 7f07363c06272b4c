"""Ways to draw new images: from noise, from a density fitted to codes, from a learnt prior.

A generator is anything that returns images for a number and a seed (:data:`Draw`). The functions
here make one of a trained model, of principal components, and of the training images themselves;
:mod:`aecourse.applications.generation_quality` judges them all alike.

Examples
--------
``density_of_codes``:

>>> import numpy as np
>>> from aecourse.applications import image_generation
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> recipes = image_generation.recipes((8, 8, 1), code_size=2, filters=(4,))
>>> model = recipes["autoencoder"].build(0)
>>> image_generation.density_of_codes(model, images, components=2)(3, 0).shape
(3, 8, 8, 1)

``prior_of_codes``:

>>> import numpy as np
>>> from aecourse.applications import image_generation
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> recipes = image_generation.recipes((8, 8, 1), code_size=2, filters=(4,))
>>> model = recipes["quantized"].build(0)
>>> image_generation.prior_of_codes(model, images, epochs=1)(3, 0).shape
(3, 8, 8, 1)
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse import models, networks, training
from aecourse.applications.variants import Recipe, Split
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.models.adversary import known_shape

Images = NDArray[np.float32]
Draw = Callable[[int, int], Images]

CODE = 16
FILTERS = (16, 32)
VECTOR, WORDS = 16, 64
LISTED = 32  # channels of the code that the usual listing has
COMPONENTS = 10
PRIOR_RATE = 5e-3


def recipes(
    shape: tuple[int, int, int],
    *,
    code_size: int = CODE,
    filters: tuple[int, ...] = FILTERS,
    epochs: int = 10,
) -> Mapping[str, Recipe]:
    """Return the models to draw images from, over one kind of convolutional networks.

    ``"listing"`` has the code of the usual listing, a grid with no dense layer before it, which
    holds more numbers than the image. The adversarial autoencoder's opponent is that of chapter 3.

    Parameters
    ----------
    shape
        ``(height, width, channels)`` of one image.
    code_size
        Numbers in a code; the grids of ``"listing"`` and ``"quantized"`` have sizes of their own.
    filters
        Channels after each halving of the image.
    epochs
        Passes over the training images.

    Examples
    --------
    >>> from aecourse.applications import image_generation
    >>> recipes = image_generation.recipes((8, 8, 1), code_size=4, filters=(4,))
    >>> recipes["variational"].title, recipes["variational"].build(0).code_shape
    ('VAE', (4,))
    """

    def pair(seed: int) -> tuple[Any, Any]:
        return networks.convolutional(shape, code_size, filters=filters, seed=seed)

    def grid(vector: int, seed: int) -> tuple[Any, Any]:
        return networks.convolutional_grid(shape, vector, filters=filters, seed=seed)

    return {
        "listing": Recipe(
            "as listed", lambda seed: models.Autoencoder(*grid(LISTED, seed)), epochs=epochs
        ),
        "autoencoder": Recipe(
            "autoencoder", lambda seed: models.Autoencoder(*pair(seed)), epochs=epochs
        ),
        "variational": Recipe(
            "VAE",
            lambda seed: models.VariationalAutoencoder(*pair(seed), seed=seed),
            epochs=epochs,
        ),
        "adversarial": Recipe(
            "AAE",
            lambda seed: models.AdversarialAutoencoder(
                *pair(seed), weight=30, discriminator_units=(128, 128), seed=seed
            ),
            epochs=epochs,
        ),
        "wasserstein": Recipe(
            "WAE",
            lambda seed: models.WassersteinAutoencoder(*pair(seed), seed=seed),
            epochs=epochs,
        ),
        "regularized": Recipe(
            "RAE + density",
            lambda seed: models.RegularizedAutoencoder(*pair(seed), components=COMPONENTS),
            epochs=epochs,
        ),
        "quantized": Recipe(
            "VQ + prior",
            lambda seed: models.VectorQuantizedAutoencoder(
                *grid(VECTOR, seed), codebook_size=WORDS, seed=seed
            ),
            epochs=epochs,
        ),
    }


# --- draws from a trained model -------------------------------------------------------------------


def noise_through(model: models.Autoencoder) -> Draw:
    """Return draws that send noise of the images' shape through the whole model.

    A decoder takes codes, so noise in the shape of an image can only enter by the encoder.

    Examples
    --------
    >>> from aecourse.applications import image_generation
    >>> recipes = image_generation.recipes((8, 8, 1), code_size=2, filters=(4,))
    >>> model = recipes["autoencoder"].build(0)
    >>> image_generation.noise_through(model)(3, 0).shape
    (3, 8, 8, 1)
    """
    return _noise(known_shape(model.sample_shape), model.reconstruct)


def noise_as_code(model: models.Autoencoder) -> Draw:
    """Return draws that decode standard normal codes, whether or not the model ever met any.

    Examples
    --------
    >>> from aecourse.applications import image_generation
    >>> recipes = image_generation.recipes((8, 8, 1), code_size=2, filters=(4,))
    >>> model = recipes["autoencoder"].build(0)
    >>> draw = image_generation.noise_as_code(model)
    >>> draw(3, 0).shape, bool((draw(3, 0) == draw(3, 0)).all())
    ((3, 8, 8, 1), True)
    """
    return _noise(model.code_shape, model.decode)


def _noise(shape: tuple[int, ...], through: Callable[[Any], Images]) -> Draw:
    """Return draws that send standard normal noise of a shape through a function."""

    def draw(count: int, seed: int) -> Images:
        noise = np.random.default_rng(seed).standard_normal((count, *shape))
        return through(noise.astype(np.float32))

    return draw


def density_of_codes(
    model: models.Autoencoder, images: Images, *, components: int = COMPONENTS, seed: int = 0
) -> Draw:
    """Return draws that decode codes from Gaussians fitted to the codes of training images.

    Parameters
    ----------
    model
        A trained model whose codes are vectors.
    images
        Training images: never those that the draws are judged by.
    components
        Gaussians in the mixture, each with a full covariance; 1 is a single Gaussian.
    seed
        Of the start of the fit.

    Raises
    ------
    InputError
        If the model's code is a grid, or there are fewer than two images a component.

    References
    ----------
    Ghosh et al. (2020).
    """
    from sklearn.mixture import GaussianMixture

    if len(model.code_shape) != 1:
        raise InputError(
            f"the codes of this {model.kind} have shape {model.code_shape}; give a model whose "
            "codes are vectors, or learn a prior over a grid with prior_of_codes."
        )
    _enough(images, components)
    codes = model.encode(images).astype(np.float64)
    mixture = GaussianMixture(components, random_state=seed).fit(codes)
    return lambda count, drawn_by: model.decode(_from_mixture(mixture, count, drawn_by))


def prior_of_codes(
    model: models.VectorQuantizedAutoencoder, images: Images, *, epochs: int, seed: int = 0
) -> Draw:
    """Return draws that decode index grids from a prior learnt on those of training images.

    Parameters
    ----------
    model
        A trained vector-quantised autoencoder.
    images
        Training images.
    epochs
        Passes of the prior over their indices.
    seed
        Of the prior's weights and of the order of the images.

    References
    ----------
    van den Oord, Vinyals and Kavukcuoglu (2017).
    """
    prior = models.CodePrior(model.positions, model.codebook_size, seed=seed)
    training.fit(
        prior,
        model.encode_indices(images),
        epochs=epochs,
        learning_rate=PRIOR_RATE,
        schedule="cosine",
        seed=seed,
        progress=False,
    )
    return lambda count, drawn_by: model.decode_indices(prior.sample(count, seed=drawn_by))


def from_model(model: Any) -> Draw:
    """Return draws by the model's own ``sample``, from its prior or from its fitted density.

    Examples
    --------
    >>> from aecourse.applications import image_generation
    >>> recipes = image_generation.recipes((8, 8, 1), code_size=2, filters=(4,))
    >>> model = recipes["variational"].build(0)
    >>> image_generation.from_model(model)(3, 0).shape
    (3, 8, 8, 1)
    """
    return lambda count, seed: model.sample(count, seed=seed)


# --- references -----------------------------------------------------------------------------------


class LinearGenerator:
    """Principal components with a Gaussian over them: what can be drawn without any network.

    Parameters
    ----------
    images
        Training images, shape ``(n, height, width, channels)``, values from 0 to 1.
    size
        How many components, that is, how many numbers a code has.

    Raises
    ------
    InputError
        If there are not more images than components.

    References
    ----------
    Tipping and Bishop (1999) for the Gaussian; Turk and Pentland (1991) for faces.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_generation
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> linear = image_generation.LinearGenerator(images, size=4)
    >>> linear.encode(images).shape, linear.sample(3).shape
    ((40, 4), (3, 8, 8, 1))
    """

    def __init__(self, images: Images, size: int = CODE) -> None:
        from sklearn.decomposition import PCA

        if len(images) <= whole(size, "size"):
            raise InputError(f"{size} components need more than {len(images)} images.")
        self.shape = images.shape[1:]
        self.components = PCA(size, random_state=0).fit(images.reshape(len(images), -1))
        self.deviations = np.sqrt(self.components.explained_variance_)

    def encode(self, images: Images) -> NDArray[np.float32]:
        """Return the components of images, shape ``(n, size)``."""
        return self.components.transform(images.reshape(len(images), -1)).astype(np.float32)

    def decode(self, codes: NDArray[np.float32]) -> Images:
        """Return the images of codes, cut to values from 0 to 1."""
        flat = self.components.inverse_transform(codes)
        return np.clip(flat, 0, 1).astype(np.float32).reshape(-1, *self.shape)

    def sample(self, count: int, *, seed: int = 0) -> Images:
        """Return images of codes with the variances of the training images' codes."""
        draws = np.random.default_rng(seed).standard_normal((count, len(self.deviations)))
        return self.decode((draws * self.deviations).astype(np.float32))


def copies_of(images: Images) -> Draw:
    """Return draws that are nothing but training images: a generator that only memorises.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_generation
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> drawn = image_generation.copies_of(images)(3, 0)
    >>> all(any((one == image).all() for image in images) for one in drawn)
    True
    """

    def draw(count: int, seed: int) -> Images:
        rng = np.random.default_rng(seed)
        return images[rng.choice(len(images), count, replace=count > len(images))]

    return draw


# --- all of them ----------------------------------------------------------------------------------

TITLES: Mapping[str, str] = {
    "floor": "other real images (the floor)",
    "image_noise": "image noise through the network as listed",
    "grid_noise": "normal noise into the decoder as listed",
    "noise": "autoencoder, normal noise as code",
    "gaussian": "autoencoder + 1 Gaussian",
    "mixture": f"autoencoder + {COMPONENTS} Gaussians",
    "linear": "PCA + Gaussian, no network",
    "variational": "VAE",
    "variational_gaussian": "VAE + 1 Gaussian",
    "variational_mixture": f"VAE + {COMPONENTS} Gaussians",
    "adversarial": "AAE",
    "wasserstein": "WAE",
    "regularized": f"RAE + {COMPONENTS} Gaussians",
    "regularized_gaussian": "RAE + 1 Gaussian",
    "quantized": "VQ + learnt prior",
    "copies": "copies of training images",
}


def draws_of(
    key: str, model: models.Autoencoder, split: Split, *, prior_epochs: int, seed: int = 0
) -> dict[str, Draw]:
    """Return what can be drawn from the trained model of a recipe, by the keys of ``TITLES``.

    Parameters
    ----------
    key
        Of one of :func:`recipes`.
    model
        Its trained model.
    split
        Images; densities and priors are fitted to the training part.
    prior_epochs
        Passes of a prior over the training images' indices.
    seed
        Of what is fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_generation
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> recipes = image_generation.recipes((8, 8, 1), code_size=2, filters=(4,))
    >>> model = recipes["listing"].build(0)
    >>> list(image_generation.draws_of("listing", model, data, prior_epochs=1))
    ['image_noise', 'grid_noise']
    """
    if key == "listing":
        return {"image_noise": noise_through(model), "grid_noise": noise_as_code(model)}
    if key == "autoencoder":
        return {
            "noise": noise_as_code(model),
            "gaussian": density_of_codes(model, split.train, components=1, seed=seed),
            "mixture": density_of_codes(model, split.train, seed=seed),
        }
    if key == "variational":
        return {
            "variational": from_model(model),
            "variational_gaussian": density_of_codes(model, split.train, components=1, seed=seed),
            "variational_mixture": density_of_codes(model, split.train, seed=seed),
        }
    if isinstance(model, models.RegularizedAutoencoder):
        model.fit_density(split.train, seed=seed)
    if isinstance(model, models.VectorQuantizedAutoencoder):
        return {key: prior_of_codes(model, split.train, epochs=prior_epochs, seed=seed)}
    return {key: from_model(model)}


def _from_mixture(mixture: Any, count: int, seed: int) -> NDArray[np.float32]:
    """Return draws from a fitted mixture."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(mixture.weights_), count, p=mixture.weights_)
    noise = rng.standard_normal((count, mixture.means_.shape[1]))
    factors = np.linalg.cholesky(mixture.covariances_)
    codes = mixture.means_[chosen] + np.einsum("nij,nj->ni", factors[chosen], noise)
    return codes.astype(np.float32)


def _enough(images: Images, components: int) -> None:
    if len(images) < 2 * whole(components, "components"):
        raise InputError(
            f"{components} Gaussians need at least {2 * components} images; there are "
            f"{len(images)}. Give more images or fewer components."
        )
