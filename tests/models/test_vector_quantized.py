"""The vector-quantised autoencoder: its gradient, its indices and its state."""

import re

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

X = samples((6, 5, 1))


def vq(code_size=4, **settings):
    settings = {"codebook_size": 6, "vector_size": 2, **settings}
    networks_ = networks.dense((6, 5, 1), code_size, hidden=(8,))
    return models.VectorQuantizedAutoencoder(*networks_, **settings)


def grid():
    """Return a pair whose code is a grid of 3 × 2 vectors of 2 values."""
    image = keras.Input((6, 4, 1))
    code = keras.layers.Conv2D(2, 2, strides=2)(image)
    vectors = keras.Input((3, 2, 2))
    rebuilt = keras.layers.Conv2DTranspose(1, 2, strides=2)(vectors)
    return keras.Model(image, code), keras.Model(vectors, rebuilt)


def train(model, **settings):
    settings = {"epochs": 4, "batch_size": 16, "progress": False, **settings}
    return training.fit(model, X, **settings)


def values(tensor):
    return keras.ops.convert_to_numpy(tensor)


def state(model):
    return [values(variable) for variable in model.variables]


def test_the_gradient_passes_the_quantisation_as_if_it_were_not_there():
    w, v, code, x, rate, commitment = 0.5, 2.0, 1.5, 2.0, 0.1, 0.25
    model = models.VectorQuantizedAutoencoder(
        *networks.dense(1, 1, hidden=(), output_activation=None),
        codebook_size=2,
        commitment=commitment,
        revive_below=0,
    )
    model.encoder.set_weights([np.array([[w]]), np.zeros(1)])
    model.decoder.set_weights([np.array([[v]]), np.zeros(1)])
    model.codebook.vectors.assign([[code], [-9.0]])
    model.codebook.counts.assign([1.0, 1.0])
    model.compile(keras.optimizers.SGD(rate))
    model.fit(np.array([[x]], "float32"), verbose=0)
    # encoded = w·x = 1 and the decoder sees the code 1.5 in its place; v·1.5 is to be x.
    slope = 2 * (v * code - x)
    for half, start, gradient in (
        (model.encoder, w, (slope * v + commitment * 2 * (w * x - code)) * x),
        (model.decoder, v, slope * code),
    ):
        kernel, _ = half.get_weights()
        assert kernel[0, 0] == pytest.approx(start - rate * gradient, rel=1e-6)


def test_commitment_is_the_squared_distance_to_the_code_summed_and_weighted():
    model = vq(commitment=0.7)
    logs = model.evaluate(X)
    expected = np.square(values(model.encoder(X)) - model.encode(X)).sum(axis=1).mean()
    assert logs["commitment"] == pytest.approx(expected, rel=1e-5)
    assert logs["loss"] == pytest.approx(
        logs["reconstruction"] + 0.7 * logs["commitment"], rel=1e-6
    )


def test_commitment_keeps_the_encoder_near_the_codebook():
    free, bound = vq(commitment=0.0), vq(commitment=10.0)
    free, bound = (train(model, epochs=10, learning_rate=0.01) for model in (free, bound))
    assert bound["commitment"][-1] < 0.5 * free["commitment"][-1]


def test_codes_are_vectors_of_the_codebook_and_can_be_written_as_indices():
    model = vq()
    train(model)
    indices = model.encode_indices(X)
    assert indices.shape == (len(X), *model.positions) == (len(X), 2)
    vectors = values(model.codebook.vectors)
    np.testing.assert_array_equal(model.encode(X), vectors[indices].reshape(len(X), 4))
    np.testing.assert_array_equal(model.decode_indices(indices), model.reconstruct(X))


def test_a_grid_of_vectors_has_a_grid_of_indices():
    model = models.VectorQuantizedAutoencoder(*grid(), codebook_size=5)
    x = samples((6, 4, 1))
    indices = model.encode_indices(x)
    assert indices.shape == (len(x), *model.positions) == (len(x), 3, 2)
    np.testing.assert_array_equal(model.decode_indices(indices), model.reconstruct(x))


def test_a_code_may_be_a_single_vector():
    model = vq(vector_size=None)
    assert model.positions == ()
    assert model.encode_indices(X).shape == (len(X),)
    np.testing.assert_array_equal(
        model.decode_indices(model.encode_indices(X)), model.reconstruct(X)
    )


def test_perplexity_is_that_of_the_whole_data_whatever_the_batches():
    model = vq()
    train(model)
    shares = np.bincount(model.encode_indices(X).ravel()) / (2 * len(X))
    expected = np.exp(-sum(share * np.log(share) for share in shares if share))
    assert model.perplexity(X) == pytest.approx(expected, rel=1e-5)
    for size in (7, 50):
        assert model.evaluate(X, batch_size=size)["perplexity"] == pytest.approx(expected, rel=1e-5)


def test_evaluation_leaves_the_codebook_alone():
    model = vq()
    train(model)
    before = state(model)
    model.evaluate(X)
    model.reconstruct(X)
    model.perplexity(X)
    for left, right in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_saved_model_keeps_the_codebook_and_its_running_counts(tmp_path):
    model = vq(decay=0.8, revive_below=0.1, seed=3)
    train(model)
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    for name in ("codebook_size", "commitment", "decay", "revive_below", "vector_size", "seed"):
        assert getattr(loaded, name) == getattr(model, name)
    for name in ("vectors", "counts"):
        left, right = (values(getattr(one.codebook, name)) for one in (model, loaded))
        np.testing.assert_array_equal(left, right)
    np.testing.assert_array_equal(loaded.encode_indices(X), model.encode_indices(X))


def test_a_resumed_run_revives_the_codes_that_the_unbroken_one_revives(tmp_path):
    unbroken, first, second = (vq(codebook_size=32, revive_below=0.5) for _ in range(3))
    expected = train(unbroken)
    train(first, epochs=2, checkpoint=tmp_path)
    assert train(second, checkpoint=tmp_path).metrics == expected.metrics
    for left, right in zip(state(unbroken), state(second), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"codebook_size": 1}, "codebook_size is 1; give a whole number of at least 2"),
        ({"commitment": -1}, "commitment is -1; give a number of at least 0"),
        ({"decay": 1.0}, "decay is 1.0; give a number of at least 0 and below 1"),
        ({"revive_below": 1}, "revive_below is 1; give a number of at least 0 and below 1"),
        ({"vector_size": 3}, "vector_size is 3, but the last axis of the code has 4 values"),
        ({"vector_size": 0}, "vector_size is 0; give a whole number of at least 1"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting, message):
    with pytest.raises(InputError, match=message):
        vq(**setting)


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        (np.zeros((3, 4), int), r"has shape (3, 4); expected (samples, 2)"),
        (np.zeros((0, 2), int), r"has shape (0, 2)"),
        (np.zeros((3, 2)), "has dtype float64; give whole numbers"),
        (np.full((3, 2), 6), "run from 6 to 6; the codebook has 6 codes, from 0 to 5"),
        (np.full((3, 2), -1), "run from -1 to -1"),
    ],
)
def test_indices_of_no_code_are_refused(indices, message):
    with pytest.raises(InputError, match=re.escape(message)):
        vq().decode_indices(indices)
