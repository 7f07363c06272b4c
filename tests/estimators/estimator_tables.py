"""Small tables for the tests of the estimators."""

import numpy as np


def plane(rows=150, features=6, seed=0):
    """Return rows near a plane, each feature with a mean and a scale of its own."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 2)) @ random.normal(size=(2, features))
    x = x + 0.1 * random.normal(size=x.shape)
    return 10.0 ** np.arange(features) * (x + 5)


def with_anomalies(rows=400, anomalies=20, features=8, seed=0):
    """Return rows near a plane, and labels: 1 where each feature was taken from another row.

    So each value of an abnormal row is a common one, and only together they are not.
    """
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(2, features))  # the same for every seed
    x = random.normal(size=(rows, 2)) @ mixing + 0.1 * random.normal(size=(rows, features))
    sources = random.integers(anomalies, rows, size=(anomalies, features))
    x[:anomalies] = np.take_along_axis(x, sources, axis=0)
    labels = (np.arange(rows) < anomalies).astype(int)
    return x, labels
