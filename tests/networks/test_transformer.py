"""Patches and the transformer over them."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from pairs import output, uniform  # noqa: E402

from aecourse import networks  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.networks.transformer_pair import grid_positions  # noqa: E402

SHAPE = (8, 12, 1)
IMAGES = uniform(SHAPE)


@pytest.fixture(scope="module")
def encoder():
    return networks.patch_transformer(SHAPE, 8, heads=2)[0]


def test_patches_are_cut_from_left_to_right_and_from_top_to_bottom():
    patches = networks.Patches((4, 6, 1), 2)
    assert (patches.rows, patches.columns, patches.count, patches.values) == (2, 3, 6, 4)
    image = np.arange(24.0, dtype="float32").reshape(1, 4, 6, 1)
    cut = output(patches.split, image)
    assert cut.shape == (1, 6, 4)
    np.testing.assert_array_equal(cut[0, 0], [0, 1, 6, 7])
    np.testing.assert_array_equal(cut[0, 2], [4, 5, 10, 11])
    np.testing.assert_array_equal(cut[0, 3], [12, 13, 18, 19])


def test_patches_put_together_are_the_image():
    patches = networks.Patches((6, 9, 2), 3)
    images = uniform((6, 9, 2))
    np.testing.assert_array_equal(output(patches.join, output(patches.split, images)), images)


def test_the_encoder_is_embed_and_then_code(encoder):
    tokens = output(encoder.get_layer("embed"), IMAGES)
    assert tokens.shape == (3, 6, 8)
    code = output(encoder.get_layer("code"), tokens)
    np.testing.assert_allclose(code, output(encoder, IMAGES), atol=1e-6)


def test_a_token_tells_the_pixels_of_its_own_patch(encoder):
    embed = encoder.get_layer("embed")
    changed = IMAGES.copy()
    changed[:, 5, 6] += 1  # in the second row and the second column of patches
    change = np.abs(output(embed, changed) - output(embed, IMAGES)).max(axis=(0, 2))
    np.testing.assert_array_equal(change > 1e-6, [False, False, False, False, True, False])


def test_every_token_of_the_code_depends_on_every_patch(encoder):
    for row in range(2):
        for column in range(3):
            changed = IMAGES.copy()
            changed[:, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 1
            change = np.abs(output(encoder, changed) - output(encoder, IMAGES)).max(axis=(0, 2))
            assert change.min() > 1e-6


def test_tokens_can_be_left_out(encoder):
    embed, code = encoder.get_layer("embed"), encoder.get_layer("code")
    tokens = output(embed, IMAGES)
    few = output(code, tokens[:, [4, 1]])
    assert few.shape == (3, 2, 8)
    assert np.abs(few - output(code, tokens)[:, [4, 1]]).max() > 1e-4


def test_the_blocks_know_no_order_but_the_positions_tell_it(encoder):
    embed, code = encoder.get_layer("embed"), encoder.get_layer("code")
    order = np.array([3, 0, 5, 1, 4, 2])
    tokens = output(embed, IMAGES)
    np.testing.assert_allclose(
        output(code, tokens[:, order]), output(code, tokens)[:, order], atol=1e-5
    )
    patches = networks.Patches(SHAPE, 4)
    shuffled = output(patches.join, output(patches.split, IMAGES)[:, order])
    assert np.abs(output(encoder, shuffled) - output(encoder, IMAGES)[:, order]).max() > 0.01


def test_the_decoder_adds_the_positions_itself():
    _, decoder = networks.patch_transformer(SHAPE, 8, heads=2)
    image = output(decoder, np.ones((1, 6, 8), "float32"))
    patches = output(networks.Patches(SHAPE, 4).split, image)[0]
    assert (
        np.abs(patches[:, None] - patches[None]).max(axis=-1)[~np.eye(6, dtype=bool)].min() > 1e-4
    )


def test_positions_are_sines_and_cosines_of_row_and_column():
    positions = grid_positions(3, 4, 8)
    assert positions.shape == (12, 8)
    row, column = 2, 3
    rates = np.array([1, 0.01])
    parts = [
        np.sin(row * rates),
        np.cos(row * rates),
        np.sin(column * rates),
        np.cos(column * rates),
    ]
    np.testing.assert_allclose(positions[row * 4 + column], np.concatenate(parts), atol=1e-6)
    assert len(np.unique(positions, axis=0)) == 12


def test_attention_is_a_mean_weighted_by_agreement(encoder):
    attention = encoder.get_layer("code").blocks[0].attention
    x = output(encoder.get_layer("embed"), IMAGES)
    (q, a), (k, b), (v, c), (m, d) = (
        part.get_weights()
        for part in (attention.query, attention.key, attention.value, attention.mix)
    )
    query, key, value = x @ q + a, x @ k + b, x @ v + c
    heads = []
    for part in (slice(0, 4), slice(4, 8)):
        agreement = query[..., part] @ key[..., part].transpose(0, 2, 1) / 2
        shares = np.exp(agreement) / np.exp(agreement).sum(axis=-1, keepdims=True)
        heads.append(shares @ value[..., part])
    expected = np.concatenate(heads, axis=-1) @ m + d
    np.testing.assert_allclose(output(attention, x), expected, atol=1e-5)


def test_depth_is_the_number_of_blocks():
    encoder, decoder = networks.patch_transformer(SHAPE, 8, depth=3, decoder_depth=2)
    assert len(encoder.get_layer("code").blocks) == 3
    assert len(decoder.get_layer("blocks").blocks) == 2


def test_the_blocks_start_with_different_weights():
    blocks = networks.patch_transformer(SHAPE, 8)[0].get_layer("code").blocks
    kernels = [w.tobytes() for block in blocks for w in block.get_weights() if w.ndim == 2]
    assert len(set(kernels)) == len(kernels) == 2 * 6


def test_the_output_is_bounded_by_its_activation_only():
    codes = 100 * np.random.default_rng(0).normal(size=(5, 6, 8)).astype("float32")
    _, bounded = networks.patch_transformer(SHAPE, 8)
    _, free = networks.patch_transformer(SHAPE, 8, output_activation=None)
    logits = output(free, codes)
    assert logits.min() < 0
    np.testing.assert_allclose(
        output(bounded, codes), keras.ops.convert_to_numpy(keras.ops.sigmoid(logits)), atol=1e-5
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"input_shape": (8, 12)}, r"\(height, width, channels\)"),
        ({"patch_size": 5}, "patch_size is 5 and the image has 8 × 12"),
        ({"patch_size": 0}, "patch_size is 0"),
        ({"patch_size": 2.0}, "patch_size is 2.0"),
        ({"depth": 0}, "depth is 0"),
        ({"decoder_depth": 0}, "decoder_depth is 0"),
        ({"heads": 0}, "heads is 0"),
        ({"heads": 3}, "code_size is 8 and heads is 3"),
        ({"code_size": 6, "heads": 2}, "code_size is 6 .* multiple of 4"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, named):
    with pytest.raises(InputError, match=named):
        networks.patch_transformer(**{"input_shape": SHAPE, "code_size": 8, **settings})
