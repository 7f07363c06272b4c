"""The classifier in whose features generated samples are judged."""

import numpy as np
import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from aecourse import metrics  # noqa: E402
from aecourse.applications.feature_space import FEATURES, classifier, train_classifier  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


def stripes(count, seed):
    """Return images with stripes across or along, somewhere, and which of the two it is."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    waves = 0.5 + 0.5 * np.sin(np.arange(8) * np.pi / 2 + rng.uniform(0, 6, (count, 1)))
    images = np.repeat(waves[:, None], 8, axis=1)
    images[labels == 1] = images[labels == 1].transpose(0, 2, 1)
    noisy = np.clip(images + rng.normal(0, 0.1, images.shape), 0, 1)
    return noisy[..., None].astype("float32"), labels


@pytest.fixture(scope="module")
def space():
    return train_classifier(*stripes(600, 0), epochs=4)


def test_it_learns_and_says_how_well_on_images_it_was_not_trained_on(space):
    images, labels = stripes(200, 1)
    assert (space.predict(images) == labels).mean() > 0.95
    assert 0.9 < space.accuracy <= 1


def test_the_accuracy_is_that_of_the_images_held_back():
    images, labels = stripes(200, 0)
    labels = np.random.default_rng(5).integers(0, 2, 200)  # nothing to learn
    assert train_classifier(images, labels, epochs=1, held_out=0.5).accuracy < 0.7


def test_features_have_one_row_for_each_image(space):
    images, _ = stripes(30, 1)
    features = space.features(images)
    assert features.shape == (30, FEATURES)
    assert features.min() >= 0


def test_the_class_is_decided_by_the_features_alone(space):
    images, _ = stripes(30, 1)
    kernel, bias = space.network.get_layer("class").get_weights()
    logits = space.features(images) @ kernel + bias
    np.testing.assert_array_equal(logits.argmax(axis=1), space.predict(images))


def test_in_its_features_images_of_the_same_kind_are_near_each_other(space):
    images, labels = stripes(600, 2)
    one, other, another = (
        space.features(images[which])
        for which in (np.flatnonzero(labels == 0)[:100], np.flatnonzero(labels == 0)[100:200],
                      np.flatnonzero(labels == 1)[:100])
    )  # fmt: skip
    same, different = metrics.frechet_distance(one, other), metrics.frechet_distance(one, another)
    assert different > 10 * same


def test_one_seed_gives_one_classifier():
    images, labels = stripes(100, 0)
    first, again, other = (
        train_classifier(images, labels, epochs=1, seed=seed).features(images) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_an_untrained_network_has_a_logit_for_each_class():
    features, logits = classifier((28, 28, 1), 10, seed=0).output_shape
    assert (features, logits) == ((None, 64), (None, 10))


IMAGES, LABELS = stripes(20, 0)


@pytest.mark.parametrize(
    ("images", "labels", "settings", "message"),
    [
        (IMAGES[..., 0], LABELS, {}, "as preprocessing.unit_range returns"),
        (IMAGES[:, :4], LABELS, {}, "at least 8 pixels"),
        (IMAGES * 255, LABELS, {}, "preprocessing.unit_range"),
        (IMAGES, LABELS[:-1], {}, r"labels have shape \(19,\).*give 20"),
        (IMAGES, LABELS - 1, {}, "of at least 0"),
        (IMAGES, LABELS + 0.5, {}, "whole numbers"),
        (IMAGES, LABELS, {"epochs": 0}, "epochs is 0"),
        (IMAGES, LABELS, {"held_out": 1.0}, "held_out is 1.0"),
    ],
)
def test_what_it_cannot_be_trained_on_is_refused(images, labels, settings, message):
    with pytest.raises(InputError, match=message):
        train_classifier(images, labels, **settings)


def test_images_of_another_size_have_no_features(space):
    with pytest.raises(InputError, match=r"images has shape \(2, 28, 28, 1\)"):
        space.features(np.zeros((2, 28, 28, 1), "float32"))
