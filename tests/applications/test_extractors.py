"""Features come as rows, are scaled by training images alone, and are as many as was asked for."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks  # noqa: E402
from aecourse.applications import extractors  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((60, 8, 8, 1), dtype="float32")


def grid_model(seed=0):
    return models.Autoencoder(*networks.convolutional_grid((8, 8, 1), 3, filters=(4,), seed=seed))


def test_codes_with_several_axes_become_rows_that_a_classifier_takes(images):
    model = grid_model()
    assert model.code_shape == (4, 4, 3)
    for extractor in extractors.codes(model, images):
        assert extractor.size == 48
        assert extractor.apply(images[:5]).shape == (5, 48)


def test_each_feature_is_scaled_on_its_own_or_all_by_one_number():
    rng = np.random.default_rng(1)
    reference = rng.normal(5, [1, 10, 0.1], size=(1_000, 3))
    each = extractors.standardised(reference, "each")(reference)
    np.testing.assert_allclose(each.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(each.std(axis=0), 1, rtol=1e-5)
    common = extractors.standardised(reference, "common")(reference)
    np.testing.assert_allclose(common.mean(axis=0), 0, atol=1e-5)
    assert np.square(common).mean() == pytest.approx(1, rel=1e-5)
    assert common.std(axis=0)[1] == pytest.approx(10 * common.std(axis=0)[0], rel=0.1)


@pytest.mark.parametrize("scaling", extractors.SCALINGS)
def test_a_feature_that_does_not_vary_becomes_0(scaling):
    reference = np.array([[1.0, 7.0], [3.0, 7.0]])
    scaled = extractors.standardised(reference, scaling)(np.array([[2.0, 9.0], [3.0, 7.0]]))
    assert np.isfinite(scaled).all()
    np.testing.assert_array_equal(scaled[:, 1], 0)


@pytest.mark.parametrize(
    "reference", [np.zeros((4, 2, 2)), np.array([[np.nan, 1.0]])], ids=["not a table", "NaN"]
)
def test_features_that_cannot_be_scaled_are_refused(reference):
    with pytest.raises(InputError, match="table of finite numbers"):
        extractors.standardised(reference)


def test_an_unknown_scaling_is_refused():
    with pytest.raises(InputError, match="'each' or 'common'"):
        extractors.standardised(np.eye(2), "min-max")


def test_what_is_applied_to_other_images_was_learnt_from_the_given_ones(images):
    brighter = images[:10] + 1
    for extractor in (
        *extractors.pixels(images),
        *extractors.principal_components(images, [5]),
        *extractors.codes(grid_model(), images),
    ):
        shifted = extractor.apply(brighter) - extractor.apply(images[:10])
        assert np.abs(shifted.mean(axis=0)).max() > 0.1


def test_principal_components_are_those_of_the_training_images(images):
    together, each = extractors.principal_components(images, [5])[:2][::-1]
    found = together.apply(images)
    variances = found.var(axis=0)
    assert (np.diff(variances) < 0).all()
    flat = images.reshape(60, -1)
    wanted = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)[:5] ** 2
    np.testing.assert_allclose(variances / variances.sum(), wanted / wanted.sum(), rtol=1e-4)
    np.testing.assert_allclose(each.apply(images).var(axis=0), 1, rtol=1e-4)


def test_several_numbers_of_components_are_offered_in_both_scalings(images):
    offered = extractors.principal_components(images, [2, 7])
    assert [extractor.size for extractor in offered] == [2, 2, 7, 7]
    assert [extractor.apply(images[:3]).shape for extractor in offered[::2]] == [(3, 2), (3, 7)]
    assert len({extractor.title for extractor in offered}) == 4


def test_more_components_than_there_can_be_are_refused(images):
    with pytest.raises(InputError, match="at most 60"):
        extractors.principal_components(images, [61])


def test_discriminants_wait_for_labels_and_are_one_fewer_than_the_classes(images):
    labels = np.arange(60) % 3
    extractor = extractors.discriminants(images, 3)[0]
    assert extractor.size == 2
    assert not hasattr(extractor.supervised, "classes_")
    x = extractor.apply(images)
    assert extractor.supervised.fit(x, labels).transform(x).shape == (60, 2)
