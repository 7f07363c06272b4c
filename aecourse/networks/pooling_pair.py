"""Convolutions that keep the image's size, with pooling to shrink it and repetition to enlarge."""

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.networks.images import (
    convolve,
    cut,
    halvings,
    image_shape,
    maps_of_code,
    vector_code,
)
from aecourse.networks.settings import activation_named, layer_seeds


def pooling(
    input_shape: tuple[int, int, int],
    code_size: int,
    *,
    filters: tuple[int, ...] = (16, 32),
    kernel_size: int = 3,
    activation: str | None = "leaky_relu",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    condition_size: int = 0,
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a convolutional encoder with max pooling and a decoder that repeats pixels.

    Each entry of ``filters`` is a convolution of stride 1, and then the largest value of each
    window of two by two, which halves height and width (rounding up). The decoder goes the same way
    back: it repeats each row and column, cuts off what rounding up added, and convolves. So each
    pixel is reached by equally many weights, which transposed convolutions do not grant: theirs can
    leave a checkerboard.

    Parameters
    ----------
    input_shape
        ``(height, width, channels)`` of one image.
    code_size
        Number of values in the code.
    filters
        Channels after each convolution, from the image to the code; the decoder has the same in
        reverse.
    kernel_size
        Side of the convolutions' windows, in pixels.
    activation, code_activation, output_activation
        Names of Keras activations for the convolutions, the code and the output; ``None`` is the
        identity. A sigmoid output reaches values between 0 and 1 only.
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
    Masci et al. (2011) for max pooling; Odena, Dumoulin and Olah (2016) for the decoder.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.pooling((28, 28, 1), code_size=32)
    >>> encoder.output_shape
    (None, 32)
    """
    height, width, channels = image_shape(input_shape)
    filters, sides = halvings(filters, height, width)
    kernel_size = whole(kernel_size, "kernel_size")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    x = inputs = keras.Input((height, width, channels), name="sample")
    for number, count in enumerate(filters, start=1):
        x = convolve(x, count, kernel_size, inner, seeds, f"convolve_{number}")
        x = keras.layers.MaxPooling2D(padding="same", name=f"pool_{number}")(x)
    encoder = keras.Model(inputs, vector_code(x, code_size, code_ending, seeds), name="encoder")

    grid = (*sides[-1], filters[-1])
    code, x = maps_of_code(code_size, condition_size, grid, inner, seeds)
    widths = (channels, *filters[:-1])
    for number in range(len(filters), 0, -1):
        x = keras.layers.UpSampling2D(name=f"repeat_{number}")(x)
        x = cut(x, sides[number - 1], f"cut_{number}")
        name, act = ("output", ending) if number == 1 else (f"convolve_{number}", inner)
        x = convolve(x, widths[number - 1], kernel_size, act, seeds, name)
    return encoder, keras.Model(code, x, name="decoder")
