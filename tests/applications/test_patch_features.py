"""Patches are prepared by training patches alone, seen at every place, and pooled over parts."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse.applications import image_recognition as ir  # noqa: E402
from aecourse.applications import patch_features as pf  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((12, 9, 10, 3), dtype="float32")


@pytest.fixture(scope="module")
def patches(images):
    return pf.draw_patches(images, 3_000, side=4)


def unprepared(values):
    return pf.Whitening(np.zeros(values, "float32"), np.eye(values, dtype="float32"))


# --- patches --------------------------------------------------------------------------------------


def test_a_window_is_the_part_of_the_image_at_its_place(images):
    found = pf.windows(images, 4)
    assert found.shape == (12, 6, 7, 4, 4, 3)
    np.testing.assert_array_equal(found[5, 2, 3], images[5, 2:6, 3:7])


def test_drawn_patches_are_windows_and_repeat_with_their_seed(images, patches):
    everywhere = {window.tobytes() for window in pf.windows(images, 4).reshape(-1, 48)}
    assert {patch.tobytes() for patch in patches} <= everywhere
    np.testing.assert_array_equal(patches, pf.draw_patches(images, 3_000, side=4))
    assert np.any(patches != pf.draw_patches(images, 3_000, side=4, seed=1))


def test_patches_larger_than_an_image_are_refused(images):
    with pytest.raises(InputError, match="side is 10 and the images have 9 × 10 pixels"):
        pf.draw_patches(images, 5, side=10)


def test_contrast_is_made_equal_but_plain_patches_stay_plain(patches):
    found = pf.normalised(patches)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(axis=1), 1, rtol=0.01)
    np.testing.assert_allclose(found, pf.normalised(0.5 * patches + 0.2), atol=0.01)
    plain = 0.3 + 0.001 * (patches - 0.5)
    assert pf.normalised(plain).std(axis=1).max() < 0.05


def test_whitened_patches_have_no_correlations_left():
    rng = np.random.default_rng(1)
    mixed = (rng.normal(size=(20_000, 12)) @ rng.normal(size=(12, 12))).astype("float32")
    found = pf.whitening(mixed, floor=1e-6)(mixed)
    kept = np.linalg.eigvalsh(np.cov(found, rowvar=False))
    # One direction is missing: the mean of each patch was taken away.
    np.testing.assert_allclose(kept[1:], 1, rtol=0.02)
    assert kept[0] < 0.01


def test_what_hardly_varies_is_not_blown_up():
    rng = np.random.default_rng(2)
    mixed = rng.normal(size=(20_000, 12)) * np.r_[np.full(11, 1.0), 1e-4]
    found = pf.whitening(mixed.astype("float32"))(mixed.astype("float32"))
    assert found.std(axis=0)[:11].min() > 0.8
    assert pf.whitening(mixed.astype("float32"), floor=1e-9).matrix.max() > found.std()


# --- features -------------------------------------------------------------------------------------


def test_features_are_means_over_quarters(images):
    square = np.zeros((2, 8, 8, 1), "float32")
    square[:, :4, 4:] = np.array([1.0, 3.0])[:, None, None, None]
    maps = pf.means_over_parts(square, 2)
    np.testing.assert_allclose(maps, [[0, 1, 0, 0], [0, 3, 0, 0]])


@pytest.mark.parametrize(("stride", "parts"), [(1, 2), (2, 2), (1, 1), (2, 3)])
def test_each_patch_is_seen_once_wherever_images_are_divided_into_batches(images, stride, parts):
    seen = []

    def encode(patches):
        seen.append(len(patches))
        return np.stack([patches.max(axis=1), patches.min(axis=1)], axis=1)

    features = pf.PatchFeatures(unprepared(48), encode, side=4, stride=stride, parts=parts)
    found = features(images)
    rows, columns = len(range(0, 6, stride)), len(range(0, 7, stride))
    assert sum(seen) == 12 * rows * columns
    assert found.shape == (12, 2 * parts**2)
    for image, row in zip(images, found, strict=True):
        np.testing.assert_allclose(features(image[None])[0], row, rtol=1e-6)


def test_more_parts_than_patches_are_refused(images):
    features = pf.PatchFeatures(unprepared(48), lambda patches: patches, side=4, stride=3, parts=3)
    with pytest.raises(InputError, match="parts is 3 and there are 2 rows and 3 columns"):
        features(images)


def test_features_do_not_depend_on_contrast_but_on_what_is_seen(images, patches):
    whiten = pf.whitening(patches)
    features = pf.PatchFeatures(whiten, pf.k_means(whiten(patches), 8), side=4)
    found = features(images)
    assert found.shape == (12, 32)
    np.testing.assert_allclose(features(0.5 * images + 0.2), found, atol=0.02)
    assert np.abs(features(images[:, ::-1]) - found).max() > 0.02


def test_a_patch_excites_its_own_cluster_most_and_distant_ones_not_at_all():
    rng = np.random.default_rng(3)
    centres = 10 * np.eye(4, 6, dtype="float32")
    cluster = rng.integers(4, size=400)
    points = (centres[cluster] + rng.normal(0, 0.1, (400, 6))).astype("float32")
    found = pf.k_means(points, 4)(points)
    unit = found.argmax(axis=1)
    assert len(set(zip(cluster, unit, strict=True))) == 4
    assert (found > 0).sum(axis=1).tolist() == [1] * 400


@pytest.mark.parametrize("key", ir.patch_recipes())
def test_an_autoencoder_of_patches_learns_and_repeats(key, patches):
    prepared = pf.whitening(patches)(patches)
    recipe = ir.patch_recipes(16, side=4)[key]
    model, history = recipe.train(prepared, epochs=3)
    assert history["loss"][-1] < history["loss"][0]
    codes = model.encode(prepared[:50])
    assert codes.shape == (50, 16)
    assert codes.min() >= 0
    again, _ = recipe.train(prepared, epochs=3)
    np.testing.assert_array_equal(again.encode(prepared[:50]), codes)
    other, _ = recipe.train(prepared, epochs=3, seed=1)
    assert np.any(other.encode(prepared[:50]) != codes)
