"""Ways to draw images: each is repeated by its seed, and none sees an image it is judged by."""

import dataclasses

import numpy as np
import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from image_data import SHAPE, blobs  # noqa: E402

from aecourse import models, networks  # noqa: E402
from aecourse.applications import image_generation as generation  # noqa: E402
from aecourse.applications.variants import Split  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

RECIPES = generation.recipes(SHAPE, code_size=3, filters=(2, 2))


@pytest.fixture(scope="module")
def split():
    (train, known), (validation, labels), (test, others) = (blobs(60, seed) for seed in range(3))
    return Split(train, validation, test, known, labels, others)


@pytest.fixture(scope="module")
def trained(split):
    return {key: recipe.train(split.train, epochs=1)[0] for key, recipe in RECIPES.items()}


@pytest.mark.parametrize("key", RECIPES)
def test_a_recipes_model_draws_images_that_its_seed_repeats(key, trained, split):
    for draw in generation.draws_of(key, trained[key], split, prior_epochs=1).values():
        first, again, other = draw(5, 1), draw(5, 1), draw(5, 2)
        assert first.shape == (5, *SHAPE)
        np.testing.assert_array_equal(first, again)
        assert np.any(first != other)


def test_every_generator_has_a_title(trained, split):
    keys = {
        key
        for recipe, model in trained.items()
        for key in generation.draws_of(recipe, model, split, prior_epochs=1)
    }
    of_faces = "regularized_gaussian"
    assert keys | {"linear", "copies", "floor", of_faces} == set(generation.TITLES)


def test_what_is_fitted_sees_no_image_to_be_judged_by(trained, split):
    poisoned = dataclasses.replace(
        split, validation=np.full_like(split.validation, np.nan), test=np.nan * split.test
    )
    for key, model in trained.items():
        clean, spoiled = (
            generation.draws_of(key, model, parts, prior_epochs=1) for parts in (split, poisoned)
        )
        for name, draw in clean.items():
            np.testing.assert_array_equal(draw(3, 0), spoiled[name](3, 0))


def test_a_fitted_gaussian_has_the_mean_and_the_covariance_of_the_codes(split):
    encoder, decoder = networks.dense(SHAPE, 3, hidden=(), output_activation=None)
    model = models.Autoencoder(encoder, decoder)
    draw = generation.density_of_codes(model, split.train, components=1)
    drawn, codes = draw(20_000, 0), model.encode(split.train)
    expected = model.decode(codes).reshape(len(codes), -1)
    found = drawn.reshape(len(drawn), -1)
    np.testing.assert_allclose(found.mean(0), expected.mean(0), atol=0.03)
    np.testing.assert_allclose(
        np.cov(found.T), np.cov(expected.T, bias=True), atol=0.06 * np.cov(expected.T).max()
    )


def test_a_density_needs_vectors_and_enough_images(trained, split):
    with pytest.raises(InputError, match=r"prior_of_codes"):
        generation.density_of_codes(trained["quantized"], split.train)
    with pytest.raises(InputError, match="at least 80 images; there are 60"):
        generation.density_of_codes(trained["autoencoder"], split.train, components=40)


def test_the_linear_generator_draws_what_principal_components_allow(split):
    linear = generation.LinearGenerator(split.train, 4)
    drawn = linear.sample(4_000, seed=0)
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    codes = linear.encode(linear.decode(np.zeros((1, 4), np.float32)))
    np.testing.assert_allclose(codes, 0, atol=1e-4)
    assert np.square(drawn.mean(0) - split.train.mean(0)).mean() < 0.01
    with pytest.raises(InputError, match="more than 60 images"):
        generation.LinearGenerator(split.train, 60)


def test_copies_are_training_images_and_each_comes_once_if_there_are_enough(split):
    draw = generation.copies_of(split.train)
    known = {image.tobytes() for image in split.train}
    drawn = [image.tobytes() for image in draw(60, 0)]
    assert set(drawn) == known
    assert len(draw(100, 0)) == 100
