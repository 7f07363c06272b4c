"""A training run: order, early stopping, interruption, divergence, progress and bad settings."""

import math

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.training.early_stopping import EarlyStopping  # noqa: E402
from aecourse.training.schedules import cosine  # noqa: E402

X = np.random.default_rng(0).uniform(size=(50, 6)).astype("float32")
HELD_OUT = np.random.default_rng(1).uniform(size=(20, 6)).astype("float32")


def model():
    return models.Autoencoder(*networks.dense(6, 2, hidden=()))


def fit(trained, x=X, **settings):
    settings = {"epochs": 3, "batch_size": 16, "progress": False, **settings}
    return training.fit(trained, x, **settings)


class At(keras.callbacks.Callback):
    """Do something at the end of one epoch, or in the middle of it."""

    def __init__(self, epoch, action, *, batch=None):
        super().__init__()
        self.epoch, self.action, self.batch, self.now = epoch, action, batch, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, self.batch):
            self.action()

    def on_epoch_end(self, epoch, logs=None):
        if self.batch is None and epoch + 1 == self.epoch:
            self.action()


def interrupt():
    raise KeyboardInterrupt


class SetValidationLoss(keras.callbacks.Callback):
    """Put a written-out validation loss in place of the measured one."""

    def __init__(self, losses):
        super().__init__()
        self.losses = losses
        self.weights_after = []

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.losses[epoch]
        self.weights_after.append(self.model.get_weights())


def test_the_history_has_one_value_of_each_metric_for_each_epoch():
    history = fit(model(), validation_data=HELD_OUT)
    names = {"loss", "reconstruction", "mse"}
    assert set(history.metrics) == names | {f"val_{name}" for name in names}
    assert all(len(values) == 3 for values in history.metrics.values())
    assert history.epochs == [1, 2, 3]
    assert history.outcome == "finished"
    assert history.seconds > 0
    assert history.to_frame().shape == (3, 6)
    assert history.to_frame().index.tolist() == [1, 2, 3]


def test_an_unknown_metric_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"no metric 'accuracy'.*loss"):
        fit(model())["accuracy"]


class Watched(models.Autoencoder):
    """Note the samples that training shows, in their order."""

    def propagate(self, x, training=False):
        if training and not isinstance(x, keras.KerasTensor):
            self.__dict__.setdefault("seen", []).extend(np.asarray(x)[:, 0].tolist())
        return super().propagate(x, training=training)


def test_each_epoch_has_another_order_of_samples_and_each_run_the_same():
    def seen(seed):
        trained = Watched(*networks.dense(1, 1, hidden=()))
        trained.compile(run_eagerly=True)
        samples = np.linspace(0, 1, 40, dtype="float32")[:, None]
        fit(trained, samples, epochs=2, seed=seed)
        return trained.seen[-80:-40], trained.seen[-40:]

    first, second = seen(0)
    assert sorted(first) == sorted(second)
    assert first != second
    assert seen(0) == (first, second)
    assert seen(1) != (first, second)


def test_the_validation_loss_is_that_of_the_model_as_it_stands():
    trained = model()
    history = fit(trained, validation_data=HELD_OUT)
    assert history["val_loss"][-1] == pytest.approx(trained.evaluate(HELD_OUT)["loss"], rel=1e-5)


def test_the_default_optimiser_is_adam_and_a_compiled_one_is_kept():
    trained = models.Autoencoder(*networks.dense(6, 2))
    fit(trained, epochs=1)
    assert isinstance(trained.optimizer, keras.optimizers.Adam)
    trained.compile(keras.optimizers.SGD(0.01))
    fit(trained, epochs=1)
    assert isinstance(trained.optimizer, keras.optimizers.SGD)
    fit(trained, epochs=1, learning_rate=0.5)
    assert float(trained.optimizer.learning_rate) == pytest.approx(0.5)


def test_the_cosine_schedule_rises_to_its_peak_and_falls_to_zero():
    trained = model()
    fit(trained, epochs=25, learning_rate=0.01, schedule="cosine")
    rates = [float(trained.optimizer._learning_rate(step)) for step in range(101)]
    assert rates[0] == 0
    assert max(rates) == pytest.approx(0.01)
    assert int(np.argmax(rates)) == 25
    assert rates[100] == pytest.approx(0, abs=1e-6)
    assert np.all(np.diff(rates[25:]) < 0)


