"""Encoder and decoder pairs of every kind."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import networks  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


def weights(pair):
    return [value for half in pair for value in half.get_weights()]


@pytest.mark.parametrize("shape", [(7,), (28, 28), (28, 28, 1), (4, 5, 3, 2)])
def test_a_dense_pair_gives_back_the_shape_it_takes(shape):
    encoder, decoder = networks.dense(shape, 3, hidden=(6, 5))
    x = np.zeros((2, *shape), "float32")
    codes = encoder(x)
    assert codes.shape == (2, 3)
    assert decoder(codes).shape == x.shape


def test_a_dense_pair_takes_a_plain_number_as_its_input_shape():
    encoder, decoder = networks.dense(7, 3)
    assert encoder.input_shape == (None, 7)
    assert decoder.output_shape == (None, 7)


def test_the_decoder_of_a_dense_pair_mirrors_its_encoder():
    encoder, decoder = networks.dense(7, 2, hidden=(6, 5))
    widths = [[kernel.shape for kernel in half.get_weights()[::2]] for half in (encoder, decoder)]
    assert widths == [[(7, 6), (6, 5), (5, 2)], [(2, 5), (5, 6), (6, 7)]]


def test_a_dense_pair_without_hidden_layers_and_activations_is_linear():
    pair = networks.dense(5, 2, hidden=(), output_activation=None)
    a, b = np.random.default_rng(0).normal(size=(2, 1, 5)).astype("float32")

    def through(x):
        return np.asarray(pair[1](pair[0](x)))

    np.testing.assert_allclose(through(a + b), through(a) + through(b), atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "filters"),
    [
        ((28, 28, 1), (4, 8)),
        ((27, 30, 3), (4, 8)),
        ((9, 17, 1), (4, 4, 4)),
        ((8, 8, 2), (4,)),
        ((5, 64, 3), (4, 4)),
    ],
)
@pytest.mark.parametrize("kernel_size", [2, 3, 5])
def test_a_convolutional_pair_gives_back_images_of_any_size(shape, filters, kernel_size):
    encoder, decoder = networks.convolutional(shape, 3, filters=filters, kernel_size=kernel_size)
    x = np.zeros((2, *shape), "float32")
    codes = encoder(x)
    assert codes.shape == (2, 3)
    assert decoder(codes).shape == x.shape


def test_every_pixel_of_an_odd_image_is_seen_by_encoder_and_decoder():
    encoder, decoder = networks.convolutional((7, 5, 1), 40, filters=(4, 4), activation="tanh")
    blank = np.asarray(encoder(np.zeros((1, 7, 5, 1), "float32")))
    for pixel in np.ndindex(7, 5):
        x = np.zeros((1, 7, 5, 1), "float32")
        x[0, *pixel, 0] = 1
        assert np.abs(np.asarray(encoder(x)) - blank).max() > 0
    codes = np.random.default_rng(0).normal(size=(20, 40)).astype("float32")
    assert np.asarray(decoder(codes)).std(axis=0).min() > 0


@pytest.mark.parametrize("build", [networks.dense, networks.convolutional])
def test_one_seed_gives_the_same_weights_and_another_gives_others(build):
    first, again, other = (build((8, 8, 1), 4, seed=seed) for seed in (1, 1, 2))
    for left, right in zip(weights(first), weights(again), strict=True):
        np.testing.assert_array_equal(left, right)
    assert any(np.any(a != b) for a, b in zip(weights(first), weights(other), strict=True))


def test_no_two_layers_of_one_shape_start_alike():
    encoder, decoder = networks.dense(6, 6, hidden=(6, 6))
    kernels = [kernel for kernel in weights((encoder, decoder)) if kernel.ndim == 2]
    assert len({kernel.tobytes() for kernel in kernels}) == len(kernels)


@pytest.mark.parametrize("build", [networks.dense, networks.convolutional])
@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"code_size": 0}, "code_size is 0"),
        ({"code_size": 2.5}, "code_size is 2.5"),
        ({"code_size": True}, "code_size is True"),
        ({"input_shape": (8, 0, 1)}, r"input_shape\[1\] is 0"),
        ({"input_shape": ()}, "input_shape is empty"),
        ({"input_shape": "8"}, "input_shape is '8'"),
        ({"input_shape": (None, 8, 1)}, r"input_shape\[0\] is None"),
        ({"activation": "rely"}, "activation is 'rely'"),
        ({"output_activation": 3}, "output_activation is 3"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": None}, "seed is None"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(build, settings, named):
    with pytest.raises(InputError, match=named):
        build(**{"input_shape": (8, 8, 1), "code_size": 4, **settings})


def test_hidden_layers_must_be_a_sequence_of_sizes():
    with pytest.raises(InputError, match=r"hidden\[1\] is -3"):
        networks.dense(8, 2, hidden=(4, -3))
    with pytest.raises(InputError, match="hidden is 4"):
        networks.dense(8, 2, hidden=4)


def test_a_convolutional_pair_needs_an_image():
    with pytest.raises(InputError, match=r"\(height, width, channels\).*networks.dense"):
        networks.convolutional((28, 28), 4)
    with pytest.raises(InputError, match="filters is empty"):
        networks.convolutional((28, 28, 1), 4, filters=())


def test_an_image_too_small_to_be_halved_so_often_is_refused():
    with pytest.raises(InputError, match="needs 8 pixels a side and it has 7 × 9"):
        networks.convolutional((7, 9, 1), 4, filters=(4, 4, 4))
