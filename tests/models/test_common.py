"""What is true of every model over every network that fits, on the backend that Keras runs on.

``make unit`` runs this file on TensorFlow with every variant and every network at least once, and
``make backends`` the same on torch. Once a week, ``make pairs`` runs the other pairs, marked
``product``, and all of them on JAX, which compiles for every model anew. Models are trained in the
way that is quicker for a few small steps: by single operations on TensorFlow and torch, by a
compiled graph on JAX. One test compares the two.
"""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import CLASSES, COVERING, FIRST, PAIRS, data  # noqa: E402

from aecourse import models, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

ON_JAX = keras.backend.backend() == "jax"
BRIEFLY = {"epochs": 2, "batch_size": 30}  # two steps an epoch, the second one smaller


def names(pairs):
    return [f"{variant.name}, {network.name}" for variant, network in pairs]


every_pair = pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, id=name, marks=() if pair in COVERING else pytest.mark.product)
        for pair, name in zip(PAIRS, names(PAIRS), strict=True)
    ],
    scope="module",
    indirect=True,
)
every_variant = pytest.mark.parametrize(
    "pair", FIRST, ids=names(FIRST), scope="module", indirect=True
)


@pytest.fixture(scope="module")
def pair(request):
    return request.param


@pytest.fixture(scope="module")
def x(pair):
    return data(*pair)


@pytest.fixture
def model(pair):
    return built(pair)


@pytest.fixture(scope="module")
def run(pair, x):
    """One trained model with its history, shared by all tests that only look at it."""
    trained = built(pair)
    return trained, train(trained, x, epochs=pair[1].epochs)


def built(pair):
    variant, network = pair
    return variant.build(*network.build(**variant.settings))


def train(model, x, *, eager=not ON_JAX, **settings):
    model.compile(model.optimizer_at(0.01), run_eagerly=eager)
    return training.fit(model, x, **{"epochs": 3, "batch_size": 16, "progress": False, **settings})


def images(x):
    """Return the samples without their labels."""
    return x[0] if isinstance(x, tuple) else x


def numbers(values):
    return [keras.ops.convert_to_numpy(value) for value in values]


# --- over every network ---------------------------------------------------------------------------


@every_pair
def test_training_lowers_the_loss_with_a_smaller_last_batch(pair, run, x):
    _, history = run
    assert len(images(x)) % 16 != 0
    name = "reconstruction" if pair[0].opposed else "loss"
    assert min(history[name][1:]) < history[name][0]


@every_pair
def test_the_loss_is_the_sum_of_its_logged_terms(run, x):
    trained, _ = run
    x = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
    regularisers = trained.regularisers(x, trained(x))
    assert tuple(regularisers) == trained.regulariser_names
    logs = trained.test_on_batch(x, return_dict=True)
    expected = logs["reconstruction"] + sum(
        float(weight) * logs[name] for name, (weight, _) in regularisers.items()
    )
    assert logs["loss"] == pytest.approx(expected + logs.get("penalty", 0), rel=1e-5)


@every_pair
def test_codes_and_reconstructions_have_one_row_for_each_sample(run, x):
    model, _ = run
    codes = model.encode(x, batch_size=16)
    assert codes.shape == (len(images(x)), *model.code_shape)
    assert isinstance(codes, np.ndarray)
    rebuilt = model.reconstruct(x)
    assert rebuilt.shape == images(x).shape
    assert np.isfinite(rebuilt).all()
    np.testing.assert_array_equal(rebuilt, model.reconstruct(x))


@every_pair
def test_a_saved_model_comes_back_with_equal_predictions_and_its_optimiser(run, x, tmp_path):
    model, _ = run
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    for name in model.setting_names:
        assert getattr(loaded, name) == getattr(model, name)
    np.testing.assert_array_equal(loaded.encode(x), model.encode(x))
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))
    for left, right in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*numbers((left, right)))


# --- over every variant ---------------------------------------------------------------------------


@every_variant
def test_evaluation_does_not_depend_on_the_size_of_the_batches(pair, run, x):
    model, _ = run
    if pair[0].draws:
        pytest.skip("its evaluation draws random numbers, in another order for other batches")
    whole, parts = model.evaluate(x, batch_size=len(images(x))), model.evaluate(x, batch_size=7)
    for name in ("reconstruction", "mse"):
        assert parts[name] == pytest.approx(whole[name], rel=1e-4)


@every_variant
def test_the_logged_mse_is_that_of_the_reconstruction(pair, run, x):
    model, _ = run
    if pair[0].draws or not pair[0].whole:
        pytest.skip("its loss is about something else than the reconstruction from the code")
    expected = np.square(images(x) - model.reconstruct(x)).mean()
    assert model.evaluate(x)["mse"] == pytest.approx(expected, rel=1e-4)


