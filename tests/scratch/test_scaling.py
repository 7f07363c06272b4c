import warnings

import numpy as np
import pytest
from sklearn import preprocessing as sk

from aecourse.scratch import MinMaxScaler, ZScoreScaler

SCALERS = [(MinMaxScaler, sk.MinMaxScaler), (ZScoreScaler, sk.StandardScaler)]
both = pytest.mark.parametrize(("scaler", "reference"), SCALERS)


@pytest.fixture
def table() -> np.ndarray:
    return np.random.default_rng(0).normal([0, 50, -3], [1, 1000, 0.01], size=(200, 3))


@both
def test_scaling_equals_scikit_learns(scaler, reference, table: np.ndarray) -> None:
    ours, theirs = scaler().fit(table[:150]), reference().fit(table[:150])
    np.testing.assert_allclose(ours.transform(table), theirs.transform(table), atol=1e-12)


@both
def test_the_way_back_gives_the_original_units(scaler, reference, table: np.ndarray) -> None:
    ours = scaler().fit(table)
    np.testing.assert_allclose(ours.inverse_transform(ours.transform(table)), table, atol=1e-9)


@both
def test_new_data_do_not_change_what_was_learnt(scaler, reference, table: np.ndarray) -> None:
    ours = scaler().fit(table)
    before = ours.offset_.copy(), ours.scale_.copy()
    ours.transform(table * 100)
    np.testing.assert_array_equal(before, (ours.offset_, ours.scale_))


@both
@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9])
def test_a_constant_feature_becomes_zero_without_a_warning(
    scaler, reference, constant: float, table: np.ndarray
) -> None:
    table[:, 1] = constant
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaled = scaler().fit_transform(table)
    np.testing.assert_allclose(scaled[:, 1], 0.0, atol=1e-6)
    assert np.isfinite(scaled).all()


def test_whole_numbers_are_scaled_as_real_ones() -> None:
    scaled = MinMaxScaler().fit_transform(np.array([[0], [128], [255]], np.uint8))
    np.testing.assert_allclose(scaled.ravel(), [0, 128 / 255, 1])


@both
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.array([[1.0], [np.nan]]), "NaN"),
        (np.array([[1.0], [np.inf]]), "infinity"),
        (np.zeros(4), "shape"),
        (np.zeros((0, 2)), "empty"),
        (np.array([["a"]]), "real numbers"),
    ],
)
def test_tables_that_cannot_be_scaled_are_refused(scaler, reference, bad, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scaler().fit(bad)


@both
def test_a_scaler_says_that_it_has_not_seen_data(scaler, reference, table: np.ndarray) -> None:
    with pytest.raises(ValueError, match="call fit"):
        scaler().transform(table)
    with pytest.raises(ValueError, match=r"\(200, 2\); \(samples, 3\)"):
        scaler().fit(table).transform(table[:, :2])
