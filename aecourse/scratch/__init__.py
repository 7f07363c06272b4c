"""An autoencoder in NumPy alone, to be read from top to bottom.

Start with ``layers`` (a layer forward and back), then ``losses``, ``autoencoder`` (the way back
through all layers), ``optimisers``, ``training`` and ``gradient_check``. ``scaling`` prepares data.
Nothing else of the package is needed, and nothing is hidden. What is given wrongly raises a
``ValueError`` that says what was expected.
"""

from aecourse.scratch.autoencoder import Autoencoder
from aecourse.scratch.gradient_check import gradient_check, numerical_gradient, relative_error
from aecourse.scratch.layers import Dense, initial_weights, linear, relu, sigmoid
from aecourse.scratch.losses import (
    BinaryCrossEntropy,
    BinaryCrossEntropyFromLogits,
    SquaredError,
)
from aecourse.scratch.optimisers import SGD, Adam, Momentum
from aecourse.scratch.scaling import MinMaxScaler, ZScoreScaler
from aecourse.scratch.training import History, batches, train

__all__ = [
    "SGD",
    "Adam",
    "Autoencoder",
    "BinaryCrossEntropy",
    "BinaryCrossEntropyFromLogits",
    "Dense",
    "History",
    "MinMaxScaler",
    "Momentum",
    "SquaredError",
    "ZScoreScaler",
    "batches",
    "gradient_check",
    "initial_weights",
    "linear",
    "numerical_gradient",
    "relative_error",
    "relu",
    "sigmoid",
    "train",
]