@every_variant
def test_every_term_of_the_loss_has_an_effect_on_training(pair, x):
    def weights(without=None):
        model = built(pair)
        if without:
            original = model.regularisers

            def regularisers(*args, **kwargs):
                found = original(*args, **kwargs)
                return {**found, without: (0.0, found[without][1])}

            model.regularisers = regularisers
        train(model, x, **BRIEFLY | {"epochs": 1})
        return np.concatenate([w.ravel() for w in numbers(model.trainable_variables)])

    expected = weights()
    for name in built(pair).regulariser_names:
        assert np.abs(weights(without=name) - expected).max() > 1e-6, name


@every_variant
def test_two_runs_with_one_seed_are_equal_though_one_was_broken_off(pair, x, tmp_path):
    unbroken, first, second = (built(pair) for _ in range(3))
    expected = train(unbroken, x, **BRIEFLY)
    train(first, x, **BRIEFLY | {"epochs": 1}, checkpoint=tmp_path)
    resumed = train(second, x, **BRIEFLY, checkpoint=tmp_path)
    assert resumed.metrics == expected.metrics
    for left, right in zip(unbroken.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@every_variant
def test_a_compiled_graph_trains_like_single_operations(pair, x):
    if ON_JAX and not pair[0].labelled:
        pytest.skip("single operations are slow on JAX; pairs reach a model in another way there")
    eager, compiled = (train(built(pair), x, **BRIEFLY, eager=eager) for eager in (True, False))
    assert eager.metrics.keys() == compiled.metrics.keys()
    for name in ("loss", "reconstruction", "mse"):
        assert compiled[name] == pytest.approx(eager[name], rel=1e-3)


@every_variant
def test_a_model_that_was_never_trained_can_be_saved(model, x, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))


@every_variant
def test_samples_are_drawn_by_their_seed(pair, run, x):
    model, _ = run
    if not hasattr(model, "sample"):
        pytest.skip("it has nothing to sample from")
    if hasattr(model, "fit_density"):
        model.fit_density(x)
    what = np.arange(6) % CLASSES if pair[0].labelled else 6
    drawn = model.sample(what, seed=1)
    assert drawn.shape == (6, *images(x).shape[1:])
    np.testing.assert_array_equal(drawn, model.sample(what, seed=1))
    assert np.any(drawn != model.sample(what, seed=2))
    for bad in ({"seed": -1}, {"seed": 1.5}):
        with pytest.raises(InputError, match="seed is"):
            model.sample(what, **bad)
    with pytest.raises(InputError):
        model.sample(-1)


def spoiled(x, value):
    copy = x.copy()
    copy[(3, *[0] * (x.ndim - 1))] = value
    return copy


BAD = {
    "NaN": (lambda x: spoiled(x, np.nan), r"1 values that are NaN or infinite, the first at .*3"),
    "infinity": (lambda x: spoiled(x, np.inf), "NaN or infinite"),
    "another shape": (lambda x: x[:, :-1], "shape"),
    "one sample": (lambda x: x[0], r"give x(\[0\])?\[None\]"),
    "whole numbers": (lambda x: (x * 255).astype("uint8"), "preprocessing.unit_range"),
    "text": (lambda x: x.astype(str), "dtype <U"),
    "nothing": (lambda x: x[:0], "empty"),
    "ragged rows": (lambda x: np.array([x[0], x[0, :1]], dtype=object), "dtype object"),
}


@every_variant
def test_bad_input_is_refused_at_every_door(pair, model, x):
    def fit(given, **settings):
        training.fit(model, given, epochs=1, progress=False, **settings)

    for spoil, message in BAD.values():
        bad = spoil(images(x))
        if pair[0].labelled:
            bad = (bad, x[1])
        for door in (model.encode, model.reconstruct, model.evaluate, model.fit, fit):
            with pytest.raises(InputError, match=message):
                door(bad)
        with pytest.raises(InputError, match="validation_data"):
            fit(x, validation_data=bad)


LABELS = {
    "none": (lambda x: x[0], "must be a pair"),
    "too few": (lambda x: (x[0], x[1][:-1]), r"shape \(49,\); expected \(50,\)"),
    "another class": (lambda x: (x[0], x[1] + CLASSES), "from 0 to 1"),
    "not whole": (lambda x: (x[0], x[1] + 0.5), "whole numbers"),
}


@every_variant
def test_bad_labels_are_refused_at_every_door(pair, model, x):
    if not pair[0].labelled:
        pytest.skip("it takes no labels")
    for spoil, message in LABELS.values():
        for door in (model.evaluate, model.fit):
            with pytest.raises(InputError, match=message):
                door(spoil(x))


@every_variant
def test_a_code_that_the_decoder_cannot_take_is_refused(pair, model):
    bad = np.zeros((2, *(size + 1 for size in model.code_shape)), "float32")
    with pytest.raises(InputError, match=r"codes has shape \(2, "):
        model.decode((bad, np.zeros(2, int)) if pair[0].labelled else bad)


@every_variant
def test_halves_that_do_not_fit_are_refused(pair):
    variant, network = pair
    encoder, _ = network.build(**variant.settings)
    other = keras.Input((99,))
    decoder = keras.Model(other, keras.layers.Dense(7, "sigmoid")(other))
    with pytest.raises(InputError):
        variant.build(encoder, decoder)
