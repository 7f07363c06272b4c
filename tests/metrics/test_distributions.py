"""Distances between samples of distributions."""

import tracemalloc

import numpy as np
import pytest

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.kernels import inverse_multiquadratic
from aecourse.metrics import distributions


def normal(count, size, seed, shift=0.0):
    return np.random.default_rng(seed).normal(shift, size=(count, size))


# --- the kernel -----------------------------------------------------------------------------------


def test_the_kernel_is_a_half_at_the_squared_distance_of_two_draws_from_the_prior():
    draws = normal(20_000, 3, 0), normal(20_000, 3, 1)
    squared = np.square(draws[0] - draws[1]).sum(axis=1).mean()
    assert inverse_multiquadratic(squared, 3, [1.0]) == pytest.approx(0.5, abs=0.01)


def test_a_point_has_the_full_kernel_with_itself():
    assert inverse_multiquadratic(0.0, 3, [1.0]) == 1
    assert inverse_multiquadratic(0.0, 3, [0.5, 1.0, 2.0]) == 3


# --- maximum mean discrepancy ---------------------------------------------------------------------


def test_the_discrepancy_of_two_pairs_of_points_is_that_worked_out_by_hand():
    # In one dimension with scale 0.5 the kernel is 1 / (1 + squared distance).
    a, b = [[0.0], [1.0]], [[2.0], [3.0]]
    within = 2 * 1 / (1 + 1)
    across = (1 / (1 + 4) + 1 / (1 + 9) + 1 / (1 + 1) + 1 / (1 + 4)) / 4
    result = metrics.maximum_mean_discrepancy(a, b, scales=0.5)
    assert result == pytest.approx(within - 2 * across, rel=1e-12)


def test_samples_of_unequal_size_are_averaged_over_their_own_pairs():
    a, b = normal(7, 2, 0), normal(4, 2, 1)

    def mean(left, right, itself):
        distances = np.square(left[:, None] - right[None]).sum(axis=-1)
        values = inverse_multiquadratic(distances, 2)
        return values[~np.eye(len(left), dtype=bool)].mean() if itself else values.mean()

    expected = mean(a, a, True) + mean(b, b, True) - 2 * mean(a, b, False)
    assert metrics.maximum_mean_discrepancy(a, b) == pytest.approx(expected, rel=1e-10)


def test_two_samples_of_the_prior_differ_by_nothing_but_chance():
    values = [
        metrics.maximum_mean_discrepancy(normal(100, 4, 2 * seed), normal(100, 4, 2 * seed + 1))
        for seed in range(200)
    ]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 3 * error
    assert min(values) < 0 < max(values)


@pytest.mark.parametrize("other", [normal(400, 4, 1, shift=0.5), 2 * normal(400, 4, 1)])
def test_another_mean_or_another_spread_is_far_beyond_chance(other):
    chance = [
        metrics.maximum_mean_discrepancy(normal(400, 4, 2 * seed), normal(400, 4, 2 * seed + 1))
        for seed in range(1, 20)
    ]
    assert metrics.maximum_mean_discrepancy(normal(400, 4, 0), other) > 10 * max(chance)


def test_blocks_do_not_change_the_discrepancy_and_spare_memory(monkeypatch):
    a, b = normal(1500, 2, 0), normal(1500, 2, 1, shift=1.0)
    whole = metrics.maximum_mean_discrepancy(a, b)
    monkeypatch.setattr(distributions, "BLOCK", 64)
    tracemalloc.start()
    assert metrics.maximum_mean_discrepancy(a, b) == pytest.approx(whole, rel=1e-9)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < a.shape[0] * b.shape[0] * 8 / 2  # the matrix of all pairs would be twice that


def test_samples_with_several_axes_are_flattened():
    a, b = normal(10, 6, 0), normal(10, 6, 1)
    expected = metrics.maximum_mean_discrepancy(a, b)
    folded = metrics.maximum_mean_discrepancy(a.reshape(10, 2, 3), b.reshape(10, 2, 3))
    assert folded == expected


