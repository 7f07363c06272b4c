"""Deep convolutional stacks in which each block adds to what it was given."""

from collections.abc import Iterator

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.networks.images import (
    convolve,
    cut,
    double,
    halvings,
    image_shape,
    maps_of_code,
    vector_code,
)
from aecourse.networks.settings import activation_named, initialiser, layer_seeds

# Keras's own 0.99 takes hundreds of steps to forget the values that the averages start from.
MOMENTUM = 0.9


def residual(
    input_shape: tuple[int, int, int],
    code_size: int,
    *,
    filters: tuple[int, ...] = (16, 32),
    blocks: int = 2,
    skip_connections: bool = True,
    kernel_size: int = 3,
    activation: str | None = "relu",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    condition_size: int = 0,
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a deep convolutional encoder and decoder made of residual blocks.

    Each entry of ``filters`` is a stage of the encoder: a convolution of stride 2, which halves
    height and width (rounding up), and ``blocks`` residual blocks. A block computes
    ``x + f(x)``, where ``f`` is twice a batch normalisation, an activation and a convolution; as
    nothing is done to the sum, ``x`` and its gradient pass through unchanged. The sum grows from
    block to block; the normalisation keeps that from the layers behind. The decoder has the same
    stages in reverse, each with a transposed convolution at its end. Between the image and the code
    lie ``len(filters) · (2 · blocks + 1)`` convolutions and a dense layer.

    Parameters
    ----------
    input_shape
        ``(height, width, channels)`` of one image.
    code_size
        Number of values in the code.
    filters
        Channels of each stage, from the image to the code; the decoder has the same in reverse.
    blocks
        Number of residual blocks in each stage.
    skip_connections
        ``False`` leaves out the additions, and nothing else: a block then computes ``f(x)``, for
        comparison.
    kernel_size
        Side of the convolutions' windows, in pixels.
    activation, code_activation, output_activation
        Names of Keras activations within the blocks, for the code and for the output; ``None`` is
        the identity. A sigmoid output reaches values between 0 and 1 only.
    condition_size
        Number of values that the decoder is told besides the code, such as a label.
    seed
        Start of the weights. The same seed gives the same weights, with skip connections and
        without.

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
    He et al. (2016), "Identity mappings in deep residual networks"; Ioffe and Szegedy (2015) for
    batch normalisation.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.residual((28, 28, 1), code_size=32, blocks=1)
    >>> encoder.output_shape
    (None, 32)
    """
    height, width, channels = image_shape(input_shape)
    filters, sides = halvings(filters, height, width)
    blocks = whole(blocks, "blocks")
    kernel_size = whole(kernel_size, "kernel_size")
    code_size = whole(code_size, "code_size")
    inner = activation_named(activation, "activation")
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    def stage(x: keras.KerasTensor, number: int) -> keras.KerasTensor:
        for block in range(1, blocks + 1):
            name = f"stage_{number}_block_{block}"
            change = _change(x, kernel_size, inner, seeds, name)
            x = keras.layers.Add(name=f"{name}_add")([x, change]) if skip_connections else change
        return _normalised(x, inner, f"stage_{number}_end")

    x = inputs = keras.Input((height, width, channels), name="sample")
    for number, count in enumerate(filters, start=1):
        x = convolve(x, count, kernel_size, "linear", seeds, f"halve_{number}", strides=2)
        x = stage(x, number)
    encoder = keras.Model(inputs, vector_code(x, code_size, code_ending, seeds), name="encoder")

    grid = (*sides[-1], filters[-1])
    code, x = maps_of_code(code_size, condition_size, grid, "linear", seeds)
    widths = (channels, *filters[:-1])
    for number in range(len(filters), 0, -1):
        x = stage(x, number)
        name, act = ("output", ending) if number == 1 else (f"double_{number}", "linear")
        x = double(x, widths[number - 1], kernel_size, act, seeds, name)
        x = cut(x, sides[number - 1], f"cut_{number}")
    return encoder, keras.Model(code, x, name="decoder")


def _change(
    x: keras.KerasTensor, kernel_size: int, activation: str, seeds: Iterator[int], name: str
) -> keras.KerasTensor:
    """Compute what a block adds to ``x``: maps of the same shape."""
    count = x.shape[-1]
    for half in (1, 2):
        x = _normalised(x, activation, f"{name}_{half}")
        x = keras.layers.Conv2D(
            count,
            kernel_size,
            padding="same",
            use_bias=False,  # the next normalisation would take it away again
            kernel_initializer=initialiser(activation, next(seeds)),
            name=f"{name}_{half}_convolve",
        )(x)
    return x


def _normalised(x: keras.KerasTensor, activation: str, name: str) -> keras.KerasTensor:
    """Normalise the maps over the batch, then apply the activation."""
    x = keras.layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_normalise")(x)
    return keras.layers.Activation(activation, name=f"{name}_activate")(x)
