"""How far a reconstruction is from its target: one number for a batch, and its gradient.

Every loss is summed over the values of a sample and averaged over the m samples of the batch. Each
class has three functions of the network's last values Y and the target X, both (m, features):

    value(Y, X)     the loss L, a single number
    gradient(Y, X)  dL/dY, (m, features): where backpropagation starts
    output(Y)       the reconstruction that Y stands for

Examples
--------
``BinaryCrossEntropyFromLogits``:

>>> import numpy as np
>>> from aecourse import scratch
>>> x, logits = np.array([[1.0, 0.0]]), np.array([[800.0, -800.0]])
>>> scratch.BinaryCrossEntropyFromLogits.value(logits, x)
0.0
"""

import numpy as np

from aecourse.scratch.layers import sigmoid

# Probabilities are kept this far from 0 and 1, as in Keras, so that their logarithm is finite.
SMALLEST = 1e-7


class SquaredError:
    """Squared differences: (y - x)².

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> x, y = np.array([[1.0, 0.0]]), np.array([[0.5, 0.0]])
    >>> scratch.SquaredError.value(y, x)
    0.25
    """

    unit_interval = False
    output_activations = ("linear", "sigmoid", "tanh", "relu")

    @staticmethod
    def value(Y: np.ndarray, X: np.ndarray) -> float:
        """Return the squared error of a sample, averaged over the batch."""
        return float(((Y - X) ** 2).sum() / len(X))

    @staticmethod
    def gradient(Y: np.ndarray, X: np.ndarray) -> np.ndarray:
        """Return 2 (y - x) / m."""
        return 2.0 * (Y - X) / len(X)

    @staticmethod
    def output(Y: np.ndarray) -> np.ndarray:
        """Return Y: the network's values are the reconstruction."""
        return Y


class BinaryCrossEntropy:
    """How surprising x is, in nats, if y is the probability of a 1: -x ln y - (1 - x) ln(1 - y).

    Its gradient (y - x) / (y (1 - y)) divides by a number close to 0 when y is close to 0 or 1,
    and the sigmoid's own derivative y (1 - y) then multiplies by that number again. Rounding can
    spoil this, and where y has been clipped nothing is learnt at all.
    :class:`BinaryCrossEntropyFromLogits` takes both steps at once.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> x, y = np.array([[1.0, 0.0]]), np.array([[0.9, 0.2]])
    >>> round(scratch.BinaryCrossEntropy.value(y, x), 4)
    0.3285
    """

    unit_interval = True
    output_activations = ("sigmoid",)

    @staticmethod
    def value(Y: np.ndarray, X: np.ndarray) -> float:
        """Return the cross-entropy of a sample in nats, averaged over the batch."""
        p = np.clip(Y, SMALLEST, 1.0 - SMALLEST)
        return float(-(X * np.log(p) + (1.0 - X) * np.log1p(-p)).sum() / len(X))

    @staticmethod
    def gradient(Y: np.ndarray, X: np.ndarray) -> np.ndarray:
        """Return (y - x) / (y (1 - y)) / n, and 0 where y was clipped."""
        p = np.clip(Y, SMALLEST, 1.0 - SMALLEST)
        inside = (Y > SMALLEST) & (Y < 1.0 - SMALLEST)
        return inside * (p - X) / (p * (1.0 - p)) / len(X)

    @staticmethod
    def output(Y: np.ndarray) -> np.ndarray:
        """Return Y: the network's values are the reconstruction."""
        return Y


class BinaryCrossEntropyFromLogits:
    """The same loss as a function of the weighted sums a (the logits), where y = sigmoid(a).

    Put together, the two formulas become simple: the loss is ln(1 + exp(a)) - x a and its gradient
    y - x. Nothing is divided, nothing overflows, and no pixel stops learning. The network then ends
    in a linear layer, and the sigmoid belongs to the loss.
    """

    unit_interval = True
    output_activations = ("linear",)

    @staticmethod
    def value(Y: np.ndarray, X: np.ndarray) -> float:
        """Return the cross-entropy of a sample in nats, averaged over the batch."""
        return float((np.logaddexp(0.0, Y) - X * Y).sum() / len(X))

    @staticmethod
    def gradient(Y: np.ndarray, X: np.ndarray) -> np.ndarray:
        """Return (sigmoid(a) - x) / m."""
        return (sigmoid(Y) - X) / len(X)

    @staticmethod
    def output(Y: np.ndarray) -> np.ndarray:
        """Return sigmoid(a): the probabilities that the logits stand for."""
        return sigmoid(Y)


Loss = SquaredError | BinaryCrossEntropy | BinaryCrossEntropyFromLogits
LOSSES: dict[str, type[Loss]] = {
    "squared_error": SquaredError,
    "binary_cross_entropy": BinaryCrossEntropy,
    "binary_cross_entropy_from_logits": BinaryCrossEntropyFromLogits,
}