@pytest.mark.parametrize(
    ("a", "b", "settings", "message"),
    [
        (np.zeros((1, 2)), np.zeros((5, 2)), {}, "a has 1 samples; give at least 2"),
        (np.zeros((5, 2)), np.zeros((5, 3)), {}, r"shape \(2,\) and b of \(3,\)"),
        (np.full((5, 2), np.nan), np.zeros((5, 2)), {}, "NaN"),
        (np.zeros((5, 2)), np.zeros((5, 2)), {"scales": []}, "scales is empty"),
        (np.zeros((5, 2)), np.zeros((5, 2)), {"scales": [1, -1]}, "each of scales is -1"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, settings, message):
    with pytest.raises(InputError, match=message):
        metrics.maximum_mean_discrepancy(a, b, **settings)


# --- Fréchet distance -----------------------------------------------------------------------------


def exactly(mean, covariance, count=60):
    """Return a sample whose mean and covariance are exactly these."""
    noise = normal(count, len(mean), 5)
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    root = np.linalg.cholesky(np.asarray(covariance, float))
    return white @ root.T + mean


def test_a_sample_is_at_no_distance_from_itself():
    sample = normal(50, 4, 0)
    assert metrics.frechet_distance(sample, sample) == pytest.approx(0, abs=1e-12)


def test_a_shift_alone_gives_its_squared_length():
    sample = normal(50, 3, 0)
    assert metrics.frechet_distance(sample, sample + np.array([1, 2, 2])) == pytest.approx(
        9, rel=1e-10
    )


def test_commuting_covariances_give_the_squared_difference_of_their_deviations():
    a = exactly([0, 0, 0], np.diag([1.0, 4.0, 9.0]))
    b = exactly([1, 0, 0], np.diag([4.0, 4.0, 1.0]))
    expected = 1 + (1 - 2) ** 2 + 0 + (3 - 1) ** 2
    assert metrics.frechet_distance(a, b) == pytest.approx(expected, rel=1e-10)


def test_covariances_that_do_not_commute_agree_with_the_textbook_root():
    one, two = [[2.0, 1.0], [1.0, 3.0]], [[4.0, -1.0], [-1.0, 1.0]]
    # For 2 × 2 matrices tr √M = √(tr M + 2 √det M).
    product = np.array(one) @ two
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = np.trace(one) + np.trace(two) - 2 * root
    result = metrics.frechet_distance(exactly([0, 0], one), exactly([0, 0], two))
    assert result == pytest.approx(expected, rel=1e-10)


def test_the_distance_is_the_same_in_both_directions():
    a, b = normal(60, 5, 0), 2 * normal(40, 5, 1, shift=0.3)
    assert metrics.frechet_distance(a, b) == pytest.approx(metrics.frechet_distance(b, a))


def test_features_that_never_vary_do_no_harm():
    # A dead unit and a repeated one: the covariances have rank 3 of 5.
    features = normal(200, 3, 0)
    deficient = np.column_stack([features, np.zeros(200), features[:, 0]])
    assert metrics.frechet_distance(deficient, deficient) == pytest.approx(0, abs=1e-10)
    moved = metrics.frechet_distance(deficient, deficient + 0.1)
    assert moved == pytest.approx(5 * 0.01, rel=1e-8)


def test_more_features_than_samples_draw_a_warning_and_still_give_a_number():
    with pytest.warns(UserWarning, match="features_b has 10 samples of 20 features"):
        distance = metrics.frechet_distance(normal(100, 20, 0), normal(10, 20, 1))
    assert distance > 0


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.zeros((1, 2)), np.zeros((5, 2)), "features_a has 1 samples"),
        (np.zeros((5, 2)), np.zeros((5, 3)), "same kind"),
        (np.zeros((5, 2)), np.full((5, 2), np.inf), "features_b holds 10 values"),
    ],
)
def test_features_that_allow_no_fit_are_refused(a, b, message):
    with pytest.raises(InputError, match=message):
        metrics.frechet_distance(a, b)
