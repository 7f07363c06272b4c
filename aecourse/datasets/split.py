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
        The share of rows that is held back, of each class.
    seed
        Seeds the shuffle.
    """
    rng = np.random.default_rng(seed)
    _, group, size = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    label = np.zeros(size.size, dtype=y.dtype)
    np.maximum.at(label, group, y)  # a row that carries two labels counts with the rarer, higher
    in_test = np.zeros(size.size, dtype=bool)
    for value in np.unique(label):
        of_class = rng.permutation(np.flatnonzero(label == value))
        wanted = round(test_fraction * size[of_class].sum())
        in_test[of_class[_filling(size[of_class], wanted)]] = True
    order = rng.permutation(len(x))
    test = in_test[group[order]]
    return order[~test], order[test]


def _filling(sizes: np.ndarray, wanted: int) -> np.ndarray:
    """Return a mask of groups, taken in order, that together hold ``wanted`` rows or just fewer."""
    taken = np.zeros(sizes.size, dtype=bool)
    for k, size in enumerate(sizes):
        if size <= wanted:
            taken[k] = True
            wanted -= size
    return taken


def latest_of_each(group: np.ndarray, time: np.ndarray, *, share: float) -> np.ndarray:
    """Return a mask of the latest ``share`` of each group's rows (at least one, never all).

    Parameters
    ----------
    group, time : (n,)
        To whom a row belongs, and when it happened. Rows of one moment keep their order.
    share
        The share of each group that is marked, rounded down.
    """
    order = np.lexsort((np.arange(len(group)), time, group))
    _, start, count = np.unique(group[order], return_index=True, return_counts=True)
    held_back = np.clip((share * count).astype(int), 1, np.maximum(count - 1, 0))
    first_marked = np.repeat(start + count - held_back, count)
    mask = np.zeros(len(group), dtype=bool)
    mask[order] = np.arange(len(group)) >= first_marked
    return mask
