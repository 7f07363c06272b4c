"""The adversarial autoencoder: a discriminator and an encoder that answer each other."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import backend, models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.adversary import (  # noqa: E402
    Discriminator,
    accuracy,
    cross_entropy,
    reverse_gradient,
)

X = samples((12,), count=64)


def build(**settings):
    return models.AdversarialAutoencoder(*networks.dense(12, 3, hidden=(8,)), **settings)


def gradients(loss, variables):
    """Return the gradients of ``loss()`` on the backend in use, as NumPy arrays."""
    if backend.name() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss()
        found = tape.gradient(value, [variable.value for variable in variables])
    elif backend.name() == "torch":
        import torch

        found = torch.autograd.grad(loss(), [variable.value for variable in variables])
    else:
        import jax

        def of_values(values):
            with keras.StatelessScope(zip(variables, values, strict=True)):
                return loss()

        found = jax.grad(of_values)([variable.value for variable in variables])
    return [keras.ops.convert_to_numpy(gradient) for gradient in found]


def linear_discriminator(slope, offset):
    """Return a discriminator of codes with two values whose logit is ``slope · z + offset``."""
    critic = Discriminator((2,), (), seed=0, name="critic")
    critic.network.set_weights([np.array(slope, "float32")[:, None], np.array([offset], "float32")])
    return critic


SLOPE, OFFSET = np.array([0.5, -1.0]), 0.3
CODES, DRAWS = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[0.5, -0.5], [-1.0, 0.0]])


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


@pytest.mark.parametrize("strength", [1.0, 0.25, 1e6])
def test_the_reversed_gradient_leaves_the_value_and_turns_the_gradient_round(strength):
    x = keras.Variable(np.array([1.5, -2.0], "float32"))
    value = keras.ops.convert_to_numpy(reverse_gradient(x, strength))
    np.testing.assert_array_equal(value, [1.5, -2.0])
    (gradient,) = gradients(
        lambda: keras.ops.sum(keras.ops.square(reverse_gradient(x, strength))), [x]
    )
    np.testing.assert_array_equal(gradient, [-3.0 * strength, 4.0 * strength])


def test_margins_term_and_accuracy_are_those_worked_out_by_hand():
    critic = linear_discriminator(SLOPE, OFFSET)
    margins = critic(CODES.astype("float32"), DRAWS.astype("float32"))
    # A positive logit says "draw": right for the draws, wrong for the codes.
    expected = np.stack([-(CODES @ SLOPE + OFFSET), DRAWS @ SLOPE + OFFSET], axis=1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(margins), expected, atol=1e-6)
    likelihoods = sigmoid(expected)
    term = keras.ops.convert_to_numpy(cross_entropy(margins))
    assert term == pytest.approx(-np.log(likelihoods).mean(), rel=1e-6)
    assert float(accuracy(margins)) == (expected > 0).mean()


def test_the_discriminator_gets_the_gradient_and_the_codes_get_it_reversed():
    critic = linear_discriminator(SLOPE, OFFSET)
    codes = keras.Variable(CODES.astype("float32"))
    slope, offset = critic.trainable_variables
    found = gradients(
        lambda: cross_entropy(critic(codes, DRAWS.astype("float32"))), [codes, slope, offset]
    )
    # With p = sigmoid(logit), the derivative by the logit is p for a code and p - 1 for a draw,
    # each divided by the four answers that the mean is taken over.
    p = sigmoid(CODES @ SLOPE + OFFSET)
    of_draws = (sigmoid(DRAWS @ SLOPE + OFFSET) - 1) / 4
    np.testing.assert_allclose(found[1][:, 0], p / 4 @ CODES + of_draws @ DRAWS, rtol=1e-5)
    np.testing.assert_allclose(found[2], [p.sum() / 4 + of_draws.sum()], rtol=1e-5)
    # A code gets -p, times its strength (1 - p) / p.
    np.testing.assert_allclose(found[0], -(1 - p)[:, None] / 4 * SLOPE, rtol=1e-5)


@pytest.mark.parametrize("logit", [-50.0, 50.0, -500.0, 500.0])
def test_codes_that_are_easy_to_tell_get_the_strongest_gradient(logit):
    critic = linear_discriminator(SLOPE, 0.0)
    far = keras.Variable((logit * SLOPE / (SLOPE @ SLOPE))[None].astype("float32"))
    (gradient,) = gradients(lambda: cross_entropy(critic(far, DRAWS[:1].astype("float32"))), [far])
    assert np.isfinite(gradient).all()
    if logit == -50:
        np.testing.assert_allclose(gradient[0], -SLOPE / 2, rtol=1e-4)
    if logit > 0:
        np.testing.assert_allclose(gradient[0], 0, atol=1e-9)


def test_a_step_makes_the_discriminator_better_and_the_encoder_harder_to_tell():
    def term(critic, codes):
        value = cross_entropy(critic(codes.astype("float32"), DRAWS.astype("float32")))
        return keras.ops.convert_to_numpy(value)

    critic = linear_discriminator(SLOPE, OFFSET)
    codes = keras.Variable(CODES.astype("float32"))
    variables = [codes, *critic.trainable_variables]
    found = gradients(lambda: cross_entropy(critic(codes, DRAWS.astype("float32"))), variables)
    before = term(critic, CODES)
    assert term(critic, CODES - 0.1 * found[0]) > before
    stepped = linear_discriminator(SLOPE - 0.1 * found[1][:, 0], OFFSET - 0.1 * found[2][0])
    assert term(stepped, CODES) < before


def test_codes_come_to_follow_the_prior_and_the_discriminator_to_guess():
    x = samples((12,), count=512, seed=3)
    model = build(weight=1.0, discriminator_units=(32,))
    training.fit(model, x, epochs=60, batch_size=64, learning_rate=0.005, progress=False)
    logs = model.evaluate(x)
    assert 0.4 < logs["discriminator_accuracy"] < 0.65
    codes = model.encode(x)
    np.testing.assert_allclose(codes.std(axis=0), 1, atol=0.25)
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=0.25)


def test_the_logged_deviation_is_that_of_the_codes():
    model = build()
    expected = model.encode(X).std(axis=0).mean()
    assert model.evaluate(X)["code_deviation"] == pytest.approx(expected, rel=1e-4)


def test_the_loss_adds_the_weighted_term():
    logs = build(weight=7).evaluate(X)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 7 * logs["adversarial"], rel=1e-5)


def test_the_optimiser_has_little_momentum():
    model = build()
    model.compile()
    assert model.optimizer.beta_1 == 0.5


def test_the_seed_starts_the_discriminator():
    same, again, other = (build(seed=seed).discriminator.get_weights() for seed in (1, 1, 2))
    np.testing.assert_array_equal(same[0], again[0])
    assert np.any(same[0] != other[0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight": -1}, "weight is -1"),
        ({"discriminator_units": (8, 0)}, r"discriminator_units\[1\] is 0"),
        ({"discriminator_units": 8}, "discriminator_units is 8"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        build(**settings)


def test_a_code_whose_size_is_left_open_is_refused():
    image = keras.Input((None, None, 1))
    encoder = keras.Model(image, keras.layers.Conv2D(2, 3, padding="same")(image))
    code = keras.Input((None, None, 2))
    decoder = keras.Model(code, keras.layers.Conv2D(1, 3, padding="same")(code))
    with pytest.raises(InputError, match=r"codes of shape \(None, None, 2\).*one size"):
        models.AdversarialAutoencoder(encoder, decoder)
