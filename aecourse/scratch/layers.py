"""A dense layer: what goes forward through it, and what comes back.

Shapes, with m samples in a batch:

    X  (m, inputs)      what comes in
    W  (inputs, units)  weights
    b  (units,)         biases
    A  (m, units)       weighted sums, A = X W + b
    H  (m, units)       what goes out, H = f(A) with the activation f, value by value
"""

from collections.abc import Callable

import numpy as np

from aecourse.scratch import checks

Function = Callable[[np.ndarray], np.ndarray]


def sigmoid(a: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-a)), written with tanh, which cannot overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> scratch.sigmoid(np.array([-800.0, 0.0, 800.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def relu(a: np.ndarray) -> np.ndarray:
    """Return ``a`` where it is positive and 0 elsewhere.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> scratch.relu(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    return np.maximum(a, 0.0)


def linear(a: np.ndarray) -> np.ndarray:
    """Return ``a`` itself.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> scratch.linear(np.array([-1.0, 2.0])).tolist()
    [-1.0, 2.0]
    """
    return a


# Each activation f with its derivative. All four derivatives can be had from the output h = f(a),
# so a layer need not keep its weighted sums.
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "sigmoid": (sigmoid, lambda h: h * (1.0 - h)),
    "tanh": (np.tanh, lambda h: 1.0 - h**2),
    "relu": (relu, lambda h: (h > 0).astype(h.dtype)),
    "linear": (linear, np.ones_like),
}


def initial_weights(
    inputs: int, units: int, activation: str, random: np.random.Generator
) -> np.ndarray:
    """Return weights that keep the size of the signal from layer to layer, shape (inputs, units).

    They are drawn evenly from [-limit, limit]. A ReLU sets half of its values to 0, so its layer
    gets weights with twice the variance.

    References
    ----------
    Glorot and Bengio (2010); He et al. (2015) for ReLU.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> scratch.initial_weights(784, 32, "relu", np.random.default_rng(0)).shape
    (784, 32)
    """
    width = inputs / 2 if activation == "relu" else (inputs + units) / 2
    limit = np.sqrt(3.0 / width)  # such values have variance limit² / 3 = 1 / width
    return random.uniform(-limit, limit, size=(inputs, units))


class Dense:
    """A layer in which every output depends on every input.

    Parameters
    ----------
    inputs, units : int
        How many values come in and go out, for each sample.
    activation : {"sigmoid", "tanh", "relu", "linear"}
        The function f.
    random : numpy.random.Generator
        Source of the first weights; the biases start at 0.
    dtype : numpy dtype
        ``float32`` as in deep-learning libraries; ``float64`` to check gradients.

    Attributes
    ----------
    W, b : numpy.ndarray
        Weights (inputs, units) and biases (units,).
    dW, db : numpy.ndarray
        How the loss changes with each of them, after :meth:`backward`.

    Raises
    ------
    ValueError
        If a size is below 1 or the activation is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> layer = scratch.Dense(4, 2, "relu", np.random.default_rng(0))
    >>> layer.forward(np.ones((3, 4), np.float32)).shape
    (3, 2)
    """

    def __init__(
        self,
        inputs: int,
        units: int,
        activation: str,
        random: np.random.Generator,
        dtype: type = np.float32,
    ) -> None:
        checks.whole_number(inputs, "inputs")
        checks.whole_number(units, "units")
        if activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation is {activation!r}; one of {known} was expected.")
        self.activation = activation
        self.f, self.derivative = ACTIVATIONS[activation]
        self.W: np.ndarray = initial_weights(inputs, units, activation, random).astype(dtype)
        self.b: np.ndarray = np.zeros(units, dtype)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return H = f(X W + b), and remember X and H for the way back."""
        self.X = X
        self.H = self.f(X @ self.W + self.b)
        return self.H

    def backward(self, dH: np.ndarray) -> np.ndarray:
        """Turn dL/dH into dL/dW, dL/db (kept) and dL/dX (returned), by the chain rule."""
        dA = dH * self.derivative(self.H)  # through f, value by value   (m, units)
        self.dW = self.X.T @ dA  # through A = X W + b, summed over samples (inputs, units)
        self.db = dA.sum(axis=0)  # b enters every sample's sum             (units,)
        return dA @ self.W.T  # what the layer before receives           (m, inputs)
