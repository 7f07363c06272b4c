"""Whether generated samples look like real ones, cover all of them, and are more than copies."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from aecourse.checks import whole
from aecourse.metrics.distributions import samples

BLOCK = 500  # rows compared at once


class PrecisionRecall(NamedTuple):
    """Shares between 0 and 1: how many generated samples look real, how many real are covered."""

    precision: float
    recall: float


class Nearest(NamedTuple):
    """For each sample, the distance to the nearest training sample and its position."""

    distances: NDArray[np.float64]
    indices: NDArray[np.int64]


def precision_recall(
    real_features: Any, generated_features: Any, *, neighbours: int = 3
) -> PrecisionRecall:
    """Return the share of generated samples that look real and that of real ones covered.

    Around each real sample lies a ball that just reaches its ``neighbours``-th nearest real sample;
    together the balls say where real samples are. *Precision* is the share of generated samples
    within a ball: low if they look wrong. *Recall* is the same the other way round, the share of
    real samples within balls of generated ones: low if some kinds are never generated. Compare
    values only for equal numbers of samples: with more samples the balls shrink.

    Parameters
    ----------
    real_features, generated_features
        Arrays of shape ``(n, features)`` and ``(m, features)``, in the feature space of a
        classifier rather than in pixels (``aecourse.applications.feature_space``).
    neighbours
        How many neighbours a ball reaches.

    Raises
    ------
    InputError
        If an array holds no finite real numbers or no more samples than ``neighbours``, or their
        numbers of features differ.

    References
    ----------
    Kynkäänniemi et al. (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> rng = np.random.default_rng(0)
    >>> real = rng.normal(size=(60, 2))
    >>> shares = metrics.precision_recall(real, real)
    >>> shares
    PrecisionRecall(precision=1.0, recall=1.0)
    """
    neighbours = whole(neighbours, "neighbours")
    names = ("real_features", "generated_features")
    actual, generated = samples(
        real_features, generated_features, names=names, least=neighbours + 1
    )
    return PrecisionRecall(
        precision=_share_within(generated, actual, _radii(actual, neighbours)),
        recall=_share_within(actual, generated, _radii(generated, neighbours)),
    )


def _radii(centres: NDArray[np.float64], neighbours: int) -> NDArray[np.float64]:
    """Return the distance of each sample to its ``neighbours``-th nearest other one."""
    radii = []
    for rows in _blocks(centres):
        # Each sample is at distance 0 from itself, so it takes the first place.
        radii.append(np.partition(cdist(rows, centres), neighbours, axis=1)[:, neighbours])
    return np.concatenate(radii)


def _share_within(
    points: NDArray[np.float64], centres: NDArray[np.float64], radii: NDArray[np.float64]
) -> float:
    """Return the share of points that lie in one ball at least."""
    within = [(cdist(rows, centres) <= radii).any(axis=1) for rows in _blocks(points)]
    return float(np.concatenate(within).mean())


def nearest_neighbours(generated: Any, training: Any) -> Nearest:
    """Return the nearest training sample of each generated one, to see whether it is a copy.

    A copy is at distance 0. What else is near is told by the same question about held-out real
    samples: generated ones that are much nearer to the training samples than those are memorised.
    The distance is Euclidean, over all values (pixels) of a sample.

    Parameters
    ----------
    generated, training
        Arrays of shape ``(n, ...)`` and ``(m, ...)``, with samples of one shape on one scale.

    Returns
    -------
    distances, indices
        Each of shape ``(n,)``; ``training[indices]`` are the neighbours.

    Raises
    ------
    InputError
        If an array is empty or holds no finite real numbers, or their samples differ in shape.

    Examples
    --------
    >>> from aecourse import metrics
    >>> training = [[0.0, 0.0], [3.0, 4.0]]
    >>> nearest = metrics.nearest_neighbours([[3.0, 3.0]], training)
    >>> nearest
    Nearest(distances=array([1.]), indices=array([1]))
    """
    from sklearn.metrics import pairwise_distances_argmin

    points, pool = samples(generated, training, names=("generated", "training"))
    indices = pairwise_distances_argmin(points, pool)
    # The search rounds; the distance of the sample it found is exact, so a copy is at 0.
    return Nearest(np.linalg.norm(points - pool[indices], axis=1), indices.astype(np.int64))


def _blocks(rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the rows in parts, so that no matrix of all pairs is held at once."""
    return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
