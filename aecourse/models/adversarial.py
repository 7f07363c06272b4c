"""Codes drawn towards a prior by a network that tries to tell the two apart."""

from typing import Any

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.models.adversary import Discriminator, accuracy, cross_entropy, deviation
from aecourse.models.base import Autoencoder
from aecourse.models.prior import StandardNormalPrior
from aecourse.models.reconstruction import Tensor


@keras.saving.register_keras_serializable("aecourse")
class AdversarialAutoencoder(StandardNormalPrior, Autoencoder):
    """A discriminator learns to tell codes from draws of the prior, and the encoder to deceive it.

    ``loss == reconstruction + weight · adversarial``, where ``adversarial`` is the discriminator's
    mean binary cross-entropy, in nats. The discriminator lowers it; as the gradient is reversed on
    its way to the encoder, the encoder raises it. When the codes follow the standard normal prior
    the discriminator has no idea: its accuracy is 0.5 and the term ln 2 = 0.693.

    The loss also falls when the discriminator wins, so watch the measures instead:
    ``discriminator_accuracy`` should stay near 0.5 and ``code_deviation``, the codes' standard
    deviation, near 1. Training and :meth:`~Autoencoder.evaluate` draw anew from the
    prior for each batch.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`; the code may have any shape.
    weight
        Of the adversarial term. For the discriminator it hardly matters, as Adam divides it out;
        for the encoder it is the price of being told apart, beside a reconstruction that is summed
        over the values of a sample.
    discriminator_units
        Units of the discriminator's hidden layers. A larger one is not a better one: it tells the
        codes apart faster than the encoder can follow.
    seed
        Of the draws from the prior and of the discriminator's first weights.

    Raises
    ------
    InputError
        If a setting makes no sense.

    References
    ----------
    Makhzani et al. (2015); Ganin and Lempitsky (2015) for the reversed gradient, with which both
    sides train in one step; Goodfellow et al. (2014) for its strength.

    Examples
    --------
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,))
    >>> model = models.AdversarialAutoencoder(encoder, decoder)
    >>> model.sample(4).shape
    (4, 8)
    """

    setting_names = (*Autoencoder.setting_names, "weight", "discriminator_units", "seed")
    regulariser_names = ("adversarial",)
    measure_names = ("discriminator_accuracy", "code_deviation")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        reconstruction: str = "squared_error",
        weight: float = 10.0,
        discriminator_units: tuple[int, ...] = (32, 32),
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, reconstruction=reconstruction, **kwargs)
        self.weight = real(weight, "weight", least=0)
        self.seed = whole(seed, "seed", least=0)
        self.discriminator = Discriminator(self.code_shape, discriminator_units, seed, "critic")
        self.discriminator_units = self.discriminator.units
        self.draws = keras.random.SeedGenerator(seed)

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return code and reconstruction, and the discriminator's ``margins`` on this batch."""
        outputs = super().propagate(x, training=training)
        draws = keras.random.normal(keras.ops.shape(outputs["code"]), seed=self.draws)
        return {**outputs, "margins": self.discriminator(outputs["code"], draws)}

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return the discriminator's cross-entropy, which the encoder raises."""
        return {"adversarial": (self.weight, cross_entropy(outputs["margins"]))}

    def measures(self, x: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return how often the discriminator is right, and how far the codes spread."""
        return {
            "discriminator_accuracy": accuracy(outputs["margins"]),
            "code_deviation": deviation(outputs["code"]),
        }

    def optimizer_at(self, learning_rate: Any) -> keras.optimizers.Optimizer:
        """Return Adam with little momentum.

        The two sides answer each other from step to step: with the usual 0.9 both follow a
        direction that the other has left long ago, and the discriminator wins.
        """
        return keras.optimizers.Adam(learning_rate, beta_1=0.5)
