"""What comes of a sweep: the best trial as a run, a table of all trials, a report."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from aecourse import plots
from aecourse.plots import CourseFigure
from aecourse.project import configuration, report, training, yaml_lines
from aecourse.project.results import Result
from aecourse.project.run import ENCODER, ENVIRONMENT, HISTORY, MODEL, SCORER, Run
from aecourse.project.run_directory import CONFIG, whole_folder, write_json, write_text
from aecourse.project.samples import Snapshot
from aecourse.project.schema import Config
from aecourse.project.sweep_folder import MARK, REPORT, TRIALS, SweepFolder
from aecourse.project.sweep_schema import Sweep
from aecourse.project.sweep_trials import MEASURES, RUN, WHY_FAILED, best, is_over, settings

KEPT = (MODEL, ENCODER, SCORER, ENVIRONMENT, HISTORY)
STATES = {
    TrialState.COMPLETE: "measured",
    TrialState.PRUNED: "given up",
    TrialState.FAIL: "failed",
}


def published(
    folder: SweepFolder,
    trial: FrozenTrial,
    config: Config,
    sweep: Sweep,
    snapshot: Callable[[], Snapshot],
) -> Run:
    """Return the best trial as a run, measured on the test part for the first time.

    All trials were measured on the validation part alone. The numbers of the best one flatter, as
    the best of many is partly the luckiest; those of the run do not.

    Parameters
    ----------
    folder
        Of the sweep.
    trial
        The best one.
    config
        Its configuration, under the name of the run.
    sweep
        What the sweep was about.
    snapshot
        Returns the samples.

    Raises
    ------
    InputError
        If another run has taken the place meanwhile.
    """
    name = trial.user_attrs[RUN]
    mark = {"sweep": folder.name, "trial": name, "metric": sweep.metric, "value": trial.value}
    final = folder.best.final
    if (final / MARK).exists() and _json(final / MARK) == mark:
        return Run.at(final)
    tried = Run.at(folder.trials / name)
    data = training.data_of(config, snapshot())
    history = {
        key: [np.nan if value is None else value for value in values]
        for key, values in _json(tried.folder / HISTORY)["metrics"].items()
    }
    result = training.judged_result(tried.model, tried.scorer, data, config, history)
    numbers = {**result.numbers, "training": tried.metrics["training"]}
    said = [*result.summary, f"It is trial {name} of a sweep, the best by {sweep.metric}."]
    with folder.best.locked(), whole_folder(final) as new:
        folder.check_place()  # hours after the beginning another run may have taken it
        for file in KEPT:
            shutil.copy(tried.folder / file, new / file)
        text = yaml_lines.written(configuration.resolved(config))
        (new / CONFIG).write_text(text, encoding="utf-8")
        (new / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")
        Result(**{**vars(result), "numbers": numbers, "summary": said}).write(
            new, config, tried.encoder, tried.scorer
        )
    return Run.at(final)


def rows(study: Study, sweep: Sweep) -> list[dict[str, Any]]:
    """Return each trial that is over, in the order in which they were begun."""
    return [
        {
            "trial": trial.user_attrs.get(RUN),
            "state": STATES[trial.state],
            "value": trial.value if trial.state is TrialState.COMPLETE else None,
            "settings": settings(trial, sweep),
            "epochs": len(trial.intermediate_values) or None,
            "seconds": trial.duration.total_seconds() if trial.duration else None,
            "reason": trial.user_attrs.get(WHY_FAILED),
        }
        for trial in study.get_trials(deepcopy=False)
        if is_over(trial)
    ]


def write(folder: SweepFolder, study: Study, sweep: Sweep, config: Config) -> None:
    """Write the table of all trials, for programs and as a page."""
    found = sorted(rows(study, sweep), key=lambda row: str(row["trial"]))
    name = best(study).user_attrs[RUN]
    write_json(
        folder.folder / TRIALS,
        {"metric": sweep.metric, "best": name, "run": str(folder.best.final), "trials": found},
    )
    highest = MEASURES[sweep.metric][1]
    page = report.page(
        f"Sweep {folder.name}",
        [
            f"{len(found)} settings were tried. Trial {name} has the "
            f"{'highest' if highest else 'lowest'} {sweep.metric} on the validation part, and has "
            f"become the run {folder.name}.",
            "The best of many is partly the luckiest: its number here flatters. What it is worth "
            "on samples that chose nothing stands in the report of the run.",
        ],
        {"Trials": _table(found, sweep, highest=highest)},
        {"values": _figure(found, sweep, highest=highest)},
        [],
        yaml_lines.written(configuration.resolved(config)),
    )
    write_text(folder.folder / REPORT, page)


def _table(
    found: list[dict[str, Any]], sweep: Sweep, *, highest: bool
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return all trials, the best first, those without a value last."""

    def place(row: dict[str, Any]) -> tuple[bool, float]:
        value = row["value"]
        return value is None, (-value if highest else value) if value is not None else 0.0

    header = ("trial", "outcome", sweep.metric, "seconds", *sweep.parameters)
    table = [
        (
            row["trial"],
            row["state"],
            row["value"],
            row["seconds"],
            *(row["settings"].get(parameter) for parameter in sweep.parameters),
        )
        for row in sorted(found, key=place)
    ]
    return header, table


def _figure(found: list[dict[str, Any]], sweep: Sweep, *, highest: bool) -> CourseFigure:
    """Draw the value of each trial, and the best up to it."""
    values = np.array([np.nan if row["value"] is None else row["value"] for row in found])
    keep = np.fmax if highest else np.fmin
    so_far = keep.accumulate(values)
    number = int(np.nanargmax(values) if highest else np.nanargmin(values)) + 1
    return plots.points_with_lines(
        np.arange(1, len(values) + 1),
        {"of the trial": values, "best so far": so_far},
        xlabel="trial",
        ylabel=f"{sweep.metric} on the validation part",
        title=f"The best of {len(values)} trials is number {number}",
    )


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
