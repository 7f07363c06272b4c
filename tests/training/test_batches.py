"""The order of the samples."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import backend  # noqa: E402
from aecourse.training.batches import _array_batches, batches, order  # noqa: E402

X = np.arange(10, dtype="float32")[:, None]


def test_every_epoch_visits_every_sample_once_in_an_order_of_its_own():
    orders = [order(0, epoch, 100).tolist() for epoch in range(5)]
    assert all(sorted(one) == list(range(100)) for one in orders)
    assert len({tuple(one) for one in orders}) == 5


def test_the_order_depends_on_seed_and_epoch_alone():
    np.testing.assert_array_equal(order(3, 7, 50), order(3, 7, 50))
    assert order(3, 7, 50).tolist() != order(4, 7, 50).tolist()
    # Seed 0's second epoch must not be seed 1's first, as with a counter added to the seed.
    assert order(0, 1, 50).tolist() != order(1, 0, 50).tolist()


def test_the_batches_follow_the_order_and_end_with_the_rest():
    data = list(batches(X, batch_size=4, seed=5, first_epoch=2, last_epoch=4))
    assert [len(batch[0]) for batch in data] == [4, 4, 2] * 2
    for epoch, start in ((2, 0), (3, 3)):
        seen = np.concatenate([np.asarray(batch[0])[:, 0] for batch in data[start : start + 3]])
        assert seen.tolist() == order(5, epoch, 10).tolist()


@pytest.mark.skipif(backend.name() != "tensorflow", reason="only TensorFlow has a pipeline")
def test_nothing_tunes_the_pipeline_since_its_end_would_wait_for_it():
    data = batches(X, batch_size=4, seed=0, first_epoch=0, last_epoch=1)
    assert data.options().autotune.enabled is False


def test_every_backend_sees_the_same_batches():
    settings = {"batch_size": 4, "seed": 5, "first_epoch": 2, "last_epoch": 4}
    arrays = _array_batches(X, 4, 5, 2, 4)
    for (left,), (right,) in zip(batches(X, **settings), arrays, strict=True):
        np.testing.assert_array_equal(np.asarray(left), np.asarray(right))
