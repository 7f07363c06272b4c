"""How far a reconstruction is from its original."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.errors import InputError
from aecourse.metrics.checks import numbers, pair, probabilities

# The distance from 0 and 1 at which Keras clips a probability before it takes the logarithm.
CLIP = 1e-7


def mean_squared_error(x: Any, x_hat: Any) -> float:
    """Return the squared difference averaged over all samples and values (pixels).

    Parameters
    ----------
    x, x_hat
        Originals and reconstructions, both of shape ``(samples, ...)``.

    Raises
    ------
    InputError
        If the shapes differ, or an array is empty or holds NaN, infinity or no real numbers. So do
        all functions of this module.

    Examples
    --------
    >>> from aecourse import metrics
    >>> metrics.mean_squared_error([[0.0, 1.0]], [[0.5, 1.0]])
    0.125
    """
    return float(per_sample_error(x, x_hat).mean())


def mean_absolute_error(x: Any, x_hat: Any) -> float:
    """Return the absolute difference averaged over all samples and values (pixels).

    Examples
    --------
    >>> from aecourse import metrics
    >>> metrics.mean_absolute_error([[0.0, 1.0]], [[0.5, 1.0]])
    0.25
    """
    x, x_hat = pair(x, x_hat)
    return float(np.abs(x - x_hat).mean())


def per_sample_error(x: Any, x_hat: Any) -> NDArray[np.float64]:
    """Return the mean squared error of each sample, shape ``(samples,)``.

    Examples
    --------
    >>> from aecourse import metrics
    >>> metrics.per_sample_error([[0.0, 1.0], [1.0, 1.0]], [[0.5, 1.0], [1.0, 1.0]]).tolist()
    [0.125, 0.0]
    """
    x, x_hat = pair(x, x_hat)
    return np.square(x - x_hat).reshape(len(x), -1).mean(axis=1)


def explained_variance(x: Any, x_hat: Any) -> float:
    """Return the share of the variance that the reconstruction keeps.

    1 is a perfect reconstruction; 0 is as good as answering every sample with the mean of ``x``;
    worse than that is negative. It is 1 minus the squared error divided by the squared distance
    from the mean, each summed over samples and values.

    Raises
    ------
    InputError
        Also if all samples are equal, so that there is no variance to explain.

    Examples
    --------
    >>> from aecourse import metrics
    >>> x = [[1.0], [3.0]]
    >>> metrics.explained_variance(x, [[2.0], [2.0]]), metrics.explained_variance(x, x)
    (0.0, 1.0)
    """
    x, x_hat = pair(x, x_hat)
    total = np.square(x - x.mean(axis=0)).sum()
    if total == 0:
        raise InputError("all samples of x are equal, so there is no variance to explain.")
    return float(1 - np.square(x - x_hat).sum() / total)


def bernoulli_negative_log_likelihood(x: Any, probability: Any) -> float:
    """Return the binary cross-entropy of a sample in nats, summed over its values.

    Averaged over the samples. Probabilities are clipped to ``[1e-7, 1 - 1e-7]`` as in Keras.

    Raises
    ------
    InputError
        Also if a value of either array lies outside [0, 1].

    Examples
    --------
    >>> from aecourse import metrics
    >>> x, probability = [[0.0, 1.0]], [[0.1, 0.9]]
    >>> round(metrics.bernoulli_negative_log_likelihood(x, probability), 4)
    0.2107
    """
    x, probability = pair(x, probability)
    probabilities(x, "x")
    p = np.clip(probabilities(probability, "x_hat"), CLIP, 1 - CLIP)
    return float(-(x * np.log(p) + (1 - x) * np.log1p(-p)).sum() / len(x))


def bernoulli_entropy(x: Any) -> float:
    """Return the lowest binary cross-entropy that any reconstruction of ``x`` can reach, in nats.

    It is reached by a perfect reconstruction, and is 0 only if every value is 0 or 1: a grey pixel
    of 0.3 costs the entropy of a coin that shows heads three times in ten. Summed over the values
    of a sample and averaged over the samples.

    Raises
    ------
    InputError
        Also if a value lies outside [0, 1].

    Examples
    --------
    >>> from aecourse import metrics
    >>> round(metrics.bernoulli_entropy([[0.0, 0.5, 1.0]]), 4)
    0.6931
    """
    x = probabilities(numbers(x, "x"), "x")
    inner = x[(x > 0) & (x < 1)]
    return float(-(inner * np.log(inner) + (1 - inner) * np.log1p(-inner)).sum() / len(x))
