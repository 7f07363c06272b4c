"""Fully connected pairs."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from pairs import output  # noqa: E402

from aecourse import networks  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.mark.parametrize("shape", [(7,), (28, 28), (28, 28, 1), (4, 5, 3, 2)])
def test_a_dense_pair_gives_back_the_shape_it_takes(shape):
    encoder, decoder = networks.dense(shape, 3, hidden=(6, 5))
    assert encoder.input_shape == decoder.output_shape == (None, *shape)
    assert encoder.output_shape == decoder.input_shape == (None, 3)


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
        return output(pair[1], output(pair[0], x))

    np.testing.assert_allclose(through(a + b), through(a) + through(b), atol=1e-5)


def test_hidden_layers_must_be_a_sequence_of_sizes():
    with pytest.raises(InputError, match=r"hidden\[1\] is -3"):
        networks.dense(8, 2, hidden=(4, -3))
    with pytest.raises(InputError, match="hidden is 4"):
        networks.dense(8, 2, hidden=4)
