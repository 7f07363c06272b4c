"""What another worker costs and brings: sweeps by 1 to 4 workers, training by 1 and 2 processes.

A table is made, and one project on it. Each sweep tries the same number of settings. Each training
is of the same configuration on JAX. Run it on a machine with nothing else to do: the numbers are
wall times.

    python benchmarks/cost_per_worker.py [--results FOLDER] [--rows N] [--trials N] [--epochs N]
        [--workers 1 2 3 4] [--processes 1 2]

It prints one JSON object, and with ``--results book/results`` keeps the numbers for the chapter in
``09_workers.json``: under ``sweep_K_workers_…`` and ``training_K_processes_…`` the seconds, and

- ``…_speed_up``: the seconds of one over those of K;
- ``sweep_start_seconds``: from the command of a worker to its first trial, Keras ready to train;
- ``sweep_trial_overhead_seconds``: taking a trial and noting its value, without the training.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from project_from_start_to_scores import table

from aecourse import results
from aecourse.backend import name as backend
from aecourse.project import configuration, yaml_lines
from aecourse.project.run import HISTORY
from aecourse.project.sweeping import Worker

CHAPTER = "09_workers"
OVERHEAD_TRIALS = 50


def main(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        table(given.rows, 30).to_csv(home / "table.csv", index=False)
        found: dict[str, tuple[float, str]] = {}
        for workers in given.workers:
            found |= sweep(home, workers, given)
        found |= {"sweep_trial_overhead_seconds": (trial_overhead(home, given), "s")}
        for processes in given.processes:
            found |= training(home, processes, given)
        found |= speed_ups(found, "sweep_{}_workers", given.workers, "seconds")
        found |= speed_ups(found, "training_{}_processes", given.processes, "seconds_an_epoch")
    keep(found, given)
    print(json.dumps({key: value for key, (value, _) in found.items()}, indent=1))


def written(home: Path, name: str, given: argparse.Namespace, **sections: Any) -> Path:
    """Write a configuration, and return its path."""
    content = {
        "name": name,
        "data": {"path": "table.csv", "label": "label", "normal": "usual"},
        "network": {"kind": "dense", "hidden": [64], "code_size": 8},
        "training": {"epochs": given.epochs, "batch_size": 256, "early_stopping": None},
        **sections,
    }
    path = home / f"{name}.yml"
    resolved = configuration.resolved(configuration.validated(content))
    path.write_text(yaml_lines.written(resolved), encoding="utf-8")
    return path


def swept(home: Path, name: str, trials: int, given: argparse.Namespace) -> Path:
    parameters = {
        "training.learning_rate": {"low": 0.0003, "high": 0.01, "log": True},
        "objective.level": {"low": 0.1, "high": 1.0},
    }
    keys = {"trials": trials, "parameters": parameters}
    return written(home, name, given, sweep=keys, objective={"kind": "denoising"})


def sweep(home: Path, workers: int, given: argparse.Namespace) -> dict[str, tuple[float, str]]:
    path = swept(home, f"sweep-{workers}", given.trials, given)
    began = time.time()
    seconds = run(["sweep", path, "--workers", workers, "--json"])
    found = {f"sweep_{workers}_workers_seconds": (seconds, "s")}
    if workers == 1:
        worker = Worker.of(path, lambda text: None)
        worker.begin()
        first = worker.study.get_trials()[0].datetime_start
        assert first is not None
        found["sweep_start_seconds"] = (first.timestamp() - began, "s")
    return found


def trial_overhead(home: Path, given: argparse.Namespace) -> float:
    """Return the seconds that a trial takes when nothing is trained."""
    worker = Worker.of(swept(home, "overhead", OVERHEAD_TRIALS, given), lambda text: None)
    worker._value = lambda claimed: 1.0  # type: ignore[method-assign]
    worker.begin()
    worker._prepared(worker.config)  # once a worker, not once a trial
    began = time.perf_counter()
    worker.work()
    return (time.perf_counter() - began) / OVERHEAD_TRIALS


def training(home: Path, processes: int, given: argparse.Namespace) -> dict[str, Any]:
    name = f"training-{processes}"
    path = written(home, name, given)
    seconds = run(["train", path, "--processes", processes, "--json"], KERAS_BACKEND="jax")
    history = json.loads((home / "runs" / name / HISTORY).read_text(encoding="utf-8"))
    return {
        f"training_{processes}_processes_seconds_an_epoch": (
            history["seconds"] / given.epochs,
            "s",
        ),
        f"training_{processes}_processes_other_seconds": (seconds - history["seconds"], "s"),
    }


def run(arguments: Sequence[object], **variables: str) -> float:
    """Return how long a command takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "aecourse.cli", *map(str, arguments)],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | variables,
    )
    return time.perf_counter() - began


def speed_ups(
    found: dict[str, tuple[float, str]], form: str, counts: Sequence[int], what: str
) -> dict[str, tuple[float, str]]:
    seconds = {count: found[f"{form.format(count)}_{what}"][0] for count in counts}
    return {
        f"{form.format(count)}_speed_up": (seconds[1] / seconds[count], "1")
        for count in counts
        if 1 in seconds
    }


def keep(found: dict[str, tuple[float, str]], given: argparse.Namespace) -> None:
    if given.results is None:
        return
    os.environ[results.VARIABLE] = str(given.results)
    note = (
        f"{given.trials} trials a sweep, {given.epochs} epochs a training, sweeps on {backend()} "
        f"and trainings on JAX, on {os.cpu_count()} cores."
    )
    for key, (value, unit) in found.items():
        results.record(
            CHAPTER,
            key,
            value,
            unit=unit,
            dataset=f"A made table of {given.rows:,} rows and 30 columns.",
            note=note,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    main(parser.parse_args())
