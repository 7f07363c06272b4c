"""The layers of a decoder that runs in the page: each computes what ``static/layers.js`` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.widgets.explorer import as_array, as_bytes

LEAK = 0.2  # the slope of Keras's "leaky_relu" below zero

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda sums: sums,
    "relu": lambda sums: np.maximum(sums, 0.0),
    "leaky_relu": lambda sums: np.maximum(sums, LEAK * sums),
    # 1 / (1 + exp(-a)) without overflow
    "sigmoid": lambda sums: 0.5 * (1.0 + np.tanh(0.5 * sums)),
    "tanh": np.tanh,
}


@dataclass(frozen=True, eq=False)
class DenseLayer:
    """Every output is a weighted sum of all inputs.

    Parameters
    ----------
    kernel : array of shape (inputs, outputs)
    bias : array of shape (outputs,)
    """

    kernel: np.ndarray
    bias: np.ndarray

    @property
    def inputs(self) -> int:
        """How many numbers the layer takes."""
        return self.kernel.shape[0]

    @property
    def outputs(self) -> int:
        """How many numbers the layer gives."""
        return self.kernel.shape[1]

    def checked(self, name: str) -> "DenseLayer":
        """Return the layer with finite floats of fitting shapes, or raise InputError."""
        kernel = as_array(self.kernel, f"the kernel of {name}", (None, None))
        bias = as_array(self.bias, f"the bias of {name}", (kernel.shape[1],))
        return replace(self, kernel=kernel, bias=bias)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the weighted sums of ``values``, without the activation."""
        return values @ self.kernel.astype(np.float64) + self.bias

    def described(self) -> dict[str, Any]:
        """Return what the browser must know to read the layer's bytes and to compute it."""
        return {"inputs": self.inputs, "outputs": self.outputs}


@dataclass(frozen=True, eq=False)
class TransposedConvolution:
    """Every input pixel adds a small picture, its kernel, to a larger image.

    This is Keras's ``Conv2DTranspose`` with the padding "same", of which the rows and columns
    beyond ``output_shape`` are cut off at the bottom and at the right.

    Parameters
    ----------
    kernel : array of shape (height, width, filters, channels)
        From the input's channels to filters, as Keras stores it.
    bias : array of shape (filters,)
    input_shape : (height, width)
        Size of the input in pixels.
    output_shape : (height, width)
        Size of the output in pixels, at most ``stride`` times that of the input.
    stride : int
        How far apart two neighbouring input pixels lie in the output.

    References
    ----------
    Dumoulin and Visin (2016).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> layer = widgets.TransposedConvolution(
    ...     np.ones((3, 3, 1, 1)), np.zeros(1), input_shape=(4, 4), output_shape=(8, 8))
    >>> layer.inputs, layer.outputs
    (16, 64)
    """

    kernel: np.ndarray
    bias: np.ndarray
    input_shape: tuple[int, int]
    output_shape: tuple[int, int]
    stride: int = 2

    @property
    def inputs(self) -> int:
        """How many numbers the layer takes, which is pixels times channels."""
        return prod(self.input_shape) * self.kernel.shape[3]

    @property
    def outputs(self) -> int:
        """How many numbers the layer gives, which is pixels times filters."""
        return prod(self.output_shape) * self.kernel.shape[2]

    def checked(self, name: str) -> "TransposedConvolution":
        """Return the layer with finite floats of fitting shapes, or raise InputError."""
        kernel = as_array(self.kernel, f"the kernel of {name}", (None, None, None, None))
        bias = as_array(self.bias, f"the bias of {name}", (kernel.shape[2],))
        whole = [self.stride * side for side in self.input_shape]
        if any(kept > side for kept, side in zip(self.output_shape, whole, strict=True)):
            raise InputError(
                f"{name} makes {whole[0]} × {whole[1]} pixels, "
                f"but its output_shape is {self.output_shape}; cut off no less than nothing."
            )
        return replace(self, kernel=kernel, bias=bias)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the weighted sums of ``values``, without the activation."""
        down, right, filters, channels = self.kernel.shape
        (height, width), step = self.input_shape, self.stride
        pixels = values.reshape(height, width, channels)
        kernel = self.kernel.astype(np.float64)
        room = (step * (height - 1) + down, step * (width - 1) + right)
        margins = [max(0, side - step) // 2 for side in (down, right)]
        kept = [m + side for m, side in zip(margins, self.output_shape, strict=True)]
        # Where the stride is longer than the kernel, no input reaches the last pixels.
        canvas = np.zeros((*np.maximum(room, kept), filters))
        for y in range(down):
            for x in range(right):
                rows = slice(y, y + step * height, step)
                columns = slice(x, x + step * width, step)
                canvas[rows, columns] += pixels @ kernel[y, x].T
        whole = canvas[margins[0] : kept[0], margins[1] : kept[1]]
        return (whole + self.bias).ravel()

    def described(self) -> dict[str, Any]:
        """Return what the browser must know to read the layer's bytes and to compute it."""
        return {
            "kernel_shape": list(self.kernel.shape),
            "input_shape": list(self.input_shape),
            "output_shape": list(self.output_shape),
            "stride": self.stride,
        }


Layer = DenseLayer | TransposedConvolution


