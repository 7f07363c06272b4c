"""Many trainings with other settings, by any number of workers; the best becomes a run.

A worker takes a trial, trains it and notes its value, until there are as many as were asked for.
Workers do not know of each other. They may be started at any time, on this machine or on another
one that shares the folder, and killed at any time.
"""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aecourse.errors import InputError
from aecourse.project import configuration, samples, space, training
from aecourse.project.extras import needed
from aecourse.project.files import existing
from aecourse.project.processes import Processes
from aecourse.project.run import Run
from aecourse.project.run_directory import RunDirectory
from aecourse.project.schema import Config, Preprocessing
from aecourse.project.sweep_folder import TRIALS, SweepFolder
from aecourse.project.training import Prepared, Say

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial

    from aecourse.project.samples import Snapshot

LOOK = 0.5  # seconds between two looks at the trials of other workers


@dataclass(frozen=True)
class Claimed:
    """A trial that this worker has taken; its folder is locked until the stack is closed."""

    trial: "Trial"
    directory: RunDirectory
    held: ExitStack


def sweep(
    path: Path, *, workers: int = 1, restart: bool = False, say: Say = print
) -> tuple[Run, Path]:
    r"""Try the settings that a configuration names, and return the best run.

    A sweep that was broken off goes on where it was; one that is at work gets another worker.

    Parameters
    ----------
    path
        The configuration's file.
    workers
        How many processes to start; 1 works in this one.
    restart
        Whether to throw away what there is of the sweep.
    say
        Takes sentences for the user.

    Returns
    -------
    Run
        The best trial, measured on the test part, in ``runs/<name>``.
    pathlib.Path
        The folder of the sweep, with its report.

    Raises
    ------
    InputError
        If the configuration has no sweep, the sweep exists with another one, no trial could be
        measured, or the workers ended too soon.
    DataError
        If the data cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import sweeping
    >>> lines = [
    ...     "name: first",
    ...     "data: {path: rows.csv}",
    ...     "training: {epochs: 1}",
    ...     "sweep: {trials: 2, parameters: {network.code_size: {choices: [1, 2]}}}",
    ... ]
    >>> rows = [f"{number},{number * number % 7}" for number in range(60)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "config.yml").write_text("\n".join(lines))
    ...     _ = Path(folder, "rows.csv").write_text("\n".join(["a,b", *rows]))
    ...     best, _ = sweeping.sweep(Path(folder, "config.yml"), say=lambda sentence: None)
    ...     size = best.config.network.code_size
    >>> size in (1, 2)
    True
    """
    needed("optuna", "for sweeps")
    worker = Worker.of(path, say)
    worker.begin(restart=restart)
    if workers == 1:
        worker.work()
    else:
        _start(path, workers, say)
    return worker.finish(), worker.folder.folder


def results(run: Run, folder: Path) -> dict[str, Any]:
    """Return the best run and all trials, for other programs."""
    trials = json.loads((folder / TRIALS).read_text(encoding="utf-8"))
    return {**trials, "run": str(run.folder), "metrics": run.metrics}


def _start(path: Path, workers: int, say: Say) -> None:
    """Let other processes do the work; those that are left do that of one that dies."""
    with Processes([["sweep", str(path), "--json"]] * workers) as started:
        statuses = started.wait(all_or_none=False)
    for number, status in enumerate(statuses, 1):
        if status:
            say(f"Worker {number} of {workers} ended too soon, with status {status}.")


