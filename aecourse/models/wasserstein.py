"""Codes drawn towards a prior as a whole batch, by a distance between two samples."""

from math import prod
from typing import Any

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.kernels import inverse_multiquadratic
from aecourse.models.base import Autoencoder
from aecourse.models.prior import StandardNormalPrior
from aecourse.models.reconstruction import Tensor


@keras.saving.register_keras_serializable("aecourse")
class WassersteinAutoencoder(StandardNormalPrior, Autoencoder):
    """The codes of a batch, taken together, are drawn towards draws from the prior (WAE-MMD).

    ``loss == reconstruction + weight · mmd``, where ``mmd`` is the squared maximum mean discrepancy
    between the batch's codes and as many draws from the standard normal prior:
    :func:`aecourse.metrics.maximum_mean_discrepancy` on the batch. Its estimator is unbiased:
    where the codes follow the prior it is 0 on average, and so below 0 as often as not.
    A single sample has no other to be compared with, so in a batch of one the term is 0.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`; the code may have any shape.
    weight
        Of the discrepancy. The paper's code weighs it with λ = 10 on MNIST beside 0.05 times the
        squared error summed over pixels; our sum has no such factor, so λ = 10 is ``weight=200``.
    seed
        Of the draws from the prior.

    Raises
    ------
    InputError
        If a setting makes no sense.

    References
    ----------
    Tolstikhin et al. (2018), algorithm 2; Gretton et al. (2012) for the estimator.

    Examples
    --------
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,))
    >>> model = models.WassersteinAutoencoder(encoder, decoder)
    >>> model.sample(3).shape
    (3, 8)
    """

    setting_names = (*Autoencoder.setting_names, "weight", "seed")
    regulariser_names = ("mmd",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        reconstruction: str = "squared_error",
        weight: float = 200.0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, reconstruction=reconstruction, **kwargs)
        self.weight = real(weight, "weight", least=0)
        self.seed = whole(seed, "seed", least=0)
        self.draws = keras.random.SeedGenerator(seed)

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return the squared discrepancy between the batch's codes and draws from the prior."""
        code = outputs["code"]
        draws = keras.random.normal(keras.ops.shape(code), seed=self.draws)
        return {"mmd": (self.weight, squared_discrepancy(code, draws))}


def squared_discrepancy(a: Tensor, b: Tensor) -> Tensor:
    """Return the unbiased estimate of the squared discrepancy of two equally large samples.

    References
    ----------
    Gretton et al. (2012), equation 3.
    """
    ops = keras.ops
    count = ops.shape(a)[0]
    a, b = (ops.reshape(sample, (-1, prod(sample.shape[1:]))) for sample in (a, b))
    others = 1 - ops.eye(count, dtype=a.dtype)
    pairs = ops.cast(count * (count - 1), a.dtype)
    within = ops.divide_no_nan(ops.sum(others * (kernel(a, a) + kernel(b, b))), pairs)
    across = ops.mean(kernel(a, b))
    return ops.where(count > 1, within - 2 * across, 0.0)


def kernel(a: Tensor, b: Tensor) -> Tensor:
    """Return the kernel between every sample of ``a`` and every one of ``b``."""
    ops = keras.ops
    lengths = [ops.sum(ops.square(sample), axis=-1) for sample in (a, b)]
    distances = lengths[0][:, None] + lengths[1] - 2 * ops.matmul(a, ops.transpose(b))
    # Rounding can leave a little less than 0 between equal points.
    return inverse_multiquadratic(ops.maximum(distances, 0.0), a.shape[-1])
