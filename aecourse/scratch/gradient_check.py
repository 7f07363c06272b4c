"""Is backpropagation right? Compare it with the definition of a derivative."""

from typing import Any

import numpy as np

from aecourse.scratch.autoencoder import Autoencoder


def numerical_gradient(
    model: Autoencoder, x: np.ndarray, parameter: np.ndarray, step: float
) -> np.ndarray:
    """Return how the loss changes with each entry of ``parameter``, by central differences.

    Each entry is moved a little up and a little down: (L(w + h) - L(w - h)) / 2h. The error of
    this falls with h², that of a one-sided difference only with h.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> model = scratch.Autoencoder([4, 3, 2], dtype=np.float64)
    >>> x = np.random.default_rng(0).uniform(size=(20, 4))
    >>> scratch.numerical_gradient(model, x, model.parameters[0], step=1e-5).shape
    (4, 3)
    """
    gradient = np.zeros_like(parameter)
    for place in np.ndindex(parameter.shape):
        original = parameter[place]
        try:
            parameter[place] = original + step
            above = model.evaluate(x)
            parameter[place] = original - step
            below = model.evaluate(x)
        finally:
            parameter[place] = original
        gradient[place] = (above - below) / (2.0 * step)
    return gradient


def gradient_check(model: Autoencoder, x: Any, step: float = 1e-5) -> dict[str, float]:
    """Return the relative error of backpropagation for each parameter of the model.

    The relative error is ``|g - ĝ| / (|g| + |ĝ|)``, with the length of the whole gradient g from
    backpropagation and ĝ from central differences. Right code gives 1e-7 or less; a forgotten
    factor gives 0.1 or more. Takes two passes for each single weight, so use a small model.

    Parameters
    ----------
    model : Autoencoder
        A model with ``dtype=numpy.float64``. Its weights are as before afterwards.
    x : array of shape (samples, features)
        A few samples.
    step : float
        The little distance h. Far smaller ones are lost in rounding.

    Returns
    -------
    dict
        Errors by name: ``"layer 1 W"``, ``"layer 1 b"``, ``"layer 2 W"`` …

    Raises
    ------
    ValueError
        If the model computes in ``float32``, whose rounding would hide a right gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> model = scratch.Autoencoder([4, 3, 2], hidden="sigmoid", dtype=np.float64)
    >>> x = np.random.default_rng(0).uniform(size=(20, 4))
    >>> errors = scratch.gradient_check(model, x)
    >>> max(errors.values()) < 1e-5
    True
    """
    if model.dtype is not np.float64:
        raise ValueError("the model computes in float32; build it with dtype=numpy.float64.")
    X = model.checked(x)
    model.loss_and_gradients(X)
    exact = [gradient.copy() for gradient in model.gradients]
    names = [f"layer {n} {p}" for n in range(1, len(model.layers) + 1) for p in ("W", "b")]
    return {
        name: relative_error(gradient, numerical_gradient(model, X, parameter, step))
        for name, gradient, parameter in zip(names, exact, model.parameters, strict=True)
    }


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Return ``|a - b| / (|a| + |b|)``, which is 0 if both are 0.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> round(scratch.relative_error(np.array([1.0]), np.array([1.1])), 3)
    0.048
    """
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size else 0.0
