"""Sweeps: which settings are tried, that workers do not disturb each other, and what is left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from project_data import config, sales, written

from aecourse.errors import DataError, InputError
from aecourse.project import configuration, sweeping, yaml_lines
from aecourse.project.sweep_folder import SweepFolder, drop_torn_line
from aecourse.project.sweeping import Worker

optuna = pytest.importorskip("optuna")

PARAMETERS = {
    "training.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "network.code_size": {"low": 2, "high": 4},
    "network.hidden": {"choices": [[8], [16, 8]]},
}


def swept(home: Path, **keys: Any) -> Path:
    """Write a configuration with a sweep, and return its path."""
    sections = {name: keys.pop(name) for name in ("training", "network") if name in keys}
    settings = config(**sections, sweep={"parameters": PARAMETERS, "trials": 6, **keys})
    path = home / "config.yml"
    path.write_text(yaml_lines.written(configuration.resolved(settings)), encoding="utf-8")
    return path


def value_of(settings: dict[str, Any]) -> float:
    return float(abs(settings["training.learning_rate"] - 0.01) + settings["network.code_size"])


@pytest.fixture
def untrained(monkeypatch) -> list[str]:
    """Let a trial's value follow from its settings at once; return the trials in their order."""
    done: list[str] = []

    def value(worker: Worker, claimed: sweeping.Claimed) -> float:
        done.append(claimed.directory.name)
        return value_of(worker.trials.settings(claimed.trial, worker.wanted))

    monkeypatch.setattr(Worker, "_value", value)
    return done


def worker(path: Path, say: Callable[[str], None] = lambda _: None) -> Worker:
    new = Worker.of(path, say)
    new.begin()
    return new


def tried(worker: Worker) -> list[tuple[Any, ...]]:
    """Return settings and value of each trial that is over, in the order of their folders."""
    trials = [t for t in worker.study.get_trials() if worker.trials.is_over(t)]
    trials.sort(key=lambda trial: trial.user_attrs["run"])
    return [(trial.user_attrs["run"], trial.params, trial.value) for trial in trials]


# --- without training -----------------------------------------------------------------------------


def test_settings_stay_in_their_ranges_and_choices(home, untrained):
    one = worker(swept(home, trials=12))
    one.work()
    trials = one.study.get_trials()
    assert len(trials) == len(untrained) == 12
    for trial in trials:
        found = one.trials.settings(trial, one.wanted)
        assert 0.001 <= found["training.learning_rate"] <= 0.1
        assert found["network.code_size"] in (2, 3, 4)
        assert found["network.hidden"] in ([8], [16, 8])
    assert len({tuple(map(str, trial.params.values())) for trial in trials}) == 12


def test_a_sweep_is_the_same_each_time_and_another_with_another_seed(tmp_path, untrained):
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        folder = tmp_path / name
        folder.mkdir()
        written(folder)
        one = worker(swept(folder, trials=12, seed=seed))
        one.work()
        found.append(tried(one))
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_sweep_that_was_broken_off_tries_what_an_unbroken_one_tries(tmp_path, untrained):
    found = []
    for name, killed in (("unbroken", ()), ("broken", (3, 7))):
        folder = tmp_path / name
        folder.mkdir()
        written(folder)
        path = swept(folder, trials=12)
        for last in killed:
            one = worker(path)
            while len(tried(one)) < last:
                claimed = one.claim()
                with claimed.held:
                    one.train(claimed)
            one.claim().held.close()  # as when the worker is killed: noted as running, not locked
        one = worker(path)
        one.work()
        found.append(tried(one))
    assert found[0] == found[1]
    assert len(found[0]) == 12


def test_a_trial_without_a_worker_is_tried_again_under_its_name(home, untrained):
    path = swept(home)
    first, second = worker(path), worker(path)
    lost = first.claim()
    params = dict(lost.trial.params)
    held = second.claim()
    assert held.directory.name != lost.directory.name
    lost.held.close()
    said: list[str] = []
    second.say = said.append
    with held.held:
        again = second.claim()
    assert again.directory.name == lost.directory.name
    assert again.trial.params == params
    assert said == ["1 trial has lost its worker; it is taken up."]
    again.held.close()


