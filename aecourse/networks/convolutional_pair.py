"""Convolutions that halve the image at each step, and transposed ones that double it again."""

from collections.abc import Iterator

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.networks.images import (
    Sides,
    convolve,
    cut,
    double,
    halvings,
    image_shape,
    maps_of_code,
    vector_code,
)
from aecourse.networks.settings import activation_named, layer_seeds


def convolutional(
    input_shape: tuple[int, int, int],
    code_size: int,
    *,
    filters: tuple[int, ...] = (16, 32),
    kernel_size: int = 5,
    activation: str | None = "leaky_relu",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    condition_size: int = 0,
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
    condition_size
        Number of values that the decoder is told besides the code, such as a label.
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, height, width, channels)`` to ``(batch, code_size)``, and from
        ``(batch, code_size + condition_size)`` back.

    Raises
    ------
    InputError
        If ``input_shape`` is not that of an image, the image is too small to be halved so often, a
        size is not a whole number of at least 1, or an activation is unknown.

    References
    ----------
    Masci et al. (2011).

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.convolutional((28, 28, 1), code_size=32)
    >>> encoder.output_shape, decoder.output_shape
    ((None, 32), (None, 28, 28, 1))
    """
    height, width, channels = image_shape(input_shape)
    filters, sides = halvings(filters, height, width)
    kernel_size = whole(kernel_size, "kernel_size")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    inputs = keras.Input((height, width, channels), name="sample")
    x = _halved(inputs, filters, kernel_size, inner, seeds)
    encoder = keras.Model(inputs, vector_code(x, code_size, code_ending, seeds), name="encoder")

    grid = (*sides[-1], filters[-1])
    code, x = maps_of_code(code_size, condition_size, grid, inner, seeds)
    widths = (channels, *filters[:-1])
    x = _doubled(x, widths, sides, kernel_size, inner, ending, seeds)
    return encoder, keras.Model(code, x, name="decoder")


def convolutional_grid(
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
    """Return a convolutional encoder and decoder whose code is a grid of vectors.

    They are those of :func:`convolutional` without the dense layers: a convolution of one pixel
    makes a vector at each place of the smallest maps, and another one is the decoder's first layer.
    Each vector sees a window of the image, and what it stands for does not depend on its place.

    Parameters
    ----------
    input_shape
        ``(height, width, channels)`` of one image.
    code_size
        Number of values in each vector of the code.
    filters, kernel_size, activation, code_activation, output_activation, seed
        As for :func:`convolutional`.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, height, width, channels)`` to ``(batch, rows, columns,
        code_size)`` and back, where ``rows`` and ``columns`` are height and width halved as often
        as ``filters`` has entries, rounded up each time.

    Raises
    ------
    InputError
        As for :func:`convolutional`.

    References
    ----------
    van den Oord, Vinyals and Kavukcuoglu (2017).

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.convolutional_grid((28, 28, 1), code_size=8)
    >>> encoder.output_shape
    (None, 7, 7, 8)
    """
    height, width, channels = image_shape(input_shape)
    filters, sides = halvings(filters, height, width)
    kernel_size = whole(kernel_size, "kernel_size")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    inputs = keras.Input((height, width, channels), name="sample")
    x = _halved(inputs, filters, kernel_size, inner, seeds)
    x = convolve(x, code_size, 1, code_ending, seeds, "code")
    encoder = keras.Model(inputs, x, name="encoder")

    code = keras.Input((*sides[-1], code_size), name="code")
    x = convolve(code, filters[-1], 1, inner, seeds, "expand")
    widths = (channels, *filters[:-1])
    x = _doubled(x, widths, sides, kernel_size, inner, ending, seeds)
    return encoder, keras.Model(code, x, name="decoder")


def _halved(
    x: keras.KerasTensor,
    filters: tuple[int, ...],
    kernel_size: int,
    activation: str,
    seeds: Iterator[int],
) -> keras.KerasTensor:
    """Apply one convolution of stride 2 after the other."""
    for number, count in enumerate(filters, start=1):
        x = convolve(x, count, kernel_size, activation, seeds, f"halve_{number}", strides=2)
    return x


def _doubled(
    x: keras.KerasTensor,
    widths: tuple[int, ...],
    sides: Sides,
    kernel_size: int,
    activation: str,
    ending: str,
    seeds: Iterator[int],
) -> keras.KerasTensor:
    """Apply one transposed convolution after the other; the last one gives the output."""
    for number in range(len(widths), 0, -1):
        name, act = ("output", ending) if number == 1 else (f"double_{number}", activation)
        x = double(x, widths[number - 1], kernel_size, act, seeds, name)
        x = cut(x, sides[number - 1], f"cut_{number}")
    return x
