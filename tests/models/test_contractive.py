"""Contraction: the closed form and the estimate against the true Jacobian, and the effect."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras, name  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

X = samples((3, 4))
ACTIVATIONS = [None, "relu", "sigmoid", "tanh"]


def pair(hidden=(), **settings):
    return networks.dense((3, 4), 5, hidden=hidden, **settings)


def model(hidden=(), weight=0.1, code_activation="sigmoid", activation="tanh", **settings):
    halves = pair(hidden, code_activation=code_activation, activation=activation)
    return models.ContractiveAutoencoder(*halves, weight=weight, **settings)


def jacobians(encoder, x):
    """Return the encoder's Jacobian at each sample, from the backend's own differentiation."""
    if name() == "jax":
        import jax

        rows = jax.vmap(jax.jacobian(lambda one: encoder(one[None])[0]))(x)
    elif name() == "torch":
        import torch

        rows = torch.stack(
            [
                torch.autograd.functional.jacobian(lambda s: encoder(s[None])[0], one)
                for one in torch.as_tensor(x)
            ]
        )
    else:
        import tensorflow as tf

        inputs = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            codes = encoder(inputs)
        rows = tape.batch_jacobian(codes, inputs)
    return keras.ops.convert_to_numpy(rows).reshape(len(x), 5, -1)


def contraction(trained, x):
    """Return the penalty on a batch, without the cost of an evaluation."""
    _, value = trained.regularisers(x, trained(x))["contraction"]
    return float(keras.ops.convert_to_numpy(value))


def squared_norms(encoder, x=X):
    return np.square(jacobians(encoder, x)).sum(axis=(1, 2))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_closed_form_is_the_mean_squared_norm_of_the_jacobian(activation):
    trained = model(code_activation=activation)
    logs = trained.evaluate(X)
    assert logs["contraction"] == pytest.approx(squared_norms(trained.encoder).mean(), rel=1e-4)
    assert logs["loss"] == pytest.approx(
        logs["reconstruction"] + 0.1 * logs["contraction"], rel=1e-6
    )


@pytest.mark.parametrize(
    ("hidden", "activation"), [((), "sigmoid"), ((16,), "tanh"), ((9, 9), None)]
)
def test_the_estimate_is_within_its_stated_error_of_the_true_norm(hidden, activation):
    directions = 200
    trained = model(hidden, code_activation=activation, jacobian="estimated", directions=directions)
    true = jacobians(trained.encoder, X)
    norms = np.square(true).sum(axis=(1, 2))
    products = np.einsum("nki,nkj->nij", true, true)
    diagonal = np.square(np.einsum("nii->ni", products)).sum(axis=1)
    variances = 2 * (np.square(products).sum(axis=(1, 2)) - diagonal) / directions
    error = np.sqrt(variances.sum()) / len(X)
    assert error < 0.03 * norms.mean()
    # Four standard errors, and a hundredth for the finite step.
    assert abs(trained.evaluate(X)["contraction"] - norms.mean()) < 4 * error + 0.01 * norms.mean()


def test_the_scatter_of_the_estimate_is_the_stated_one_and_falls_with_more_directions():
    x = X[:1]
    values = {}
    for directions in (1, 16):
        trained = model(code_activation=None, jacobian="estimated", directions=directions)
        values[directions] = [contraction(trained, x) for _ in range(100)]
    products = jacobians(trained.encoder, x)[0]
    products = products.T @ products
    expected = np.sqrt(2 * (np.square(products).sum() - np.square(np.diag(products)).sum()))
    # The deviation of 100 draws is itself known to about a tenth.
    assert np.std(values[1]) == pytest.approx(expected, rel=0.3)
    assert np.std(values[16]) == pytest.approx(expected / 4, rel=0.3)


@pytest.mark.parametrize(
    "settings", [{}, {"jacobian": "estimated"}, {"jacobian": "estimated", "hidden": (8,)}]
)
def test_training_makes_the_code_change_less_with_the_sample(settings):
    plain, contractive = (model(weight=weight, **settings) for weight in (0, 1.0))
    for trained in (plain, contractive):
        training.fit(trained, X, epochs=20, batch_size=16, learning_rate=0.01, progress=False)
    assert squared_norms(contractive.encoder).mean() < 0.5 * squared_norms(plain.encoder).mean()


def test_dropout_in_the_encoder_does_not_pass_for_a_steep_encoder():
    sample = keras.Input((3, 4))
    flat = keras.layers.Dropout(0.5, seed=1)(keras.layers.Flatten()(sample))
    encoder = keras.Model(sample, keras.layers.Dense(5)(flat))
    trained = models.ContractiveAutoencoder(
        encoder, pair()[1], weight=0.0, jacobian="estimated", directions=50
    )
    history = training.fit(trained, X, epochs=1, batch_size=len(X), progress=False)
    assert history["contraction"][0] == pytest.approx(squared_norms(encoder).mean(), rel=0.2)


def test_the_closed_form_is_refused_for_deep_encoders_and_unknown_activations():
    with pytest.raises(InputError, match=r"layers hidden_1, code; use jacobian='estimated'"):
        model(hidden=(8,))
    with pytest.raises(InputError, match=r"activation is 'gelu'; use jacobian='estimated'"):
        model(code_activation="gelu")
    with pytest.raises(InputError, match=r"halve_1, code; use jacobian='estimated'"):
        models.ContractiveAutoencoder(
            *networks.convolutional((8, 8, 1), 3, filters=(4,)), weight=0.1
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight": -0.1}, "weight is -0.1"),
        ({"jacobian": "numeric"}, "jacobian is 'numeric'; give 'exact' or 'estimated'"),
        ({"directions": 0}, "directions is 0"),
        ({"seed": 1.5}, "seed is 1.5"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, message):
    with pytest.raises(InputError, match=message):
        model(**settings)
