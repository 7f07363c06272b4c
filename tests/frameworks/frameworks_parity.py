"""What the tests of the frameworks compare, and how."""

import numpy as np

from aecourse.frameworks import weights
from aecourse.frameworks.worker import Arrays

LIMIT = 1e-5
"""What differences may be, relative to the largest value."""


def assert_equal(found: Arrays, reference: Arrays) -> None:
    """Fail unless reconstructions, loss and every gradient are the same."""
    compared = [n for n in reference if n in ("reconstruction", "loss") or "gradient/" in n]
    assert len(compared) == 14
    for name in compared:
        assert found[name].shape == reference[name].shape, name
        scale = np.abs(reference[name]).max()
        assert scale > 0, f"{name} is zero everywhere, so it compares nothing"
        assert np.abs(found[name] - reference[name]).max() <= LIMIT * scale, name


def start_of(job: Arrays) -> weights.Weights:
    """Return the weights of a job."""
    return {name: job[name] for name in weights.SHAPES}
