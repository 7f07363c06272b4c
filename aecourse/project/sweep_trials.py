"""The trials of a sweep in Optuna's words: which is next, which is over, which is best.

Every function that takes or ends a trial is called while the sweep's lock is held.
"""

import json
import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from aecourse.errors import InputError
from aecourse.project import space
from aecourse.project.schema import Config
from aecourse.project.sweep_folder import SweepFolder
from aecourse.project.sweep_schema import Metric, Sweep, Values

# What is noted with a trial: its folder, why it has no value, that a user ended its worker.
RUN, WHY_FAILED, GIVEN_BACK = "run", "failed", "given back"
MOST_RETRIES = 3  # of a trial whose worker died
FIRST_TRIALS, FIRST_EPOCHS = 5, 3  # that the pruner lets pass

# Where a run's metrics hold each measure, and whether the highest is best.
MEASURES: dict[Metric, tuple[tuple[str, str], bool]] = {
    "mse": (("reconstruction", "mse"), False),
    "explained_variance": (("reconstruction", "explained_variance"), True),
    "val_loss": (("training", "val_loss"), False),
    "neighbour_accuracy": (("neighbours", "accuracy"), True),
}


@dataclass(frozen=True)
class Count:
    """How far a sweep is."""

    over: int
    running: int


def study_of(folder: SweepFolder, sweep: Sweep) -> Study:
    """Return Optuna's view of the sweep, new or as it stands."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(
        study_name=folder.name,
        storage=folder.storage(),
        direction="maximize" if MEASURES[sweep.metric][1] else "minimize",
        pruner=_pruner(sweep),
        load_if_exists=True,
    )


def _pruner(sweep: Sweep) -> BasePruner:
    if sweep.pruner == "median":
        return MedianPruner(n_startup_trials=FIRST_TRIALS, n_warmup_steps=FIRST_EPOCHS)
    return NopPruner()


def take_back(study: Study, folder: SweepFolder) -> int:
    """Put trials whose worker died into the queue again, and return how many.

    A trial that has lost its worker too often is not tried again: it may be what kills them. One
    whose worker died before all was noted is forgotten; the next trial draws the same settings.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        again = optuna.storages.RetryHeartbeatStaleTrialCallback(
            MOST_RETRIES, inherit_intermediate_values=True
        )
    lost = [trial for trial in _in(study, TrialState.RUNNING) if _has_no_worker(trial, folder)]
    for trial in lost:
        study.tell(trial.number, state=TrialState.FAIL)
        if RUN in trial.user_attrs:
            again(study, deepcopy(trial))  # it lengthens the history of the trial that it is given
    return len(lost)


def give_back(study: Study, trial: Trial) -> None:
    """Put a trial into the queue again that its worker does not end, through no fault of its own.

    It does not count as one whose worker died.
    """
    kept = study.get_trials()[trial.number]
    trial.set_user_attr(GIVEN_BACK, True)
    study.tell(trial, state=TrialState.FAIL)
    history = kept.system_attrs.get("retry_history", [])
    study.add_trial(
        optuna.create_trial(
            state=TrialState.WAITING,
            params=kept.params,
            distributions=kept.distributions,
            user_attrs=kept.user_attrs,
            system_attrs={**kept.system_attrs, "retry_history": history},
            intermediate_values=kept.intermediate_values,
        )
    )


def _has_no_worker(trial: FrozenTrial, folder: SweepFolder) -> bool:
    if RUN not in trial.user_attrs:  # its worker died while it held the sweep's lock
        return True
    try:
        with folder.trial(trial.user_attrs[RUN]).locked():
            return True
    except InputError:
        return False


def count(study: Study) -> Count:
    """Return how many trials are over, and how many are being worked on."""
    over = sum(map(is_over, study.get_trials(deepcopy=False)))
    return Count(over, len(_in(study, TrialState.RUNNING)))


def is_over(trial: FrozenTrial) -> bool:
    """Return whether a trial has come to its end: measured, given up, or failed for good."""
    if trial.state in (TrialState.COMPLETE, TrialState.PRUNED):
        return True
    if GIVEN_BACK in trial.user_attrs:
        return False
    tried = len(trial.system_attrs.get("retry_history", ()))
    return trial.state is TrialState.FAIL and (
        WHY_FAILED in trial.user_attrs or tried >= MOST_RETRIES
    )


def next_trial(study: Study, config: Config) -> Trial:
    """Return the next trial with all its settings drawn, and then its folder's name noted.

    The draw depends on the seed, on how many there were, and on what these have given. So one
    worker draws the same settings again when a sweep is repeated or was broken off.
    """
    sweep = config.sweep
    assert sweep is not None
    trials = study.get_trials(deepcopy=False)
    new = len({trial.user_attrs[RUN] for trial in trials if RUN in trial.user_attrs})
    seed = int(np.random.SeedSequence((sweep.seed, new)).generate_state(1)[0])
    study.sampler = TPESampler(seed=seed)
    trial = study.ask()
    for name, values in sweep.parameters.items():
        _draw(trial, name, values, config)
    if RUN not in trial.user_attrs:
        trial.set_user_attr(RUN, f"{new:04d}")
    return trial


def _draw(trial: Trial, name: str, values: Values, config: Config) -> None:
    if values.choices is not None:
        trial.suggest_categorical(name, _as_texts(values.choices))
    elif space.number_of(config, name) is int:
        trial.suggest_int(name, int(values.low or 0), int(values.high or 0), log=values.log)
    else:
        trial.suggest_float(name, float(values.low or 0), float(values.high or 0), log=values.log)


def settings(trial: Trial | FrozenTrial, sweep: Sweep) -> dict[str, Any]:
    """Return the settings of a trial as they stand in a configuration."""
    found = {}
    for name, value in trial.params.items():
        choices = sweep.parameters[name].choices
        found[name] = value if choices is None else choices[_as_texts(choices).index(value)]
    return found


def _as_texts(choices: Sequence[Any]) -> list[str]:
    """Return choices as Optuna can keep them, lists among them."""
    return [json.dumps(choice) for choice in choices]


def best(study: Study) -> FrozenTrial:
    """Return the best trial; of equal ones the first.

    Raises
    ------
    InputError
        If none has been measured.
    """
    done = _in(study, TrialState.COMPLETE)
    if not done:
        reasons = [trial.user_attrs.get(WHY_FAILED) for trial in study.get_trials(deepcopy=False)]
        first = next((reason for reason in reasons if reason), "their workers died")
        raise InputError(f"no trial of the sweep could be measured. The first: {first}")
    sign = -1 if study.direction == optuna.study.StudyDirection.MAXIMIZE else 1
    return min(done, key=lambda trial: (sign * float(trial.value or 0), trial.number))


def _in(study: Study, state: TrialState) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(state,))
