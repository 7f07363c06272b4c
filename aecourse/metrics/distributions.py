"""How far apart two samples are, taken as draws from two distributions."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import real
from aecourse.errors import InputError
from aecourse.kernels import SCALES, inverse_multiquadratic
from aecourse.metrics.checks import numbers

BLOCK = 1000  # rows compared at once: 8 MB for each thousand rows of the other sample


def maximum_mean_discrepancy(a: Any, b: Any, *, scales: float | Sequence[float] = SCALES) -> float:
    """Return the squared maximum mean discrepancy between two samples.

    Points are compared by a kernel, which is large for points close together. The discrepancy is
    the mean kernel within ``a``, plus that within ``b``, minus twice that across. The estimate is
    unbiased: for two samples of one distribution it is 0 on average, so it is below 0 as often as
    above. The kernel is ``aecourse.kernels.inverse_multiquadratic``, which suits codes that
    should follow a standard normal distribution; the Wasserstein autoencoder trains with it.

    Parameters
    ----------
    a, b
        Samples of shape ``(n, ...)`` and ``(m, ...)``; axes after the first are flattened.
    scales
        Widths of the kernel, one or several whose values are added up.

    Raises
    ------
    InputError
        If an array has fewer than two samples or no finite real numbers, their samples differ in
        size, or a scale is not a number above 0.

    References
    ----------
    Gretton et al. (2012), equation 3; Tolstikhin et al. (2018) for the kernel.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.normal(size=(2, 300, 2))
    >>> close, far = (metrics.maximum_mean_discrepancy(a, b + shift) for shift in (0, 2))
    >>> close < far
    True
    """
    a, b = samples(a, b, least=2)
    widths = [real(scale, "each of scales", above=0) for scale in np.ravel(scales).tolist()]
    if not widths:
        raise InputError("scales is empty; give at least one number above 0.")
    # Every point has the full kernel with itself, which says nothing about the others.
    itself = inverse_multiquadratic(0.0, a.shape[1], widths)
    within = sum(
        (_kernel_sum(one, one, widths) - len(one) * itself) / (len(one) * (len(one) - 1))
        for one in (a, b)
    )
    return float(within - 2 * _kernel_sum(a, b, widths) / (len(a) * len(b)))


def _kernel_sum(a: NDArray[np.float64], b: NDArray[np.float64], scales: Sequence[float]) -> float:
    """Return the kernel summed over all pairs, a block of ``a`` at a time."""
    lengths = np.square(b).sum(axis=1)
    total = 0.0
    for start in range(0, len(a), BLOCK):
        rows = a[start : start + BLOCK]
        distances = np.square(rows).sum(axis=1)[:, None] + lengths - 2 * rows @ b.T
        np.maximum(distances, 0, out=distances)  # rounding can leave a little less
        total += inverse_multiquadratic(distances, a.shape[1], scales).sum()
    return total


def frechet_distance(features_a: Any, features_b: Any) -> float:
    """Return the Fréchet distance between Gaussians fitted to two samples of features.

    It is the squared distance of the means plus what the covariances differ by,
    ``|μ_a - μ_b|² + tr(C_a + C_b - 2 (C_a C_b)^½)``: 0 for equal Gaussians. A finite sample makes
    it too large, the more so the fewer samples there are, so compare values only for equal numbers
    of samples.

    With the features of an Inception network trained on ImageNet this is the FID of the
    literature. In this course the features are those of a small classifier
    (``aecourse.applications.feature_space``), so its values cannot be set beside published ones.

    Parameters
    ----------
    features_a, features_b
        Arrays of shape ``(n, features)`` and ``(m, features)``.

    Warns
    -----
    UserWarning
        If a sample has no more rows than features: its covariance is then not of full rank, and
        the distance says more about the number of samples than about the distributions.

    Raises
    ------
    InputError
        If an array is no matrix of finite real numbers with at least two rows, or their numbers of
        features differ.

    References
    ----------
    Dowson and Landau (1982); Heusel et al. (2017).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 3))
    >>> round(metrics.frechet_distance(a, a + 2), 3)
    12.0
    """
    a, b = samples(features_a, features_b, names=("features_a", "features_b"), least=2)
    for features, name in ((a, "features_a"), (b, "features_b")):
        if len(features) <= features.shape[1]:
            warnings.warn(
                f"{name} has {len(features)} samples of {features.shape[1]} features; give many "
                "more samples than features, or the distance is mostly that of too small a sample.",
                stacklevel=2,
            )
    means = a.mean(axis=0) - b.mean(axis=0)
    roots = [_root(sample) for sample in (a, b)]
    # tr (C_a C_b)^½ is the sum of the singular values of R_b R_aᵀ, where C = Rᵀ R. So no root of a
    # product is taken, which could be complex, and no covariance need have full rank.
    shared = np.linalg.norm(roots[1] @ roots[0].T, ord="nuc")
    spread = sum(np.square(root).sum() for root in roots)
    return float(max(0.0, means @ means + spread - 2 * shared))


def _root(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a matrix R whose product Rᵀ R is the covariance of the features."""
    centred = features - features.mean(axis=0)
    return np.linalg.qr(centred, mode="r") / np.sqrt(len(features) - 1)


def samples(
    a: Any, b: Any, *, names: tuple[str, str] = ("a", "b"), least: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two samples as matrices with one row a sample.

    Raises
    ------
    InputError
        If one has fewer than ``least`` rows or no finite real numbers, or their samples differ in
        size.
    """
    first, second = (numbers(values, name) for values, name in zip((a, b), names, strict=True))
    if first.shape[1:] != second.shape[1:]:
        raise InputError(
            f"{names[0]} has samples of shape {first.shape[1:]} and {names[1]} of "
            f"{second.shape[1:]}; give samples of the same kind."
        )
    for values, name in ((first, names[0]), (second, names[1])):
        if len(values) < least:
            raise InputError(f"{name} has {len(values)} samples; give at least {least}.")
    return first.reshape(len(first), -1), second.reshape(len(second), -1)