class Decoder:
    """Layers with their activations, rounded as their bytes are.

    Parameters
    ----------
    layers : sequence of TransposedConvolution or (kernel, bias)
        A pair is a dense layer.
    activations : sequence of str
        One for each layer.
    precision : {"float16", "float32"}
        How the weights travel.

    Raises
    ------
    InputError
        If layers do not fit each other, an activation is unknown, or a weight is too large for
        the precision.
    """

    def __init__(
        self,
        layers: Sequence[TransposedConvolution | tuple[ArrayLike, ArrayLike]],
        activations: Sequence[str],
        precision: str,
    ) -> None:
        if len(layers) == 0 or len(layers) != len(activations):
            raise InputError(
                f"Got {len(layers)} layers and {len(activations)} activations; "
                "expected one for each."
            )
        unknown = [name for name in activations if name not in ACTIVATIONS]
        if unknown:
            known = ", ".join(ACTIVATIONS)
            raise InputError(f"Unknown activation {unknown[0]!r}; use one of {known}.")
        self.layers: list[Layer] = []
        for number, given in enumerate(layers, start=1):
            layer = given if isinstance(given, TransposedConvolution) else _dense(given)
            layer = layer.checked(f"layer {number}")
            if self.layers and layer.inputs != self.layers[-1].outputs:
                raise InputError(
                    f"layer {number} takes {layer.inputs} numbers, "
                    f"but layer {number - 1} gives {self.layers[-1].outputs}."
                )
            self.layers.append(_rounded(layer, precision))
        self.activations = tuple(activations)
        self.precision = precision

    def __call__(self, code: np.ndarray) -> np.ndarray:
        """Return the numbers that the last layer gives for one code."""
        values = code
        for layer, activation in zip(self.layers, self.activations, strict=True):
            values = ACTIVATIONS[activation](layer.sums(values))
        return values

    def to_bytes(self) -> bytes:
        """Return the weights one layer after the other: the kernel, then the bias."""
        parts = [part for layer in self.layers for part in (layer.kernel, layer.bias)]
        return b"".join(as_bytes(part, self.precision) for part in parts)

    def described(self) -> list[dict[str, Any]]:
        """Return for each layer what the browser must know to compute it."""
        pairs = zip(self.layers, self.activations, strict=True)
        return [{**layer.described(), "activation": activation} for layer, activation in pairs]


def decoder_layers(
    decoder: Any,
) -> tuple[list[TransposedConvolution | tuple[np.ndarray, np.ndarray]], list[str]]:
    """Return the layers and activations of a Keras decoder, dense or convolutional.

    ``DecoderExplorer(*decoder_layers(decoder), codes, labels)`` shows it. Layers without weights
    that only pass numbers on (input, flatten, reshape) are left out; cutting off the last rows or
    columns belongs to the convolution before it.

    Raises
    ------
    InputError
        If a layer is of another kind, which the explorer could not compute.

    Examples
    --------
    >>> from aecourse import networks, widgets
    >>> encoder, decoder = networks.dense((4, 4), code_size=2, hidden=(8,))
    >>> layers, activations = widgets.decoder_layers(decoder)
    >>> activations
    ['relu', 'sigmoid']
    """
    layers: list[TransposedConvolution | tuple[np.ndarray, np.ndarray]] = []
    activations: list[str] = []
    side: tuple[int, int] = (1, 1)  # of the maps that the next convolution takes
    for layer in decoder.layers:
        kind = type(layer).__name__
        last = layers[-1] if layers else None
        if kind == "Reshape" and len(layer.target_shape) == 3:
            side = tuple(layer.target_shape[:2])
        elif kind == "Dense" and layer.use_bias:
            layers.append(_weights(layer))
            activations.append(layer.activation.__name__)
        elif kind == "Conv2DTranspose" and _computed(layer):
            stride = layer.strides[0]
            output = (stride * side[0], stride * side[1])
            layers.append(TransposedConvolution(*_weights(layer), side, output, stride))
            activations.append(layer.activation.__name__)
            side = output
        elif kind == "Cropping2D" and isinstance(last, TransposedConvolution) and _at_end(layer):
            (_, bottom), (_, right) = layer.cropping
            side = (side[0] - bottom, side[1] - right)
            layers[-1] = replace(last, output_shape=side)
        elif kind == "Activation" and activations and activations[-1] == "linear":
            activations[-1] = layer.activation.__name__
        elif kind not in ("InputLayer", "Flatten", "Reshape"):
            raise InputError(
                f"The decoder has a layer of kind {kind} ({layer.name!r}) that the explorer cannot "
                "compute; it knows dense layers, and transposed convolutions with equal strides "
                "and the padding 'same', all with a bias."
            )
    return layers, activations


def _dense(pair: tuple[ArrayLike, ArrayLike]) -> DenseLayer:
    kernel, bias = pair
    return DenseLayer(np.asarray(kernel), np.asarray(bias))


def _rounded(layer: Layer, precision: str) -> Layer:
    """Round as the bytes do, so that Python and the browser compute from equal weights."""
    with np.errstate(over="ignore"):
        kernel, bias = layer.kernel.astype(precision), layer.bias.astype(precision)
    if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
        raise InputError(f"A weight is too large for {precision}; pass precision='float32'.")
    return replace(layer, kernel=kernel, bias=bias)


def _weights(layer: Any) -> tuple[np.ndarray, np.ndarray]:
    kernel, bias = (np.asarray(part) for part in layer.get_weights())
    return kernel, bias


def _computed(layer: Any) -> bool:
    """Return whether a Keras layer is a transposed convolution of the one kind computed here."""
    return (
        layer.use_bias
        and layer.padding == "same"
        and layer.output_padding is None
        and layer.strides[0] == layer.strides[1]
        and tuple(layer.dilation_rate) == (1, 1)
        and layer.data_format == "channels_last"
    )


def _at_end(layer: Any) -> bool:
    """Return whether a Keras layer cuts off rows at the bottom and columns at the right only."""
    (top, _), (left, _) = layer.cropping
    return top == left == 0
