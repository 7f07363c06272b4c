"""Which factor each dimension of a code tells, and which dimensions are in use."""

import numpy as np
import pytest

from aecourse import metrics
from aecourse.errors import InputError

SAMPLES = 5_000
# What counting finds in noise, with 20 bins: 361 / (2 · 5,000) nats of log 20 nats.
NOISE = 0.012


def factors():
    """Return two continuous factors and one of three classes, all independent."""
    rng = np.random.default_rng(0)
    return np.column_stack([rng.uniform(-1, 1, (SAMPLES, 2)), rng.integers(3, size=SAMPLES)])


def noise(columns):
    return np.random.default_rng(1).normal(size=(SAMPLES, columns))


def test_a_code_that_is_the_factors_has_a_gap_of_nearly_one():
    result = metrics.mutual_information_gap(factors(), factors())
    # One short by what counting finds between unrelated columns.
    assert 1 - 1.2 * NOISE < result.gap < 1
    np.testing.assert_allclose(np.diag(result.information), 1)


def test_order_sign_stretching_and_unused_dimensions_do_not_matter():
    first, second, third = factors().T
    code = np.column_stack([noise(1), 5 - third, np.exp(3 * second), -(first**3)])
    result = metrics.mutual_information_gap(code, factors())
    assert 1 - 1.3 * NOISE < result.gap < 1
    np.testing.assert_array_equal(result.information.argmax(axis=0), [3, 2, 1])


def test_the_numbering_of_classes_does_not_matter():
    code = noise(2) + factors()[:, 2:]
    renamed = factors()
    renamed[:, 2] = np.array([7, -1, 2])[renamed[:, 2].astype(int)]
    one, other = (metrics.mutual_information_gap(code, each) for each in (factors(), renamed))
    np.testing.assert_allclose(one.information, other.information)


def test_a_rotation_closes_the_gap_without_losing_information():
    both = factors()[:, :2]
    rotated = both @ np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    result = metrics.mutual_information_gap(rotated, both)
    assert 0 <= result.gap < NOISE
    # The sum of two uniform variables tells half a nat of each; cut into bins, a little less.
    np.testing.assert_allclose(result.information, 0.5 / np.log(20), atol=0.02)


def test_a_factor_told_twice_has_no_gap():
    code = np.column_stack([factors(), factors()[:, 0]])
    gaps = metrics.mutual_information_gap(code, factors()).gaps
    assert gaps[0] == 0
    assert gaps[1:].min() > 0.9


def test_noise_tells_nothing_but_what_counting_adds():
    result = metrics.mutual_information_gap(noise(4), factors())
    assert 0 <= result.gap < NOISE / 2
    assert 0 < result.information.max() < 1.5 * NOISE


def test_a_collapsed_dimension_tells_nothing():
    code = np.column_stack([factors(), np.full(SAMPLES, 0.3)])
    np.testing.assert_allclose(
        metrics.mutual_information_gap(code, factors()).information[-1], 0, atol=1e-12
    )


def test_the_share_of_a_noisy_copy_is_that_of_a_noisy_channel():
    rng = np.random.default_rng(2)
    bit = rng.integers(2, size=(SAMPLES, 1))
    flipped = np.where(rng.random((SAMPLES, 1)) < 0.1, 1 - bit, bit)
    code = np.hstack([flipped, rng.integers(2, size=(SAMPLES, 1))])
    capacity = 1 + 0.1 * np.log2(0.1) + 0.9 * np.log2(0.9)
    result = metrics.mutual_information_gap(code, bit)
    np.testing.assert_allclose(result.information[0, 0], capacity, atol=0.03)


def test_the_gap_is_the_mean_of_what_the_table_shows():
    code = factors() @ np.array([[1, 0.3, 0], [0.2, 1, 0], [0, 0.1, 1]])
    gap, gaps, information = metrics.mutual_information_gap(code, factors()[:, :2])
    assert information.shape == (3, 2)
    ordered = np.sort(information, axis=0)
    np.testing.assert_allclose(gaps, ordered[-1] - ordered[-2])
    assert gap == pytest.approx(gaps.mean())


@pytest.mark.parametrize(
    ("code", "factor", "message"),
    [
        (noise(2)[:-1], factors(), "4999 codes and 5000 rows"),
        (noise(1), factors(), "at least two"),
        (noise(1)[:, 0], factors(), r"codes has shape \(5000,\)"),
        (noise(2), factors()[:, 0], r"factors has shape \(5000,\)"),
        (noise(2)[:399], factors()[:399], "at least 400"),
        (noise(2), factors() * [1, 0, 1], "column 1 has the same value"),
        (noise(2) * np.nan, factors(), "codes holds 10000 values that are NaN"),
        (noise(2).astype(str), factors(), "dtype"),
    ],
)
def test_what_cannot_be_compared_is_refused(code, factor, message):
    with pytest.raises(InputError, match=message):
        metrics.mutual_information_gap(code, factor)


@pytest.mark.parametrize("bins", [1, 2.5, True])
def test_a_number_of_bins_that_makes_no_sense_is_refused(bins):
    with pytest.raises(InputError, match="bins is"):
        metrics.mutual_information_gap(noise(2), factors(), bins=bins)


def test_a_unit_is_active_if_its_mean_varies():
    means = noise(4) * np.sqrt([1.0, 0.02, 0.005, 0.0]) + 3
    assert metrics.active_units(means) == 2
    assert metrics.active_units(means, threshold=0.001) == 3
    assert metrics.active_units(means, threshold=0) == 3


def test_means_and_thresholds_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="means has shape"):
        metrics.active_units(noise(2)[:, 0])
    with pytest.raises(InputError, match="threshold is -1"):
        metrics.active_units(noise(2), threshold=-1)
