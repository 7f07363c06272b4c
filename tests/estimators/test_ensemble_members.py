"""Several autoencoders as one model: each learns as it would alone."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.estimators.members import EnsembleAutoencoder, Member, ensemble_networks  # noqa: E402

X = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)


def ensemble(members=3, connectivity=0.5, hidden=(8,), seed=0, sizes=(2,), levels=(0.0,)):
    """Return ``members`` autoencoders for each size of the code and each level of noise."""
    each = [Member(k, level) for k in sizes for level in levels for _ in range(members)]
    settings = {"hidden": hidden, "connectivity": connectivity, "seed": seed}
    return EnsembleAutoencoder(*ensemble_networks(5, each, **settings))


def layers(model):
    return [
        layer
        for half in (model.encoder, model.decoder)
        for layer in half.layers
        if hasattr(layer, "kernel")
    ]


def train(model, **settings):
    options = {"epochs": 5, "batch_size": 16, "progress": False, "learning_rate": 0.01}
    return training.fit(model, X, **{**options, **settings})


def test_each_member_has_a_code_and_a_reconstruction():
    model = ensemble()
    assert model.encode(X).shape == (60, 3, 2)
    assert model.reconstruct(X).shape == (60, 3, 5)


def test_the_loss_is_the_sum_over_the_members():
    model = ensemble()
    errors = np.square(model.reconstruct(X) - X[:, None]).sum(axis=-1).mean(axis=0)
    assert model.evaluate(X)["loss"] == pytest.approx(errors.sum(), rel=1e-5)
    assert model.evaluate(X)["mse"] == pytest.approx(errors.mean() / 5, rel=1e-5)


def test_a_single_member_with_all_connections_trains_as_the_dense_autoencoder():
    model = ensemble(members=1, connectivity=1.0)
    plain = models.Autoencoder(*networks.dense(5, 2, hidden=(8,), output_activation=None))
    plain.set_weights([weights[0] for weights in model.get_weights()])
    for each in (model, plain):
        train(each)
    np.testing.assert_allclose(model.reconstruct(X)[:, 0], plain.reconstruct(X), atol=1e-5)


def test_a_member_learns_as_it_would_alone():
    together, alone = ensemble(), ensemble(members=1)
    alone.set_weights([weights[1:2] for weights in together.get_weights()])
    for each in (together, alone):
        train(each)
    np.testing.assert_allclose(together.reconstruct(X)[:, 1:2], alone.reconstruct(X), atol=1e-5)


def test_members_differ_in_weights_and_connections():
    for layer in layers(ensemble()):
        kernel, mask = np.array(layer.kernel), np.array(layer.mask)
        assert np.abs(kernel[0] - kernel[1]).max() > 0
        assert np.abs(mask[0] - mask[1]).max() == 1


def test_about_the_asked_share_of_connections_is_there():
    model = ensemble(members=50, connectivity=0.3)
    shares = [np.array(layer.mask).mean() for layer in layers(model)]
    np.testing.assert_allclose(shares, 0.3, atol=0.05)


def test_a_missing_connection_has_no_effect_before_and_after_training():
    model = ensemble()
    train(model)
    before = model.reconstruct(X)
    for layer in layers(model):
        layer.kernel.assign(layer.kernel + 100.0 * (1 - layer.mask))
    np.testing.assert_array_equal(model.reconstruct(X), before)


def test_missing_connections_are_never_trained():
    model = ensemble()
    masks = [np.array(layer.mask) for layer in layers(model)]
    starts = [np.array(layer.kernel) for layer in layers(model)]
    train(model)
    for layer, mask, start in zip(layers(model), masks, starts, strict=True):
        np.testing.assert_array_equal(layer.mask, mask)
        moved = np.array(layer.kernel) != start
        assert not moved[mask == 0].any()
        assert moved[mask == 1].mean() > 0.5


def test_fewer_connections_start_with_larger_weights():
    full, sparse = ensemble(connectivity=1.0, members=50), ensemble(connectivity=0.25, members=50)
    for a, b in zip(layers(full), layers(sparse), strict=True):
        assert a.mask is None
        assert np.std(b.kernel) / np.std(a.kernel) == pytest.approx(2, rel=0.01)


def test_what_a_member_does_not_use_of_the_code_tells_nothing_of_the_sample():
    model = ensemble(sizes=(1, 3), members=2, connectivity=1.0)
    train(model)
    codes = model.encode(X)
    assert codes.shape == (60, 4, 3)
    used = np.ptp(codes, axis=0) > 0
    np.testing.assert_array_equal(used.sum(axis=1), [1, 1, 3, 3])


def test_noise_is_added_in_training_alone_and_to_each_member_its_own():
    model = ensemble(levels=(0.0, 1.0, 4.0), members=1)
    noise = model.encoder.get_layer("noise")
    x = np.zeros((2000, 3, 5), "float32")
    np.testing.assert_array_equal(noise(x), x)
    added = np.array(noise(x, training=True))
    np.testing.assert_allclose(added.std(axis=(0, 2)), [0, 1, 4], rtol=0.03)
    assert np.abs(added - np.array(noise(x, training=True))).max() > 1


def test_with_much_noise_a_member_gives_little_more_than_the_mean():
    model = ensemble(levels=(0.0, 8.0), members=1, connectivity=1.0)
    train(model, epochs=60)
    clean, noisy = np.moveaxis(model.reconstruct(X), 1, 0)
    assert noisy.std(axis=0).mean() < 0.5 * clean.std(axis=0).mean()


def test_a_saved_ensemble_comes_back(tmp_path):
    model = ensemble(sizes=(1, 2), levels=(0.0, 2.0), members=1)
    train(model)
    model.save(tmp_path / "ensemble.keras")
    loaded = models.load(tmp_path / "ensemble.keras")
    np.testing.assert_array_equal(loaded.reconstruct(X), model.reconstruct(X))
    for a, b in zip(layers(loaded), layers(model), strict=True):
        np.testing.assert_array_equal(a.mask, b.mask)


def test_halves_that_do_not_fit_are_refused():
    def pair(features):
        return ensemble_networks(
            features, 3 * [Member(2, 0.0)], hidden=(), connectivity=1.0, seed=0
        )

    with pytest.raises(InputError, match=r"samples of shape \(5,\).*gives \(4,\)"):
        EnsembleAutoencoder(pair(5)[0], pair(4)[1])
