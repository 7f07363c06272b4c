"""A decoder that reads the encoder's weights backwards, rather than having weights of its own."""

from math import prod
from typing import Any

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.networks.dense_pair import dense_encoder, folded
from aecourse.networks.settings import activation_named, layer_seeds, positives, sample_shape


def tied_dense(
    input_shape: int | tuple[int, ...],
    code_size: int,
    *,
    hidden: tuple[int, ...] = (256,),
    activation: str | None = "relu",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a fully connected encoder and a decoder with its weights, transposed.

    Where a layer of the encoder computes ``x @ W + b``, the decoder's mirror image of it computes
    ``y @ W.T + c``: only the bias is its own. With ``hidden=()`` and no activations the
    reconstruction is ``x @ W @ W.T``, as that of principal component analysis.

    Parameters
    ----------
    input_shape, code_size, hidden, activation, code_activation, output_activation, seed
        As for :func:`dense`, whose encoder of the same seed is equal.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, *input_shape)`` to ``(batch, code_size)`` and back. A decoder
        that is saved without its encoder needs :func:`link_tied` after loading;
        :mod:`aecourse.models` saves both, and links them itself.

    Raises
    ------
    InputError
        If a size is not a whole number of at least 1, or an activation is unknown.

    References
    ----------
    Bourlard and Kamp (1988); Vincent et al. (2010).

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.tied_dense(784, code_size=32)
    >>> encoder.output_shape, decoder.output_shape
    ((None, 32), (None, 784))
    """
    shape = sample_shape(input_shape)
    units = positives(hidden, "hidden")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")

    encoder = dense_encoder(shape, units, code_size, inner, code_ending, layer_seeds(seed))
    x = code = keras.Input((code_size,), name="code")
    partners = ["code", *(f"hidden_{number}" for number in range(len(units), 0, -1))]
    for number, width in enumerate(units[::-1], start=1):
        x = TransposedDense(width, partners[number - 1], inner, name=f"hidden_{number}")(x)
    x = TransposedDense(prod(shape), partners[-1], ending, name="output")(x)
    decoder = keras.Model(code, folded(x, shape), name="decoder")
    link_tied(encoder, decoder)
    return encoder, decoder


@keras.saving.register_keras_serializable("aecourse")
class TransposedDense(keras.layers.Layer):
    """A dense layer that has only a bias: its weights are those of another layer, transposed.

    The other layer belongs to another model, so what is saved is its name; :func:`link_tied` finds
    it again.

    Parameters
    ----------
    units
        Number of values it gives: as many as the other layer takes.
    partner
        Name of the dense layer in the encoder.
    activation
        Name of a Keras activation.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.tied_dense(8, code_size=2, hidden=(4,))
    >>> [type(layer).__name__ for layer in decoder.layers[1:]]
    ['TransposedDense', 'TransposedDense']
    """

    def __init__(self, units: int, partner: str, activation: str = "linear", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.partner = partner
        self.activation = keras.activations.get(activation)
        # In a function, where Keras does not look for layers: the weights belong to the encoder
        # alone, and are counted, saved and trained once.
        self._source = lambda: None

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the bias."""
        self.width = input_shape[-1]
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def link(self, layer: Any) -> None:
        """Use the weights of ``layer`` from now on.

        Raises
        ------
        InputError
            If their shape is not the transposed one, or the link is to another layer already.
        """
        needed = (self.units, self.width)
        found = tuple(getattr(getattr(layer, "kernel", None), "shape", ()))
        if found != needed:
            raise InputError(
                f"the decoder's layer {self.name!r} needs weights of shape {needed} and the "
                f"encoder's layer {self.partner!r} has {found or 'none'}; "
                "build both halves with one call of networks.tied_dense."
            )
        if self._source() not in (None, layer):
            raise InputError(
                f"the decoder's layer {self.name!r} is tied to another encoder already; "
                "build both halves with one call of networks.tied_dense."
            )
        self._source = lambda: layer

    @property
    def kernel(self) -> Any:
        """The other layer's weights, shape ``(units, inputs)``; they are looked up at each use."""
        layer = self._source()
        if layer is None:
            raise InputError(
                f"the decoder's layer {self.name!r} has no weights before it is tied to an "
                "encoder; call networks.link_tied(encoder, decoder)."
            )
        return layer.kernel

    def call(self, x: Any) -> Any:
        """Return ``activation(x @ kernel.T + bias)``."""
        return self.activation(keras.ops.matmul(x, keras.ops.transpose(self.kernel)) + self.bias)

    def compute_output_spec(self, x: Any) -> keras.KerasTensor:
        """Return shape and type of the output, which are known before the weights are."""
        return keras.KerasTensor((*x.shape[:-1], self.units), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "partner": self.partner,
            "activation": keras.activations.serialize(self.activation),
        }


def link_tied(encoder: keras.Model, decoder: keras.Model) -> None:
    """Tie the decoder's transposed layers, if it has any, to the layers of the encoder they name.

    Raises
    ------
    InputError
        If the encoder has no such layer, its shape is another, or the decoder is tied to another
        encoder already.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.tied_dense(8, code_size=2, hidden=(4,))
    >>> networks.link_tied(encoder, decoder)
    >>> len(decoder.trainable_weights) < len(encoder.trainable_weights)
    True
    """
    named = {layer.name: layer for layer in getattr(encoder, "layers", [])}
    for layer in getattr(decoder, "layers", []):
        if isinstance(layer, TransposedDense):
            layer.link(named.get(layer.partner))