def test_a_worker_that_dies_while_it_takes_a_trial_leaves_no_trace(home, untrained):
    path = swept(home, trials=3)
    first = worker(path)
    claimed = first.claim()
    params = dict(claimed.trial.params)
    claimed.held.close()
    other = home / "other"
    other.mkdir()
    written(other)
    one = worker(swept(other, trials=3))
    one.study.ask()  # and nothing else: its worker was killed here
    with one.claim().held:
        again = worker(other / "config.yml").claim()
    again.held.close()
    one.work()
    found = tried(one)
    assert [name for name, _, _ in found] == ["0000", "0001", "0002"]
    assert found[0][1] == params


def test_a_trial_that_kills_its_workers_is_given_up(home, untrained):
    path = swept(home, trials=2)
    names = []
    for _ in range(6):
        one = worker(path)
        claimed = one.claim()
        if claimed is None:
            break
        names.append(claimed.directory.name)
        claimed.held.close()
    assert names == ["0000"] * 4 + ["0001"] * 2
    one.work()
    assert one.all_over()
    assert [name for name, _, value in tried(one) if value is None] == ["0000"]


def test_a_trial_that_its_user_broke_off_is_tried_again_however_often(home, monkeypatch, untrained):
    path = swept(home, trials=2)
    value = Worker._value

    def broken_off(worker: Worker, claimed: sweeping.Claimed) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "_value", broken_off)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            worker(path).work()
    monkeypatch.setattr(Worker, "_value", value)
    one = worker(path)
    one.work()
    assert untrained == ["0000", "0001"]
    assert all(value is not None for _, _, value in tried(one))


