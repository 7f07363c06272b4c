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