class Worker:
    """One process that works on a sweep."""

    def __init__(self, config: Config, home: Path, say: Say) -> None:
        from aecourse.project import sweep_trials

        if config.sweep is None:
            raise InputError(
                "the configuration has no `sweep`; `aecourse keys sweep` shows what to write."
            )
        self.trials = sweep_trials
        self.config = training.with_whole_path(config, home)
        self.wanted = config.sweep
        self.folder = SweepFolder(home, config.name)
        self.say = say
        self._study: Study | None = None
        self.snapshot: Snapshot | None = None
        self.data: tuple[Preprocessing, Prepared] | None = None

    @classmethod
    def of(cls, path: Path, say: Say) -> "Worker":
        """Return a worker on the sweep of a configuration's file."""
        return cls(configuration.load(path), path.resolve().parent, say)

    @property
    def study(self) -> "Study":
        """Optuna's view of the sweep, once it is begun."""
        assert self._study is not None
        return self._study

    def begin(self, *, restart: bool = False) -> None:
        """Make the sweep, or take it up."""
        data = Path(self.config.data.path)
        existing(data)
        sha256 = samples.fingerprint(data)  # before the lock: with large data it takes its time
        with self.folder.locked():
            if restart:
                self.folder.discard()
            self.folder.begin(self.config, sha256)
            self._study = self.trials.study_of(self.folder, self.wanted)
            before = self.trials.count(self.study)
        if before.over:
            self.say(f"{before.over} of {self.wanted.trials} trials are done already.")

    def work(self) -> None:
        """Train one trial after the other until all are over, those of dead workers too."""
        if self.all_over():
            return
        self._prepared(self.config)  # data that cannot be used is no trial's fault
        import_module("aecourse.backend")  # nor is the time that Keras takes to start
        while True:
            claimed = self.claim()
            if claimed is not None:
                with claimed.held:
                    self.train(claimed)
            elif self.all_over():
                return
            else:
                time.sleep(LOOK)

    def all_over(self) -> bool:
        """Return whether no trial is being worked on, and none is left."""
        with self.folder.locked():
            count = self.trials.count(self.study)
        return count.running == 0 and count.over >= self.wanted.trials

    def claim(self) -> Claimed | None:
        """Take a trial that a dead worker has left, or a new one; ``None`` if none is left."""
        with self.folder.locked():
            lost = self.trials.take_back(self.study, self.folder)
            count = self.trials.count(self.study)
            if count.over + count.running >= self.wanted.trials:
                return None
            trial = self.trials.next_trial(self.study, self.config)
            directory = self.folder.trial(trial.user_attrs[self.trials.RUN])
            held = ExitStack()
            held.enter_context(directory.locked())
        if lost:
            said = (
                "trial has lost its worker; it is" if lost == 1 else "trials lost theirs; they are"
            )
            self.say(f"{lost} {said} taken up.")
        return Claimed(trial, directory, held)

    def train(self, claimed: Claimed) -> None:
        """Train a trial and note what came of it."""
        import optuna

        trial, study = claimed.trial, self.study
        try:
            value = self._value(claimed)
        except optuna.TrialPruned:
            claimed.directory.discard()
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            self._report(claimed, "given up")
        except KeyboardInterrupt:
            with self.folder.locked():
                self.trials.give_back(study, trial)
            raise
        except InputError as error:  # these settings do not work; others may
            claimed.directory.discard()
            trial.set_user_attr(self.trials.WHY_FAILED, str(error))
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            self._report(claimed, f"failed: {error}")
        else:
            study.tell(trial, value)
            self._report(claimed, f"{self.wanted.metric} {value:.4g}")

    def config_of(self, trial: Any, name: str) -> Config:
        """Return the configuration of a trial's run.

        Raises
        ------
        InputError
            If the settings are impossible together.
        """
        values = self.trials.settings(trial, self.wanted)
        content = space.with_values(self.config, values)
        return configuration.validated({**content, "name": name})

    def _value(self, claimed: Claimed) -> float:
        from aecourse.backend import keras

        directory, name = claimed.directory, claimed.directory.name
        config = self.config_of(claimed.trial, f"{self.folder.name[:70]}-{name}")
        run = training.taken_up(directory, config, say=_nothing)
        if run is None:
            data = self._prepared(config)
            learn = partial(
                training.learn, config, progress=False, callbacks=self._callbacks(claimed)
            )
            run = training.trained(config, directory, data, learn)
            keras.utils.clear_session()  # what a model leaves behind would add up over the trials
        return self._measured(run)

    def _measured(self, run: Run) -> float:
        section, name = self.trials.MEASURES[self.wanted.metric][0]
        value = (run.metrics.get(section) or {}).get(name)
        if value is None:
            raise InputError(f"sweep.metric {self.wanted.metric!r} cannot be measured on this data")
        return float(value)

    def _callbacks(self, claimed: Claimed) -> list[Any]:
        if self.wanted.pruner == "none":
            return []
        from aecourse.project.pruning import Pruning

        return [Pruning(claimed.trial, self.wanted.metric)]

    def _prepared(self, config: Config) -> Prepared:
        """Return the samples without the test part, encoded once for trials that encode alike."""
        if self.data is None or self.data[0] != config.preprocessing:
            data = training.data_of(config, self._samples(), tested=False)
            self.data = (config.preprocessing, data)
        return self.data[1]

    def _samples(self) -> "Snapshot":
        """Return the samples, read once for all trials."""
        if self.snapshot is None:
            snapshot = samples.snapshot(Path(self.config.data.path), self.config)
            self.folder.check_data(self.config, snapshot.sha256)
            self.snapshot = snapshot
        return self.snapshot

    def _report(self, claimed: Claimed, outcome: str) -> None:
        over = self.trials.count(self.study).over
        self.say(f"Trial {claimed.directory.name}: {outcome} ({over} of {self.wanted.trials})")

    def finish(self) -> Run:
        """Let the best trial appear among the runs, write the report, and return the run.

        Raises
        ------
        InputError
            If trials are left, or none could be measured.
        """
        from aecourse.project import sweep_results

        with self.folder.locked():
            count = self.trials.count(self.study)
            if count.over < self.wanted.trials:
                raise InputError(
                    f"{count.over} of {self.wanted.trials} trials are done, and no worker is left; "
                    "the same command goes on."
                )
            best = self.trials.best(self.study)
            config = self.config_of(best, self.folder.name)
            run = sweep_results.published(self.folder, best, config, self.wanted, self._samples)
            sweep_results.write(self.folder, self.study, self.wanted, self.config)
        return run


def _nothing(text: str) -> None:
    """Say nothing: a trial is one of many."""
