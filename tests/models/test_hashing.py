"""Binary codes: bits in test, draws in training, gradients through them, and packed hashes."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

X = samples((12,))


def model(size=10, hidden=(), **settings):
    return models.HashingAutoencoder(*networks.dense(12, size, hidden=hidden), **settings)


def with_log_odds(value):
    """Return a model of one bit whose odds are the same for every sample."""
    trained = model(size=1)
    trained.encoder.set_weights([np.zeros((12, 1)), np.array([value])])
    return trained


def in_training(trained, x):
    return keras.ops.convert_to_numpy(trained(x, training=True)["code"])


def test_codes_are_exactly_0_or_1_and_1_where_the_log_odds_are_positive():
    trained = model()
    codes = trained.encode(X)
    assert set(np.unique(codes)) == {0.0, 1.0}
    np.testing.assert_array_equal(codes, keras.ops.convert_to_numpy(trained.encoder(X)) > 0)


def test_in_training_each_bit_is_drawn_with_its_probability():
    trained = with_log_odds(np.log(0.8 / 0.2))
    x = np.repeat(X[:1], 4000, axis=0)
    first, second = in_training(trained, x), in_training(trained, x)
    np.testing.assert_allclose(first, first.round(), atol=1e-6)
    assert set(first.round().ravel()) == {0.0, 1.0}
    assert np.any(first != second)
    assert abs(first.mean() - 0.8) < 4 * np.sqrt(0.8 * 0.2 / len(x))
    assert np.all(trained.encode(X) == 1)


def test_a_seed_repeats_the_draws():
    first, again, other = (in_training(model(seed=seed), X) for seed in (1, 1, 900))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_the_gradient_passes_through_the_draw_as_if_it_were_the_probability():
    trained, twin = (with_log_odds(0.3) for _ in range(2))
    # Only the first value of the output depends on the bit; all others are 1/2, as the sample is.
    kernel = np.array([[2] + [0] * 11], "float32")
    trained.decoder.set_weights([kernel, np.zeros(12)])
    x = np.full((1, 12), 0.5, "float32")
    bit = in_training(twin, x)[0, 0].round()
    trained.compile(keras.optimizers.SGD(1.0))
    trained.fit(x, epochs=1, verbose=0)
    rebuilt, probability = (1 / (1 + np.exp(-value)) for value in (2 * bit, 0.3))
    by_code = 2 * (rebuilt - 0.5) * rebuilt * (1 - rebuilt) * 2
    by_log_odds = by_code * probability * (1 - probability)
    assert by_log_odds != 0
    bias = trained.encoder.get_weights()[1][0]
    assert bias == pytest.approx(0.3 - by_log_odds, rel=1e-5)


def test_training_makes_bits_that_describe_the_samples():
    x = samples((12,), count=400)
    trained = model(hidden=(16,))
    mean = np.square(x - x.mean(axis=0)).mean()
    training.fit(trained, x, epochs=30, batch_size=50, learning_rate=0.01, progress=False)
    assert trained.evaluate(x)["mse"] < 0.5 * mean


@pytest.mark.parametrize(("bits", "count"), [(3, 1), (8, 1), (10, 2), (16, 2)])
def test_a_hash_holds_the_bits_of_the_code_in_bytes(bits, count):
    trained = model(size=bits)
    hashes = trained.hash(X, batch_size=7)
    assert hashes.dtype == np.uint8
    assert hashes.shape == (len(X), count)
    np.testing.assert_array_equal(np.unpackbits(hashes, axis=1, count=bits), trained.encode(X))


def test_the_hamming_distance_of_two_hashes_is_the_number_of_bits_that_differ():
    trained = model()
    codes, hashes = trained.encode(X), trained.hash(X)
    distances = np.unpackbits(hashes[0] ^ hashes, axis=-1).sum(axis=-1)
    np.testing.assert_array_equal(distances, np.abs(codes[0] - codes).sum(axis=1))
    assert distances.max() > 0


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
def test_a_code_with_an_activation_is_refused(activation):
    pair = networks.dense(12, 4, code_activation=activation)
    with pytest.raises(InputError, match=f"{activation}.*code_activation=None"):
        models.HashingAutoencoder(*pair)


def test_an_encoder_whose_last_activation_cannot_be_told_is_refused():
    sample = keras.Input((12,))
    code = keras.layers.LayerNormalization()(keras.layers.Dense(4)(sample))
    with pytest.raises(InputError, match="of unknown activation"):
        models.HashingAutoencoder(keras.Model(sample, code), networks.dense(12, 4)[1])


def test_a_seed_that_makes_no_sense_is_named():
    with pytest.raises(InputError, match=r"seed is 0\.5"):
        model(seed=0.5)
