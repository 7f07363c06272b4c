"""Sparse codes: the value of each penalty, its effect, and what is logged about it."""

import numpy as np
import pytest
from scipy.special import rel_entr

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.sparse import kl_between_rates  # noqa: E402

X = samples((12,), count=120)


def model(penalty="l1", code_activation="relu", size=16, **settings):
    if penalty == "kl":
        code_activation = "sigmoid"
    pair = networks.dense(12, size, hidden=(), code_activation=code_activation)
    return models.SparseAutoencoder(*pair, penalty=penalty, **{"weight": 0.5, **settings})


def fit(trained):
    training.fit(trained, X, epochs=30, batch_size=40, learning_rate=0.02, progress=False)
    return trained


def test_l1_is_the_sum_of_absolute_values_averaged_over_samples():
    trained = model(code_activation=None)
    logs = trained.evaluate(X)
    codes = trained.encode(X)
    assert codes.min() < 0
    assert logs["sparsity"] == pytest.approx(np.abs(codes).sum(axis=1).mean(), rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.5 * logs["sparsity"], rel=1e-6)


def test_kl_is_the_divergence_of_the_batchs_rates_from_the_target_summed_over_units():
    trained = model("kl", target_rate=0.2)
    rates = trained.encode(X).mean(axis=0)
    expected = (rel_entr(0.2, rates) + rel_entr(0.8, 1 - rates)).sum()
    assert trained.evaluate(X)["sparsity"] == pytest.approx(expected, rel=1e-5)


def test_the_divergence_is_0_at_the_target_and_positive_elsewhere_and_finite_at_the_ends():
    rates = np.linspace(0, 1, 101).astype("float32")
    values = keras.ops.convert_to_numpy(kl_between_rates(0.3, rates))
    assert values.argmin() == 30
    assert values[30] == pytest.approx(0, abs=1e-6)
    assert np.all(np.isfinite(values))
    assert np.all(np.delete(values, 30) > 0)


@pytest.mark.parametrize("code_activation", ["relu", None])
def test_l1_lets_fewer_units_speak(code_activation):
    free, penalised = (fit(model(weight=w, code_activation=code_activation)) for w in (0, 0.1))
    logs, less = free.evaluate(X), penalised.evaluate(X)
    assert less["sparsity"] < 0.5 * logs["sparsity"]
    assert less["active_units"] < 0.8 * logs["active_units"]


@pytest.mark.parametrize("rate", [0.05, 0.7])
def test_kl_draws_the_rates_of_all_units_to_the_target(rate):
    free, penalised = (fit(model("kl", weight=w, target_rate=rate)) for w in (0, 3.0))
    before, after = (np.abs(one.encode(X).mean(axis=0) - rate).max() for one in (free, penalised))
    assert after < 0.05
    assert before > 0.1
    assert penalised.evaluate(X)["mean_activation"] == pytest.approx(rate, abs=0.03)


def test_active_units_count_what_is_on_whatever_its_scale():
    codes = np.array([[3, 0, 0, 0], [-2, 2, 0, 0], [0.1] * 4, [0] * 4], "float32")
    outputs = {"code": keras.ops.convert_to_tensor(codes)}
    logged = model().measures(None, outputs)
    assert float(logged["active_units"]) == pytest.approx((1 + 2 + 4 + 0) / 4, rel=1e-5)
    assert float(logged["mean_activation"]) == pytest.approx(np.abs(codes).mean(), rel=1e-5)


@pytest.mark.parametrize("activation", [None, "relu", "tanh"])
def test_kl_needs_codes_from_a_sigmoid(activation):
    pair = networks.dense(12, 4, code_activation=activation)
    with pytest.raises(InputError, match=r"'kl' reads.*code_activation='sigmoid'"):
        models.SparseAutoencoder(*pair, penalty="kl", weight=1)
    models.SparseAutoencoder(*pair, penalty="l1", weight=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"penalty": "l2"}, "penalty is 'l2'; give 'l1' or 'kl'"),
        ({"weight": -1}, "weight is -1"),
        ({"weight": float("nan")}, "weight is nan"),
        ({"target_rate": 0}, "target_rate is 0"),
        ({"target_rate": 1.0}, "target_rate is 1.0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, message):
    with pytest.raises(InputError, match=message):
        model(**settings)
