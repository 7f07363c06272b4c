"""The arithmetic of the detector's scores, on numbers that can be checked by hand."""

import numpy as np
import pytest
from scipy.stats import cauchy

from aecourse.estimators import scores

ROWS = np.array([[0.0, 1.0], [2.0, 3.0]])
# Two members: the first misses one value by 2, the second misses all by 1.
REBUILT = np.array([[[0.0, 1.0], [1.0, 2.0]], [[2.0, 5.0], [3.0, 4.0]]])


def test_residuals_are_what_each_member_misses():
    missed = scores.residuals(ROWS, REBUILT)
    np.testing.assert_array_equal(missed, [[[0, 0], [1, 1]], [[0, 2], [1, 1]]])


def test_the_usual_size_of_residuals_is_their_deviation_where_they_are_normal():
    missed = np.random.default_rng(0).normal(size=(20_000, 2, 3)) * [[1, 2, 3], [4, 5, 6]]
    expected = [[1, 2, 3], [4, 5, 6]]
    np.testing.assert_allclose(scores.residual_spreads(missed), expected, rtol=0.03)


def test_a_few_absurd_residuals_do_not_move_their_usual_size():
    missed = np.random.default_rng(0).normal(size=(1000, 1, 1))
    clean = scores.residual_spreads(missed)
    missed[:50] = 1e9
    np.testing.assert_allclose(scores.residual_spreads(missed), clean, rtol=0.1)


def test_a_feature_that_is_always_rebuilt_exactly_has_the_least_spread():
    np.testing.assert_array_equal(scores.residual_spreads(np.zeros((5, 1, 1))), [[0.001]])


def test_surprise_is_a_cauchy_distributions_up_to_a_constant():
    missed, spread = np.array([-3.0, 0.0, 0.5, 40.0]), 2.0
    differences = np.diff(scores.surprise(missed, spread))
    np.testing.assert_allclose(differences, np.diff(-cauchy.logpdf(missed, scale=spread)))


def test_each_member_is_standardised_before_the_mean():
    seen = np.array([[0.0, 10.0], [2.0, 30.0]])
    usual = scores.Usual.of(seen)
    np.testing.assert_array_equal(usual.combined(seen), [-1, 1])
    np.testing.assert_array_equal(usual.combined(np.array([[3.0, 20.0]])), [1])


def test_a_member_that_tells_no_rows_apart_counts_as_it_is():
    usual = scores.Usual.of(np.array([[0.0, 5.0], [2.0, 5.0]]))
    np.testing.assert_array_equal(usual.combined(np.array([[3.0, 5.0]])), [1])


@pytest.mark.parametrize("rows", [1, 4, 5, 8])
def test_parts_add_up_to_the_whole(rows):
    x = np.arange(2.0 * rows).reshape(rows, 2)
    np.testing.assert_array_equal(scores.in_parts(np.square, x, size=4), np.square(x))


@pytest.mark.parametrize("method", scores.PROBABILITIES)
def test_probabilities_rise_with_the_score_and_stay_between_0_and_1(method):
    seen = np.array([1.0, 2.0, 3.0, 6.0])
    probabilities = scores.PROBABILITIES[method](np.linspace(-5, 50, 100), seen)
    assert (np.diff(probabilities) >= 0).all()
    assert probabilities[0] == 0
    assert probabilities[-1] == 1


@pytest.mark.parametrize("method", scores.PROBABILITIES)
def test_equal_scores_in_training_give_numbers(method):
    probabilities = scores.PROBABILITIES[method](np.array([1.0, 1.0]), np.ones(5))
    np.testing.assert_array_equal(probabilities, [0, 0])
