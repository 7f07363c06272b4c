"""What is true of every model over every network, on the backend that Keras runs on.

The suite runs this file on TensorFlow; ``test_other_backends`` runs it on those installed besides.
"""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import NETWORKS, VARIANTS, samples  # noqa: E402

from aecourse import models, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(params=VARIANTS, ids=lambda variant: variant.name, scope="module")
def variant(request):
    return request.param


@pytest.fixture(params=NETWORKS, ids=lambda network: network.name, scope="module")
def network(request):
    return request.param


@pytest.fixture(scope="module")
def x(network):
    return samples(network.shape)


@pytest.fixture
def model(variant, network):
    return variant.build(*network.build())


def train(model, x, **settings):
    settings = {"epochs": 3, "batch_size": 16, "learning_rate": 0.01, "progress": False, **settings}
    return training.fit(model, x, **settings)


@pytest.fixture(scope="module")
def run(variant, network, x):
    """One trained model with its history, shared by all tests that only look at it."""
    trained = variant.build(*network.build())
    return trained, train(trained, x)


def test_training_lowers_the_loss_with_a_smaller_last_batch(run, x):
    _, history = run
    assert len(x) % 16 != 0
    assert history["loss"][-1] < history["loss"][0]


def test_the_loss_is_the_sum_of_its_logged_terms(run, x):
    trained, history = run
    weights = {name: weight for name, (weight, _) in trained.regularisers(x, trained(x)).items()}
    for logs in ({name: history[name][-1] for name in history.metrics}, trained.evaluate(x)):
        expected = logs["reconstruction"] + sum(w * logs[name] for name, w in weights.items())
        assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_evaluation_does_not_depend_on_the_size_of_the_batches(run, x):
    model, _ = run
    whole, parts = model.evaluate(x, batch_size=len(x)), model.evaluate(x, batch_size=7)
    for name, value in whole.items():
        assert parts[name] == pytest.approx(value, rel=1e-4)


def test_the_logged_mse_is_that_of_the_reconstruction(run, x):
    model, _ = run
    assert model.evaluate(x)["mse"] == pytest.approx(
        np.square(x - model.reconstruct(x)).mean(), rel=1e-4
    )


def test_codes_and_reconstructions_have_one_row_for_each_sample(model, x):
    codes = model.encode(x, batch_size=16)
    assert codes.shape == (len(x), *model.encoder.output_shape[1:])
    assert model.decode(codes).shape == x.shape
    assert isinstance(codes, np.ndarray)
    np.testing.assert_allclose(model.reconstruct(x), model.decode(codes), atol=1e-6)


def test_a_saved_model_comes_back_with_equal_predictions_and_its_optimiser(run, x, tmp_path):
    model, _ = run
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert loaded.reconstruction == model.reconstruction
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))
    for left, right in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (left, right)))


def test_a_model_that_was_never_trained_can_be_saved(model, x, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))


def test_two_runs_with_one_seed_are_equal_though_one_was_broken_off(variant, network, x, tmp_path):
    unbroken, first, second = (variant.build(*network.build()) for _ in range(3))
    expected = train(unbroken, x)
    train(first, x, epochs=1, checkpoint=tmp_path)
    resumed = train(second, x, checkpoint=tmp_path)
    assert resumed.metrics == expected.metrics
    for left, right in zip(unbroken.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def spoiled(x, value):
    copy = x.copy()
    copy[(3, *[0] * (x.ndim - 1))] = value
    return copy


BAD = {
    "NaN": (lambda x: spoiled(x, np.nan), r"1 values that are NaN or infinite, the first at .*3"),
    "infinity": (lambda x: spoiled(x, np.inf), "NaN or infinite"),
    "another shape": (lambda x: x[:, :-1], "shape"),
    "one sample": (lambda x: x[0], r"give x\[None\]"),
    "whole numbers": (lambda x: (x * 255).astype("uint8"), "preprocessing.unit_range"),
    "text": (lambda x: x.astype(str), "dtype <U"),
    "nothing": (lambda x: x[:0], "empty"),
    "ragged rows": (lambda x: np.array([x[0], x[0, :1]], dtype=object), "dtype object"),
}


def test_bad_input_is_refused_at_every_door(model, x):
    doors = [
        model.encode,
        model.reconstruct,
        model.evaluate,
        model.fit,
        lambda given: train(model, given),
    ]
    for spoil, message in BAD.values():
        bad = spoil(x)
        for door in doors:
            with pytest.raises(InputError, match=message):
                door(bad)
        with pytest.raises(InputError, match="validation_data"):
            train(model, x, validation_data=bad)


def test_a_code_that_the_decoder_cannot_take_is_refused(model):
    with pytest.raises(InputError, match=r"codes has shape \(2, 7\); expected \(samples, 3\)"):
        model.decode(np.zeros((2, 7), "float32"))
