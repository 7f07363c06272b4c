"""How abnormal a sample is: the reconstruction error, weighed, and the threshold for an alarm."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.estimators import scores
from aecourse.metrics import quantile_threshold
from aecourse.project.schema import Evaluation

Floats = NDArray[np.floating[Any]]

MOST_SPREAD_SAMPLES = 4096


@dataclass(frozen=True)
class Scorer:
    """Scores, set up on training samples, with a threshold from validation samples.

    Attributes
    ----------
    kind
        ``"surprise"``: the mean over the values of ``log(1 + (error / usual error)²)``,
        standardised on validation samples, so that 0 is as usual as they are on average and 1 is a
        standard deviation more surprising. ``"squared_error"``: the mean squared error.
    spreads
        Usual size of each value's error; ``None`` for the squared error.
    mean, deviation
        Of the surprise of validation samples; 0 and 1 for the squared error.
    threshold
        A sample with a higher score is called abnormal.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.project import configuration, scoring
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> rows = np.random.default_rng(0).normal(size=(100, 5))
    >>> pair = rows, np.zeros_like(rows)
    >>> scorer = scoring.Scorer.fit(pair, pair, config.evaluation)
    >>> usual, odd = scorer.of(np.array([[0.5] * 5, [9.0] * 5]), np.zeros((2, 5)))
    >>> bool(usual < scorer.threshold < odd)
    True
    """

    kind: str
    spreads: Floats | None
    mean: float
    deviation: float
    threshold: float

    @classmethod
    def fit(
        cls,
        train: tuple[Floats, Floats],
        validation: tuple[Floats, Floats],
        settings: Evaluation,
    ) -> "Scorer":
        """Return the scorer for samples like these.

        Parameters
        ----------
        train, validation
            Samples and their reconstructions.
        settings
            Which score, and the share of normal samples that may be called abnormal.
        """
        spreads = None
        if settings.score == "surprise":
            some = slice(None, None, -(-len(train[0]) // MOST_SPREAD_SAMPLES))
            spreads = scores.residual_spreads(_residuals(train[0][some], train[1][some]))[0]
        unscaled = cls(settings.score, spreads, 0.0, 1.0, 0.0)
        raw = unscaled.of(*validation)
        mean, deviation = 0.0, 1.0
        if spreads is not None:
            mean, deviation = float(raw.mean()), float(raw.std()) or 1.0
        threshold = quantile_threshold((raw - mean) / deviation, settings.alarm_share)
        return cls(settings.score, spreads, mean, deviation, threshold)

    def by_value(self, x: Floats, rebuilt: Floats) -> Floats:
        """Return the part of each value in the score, shape ``(samples, values)``."""
        missed = _residuals(x, rebuilt)[:, 0]
        return np.square(missed) if self.spreads is None else scores.surprise(missed, self.spreads)

    def of(self, x: Floats, rebuilt: Floats) -> NDArray[np.float64]:
        """Return the score of each sample, shape ``(samples,)``; higher is more abnormal."""
        parts = [
            self.by_value(x[start : start + 512], rebuilt[start : start + 512]).mean(axis=1)
            for start in range(0, len(x), 512)
        ]
        return (np.concatenate(parts).astype(np.float64) - self.mean) / self.deviation

    def state(self) -> dict[str, Any]:
        """Return all that a score needs, for JSON: a flat list of spreads, one a value."""
        spreads = None if self.spreads is None else self.spreads.reshape(-1).tolist()
        numbers = {"mean": self.mean, "deviation": self.deviation, "threshold": self.threshold}
        return {"kind": self.kind, "spreads": spreads, **numbers}

    def arrays(self) -> dict[str, Any]:
        """Return all that :meth:`from_arrays` needs, for an NPZ file."""
        spreads = np.zeros(0) if self.spreads is None else self.spreads
        numbers = np.array([self.mean, self.deviation, self.threshold])
        return {"kind": np.array(self.kind), "spreads": spreads, "numbers": numbers}

    @classmethod
    def from_arrays(cls, stored: Any) -> "Scorer":
        """Return the scorer whose :meth:`arrays` these are."""
        mean, deviation, threshold = map(float, stored["numbers"])
        spreads = stored["spreads"] if len(stored["spreads"]) else None
        return cls(str(stored["kind"]), spreads, mean, deviation, threshold)


def _residuals(x: Floats, rebuilt: Floats) -> Floats:
    """Return the errors as the detector's arithmetic takes them, ``(samples, 1, values)``."""
    flat = (one.reshape(len(one), -1) for one in (x, rebuilt))
    x, rebuilt = (np.asarray(one, np.float64) for one in flat)
    return scores.residuals(x, rebuilt[:, None])
