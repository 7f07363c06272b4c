"""Runs that are broken off and taken up again."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import DataError, InputError  # noqa: E402
from aecourse.training import checkpoint as module  # noqa: E402

X = np.random.default_rng(0).uniform(size=(50, 6)).astype("float32")
HELD_OUT = np.random.default_rng(1).uniform(size=(20, 6)).astype("float32")


def model(**settings):
    return models.Autoencoder(*networks.dense(6, 2, **{"hidden": (), **settings}))


def fit(trained, x=X, **settings):
    settings = {"epochs": 4, "batch_size": 16, "progress": False, **settings}
    return training.fit(trained, x, **settings)


def assert_equal_weights(left, right):
    for a, b in zip(left.get_weights(), right.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_checkpoint import fit, model
from aecourse.backend import keras

class Killed(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (2, 1):
            os.kill(os.getpid(), signal.SIGKILL)

fit(model(), checkpoint={folder!r}, callbacks=[Killed()])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_whose_process_was_killed_ends_with_the_weights_of_an_unbroken_one(tmp_path):
    folder = str(tmp_path / "run")
    script = KILLED.format(tests=str(Path(__file__).parent), folder=folder)
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    unbroken, resumed = model(), model()
    expected = fit(unbroken)
    history = fit(resumed, checkpoint=folder)
    assert history.metrics == expected.metrics
    assert_equal_weights(resumed, unbroken)
    for left, right in zip(resumed.optimizer.variables, unbroken.optimizer.variables, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(left), keras.ops.convert_to_numpy(right)
        )


def test_an_interrupted_run_is_resumed_by_the_same_call_on_the_same_model(tmp_path, capsys):
    class Interrupted(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    unbroken, trained = model(), model()
    fit(unbroken)
    assert fit(trained, checkpoint=tmp_path, callbacks=[Interrupted()]).interrupted
    assert fit(trained, checkpoint=tmp_path).outcome == "finished"
    assert_equal_weights(trained, unbroken)


def test_a_resumed_run_stops_early_in_the_epoch_of_the_unbroken_one(tmp_path):
    class Rising(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = [5.0, 3.0, 4.0, 4.5, 4.6, 1.0][epoch]

    settings = {"validation_data": HELD_OUT, "early_stopping": 3, "callbacks": [Rising()]}
    unbroken, first, resumed = model(), model(), model()
    expected = fit(unbroken, epochs=6, **settings)
    fit(first, epochs=3, checkpoint=tmp_path, **settings)
    history = fit(resumed, epochs=6, checkpoint=tmp_path, **settings)
    assert history["val_loss"] == expected["val_loss"] == [5.0, 3.0, 4.0, 4.5, 4.6]
    assert history.stopped_early
    assert_equal_weights(resumed, unbroken)


def test_a_finished_run_is_not_repeated(tmp_path):
    first, second = model(), model()
    done = fit(first, checkpoint=tmp_path)
    again = fit(second, checkpoint=tmp_path)
    assert again.metrics == done.metrics
    assert again.seconds == done.seconds
    assert_equal_weights(first, second)


def test_a_cosine_schedule_is_resumed_where_it_was(tmp_path):
    class Failed(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise ZeroDivisionError

    unbroken, first, second = model(), model(), model()
    settings = {"learning_rate": 0.01, "schedule": "cosine"}
    fit(unbroken, **settings)
    with pytest.raises(ZeroDivisionError):
        fit(first, checkpoint=tmp_path, callbacks=[Failed()], **settings)
    fit(second, checkpoint=tmp_path, **settings)
    assert_equal_weights(second, unbroken)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"x": X + 0.001}, "training data"),
        ({"seed": 1}, "seed"),
        ({"batch_size": 25}, "batch_size"),
        ({"validation_data": HELD_OUT}, "validation data"),
        ({"learning_rate": 0.5}, "optimiser"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused_and_kept(tmp_path, other, named):
    fit(model(), epochs=1, checkpoint=tmp_path)
    with pytest.raises(InputError, match=f"another {named}; give another folder"):
        fit(model(), **{"checkpoint": tmp_path, **other})
    assert len(fit(model(), epochs=1, checkpoint=tmp_path).epochs) == 1


@pytest.mark.parametrize("other", [{"hidden": (9,)}, {"code_activation": "tanh"}])
def test_the_checkpoint_of_another_model_is_refused(tmp_path, other):
    fit(model(), epochs=1, checkpoint=tmp_path)
    with pytest.raises(InputError, match="another model"):
        fit(model(**other), checkpoint=tmp_path)


def test_a_failed_write_leaves_the_checkpoint_before_it_whole(tmp_path, monkeypatch):
    fit(model(), epochs=2, checkpoint=tmp_path)
    write = module._write_text

    def full(path, text):
        if path.name == "run.json":
            raise OSError("no space left on device")
        write(path, text)

    monkeypatch.setattr(module, "_write_text", full)
    with pytest.raises(DataError, match=r"no space left.*make room"):
        fit(model(), checkpoint=tmp_path)
    monkeypatch.undo()
    unbroken, resumed = model(), model()
    fit(unbroken)
    assert len(fit(resumed, checkpoint=tmp_path).epochs) == 4
    assert_equal_weights(resumed, unbroken)


@pytest.mark.parametrize("file", ["run.json", "variables.npz"])
def test_a_damaged_checkpoint_is_named_and_leaves_the_model_alone(tmp_path, file):
    fit(model(), epochs=1, checkpoint=tmp_path)
    (damaged,) = tmp_path.glob(f"epoch-*/{file}")
    damaged.write_bytes(damaged.read_bytes()[:100])
    trained = model()
    before = trained.get_weights()
    with pytest.raises(DataError, match=r"cannot be read.*delete the folder"):
        fit(trained, checkpoint=tmp_path)
    for left, right in zip(before, trained.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_the_folder_holds_one_epoch_and_the_pointer_to_it(tmp_path):
    fit(model(), checkpoint=tmp_path / "deep" / "folder")
    names = sorted(entry.name for entry in (tmp_path / "deep" / "folder").iterdir())
    assert names == ["LATEST", "epoch-00004"]
    record = json.loads((tmp_path / "deep/folder/epoch-00004/run.json").read_text())
    assert len(record["metrics"]["loss"]) == 4


def test_a_file_in_the_folders_place_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="a file; give a folder's name"):
        fit(model(), checkpoint=tmp_path / "file")
