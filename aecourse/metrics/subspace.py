"""How alike two linear subspaces are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import subspace_angles

from aecourse.errors import InputError
from aecourse.metrics.checks import numbers


def principal_angles(a: Any, b: Any) -> NDArray[np.float64]:
    """Return the angles between the subspaces that the columns of two matrices span, in degrees.

    The first angle is the smallest that a direction of one subspace makes with one of the other;
    the next is the smallest among directions orthogonal to those found, and so on. All are 0 if
    the subspaces are the same, whichever basis describes them.

    Parameters
    ----------
    a, b
        Matrices of shape ``(dimensions, basis vectors)`` with linearly independent columns. For
        scikit-learn's PCA that is ``components_.T``; for a linear decoder, its kernel transposed.

    Returns
    -------
    angles
        In rising order, as many as the smaller subspace has dimensions.

    Raises
    ------
    InputError
        If an array is not such a matrix, or their numbers of rows differ.

    References
    ----------
    Björck and Golub (1973).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import metrics
    >>> across = np.array([[1.0], [0.0]])
    >>> slanted = np.array([[1.0], [1.0]])
    >>> metrics.principal_angles(across, slanted).round(3).tolist()
    [45.0]
    """
    a, b = _basis(a, "a"), _basis(b, "b")
    if len(a) != len(b):
        raise InputError(
            f"a has shape {a.shape} and b {b.shape}; both need one row a dimension of the data. "
            "Transpose one if its basis vectors are rows."
        )
    return np.rad2deg(subspace_angles(a, b))[::-1]


def _basis(matrix: Any, name: str) -> NDArray[np.float64]:
    """Return ``matrix`` if its columns are a basis."""
    matrix = numbers(matrix, name)
    if matrix.ndim != 2:
        raise InputError(f"{name} has shape {matrix.shape}; give a matrix of column vectors.")
    rank = np.linalg.matrix_rank(matrix)
    if rank < matrix.shape[1]:
        raise InputError(
            f"{name} has {matrix.shape[1]} columns but they span only {rank} dimensions; "
            "give linearly independent columns, and basis vectors as columns, not as rows."
        )
    return matrix
