"""What all networks for images share: their checks, their sizes, and the way to a code and back."""

from collections.abc import Iterator
from math import prod

from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.networks.settings import code_input, dense_layer, initialiser, positives, sample_shape

Sides = list[tuple[int, int]]


def image_shape(shape: object) -> tuple[int, int, int]:
    """Return ``shape`` if it is height, width and channels.

    Raises
    ------
    InputError
        If it is anything else.
    """
    checked = sample_shape(shape)
    if len(checked) != 3:
        raise InputError(
            f"input_shape is {checked}; a convolutional network needs (height, width, channels), "
            "such as (28, 28, 1) for a grey image. Use networks.dense for data of another shape."
        )
    return checked[0], checked[1], checked[2]


def halvings(filters: object, height: int, width: int) -> tuple[tuple[int, ...], Sides]:
    """Return ``filters``, and the image's height and width before and after each halving.

    A side of odd length is rounded up.

    Raises
    ------
    InputError
        If the image cannot be halved as often as ``filters`` has entries.
    """
    checked = positives(filters, "filters")
    if not checked:
        raise InputError("filters is empty; give at least one entry, such as (32, 64).")
    if min(height, width) < 2 ** len(checked):
        raise InputError(
            f"filters has {len(checked)} entries, so the image is halved {len(checked)} times; "
            f"that needs {2 ** len(checked)} pixels a side and it has {height} × {width}. "
            "Give fewer filters or use networks.dense."
        )
    sides = [(height, width)]
    for _ in checked:
        sides.append((-(-sides[-1][0] // 2), -(-sides[-1][1] // 2)))
    return checked, sides


def vector_code(
    x: keras.KerasTensor, code_size: int, activation: str, seeds: Iterator[int]
) -> keras.KerasTensor:
    """Make a code of the maps that the encoder's convolutions have left."""
    x = keras.layers.Flatten(name="flatten")(x)
    return dense_layer(code_size, activation, seeds, "code")(x)


def maps_of_code(
    code_size: int,
    condition_size: int,
    grid: tuple[int, int, int],
    activation: str,
    seeds: Iterator[int],
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the decoder's input and the maps, of shape ``grid``, that it begins with."""
    code = code_input(code_size, condition_size)
    x = dense_layer(prod(grid), activation, seeds, "expand")(code)
    return code, keras.layers.Reshape(grid, name="fold")(x)


def convolve(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int,
    activation: str,
    seeds: Iterator[int],
    name: str,
    *,
    strides: int = 1,
) -> keras.KerasTensor:
    """Apply a convolution that starts as its activation needs; ``strides=2`` halves the sides."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        activation=activation,
        kernel_initializer=initialiser(activation, next(seeds)),
        name=name,
    )(x)


def double(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int,
    activation: str,
    seeds: Iterator[int],
    name: str,
) -> keras.KerasTensor:
    """Apply a transposed convolution that doubles the sides."""
    return keras.layers.Conv2DTranspose(
        filters,
        kernel_size,
        strides=2,
        padding="same",
        activation=activation,
        kernel_initializer=initialiser(activation, next(seeds)),
        name=name,
    )(x)


def cut(x: keras.KerasTensor, side: tuple[int, int], name: str) -> keras.KerasTensor:
    """Cut off the last row and column where doubling gave one too many."""
    extra = (x.shape[1] - side[0], x.shape[2] - side[1])
    if extra == (0, 0):
        return x
    return keras.layers.Cropping2D(((0, extra[0]), (0, extra[1])), name=name)(x)
