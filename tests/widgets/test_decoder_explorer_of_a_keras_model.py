"""The explorer's decoder gives what Keras gives, on each of its backends."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


def images_of(decoder, codes, image_shape, precision="float32"):
    """Return what the explorer decodes from each code."""
    from aecourse.widgets import DecoderExplorer, decoder_layers

    explorer = DecoderExplorer(
        *decoder_layers(decoder), codes, image_shape=image_shape, precision=precision
    )
    return np.stack([explorer.decode(code) for code in codes])


def codes_of(size):
    return np.random.default_rng(0).normal(size=(10, size)).astype("float32")


@pytest.mark.parametrize("reconstruction", ["squared_error", "bernoulli"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh"])
def test_the_explorer_decodes_as_the_course_s_dense_autoencoder_does(reconstruction, activation):
    from aecourse import models, networks

    encoder, decoder = networks.dense(
        input_shape=(6, 5, 1), code_size=2, hidden=(16,), activation=activation
    )
    model = models.Autoencoder(encoder, decoder, reconstruction=reconstruction)
    codes = codes_of(2)
    expected = np.asarray(model.decode(codes))[..., 0]
    np.testing.assert_allclose(images_of(decoder, codes, (6, 5)), expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(28, 28, 1), (13, 9, 1)])
def test_the_explorer_decodes_as_the_course_s_convolutional_autoencoder_does(shape):
    from aecourse import networks

    _, decoder = networks.convolutional(shape, code_size=3, filters=(4, 6), seed=1)
    codes = codes_of(3)
    expected = np.asarray(decoder.predict(codes, verbose=0))[..., 0]
    decoded = images_of(decoder, codes, shape[:2])
    np.testing.assert_allclose(decoded, expected, atol=1e-4)
    assert decoded.std() > 0.01
    half = images_of(decoder, codes, shape[:2], precision="float16")
    np.testing.assert_allclose(half, expected, atol=3e-3)


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transposed_convolutions_of_every_kernel_and_stride_are_keras_s(kernel_size, stride):
    from aecourse.backend import keras

    layers = keras.layers
    decoder = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(4 * 3 * 2, bias_initializer="normal"),
            layers.Reshape((4, 3, 2)),
            layers.Conv2DTranspose(
                1,
                kernel_size,
                strides=stride,
                padding="same",
                bias_initializer="normal",
            ),
        ]
    )
    codes = codes_of(2)
    expected = np.asarray(decoder.predict(codes, verbose=0))[..., 0]
    decoded = images_of(decoder, codes, (4 * stride, 3 * stride))
    np.testing.assert_allclose(decoded, expected, atol=1e-5)


def test_a_layer_that_the_explorer_cannot_compute_is_refused_by_name():
    from aecourse.backend import keras
    from aecourse.errors import InputError
    from aecourse.widgets import decoder_layers

    layers = keras.layers
    code, dense, grid = keras.Input((2,)), layers.Dense(4), layers.Reshape((2, 2, 1))
    for odd in (
        layers.Conv2DTranspose(1, 3, strides=2, padding="valid", name="odd"),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", use_bias=False, name="odd"),
        layers.Conv2DTranspose(1, 3, strides=(1, 2), padding="same", name="odd"),
        layers.Conv2D(1, 3, padding="same", name="odd"),
        layers.Cropping2D(((1, 0), (0, 0)), name="odd"),
        layers.Dense(1, use_bias=False, name="odd"),
    ):
        with pytest.raises(InputError, match="'odd'"):
            decoder_layers(keras.Sequential([code, dense, grid, odd]))
    twice = keras.Sequential([code, layers.Dense(4, "relu"), layers.Activation("tanh", name="odd")])
    with pytest.raises(InputError, match="'odd'"):
        decoder_layers(twice)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_same_holds_on(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, __file__, "-k", "not the_same_holds_on"],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=290,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
