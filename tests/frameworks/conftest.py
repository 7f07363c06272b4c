"""What the tests of the frameworks share: a few images, and starting weights."""

import numpy as np
import pytest

from aecourse.frameworks import weights
from aecourse.frameworks.worker import Arrays


@pytest.fixture(scope="session")
def job() -> Arrays:
    """Return a job for a worker: twenty images, three to look at, one epoch."""
    rng = np.random.default_rng(0)
    images = rng.random((20, weights.SIDE, weights.SIDE, 1)).astype("float32")
    settings = {"epochs": 1, "batch_size": 10, "seed": 0}
    return {
        "images": images,
        "probe": images[:3] ** 2,
        **weights.glorot(0),
        **{name: np.array(number) for name, number in settings.items()},
    }
