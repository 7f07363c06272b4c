"""What happened in a training run."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["finished", "stopped early", "interrupted", "diverged"]


@dataclass
class History:
    """The logs of a run, one value an epoch.

    Attributes
    ----------
    metrics
        ``{"loss": [...], "reconstruction": [...], "mse": [...], "val_loss": [...], ...}``.
    seconds
        Wall time of training, over all the sittings of a resumed run.
    outcome
        ``"finished"``, ``"stopped early"``, ``"interrupted"`` or ``"diverged"``.
    best_epoch
        The epoch with the lowest validation loss, counted from 1; its weights are the model's when
        early stopping was on. ``None`` without validation data.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks, training
    >>> x = np.random.default_rng(0).uniform(size=(64, 8)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense(8, code_size=2, hidden=(16,)))
    >>> history = training.fit(model, x, epochs=2, progress=False)
    >>> type(history).__name__, history.outcome, list(history.to_frame().columns)
    ('History', 'finished', ['loss', 'mse', 'reconstruction'])
    """

    metrics: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    outcome: Outcome = "finished"

    @property
    def epochs(self) -> list[int]:
        """The epochs that were completed, counted from 1."""
        return list(range(1, len(self.metrics.get("loss", [])) + 1))

    @property
    def best_epoch(self) -> int | None:
        """The epoch with the lowest validation loss, or ``None`` without validation data."""
        losses = [loss for loss in self.metrics.get("val_loss", []) if math.isfinite(loss)]
        return self.metrics["val_loss"].index(min(losses)) + 1 if losses else None

    @property
    def stopped_early(self) -> bool:
        """Whether early stopping ended the run before its last epoch."""
        return self.outcome == "stopped early"

    @property
    def interrupted(self) -> bool:
        """Whether the user ended the run."""
        return self.outcome == "interrupted"

    def __getitem__(self, name: str) -> list[float]:
        """Return one metric's values, one for each epoch.

        Raises
        ------
        InputError
            If nothing of that name was logged.
        """
        if name not in self.metrics:
            known = ", ".join(self.metrics) or "nothing yet"
            raise InputError(f"no metric {name!r} was logged; there is {known}.")
        return self.metrics[name]

    def to_frame(self) -> "pd.DataFrame":
        """Return the logs as a table with one row an epoch."""
        import pandas as pd

        return pd.DataFrame(self.metrics, index=pd.Index(self.epochs, name="epoch"))

    def complete(self, epochs: int) -> bool:
        """Return whether a run of so many epochs has nothing left to do."""
        return self.stopped_early or len(self.epochs) >= epochs

    def append(self, logs: dict[str, float]) -> None:
        """Add one epoch's logs."""
        for name, value in logs.items():
            self.metrics.setdefault(name, []).append(float(value))

    def __str__(self) -> str:
        count = len(self.epochs)
        parts = [f"{count} epoch{'' if count == 1 else 's'} in {self.seconds:.0f} s"]
        for name in ("loss", "val_loss"):
            if self.metrics.get(name):
                parts.append(f"{name} {self.metrics[name][-1]:.4g}")
        if self.best_epoch is not None:
            parts.append(f"best epoch {self.best_epoch}")
        if self.outcome != "finished":
            parts.append(self.outcome)
        return " · ".join(parts)
