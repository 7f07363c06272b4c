"""The autoencoder: layers in a row, a loss at the end, and the way back through all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from aecourse.scratch import checks
from aecourse.scratch.layers import Dense
from aecourse.scratch.losses import LOSSES


class Autoencoder:
    """A dense encoder and a decoder that mirrors it.

    Parameters
    ----------
    sizes : sequence of int
        Values in each layer from the input to the code, such as ``(784, 128, 32)``; the decoder
        has the same in reverse.
    hidden : {"sigmoid", "tanh", "relu", "linear"}
        Activation of all layers but the code and the output.
    code : same choices
        Activation of the code.
    output : same choices, optional
        Activation of the last layer; by default the one that fits the loss (linear, or sigmoid for
        ``"binary_cross_entropy"``).
    loss : {"squared_error", "binary_cross_entropy", "binary_cross_entropy_from_logits"}
        What training makes small; see ``aecourse.scratch.losses``.
    seed : int
        Start of the weights.
    dtype : ``numpy.float32`` or ``numpy.float64``
        Type of all numbers.

    Attributes
    ----------
    encoder, decoder : list of Dense
        The two halves.

    Raises
    ------
    ValueError
        If a size, an activation or the loss is not one of the above, or the loss cannot take what
        the last layer gives.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> model = scratch.Autoencoder([4, 3, 2], dtype=np.float64)
    >>> x = np.random.default_rng(0).uniform(size=(20, 4))
    >>> model.encode(x).shape, model.reconstruct(x).shape
    ((20, 2), (20, 4))
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        hidden: str = "relu",
        code: str = "linear",
        output: str | None = None,
        loss: str = "squared_error",
        seed: int = 0,
        dtype: type = np.float32,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes!r}; at least (features, code size) were expected.")
        if loss not in LOSSES:
            raise ValueError(f"loss is {loss!r}; one of {', '.join(LOSSES)} was expected.")
        self.loss = LOSSES[loss]
        output = output or self.loss.output_activations[0]
        if output not in self.loss.output_activations:
            fitting = ", ".join(self.loss.output_activations)
            raise ValueError(f"output is {output!r}, but the loss {loss!r} needs {fitting}.")
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype is {dtype!r}; numpy.float32 or numpy.float64 was expected.")
        self.dtype = dtype
        self.features = checks.whole_number(sizes[0], "sizes[0]")
        self.code_size = checks.whole_number(sizes[-1], "sizes[-1]")

        random = np.random.default_rng(checks.whole_number(seed, "seed", least=0))
        hidden_layers = [hidden] * (len(sizes) - 2)
        self.encoder = _stack(sizes, [*hidden_layers, code], random, dtype)
        self.decoder = _stack(sizes[::-1], [*hidden_layers, output], random, dtype)

    @property
    def layers(self) -> list[Dense]:
        """All layers, in the order in which data pass through them."""
        return [*self.encoder, *self.decoder]

    @property
    def parameters(self) -> list[np.ndarray]:
        """The weights and biases themselves, layer by layer. Change them and the model changes."""
        return [array for layer in self.layers for array in (layer.W, layer.b)]

    @property
    def gradients(self) -> list[np.ndarray]:
        """The gradient of each parameter after :meth:`backward`, in the same order."""
        return [array for layer in self.layers for array in (layer.dW, layer.db)]

    # --- the three steps of learning ------------------------------------------------------------

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return the last layer's values Y for a checked batch X; both are (m, features)."""
        H = X
        for layer in self.layers:
            H = layer.forward(H)
        return H

    def backward(self, Y: np.ndarray, X: np.ndarray) -> None:
        """Give every layer its gradient: one walk from the loss back to the first layer.

        The gradient that leaves the decoder is what enters the encoder. There is one loss, and the
        two halves are never trained apart.
        """
        dH = self.loss.gradient(Y, X)
        for layer in reversed(self.layers):
            dH = layer.backward(dH)

    def loss_and_gradients(self, X: np.ndarray) -> float:
        """Return the loss of a checked batch and leave the gradients in the layers."""
        Y = self.forward(X)
        self.backward(Y, X)
        return self.loss.value(Y, X)

    # --- what a reader calls --------------------------------------------------------------------

    def encode(self, x: Any) -> np.ndarray:
        """Return the codes of ``x``, shape (n, code_size)."""
        return _through(self.encoder, self.checked(x))

    def decode(self, codes: Any) -> np.ndarray:
        """Return the samples that ``codes`` (n, code_size) stand for, shape (n, features)."""
        z = checks.samples(codes, self.code_size, "codes").astype(self.dtype)
        return self.loss.output(_through(self.decoder, z))

    def reconstruct(self, x: Any) -> np.ndarray:
        """Return ``decode(encode(x))``, shape (n, features)."""
        return self.decode(self.encode(x))

    def evaluate(self, x: Any) -> float:
        """Return the loss on ``x``."""
        X = self.checked(x)
        return self.loss.value(self.forward(X), X)

    def mean_squared_error(self, x: Any) -> float:
        """Return the squared error of a single value, to compare models with different losses."""
        X = self.checked(x)
        return float(((self.loss.output(self.forward(X)) - X) ** 2).mean())

    def checked(self, x: Any, name: str = "x") -> np.ndarray:
        """Return ``x`` in this model's number type if it can be learnt from.

        Raises
        ------
        ValueError
            If it is no table (samples, features) of finite numbers, or leaves [0, 1] with a
            cross-entropy loss.
        """
        X = checks.samples(x, self.features, name)
        if self.loss.unit_interval and (X.min() < 0 or X.max() > 1):
            raise ValueError(
                f"{name} runs from {X.min():g} to {X.max():g}, but binary cross-entropy needs "
                "values from 0 to 1. Divide bytes by 255, scale other features with MinMaxScaler, "
                "or take loss='squared_error'."
            )
        return X.astype(self.dtype)


def _stack(
    sizes: Sequence[int], activations: Sequence[str], random: np.random.Generator, dtype: type
) -> list[Dense]:
    """Return one layer between each two neighbouring sizes."""
    pairs = zip(sizes[:-1], sizes[1:], activations, strict=True)
    return [Dense(inputs, units, f, random, dtype) for inputs, units, f in pairs]


def _through(layers: list[Dense], X: np.ndarray) -> np.ndarray:
    """Return what comes out of the last of ``layers``."""
    for layer in layers:
        X = layer.forward(X)
    return X
