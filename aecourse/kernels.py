"""The kernel that tells how alike two points are, for training and for measuring.

It is plain arithmetic, so it takes NumPy arrays and the tensors of every backend alike.
"""

from collections.abc import Sequence
from typing import Any

# Narrow kernels see fine structure and wide ones see shifts; the sum of all sees both.
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def inverse_multiquadratic(
    squared_distance: Any, dimensions: int, scales: Sequence[float] = SCALES
) -> Any:
    """Return ``Σ C / (C + squared_distance)`` with one ``C = 2 · dimensions · scale`` a scale.

    ``2 · dimensions`` is the squared distance to expect between two draws from a standard normal
    distribution, so the scales mean the same in any number of dimensions.

    References
    ----------
    Tolstikhin et al. (2018), section 4, with the scales of the authors' code.
    """
    widths = [2 * dimensions * scale for scale in scales]
    return sum(width / (width + squared_distance) for width in widths)