@pytest.mark.parametrize(
    ("steps", "rise"), [(3, 1), (100, 25), (200, 50), (320, 50), (1_000, 50), (2_000, 100)]
)
def test_a_short_run_rises_for_as_many_steps_as_a_longer_one(steps, rise):
    rate = cosine(0.01, steps)
    assert int(np.argmax([float(rate(step)) for step in range(steps + 1)])) == rise


# --- early stopping -----------------------------------------------------------------------------


def test_early_stopping_ends_the_run_and_restores_the_best_weights():
    trained, losses = model(), SetValidationLoss([5, 3, 4, 3.5, 1])
    history = fit(trained, epochs=5, validation_data=HELD_OUT, early_stopping=2, callbacks=[losses])
    assert history["val_loss"] == [5, 3, 4, 3.5]
    assert history.stopped_early
    assert history.best_epoch == 2
    for left, right in zip(trained.get_weights(), losses.weights_after[1], strict=True):
        np.testing.assert_array_equal(left, right)


def test_early_stopping_restores_the_best_weights_of_a_run_that_reached_its_end():
    trained, losses = model(), SetValidationLoss([5, 3, 4])
    history = fit(trained, validation_data=HELD_OUT, early_stopping=2, callbacks=[losses])
    assert history.outcome == "finished"
    for left, right in zip(trained.get_weights(), losses.weights_after[1], strict=True):
        np.testing.assert_array_equal(left, right)


def test_early_stopping_counts_epochs_without_improvement_and_begins_again_after_one():
    stopping = EarlyStopping(2)
    stopping.set_model(model())
    for loss, stopped in [(3, False), (4, False), (2, False), (2, False), (2.5, True)]:
        stopping.on_epoch_end(0, {"val_loss": loss})
        assert stopping.stopped is stopped


def test_early_stopping_without_validation_data_is_refused():
    with pytest.raises(InputError, match="needs validation_data"):
        fit(model(), early_stopping=3)


# --- runs that end in another way ---------------------------------------------------------------


@pytest.mark.parametrize("progress", [True, False])
def test_an_interrupted_run_keeps_its_weights_and_history_and_says_so_in_a_line(progress, capsys):
    trained = model()
    before = trained.get_weights()
    history = fit(trained, progress=progress, callbacks=[At(2, interrupt, batch=1)])
    assert history.interrupted
    assert history.epochs == [1]
    assert any(np.any(a != b) for a, b in zip(before, trained.get_weights(), strict=True))
    assert trained.reconstruct(X).shape == X.shape
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "the weights are kept" in said


def test_an_interrupted_run_says_how_to_go_on(capsys, tmp_path):
    fit(model(), checkpoint=tmp_path, callbacks=[At(3, interrupt, batch=1)])
    assert "same call resumes at epoch 3" in capsys.readouterr().out


def test_an_interrupted_model_can_be_trained_on(capsys):
    trained = model()
    fit(trained, callbacks=[At(1, interrupt, batch=1)])
    assert fit(trained).outcome == "finished"


def test_an_error_in_training_is_not_swallowed():
    def fail():
        raise ZeroDivisionError("my own")

    with pytest.raises(ZeroDivisionError, match="my own"):
        fit(model(), progress=True, callbacks=[At(1, fail)])


def test_a_run_whose_loss_is_no_number_ends_and_says_so(tmp_path, capsys):
    trained = models.Autoencoder(*networks.dense(6, 2, output_activation=None))
    trained.compile(keras.optimizers.SGD(1e30))
    history = fit(trained, epochs=50, checkpoint=tmp_path, progress=True)
    assert history.outcome == "diverged"
    assert len(history.epochs) < 50
    assert not math.isfinite(history["loss"][-1])
    assert "diverged: the loss is no longer a number; try a smaller" in capsys.readouterr().out
    assert not (tmp_path / "LATEST").exists()


# --- progress -----------------------------------------------------------------------------------


def test_a_silent_run_writes_nothing(capfd):
    fit(model(), epochs=1)
    assert capfd.readouterr() == ("", "")


def test_a_run_outside_a_terminal_leaves_one_line(capfd):
    fit(model(), progress=True, validation_data=HELD_OUT)
    out, err = capfd.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    assert out.startswith("3 epochs in ")
    assert "val_loss" in out


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 1.5}, "epochs is 1.5"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": None}, "seed is None"),
        ({"early_stopping": 0, "validation_data": HELD_OUT}, "early_stopping is 0"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
        ({"schedule": "linear"}, "schedule is 'linear'"),
        ({"validation_data": HELD_OUT[:, :4]}, "validation_data has shape"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, message):
    with pytest.raises(InputError, match=message):
        fit(model(), **settings)
