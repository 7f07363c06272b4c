"""The autoencoder of the textbook: every unit sees every unit of the layer before."""

from collections.abc import Iterator
from math import prod

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.networks.settings import (
    activation_named,
    initialiser,
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
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, *input_shape)`` to ``(batch, code_size)`` and back.

    Raises
    ------
    InputError
        If a size is not a whole number of at least 1, or an activation is unknown.

    References
    ----------
    Rumelhart, Hinton and Williams (1986); Hinton and Salakhutdinov (2006).
    """
    shape = sample_shape(input_shape)
    units = positives(hidden, "hidden")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    seeds = layer_seeds(seed)

    x = inputs = keras.Input(shape, name="sample")
    if len(shape) > 1:
        x = keras.layers.Flatten(name="flatten")(x)
    x = _stack(x, units, inner, seeds)
    x = _layer(code_size, activation_named(code_activation, "code_activation"), seeds, "code")(x)
    encoder = keras.Model(inputs, x, name="encoder")

    x = code = keras.Input((code_size,), name="code")
    x = _stack(x, units[::-1], inner, seeds)
    output = activation_named(output_activation, "output_activation")
    x = _layer(prod(shape), output, seeds, "output")(x)
    if len(shape) > 1:
        x = keras.layers.Reshape(shape, name="fold")(x)
    return encoder, keras.Model(code, x, name="decoder")


def _stack(
    x: keras.KerasTensor, units: tuple[int, ...], activation: str, seeds: Iterator[int]
) -> keras.KerasTensor:
    """Apply one hidden layer after the other."""
    for number, width in enumerate(units, start=1):
        x = _layer(width, activation, seeds, f"hidden_{number}")(x)
    return x


def _layer(width: int, activation: str, seeds: Iterator[int], name: str) -> keras.layers.Dense:
    """Return one dense layer that starts as its activation needs."""
    start = initialiser(activation, next(seeds))
    return keras.layers.Dense(width, activation, kernel_initializer=start, name=name)
