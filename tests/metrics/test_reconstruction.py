"""Distances between originals and reconstructions."""

import numpy as np
import pytest

from aecourse import metrics
from aecourse.errors import InputError

X = np.array([[0.0, 1.0], [0.5, 0.5]])
X_HAT = np.array([[0.0, 0.0], [0.5, 1.0]])
PAIRED = [
    metrics.mean_squared_error,
    metrics.mean_absolute_error,
    metrics.per_sample_error,
    metrics.explained_variance,
    metrics.bernoulli_negative_log_likelihood,
]


def test_the_errors_have_their_values_of_a_sum_by_hand():
    assert metrics.mean_squared_error(X, X_HAT) == pytest.approx((1 + 0.25) / 4)
    assert metrics.mean_absolute_error(X, X_HAT) == pytest.approx((1 + 0.5) / 4)
    np.testing.assert_allclose(metrics.per_sample_error(X, X_HAT), [0.5, 0.125])


def test_a_perfect_reconstruction_has_no_error_and_explains_all_variance():
    assert metrics.mean_squared_error(X, X) == 0
    assert metrics.mean_absolute_error(X, X) == 0
    assert metrics.explained_variance(X, X) == 1


def test_answering_with_the_mean_explains_no_variance():
    x = np.random.default_rng(0).normal(3, 2, size=(50, 4, 4))
    assert metrics.explained_variance(x, np.broadcast_to(x.mean(axis=0), x.shape)) == pytest.approx(
        0
    )


def test_the_error_of_single_precision_images_is_summed_in_double():
    x = np.full((20_000, 784), 0.1, "float32")
    assert metrics.mean_squared_error(x, x + np.float32(0.25)) == pytest.approx(0.0625, rel=1e-6)


def test_the_likelihood_of_binary_pixels_is_the_logarithm_of_their_probability():
    x, p = np.array([[1.0, 0.0]]), np.array([[0.8, 0.3]])
    expected = -np.log(0.8) - np.log(0.7)
    assert metrics.bernoulli_negative_log_likelihood(x, p) == pytest.approx(expected)


def test_a_certain_and_wrong_answer_has_a_large_but_finite_cost():
    cost = metrics.bernoulli_negative_log_likelihood([[1.0]], [[0.0]])
    assert cost == pytest.approx(-np.log(1e-7))


def test_no_reconstruction_of_grey_pixels_undercuts_their_entropy():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(30, 12))
    floor = metrics.bernoulli_entropy(x)
    assert floor > 0
    assert metrics.bernoulli_negative_log_likelihood(x, x) == pytest.approx(floor)
    for _ in range(20):
        guess = np.clip(x + rng.normal(0, 0.1, x.shape), 0, 1)
        assert metrics.bernoulli_negative_log_likelihood(x, guess) > floor


def test_black_and_white_pixels_have_no_entropy():
    assert metrics.bernoulli_entropy(np.array([[0.0, 1.0, 1.0]])) == 0


@pytest.mark.parametrize("metric", PAIRED)
@pytest.mark.parametrize(
    ("x", "x_hat", "message"),
    [
        (X, X[:1], "shape"),
        (X, X.T[..., None], "shape"),
        (X[:0], X[:0], "empty"),
        (np.where(X > 0.9, np.nan, X), X, "x holds 1 values that are NaN"),
        (X, np.where(X > 0.9, np.inf, X), "x_hat holds 1 values that are NaN or infinite"),
        (X.astype(str), X, "dtype"),
        (X + 1j, X, "dtype"),
        (1.0, 1.0, "single number"),
    ],
)
def test_arrays_that_cannot_be_compared_are_refused(metric, x, x_hat, message):
    with pytest.raises(InputError, match=message):
        metric(x, x_hat)


def test_a_likelihood_refuses_values_that_are_no_probabilities():
    with pytest.raises(InputError, match="runs from 0 to 2"):
        metrics.bernoulli_negative_log_likelihood(X * 2, X)
    with pytest.raises(InputError, match="between 0 and 1"):
        metrics.bernoulli_negative_log_likelihood(X, X - 1)
    with pytest.raises(InputError, match="between 0 and 1"):
        metrics.bernoulli_entropy(X - 1)


def test_samples_that_are_all_equal_have_no_variance_to_explain():
    with pytest.raises(InputError, match="all samples of x are equal"):
        metrics.explained_variance(np.ones((3, 2)), np.zeros((3, 2)))
