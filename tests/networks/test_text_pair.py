"""The pair that reads and writes words: shapes, padding, and one table for both directions."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import networks  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

array = keras.ops.convert_to_numpy


def pair(**settings):
    return networks.text_recurrent(9, 5, 3, embedding_size=4, units=6, **settings)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_shapes_fit(cell):
    encoder, decoder = pair(cell=cell)
    texts = np.array([[4, 5, 3, 0, 0], [6, 7, 8, 4, 3]])
    code = array(encoder(texts))
    assert code.shape == (2, 3)
    assert array(decoder([code, texts])).shape == (2, 5, 9)
    assert array(decoder([code, texts[:, :2]])).shape == (2, 2, 9)
    assert encoder.layers[-1].name == "code"


def test_padding_is_not_read():
    encoder, _ = pair()
    longer = networks.text_recurrent(9, 8, 3, embedding_size=4, units=6)[0]
    longer.set_weights(encoder.get_weights())
    text = np.array([[4, 5, 3, 0, 0]])
    padded = np.pad(text, ((0, 0), (0, 3)))
    np.testing.assert_allclose(array(encoder(text)), array(longer(padded)), rtol=1e-5)


def test_a_score_depends_on_the_words_before_and_not_on_those_after():
    _, decoder = pair()
    code = np.ones((1, 3), "float32")
    one, other = (array(decoder([code, np.array([row])])) for row in ([2, 4, 5], [2, 4, 8]))
    np.testing.assert_allclose(one[:, :2], other[:, :2])
    assert np.any(one[:, 2] != other[:, 2])


def test_one_table_reads_and_writes():
    encoder, decoder = pair()
    shapes = [[weights.shape for weights in half.get_weights()] for half in (encoder, decoder)]
    assert [(9, 4) in each for each in shapes] == [True, False]
    words = np.array([[4, 5, 8]])
    looked_up = array(encoder.get_layer("embed")(words))
    np.testing.assert_array_equal(array(decoder.get_layer("table")(words)), looked_up)
    table = encoder.get_layer("embed").get_weights()[0]
    np.testing.assert_allclose(looked_up, 2 * table[words], rtol=1e-6)
    asked = np.ones((1, 4), "float32")
    scores = array(decoder.get_layer("table")(asked, reverse=True))
    np.testing.assert_allclose(scores, asked @ table.T, rtol=1e-5, atol=1e-6)


def test_words_differ_from_the_first_step_on_and_none_is_preferred():
    encoder, decoder = networks.text_recurrent(500, 5, 3, embedding_size=64, units=16)
    words = np.arange(500)[None]
    assert array(encoder.get_layer("embed")(words)).std() == pytest.approx(1, abs=0.05)
    scores = array(decoder([np.zeros((1, 3), "float32"), words]))
    assert np.abs(scores).max() < 1


def test_a_decoder_is_not_taken_from_another_encoder():
    (encoder, _), (_, decoder) = pair(), pair(seed=1)
    with pytest.raises(InputError, match="tied to another encoder"):
        networks.link_tied(encoder, decoder)


def test_a_seed_gives_the_same_weights_and_no_two_layers_start_alike():
    first, same, other = (pair(seed=seed) for seed in (0, 0, 1))
    for one, two, three in zip(first, same, other, strict=True):
        for a, b, c in zip(*(m.get_weights() for m in (one, two, three)), strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.ndim < 2 or np.any(a != c)
    reads, writes = (
        half.get_layer(name).get_weights()[0]
        for half, name in zip(first, ("read", "write"), strict=True)
    )
    assert np.any(reads != writes)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vocabulary_size": 1}, "vocabulary_size is 1"),
        ({"length": 0}, "length is 0"),
        ({"code_size": 2.5}, "code_size is 2.5"),
        ({"embedding_size": 0}, "embedding_size is 0"),
        ({"units": -1}, "units is -1"),
        ({"cell": "rnn"}, "cell is 'rnn'"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    sizes = {"vocabulary_size": 9, "length": 5, "code_size": 3}
    with pytest.raises(InputError, match=message):
        networks.text_recurrent(**{**sizes, **settings})
