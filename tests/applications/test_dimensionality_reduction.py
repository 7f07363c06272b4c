"""The methods of chapter 4: each keeps what it promises, and none has seen a test image."""

import dataclasses

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import datasets, metrics  # noqa: E402
from aecourse.applications import dimensionality_reduction as reduction  # noqa: E402
from aecourse.applications import variants  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

METHODS = reduction.methods(epochs=1, kernel_images=100)
WITHOUT_A_WAY_BACK = {"tsne", "umap"}
UMAP_WARNINGS = pytest.mark.filterwarnings("ignore::UserWarning:umap", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def split():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        whole = variants.split(datasets.load("mnist"), limit=200)
    return dataclasses.replace(
        whole,
        validation=whole.validation[:60],
        validation_labels=whole.validation_labels[:60],
        test=whole.test[:80],
        test_labels=whole.test_labels[:80],
    )


def fitted(key, split, dimensions=2, seed=0):
    method = METHODS[key]
    return method.fit(split.train, method.only or dimensions, seed=seed)


@UMAP_WARNINGS
@pytest.mark.parametrize("key", METHODS)
def test_a_method_gives_codes_and_images_of_the_right_shape(key, split):
    found = fitted(key, split, dimensions=3)
    codes = found.encode(split.validation)
    assert codes.shape == (60, METHODS[key].only or 3)
    assert np.isfinite(codes).all()
    assert found.fit_seconds >= 0
    if key in WITHOUT_A_WAY_BACK:
        assert found.decode is None
    else:
        rebuilt = found.decode(codes)
        assert rebuilt.shape == split.validation.shape
        assert rebuilt.dtype == np.float32


@UMAP_WARNINGS
@pytest.mark.parametrize("key", METHODS)
def test_nothing_that_is_fitted_depends_on_the_test_part(key, split):
    poisoned = dataclasses.replace(
        split,
        test=np.full_like(split.test, np.nan),
        test_labels=np.full_like(split.test_labels, -1),
    )
    clean, spoiled = (fitted(key, parts) for parts in (split, poisoned))
    np.testing.assert_array_equal(
        clean.encode(split.validation), spoiled.encode(poisoned.validation)
    )
    # A choice is made on what is measured on the validation part.
    first, again = (
        reduction.measure(found, parts, part="validation")
        for found, parts in ((clean, split), (spoiled, poisoned))
    )
    qualities = [name for name in first._fields if not name.endswith("_seconds")]
    np.testing.assert_equal(
        [getattr(first, name) for name in qualities], [getattr(again, name) for name in qualities]
    )


def test_only_the_map_that_starts_afresh_places_an_image_by_what_comes_with_it(split):
    few, more = split.test[:60], split.test
    for key in ("pca", "random", "dense"):
        found = fitted(key, split)
        np.testing.assert_allclose(found.encode(few), found.encode(more)[:60], atol=1e-5)
    found = fitted("tsne", split)
    assert not found.places_new
    assert np.abs(found.encode(few) - found.encode(more)[:60]).max() > 1e-3


@pytest.mark.parametrize("key", ["random", "dense", "convolutional", "variational"])
def test_a_seed_repeats_a_method_and_another_one_does_not(key, split):
    first, again, other = (
        fitted(key, split, seed=seed).encode(split.validation) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_raw_pixels_lose_nothing_and_fewer_components_lose_more(split):
    raw = reduction.measure(fitted("raw", split), split, sample=50)
    assert (raw.mse, raw.trustworthiness, raw.continuity) == (0, 1, 1)
    errors = [reduction.error(fitted("pca", split, size), split.test) for size in (2, 8, 32)]
    assert errors == sorted(errors, reverse=True)
    mean = np.broadcast_to(split.train.mean(axis=0), split.test.shape)
    assert errors[0] < metrics.mean_squared_error(split.test, mean)


def test_kernel_pca_finds_its_way_back_better_than_the_mean_image(split):
    mean = np.broadcast_to(split.train.mean(axis=0), split.test.shape)
    error = reduction.error(fitted("kernel_pca", split, 16), split.test)
    assert error < 0.8 * metrics.mean_squared_error(split.test, mean)


def test_a_random_projection_is_centred_on_the_mean_image(split):
    found = fitted("random", split, 4)
    mean = split.train.mean(axis=0, keepdims=True)
    np.testing.assert_allclose(found.encode(mean), 0, atol=1e-4)
    np.testing.assert_allclose(found.decode(np.zeros((1, 4))), mean, atol=1e-5)


def test_the_measures_are_those_of_the_part_that_is_asked_for(split):
    found = fitted("pca", split, 8)
    measured = reduction.measure(found, split, part="validation")
    codes = found.encode(split.validation)
    assert measured.mse == reduction.error(found, split.validation)
    assert measured.accuracy == metrics.neighbour_accuracy(
        found.encode(split.train), split.train_labels, codes, split.validation_labels
    )
    assert measured.accuracy_within == metrics.leave_one_out_accuracy(
        codes, split.validation_labels
    )
    assert measured.continuity == metrics.continuity(split.validation, codes)
    with pytest.raises(InputError, match="'validation' or 'test'"):
        reduction.measure(found, split, part="train")


def test_a_limit_measures_images_from_all_over_the_part(split):
    found = fitted("pca", split, 8)
    few = dataclasses.replace(split, test=split.test[::2], test_labels=split.test_labels[::2])
    limited = reduction.measure(found, split, limit=40, sample=20)
    assert limited.mse == reduction.error(found, few.test)
    assert limited.accuracy_within == reduction.measure(found, few, sample=20).accuracy_within


def test_the_table_has_a_row_for_each_method_size_and_seed(split):
    chosen = {key: METHODS[key] for key in ("raw", "pca", "tsne")}
    table = reduction.compare(split, chosen, (2, 4), seeds=(0, 1), sample=30)
    assert table.groupby("method")["dimensions"].agg(set).to_dict() == {
        "raw": {784},
        "pca": {2, 4},
        "tsne": {2},
    }
    assert table.value_counts("method").to_dict() == {"raw": 2, "pca": 4, "tsne": 2}
    of_map = table[table["method"] == "tsne"]
    assert of_map[["mse", "accuracy", "search_seconds"]].isna().all(axis=None)
    assert of_map[["trustworthiness", "accuracy_within"]].notna().all(axis=None)


@pytest.mark.parametrize("settings", [{"epochs": 0}, {"kernel_images": 1.5}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(InputError, match="whole number"):
        reduction.methods(**settings)


def test_a_number_of_dimensions_that_makes_no_sense_is_refused(split):
    with pytest.raises(InputError, match="dimensions is 0"):
        METHODS["pca"].fit(split.train, 0)
