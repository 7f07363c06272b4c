"""Networks for images: convolutional, pooling, residual, and those with a grid of codes."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from pairs import PAIRS, output, uniform, weights  # noqa: E402

from aecourse import models, networks  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

VECTOR_CODED = [networks.convolutional, networks.pooling, networks.residual]


@pytest.mark.parametrize(
    ("shape", "filters"),
    [((27, 30, 3), (4, 5)), ((9, 17, 1), (4, 4, 4)), ((8, 8, 2), (4,)), ((5, 64, 3), (4, 4))],
)
@pytest.mark.parametrize("kernel_size", [2, 3, 5])
@pytest.mark.parametrize("build", VECTOR_CODED)
def test_a_pair_gives_back_images_of_any_size(build, shape, filters, kernel_size):
    encoder, decoder = build(shape, 3, filters=filters, kernel_size=kernel_size)
    assert encoder.input_shape == decoder.output_shape == (None, *shape)
    assert encoder.output_shape == decoder.input_shape == (None, 3)


@pytest.mark.parametrize("build", VECTOR_CODED)
def test_every_pixel_of_an_odd_image_is_seen_by_encoder_and_decoder(build):
    encoder, decoder = build((7, 5, 1), 40, filters=(4, 4), activation="tanh")
    dots = np.eye(35, dtype="float32").reshape(35, 7, 5, 1)
    change = output(encoder, dots) - output(encoder, np.zeros_like(dots))
    assert np.abs(change).max(axis=1).min() > 0
    codes = np.random.default_rng(0).normal(size=(20, 40)).astype("float32")
    assert output(decoder, codes).std(axis=0).min() > 0


@pytest.mark.parametrize("build", [*VECTOR_CODED, networks.convolutional_grid])
def test_what_is_no_image_is_refused(build):
    with pytest.raises(InputError, match=r"\(height, width, channels\).*networks.dense"):
        build((28, 28), 4)
    with pytest.raises(InputError, match="filters is empty"):
        build((28, 28, 1), 4, filters=())
    with pytest.raises(InputError, match="kernel_size is 0"):
        build((28, 28, 1), 4, kernel_size=0)
    with pytest.raises(InputError, match="activation is 'rely'"):
        build((28, 28, 1), 4, activation="rely")


@pytest.mark.parametrize("build", [*VECTOR_CODED, networks.convolutional_grid])
def test_an_image_too_small_to_be_halved_so_often_is_refused(build):
    with pytest.raises(InputError, match="needs 8 pixels a side and it has 7 × 9"):
        build((7, 9, 1), 4, filters=(4, 4, 4))


# --- a grid of codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "filters", "grid"),
    [((28, 28, 1), (4, 4), (7, 7)), ((9, 30, 3), (4, 4), (3, 8)), ((6, 7, 2), (4,), (3, 4))],
)
def test_a_grid_has_a_vector_for_each_place_of_the_smallest_maps(shape, filters, grid):
    encoder, decoder = networks.convolutional_grid(shape, 3, filters=filters)
    assert encoder.output_shape == decoder.input_shape == (None, *grid, 3)
    assert encoder.input_shape == decoder.output_shape == (None, *shape)


def test_each_vector_of_a_grid_sees_its_own_part_of_the_image_only():
    encoder, _ = networks.convolutional_grid((32, 32, 1), 3, filters=(4, 4), kernel_size=3)
    image = np.zeros((1, 32, 32, 1), "float32")
    dotted = image.copy()
    dotted[0, 0, 0] = 1
    changed = np.abs(output(encoder, dotted) - output(encoder, image)).max(axis=(0, 3)) > 0
    assert changed[0, 0]
    assert not changed[2:].any()
    assert not changed[:, 2:].any()


# --- pooling --------------------------------------------------------------------------------------


def test_pooling_halves_by_the_largest_value_and_enlarges_by_repetition():
    encoder, decoder = networks.pooling((8, 8, 1), 2, filters=(3, 5))
    kinds = [[type(layer).__name__ for layer in half.layers] for half in (encoder, decoder)]
    assert kinds[0][1:5] == ["Conv2D", "MaxPooling2D"] * 2
    assert kinds[1][3:] == ["UpSampling2D", "Conv2D"] * 2
    assert not any("Transpose" in kind for half in kinds for kind in half)


def test_an_even_code_leaves_no_checkerboard_with_pooling():
    def inner_pixels(build):
        _, decoder = build((16, 16, 1), 2, filters=(3, 3), kernel_size=3)
        expand = decoder.get_layer("expand")
        kernel, bias = expand.get_weights()
        each = np.arange(1.0, 4.0)  # the same three values at every place of the smallest maps
        expand.set_weights([kernel, np.tile(each, len(bias) // 3)])
        return output(decoder, np.zeros((1, 2), "float32"))[0, 6:10, 6:10, 0]

    assert np.ptp(inner_pixels(networks.pooling)) < 1e-6
    assert np.ptp(inner_pixels(networks.convolutional)) > 1e-3


# --- residual -------------------------------------------------------------------------------------


def residual(**settings):
    return networks.residual(
        **{"input_shape": (8, 8, 1), "code_size": 4, "filters": (4,), **settings}
    )


@pytest.mark.parametrize("blocks", [1, 3])
def test_the_depth_of_a_residual_encoder_is_that_of_its_description(blocks):
    encoder, _ = residual(filters=(3, 4), blocks=blocks)
    convolutions = [layer for layer in encoder.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len(convolutions) == 2 * (2 * blocks + 1)


def test_without_skip_connections_all_else_is_equal():
    with_skips, without = residual(), residual(skip_connections=False)
    for left, right in zip(weights(with_skips), weights(without), strict=True):
        np.testing.assert_array_equal(left, right)
    for half, plain in zip(with_skips, without, strict=True):
        names = [layer.name for layer in half.layers if not isinstance(layer, keras.layers.Add)]
        assert names == [layer.name for layer in plain.layers]
        assert len(half.layers) == len(plain.layers) + 2


def test_a_block_whose_last_weights_are_zero_changes_nothing_because_of_its_skip_connection():
    x = uniform((8, 8, 1))
    for skips in (True, False):
        encoder, _ = residual(skip_connections=skips)
        for layer in encoder.layers:
            if layer.name.endswith("_2_convolve"):
                layer.set_weights([np.zeros_like(value) for value in layer.get_weights()])
        start, end = encoder.get_layer("halve_1"), encoder.get_layer("stage_1_end_normalise")
        before, after = (
            output(keras.Model(encoder.input, y), x) for y in (start.output, end.input)
        )
        if skips:
            np.testing.assert_array_equal(after, before)
        else:
            assert not after.any()


def first_gradient(**settings):
    """Return the norm of the loss's gradient by the first weights, from one step of descent."""
    rate = 1e-6
    model = models.Autoencoder(*residual(**settings))
    first = model.encoder.get_layer("halve_1")
    before = first.get_weights()[0].astype("float64")
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True)
    model.fit(uniform((8, 8, 1), 16), batch_size=16, verbose=0)
    return np.linalg.norm(first.get_weights()[0] - before) / rate


def test_depth_blows_up_the_first_gradient_of_a_plain_stack_but_not_of_a_residual_one():
    deep, shallow = {"blocks": 6}, {"blocks": 1}
    assert 0.2 < first_gradient(**deep) / first_gradient(**shallow) < 5
    plain = {"skip_connections": False}
    assert first_gradient(**deep, **plain) > 10 * first_gradient(**shallow, **plain)


@pytest.mark.parametrize("blocks", [0, 1.5])
def test_the_number_of_blocks_is_a_whole_number(blocks):
    with pytest.raises(InputError, match=f"blocks is {blocks}"):
        PAIRS["residual"](blocks=blocks)
