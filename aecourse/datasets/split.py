"""Deterministic splits, for the sets that come without one."""

import numpy as np


def split_rows(
    x: np.ndarray, y: np.ndarray, *, test_fraction: float, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the training and of the test rows, each in a shuffled order.

    Classes keep their proportions, and equal rows stay on one side: a duplicate of a training row
    in the test part would be a leak.

    Parameters
    ----------
    x : (n, features)
    y : (n,)
    test_fraction
        The share of distinct rows that is held back, of each class.
    seed
        Seeds the shuffle.
    """
    rng = np.random.default_rng(seed)
    _, group = np.unique(x, axis=0, return_inverse=True)
    group = group.reshape(-1)
    label = np.zeros(group.max() + 1, dtype=y.dtype)
    np.maximum.at(label, group, y)  # a row that carries two labels counts with the rarer, higher
    in_test = np.zeros(label.size, dtype=bool)
    for value in np.unique(label):
        of_class = rng.permutation(np.flatnonzero(label == value))
        in_test[of_class[: round(test_fraction * of_class.size)]] = True
    order = rng.permutation(len(x))
    test = in_test[group[order]]
    return order[~test], order[test]
