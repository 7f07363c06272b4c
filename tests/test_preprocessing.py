import numpy as np
import pytest

from aecourse.errors import InputError
from aecourse.preprocessing import train_validation_split, unit_range


def images(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("given", "expected"),
    [((4, 28, 28), (4, 28, 28, 1)), ((4, 8, 8, 1), (4, 8, 8, 1)), ((4, 8, 8, 3), (4, 8, 8, 3))],
)
def test_bytes_become_floats_between_0_and_1_with_a_channel_axis(given, expected):
    raw = images(*given)
    x = unit_range(raw)

    assert x.shape == expected
    assert x.dtype == np.float32
    np.testing.assert_allclose(x.reshape(given), raw / 255, rtol=1e-6)


def test_black_is_0_and_white_is_1():
    x = unit_range(np.array([[[0, 255]]], dtype=np.uint8))

    assert x.ravel().tolist() == [0.0, 1.0]


def test_a_second_call_changes_nothing():
    x = unit_range(images(3, 5, 5))

    np.testing.assert_array_equal(unit_range(x), x)


def test_the_result_of_one_image_does_not_depend_on_the_others():
    raw = images(6, 5, 5)

    np.testing.assert_array_equal(unit_range(raw)[2:3], unit_range(raw[2:3]))


def test_the_given_array_is_left_alone():
    for raw in (images(2, 3, 3), np.full((2, 3, 3), 0.5, np.float32)):
        before = raw.copy()
        unit_range(raw)[:] = 0
        np.testing.assert_array_equal(raw, before)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (images(28, 28), r"image\[None\]"),
        (images(4, 28, 28, 2), "shape"),
        (images(4, 784)[0], "shape"),
        (images(0, 28, 28), "empty"),
        (images(2, 3, 3).astype(np.int64), "astype"),
        (np.full((2, 3, 3), True), "uint8"),
        (images(2, 3, 3) * 1.0, "divide by 255"),
        (np.full((2, 3, 3), -0.1), r"expected \[0, 1\]"),
        (np.full((2, 3, 3), np.nan), "NaN"),
        (np.full((2, 3, 3), np.inf), "infinity"),
        (np.array([[["a"]]]), "uint8"),
        ("not an array", "shape"),
    ],
)
def test_anything_but_images_is_refused_with_the_way_out(given, message):
    with pytest.raises(InputError, match=message):
        unit_range(given)


def test_the_parts_are_disjoint_and_together_all():
    x = np.arange(100)
    train, validation = train_validation_split(x, fraction=0.2)

    assert len(validation) == 20
    assert sorted([*train, *validation]) == list(range(100))


def test_labels_stay_with_their_samples():
    x, y = np.arange(50), np.arange(50) * 2
    x_train, x_val, y_train, y_val = train_validation_split(x, y, size=10)

    np.testing.assert_array_equal(y_train, x_train * 2)
    np.testing.assert_array_equal(y_val, x_val * 2)


def test_the_seed_decides_the_parts():
    x = np.arange(100)
    one, same, other = (train_validation_split(x, size=10, seed=seed)[1] for seed in (1, 1, 2))

    np.testing.assert_array_equal(one, same)
    assert one.tolist() != other.tolist()


def test_stratified_parts_keep_the_shares_of_the_classes():
    y = np.repeat([0, 1], [90, 10])
    _, validation = train_validation_split(y, fraction=0.2, stratify=y)

    assert validation.sum() == 2


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"fraction": 0.1, "size": 5},
        {"fraction": 0},
        {"fraction": 1.0},
        {"fraction": -0.5},
        {"size": 0},
        {"size": 10},
        {"size": -1},
        {"size": 5, "stratify": np.arange(10)},
        {"size": 5, "stratify": np.zeros(9)},
    ],
)
def test_a_split_that_makes_no_sense_is_refused(options):
    with pytest.raises(InputError):
        train_validation_split(np.arange(10), **options)


def test_arrays_of_different_length_are_refused():
    with pytest.raises(InputError, match=r"\[10, 9\]"):
        train_validation_split(np.arange(10), np.arange(9), size=2)


def test_no_array_at_all_is_refused():
    with pytest.raises(InputError, match="at least one"):
        train_validation_split(size=2)
