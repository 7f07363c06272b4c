"""A distribution over codes in place of a single one, drawn towards a prior to sample from."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder, in_batches
from aecourse.models.posterior import gaussian_posterior, kl_to_standard_normal
from aecourse.models.prior import StandardNormalPrior
from aecourse.models.reconstruction import Tensor, sum_per_sample

ACTIVE = 0.01  # nats; a dimension that carries less is counted as unused


@keras.saving.register_keras_serializable("aecourse")
class VariationalAutoencoder(StandardNormalPrior, Autoencoder):
    """The encoder gives a normal distribution of codes, and the decoder sees a draw from it.

    ``loss == reconstruction + beta · kl``. With a likelihood (``"bernoulli"`` or ``"gaussian"``)
    and ``beta=1`` the loss is the negative evidence lower bound (ELBO), in nats a sample.

    The log variance is a second head beside the encoder's last layer, so any pair of networks will
    do. Training and :meth:`~Autoencoder.evaluate` draw one code for each sample;
    :meth:`~Autoencoder.encode` and :meth:`~Autoencoder.reconstruct` take the mean.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`.
    beta
        Weight of the KL divergence.
    warm_up
        Number of training steps in which the weight rises from 0 to ``beta``. Evaluation has the
        full weight always.
    free_bits
        Nats that each dimension of the code has for free: its KL divergence, averaged over the
        batch, counts as this much where it is less.
    seed
        Of the draws.

    Raises
    ------
    InputError
        If a setting makes no sense, or the encoder does not end in one layer that gives the code.

    References
    ----------
    Kingma and Welling (2014); Higgins et al. (2017) for ``beta``; Bowman et al. (2016) for
    ``warm_up``; Kingma et al. (2016) for ``free_bits``.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,))
    >>> x = np.random.default_rng(0).uniform(size=(5, 8)).astype("float32")
    >>> model = models.VariationalAutoencoder(encoder, decoder, beta=1)
    >>> mean, log_variance = model.encode_distribution(x)
    >>> mean.shape, model.sample(3).shape
    ((5, 2), (3, 8))
    """

    setting_names = (*Autoencoder.setting_names, "beta", "warm_up", "free_bits", "seed")
    regulariser_names = ("kl",)
    measure_names = ("active_dimensions",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        reconstruction: str = "bernoulli",
        beta: float = 1.0,
        warm_up: int = 0,
        free_bits: float = 0.0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, reconstruction=reconstruction, **kwargs)
        self.beta = real(beta, "beta", least=0)
        self.warm_up = whole(warm_up, "warm_up", least=0)
        self.free_bits = real(free_bits, "free_bits", least=0)
        self.seed = whole(seed, "seed", least=0)
        self.posterior = self.posterior_network()
        self.draws = keras.random.SeedGenerator(seed)
        self.step = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", trainable=False, name="step"
        )

    def posterior_network(self) -> keras.Model:
        """Return the model from a sample to the mean and the log variance of its codes."""
        return gaussian_posterior(self.encoder)

    def distribution(self, x: Tensor, training: bool = False) -> tuple[Tensor, Tensor]:
        """Return the mean and the log variance of each sample's codes."""
        return self.posterior(x, training=training)

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the mean of each sample's distribution of codes."""
        return self.distribution(x, training=training)[0]

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the posterior's ``mean`` and ``log_variance``, a draw from it and its decoding."""
        mean, log_variance = self.distribution(x, training=training)
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.draws)
        code = mean + keras.ops.exp(0.5 * log_variance) * noise
        if training:
            self.step.assign_add(1)
        return {
            "code": code,
            "mean": mean,
            "log_variance": log_variance,
            "reconstruction": self.rebuilt(code, x, training=training),
        }

    def rebuilt(self, code: Tensor, x: Tensor, training: bool = False) -> Tensor:
        """Return what the decoder makes of a code, knowing the rest of the input if it may."""
        return self.decoder(code, training=training)

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return the KL divergence from the prior, summed over the dimensions of the code."""
        divergences = self.divergences(outputs)
        return {"kl": (self.weight(training), keras.ops.sum(self._with_free_bits(divergences)))}

    def measures(self, x: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Count the dimensions that carry more than a hundredth of a nat."""
        active = keras.ops.cast(self.divergences(outputs) > ACTIVE, "float32")
        return {"active_dimensions": keras.ops.sum(active)}

    def divergences(self, outputs: dict[str, Tensor]) -> Tensor:
        """Return the KL divergence of each dimension, averaged over the batch, in nats."""
        each = kl_to_standard_normal(outputs["mean"], outputs["log_variance"])
        return keras.ops.mean(each, axis=0)

    def weight(self, training: bool) -> float | Tensor:
        """Return ``beta``, or in the first steps of training the part of it that is reached."""
        if not (training and self.warm_up):
            return self.beta
        done = keras.ops.cast(self.step, "float32") / self.warm_up
        return self.beta * keras.ops.minimum(1.0, done)

    def _with_free_bits(self, divergences: Tensor) -> Tensor:
        if not self.free_bits:
            return divergences
        return keras.ops.maximum(divergences, self.free_bits)

    # --- what a reader calls --------------------------------------------------------------------

    def encode_distribution(
        self, x: Any, *, batch_size: int = 512
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return mean and standard deviation of the codes of ``x``, each ``(samples, *code)``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        both = in_batches(self._mean_and_deviation, batch_size, self.checked(x, target=False))
        return both[:, 0], both[:, 1]

    def _mean_and_deviation(self, x: Tensor, training: bool = False) -> Tensor:
        mean, log_variance = self.distribution(x, training=training)
        return keras.ops.stack([mean, keras.ops.exp(0.5 * log_variance)], axis=1)

    def log_likelihood(
        self, x: Any, *, samples: int = 50, seed: int = 0, batch_size: int = 100
    ) -> NDArray[np.float32]:
        """Return the importance-weighted lower bound on the log likelihood of each sample, in nats.

        With ``samples=1`` it is the evidence lower bound. More draws make it tighter, and in the
        limit it is the log likelihood itself.

        Parameters
        ----------
        x
            Samples, shape ``(n, *sample_shape)``.
        samples
            Codes drawn for each sample.
        seed
            Of the draws.

        Raises
        ------
        InputError
            If the reconstruction is ``"squared_error"``, which is no likelihood, or an argument
            makes no sense.

        References
        ----------
        Burda, Grosse and Salakhutdinov (2016).
        """
        if self.reconstruction == "squared_error":
            raise InputError(
                "the log likelihood needs a model with a likelihood; 'squared_error' is none. "
                "Build it with reconstruction='bernoulli' or 'gaussian'."
            )
        whole(samples, "samples")
        draws = np.random.default_rng(whole(seed, "seed", least=0))

        def bound(batch: Any, training: bool = False) -> Tensor:
            shape = (samples, *self.target(batch).shape[:1], *self.code_shape)
            noise = keras.ops.convert_to_tensor(draws.standard_normal(shape), dtype="float32")
            return self._log_mean_weight(batch, noise)

        return in_batches(bound, batch_size, self.checked(x))

    def _log_mean_weight(self, x: Tensor, noise: Tensor) -> Tensor:
        """Return the logarithm of the mean of ``p(x, z) / q(z | x)`` over the draws of ``z``."""
        ops = keras.ops
        mean, log_variance = self.distribution(x)
        logs = []
        for draw in ops.unstack(noise):
            code = mean + ops.exp(0.5 * log_variance) * draw
            prior = -0.5 * sum_per_sample(ops.square(code))
            posterior = -0.5 * sum_per_sample(ops.square(draw))
            posterior = posterior - 0.5 * sum_per_sample(log_variance)
            outputs = {"code": code, "reconstruction": self.rebuilt(code, x)}
            logs.append(prior - posterior - self.errors(self.target(x), outputs))
        return ops.logsumexp(ops.stack(logs), axis=0) - math.log(noise.shape[0])
