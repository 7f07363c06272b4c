"""Denoising: what each noise does, when it is there, and that the clean sample is the target."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.corruption import NOISES, Corruption  # noqa: E402

MANY = np.full((200, 100), 0.25, "float32")


def model(shape=(6, 5, 1), **settings):
    pair = networks.dense(shape, 3, hidden=(8,))
    return models.DenoisingAutoencoder(*pair, **{"level": 0.3, **settings})


def as_in_training(layer, x=MANY):
    return keras.ops.convert_to_numpy(layer(x, training=True))


def for_figures(layer, x=MANY):
    return layer.corrupt(x, seed=5)


NOISED = pytest.mark.parametrize("noised", [as_in_training, for_figures])


@NOISED
def test_gaussian_noise_is_added_with_the_given_deviation_and_is_not_clipped(noised):
    added = noised(Corruption("gaussian", 2.0)) - MANY
    error = 2.0 / np.sqrt(added.size)
    assert abs(added.mean()) < 4 * error
    assert abs(added.std() - 2.0) < 4 * error
    assert (MANY + added).min() < -1
    assert (MANY + added).max() > 2


@NOISED
def test_masking_sets_a_share_of_the_values_to_0_and_leaves_the_others_as_they_were(noised):
    spoilt = noised(Corruption("masking", 0.3))
    assert set(np.unique(spoilt)) == {0.0, 0.25}
    assert abs((spoilt == 0).mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / spoilt.size)


@NOISED
def test_salt_and_pepper_set_equal_shares_of_the_values_to_0_and_to_1(noised):
    spoilt = noised(Corruption("salt_and_pepper", 0.4))
    assert set(np.unique(spoilt)) == {0.0, 0.25, 1.0}
    for value in (0, 1):
        assert abs((spoilt == value).mean() - 0.2) < 4 * np.sqrt(0.2 * 0.8 / spoilt.size)


@pytest.mark.parametrize("noise", NOISES)
def test_without_training_and_at_level_0_nothing_is_changed(noise):
    np.testing.assert_array_equal(Corruption(noise, 0.5)(MANY, training=False), MANY)
    np.testing.assert_array_equal(as_in_training(Corruption(noise, 0)), MANY)


@pytest.mark.parametrize("noise", NOISES)
def test_every_batch_has_noise_of_its_own_and_every_seed_too(noise):
    layer = Corruption(noise, 0.5, seed=3)
    first, second = as_in_training(layer), as_in_training(layer)
    assert np.any(first != second)
    again, other = Corruption(noise, 0.5, seed=3), Corruption(noise, 0.5, seed=900)
    np.testing.assert_array_equal(as_in_training(again), first)
    assert np.any(as_in_training(other) != first)


def test_the_noise_does_not_hang_on_global_state():
    layers = [Corruption("gaussian", 0.5) for _ in range(2)]
    drawn = []
    for seed, layer in enumerate(layers):
        keras.utils.set_random_seed(seed)
        drawn.append(as_in_training(layer))
    np.testing.assert_array_equal(*drawn)


def test_the_layer_comes_back_from_its_configuration():
    layer = Corruption("masking", 0.3, seed=4, name="dirt")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(as_in_training(again), as_in_training(layer))


# --- the model ------------------------------------------------------------------------------------


def test_the_loss_of_training_compares_noisy_input_with_the_clean_sample():
    x = samples((6, 5, 1), count=1)
    trained = model(noise="masking", level=0.5, seed=2)
    rebuilt = trained.reconstruct(as_in_training(Corruption("masking", 0.5, seed=2), x))
    logs = training.fit(trained, x, epochs=1, progress=False)
    assert logs["loss"][0] == pytest.approx(np.square(x - rebuilt).sum(), rel=1e-5)


def test_evaluation_and_codes_are_those_of_the_input_as_it_is():
    x = samples((6, 5, 1))
    denoising, plain = (
        model(level=2.0),
        models.Autoencoder(*networks.dense(x.shape[1:], 3, hidden=(8,))),
    )
    assert denoising.evaluate(x) == plain.evaluate(x)
    np.testing.assert_array_equal(denoising.encode(x), plain.encode(x))


def test_training_removes_noise_that_a_plain_autoencoder_passes_on():
    x = samples((12,), count=400)

    def wide(variant, **settings):
        trained = variant(*networks.dense(12, 12, hidden=(24,)), **settings)
        training.fit(trained, x, epochs=30, batch_size=50, learning_rate=0.01, progress=False)
        return trained

    denoising = wide(models.DenoisingAutoencoder, level=0.4)
    noisy = denoising.corrupt(x, seed=1)
    passed_on = np.square(wide(models.Autoencoder).reconstruct(noisy) - x).mean()
    left = np.square(denoising.reconstruct(noisy) - x).mean()
    assert left < 0.8 * passed_on < np.square(noisy - x).mean()


def test_corrupted_samples_are_repeated_by_their_seed_and_leave_training_alone():
    x = samples((6, 5, 1))
    first, second = model(), model()
    first.corrupt(x)
    np.testing.assert_array_equal(first.corrupt(x, seed=1), second.corrupt(x, seed=1))
    assert np.any(first.corrupt(x, seed=1) != second.corrupt(x, seed=2))
    assert first.corrupt(x).dtype == np.float32
    left, right = (training.fit(one, x, epochs=1, progress=False) for one in (first, second))
    assert left.metrics == right.metrics


@pytest.mark.filterwarnings("error::UserWarning")
def test_noisy_samples_may_leave_the_range_that_targets_must_keep_to():
    x = samples((6, 5, 1))
    trained = model(level=3.0, reconstruction="bernoulli")
    noisy = trained.corrupt(x)
    assert noisy.max() > 1
    assert trained.reconstruct(noisy).shape == x.shape
    with pytest.raises(InputError, match="bernoulli"):
        trained.evaluate(noisy)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"noise": "speckle"}, "noise is 'speckle'; give 'gaussian', 'masking' or"),
        ({"level": -0.1}, "level is -0.1"),
        ({"level": float("inf")}, "level is inf"),
        ({"noise": "masking", "level": 1}, "level is 1; .* below 1"),
        ({"noise": "salt_and_pepper", "level": 1.5}, "level is 1.5; .* below 1"),
        ({"seed": None}, "seed is None"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, message):
    with pytest.raises(InputError, match=message):
        model(**settings)


def test_a_seed_for_figures_that_makes_no_sense_is_named():
    with pytest.raises(InputError, match="seed is -1"):
        model().corrupt(samples((6, 5, 1)), seed=-1)
