import numpy as np
import pytest

from aecourse.metrics import bernoulli_entropy, bernoulli_negative_log_likelihood
from aecourse.scratch import BinaryCrossEntropy, BinaryCrossEntropyFromLogits, SquaredError


def test_losses_are_summed_over_values_and_averaged_over_samples() -> None:
    x, y = np.zeros((2, 3)), np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 3.0]])
    assert SquaredError.value(y, x) == 6.0
    assert BinaryCrossEntropyFromLogits.value(np.zeros((4, 3)), np.ones((4, 3))) == pytest.approx(
        3 * np.log(2)
    )


def test_cross_entropy_is_least_at_the_target_and_there_equals_the_entropy(x: np.ndarray) -> None:
    lowest = BinaryCrossEntropy.value(x, x)
    assert lowest == pytest.approx(bernoulli_entropy(x))
    assert BinaryCrossEntropy.value(0.9 * x + 0.05, x) > lowest
    np.testing.assert_allclose(BinaryCrossEntropy.gradient(x, x), 0.0)


def test_cross_entropy_agrees_with_the_packages_metric(x: np.ndarray) -> None:
    y = x[::-1].copy()
    assert BinaryCrossEntropy.value(y, x) == pytest.approx(bernoulli_negative_log_likelihood(x, y))


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_cross_entropy_of_a_certain_and_wrong_answer_is_finite(y: float) -> None:
    value = BinaryCrossEntropy.value(np.full((1, 1), y), np.full((1, 1), 1 - y))
    assert value == pytest.approx(-np.log(1e-7), rel=1e-6)
