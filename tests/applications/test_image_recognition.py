"""The comparisons of chapter 6: features of photographs, and no look at the test part."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import datasets, models, networks  # noqa: E402
from aecourse.applications import feature_extraction as fe  # noqa: E402
from aecourse.applications import image_recognition as ir  # noqa: E402
from aecourse.applications import patch_features as pf  # noqa: E402
from aecourse.applications import variants  # noqa: E402

KINDS = ir.classifiers()
QUICK = {"k-NN": KINDS["k-NN"]}


@pytest.fixture(scope="module")
def data():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        return variants.split(datasets.load("cifar10"), limit=200)


@pytest.fixture(scope="module")
def labelled(data):
    return [fe.labelled_rows(data.train_labels, 5, seed) for seed in range(2)]


def poisoned(data):
    """Return the data with a test part of noise and of wrong labels."""
    noise = np.random.default_rng(0).random(data.test.shape, dtype="float32")
    return dataclasses.replace(data, test=noise, test_labels=9 - data.test_labels)


# --- no look at the test part ---------------------------------------------------------------------


def test_all_that_is_learnt_scaled_and_chosen_is_so_without_the_test_part(data, labelled):
    def found(given):
        patches = pf.draw_patches(given.train, 500)
        whiten = pf.whitening(patches)
        recipe = ir.patch_recipes(8)["denoising"]
        model, _ = recipe.train(whiten(patches), epochs=1)
        seen = ir.featured(given, pf.PatchFeatures(whiten, model.encode, stride=13))
        features = {"codes": ir.in_both_scalings("codes", seen.train)}
        return seen, fe.compare(seen, features, QUICK, labelled)

    (clean, here), (spoilt, there) = found(data), found(poisoned(data))
    np.testing.assert_array_equal(clean.train, spoilt.train)
    np.testing.assert_array_equal(clean.validation, spoilt.validation)
    assert np.any(clean.test != spoilt.test)
    pd.testing.assert_frame_equal(here.drop(columns="accuracy"), there.drop(columns="accuracy"))
    assert np.any(here["accuracy"] != there["accuracy"])


def test_training_never_sees_a_test_image(data):
    recipe = ir.image_recipes()["denoising"]
    given = [dataclasses.replace(each, train=each.train[:16]) for each in (data, poisoned(data))]
    clean, spoilt = (variants.train(recipe, each, epochs=1)[0] for each in given)
    for a, b in zip(clean.get_weights(), spoilt.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


# --- features -------------------------------------------------------------------------------------


def test_every_part_has_its_features_and_keeps_its_labels(data):
    found = ir.featured(data, lambda images: images.mean(axis=(1, 2)))
    for part in ("train", "validation", "test"):
        images, features = getattr(data, part), getattr(found, part)
        np.testing.assert_allclose(features, images.mean(axis=(1, 2)))
        labels = f"{part}_labels"
        np.testing.assert_array_equal(getattr(found, labels), getattr(data, labels))


def test_features_are_named_and_scaled_in_two_ways(data):
    features = data.train.mean(axis=(1, 2))
    each, together = ir.in_both_scalings("colours", features)
    assert (each.title, together.title) == ("colours, scaled each", "colours, scaled together")
    np.testing.assert_allclose(each.apply(features).std(axis=0), 1, rtol=1e-4)
    assert each.size == 3


def test_an_edge_is_found_in_its_cell_and_direction():
    image = np.zeros((1, 32, 32, 3), "float32")
    image[:, :, 18:] = 1
    upright, lying = (
        ir.hog(each)[0, :1764].reshape(7, 7, 2, 2, 9)  # the small cells come first
        for each in (image, image.transpose(0, 2, 1, 3))
    )
    for found in (upright, lying):
        assert (found.sum(axis=(0, 1, 2, 3)) > 0.1).sum() == 1
    assert np.argmax(upright.sum(axis=(0, 1, 2, 3))) != np.argmax(lying.sum(axis=(0, 1, 2, 3)))
    columns = upright.sum(axis=(0, 2, 3, 4))
    assert set(np.flatnonzero(columns > 0.1)) == {3, 4}


def test_maps_are_pooled_over_parts_of_the_image(data):
    pair = networks.convolutional(ir.SHAPE, 4, filters=(2, 3))
    model = models.Autoencoder(*pair)
    images = data.train[:7]
    found = ir.pooled_maps(model, "halve_2")(images)
    maps = pf.means_over_parts(np.asarray(model.encoder.get_layer("halve_1")(images)), 4)
    assert found.shape == (7, 12)
    np.testing.assert_allclose(
        ir.pooled_maps(model, "halve_1", parts=4)(images), maps, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(ir.pooled_maps(model, "halve_2")(images[3:]), found[3:], rtol=1e-4)


def test_tokens_are_pooled_where_their_patches_are(data):
    pair = networks.patch_transformer(ir.SHAPE, 8, patch_size=8, depth=1)
    model = models.MaskedAutoencoder(*pair)
    images = data.train[:3]
    found = ir.pooled_maps(model, "embed")(images)
    tokens = model.encoder.get_layer("embed")(images)
    upper_left = np.asarray(tokens)[:, [0, 1, 4, 5]].mean(axis=1)
    assert found.shape == (3, 32)
    np.testing.assert_allclose(found[:, :8], upper_left, rtol=1e-4, atol=1e-6)


# --- classifiers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_each_classifier_learns_with_each_of_its_settings(name, data):
    colours = {}
    for part in ("train", "validation", "test"):
        labels = np.arange(len(getattr(data, part))) % 3
        lit = getattr(data, part).mean(axis=(1, 2)) + 0.5 * np.eye(3, dtype="float32")[labels]
        colours |= {part: lit, f"{part}_labels": labels}
    lit = variants.Split(**colours)
    rows = np.arange(len(lit.train))
    candidates = ir.in_both_scalings("colours", lit.train)[:1]
    for setting in KINDS[name].settings:
        one = {name: fe.Classifier(KINDS[name].build, (setting,))}
        choice = fe.choose(lit, candidates, one, [rows])[name]
        assert choice.setting == setting
        assert choice.accuracy > 0.7


def test_the_probe_is_linear_and_its_penalty_is_chosen(data, labelled):
    colours = ir.featured(data, lambda images: images.mean(axis=(1, 2)))
    table = fe.compare(
        colours, {"colours": ir.in_both_scalings("colours", colours.train)}, ir.probe(), labelled
    )
    assert table["classifier"].unique().tolist() == ["logistic regression"]
    assert table["setting"].str.startswith("strength=").all()
