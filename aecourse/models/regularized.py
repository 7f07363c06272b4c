"""A plain autoencoder with small codes and small weights, and a density fitted to its codes."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.adversary import known_shape
from aecourse.models.base import Autoencoder
from aecourse.models.prior import check_draw
from aecourse.models.reconstruction import Tensor, sum_per_sample


@keras.saving.register_keras_serializable("aecourse")
class RegularizedAutoencoder(Autoencoder):
    """No prior in training; ``fit_density`` describes the codes afterwards (RAE-L2).

    ``loss == reconstruction + code_weight · code_norm + decoder_weight · decoder_norm``, with half
    the squared length of a code, ``½‖z‖²``, and the sum of the squares of the decoder's weights.
    The first keeps the codes close together, the second makes the decoder smooth, so that what lies
    between codes decodes to something sensible. Either alone could be undone by scaling the other.

    After training, ``fit_density(x)`` fits a mixture of Gaussians to the codes of the training
    samples, and :meth:`sample` draws from it. The mixture is saved with the model; training goes on
    without it, so fit it anew afterwards.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`; the code may have any shape.
    code_weight, decoder_weight
        Of the two terms: β and λ of the paper. The defaults are those of its code for MNIST, where
        the loss is a mean over 784 pixels and 16 code values, turned into our sums.
    components
        Gaussians in the mixture, each with a full covariance. 1 is the paper's single Gaussian.

    Raises
    ------
    InputError
        If a setting makes no sense.

    References
    ----------
    Ghosh et al. (2020).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,))
    >>> x = np.random.default_rng(0).uniform(size=(50, 8)).astype("float32")
    >>> model = models.RegularizedAutoencoder(encoder, decoder, components=2)
    >>> model.fit_density(x)
    >>> model.sample(3).shape
    (3, 8)
    """

    setting_names = (*Autoencoder.setting_names, "code_weight", "decoder_weight", "components")
    regulariser_names = ("code_norm", "decoder_norm")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        reconstruction: str = "squared_error",
        code_weight: float = 1e-2,
        decoder_weight: float = 1e-4,
        components: int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, reconstruction=reconstruction, **kwargs)
        self.code_weight = real(code_weight, "code_weight", least=0)
        self.decoder_weight = real(decoder_weight, "decoder_weight", least=0)
        self.components = whole(components, "components")
        size = prod(known_shape(self.code_shape))
        self.shares = self._kept("shares", (components,))
        self.means = self._kept("means", (components, size))
        # The mixture's covariances are L Lᵀ: L times a standard normal vector is a draw.
        self.factors = self._kept("factors", (components, size, size))

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return code and reconstruction; a step of training makes the density out of date."""
        if training:
            self.shares.assign(keras.ops.zeros((self.components,)))
        return super().propagate(x, training=training)

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return half the codes' squared length, and the decoder's squared weights."""
        lengths = 0.5 * sum_per_sample(keras.ops.square(outputs["code"]))
        squares = [keras.ops.sum(keras.ops.square(kernel)) for kernel in self.kernels()]
        return {
            "code_norm": (self.code_weight, keras.ops.mean(lengths)),
            "decoder_norm": (self.decoder_weight, sum(squares)),
        }

    def kernels(self) -> list[Any]:
        """Return the decoder's weights without its biases, which set a level and no slope."""
        return [weight for weight in self.decoder.trainable_weights if len(weight.shape) > 1]

    # --- what a reader calls --------------------------------------------------------------------

    def fit_density(self, x: Any, *, seed: int = 0) -> None:
        """Fit the mixture to the codes of ``x`` and keep it as part of the model.

        Parameters
        ----------
        x
            The training samples: never those the result is judged on.
        seed
            Of the start of the fit.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes, or has fewer than two samples a component.
        """
        from sklearn.mixture import GaussianMixture

        whole(seed, "seed", least=0)
        codes = self.encode(x)
        codes = codes.reshape(len(codes), -1).astype(np.float64)
        if len(codes) < 2 * self.components:
            raise InputError(
                f"x has {len(codes)} samples for {self.components} components; give at least "
                f"{2 * self.components} samples, or build the model with fewer components."
            )
        mixture = GaussianMixture(self.components, random_state=seed).fit(codes)
        self.shares.assign(mixture.weights_)
        self.means.assign(mixture.means_)
        self.factors.assign(np.linalg.cholesky(mixture.covariances_))

    def sample(self, count: int, *, seed: int = 0) -> NDArray[np.float32]:
        """Return what the decoder makes of ``count`` draws from the fitted density.

        Raises
        ------
        InputError
            If no density was fitted since the last training, ``count`` is not a whole number of at
            least 1, or ``seed`` not one of at least 0.
        """
        check_draw(count, seed)
        return self.decode(self._draw(count, np.random.default_rng(seed)))

    def _draw(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return ``count`` codes from the mixture."""
        shares, means, factors = (
            keras.ops.convert_to_numpy(kept).astype(np.float64)
            for kept in (self.shares, self.means, self.factors)
        )
        if not shares.any():
            raise InputError(
                "there is no density to draw codes from yet, or training has changed the codes "
                "since; call fit_density(x) with the training samples first."
            )
        chosen = rng.choice(len(shares), size=count, p=shares / shares.sum())
        codes = rng.standard_normal((count, means.shape[1]))
        for number, (mean, factor) in enumerate(zip(means, factors, strict=True)):
            codes[chosen == number] = mean + codes[chosen == number] @ factor.T
        return codes.reshape(count, *self.code_shape).astype(np.float32)

    def _kept(self, name: str, shape: tuple[int, ...]) -> Any:
        """Return a variable that is saved with the model and never trained."""
        return self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)
