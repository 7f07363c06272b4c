"""Small data for the autoencoder in NumPy."""

import numpy as np
import pytest


@pytest.fixture
def x() -> np.ndarray:
    """Return 12 samples of 5 values strictly between 0 and 1."""
    return np.random.default_rng(3).uniform(0.05, 0.95, size=(12, 5))
