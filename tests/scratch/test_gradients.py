import numpy as np
import pytest

from aecourse.scratch import Autoencoder, Dense, gradient_check, relative_error
from aecourse.scratch.layers import ACTIVATIONS
from aecourse.scratch.losses import LOSSES

PAIRS = [(loss, output) for loss, kind in LOSSES.items() for output in kind.output_activations]


def model(**settings) -> Autoencoder:
    return Autoencoder((5, 4, 3), **{"seed": 1, "dtype": np.float64, **settings})


@pytest.mark.parametrize("code", ACTIVATIONS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_backpropagation_gives_the_derivative_for_every_layer_and_loss(
    x: np.ndarray, hidden: str, code: str, loss: str, output: str
) -> None:
    checked = model(hidden=hidden, code=code, output=output, loss=loss)
    # Biases away from 0 keep every unit active somewhere and every ReLU off its kink.
    for number, b in enumerate(checked.parameters[1::2]):
        b += np.random.default_rng(number).uniform(0.05, 0.3, size=b.shape)
    errors = gradient_check(checked, x)
    assert max(errors.values()) < 1e-6, errors
    assert all(np.linalg.norm(g) > 0 for g in checked.gradients)


def test_the_gradient_check_finds_a_forgotten_derivative(
    x: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(self: Dense, dH: np.ndarray) -> np.ndarray:
        self.dW, self.db = self.X.T @ dH, dH.sum(axis=0)
        return dH @ self.W.T

    monkeypatch.setattr(Dense, "backward", careless)
    assert max(gradient_check(model(hidden="tanh"), x).values()) > 0.01


def test_the_gradient_check_leaves_the_weights_as_they_were(x: np.ndarray) -> None:
    checked = model()
    before = [w.copy() for w in checked.parameters]
    gradient_check(checked, x)
    for w, original in zip(checked.parameters, before, strict=True):
        np.testing.assert_array_equal(w, original)


def test_the_gradient_check_refuses_single_precision(x: np.ndarray) -> None:
    with pytest.raises(ValueError, match="float64"):
        gradient_check(model(dtype=np.float32), x)


def test_a_fused_sigmoid_and_cross_entropy_equals_the_two_steps(x: np.ndarray) -> None:
    apart = model(loss="binary_cross_entropy")
    fused = model(loss="binary_cross_entropy_from_logits")
    for mine, other in zip(fused.parameters, apart.parameters, strict=True):
        mine[...] = other
    assert fused.loss_and_gradients(x) == pytest.approx(apart.loss_and_gradients(x), rel=1e-12)
    for mine, other in zip(fused.gradients, apart.gradients, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9)
    np.testing.assert_allclose(fused.reconstruct(x), apart.reconstruct(x))


def test_the_fused_loss_still_learns_where_a_probability_has_become_0() -> None:
    x, logits = np.ones((1, 1)), np.full((1, 1), -800.0)
    fused = LOSSES["binary_cross_entropy_from_logits"]
    apart = LOSSES["binary_cross_entropy"]
    assert fused.value(logits, x) == 800.0
    assert fused.gradient(logits, x) == -1.0
    assert apart.gradient(fused.output(logits), x) == 0.0


def test_the_relative_error_of_two_zeros_is_zero() -> None:
    assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
