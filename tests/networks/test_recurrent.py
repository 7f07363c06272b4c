"""Networks for sequences."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from pairs import output, uniform  # noqa: E402

from aecourse import networks  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("units", [(5,), (6, 5)])
def test_the_code_depends_on_every_step_from_the_first_to_the_last(cell, units):
    encoder, _ = networks.recurrent((4, 3), 2, units=units, cell=cell)
    x = uniform((4, 3), 1)
    code = output(encoder, x)
    for step in range(4):
        changed = x.copy()
        changed[0, step] = 1 - x[0, step]
        assert np.abs(output(encoder, changed) - code).max() > 1e-6


def test_the_order_of_the_steps_matters():
    encoder, _ = networks.recurrent((4, 3), 2, units=(5,))
    x = uniform((4, 3))
    assert np.abs(output(encoder, x) - output(encoder, x[:, ::-1])).max() > 1e-6


def test_the_decoder_gives_each_step_values_of_its_own():
    _, decoder = networks.recurrent((4, 3), 2, units=(5,))
    steps = output(decoder, uniform((2,), 1))[0]
    assert np.abs(np.diff(steps, axis=0)).max(axis=1).min() > 1e-6


def test_the_decoder_has_the_layers_of_the_encoder_in_reverse():
    encoder, decoder = networks.recurrent((4, 3), 2, units=(6, 5))
    assert [layer.units for layer in encoder.layers[1:]] == [6, 5, 2]
    assert [layer.units for layer in decoder.layers[2:]] == [5, 6, 3]


def test_a_gru_has_fewer_weights_than_an_lstm():
    sizes = {
        cell: networks.recurrent((4, 3), 2, units=(64,), cell=cell)[0].count_params()
        for cell in ("lstm", "gru")
    }
    assert sizes["gru"] / sizes["lstm"] == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"input_shape": (28, 28, 1)}, r"\(steps, features\).*x\[\.\.\., 0\]"),
        ({"input_shape": 28}, r"\(steps, features\)"),
        ({"units": ()}, "units is empty"),
        ({"units": (4, 0)}, r"units\[1\] is 0"),
        ({"cell": "rnn"}, "cell is 'rnn'; give 'lstm' or 'gru'"),
        ({"cell": None}, "cell is None"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, named):
    with pytest.raises(InputError, match=named):
        networks.recurrent(**{"input_shape": (4, 3), "code_size": 2, **settings})
