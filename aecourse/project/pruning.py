"""A trial that is worse than the others so far is given up in the middle of its training."""

import optuna

from aecourse.backend import keras
from aecourse.project.sweep_schema import Metric

BY_EPOCH: dict[Metric, str] = {"mse": "val_mse", "val_loss": "val_loss"}


class Pruning(keras.callbacks.Callback):
    """Tell Optuna what each epoch gives, and end the training where it says so.

    Parameters
    ----------
    trial
        The trial that is being trained.
    metric
        What is best.
    """

    def __init__(self, trial: optuna.Trial, metric: Metric) -> None:
        super().__init__()
        self.trial = trial
        self.name = BY_EPOCH[metric]
        known = trial.study.get_trials(deepcopy=False)[trial.number]
        # Of a trial that lost its worker; its last epochs may have to be trained again.
        self.told = set(known.intermediate_values)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Tell the value of the epoch; raise if the trial is to be given up."""
        if epoch not in self.told:
            self.trial.report(float((logs or {})[self.name]), epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned(f"given up after epoch {epoch + 1}")
