"""The autoencoder of the textbook: every unit sees every unit of the layer before."""

from collections.abc import Iterator
from math import prod

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.networks.settings import (
    activation_named,
    code_input,
    dense_layer,
    layer_seeds,
    positives,
    sample_shape,
)


def dense(
    input_shape: int | tuple[int, ...],
    code_size: int,
    *,
    hidden: tuple[int, ...] = (256,),
    activation: str | None = "relu",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    condition_size: int = 0,
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a fully connected encoder and its mirror image as decoder.

    With ``hidden=()`` and no activations this is the linear autoencoder, whose best code spans the
    same subspace as principal component analysis.

    Parameters
    ----------
    input_shape
        Shape of one sample without the batch axis: ``784`` or ``(28, 28, 1)``. Samples with
        several axes are flattened on the way in and folded back on the way out.
    code_size
        Number of values in the code.
    hidden
        Units of the encoder's hidden layers, from the input to the code; the decoder has the same
        in reverse.
    activation, code_activation, output_activation
        Names of Keras activations for the hidden layers, the code and the output; ``None`` is the
        identity. A sigmoid output reaches values between 0 and 1 only: give ``None`` for
        standardised data.
    condition_size
        Number of values that the decoder is told besides the code, such as a label.
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, *input_shape)`` to ``(batch, code_size)``, and from
        ``(batch, code_size + condition_size)`` back.

    Raises
    ------
    InputError
        If a size is not a whole number of at least 1, or an activation is unknown.

    References
    ----------
    Rumelhart, Hinton and Williams (1986); Hinton and Salakhutdinov (2006).

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.dense((28, 28), code_size=32, hidden=(256, 64))
    >>> encoder.output_shape, decoder.output_shape
    ((None, 32), (None, 28, 28))
    """
    shape = sample_shape(input_shape)
    units = positives(hidden, "hidden")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    encoder = dense_encoder(shape, units, code_size, inner, code_ending, seeds)
    code = code_input(code_size, condition_size)
    x = _stack(code, units[::-1], inner, seeds)
    x = dense_layer(prod(shape), ending, seeds, "output")(x)
    return encoder, keras.Model(code, folded(x, shape), name="decoder")


def dense_encoder(
    shape: tuple[int, ...],
    units: tuple[int, ...],
    code_size: int,
    activation: str,
    code_activation: str,
    seeds: Iterator[int],
) -> keras.Model:
    """Return a fully connected encoder; its layers are ``hidden_1``, … and ``code``."""
    x = inputs = keras.Input(shape, name="sample")
    if len(shape) > 1:
        x = keras.layers.Flatten(name="flatten")(x)
    x = _stack(x, units, activation, seeds)
    x = dense_layer(code_size, code_activation, seeds, "code")(x)
    return keras.Model(inputs, x, name="encoder")


def folded(x: keras.KerasTensor, shape: tuple[int, ...]) -> keras.KerasTensor:
    """Give flat samples their axes back."""
    return keras.layers.Reshape(shape, name="fold")(x) if len(shape) > 1 else x


def _stack(
    x: keras.KerasTensor, units: tuple[int, ...], activation: str, seeds: Iterator[int]
) -> keras.KerasTensor:
    """Apply one hidden layer after the other."""
    for number, width in enumerate(units, start=1):
        x = dense_layer(width, activation, seeds, f"hidden_{number}")(x)
    return x
