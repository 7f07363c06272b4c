"""Convolutions that halve the image at each step, and transposed ones that double it again."""

from collections.abc import Iterator

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.networks.settings import (
    activation_named,
    initialiser,
    layer_seeds,
    positives,
    sample_shape,
)


def convolutional(
    input_shape: tuple[int, int, int],
    code_size: int,
    *,
    filters: tuple[int, ...] = (16, 32),
    kernel_size: int = 5,
    activation: str | None = "leaky_relu",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a convolutional encoder and decoder for images of any size.

    Each entry of ``filters`` is a convolution of stride 2, which halves height and width (rounding
    up); a dense layer makes the code of what is left. The decoder goes the same way back with
    transposed convolutions and cuts off the row or column that rounding up added.

    Parameters
    ----------
    input_shape
        ``(height, width, channels)`` of one image.
    code_size
        Number of values in the code.
    filters
        Channels after each halving, from the image to the code; the decoder has the same in
        reverse.
    kernel_size
        Side of the convolutions' windows, in pixels.
    activation, code_activation, output_activation
        Names of Keras activations for the convolutions, the code and the output; ``None`` is the
        identity. The leaky rectifier is the default as it lets no filter die, which few filters
        can ill afford. A sigmoid output reaches values between 0 and 1 only.
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, height, width, channels)`` to ``(batch, code_size)`` and back.

    Raises
    ------
    InputError
        If ``input_shape`` is not that of an image, the image is too small to be halved so often, a
        size is not a whole number of at least 1, or an activation is unknown.

    References
    ----------
    Masci et al. (2011).
    """
    height, width, channels = _image_shape(input_shape)
    filters = _filters(filters, height, width)
    kernel_size = whole(kernel_size, "kernel_size")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    seeds = layer_seeds(seed)
    # sides[k] is the image's height and width after k halvings.
    sides = [(height, width)]
    for _ in filters:
        sides.append((-(-sides[-1][0] // 2), -(-sides[-1][1] // 2)))

    x = inputs = keras.Input((height, width, channels), name="sample")
    for number, count in enumerate(filters, start=1):
        x = keras.layers.Conv2D(
            count,
            kernel_size,
            strides=2,
            padding="same",
            activation=inner,
            kernel_initializer=initialiser(inner, next(seeds)),
            name=f"halve_{number}",
        )(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = _dense(code_size, activation_named(code_activation, "code_activation"), seeds, "code")(x)
    encoder = keras.Model(inputs, x, name="encoder")

    x = code = keras.Input((code_size,), name="code")
    grid = (*sides[-1], filters[-1])
    x = _dense(grid[0] * grid[1] * grid[2], inner, seeds, "expand")(x)
    x = keras.layers.Reshape(grid, name="fold")(x)
    output = activation_named(output_activation, "output_activation")
    for number in range(len(filters), 0, -1):
        last = number == 1
        ending = output if last else inner
        x = keras.layers.Conv2DTranspose(
            channels if last else filters[number - 2],
            kernel_size,
            strides=2,
            padding="same",
            activation=ending,
            kernel_initializer=initialiser(ending, next(seeds)),
            name="output" if last else f"double_{number}",
        )(x)
        x = _cut(x, sides[number - 1], f"cut_{number}")
    return encoder, keras.Model(code, x, name="decoder")


def _image_shape(shape: object) -> tuple[int, int, int]:
    """Return ``shape`` if it is height, width and channels."""
    checked = sample_shape(shape)
    if len(checked) != 3:
        raise InputError(
            f"input_shape is {checked}; a convolutional network needs (height, width, channels), "
            "such as (28, 28, 1) for a grey image. Use networks.dense for data of another shape."
        )
    return checked[0], checked[1], checked[2]


def _filters(filters: object, height: int, width: int) -> tuple[int, ...]:
    """Return ``filters`` if the image can be halved as often as it has entries."""
    checked = positives(filters, "filters")
    if not checked:
        raise InputError("filters is empty; give at least one entry, such as (32, 64).")
    if min(height, width) < 2 ** len(checked):
        raise InputError(
            f"filters has {len(checked)} entries, so the image is halved {len(checked)} times; "
            f"that needs {2 ** len(checked)} pixels a side and it has {height} × {width}. "
            "Give fewer filters or use networks.dense."
        )
    return checked


def _dense(width: int, activation: str, seeds: Iterator[int], name: str) -> keras.layers.Dense:
    """Return a dense layer that starts as its activation needs."""
    start = initialiser(activation, next(seeds))
    return keras.layers.Dense(width, activation, kernel_initializer=start, name=name)


def _cut(x: keras.KerasTensor, side: tuple[int, int], name: str) -> keras.KerasTensor:
    """Cut off the last row and column where doubling gave one too many."""
    extra = (x.shape[1] - side[0], x.shape[2] - side[1])
    if extra == (0, 0):
        return x
    return keras.layers.Cropping2D(((0, extra[0]), (0, extra[1])), name=name)(x)
