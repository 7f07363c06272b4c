"""The hidden half: no method sees it, and a search finds the code that a closed form gives."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from image_data import SHAPE, blobs  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.applications import image_completion as completion  # noqa: E402
from aecourse.applications.feature_space import train_classifier  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models import load  # noqa: E402

RIGHT = completion.visible_part(SHAPE, "right")


def linear_model(code_size=3):
    pair = networks.dense(SHAPE, code_size, hidden=(), output_activation=None, seed=1)
    return models.Autoencoder(*pair)


@pytest.mark.parametrize("hidden", completion.HALVES)
def test_half_of_the_pixels_is_hidden_where_it_is_said(hidden):
    visible = completion.visible_part(SHAPE, hidden)
    assert visible.shape == (8, 8, 1)
    assert visible.mean() == 0.5
    corner = {"left": (4, 0), "right": (4, 7), "top": (0, 4), "bottom": (7, 4)}[hidden]
    assert not visible[corner]


def test_an_unknown_half_is_refused():
    with pytest.raises(InputError, match="hidden is 'middle'"):
        completion.visible_part(SHAPE, "middle")


def test_visible_pixels_are_kept_and_hidden_ones_are_those_found():
    images = blobs(3, 0)[0]
    found = completion.completed(images, RIGHT, np.full_like(images, 2.0))
    np.testing.assert_array_equal(found[:, :, :4], images[:, :, :4])
    assert (found[:, :, 4:] == 1).all()


@pytest.mark.parametrize("price", [0.3, 3.0])
def test_the_search_ends_at_the_code_that_the_closed_form_gives(price):
    model, (images, _) = linear_model(), blobs(4, 0)
    fill = completion.search_code(model, RIGHT, images.mean(0), price=price, steps=800, rate=0.02)
    kernel, bias = model.decoder.get_layer("output").get_weights()
    seen = RIGHT.ravel()
    left = kernel[:, seen]
    # The squared error is not halved, so its gradient has a factor 2 beside the price.
    codes = np.linalg.solve(
        2 * left @ left.T + price * np.eye(3),
        2 * left @ (images.reshape(4, -1) - bias)[:, seen].T,
    ).T
    expected = (codes @ kernel + bias).reshape(images.shape)
    np.testing.assert_allclose(fill(images), expected, atol=2e-3)


def test_the_search_moves_codes_only():
    model, (images, _) = linear_model(), blobs(4, 0)
    before = [weights.copy() for weights in model.get_weights()]
    completion.search_code(model, RIGHT, images.mean(0), steps=5)(images)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("settings", [{"price": -1.0}, {"steps": 0}, {"rate": 0.0}])
def test_a_setting_of_the_search_that_makes_no_sense_is_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        completion.search_code(linear_model(), RIGHT, np.zeros(SHAPE), **settings)


def test_a_grid_of_codes_cannot_be_searched():
    grid = models.Autoencoder(*networks.convolutional_grid(SHAPE, 2, filters=(2,)))
    with pytest.raises(InputError, match="codes are vectors"):
        completion.search_code(grid, RIGHT, np.zeros(SHAPE))


WAYS = ("mean", "mirror", "nearest", "linear", "through", "search")


@pytest.fixture(scope="module")
def fills():
    train, validation = blobs(80, 1)[0], blobs(40, 2)[0]
    model = linear_model()
    return {
        "mean": completion.mean_image(train),
        "mirror": completion.mirror_image(RIGHT),
        "nearest": completion.nearest_image(train, RIGHT),
        "linear": completion.linear_map(train, validation, RIGHT),
        "through": completion.through(model, RIGHT),
        "search": completion.search_code(model, RIGHT, train.mean(0), steps=5),
    }


@pytest.mark.parametrize("name", WAYS)
def test_no_method_looks_at_hidden_pixels(name, fills):
    fill, (images, _) = fills[name], blobs(6, 3)
    other = np.where(RIGHT, images, 1 - images)
    # Even where a method is given whole images, what it fills in hangs on the visible part alone.
    np.testing.assert_allclose(fill(images)[:, :, 4:], fill(other)[:, :, 4:], atol=1e-6)


@pytest.mark.parametrize(("hidden", "axis"), [("right", 2), ("bottom", 1)])
def test_the_mirror_image_of_a_symmetric_image_is_right(hidden, axis):
    images = blobs(3, 0)[0]
    symmetric = (images + np.flip(images, axis)) / 2
    visible = completion.visible_part(SHAPE, hidden)
    assert completion.hidden_error(completion.mirror_image(visible), symmetric, visible) == 0


def test_a_linear_map_and_a_neighbour_beat_the_mean_where_halves_hang_together(fills):
    images = blobs(200, 4)[0]
    errors = {name: completion.hidden_error(fill, images, RIGHT) for name, fill in fills.items()}
    assert errors["linear"] < errors["mean"]
    assert errors["nearest"] < errors["mean"]


def test_the_comparison_ends_with_the_whole_images(fills):
    train, labels = blobs(100, 1)
    space = train_classifier(train, labels, epochs=1)
    images, wanted = blobs(20, 3)
    table = completion.compare({"mean": fills["mean"]}, images, wanted, RIGHT, space)
    assert table["way"].tolist() == ["mean", "whole image"]
    assert table["hidden_mse"].iloc[1] == 0
    assert table["recognised"].between(0, 1).all()


def test_the_rival_is_asked_for_whole_images_and_shown_halves(tmp_path):
    images = blobs(40, 1)[0]
    model = completion.recipe(SHAPE, "right", code_size=4, filters=(2,)).build(0)
    other = images.copy()
    other[:, :, 4:] = 0
    both = [model(keras.ops.convert_to_tensor(x))["reconstruction"] for x in (images, other)]
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, both))
    history = training.fit(model, images, epochs=2, progress=False)
    assert history["loss"][1] < history["loss"][0]
    model.save(tmp_path / "rival.keras")
    loaded = load(tmp_path / "rival.keras")
    assert loaded.hidden == "right"
    np.testing.assert_allclose(loaded.reconstruct(images), model.reconstruct(images), rtol=1e-5)
