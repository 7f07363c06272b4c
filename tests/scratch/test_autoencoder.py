import numpy as np
import pytest
from sklearn.datasets import load_digits

from aecourse.metrics import principal_angles
from aecourse.scratch import Adam, Autoencoder, initial_weights, sigmoid, train


def test_shapes_go_from_samples_to_codes_and_back(x: np.ndarray) -> None:
    model = Autoencoder((5, 4, 2))
    assert model.encode(x).shape == (12, 2)
    assert model.decode(model.encode(x)).shape == x.shape
    assert [layer.W.shape for layer in model.layers] == [(5, 4), (4, 2), (2, 4), (4, 5)]
    assert model.reconstruct(x).dtype == np.float32


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, same, other = (Autoencoder((5, 2), seed=s).parameters[0] for s in (4, 4, 5))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("activation", "variance"), [("tanh", 2 / 500), ("relu", 2 / 300)])
def test_first_weights_have_the_variance_of_glorot_or_he(activation: str, variance: float) -> None:
    weights = initial_weights(300, 200, activation, np.random.default_rng(0))
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 0.05 * weights.std()


def test_sigmoid_neither_overflows_nor_leaves_its_range() -> None:
    with np.errstate(all="raise"):
        values = sigmoid(np.array([-1e4, 0.0, 1e4]))
    np.testing.assert_array_equal(values, [0.0, 0.5, 1.0])


def test_a_linear_autoencoder_reaches_the_subspace_and_error_of_principal_components() -> None:
    x = load_digits().data / 16.0
    x = x - x.mean(axis=0)
    model = Autoencoder((64, 4), dtype=np.float64)
    for learning_rate in (0.01, 0.001):
        train(model, x, Adam(learning_rate), epochs=60, batch_size=len(x))
    train(model, x, Adam(0.003), epochs=800, batch_size=len(x))
    axes = np.linalg.svd(x, full_matrices=False)[2][:4]
    pca = ((x - x @ axes.T @ axes) ** 2).mean()
    assert model.mean_squared_error(x) <= 1.001 * pca
    assert principal_angles(axes.T, model.decoder[0].W.T).max() < 2.0


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "binary_cross_entropy_from_logits"])
@pytest.mark.parametrize("bad", [-0.01, 1.01, 255.0])
def test_cross_entropy_refuses_values_outside_0_to_1(x: np.ndarray, loss: str, bad: float) -> None:
    x[2, 1] = bad
    with pytest.raises(ValueError, match="needs values from 0 to 1"):
        Autoencoder((5, 2), loss=loss).evaluate(x)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.full((3, 5), np.nan), "NaN or infinity in 15 places"),
        (np.full((3, 5), np.inf), "NaN or infinity"),
        (np.zeros((3, 4)), r"shape \(3, 4\); \(samples, 5\)"),
        (np.zeros(5), "a single sample with"),
        (np.zeros((2, 5, 1)), "Images become rows"),
        (np.zeros((0, 5)), "empty"),
        (np.full((3, 5), "a"), "real numbers"),
        (np.ones((3, 5), complex), "real numbers"),
        (None, "real numbers"),
    ],
)
def test_samples_that_cannot_be_learnt_from_are_refused(bad: object, message: str) -> None:
    model = Autoencoder((5, 2))
    for use in (model.encode, model.reconstruct, model.evaluate, model.mean_squared_error):
        with pytest.raises(ValueError, match=message):
            use(bad)


def test_codes_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"codes has shape \(3, 5\)"):
        Autoencoder((5, 2)).decode(np.zeros((3, 5)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": (5,)}, "code size"),
        ({"sizes": (5, 0)}, "at least 1"),
        ({"sizes": (5, 2.5)}, "whole number"),
        ({"sizes": (5, 3, 2), "hidden": "rely"}, "sigmoid, tanh, relu, linear"),
        ({"code": "softmax"}, "sigmoid, tanh, relu, linear"),
        ({"loss": "mse"}, "squared_error"),
        ({"loss": "binary_cross_entropy", "output": "linear"}, "needs sigmoid"),
        ({"loss": "binary_cross_entropy_from_logits", "output": "sigmoid"}, "needs linear"),
        ({"dtype": np.int32}, "float32 or numpy.float64"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Autoencoder(**{"sizes": (5, 2), **settings})
