"""The base autoencoder: its losses, its checks and the hooks that variants override."""

import re
import warnings

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import metrics, models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

X = samples((6, 5, 1))


def dense(**settings):
    return networks.dense((6, 5, 1), 3, **{"hidden": (8,), **settings})


def test_the_squared_error_is_summed_over_pixels_and_averaged_over_samples():
    model = models.Autoencoder(*dense())
    errors = np.square(X - model.reconstruct(X)).reshape(len(X), -1).sum(axis=1)
    assert model.evaluate(X)["loss"] == pytest.approx(errors.mean(), rel=1e-5)


def test_the_bernoulli_loss_is_the_negative_log_likelihood_in_nats():
    model = models.Autoencoder(*dense(), reconstruction="bernoulli")
    expected = metrics.bernoulli_negative_log_likelihood(X, model.reconstruct(X))
    assert model.evaluate(X)["loss"] == pytest.approx(expected, rel=1e-5)


def test_a_target_of_its_own_can_be_given():
    model = models.Autoencoder(*dense())
    expected = np.square((1 - X) - model.reconstruct(X)).reshape(len(X), -1).sum(axis=1).mean()
    assert model.evaluate(X, 1 - X)["loss"] == pytest.approx(expected, rel=1e-5)


def test_keras_own_fit_trains_the_model():
    model = models.Autoencoder(*dense())
    history = model.fit(X, epochs=3, batch_size=16, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert set(history) == {"loss", "reconstruction", "mse"}


@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_values_outside_the_unit_interval_are_refused_with_cross_entropy(value):
    model = models.Autoencoder(*dense(), reconstruction="bernoulli")
    x = X.copy()
    x[3, 0, 0, 0] = value
    for door in (model.evaluate, model.fit, lambda x: training.fit(model, x, epochs=1)):
        with pytest.raises(InputError, match=f"{value:g}.*bernoulli.*unit_range"):
            door(x)


def test_data_that_a_sigmoid_cannot_reach_draws_a_warning():
    with pytest.warns(UserWarning, match="sigmoid.*output_activation=None"):
        models.Autoencoder(*dense()).evaluate(X * 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        models.Autoencoder(*dense(output_activation=None)).evaluate(X * 3)


def test_cross_entropy_needs_a_decoder_that_gives_probabilities():
    with pytest.raises(InputError, match=r"'linear'.*output_activation='sigmoid'"):
        models.Autoencoder(*dense(output_activation=None), reconstruction="bernoulli")


def test_a_missing_channel_axis_is_named_as_such():
    with pytest.raises(InputError, match=re.escape("x[..., None]")):
        models.Autoencoder(*dense()).encode(X[..., 0])


def test_flattened_images_are_told_how_to_be_folded():
    with pytest.raises(InputError, match=re.escape("x.reshape(-1, 6, 5, 1)")):
        models.Autoencoder(*dense()).encode(X.reshape(len(X), -1))


def test_double_precision_and_lists_are_welcome():
    model = models.Autoencoder(*dense())
    expected = model.encode(X)
    np.testing.assert_array_equal(model.encode(X.astype("float64")), expected)
    np.testing.assert_array_equal(model.encode(X.tolist()), expected)


def test_halves_with_different_codes_are_refused():
    with pytest.raises(InputError, match=r"codes of shape \(3,\).*\(4,\).*one code_size"):
        models.Autoencoder(dense()[0], networks.dense((6, 5, 1), 4)[1])


def test_halves_of_different_samples_are_refused():
    with pytest.raises(InputError, match=r"\(6, 5, 1\).*\(6, 6, 1\).*one input_shape"):
        models.Autoencoder(dense()[0], networks.dense((6, 6, 1), 3)[1])


def test_an_unknown_reconstruction_is_refused():
    with pytest.raises(InputError, match="'mse'; give 'squared_error', 'bernoulli' or 'gaussian'"):
        models.Autoencoder(*dense(), reconstruction="mse")


def test_a_loss_given_to_compile_is_refused():
    with pytest.raises(InputError, match="brings its own"):
        models.Autoencoder(*dense()).compile("adam", loss="mse")


def test_sample_weights_are_refused_rather_than_ignored():
    with pytest.raises(InputError, match="sample_weight"):
        models.Autoencoder(*dense()).fit(X, X, sample_weight=np.ones(len(X)), verbose=0)


def test_a_penalty_on_a_layers_weights_is_part_of_the_loss_and_of_the_logs():
    image = keras.Input((6, 5, 1))
    flat = keras.layers.Flatten()(image)
    code = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.5))(flat)
    model = models.Autoencoder(keras.Model(image, code), dense()[1])
    logs = model.evaluate(X)
    kernel = model.encoder.get_weights()[0]
    assert logs["penalty"] == pytest.approx(0.5 * np.square(kernel).sum(), rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["penalty"], rel=1e-6)


