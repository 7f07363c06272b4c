import numpy as np
import pytest

from aecourse.scratch import SGD, Adam, Autoencoder, Momentum, batches, train


@pytest.mark.parametrize("optimiser", [SGD(0.02), Momentum(0.005), Adam(0.01)])
@pytest.mark.parametrize(
    "loss", ["squared_error", "binary_cross_entropy", "binary_cross_entropy_from_logits"]
)
def test_training_makes_every_loss_smaller(x: np.ndarray, optimiser, loss: str) -> None:
    model = Autoencoder((5, 8, 4), loss=loss)
    before = model.mean_squared_error(x)
    optimiser = type(optimiser)(optimiser.learning_rate)
    history = train(model, x, optimiser, epochs=200, batch_size=5)
    assert history.loss[-1] < history.loss[0]
    assert model.mean_squared_error(x) < 0.7 * before
    assert history.outcome == "finished"


def test_each_epoch_uses_every_sample_once_in_its_own_order() -> None:
    x = np.arange(10.0)[:, None]
    orders = [np.concatenate(list(batches(x, 4, seed=1, epoch=e))).ravel() for e in range(3)]
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), x.ravel())
    assert len({tuple(order) for order in orders}) == 3
    again = np.concatenate(list(batches(x, 4, seed=1, epoch=2))).ravel()
    np.testing.assert_array_equal(again, orders[2])


def test_two_runs_with_one_seed_are_equal(x: np.ndarray) -> None:
    runs = []
    for _ in range(2):
        model = Autoencoder((5, 3), seed=2)
        runs.append((train(model, x, Adam(), epochs=4, batch_size=5, seed=7), model.parameters))
    assert runs[0][0].steps == runs[1][0].steps
    for first, second in zip(runs[0][1], runs[1][1], strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_history_holds_one_loss_a_step_and_one_an_epoch(x: np.ndarray) -> None:
    model = Autoencoder((5, 2))
    history = train(model, x, SGD(0.01), epochs=3, batch_size=5, validation_data=x[:4])
    assert (len(history.steps), len(history.loss), len(history.validation_loss)) == (9, 3, 3)
    assert history.loss[0] == pytest.approx(np.average(history.steps[:3], weights=[5, 5, 2]))
    assert history.validation_loss[-1] == pytest.approx(model.evaluate(x[:4]))


def test_validation_data_are_never_learnt_from(x: np.ndarray) -> None:
    models = [Autoencoder((5, 2)) for _ in range(2)]
    train(models[0], x, Adam(), epochs=3)
    train(models[1], x, Adam(), epochs=3, validation_data=np.random.default_rng(0).random((9, 5)))
    for alone, watched in zip(models[0].parameters, models[1].parameters, strict=True):
        np.testing.assert_array_equal(alone, watched)


def test_an_interruption_keeps_the_weights_and_the_history_so_far(x: np.ndarray) -> None:
    class Interrupted(SGD):
        def step(self, parameters, gradients) -> None:
            super().step(parameters, gradients)
            if len(seen) == 7:
                raise KeyboardInterrupt
            seen.append(parameters[0].copy())

    seen: list[np.ndarray] = []
    model = Autoencoder((5, 2))
    history = train(model, x, Interrupted(0.01), epochs=10, batch_size=4)
    assert history.outcome == "interrupted"
    assert (len(history.steps), len(history.loss)) == (8, 2)
    assert np.isfinite(model.evaluate(x))
    assert not np.array_equal(model.parameters[0], seen[0])


@pytest.mark.filterwarnings("error")
def test_a_diverging_run_ends_and_says_so(x: np.ndarray) -> None:
    history = train(Autoencoder((5, 8, 2)), x, SGD(50.0), epochs=500)
    assert history.outcome == "diverged"
    assert not np.isfinite(history.steps[-1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs"),
        ({"epochs": 1.5}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"seed": -1}, "seed"),
        ({"validation_data": np.zeros((2, 3))}, "validation_data has shape"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    x: np.ndarray, settings: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        train(Autoencoder((5, 2)), x, SGD(), **{"epochs": 1, **settings})


@pytest.mark.parametrize("rate", [0.0, -0.1, float("nan"), float("inf"), "fast", True])
@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
def test_a_learning_rate_must_be_a_positive_number(kind: type, rate: object) -> None:
    with pytest.raises(ValueError, match="learning_rate"):
        kind(rate)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda: Momentum(0.1, momentum=1.0), "momentum"),
        (lambda: Adam(0.1, beta_1=1.0), "beta_1"),
        (lambda: Adam(0.1, beta_2=-0.1), "beta_2"),
        (lambda: Adam(0.1, epsilon=0.0), "epsilon"),
    ],
)
def test_other_settings_of_an_optimiser_have_their_ranges(build, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        build()


def test_adams_first_step_has_the_length_of_the_learning_rate_for_every_weight() -> None:
    w = np.zeros(3)
    Adam(0.01).step([w], [np.array([1e-3, 1.0, -1e3])])
    np.testing.assert_allclose(w, [-0.01, -0.01, 0.01], rtol=1e-2)


def test_momentum_reaches_ten_times_the_step_under_a_constant_gradient() -> None:
    w, optimiser = np.zeros(1), Momentum(0.1, momentum=0.9)
    for _ in range(200):
        before = w.copy()
        optimiser.step([w], [np.ones(1)])
    assert (w - before).item() == pytest.approx(-1.0)
