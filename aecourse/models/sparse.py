"""An autoencoder whose code may be wide, but uses few of its units for any one sample."""

from typing import Any

from aecourse.backend import keras
from aecourse.checks import one_of, real
from aecourse.models.activations import check_code_activation
from aecourse.models.base import Autoencoder
from aecourse.models.reconstruction import Tensor, sum_per_sample

PENALTIES = ("l1", "kl")


@keras.saving.register_keras_serializable("aecourse")
class SparseAutoencoder(Autoencoder):
    """``loss == reconstruction + weight · sparsity``, where ``sparsity`` grows with busy units.

    ``active_units`` is logged besides: the number of units that are in effect on for a sample,
    ``(Σ|h|)² / Σh²``. It is 1 where one unit is on and the size of the code where all are equally
    on, whatever their scale. Watch it: as the decoder can make up for small codes with large
    weights, the L1 penalty can fall without the code becoming sparser. ``mean_activation`` is the
    mean absolute value of a unit.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`.
    penalty
        ``"l1"``: the sum of a code's absolute values. With ``code_activation="relu"`` units can
        be exactly 0.
        ``"kl"``: the Kullback-Leibler divergence of each unit's mean activation over the batch
        from ``target_rate``, in nats, summed over the units. It needs
        ``code_activation="sigmoid"``. As means over small batches scatter more, its value is the
        larger the smaller the batches are.
    weight
        Of the penalty in the loss.
    target_rate
        Mean activation that ``"kl"`` asks of each unit, between 0 and 1.

    Raises
    ------
    InputError
        If a setting makes no sense, or ``"kl"`` meets a code that does not come from a sigmoid.

    References
    ----------
    Ng (2011); Lee, Ekanadham and Ng (2008); Treves and Rolls (1991) for ``active_units``.

    Examples
    --------
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=20, hidden=(), code_activation="sigmoid")
    >>> model = models.SparseAutoencoder(encoder, decoder, penalty="kl", weight=0.1)
    >>> model.regulariser_names
    ('sparsity',)
    """

    setting_names = (*Autoencoder.setting_names, "penalty", "weight", "target_rate")
    regulariser_names = ("sparsity",)
    measure_names = ("active_units", "mean_activation")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        penalty: str = "l1",
        weight: float,
        target_rate: float = 0.1,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.penalty = one_of(penalty, "penalty", PENALTIES)
        self.weight = real(weight, "weight", least=0)
        self.target_rate = real(target_rate, "target_rate", above=0, below=1)
        if penalty == "kl":
            check_code_activation(
                encoder, "sigmoid", "penalty='kl' reads each unit as a rate between 0 and 1"
            )

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return the penalty on busy units."""
        code = outputs["code"]
        if self.penalty == "l1":
            value = keras.ops.mean(sum_per_sample(keras.ops.abs(code)))
        else:
            value = keras.ops.sum(kl_between_rates(self.target_rate, keras.ops.mean(code, axis=0)))
        return {"sparsity": (self.weight, value)}

    def measures(self, x: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return how many units are in effect on for a sample, and how strongly."""
        size = keras.ops.abs(outputs["code"])
        squares = sum_per_sample(keras.ops.square(size))
        active = keras.ops.divide_no_nan(keras.ops.square(sum_per_sample(size)), squares)
        return {"active_units": keras.ops.mean(active), "mean_activation": keras.ops.mean(size)}


def kl_between_rates(target: float, rate: Tensor) -> Tensor:
    """Return ``KL(target || rate)`` of two coins that show 1 at these rates, in nats."""
    log = keras.ops.log
    # A saturated sigmoid is exactly 0 or 1 in single precision; its logarithm must stay finite.
    rate = keras.ops.clip(rate, 1e-6, 1 - 1e-6)
    return target * log(target / rate) + (1 - target) * log((1 - target) / (1 - rate))
