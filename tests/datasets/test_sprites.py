"""The generated sprites show the factors that they are said to be drawn from, and nothing else."""

import time

import numpy as np
import pytest

from aecourse import datasets
from aecourse.errors import InputError

IMAGES, FACTORS = datasets.sprites(3_000, seed=0)
SHAPE, SCALE, ORIENTATION, X, Y = FACTORS.T
PLAIN = [0, 8, 0, 13.5, 13.5]


def covered(images):
    """Return how many pixels of each picture are white, a grey one counting in part."""
    return images.reshape(len(images), -1).sum(axis=1) / 255


def moments(images):
    """Return the centre of gravity, column and row, and the covariance of the white pixels."""
    weights = images / images.sum(axis=(1, 2), keepdims=True)
    row, column = np.indices(images.shape[1:])
    x, y = ((weights * index).sum(axis=(1, 2)) for index in (column, row))
    dx, dy = column - x[:, None, None], row - y[:, None, None]
    xx, yy, xy = ((weights * part).sum(axis=(1, 2)) for part in (dx * dx, dy * dy, dx * dy))
    return x, y, xx, yy, xy


def varied(name, values, shape=0):
    """Return pictures that differ in one factor only."""
    factors = np.tile(PLAIN, (len(values), 1))
    factors[:, 0] = shape
    factors[:, datasets.SPRITE_FACTORS.index(name)] = values
    return datasets.draw_sprites(factors)


def test_they_are_grey_pictures_of_mnists_size_with_five_factors_each():
    assert IMAGES.shape == (3_000, 28, 28)
    assert IMAGES.dtype == np.uint8
    assert FACTORS.shape == (3_000, len(datasets.SPRITE_FACTORS))
    assert IMAGES.reshape(len(IMAGES), -1).max(axis=1).min() == 255
    grey = (IMAGES > 0) & (IMAGES < 255)
    assert 0.02 < grey.mean() < 0.1


def test_the_area_is_the_square_of_the_scale_whatever_the_shape():
    for shape in range(len(datasets.SPRITE_SHAPES)):
        one = shape == SHAPE
        np.testing.assert_allclose(np.sqrt(covered(IMAGES[one])), SCALE[one], rtol=0.015)


def test_the_centre_of_gravity_is_where_the_factors_say():
    x, y, *_ = moments(IMAGES)
    np.testing.assert_allclose(x, X, atol=0.1)
    np.testing.assert_allclose(y, Y, atol=0.1)


def test_an_ellipse_lies_along_its_orientation():
    ellipse = SHAPE == 0
    _, _, xx, yy, xy = moments(IMAGES[ellipse])
    # Rows count downwards, so a counter-clockwise turn makes columns rise as rows fall.
    axis = np.rad2deg(np.arctan2(-2 * xy, xx - yy) / 2)
    np.testing.assert_allclose(axis, ORIENTATION[ellipse], atol=2)


def test_a_quarter_turn_is_that_of_the_array():
    for shape in range(len(datasets.SPRITE_SHAPES)):
        images = varied("orientation", [20, 110], shape)
        off = np.abs(np.rot90(images[0]).astype(int) - images[1])
        assert off.max() <= 1


def test_the_horizontal_position_spans_twice_the_vertical_one():
    assert np.ptp(X) == pytest.approx(12, abs=0.05)
    assert np.ptp(Y) == pytest.approx(6, abs=0.05)


def test_every_shape_lies_wholly_inside_the_picture():
    low, high = FACTORS.min(axis=0), FACTORS.max(axis=0)
    corners = [
        [shape, high[1], turn, x, y]
        for shape in range(len(datasets.SPRITE_SHAPES))
        for turn in np.linspace(low[2], high[2], 13)
        for x in (low[3], high[3])
        for y in (low[4], high[4])
    ]
    area = covered(datasets.draw_sprites(corners))
    np.testing.assert_allclose(np.sqrt(area), high[1], rtol=0.015)


def test_each_factor_changes_the_picture():
    for name, values in {
        "shape": [0, 1, 2],
        "scale": [6, 8, 10],
        "orientation": [-30, 0, 30],
        "x": [8, 12, 16],
        "y": [11, 13, 16],
    }.items():
        first, second, third = varied(name, values).astype(float)
        for one, other in ((first, second), (second, third), (first, third)):
            assert np.abs(one - other).mean() > 5


def test_the_factors_are_independent_and_uniform():
    np.testing.assert_allclose(np.corrcoef(FACTORS.T), np.eye(5), atol=0.07)
    assert np.bincount(SHAPE.astype(int)).min() > 900
    for factor in (SCALE, ORIENTATION, X, Y):
        counts, _ = np.histogram(factor, bins=10)
        assert counts.min() > 230
        assert counts.max() < 370


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others():
    again, factors = datasets.sprites(3_000, seed=0)
    np.testing.assert_array_equal(again, IMAGES)
    np.testing.assert_array_equal(factors, FACTORS)
    other, _ = datasets.sprites(3_000, seed=1)
    assert not {x.tobytes() for x in other} & {x.tobytes() for x in IMAGES}


def test_the_factors_returned_draw_the_pictures_again():
    np.testing.assert_array_equal(datasets.draw_sprites(FACTORS[-5:].tolist()), IMAGES[-5:])


def test_ten_thousand_are_drawn_in_seconds():
    before = time.process_time()
    datasets.sprites(10_000)
    assert time.process_time() - before < 3


@pytest.mark.parametrize("count", [0, -3, 2.5, True])
def test_a_count_that_makes_no_sense_is_refused(count):
    with pytest.raises(InputError, match="count is"):
        datasets.sprites(count)


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        (PLAIN, r"shape \(5,\).*shape, scale, orientation, x, y"),
        (np.ones((3, 4)), r"shape \(3, 4\)"),
        (np.ones((0, 5)), r"shape \(0, 5\)"),
        ([[0, np.nan, 0, 0, 0]], "NaN"),
        ([[3, 8, 0, 13, 13]], r"0 \(ellipse\), 1 \(square\), 2 \(heart\)"),
        ([[0.5, 8, 0, 13, 13]], "the shape is the first"),
        ([[0, 0, 0, 13, 13]], "numbers above 0"),
    ],
)
def test_factors_that_cannot_be_drawn_are_refused(factors, message):
    with pytest.raises(InputError, match=message):
        datasets.draw_sprites(factors)
