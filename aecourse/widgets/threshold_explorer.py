"""Move the threshold of a detector, and see what is found, what is missed, and what it costs."""

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from aecourse import metrics
from aecourse.checks import real
from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.style import HATCHES, applied, colour, new_figure, sentence
from aecourse.widgets.explorer import Explorer, as_array, as_bytes, module, style_sheet

BINS = 48
MOST_SAMPLES = 20_000  # 80 kB of scores
GRID = 240  # thresholds at which the curve of the cost is drawn


class ThresholdExplorer(Explorer):
    """Scores of normal samples and anomalies under a threshold: mistakes, measures and costs.

    A sample is flagged if its score is above the threshold. A normal one that is flagged costs what
    a false alarm costs; an anomaly that is not costs what is lost with it, such as the amount of a
    transaction.

    Parameters
    ----------
    labels : array of shape (n,)
        1 for an anomaly, 0 for a normal sample; both must occur. At most 20,000 samples.
    scores : array of shape (n,)
        Higher for the more abnormal. They travel in single precision.
    losses : array of shape (n,)
        What is lost with each sample if it is an anomaly and is missed; not negative.
    currency : str
        The unit of the losses, such as "€".
    false_alarm : float
        What a false alarm costs at first, above 0, in the same unit.
    most_false_alarm : float
        The right end of that slider; its left end is a hundredth of this.
    prevalence : float, optional
        Share of anomalies where the detector is to work, if it is another one than here; the
        precision there is shown too.
    log : bool
        A logarithmic axis of scores; all must be positive.
    start : float, optional
        The first threshold; by default the one above which a hundredth of the normal scores lie.
    score_name : str
        What the score is called.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    threshold : float
        Where the slider stands.
    false_alarm : float
        What a false alarm costs.

    Raises
    ------
    InputError
        If the arrays do not fit, hold NaN, lack one of the classes or have too many samples, or a
        cost is out of range.

    Examples
    --------
    >>> from aecourse import widgets
    >>> explorer = widgets.ThresholdExplorer(
    ...     labels=[0, 0, 0, 1], scores=[0.1, 0.2, 0.4, 0.9], losses=[0, 0, 0, 250])
    >>> explorer.outcome(0.5, false_alarm=5)["recall"]
    1.0
    """

    _esm = module("threshold.js")
    _css = style_sheet("threshold.css")

    normal_scores = traitlets.Bytes().tag(sync=True)
    anomaly_scores = traitlets.Bytes().tag(sync=True)
    losses = traitlets.Bytes().tag(sync=True)
    bars: traitlets.Dict = traitlets.Dict().tag(sync=True)
    span: traitlets.List = traitlets.List().tag(sync=True)
    log = traitlets.Bool().tag(sync=True)
    score_name = traitlets.Unicode().tag(sync=True)
    currency = traitlets.Unicode().tag(sync=True)
    alarm_span: traitlets.List = traitlets.List().tag(sync=True)
    prevalence = traitlets.Float(allow_none=True).tag(sync=True)
    threshold = traitlets.Float().tag(sync=True)
    false_alarm = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        labels: ArrayLike,
        scores: ArrayLike,
        losses: ArrayLike,
        *,
        currency: str = "€",
        false_alarm: float = 5.0,
        most_false_alarm: float = 500.0,
        prevalence: float | None = None,
        log: bool = False,
        start: float | None = None,
        score_name: str = "score",
        heading: str = "Where would you draw the line?",
    ) -> None:
        marks, numbers = metrics.detection.labelled(labels, scores)
        if len(marks) > MOST_SAMPLES:
            raise InputError(f"Got {len(marks):,} samples; pass at most {MOST_SAMPLES:,} of them.")
        lost = as_array(losses, "losses", (len(marks),))
        if lost.min() < 0:
            raise InputError(f"losses go down to {lost.min():g}; a loss cannot be negative.")
        most = real(most_false_alarm, "most_false_alarm", above=0)
        alarm = real(false_alarm, "false_alarm", least=most / 100, most=most)
        # Rounded as they travel, so that Python counts what the browser counts.
        order = np.argsort(numbers, kind="stable")
        self._labels = marks[order]
        self._scores, self._losses = (
            values[order].astype(np.float32).astype(np.float64) for values in (numbers, lost)
        )
        normal, anomalies = (self._scores[self._labels == label] for label in (0, 1))
        self._edges = _edges(self._scores, log)
        first = metrics.quantile_threshold(normal, 0.01) if start is None else real(start, "start")
        super().__init__(
            heading=heading,
            normal_scores=as_bytes(normal),
            anomaly_scores=as_bytes(anomalies),
            losses=as_bytes(self._losses[self._labels == 1]),
            bars={
                "edges": self._edges.tolist(),
                "normal": np.histogram(normal, self._edges)[0].tolist(),
                "anomalies": np.histogram(anomalies, self._edges)[0].tolist(),
            },
            span=[float(self._edges[0]), float(self._edges[-1])],
            log=bool(log),
            score_name=score_name,
            currency=currency,
            alarm_span=[most / 100, most],
            prevalence=None
            if prevalence is None
            else real(prevalence, "prevalence", above=0, below=1),
            threshold=float(np.clip(first, self._edges[0], self._edges[-1])),
            false_alarm=alarm,
        )

    def outcome(self, threshold: float, false_alarm: float) -> dict[str, float]:
        """Return what comes of a threshold, in the order in which the page shows it.

        Returns
        -------
        dict of str to float
            ``threshold``; the four counts; ``precision`` (NaN if nothing is flagged), ``recall``,
            ``false_positive_rate``; ``precision_at_prevalence`` if a prevalence was given; and
            ``cost``.
        """
        found = metrics.confusion_at(self._labels, self._scores, threshold)
        told = {
            "threshold": float(threshold),
            **{name: float(count) for name, count in found._asdict().items()},
            "precision": found.precision,
            "recall": found.recall,
            "false_positive_rate": found.false_positive_rate,
        }
        if self.prevalence is not None:
            told["precision_at_prevalence"] = found.precision_at_prevalence(self.prevalence)
        told["cost"] = self._cost(threshold, false_alarm)
        return told

    def cheapest(self, false_alarm: float) -> float:
        """Return the threshold at which the mistakes on these samples cost least."""
        return metrics.lowest_cost_threshold(
            self._labels, self._scores, missed=self._losses, false_alarm=false_alarm
        )

    def figure(self) -> CourseFigure:
        """Return the scores, the threshold and the cost as a still figure."""
        with applied():
            figure = new_figure(self.heading, height=3.6, alt=self._alt())
            upper, lower = figure.subplots(1, 2, width_ratios=(1.35, 1))
            self._draw_scores(upper)
            self._draw_costs(lower)
        return figure

    def _cost(self, threshold: float, false_alarm: float) -> float:
        return metrics.total_cost(
            self._labels, self._scores, threshold, missed=self._losses, false_alarm=false_alarm
        )

    def _draw_scores(self, axes: Axes) -> None:
        for index, name in enumerate(("normal", "anomalies")):
            axes.stairs(
                self.bars[name],
                self._edges,
                fill=True,
                facecolor=(colour(index), 0.3),
                edgecolor=colour(index),
                hatch=HATCHES[index],
                label=f"{name} ({sum(self.bars[name]):,})",
            )
        axes.axvline(self.threshold, color="black", linestyle="--")
        axes.set(xlabel=self.score_name, ylabel="samples", yscale="log", ylim=(0.7, None))
        axes.set_xscale("log" if self.log else "linear")
        axes.legend()

    def _draw_costs(self, axes: Axes) -> None:
        places = _spaced(self._edges[0], self._edges[-1], GRID, self.log)
        axes.plot(places, [self._cost(place, self.false_alarm) for place in places])
        axes.plot(
            self.threshold,
            self._cost(self.threshold, self.false_alarm),
            "D",
            color=colour(1),
            markersize=8,
        )
        axes.set(xlabel="threshold", ylabel=f"cost ({self.currency})")
        axes.set_xscale("log" if self.log else "linear")

    def _alt(self) -> str:
        found = self.outcome(self.threshold, self.false_alarm)
        normal, anomalies = (sum(self.bars[name]) for name in ("normal", "anomalies"))
        return (
            f"{sentence(self.heading)} Histograms of the {self.score_name} of {normal:,} normal "
            f"samples and {anomalies:,} anomalies. At the threshold {self.threshold:.3g}, "
            f"{found['true_positives']:.0f} anomalies are found, {found['false_negatives']:.0f} "
            f"missed, and {found['false_positives']:.0f} normal samples flagged; the mistakes cost "
            f"{found['cost']:,.0f} {self.currency}."
        )


def _edges(scores: NDArray[np.float64], log: bool) -> NDArray[np.float64]:
    """Return the borders of the bars; the first and the last leave a little room."""
    low, high = float(scores.min()), float(scores.max())
    if log and low <= 0:
        raise InputError(f"The lowest score is {low:g}; a logarithmic axis needs positive ones.")
    if low == high:
        raise InputError(f"All scores are {low:g}; a threshold needs scores that differ.")
    if log:
        room = (high / low) ** 0.01
        return _spaced(low / room, high * room, BINS + 1, log)
    room = 0.01 * (high - low)
    return _spaced(low - room, high + room, BINS + 1, log)


def _spaced(low: float, high: float, count: int, log: bool) -> NDArray[np.float64]:
    """Return places at equal distances, or with equal ratios on a logarithmic axis."""
    return np.geomspace(low, high, count) if log else np.linspace(low, high, count)
