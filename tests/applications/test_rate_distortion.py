"""Rounded codes: bits are those an ideal coder needs, and fewer bits cost more error."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import metrics  # noqa: E402
from aecourse.applications import dimensionality_reduction as reduction  # noqa: E402
from aecourse.applications import rate_distortion  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(3, 16)) / 10
    return (0.5 + rng.normal(size=(2_000, 3)) @ basis).reshape(-1, 4, 4, 1).astype("float32")


@pytest.fixture(scope="module")
def components(images):
    return reduction.methods()["pca"].fit(images, 3)


@pytest.mark.parametrize("step", [0.05, 0.5, 3.0])
def test_a_rounded_code_is_at_most_half_a_step_off(step):
    codes = np.random.default_rng(1).normal(size=(500, 4)) * [1, 2, 3, 4] + 7
    quantiser = rate_distortion.fit_quantiser(codes, step)
    restored = quantiser.restore(quantiser.quantise(codes))
    assert np.abs(restored - codes).max() <= quantiser.step * 0.5 + 1e-5
    assert quantiser.step == pytest.approx(step * np.sqrt(codes.var(axis=0).mean()))


def test_equally_frequent_levels_take_equally_many_bits_in_each_dimension():
    column = np.tile([0.0, 1, 2, 3, 4], 10_000)
    codes = np.stack([column, np.random.default_rng(0).permutation(column)], axis=1)
    quantiser = rate_distortion.fit_quantiser(codes, 1 / codes.std())
    bits = quantiser.bits(quantiser.quantise(codes))
    np.testing.assert_allclose(bits, 2 * np.log2(5), atol=1e-3)


def test_bits_of_a_normal_code_are_its_entropy():
    codes = np.random.default_rng(0).normal(size=(200_000, 1))
    quantiser = rate_distortion.fit_quantiser(codes, 0.1)
    bits = quantiser.bits(quantiser.quantise(codes)).mean()
    assert bits == pytest.approx(0.5 * np.log2(2 * np.pi * np.e) - np.log2(0.1), abs=0.01)


def test_what_was_never_seen_is_cut_off_and_every_level_between_is_possible():
    codes = np.array([[0.0], [0.0], [10.0]])
    quantiser = rate_distortion.fit_quantiser(codes, 1 / codes.std())
    levels = quantiser.quantise(np.array([[-99.0], [5.0], [99.0]]))
    assert np.isfinite(quantiser.bits(levels)).all()
    np.testing.assert_allclose(quantiser.restore(levels)[[0, 2], 0], [0, 10], atol=0.5)


def test_wider_steps_take_fewer_bits_and_cost_more(images, components):
    table = rate_distortion.rate_distortion(components, images[:1_000], images[1_000:])
    assert table["step"].is_monotonic_increasing
    assert table["bits"].is_monotonic_decreasing
    assert table["mse"].is_monotonic_increasing


def test_fine_steps_come_near_the_unrounded_error_and_coarse_ones_to_the_mean(images, components):
    table = rate_distortion.rate_distortion(
        components, images[:1_000], images[1_000:], steps=(0.01, 100)
    )
    fine, coarse = table["mse"]
    unrounded = reduction.error(components, images[1_000:])
    assert fine == pytest.approx(unrounded, abs=1e-5)
    assert table["bits"][1] < 0.02
    mean = np.broadcast_to(images[:1_000].mean(axis=0), images[1_000:].shape)
    assert coarse == pytest.approx(metrics.mean_squared_error(images[1_000:], mean), rel=0.01)


def test_what_an_image_costs_does_not_depend_on_the_other_test_images(components, images):
    train, clean = images[:1_000], images[1_000:1_500]
    poison = np.full_like(clean, 100)  # far outside of all that training images hold
    parts = (clean, poison, np.concatenate([clean, poison]))
    first, second, both = (
        rate_distortion.rate_distortion(components, train, part, steps=(0.5,))[["bits", "mse"]]
        for part in parts
    )
    np.testing.assert_allclose(both, (first + second) / 2)


def test_what_cannot_be_rounded_or_rebuilt_is_refused(images):
    with pytest.raises(InputError, match="relative_step is 0"):
        rate_distortion.fit_quantiser(np.eye(3), 0)
    with pytest.raises(InputError, match="all codes are equal"):
        rate_distortion.fit_quantiser(np.ones((5, 2)), 1)
    lost = reduction.Reduction(reduction.flat)
    with pytest.raises(InputError, match="cannot rebuild"):
        rate_distortion.rate_distortion(lost, images, images)