# --- saving ---------------------------------------------------------------------------------------


def test_a_model_is_saved_under_a_name_that_keras_reads(tmp_path):
    with pytest.raises(InputError, match=r"does not end in '.keras'"):
        models.Autoencoder(*dense()).save(tmp_path / "model.h5")


def test_a_model_saved_before_is_kept_when_saving_fails(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "model.keras"
    model = models.Autoencoder(*dense())
    model.save(path)
    good = path.read_bytes()

    def fails(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(keras.Model, "save", fails)
    with pytest.raises(OSError, match="no space"):
        model.save(path)
    assert path.read_bytes() == good
    assert [entry.name for entry in path.parent.iterdir()] == ["model.keras"]


def test_overwriting_can_be_forbidden(tmp_path):
    model = models.Autoencoder(*dense())
    model.save(tmp_path / "model.keras")
    with pytest.raises(InputError, match="exists"):
        model.save(tmp_path / "model.keras", overwrite=False)


def test_what_is_no_saved_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        models.load(tmp_path / "none.keras")
    (tmp_path / "bad.keras").write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(InputError, match="cut short"):
        models.load(tmp_path / "bad.keras")
    dense()[0].save(tmp_path / "half.keras")
    with pytest.raises(InputError, match="not a model of this package"):
        models.load(tmp_path / "half.keras")


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    models.Autoencoder(*dense()).save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="save the model again"):
        models.load(path)


# --- the hooks ------------------------------------------------------------------------------------


class Sparse(models.Autoencoder):
    """The smallest variant with a term of its own."""

    regulariser_names = ("sparsity",)
    weight = 0.3

    def regularisers(self, x, outputs, training=False):
        values = keras.ops.sum(keras.ops.abs(outputs["code"]), axis=-1)
        return {"sparsity": (self.weight, keras.ops.mean(values))}


class Noisy(models.Autoencoder):
    """The smallest variant that changes what the encoder sees, with a random generator."""

    def __init__(self, *args, seed=7, **kwargs):
        super().__init__(*args, **kwargs)
        self.noise = keras.layers.GaussianNoise(0.5, seed=seed)

    def propagate(self, x, training=False):
        return super().propagate(self.noise(x, training=training), training=training)


def test_a_variants_term_enters_the_loss_with_its_weight():
    model = Sparse(*dense())
    logs = model.evaluate(X)
    assert logs["sparsity"] == pytest.approx(np.abs(model.encode(X)).sum(axis=1).mean(), rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.3 * logs["sparsity"], rel=1e-6)


def test_a_variants_term_has_an_effect_on_training():
    plain, sparse = models.Autoencoder(*dense()), Sparse(*dense())
    for model in (plain, sparse):
        training.fit(model, X, epochs=10, batch_size=10, learning_rate=0.01, progress=False)
    assert np.abs(sparse.encode(X)).mean() < 0.8 * np.abs(plain.encode(X)).mean()


def test_a_variant_can_change_what_the_encoder_sees_but_not_the_target():
    model = Noisy(*dense())
    clean, noisy = (np.asarray(model(X, training=mode)["reconstruction"]) for mode in (False, True))
    assert np.abs(clean - noisy).max() > 0
    np.testing.assert_allclose(clean, model.reconstruct(X), atol=1e-6)
    expected = np.square(X - clean).reshape(len(X), -1).sum(axis=1).mean()
    assert model.evaluate(X)["loss"] == pytest.approx(expected, rel=1e-5)


def test_a_resumed_run_draws_the_noise_of_the_unbroken_one(tmp_path):
    def run(model, epochs, **settings):
        return training.fit(model, X, epochs=epochs, batch_size=16, progress=False, **settings)

    unbroken, first, second = (Noisy(*dense()) for _ in range(3))
    expected = run(unbroken, 4)
    run(first, 2, checkpoint=tmp_path)
    assert run(second, 4, checkpoint=tmp_path).metrics == expected.metrics
    for left, right in zip(unbroken.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_what_is_only_encoded_may_lie_in_any_range():
    model = models.Autoencoder(*dense(), reconstruction="bernoulli")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(model.reconstruct(X * 3 - 1)).all()
