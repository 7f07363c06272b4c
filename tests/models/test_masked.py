"""The masked autoencoder: what it sees, what it is judged by, and what it fills in."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

SHAPE, PATCHES, SIDE, WIDTH = (8, 6, 1), 12, 2, 8
X = samples(SHAPE)


def masked(**settings):
    pair = networks.patch_transformer(SHAPE, WIDTH, patch_size=SIDE, depth=1, heads=2)
    return models.MaskedAutoencoder(*pair, **settings)


def train(model, x=X, learning_rate=0.01, **settings):
    model.compile(model.optimizer_at(learning_rate), run_eagerly=True)
    settings = {"epochs": 2, "batch_size": 30, "progress": False, **settings}
    return training.fit(model, x, **settings)


def outputs(model, x=X, training=False):
    tensors = model(keras.ops.convert_to_tensor(x), training=training)
    return {name: keras.ops.convert_to_numpy(value) for name, value in tensors.items()}


def pixels(hidden):
    """Return a mask of patches as one of pixels."""
    grid = np.asarray(hidden).reshape(-1, 4, 3)
    return grid.repeat(SIDE, axis=1).repeat(SIDE, axis=2)[..., None]


def as_mask(positions):
    return (np.arange(PATCHES) == positions[..., None]).any(axis=1)


@pytest.mark.parametrize(("share", "count"), [(0.75, 9), (0.5, 6), (0.1, 1), (0.8, 10)])
def test_each_image_hides_the_same_number_of_patches(share, count):
    model = masked(masked_share=share)
    assert (model.random_mask(7).sum(axis=1) == count).all()
    for mode in (False, True):
        hidden = as_mask(outputs(model, training=mode)["hidden"])
        assert hidden.sum(axis=1).tolist() == [count] * len(X)


def test_training_hides_other_patches_of_each_image_and_in_each_step():
    model = masked()
    first, second = (as_mask(outputs(model, training=True)["hidden"]) for _ in range(2))
    assert len(np.unique(first, axis=0)) > len(X) // 2
    assert (first != second).any(axis=1).mean() > 0.9
    # Every patch has its turn: 50 images hide 3 in 4.
    assert (first.mean(axis=0) > 0.5).all()


def test_evaluation_hides_the_patches_that_the_seed_chooses():
    hidden = [as_mask(outputs(masked(seed=seed))["hidden"]) for seed in (0, 0, 1)]
    assert (hidden[0] == hidden[0][0]).all()
    np.testing.assert_array_equal(hidden[0], hidden[1])
    assert (hidden[0] != hidden[2]).any()


@pytest.mark.parametrize("mode", [False, True])
def test_the_encoder_never_sees_a_hidden_pixel(mode):
    # Models with one seed draw alike.
    before = outputs(masked(), training=mode)
    hidden = as_mask(before["hidden"])
    changed = np.where(pixels(hidden), 1 - X, X).astype("float32")
    after = outputs(masked(), changed, training=mode)
    np.testing.assert_array_equal(after["hidden"], before["hidden"])
    np.testing.assert_allclose(after["code"], before["code"], atol=1e-6)
    # A visible pixel does make a difference.
    changed = np.where(pixels(hidden), X, 1 - X).astype("float32")
    after = outputs(masked(), changed, training=mode)
    assert np.abs(after["code"] - before["code"]).max() > 1e-3


def test_every_visible_token_stands_in_its_own_place():
    model = masked(masked_share=0.5)
    results = outputs(model)
    visible = ~as_mask(results["hidden"])
    token = keras.ops.convert_to_numpy(model.mask_token)
    np.testing.assert_allclose(results["code"][~visible] - token, 0, atol=1e-7)
    seen = keras.ops.convert_to_numpy(model.encoder.get_layer("embed")(X))[visible]
    seen = seen.reshape(len(X), -1, WIDTH)
    codes = keras.ops.convert_to_numpy(model.encoder.get_layer("code")(seen))
    np.testing.assert_allclose(
        results["code"][visible].reshape(codes.shape), codes, rtol=1e-5, atol=1e-6
    )


def test_the_error_counts_hidden_pixels_only_and_is_scaled_to_the_whole_image():
    model = masked()
    results = model(keras.ops.convert_to_tensor(X))
    hidden = pixels(as_mask(keras.ops.convert_to_numpy(results["hidden"])))
    rebuilt = keras.ops.convert_to_numpy(results["reconstruction"])
    expected = (np.square(X - rebuilt) * hidden).sum(axis=(1, 2, 3)) * 12 / 9

    def errors(target):
        tensor = keras.ops.convert_to_tensor(target.astype("float32"))
        return keras.ops.convert_to_numpy(model.errors(tensor, results))

    np.testing.assert_allclose(errors(X), expected, rtol=1e-5)
    np.testing.assert_array_equal(errors(np.where(hidden, X, 1 - X)), errors(X))
    assert (errors(np.where(hidden, X + 1, X)) > errors(X)).all()
    logs = model.evaluate(X)
    assert logs["loss"] == pytest.approx(expected.mean(), rel=1e-5)
    # What is visible is copied, so the completed image has no error there.
    assert logs["mse"] == pytest.approx(np.square(X - rebuilt).mean(), rel=1e-5)
    np.testing.assert_array_equal(np.where(hidden, 0, rebuilt), np.where(hidden, 0, X))


@pytest.mark.parametrize("reconstruction", ["bernoulli", "gaussian"])
def test_a_likelihood_is_that_of_the_hidden_pixels(reconstruction):
    model = masked(reconstruction=reconstruction)
    results = model(keras.ops.convert_to_tensor(X))
    hidden = pixels(as_mask(keras.ops.convert_to_numpy(results["hidden"])))
    rebuilt = keras.ops.convert_to_numpy(results["reconstruction"]).astype("float64")
    if reconstruction == "bernoulli":
        each = -X * np.log(rebuilt) - (1 - X) * np.log(1 - rebuilt)
    else:
        each = np.square(X - rebuilt) / (2 * 0.25**2) + np.log(0.25 * np.sqrt(2 * np.pi))
    expected = np.where(hidden, each, 0).sum(axis=(1, 2, 3)).mean() * 12 / 9
    assert model.evaluate(X)["loss"] == pytest.approx(expected, rel=1e-4)


def test_after_training_hidden_patches_are_filled_in_better_than_by_the_mean_image():
    # Images of one grey value each: what is visible tells what is hidden.
    greys = np.random.default_rng(0).random((250, 1, 1, 1), dtype="float32")
    x = np.broadcast_to(greys, (250, *SHAPE)).copy()
    model = masked()
    train(model, x[:200], epochs=10, batch_size=50, learning_rate=0.02)
    hidden = model.random_mask(50, seed=5)
    completed = model.complete(x[200:], hidden)
    where = pixels(hidden)
    np.testing.assert_array_equal(np.where(where, 0, completed), np.where(where, 0, x[200:]))
    error, by_mean = (
        np.square(x[200:] - guess)[where].mean() for guess in (completed, x[:200].mean(axis=0))
    )
    assert error < 0.5 * by_mean


def test_one_choice_of_patches_may_serve_all_images():
    model = masked()
    hidden = model.random_mask(1)[0]
    np.testing.assert_allclose(
        model.complete(X, hidden),
        model.complete(X, np.tile(hidden, (len(X), 1)), batch_size=7),
        atol=1e-6,
    )
    grey = model.show_masked(X, hidden)
    np.testing.assert_array_equal(grey, np.where(pixels(hidden), np.float32(0.5), X))


def test_the_code_and_the_reconstruction_come_from_the_whole_image():
    model = masked()
    np.testing.assert_allclose(
        model.encode(X), keras.ops.convert_to_numpy(model.encoder(X)), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        model.reconstruct(X), keras.ops.convert_to_numpy(model.decoder(model.encode(X))), atol=1e-6
    )


def test_the_token_for_hidden_patches_is_learnt_and_saved(tmp_path):
    model = masked(masked_share=0.5, seed=4)
    before = keras.ops.convert_to_numpy(model.mask_token)
    train(model)
    learnt = keras.ops.convert_to_numpy(model.mask_token)
    assert np.abs(learnt - before).min() > 0
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    assert (loaded.masked_share, loaded.seed) == (0.5, 4)
    hidden = model.random_mask(len(X), seed=1)
    np.testing.assert_array_equal(loaded.complete(X, hidden), model.complete(X, hidden))
    assert loaded.evaluate(X) == pytest.approx(model.evaluate(X), rel=1e-6)


def test_a_resumed_run_hides_the_patches_that_the_unbroken_one_hides(tmp_path):
    unbroken, first, second = (masked() for _ in range(3))
    expected = train(unbroken)
    train(first, epochs=1, checkpoint=tmp_path)
    assert train(second, checkpoint=tmp_path).metrics == expected.metrics
    for left, right in zip(unbroken.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("share", [0, 1, -0.5, 0.01, 0.99, "half"])
def test_a_share_that_hides_nothing_or_all_is_refused(share):
    with pytest.raises(
        InputError, match=r"masked_share is .*(above 0 and below 1|hide at least one)"
    ):
        masked(masked_share=share)


def test_networks_without_patches_are_refused():
    with pytest.raises(InputError, match=r"networks\.patch_transformer"):
        models.MaskedAutoencoder(*networks.dense(SHAPE, 3))


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (np.ones((50, 11), bool), r"hidden has shape \(50, 11\).*\(12,\) or \(50, 12\)"),
        (np.ones((49, 12), bool), r"hidden has shape \(49, 12\)"),
        (np.ones((50, 12)), "dtype float64; give booleans"),
        (np.ones(12, bool), "12 of 12 patches are hidden"),
        (np.zeros(12, bool), "0 of 12 patches are hidden"),
        (np.arange(600).reshape(50, 12) < 7, "from 0 to 7 patches"),
    ],
)
def test_no_choice_of_patches_is_refused(hidden, message):
    with pytest.raises(InputError, match=message):
        masked().complete(X, hidden)
