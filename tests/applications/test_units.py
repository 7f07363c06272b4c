"""What a unit has learnt: the questions are answered for units whose answers are known."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks  # noqa: E402
from aecourse.applications import units  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

SHAPE = (8, 8, 1)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((40, *SHAPE), dtype="float32")


@pytest.fixture(scope="module")
def halves():
    """Return an autoencoder whose unit 0 sums the left half of an image and unit 1 the right."""
    model = models.Autoencoder(*networks.dense(SHAPE, 2, hidden=()))
    weights = np.zeros((*SHAPE, 2), np.float32)
    weights[:, :4, :, 0] = weights[:, 4:, :, 1] = 1
    model.encoder.get_layer("code").set_weights([weights.reshape(64, 2), np.zeros(2)])
    return model


@pytest.fixture(scope="module")
def convolutional():
    return models.Autoencoder(*networks.convolutional(SHAPE, 3, filters=(4,), seed=0))


# --- traversal ------------------------------------------------------------------------------------


def test_a_traversal_moves_one_unit_through_its_range_and_no_other(halves, images):
    moved = units.traverse(halves, images, images[0], 1, steps=5)
    codes = halves.encode(images)
    assert moved.images.shape == (5, *SHAPE)
    assert moved.values[0] == pytest.approx(np.quantile(codes[:, 1], 0.01), rel=1e-5)
    assert moved.values[-1] == pytest.approx(np.quantile(codes[:, 1], 0.99), rel=1e-5)
    np.testing.assert_allclose(np.diff(moved.values, n=2), 0, atol=1e-4)
    given = np.stack([np.full(5, codes[0, 0]), moved.values], axis=1)
    np.testing.assert_allclose(moved.images, halves.decode(given.astype("float32")), atol=1e-6)


def test_a_unit_that_the_code_has_not_is_refused(halves, images):
    with pytest.raises(InputError, match="unit is 2"):
        units.traverse(halves, images, images[0], 2)


def test_a_code_that_is_no_vector_is_refused(images):
    pair = networks.convolutional_grid(SHAPE, 2, filters=(4,))
    with pytest.raises(InputError, match="one value a unit"):
        units.traverse(models.Autoencoder(*pair), images, images[0], 0)


# --- what excites a unit --------------------------------------------------------------------------


def test_the_activations_of_the_last_layer_are_the_codes(convolutional, images):
    found = units.activations(convolutional, images)
    np.testing.assert_allclose(found, convolutional.encode(images), rtol=1e-5, atol=1e-6)


def test_a_filter_counts_with_its_mean_over_all_places(convolutional, images):
    found = units.activations(convolutional, images, layer="halve_1")
    assert found.shape == (40, 4)
    maps = convolutional.encoder.get_layer("halve_1")(images)
    np.testing.assert_allclose(found, np.mean(np.asarray(maps), axis=(1, 2)), rtol=1e-4, atol=1e-6)


def test_the_strongest_images_come_first(halves, images):
    sums = images[:, :, :4].sum(axis=(1, 2, 3))
    found = units.strongest(units.activations(halves, images), 0, 3)
    np.testing.assert_array_equal(found, np.argsort(sums)[::-1][:3])


def test_an_unknown_layer_is_refused_with_the_names_of_all(convolutional, images):
    with pytest.raises(InputError, match="halve_1"):
        units.activations(convolutional, images, layer="halve_9")


# --- activation maximisation ----------------------------------------------------------------------


def test_the_ascent_finds_the_half_that_each_unit_looks_at(halves, images):
    left, right = units.maximise(halves, images, [0, 1], norm=10, variation=0, steps=150)
    assert left[:, :4].min() > 0.9
    assert left[:, 4:].max() < 0.1
    assert right[:, 4:].min() > 0.9
    assert right[:, :4].max() < 0.1


def test_the_image_excites_its_unit_more_than_any_real_one(convolutional, images):
    before = convolutional.get_weights()
    chosen = [0, 2]
    made = units.maximise(convolutional, images, chosen, norm=0, variation=0, steps=100)
    reached = units.activations(convolutional, made)[[0, 1], chosen]
    assert (reached > units.activations(convolutional, images)[:, chosen].max(axis=0)).all()
    assert made.min() >= 0
    assert made.max() <= 1
    assert convolutional.encoder.trainable
    for a, b in zip(before, convolutional.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_image_does_not_depend_on_the_other_units_that_are_asked(convolutional, images):
    alone = units.maximise(convolutional, images, [1], steps=20)
    among = units.maximise(convolutional, images, [2, 1], steps=20)
    np.testing.assert_allclose(alone[0], among[1], atol=1e-5)


def test_each_penalty_has_its_effect(convolutional, images):
    def made(**weights):
        return units.maximise(convolutional, images, [0], steps=60, **weights)[0]

    def roughness(image):
        return np.abs(np.diff(image, axis=0)).mean() + np.abs(np.diff(image, axis=1)).mean()

    free = made(norm=0, variation=0)
    assert np.square(made(norm=50, variation=0)).mean() < 0.5 * np.square(free).mean()
    assert roughness(made(norm=0, variation=50)) < 0.5 * roughness(free)


def test_a_unit_that_never_varies_is_refused(images):
    model = models.Autoencoder(*networks.dense(SHAPE, 2, hidden=()))
    model.encoder.get_layer("code").set_weights([np.zeros((64, 2)), np.zeros(2)])
    with pytest.raises(InputError, match="does not vary"):
        units.maximise(model, images, [1])


@pytest.mark.parametrize(
    "setting", [{"norm": -1}, {"variation": -1}, {"steps": 0}, {"learning_rate": 0}]
)
def test_settings_that_make_no_sense_are_refused(halves, images, setting):
    with pytest.raises(InputError, match=next(iter(setting))):
        units.maximise(halves, images, [0], **setting)