def test_a_trial_that_its_user_broke_off_after_three_lost_workers_is_not_over(
    home, monkeypatch, untrained
):
    path = swept(home, trials=1)
    for _ in range(3):
        worker(path).claim().held.close()
    value = Worker._value
    monkeypatch.setattr(Worker, "_value", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        worker(path).work()
    monkeypatch.setattr(Worker, "_value", value)
    one = worker(path)
    assert not one.all_over()
    one.work()
    assert [(name, value is None) for name, _, value in tried(one)] == [("0000", False)]


def test_data_that_cannot_be_used_is_no_fault_of_a_trial(home):
    path = swept(home)
    (home / "sales.csv").write_text("label\nusual\n")
    one = worker(path)
    with pytest.raises(DataError):
        one.work()
    assert one.study.get_trials() == []


def test_workers_together_try_no_more_than_is_asked_for(home, untrained):
    path = swept(home, trials=5)
    workers = [worker(path) for _ in range(3)]
    with ExitStack() as held:
        claimed = [each.claim() for each in (*workers, *workers)]
        for one in claimed:
            if one is not None:
                held.push(one.held.pop_all())
        assert [one is None for one in claimed] == [False] * 5 + [True]
        assert not workers[0].all_over()


def test_more_trials_may_be_asked_for_later_and_nothing_else_may_change(home, untrained):
    one = worker(swept(home, trials=2))
    one.work()
    said: list[str] = []
    more = worker(swept(home, trials=4), said.append)
    assert said == ["2 of 4 trials are done already."]
    more.work()
    assert [name for name, _, _ in tried(more)] == ["0000", "0001", "0002", "0003"]
    with pytest.raises(InputError, match=r"sweep\.seed was 0 and is 3.*Only sweep\.trials may"):
        worker(swept(home, trials=4, seed=3))
    with pytest.raises(InputError, match=r"training\.epochs was 2 and is 9"):
        worker(swept(home, trials=4, training={"epochs": 9}))


def test_data_that_changes_ends_a_sweep(home, untrained):
    path = swept(home, trials=1)
    worker(path)
    with (home / "sales.csv").open("a") as file:
        file.write("S999,2024-01-01,web,1,20,1,1,usual\n")
    with pytest.raises(InputError, match=r"sales\.csv has changed"):
        worker(path)
    new = Worker.of(path, lambda _: None)
    new.begin(restart=True)
    assert tried(new) == []


def test_a_sweep_stays_on_its_backend(home, untrained, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    path = swept(home)
    worker(path)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(InputError, match=r"begun on the backend jax.*KERAS_BACKEND=jax"):
        worker(path)


def test_throwing_away_that_is_broken_off_leaves_no_trials_without_their_journal(
    home, untrained, monkeypatch
):
    path = swept(home, trials=2)
    worker(path).work()

    def broken_off(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aecourse.project.sweep_folder.remove", broken_off)
    with pytest.raises(KeyboardInterrupt):
        Worker.of(path, lambda _: None).begin(restart=True)
    with pytest.raises(InputError, match=r"sweep\.seed was 0 and is 3"):
        worker(swept(home, trials=2, seed=3))
    again = worker(swept(home, trials=2))
    assert tried(again) == []
    again.work()
    assert [name for name, _, _ in tried(again)] == ["0000", "0001"]


def test_a_sweep_that_is_at_work_is_not_thrown_away(home, untrained):
    path = swept(home)
    claimed = worker(path).claim()
    with claimed.held, pytest.raises(InputError, match="at work"):
        Worker.of(path, lambda _: None).begin(restart=True)


def test_a_run_of_that_name_is_not_replaced(home):
    (home / "runs" / "first").mkdir(parents=True)
    with pytest.raises(InputError, match="give the sweep another `name`"):
        worker(swept(home))


def test_a_run_that_takes_the_name_meanwhile_is_not_replaced(home):
    path = swept(home, trials=1, training={"epochs": 1})
    one = worker(path)
    one.work()
    mine = home / "runs" / "first"
    mine.mkdir(parents=True)
    (mine / "report.html").write_text("mine")
    with pytest.raises(InputError, match=r"there is another run\. Rename"):
        one.finish()
    assert (mine / "report.html").read_text() == "mine"
    mine.rename(home / "runs" / "kept")
    assert one.finish().folder == mine


def test_data_that_changes_before_a_worker_reads_it_is_refused(home):
    one = worker(swept(home))
    written(home, sales().head(100))
    with pytest.raises(InputError, match="has changed since the sweep 'first' was begun"):
        one.work()
    assert one.study.get_trials() == []


def test_a_line_that_was_not_ended_costs_no_finished_trial(home, untrained):
    worker(swept(home, trials=2)).work()
    journal = home / "sweeps" / "first" / "journal.log"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"op_code": 4, "work')
    path = swept(home, trials=3)
    again = worker(path)
    assert len(tried(again)) == 2
    again.work()
    assert len(tried(worker(path))) == 3
    assert journal.read_bytes().startswith(whole)


@pytest.mark.parametrize("content", [b"", b"one\n", b"one\ntw", b"on"])
def test_only_what_comes_after_the_last_whole_line_is_cut_off(tmp_path, content):
    journal = tmp_path / "journal.log"
    journal.write_bytes(content)
    drop_torn_line(journal)
    assert journal.read_bytes() == content[: content.rfind(b"\n") + 1]


def test_a_configuration_without_a_sweep_is_refused(home):
    path = home / "config.yml"
    path.write_text(yaml_lines.written(configuration.resolved(config())), encoding="utf-8")
    with pytest.raises(InputError, match="has no `sweep`"):
        sweeping.sweep(path)


def test_settings_that_fail_are_noted_and_the_others_go_on(home, monkeypatch):
    def value(worker: Worker, claimed: sweeping.Claimed) -> float:
        found = worker.trials.settings(claimed.trial, worker.wanted)
        if found["network.code_size"] == 2:
            raise InputError("training diverged in epoch 1")
        return value_of(found)

    monkeypatch.setattr(Worker, "_value", value)
    one = worker(swept(home, trials=10))
    one.work()
    failed = [trial for trial in one.study.get_trials() if trial.value is None]
    assert 0 < len(failed) < 10
    assert {trial.user_attrs["failed"] for trial in failed} == {"training diverged in epoch 1"}
    best = one.trials.best(one.study)
    assert best.value == min(t.value for t in one.study.get_trials() if t.value is not None)


def test_without_one_measured_trial_the_first_reason_is_given(home, monkeypatch):
    def value(worker: Worker, claimed: sweeping.Claimed) -> float:
        raise InputError("training diverged in epoch 1")

    monkeypatch.setattr(Worker, "_value", value)
    one = worker(swept(home, trials=2))
    one.work()
    with pytest.raises(InputError, match=r"no trial .* training diverged in epoch 1"):
        one.finish()


def test_the_highest_is_best_where_that_is_asked_for(home, untrained):
    one = worker(swept(home, trials=5, metric="explained_variance"))
    one.work()
    assert one.trials.best(one.study).value == max(t.value for t in one.study.get_trials())


def test_reading_a_sweep_needs_no_optuna():
    script = (
        "import sys; from aecourse.project import configuration;"
        "configuration.validated({'data': {'path': 'a'}, 'sweep': {'parameters':"
        " {'network.code_size': {'low': 2, 'high': 3}}}});"
        "sys.exit('optuna' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# --- with training --------------------------------------------------------------------------------


@pytest.mark.tensorflow
def test_the_best_trial_becomes_a_run_and_only_then_sees_the_test_part(home):
    from aecourse.project import comparison, judging
    from aecourse.project.run import Run

    said: list[str] = []
    path = swept(home, trials=3, pruner="median")
    run, folder = sweeping.sweep(path, say=said.append)
    results = sweeping.results(run, folder)
    assert run.folder == home / "runs" / "first"
    assert run.metrics["part"] == "the test part"
    trials = [Run.at(folder / "trials" / row["trial"]) for row in results["trials"]]
    assert len(trials) == 3
    assert {trial.metrics["part"] for trial in trials} == {"the validation part"}
    values = [trial.metrics["reconstruction"]["mse"] for trial in trials]
    assert values == [row["value"] for row in results["trials"]]
    best = trials[values.index(min(values))]
    assert results["best"] == best.folder.name
    assert run.config.network == best.config.network
    assert run.config.sweep is None
    assert judging.judge(run)[0].numbers["reconstruction"] == run.metrics["reconstruction"]
    assert comparison.compare([run, best]).names == ["first", results["best"]]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"Trial {results['best']} has the lowest mse" in page

    before = {path: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    said.clear()
    again, _ = sweeping.sweep(path, say=said.append)
    assert said == ["3 of 3 trials are done already."]
    assert {path: path.stat().st_mtime_ns for path in again.folder.iterdir()} == before


@pytest.mark.tensorflow
def test_a_trial_that_is_worse_than_the_others_is_given_up(home, monkeypatch):
    from aecourse.project import sweep_trials

    monkeypatch.setattr(sweep_trials, "FIRST_TRIALS", 1)
    monkeypatch.setattr(sweep_trials, "FIRST_EPOCHS", 1)
    path = swept(
        home,
        trials=2,
        pruner="median",
        training={"epochs": 4},
        parameters={"training.learning_rate": {"choices": [0.01]}},
    )
    one = worker(path)
    claimed = one.claim()
    with claimed.held:
        one.train(claimed)
    first = one.study.get_trials()[0]
    assert len(first.intermediate_values) == 4
    # As if the first had been much better: the second, which is equal to it, is given up.
    one.study.add_trial(
        optuna.create_trial(
            params=first.params,
            distributions=first.distributions,
            value=0.0,
            intermediate_values=dict.fromkeys(range(4), 0.0),
            user_attrs={"run": "9999"},
        )
    )
    one.wanted = one.wanted.model_copy(update={"trials": 3})
    claimed = one.claim()
    with claimed.held:
        one.train(claimed)
    last = one.study.get_trials()[-1]
    assert last.state is optuna.trial.TrialState.PRUNED
    assert len(last.intermediate_values) < 4
    assert not claimed.directory.final.exists()


def states(home: Path) -> dict[str, list[Any]]:
    """Return the trials of the sweep by their state, as another process sees them."""
    folder = SweepFolder(home, "first")
    if not (folder.folder / "journal.log").exists():
        return {}
    try:
        study = optuna.load_study(study_name="first", storage=folder.storage())
    except KeyError:  # the journal is there, the study not yet
        return {}
    found: dict[str, list[Any]] = {}
    for trial in study.get_trials():
        found.setdefault(trial.state.name, []).append(trial)
    return found


@pytest.mark.tensorflow
def test_workers_that_one_command_starts_share_the_trials(home):
    path = swept(home, trials=3, training={"epochs": 1})
    said: list[str] = []
    run, folder = sweeping.sweep(path, workers=2, say=said.append)
    trials = sweeping.results(run, folder)["trials"]
    assert sorted(row["trial"] for row in trials) == ["0000", "0001", "0002"]
    assert all(row["state"] == "measured" for row in trials)
    assert said == []


def test_what_ends_all_workers_is_said_and_the_trials_wait(home, monkeypatch):
    monkeypatch.setattr(sweeping, "Processes", DeadProcesses)
    said: list[str] = []
    with pytest.raises(InputError, match=r"0 of 6 trials are done, .* the same command goes on"):
        sweeping.sweep(swept(home), workers=2, say=said.append)
    assert said == [f"Worker {number} of 2 ended too soon, with status -9." for number in (1, 2)]


class DeadProcesses:
    """Processes that the system has ended, as when memory is short."""

    def __init__(self, commands: list[list[str]]) -> None:
        self.count = len(commands)

    def __enter__(self) -> "DeadProcesses":
        return self

    def __exit__(self, *problem: object) -> None:
        """End nothing."""

    def wait(self, *, all_or_none: bool) -> list[int]:
        return [-9] * self.count


@pytest.mark.tensorflow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_of_three_workers_one_is_killed_and_no_finished_trial_is_lost(home):
    path = swept(home, trials=7, training={"epochs": 40})
    command = [sys.executable, "-m", "aecourse.cli", "sweep", str(path), "--json"]
    threads = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | threads)
        for _ in range(3)
    ]
    try:
        until = time.monotonic() + 240
        seen: dict[str, list[Any]] = {}
        while time.monotonic() < until:
            seen = states(home)
            # Three at work: so the one that is killed is in the middle of a trial.
            running = [trial for trial in seen.get("RUNNING", ()) if "run" in trial.user_attrs]
            if len(running) == 3 and seen.get("COMPLETE"):
                break
            time.sleep(0.02)
        os.kill(workers[0].pid, signal.SIGKILL)
        finished = {t.user_attrs["run"]: t.value for t in states(home)["COMPLETE"]}
        answers = [json.loads(each.communicate(timeout=240)[0] or "null") for each in workers]
    finally:
        for each in workers:
            each.kill()
            each.wait()
    assert [each.returncode for each in workers] == [-signal.SIGKILL, 0, 0]
    assert answers[1] == answers[2]
    trials = {row["trial"]: row for row in answers[1]["trials"]}
    assert sorted(trials) == [f"{number:04d}" for number in range(7)]
    assert all(row["state"] == "measured" for row in trials.values())
    assert finished
    assert {name: trials[name]["value"] for name in finished} == finished
    left = states(home)
    assert "RUNNING" not in left
    (lost,) = left["FAIL"]
    assert lost.user_attrs["run"] not in finished
    assert trials[lost.user_attrs["run"]]["value"] is not None
    assert (home / "runs" / "first" / "report.html").exists()
