"""From a configuration to a run: what it holds, and that it goes on where it was broken off."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from project_data import config, image_config, pictures, sales, written  # noqa: E402

from aecourse.errors import DataError, InputError  # noqa: E402
from aecourse.project import (  # noqa: E402
    building,
    configuration,
    judging,
    samples,
    training,
    yaml_lines,
)
from aecourse.project.networks_schema import NETWORKS  # noqa: E402
from aecourse.project.objectives_schema import NEEDS_VECTOR_CODE, OBJECTIVES  # noqa: E402
from aecourse.project.run import Run, rebuilt  # noqa: E402
from aecourse.project.run_directory import RunDirectory  # noqa: E402
from aecourse.project.training import train  # noqa: E402

FILES = {
    "config.yml",
    "encoder.json",
    "environment.json",
    "figures",
    "history.json",
    "metrics.json",
    "model.keras",
    "report.html",
    "scorer.npz",
}


def quietly(settings, home, **options) -> Run:
    return train(
        settings, home, progress=False, say=options.pop("say", lambda text: None), **options
    )


# --- what a run holds -----------------------------------------------------------------------------


def test_a_run_has_all_its_files_and_leaves_nothing_else_behind(table_run):
    assert {path.name for path in table_run.folder.iterdir()} == FILES
    assert {path.name for path in table_run.folder.parent.iterdir()} == {"first", ".first.lock"}


def test_a_run_says_what_it_was_made_with(table_run):
    assert table_run.config.network.hidden == [8]
    assert Path(table_run.config.data.path).is_absolute()
    assert table_run.environment["packages"]["keras"]
    assert len(table_run.environment["data"]["sha256"]) == 64


def test_metrics_have_the_simple_method_beside_the_network(table_run):
    metrics = table_run.metrics
    assert metrics["part"] == "the test part"
    assert metrics["reconstruction"]["pca_mse"] > 0
    assert 0 <= metrics["detection"]["roc_auc"] <= 1
    assert 0 <= metrics["detection"]["pca_roc_auc"] <= 1
    assert metrics["training"]["epochs_trained"] == 2


def test_codes_are_judged_by_their_neighbours_where_labels_name_classes(image_run):
    neighbours = image_run.metrics["neighbours"]
    assert neighbours["neighbours"] == 5
    assert 0 <= neighbours["accuracy"] <= 1
    assert image_run.metrics["detection"] is None


def test_the_report_is_one_page_that_asks_for_nothing_else(table_run):
    page = (table_run.folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<img") == page.count('src="data:image/png;base64,') == 4
    assert page.count('alt=""') == 0
    assert "http:" not in page
    assert "https:" not in page
    assert "<script" not in page
    assert "AUROC" in page
    assert "code_size: 3" in page
    assert "column &#x27;one&#x27; is left out" in page


def test_the_report_shows_the_figures_that_lie_beside_it(table_run):
    page = (table_run.folder / "report.html").read_text(encoding="utf-8")
    for picture in (table_run.folder / "figures").iterdir():
        assert base64.b64encode(picture.read_bytes()).decode("ascii") in page


def test_the_threshold_leaves_the_asked_share_of_validation_samples_above(table_run):
    x = training.data_of(table_run.config).validation.x
    rebuilding = rebuilt(table_run.model, x, table_run.config.training.seed)
    found = table_run.scorer.of(x, rebuilding)
    share = table_run.config.evaluation.alarm_share
    assert (found > table_run.scorer.threshold).mean() <= share
    assert table_run.scorer.threshold <= found.max() + 1e-6  # and it is no higher than it must be
    assert table_run.metrics["alarms"]["threshold"] == table_run.scorer.threshold


def test_nothing_but_training_rows_shapes_what_the_network_sees(home):
    settings = training.with_whole_path(config(), home)
    before = training.data_of(settings)
    parts = samples.split(samples.read(home / "sales.csv", settings), settings)
    frame = sales()
    frame.loc[[*parts.validation, *parts.test], "amount"] *= 1000
    frame.loc[parts.test, "channel"] = "letter"
    shifted = training.prepared(
        samples.Snapshot(frame, ""), parts,
        samples.fit_encoder(samples.take(frame, parts.train), settings), settings,
    )  # fmt: skip
    assert shifted.encoder.state() == before.encoder.state()
    assert training.data_of(settings).encoder.state() == before.encoder.state()
    np.testing.assert_array_equal(shifted.train.x, before.train.x)
    assert np.abs(shifted.judged.x).max() > 10 * np.abs(before.judged.x).max()


def test_a_code_as_wide_as_a_sample_is_said_to_copy(home):
    said = []
    for size, words in ((1, 0), (40, 1)):
        settings = config(
            network={"kind": "dense", "code_size": size}, data={"path": str(home / "sales.csv")}
        )
        training.announce(settings, training.data_of(settings), said.append)
        assert sum("copying is enough" in sentence for sentence in said) == words


def test_the_loss_that_is_told_is_that_of_the_model_that_is_kept():
    from aecourse.training import History

    history = History({"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 1.5, 2.5]})
    last = training._training_numbers(history, stops=False)
    best = training._training_numbers(history, stops=True)
    assert (last["loss"], last["val_loss"]) == (1.0, 2.5)
    assert (best["loss"], best["val_loss"]) == (2.0, 1.5)


def test_without_a_test_part_the_report_says_that_the_numbers_flatter(home):
    run = quietly(config(data={"test_share": 0.0}, training={"epochs": 1}), home)
    assert run.metrics["part"] == "the validation part"
    assert "flatter" in (run.folder / "report.html").read_text(encoding="utf-8")


# --- the same run again ---------------------------------------------------------------------------


def test_a_finished_run_is_not_repeated_unless_it_is_asked_for(home):
    run = quietly(config(training={"epochs": 1}), home)
    before = (run.folder / "metrics.json").stat().st_mtime_ns
    said = []
    quietly(config(training={"epochs": 1}), home, say=said.append)
    assert (run.folder / "metrics.json").stat().st_mtime_ns == before
    assert "finished already" in said[0]
    with pytest.raises(InputError, match=r"training\.epochs was 1 and is 2.*--restart"):
        quietly(config(training={"epochs": 2}), home)
    written(home, sales().head(100))
    with pytest.raises(InputError, match="has changed since"):
        quietly(config(training={"epochs": 1}), home)
    again = quietly(config(training={"epochs": 2}), home, restart=True)
    assert again.metrics["training"]["epochs_trained"] == 2


def test_a_run_that_diverges_leaves_nothing_in_the_way(home, monkeypatch):
    from aecourse import training
    from aecourse.training import History

    def diverging(model, x, **settings):
        return History({"loss": [float("nan")], "val_loss": [float("nan")]}, 0.0, "diverged")

    with monkeypatch.context() as patched:
        patched.setattr(training, "fit", diverging)
        with pytest.raises(InputError, match=r"diverged in epoch 1.*learning_rate lower than 1"):
            quietly(config(training={"learning_rate": 1.0}), home)
    assert [path.name for path in (home / "runs").iterdir()] == [".first.lock"]


def test_a_run_that_the_user_breaks_off_is_taken_up(home, monkeypatch):
    from aecourse.training import checkpoint

    unbroken = quietly(config(name="unbroken", training={"epochs": 3}), home)
    save = checkpoint.Checkpoint.save

    def once(self, model, history, stopping):
        save(self, model, history, stopping)
        if len(history.epochs) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint.Checkpoint, "save", once)
        with pytest.raises(KeyboardInterrupt):
            quietly(config(training={"epochs": 3}), home)
    assert not (home / "runs" / "first").exists()
    with pytest.raises(InputError, match="is unfinished"):
        Run.at(home / "runs" / "first")
    with pytest.raises(InputError, match=r"was begun with another configuration.*seed was 0"):
        quietly(config(training={"epochs": 3, "seed": 1}), home)
    said = []
    resumed = quietly(config(training={"epochs": 3}), home, say=said.append)
    assert "taken up" in said[0]
    assert resumed.metrics == unbroken.metrics


def test_a_broken_off_run_is_not_taken_up_with_other_data(home, monkeypatch):
    from aecourse.project import results

    with monkeypatch.context() as patched:
        patched.setattr(results.Result, "write", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            quietly(config(training={"epochs": 1}), home)
    written(home, sales().head(100))
    with pytest.raises(InputError, match="changed since the run 'first' was begun"):
        quietly(config(training={"epochs": 1}), home)


def test_a_broken_off_run_is_not_taken_up_on_another_backend(home, monkeypatch):
    settings = training.with_whole_path(config(), home)
    directory = RunDirectory(home / "runs", "first")
    directory.begin(configuration.resolved(settings))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    data = training.data_of(settings)
    training.check_data(directory, settings, data)
    training.check_data(directory, settings, data)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(InputError, match="KERAS_BACKEND=jax, or start again"):
        training.check_data(directory, settings, data)


def test_data_that_changes_while_a_model_is_trained_is_not_taken_for_what_it_saw(home, monkeypatch):
    learn = training.learn

    def meanwhile(settings, data, checkpoint, **options):
        written(home, sales().head(100))
        return learn(settings, data, checkpoint, **options)

    before = samples.fingerprint(home / "sales.csv")
    with monkeypatch.context() as patched:
        patched.setattr(training, "learn", meanwhile)
        run = quietly(config(training={"epochs": 1}), home)
    assert run.environment["data"]["sha256"] == before
    with pytest.raises(DataError, match="has changed since the run was trained"):
        judging.judge(run)


def test_data_that_changes_while_it_is_read_is_refused(home, monkeypatch):
    read = samples.read

    def meanwhile(path, settings):
        written(home, sales().head(100))
        return read(path, settings)

    monkeypatch.setattr(samples, "read", meanwhile)
    with pytest.raises(DataError, match="has changed while it was read"):
        quietly(config(), home)


def test_data_that_cannot_be_used_costs_no_finished_run(home):
    run = quietly(config(training={"epochs": 1}), home)
    (home / "sales.csv").unlink()
    with pytest.raises(DataError):
        quietly(config(training={"epochs": 2}), home, restart=True)
    assert run.metrics["training"]["epochs_trained"] == 1
    assert (run.folder / "model.keras").exists()


def test_a_folder_of_images_may_not_hold_the_project(tmp_path):
    pictures(tmp_path)
    settings = image_config(data={"path": ".", "kind": "images"})
    with pytest.raises(InputError, match="in which the project itself lies"):
        quietly(settings, tmp_path)


COMMAND = """
import sys
from aecourse.cli import main
sys.argv = ["aecourse", "train", sys.argv[1], "--json"]
main()
"""


def started(home: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(home / "config.yml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def epochs_done(home: Path) -> int:
    pointer = home / "runs" / ".first.unfinished" / "checkpoint" / "LATEST"
    try:
        return int(pointer.read_text(encoding="utf-8").rpartition("-")[2])
    except (FileNotFoundError, ValueError):
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_command_that_was_killed_twice_ends_with_the_numbers_of_an_unbroken_one(home):
    settings = config(training={"epochs": 20, "early_stopping": 15})
    text = yaml_lines.written(configuration.resolved(settings))
    (home / "config.yml").write_text(text, encoding="utf-8")
    for least in (1, 4):
        process = started(home)
        until = time.monotonic() + 120
        while epochs_done(home) < least and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (home / "runs" / "first").exists()
        assert epochs_done(home) >= least
    done = quietly(settings, home)
    unbroken = quietly(settings.model_copy(update={"name": "unbroken"}), home)
    assert done.metrics == unbroken.metrics
    histories = [json.loads((r.folder / "history.json").read_text()) for r in (done, unbroken)]
    assert histories[0]["metrics"] == histories[1]["metrics"]


# --- every network and every objective ------------------------------------------------------------


def small(section: str, kind: str) -> dict:
    """Return a section of a kind, small enough to be built in a moment."""
    sizes = {"patch_transformer": {"code_size": 8, "heads": 2, "depth": 1}}
    return {"kind": kind, **sizes.get(kind, {})} if section == "network" else {"kind": kind}


@pytest.mark.parametrize("kind", [m.model_fields["kind"].default for m in OBJECTIVES])
def test_every_objective_trains_on_what_it_is_for(kind):
    on_images = kind == "masked"
    data = {"path": "a", "kind": "images" if on_images else "table"}
    network = small("network", "patch_transformer" if on_images else "dense")
    settings = configuration.validated(
        {"data": data, "network": network, "objective": {"kind": kind}}
    )
    shape = (8, 8, 1) if on_images else (6,)
    model = building.build(settings, shape)
    x = np.random.default_rng(0).random((40, *shape)).astype("float32")
    losses = model.fit(x, epochs=1, batch_size=20, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert len(model.encode(x[:3])) == 3


@pytest.mark.parametrize("kind", [m.model_fields["kind"].default for m in NETWORKS])
@pytest.mark.parametrize("objective", ["plain", "variational", "hashing"])
def test_every_network_is_built_for_images_or_refused_with_its_line(kind, objective):
    content = {
        "data": {"path": "a", "kind": "images"},
        "network": small("network", kind),
        "objective": {"kind": objective},
    }
    if objective in NEEDS_VECTOR_CODE and kind in {"convolutional_grid", "patch_transformer"}:
        with pytest.raises(InputError, match="one vector"):
            configuration.validated(content)
        return
    model = building.build(configuration.validated(content), (8, 8, 3))
    x = np.random.default_rng(0).random((2, 8, 8, 3)).astype("float32")
    assert model.reconstruct(x).shape == x.shape


@pytest.mark.parametrize(
    ("objective", "activation"),
    [
        ({"kind": "sparse"}, "relu"),
        ({"kind": "sparse", "penalty": "kl"}, "sigmoid"),
        ({"kind": "plain"}, "linear"),
    ],
)
def test_the_code_ends_as_its_objective_needs(objective, activation):
    settings = configuration.validated({"data": {"path": "a"}, "objective": objective})
    model = building.build(settings, (6,))
    assert model.encoder.layers[-1].activation.__name__ == activation


@pytest.mark.parametrize(("scaling", "ending"), [("standard", "linear"), ("minmax", "sigmoid")])
def test_the_output_reaches_what_the_scaling_gives(scaling, ending):
    settings = configuration.validated(
        {"data": {"path": "a"}, "preprocessing": {"scaling": scaling}}
    )
    assert building.build(settings, (6,)).decoder.layers[-1].activation.__name__ == ending
