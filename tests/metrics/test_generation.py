"""Whether generated samples look real, cover the real ones and are no copies."""

import numpy as np
import pytest

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.metrics import generation


def cloud(count, seed, centre=(0.0, 0.0)):
    return np.random.default_rng(seed).normal(centre, size=(count, 2))


def test_samples_equal_to_the_real_ones_have_full_precision_and_recall():
    real = np.vstack([cloud(50, 0), cloud(50, 0)])  # every sample twice: balls of radius 0
    assert metrics.precision_recall(real, real.copy(), neighbours=1) == (1, 1)


def test_samples_from_elsewhere_have_neither():
    assert metrics.precision_recall(cloud(100, 0), cloud(100, 1, (50, 0))) == (0, 0)


def test_samples_of_one_kind_alone_are_precise_but_cover_half():
    real = np.vstack([cloud(200, 0), cloud(200, 1, (50, 0))])
    precision, recall = metrics.precision_recall(real, cloud(400, 2))
    assert precision > 0.9
    assert 0.4 < recall < 0.5


def test_samples_that_half_look_wrong_lose_precision_and_keep_recall():
    generated = np.vstack([cloud(200, 1), cloud(200, 2, (50, 0))])
    precision, recall = metrics.precision_recall(cloud(400, 0), generated)
    assert 0.4 < precision <= 0.5
    assert recall > 0.8


def test_the_balls_are_those_worked_out_by_hand():
    # The second neighbours are at 3, 2, 3 and 6: the balls are [-3, 3], [-1, 3], [0, 6], [1, 13].
    real = [[0.0], [1.0], [3.0], [7.0]]
    generated = [[-3.5], [-3.0], [13.0], [13.5]]
    assert metrics.precision_recall(real, generated, neighbours=2).precision == 0.5


def test_a_larger_neighbourhood_lets_no_sample_in_less():
    real, generated = cloud(100, 0), cloud(100, 1, (2, 0))
    values = [metrics.precision_recall(real, generated, neighbours=k) for k in (1, 3, 10)]
    assert values[0].precision < values[1].precision < values[2].precision


def test_blocks_do_not_change_precision_and_recall(monkeypatch):
    real, generated = cloud(120, 0), cloud(90, 1, (1, 0))
    expected = metrics.precision_recall(real, generated)
    monkeypatch.setattr(generation, "BLOCK", 7)
    assert metrics.precision_recall(real, generated) == expected


@pytest.mark.parametrize(
    ("real", "generated", "neighbours", "message"),
    [
        (cloud(3, 0), cloud(10, 1), 3, "real_features has 3 samples; give at least 4"),
        (cloud(10, 0), cloud(10, 1), 0, "neighbours is 0"),
        (cloud(10, 0), np.zeros((10, 3)), 3, "same kind"),
    ],
)
def test_what_has_no_neighbours_is_refused(real, generated, neighbours, message):
    with pytest.raises(InputError, match=message):
        metrics.precision_recall(real, generated, neighbours=neighbours)


def test_a_copy_is_found_at_distance_0_and_its_original_named():
    training = np.random.default_rng(0).random((500, 8, 8, 1)).astype("float32")
    distances, indices = metrics.nearest_neighbours(training[[7, 3, 499]], training)
    np.testing.assert_array_equal(distances, 0)
    np.testing.assert_array_equal(indices, [7, 3, 499])


def test_the_nearest_neighbours_are_those_of_a_search_by_hand():
    rng = np.random.default_rng(1)
    generated, training = rng.random((20, 3, 2)), rng.random((50, 3, 2))
    all_distances = np.sqrt(np.square(generated[:, None] - training[None]).sum(axis=(2, 3)))
    found = metrics.nearest_neighbours(generated, training)
    np.testing.assert_array_equal(found.indices, all_distances.argmin(axis=1))
    np.testing.assert_allclose(found.distances, all_distances.min(axis=1), rtol=1e-12)


def test_samples_of_another_shape_than_the_training_data_are_refused():
    with pytest.raises(InputError, match=r"generated has samples of shape \(784,\)"):
        metrics.nearest_neighbours(np.zeros((2, 784)), np.zeros((5, 28, 28)))
