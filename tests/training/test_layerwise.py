"""Layer-wise pre-training: what each step trains, on what, and that it helps the whole."""

from itertools import pairwise

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.training import layerwise  # noqa: E402

RNG = np.random.default_rng(0)
X = (1 / (1 + np.exp(-RNG.normal(size=(120, 3)) @ RNG.normal(size=(3, 12))))).astype("float32")
X = X.reshape(-1, 4, 3)


def pair(hidden=(9, 7), **settings):
    return networks.dense((4, 3), 3, hidden=hidden, **settings)


def pretrain(model, x=X, **settings):
    defaults = {"epochs": 3, "batch_size": 40, "learning_rate": 0.01, "progress": False}
    return training.pretrain_layerwise(model, x, **{**defaults, **settings})


def kernels(halves):
    return [value for half in halves for value in half.get_weights()[::2]]


def changed(before, after):
    return [bool(np.any(a != b)) for a, b in zip(before, after, strict=True)]


class Spy:
    """Stand in for ``fit`` and note what it is called with, before and after it trains."""

    def __init__(self, monkeypatch, halves):
        self.calls, self.halves, self.fit = [], halves, layerwise.fit
        monkeypatch.setattr(layerwise, "fit", self)

    def __call__(self, shallow, features, **settings):
        self.calls.append((shallow, features, kernels(self.halves), settings))
        return self.fit(shallow, features, **settings)


def test_each_step_changes_its_own_pair_of_layers_and_no_other(monkeypatch):
    halves = pair()
    spy = Spy(monkeypatch, halves)
    pretrain(halves)
    moments = [call[2] for call in spy.calls] + [kernels(halves)]
    steps = [changed(*both) for both in pairwise(moments)]
    assert steps == [
        [True, False, False, False, False, True],
        [False, True, False, False, True, False],
        [False, False, True, True, False, False],
    ]


def test_inner_layers_are_trained_on_what_the_trained_layers_before_them_give(monkeypatch):
    halves = pair()
    spy = Spy(monkeypatch, halves)
    pretrain(halves)
    features = [call[1] for call in spy.calls]
    np.testing.assert_array_equal(features[0], X.reshape(len(X), -1))
    for number, layer in enumerate(["hidden_1", "hidden_2"], start=1):
        until = keras.Model(halves[0].input, halves[0].get_layer(layer).output)
        np.testing.assert_allclose(features[number], until.predict(X, verbose=0), atol=1e-5)


@pytest.mark.parametrize(
    ("activation", "expected"), [("sigmoid", "bernoulli"), ("relu", "squared_error")]
)
def test_hidden_features_are_rebuilt_with_the_loss_of_their_activation(
    monkeypatch, activation, expected
):
    halves = pair(activation=activation)
    spy = Spy(monkeypatch, halves)
    pretrain(models.Autoencoder(*halves, reconstruction="gaussian"), epochs=1)
    assert [call[0].reconstruction for call in spy.calls] == ["gaussian", expected, expected]
    endings = [call[0].decoder.layers[-1].activation.__name__ for call in spy.calls]
    assert endings == ["sigmoid", activation, activation]


def test_fine_tuning_starts_at_a_lower_loss_than_without():
    plain = models.Autoencoder(*pair(activation="sigmoid"))
    pretrained = models.Autoencoder(*pair(activation="sigmoid"))
    histories = pretrain(pretrained, epochs=30)
    before, after = (model.evaluate(X)["loss"] for model in (plain, pretrained))
    assert after < 0.8 * before
    assert all(history["loss"][-1] < history["loss"][0] for history in histories)
    tuned = training.fit(pretrained, X, epochs=5, learning_rate=0.01, progress=False)
    assert tuned["loss"][-1] < after


def test_a_history_comes_back_for_each_pair_of_layers():
    histories = pretrain(pair(), epochs=2)
    assert [history.epochs for history in histories] == [[1, 2]] * 3
    assert len(pretrain(pair(hidden=()), epochs=1)) == 1


def test_one_seed_gives_one_result_and_another_seed_another():
    results = []
    for seed in (1, 1, 2):
        halves = pair()
        histories = pretrain(halves, seed=seed)
        results.append((kernels(halves), [history.metrics for history in histories]))
    assert results[0][1] == results[1][1]
    assert not any(changed(results[0][0], results[1][0]))
    assert all(changed(results[0][0], results[2][0]))


def test_the_pair_can_be_saved_and_trained_as_before(tmp_path):
    model = models.Autoencoder(*pair())
    pretrain(model, epochs=1)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(models.load(tmp_path / "model.keras").encode(X), model.encode(X))


def test_an_interrupted_run_ends_with_the_layers_it_has(monkeypatch, capsys):
    whole_fit = layerwise.fit

    def interrupted(*args, **settings):
        history = whole_fit(*args, **settings)
        history.outcome = "interrupted"
        return history

    monkeypatch.setattr(layerwise, "fit", interrupted)
    halves = pair()
    before = kernels(halves)
    assert [history.outcome for history in pretrain(halves)] == ["interrupted"]
    assert changed(before, kernels(halves)) == [True, False, False, False, False, True]


def spoilt(x):
    copy = x.copy()
    copy[5, 1, 1] = np.nan
    return copy


# --- what it does not fit -------------------------------------------------------------------------


def conditional():
    encoder, _ = networks.dense((4, 3), 3, hidden=(9,))
    _, decoder = networks.dense((4, 3), 5, hidden=(9,))
    return models.ConditionalVariationalAutoencoder(encoder, decoder, classes=2)


def bottlenecks():
    return pair(hidden=(9,))[0], pair(hidden=(8,))[1]


def activations():
    return pair(activation="relu")[0], pair(activation="sigmoid")[1]


def unflattened():
    sample = keras.Input((4, 3))
    code = keras.layers.Dense(3)(sample)
    back = keras.Input((4, 3))
    return keras.Model(sample, code), keras.Model(back, keras.layers.Dense(3)(back))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (conditional, r"\(9, 5\).*no mirror images.*without a condition"),
        (bottlenecks, r"\(12, 9\).*\(12, 8\).*no mirror images"),
        (activations, r"hidden_1 has the activation 'relu'.*hidden_2, .*'sigmoid'"),
        (unflattened, "no mirror images"),
        (lambda: networks.convolutional((8, 8, 1), 3, filters=(4,)), "encoder has halve_1"),
        (lambda: pair()[0], r"model is a Functional; give an autoencoder.*\(encoder, decoder\)"),
    ],
)
def test_networks_that_it_does_not_fit_are_refused(build, message):
    with pytest.raises(InputError, match=message):
        pretrain(build())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"x": X[:, :2]}, r"x has shape \(120, 2, 3\); expected \(samples, 4, 3\)"),
        ({"x": spoilt(X)}, "1 values that are NaN"),
        ({"x": (X * 255).astype("uint8")}, "dtype uint8"),
        ({"x": X[:0]}, "x is empty"),
    ],
)
def test_bad_input_is_named_before_anything_is_trained(settings, message):
    halves = pair()
    before = kernels(halves)
    with pytest.raises(InputError, match=message):
        pretrain(halves, **settings)
    assert not any(changed(before, kernels(halves)))
