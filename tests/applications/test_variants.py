"""The recipes of chapter 3: each builds what it names, trains, and never sees the test images."""

import dataclasses

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import datasets  # noqa: E402
from aecourse.applications import variants  # noqa: E402

RECIPES = {**variants.reconstruction_recipes(), **variants.generative_recipes()}


@pytest.fixture(scope="module")
def garments():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        return datasets.load("fashion_mnist")


@pytest.fixture(scope="module")
def split(garments):
    return variants.split(garments, limit=100)


def test_the_three_parts_are_images_from_0_to_1_and_share_none(garments):
    split = variants.split(garments)
    parts = (split.train, split.validation, split.test)
    assert [part.shape[1:] for part in parts] == [variants.SHAPE] * 3
    assert all(part.min() >= 0 and part.max() <= 1 for part in parts)
    assert len(split.train) + len(split.validation) == len(garments.x_train)
    seen, held_out = ({image.tobytes() for image in part} for part in parts[:2])
    # Generated garments may repeat; the split itself must not copy any.
    assert len(seen & held_out) <= len(garments.x_train) - len(
        {image.tobytes() for image in garments.x_train}
    )


@pytest.mark.parametrize("key", RECIPES)
def test_a_recipe_trains_and_is_measured(key, split):
    model, history = variants.train(RECIPES[key], split, epochs=1)
    assert len(history.epochs) == 1
    error = variants.reconstruction_error(model, split.validation)
    assert 0 < error < 1
    given = variants.as_taken_by(model, split.validation)
    assert error == pytest.approx(np.square(given - model.reconstruct(given)).mean(), rel=1e-5)


def test_a_recipe_is_repeated_by_its_seed(split):
    recipe = RECIPES["denoising"]
    first, again, other = (
        variants.train(recipe, split, seed=seed, epochs=1)[0].get_weights() for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert any(np.any(a != b) for a, b in zip(first, other, strict=True))


def test_training_and_validation_never_see_a_test_image(split):
    poisoned = dataclasses.replace(split, test=np.full_like(split.test, np.nan))
    recipe = RECIPES["stacked"]
    _, clean = variants.train(recipe, split, epochs=1)
    _, spoiled = variants.train(recipe, poisoned, epochs=1)
    assert clean.metrics == spoiled.metrics


def test_few_labels_are_shown_and_those_often():
    labels = np.random.default_rng(0).integers(10, size=1_000)
    told = variants.few_labelled(labels, 20)
    np.testing.assert_array_equal(np.bincount(labels[told.known]), np.full(10, 2))
    shown = told.labels >= 0
    np.testing.assert_array_equal(told.labels[shown], labels[told.rows[shown]])
    assert set(told.rows[shown]) == set(told.known)
    assert set(told.rows) == set(range(1_000))
    assert 0.1 < shown.mean() < 0.15


def test_a_spread_reaches_from_one_end_to_the_other():
    assert variants.spread(np.arange(10), 5).tolist() == [0, 2, 4, 6, 8]
    assert variants.spread(np.arange(3), 5).tolist() == [0, 1, 2]


def test_draws_come_from_the_model_or_from_normal_codes(split):
    recipes = variants.generative_recipes()
    sampler, plain = (recipes[key].build(0) for key in ("variational", "autoencoder"))
    np.testing.assert_array_equal(variants.draw(sampler, 3, seed=2), sampler.sample(3, seed=2))
    drawn = variants.draw(plain, 3, seed=2)
    assert drawn.shape == (3, *variants.SHAPE)
    assert np.any(drawn != variants.draw(plain, 3, seed=3))


def test_codes_like_the_prior_are_as_near_as_chance_and_others_are_not():
    codes = np.random.default_rng(100).normal(size=(500, 4)).astype("float32")
    assert variants.prior_match(codes).ratio < 2
    assert variants.prior_match(codes + 0.5).ratio > 4
