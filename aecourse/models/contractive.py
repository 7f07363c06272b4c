"""An autoencoder whose code changes little when the sample changes a little."""

from typing import Any

from aecourse.backend import keras
from aecourse.checks import one_of, real, whole
from aecourse.errors import InputError
from aecourse.models.activations import RESHAPING
from aecourse.models.base import Autoencoder
from aecourse.models.reconstruction import Tensor, sum_per_sample

STEP = 0.01  # by how much the estimate moves each value of a sample
# The derivative of each activation, written in its own output.
DERIVATIVES = {
    "linear": keras.ops.ones_like,
    "relu": lambda code: keras.ops.cast(code > 0, code.dtype),
    "sigmoid": lambda code: code * (1 - code),
    "tanh": lambda code: 1 - keras.ops.square(code),
}


@keras.saving.register_keras_serializable("aecourse")
class ContractiveAutoencoder(Autoencoder):
    """``loss == reconstruction + weight · contraction``.

    ``contraction`` is the squared Frobenius norm of the encoder's Jacobian ``∂code/∂x``, averaged
    over the batch: the sum of the squared derivatives of every code value by every input value.
    A good reconstruction forbids that all of them vanish, so those that remain point along the
    data. The penalty also falls where the encoder shrinks its codes and the decoder stretches
    them again; the paper forbids that with weights that both share, as
    :func:`aecourse.networks.tied_dense` has.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`.
    weight
        Of the contraction in the loss.
    jacobian
        ``"exact"``: in closed form, for an encoder of one dense layer with a linear, sigmoid, tanh
        or rectified code.
        ``"estimated"``: for any encoder ``f``, from ``‖f(x + εv) − f(x)‖² / ε²``, where each value
        of ``v`` is 1 or -1 by chance and ``ε = 0.01``. With ``M = JᵀJ`` and ``n`` directions its
        variance is ``2 (‖M‖² − Σ Mᵢᵢ²) / n`` for each sample, and so its error falls like
        ``1 / √n``. Its bias is of order ``ε²`` where the encoder is smooth. A smaller ``ε`` would
        drown in the rounding of single precision.
    directions
        Number of random directions ``v`` for each sample and step; each costs one more pass
        through the encoder. In training one is enough: the steps average over many.
    seed
        Of the directions.

    Raises
    ------
    InputError
        If a setting makes no sense, or ``"exact"`` meets an encoder that it does not fit.

    References
    ----------
    Rifai et al. (2011); Hutchinson (1990) for the estimate.

    Examples
    --------
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=())
    >>> model = models.ContractiveAutoencoder(encoder, decoder, weight=0.1)
    >>> model.regulariser_names
    ('contraction',)
    """

    setting_names = (*Autoencoder.setting_names, "weight", "jacobian", "directions", "seed")
    regulariser_names = ("contraction",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        weight: float,
        jacobian: str = "exact",
        directions: int = 1,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.weight = real(weight, "weight", least=0)
        self.jacobian = one_of(jacobian, "jacobian", ("exact", "estimated"))
        self.directions = whole(directions, "directions")
        self.seed = whole(seed, "seed", least=0)
        self.draws = keras.random.SeedGenerator(seed)
        if jacobian == "exact":
            only_dense_layer(encoder)

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return the squared norm of the Jacobian, averaged over the batch."""
        norms = self._exact(outputs["code"]) if self.jacobian == "exact" else self._estimated(x)
        return {"contraction": (self.weight, keras.ops.mean(norms))}

    def _exact(self, code: Tensor) -> Tensor:
        """Return ``Σⱼ f'(aⱼ)² Σᵢ Wᵢⱼ²`` of each sample."""
        layer = only_dense_layer(self.encoder)
        slopes = DERIVATIVES[layer.activation.__name__](code)
        lengths = keras.ops.sum(keras.ops.square(layer.kernel), axis=0)
        return sum_per_sample(keras.ops.square(slopes) * lengths)

    def _estimated(self, x: Tensor) -> Tensor:
        """Return ``‖f(x + εv) − f(x)‖² / ε²`` of each sample and direction ``v``."""
        # Not in training mode: dropout would give the two codes a mask of their own.
        code = self.encoder(x, training=False)
        x, code = (keras.ops.repeat(each, self.directions, axis=0) for each in (x, code))
        signs = keras.random.randint(keras.ops.shape(x), 0, 2, seed=self.draws)
        moved = x + STEP * (2 * keras.ops.cast(signs, x.dtype) - 1)
        change = self.encoder(moved, training=False) - code
        return sum_per_sample(keras.ops.square(change / STEP))


def only_dense_layer(encoder: keras.Model) -> keras.layers.Dense:
    """Return the encoder's dense layer if it is the only one that computes anything.

    Raises
    ------
    InputError
        If there are others, or the derivative of its activation is not known here.
    """
    layers = getattr(encoder, "layers", [encoder])
    working = [
        layer for layer in layers if not isinstance(layer, (keras.layers.InputLayer, *RESHAPING))
    ]
    if len(working) != 1 or not isinstance(working[0], keras.layers.Dense):
        names = ", ".join(layer.name for layer in working)
        raise InputError(
            "jacobian='exact' fits an encoder of one dense layer, and this one has the layers "
            f"{names}; use jacobian='estimated', or build networks.dense with hidden=()."
        )
    name = getattr(working[0].activation, "__name__", None)
    if name not in DERIVATIVES:
        raise InputError(
            f"jacobian='exact' knows the derivatives of {', '.join(DERIVATIVES)}, and the code's "
            f"activation is {name!r}; use jacobian='estimated' or another code_activation."
        )
    return working[0]
