"""What is true of every pair of encoder and decoder."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from pairs import CONDITIONED, PAIRS, drawn, output, uniform, weights  # noqa: E402

from aecourse import models, networks  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(params=PAIRS)
def pair(request):
    return PAIRS[request.param]


def test_a_pair_makes_a_code_and_gives_back_the_shape_it_takes(pair):
    encoder, decoder = pair()
    x = uniform(pair.shape)
    codes = output(encoder, x)
    assert codes.shape == (3, *pair.code_shape)
    assert output(decoder, codes).shape == x.shape


def test_the_encoder_ends_in_one_layer_named_code(pair):
    encoder, _ = pair()
    assert encoder.layers[-1].name == "code"
    assert encoder.layers[-1].output is encoder.output


def test_every_pair_can_be_made_variational(pair):
    model = models.VariationalAutoencoder(*pair())
    mean, deviation = model.encode_distribution(uniform(pair.shape))
    assert mean.shape == (3, *pair.code_shape)
    np.testing.assert_allclose(deviation, 1)


def test_one_seed_gives_the_same_weights_and_another_gives_others(pair):
    first, again, other = (pair(seed=seed) for seed in (1, 1, 2))
    for left, right in zip(weights(first), weights(again), strict=True):
        np.testing.assert_array_equal(left, right)
    for left, right in zip(drawn(first), drawn(other), strict=True):
        assert np.any(left != right)


def test_no_two_layers_of_one_shape_start_alike(pair):
    kernels = [value.tobytes() for value in drawn(pair())]
    assert len(set(kernels)) == len(kernels)


def test_both_halves_can_be_built_again_from_their_configuration(pair):
    halves = pair()
    again = [
        keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(half))
        for half in halves
    ]
    networks.link_tied(*again)
    for new, old in zip(again, halves, strict=True):
        new.set_weights(old.get_weights())
    x = uniform(pair.shape)
    codes = output(halves[0], x)
    np.testing.assert_array_equal(output(again[0], x), codes)
    np.testing.assert_array_equal(output(again[1], codes), output(halves[1], codes))


@pytest.mark.parametrize("name", CONDITIONED)
def test_a_decoder_can_be_told_something_besides_the_code(name):
    encoder, decoder = PAIRS[name](condition_size=3)
    assert encoder.output_shape == (None, 4)
    assert decoder.input_shape == (None, 7)
    told = np.zeros((2, 7), "float32")
    told[1, 6] = 1
    left, right = output(decoder, told)
    assert np.abs(left - right).max() > 0


@pytest.mark.parametrize("name", CONDITIONED)
def test_the_size_of_a_condition_is_a_whole_number(name):
    with pytest.raises(InputError, match="condition_size is -1"):
        PAIRS[name](condition_size=-1)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"code_size": 0}, "code_size is 0"),
        ({"code_size": 2.5}, "code_size is 2.5"),
        ({"code_size": True}, "code_size is True"),
        ({"input_shape": ()}, "input_shape is empty"),
        ({"input_shape": "8"}, "input_shape is '8'"),
        ({"output_activation": 3}, "output_activation is 3"),
        ({"output_activation": "rely"}, "output_activation is 'rely'"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": None}, "seed is None"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(pair, settings, named):
    with pytest.raises(InputError, match=named):
        pair(**settings)


@pytest.mark.parametrize(("side", "named"), [(0, r"\[1\] is 0"), (None, r"\[1\] is None")])
def test_a_sample_without_a_size_is_refused(pair, side, named):
    with pytest.raises(InputError, match=f"input_shape{named}"):
        pair(input_shape=(pair.shape[0], side, *pair.shape[2:]))


@pytest.mark.parametrize("name", [name for name in PAIRS if name != "patch_transformer"])
def test_the_activation_of_the_code_is_asked_for_by_name(name):
    encoder, _ = PAIRS[name](code_activation="tanh")
    assert np.abs(output(encoder, 100 * uniform(PAIRS[name].shape))).max() <= 1
    with pytest.raises(InputError, match="code_activation is 'rely'"):
        PAIRS[name](code_activation="rely")
