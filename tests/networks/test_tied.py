"""A decoder that shares the encoder's weights."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from pairs import output, uniform  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

X = uniform((6, 5, 1), 50)
PARTNERS = {"hidden_1": "code", "hidden_2": "hidden_2", "output": "hidden_1"}


def tied(**settings):
    return networks.tied_dense((6, 5, 1), 3, **{"hidden": (8, 7), **settings})


def train(model, **settings):
    settings = {"epochs": 3, "batch_size": 16, "learning_rate": 0.01, "progress": False, **settings}
    return training.fit(model, X, **settings)


def assert_tied(encoder, decoder):
    for layer, partner in PARTNERS.items():
        assert decoder.get_layer(layer).kernel is encoder.get_layer(partner).kernel


def test_every_layer_of_the_decoder_is_a_transposed_layer_of_the_encoder():
    encoder, decoder = tied()
    assert_tied(encoder, decoder)
    kernels = [value for value in encoder.get_weights() if value.ndim == 2]
    x = code = uniform((3,))
    for kernel, ending in zip(kernels[::-1], ("relu", "relu", "sigmoid"), strict=True):
        x = keras.ops.convert_to_numpy(getattr(keras.ops, ending)(x @ kernel.T))
    np.testing.assert_allclose(output(decoder, code).reshape(3, -1), x, atol=1e-6)


def test_the_encoder_is_that_of_the_dense_pair():
    dense, _ = networks.dense((6, 5, 1), 3, hidden=(8, 7), seed=4)
    for left, right in zip(tied(seed=4)[0].get_weights(), dense.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_linear_tied_pair_without_biases_is_a_symmetric_matrix():
    encoder, decoder = networks.tied_dense(5, 2, hidden=(), output_activation=None)
    whole = output(decoder, output(encoder, np.eye(5, dtype="float32")))
    np.testing.assert_allclose(whole, whole.T, atol=1e-6)
    assert np.linalg.matrix_rank(whole, tol=1e-5) == 2


def test_shared_weights_are_counted_once():
    encoder, decoder = tied()
    model = models.Autoencoder(encoder, decoder)
    model.ensure_built()
    assert [value.shape for value in decoder.get_weights()] == [(7,), (8,), (30,)]
    variables = encoder.trainable_variables + decoder.trainable_variables
    assert len(model.trainable_variables) == len(variables) == 6 + 3
    assert model.count_params() == encoder.count_params() + 7 + 8 + 30


def test_the_gradient_is_the_sum_of_that_of_both_uses():
    encoder, decoder = tied(activation="tanh")
    one = models.Autoencoder(encoder, decoder)
    two = models.Autoencoder(*networks.dense((6, 5, 1), 3, hidden=(8, 7), activation="tanh"))
    kernels = [value for value in encoder.get_weights() if value.ndim == 2]
    for layer, kernel in zip(two.decoder.layers[1:4], kernels[::-1], strict=True):
        layer.set_weights([kernel.T, np.zeros(kernel.shape[0])])
    for model in (one, two):
        model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
        model.fit(X, batch_size=len(X), verbose=0)
    for layer, partner in PARTNERS.items():
        start = kernels[["hidden_1", "hidden_2", "code"].index(partner)]
        both = one.encoder.get_layer(partner).get_weights()[0] - start
        first = two.encoder.get_layer(partner).get_weights()[0] - start
        second = two.decoder.get_layer(layer).get_weights()[0].T - start
        assert min(np.abs(first).max(), np.abs(second).max()) > 1e-4
        np.testing.assert_allclose(both, first + second, atol=1e-6)


def test_a_loaded_model_is_tied_and_stays_so_while_it_learns(tmp_path):
    model = models.Autoencoder(*tied())
    train(model)
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(X), model.reconstruct(X))
    before = loaded.encoder.get_weights()[0]
    train(loaded, epochs=1)
    assert np.any(loaded.encoder.get_weights()[0] != before)
    assert_tied(loaded.encoder, loaded.decoder)


def test_a_resumed_run_ends_with_the_weights_of_the_unbroken_one(tmp_path):
    unbroken, first, second = (models.Autoencoder(*tied()) for _ in range(3))
    expected = train(unbroken)
    train(first, epochs=1, checkpoint=tmp_path)
    assert train(second, checkpoint=tmp_path).metrics == expected.metrics
    for left, right in zip(unbroken.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_decoder_without_its_encoder_says_so():
    config = keras.saving.serialize_keras_object(tied()[1])
    alone = keras.saving.deserialize_keras_object(config)
    with pytest.raises(InputError, match=r"'hidden_1'.*link_tied\(encoder, decoder\)"):
        output(alone, uniform((3,)))


def test_a_decoder_is_tied_to_one_encoder_only():
    encoder, decoder = tied()
    networks.link_tied(encoder, decoder)
    with pytest.raises(InputError, match="tied to another encoder already"):
        models.Autoencoder(tied()[0], decoder)


def test_a_decoder_is_not_tied_to_an_encoder_of_other_sizes():
    with pytest.raises(InputError, match=r"needs weights of shape \(7, 3\).*has \(9, 3\)"):
        networks.link_tied(tied(hidden=(8, 9))[0], tied()[1])
    with pytest.raises(InputError, match="'code' has none"):
        networks.link_tied(keras.Sequential([keras.layers.Dense(3)]), tied()[1])


def test_pairs_that_are_not_tied_are_left_alone():
    encoder, decoder = networks.dense(5, 2)
    networks.link_tied(encoder, decoder)
    networks.link_tied(object(), object())
