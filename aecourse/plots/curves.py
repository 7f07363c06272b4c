"""Curves: losses over training, and one quantity against another, with the spread over seeds."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import arrays
from aecourse.plots.style import (
    CourseFigure,
    HasProvenance,
    colour,
    line_style,
    marker,
    new_figure,
    number,
    sentence,
    styled,
)

HEIGHT = 3.6


@styled
def learning_curves(
    losses: Mapping[str, ArrayLike],
    *,
    ylabel: str = "mean squared error",
    title: str = "",
    log: bool = False,
    xlabel: str = "epoch",
    first: int = 1,
    limits: tuple[float, float] | None = None,
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw one curve a label, with a band from the lowest to the highest seed.

    Parameters
    ----------
    losses : dict of str to array of shape (epochs,) or (seeds, epochs)
        The curves may differ in length. A run that diverges is drawn as far as it is finite.
    ylabel : str
        What is measured, with its unit.
    title : str
        The finding.
    log : bool
        A logarithmic vertical axis.
    xlabel : str
        ``"epoch"``, ``"step"``…
    first : int
        The number of the first point: 1 for the end of the first epoch, 0 for "before training".
    limits : (low, high), optional
        Ends of the vertical axis, to cut off a diverging curve.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the curves' ends when left out.

    Raises
    ------
    InputError
        If there is no curve, or one is neither (epochs,) nor (seeds, epochs).

    Examples
    --------
    >>> from aecourse import plots
    >>> losses = {"training": [0.09, 0.05, 0.04], "validation": [0.09, 0.06, 0.05]}
    >>> figure = plots.learning_curves(losses)
    >>> figure.axes[0].get_xlabel()
    'epoch'
    """
    series = arrays.curves(losses, "losses")
    figure = new_figure(
        title,
        height=HEIGHT,
        provenance=provenance,
        alt=alt or _learning_alt(series, title, xlabel, ylabel),
    )
    axes = figure.subplots()
    for index, (label, runs) in enumerate(series.items()):
        x = first + np.arange(runs.shape[1])
        _curve(axes, index, x, runs, label, markers_every=max(1, runs.shape[1] // 8))
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if log:
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    if limits is not None:
        axes.set_ylim(*limits)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(axes, series)
    return figure


@styled
def points_with_lines(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw measured points joined by lines, one line a label, with the spread over seeds.

    Parameters
    ----------
    x : array of shape (points,)
        The values measured at, such as learning rates.
    series : dict of str to array of shape (points,) or (seeds, points)
        What was measured; NaN where a run failed.
    xlabel, ylabel : str
        What the axes show, with units.
    title : str
        The finding.
    log_x, log_y : bool
        Logarithmic axes.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the best points when left out.

    Raises
    ------
    InputError
        If a series does not have one value for each ``x``.

    Examples
    --------
    >>> from aecourse import plots
    >>> figure = plots.points_with_lines(
    ...     [1, 10, 100], {"codes": [0.6, 0.8, 0.9]},
    ...     xlabel="labels", ylabel="accuracy", log_x=True)
    >>> figure.axes[0].get_xscale()
    'log'
    """
    positions = arrays.finite(np.asarray(x, dtype=float).ravel(), "x")
    lines = arrays.curves(series, "series")
    for label, runs in lines.items():
        arrays.same_length(f"series[{label!r}]", runs.shape[1], len(positions), "x")
    if log_x and positions.min() <= 0:
        raise InputError("x holds values of 0 or below; a logarithmic axis needs positive ones.")
    figure = new_figure(
        title,
        height=HEIGHT,
        provenance=provenance,
        alt=alt or _points_alt(positions, lines, title, xlabel, ylabel),
    )
    axes = figure.subplots()
    for index, (label, runs) in enumerate(lines.items()):
        _curve(axes, index, positions, runs, label, markers_every=1)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if log_x:
        axes.set_xscale("log")
        plain_numbers(axes.xaxis)
    if log_y:
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    _legend(axes, lines)
    return figure


@styled
def error_against_code_size(
    code_sizes: Sequence[int],
    errors: Mapping[str, ArrayLike],
    *,
    ylabel: str = "mean squared error on the test set",
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw the reconstruction error against the number of latent dimensions, both logarithmic.

    Parameters
    ----------
    code_sizes : sequence of int
        Numbers in the code, at least 1.
    errors : dict of str to array of shape (sizes,) or (seeds, sizes)
        The error of each method.
    ylabel, title, provenance, alt
        As in :func:`points_with_lines`.

    Examples
    --------
    >>> from aecourse import plots
    >>> errors = {"PCA": [0.05, 0.03], "autoencoder": [0.04, 0.02]}
    >>> figure = plots.error_against_code_size([2, 8], errors)
    >>> figure.axes[0].get_ylabel()
    'mean squared error on the test set'
    """
    figure = points_with_lines(
        code_sizes,
        errors,
        xlabel="code size (latent dimensions)",
        ylabel=ylabel,
        title=title,
        log_x=True,
        log_y=True,
        provenance=provenance,
        alt=alt,
    )
    axes = figure.axes[0]
    axes.set_xticks(list(code_sizes), [str(size) for size in code_sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    return figure


def _curve(
    axes: Axes, index: int, x: np.ndarray, runs: np.ndarray, label: str, *, markers_every: int
) -> None:
    finite = np.where(np.isfinite(runs), runs, np.nan)
    axes.plot(
        x,
        finite.mean(axis=0),
        label=label,
        color=colour(index),
        linestyle=line_style(index),
        marker=marker(index),
        # Shifted from curve to curve, so that markers of close curves do not hide each other.
        markevery=(0 if markers_every == 1 else index % markers_every, markers_every),
    )
    if len(runs) > 1:
        low, high = finite.min(axis=0), finite.max(axis=0)
        axes.fill_between(x, low, high, color=colour(index), alpha=0.18, linewidth=0)


def plain_numbers(axis: Axis) -> None:
    """Write 0.02 in place of 2 × 10⁻² on a logarithmic axis, and only where there is room."""
    low, high = axis.get_view_interval()
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    if high / low < 30:
        axis.set_minor_locator(LogLocator(subs=(2, 5)))
        axis.set_minor_formatter(lambda value, _: f"{value:g}")
    else:
        axis.set_minor_formatter(NullFormatter())


def _legend(axes: Axes, series: Mapping[str, np.ndarray]) -> None:
    seeds = max(len(runs) for runs in series.values())
    note = f"mean of {seeds} seeds,\nband: lowest to highest" if seeds > 1 else None
    if len(series) > 1 or note:
        axes.legend(title=note, title_fontsize=9, alignment="left", handlelength=3.2)


def _learning_alt(series: Mapping[str, np.ndarray], title: str, xlabel: str, ylabel: str) -> str:
    ends = "; ".join(f"{label} {_journey(runs)}" for label, runs in series.items())
    return f"{sentence(title)} Curves of {ylabel} against {xlabel}: {ends}.".strip()


def _journey(runs: np.ndarray) -> str:
    mean = runs.mean(axis=0)
    if not np.isfinite(mean[-1]):
        return "diverges"
    return f"goes from {number(mean[0])} to {number(mean[-1])} in {len(mean)} points"


def _points_alt(
    x: np.ndarray, series: Mapping[str, np.ndarray], title: str, xlabel: str, ylabel: str
) -> str:
    described = []
    for label, runs in series.items():
        mean = np.where(np.isfinite(runs), runs, np.nan).mean(axis=0)
        values = ", ".join(
            f"{number(y) if np.isfinite(y) else 'diverged'} at {number(at)}"
            for at, y in zip(x, mean, strict=True)
        )
        described.append(f"{label}: {values}")
    return f"{sentence(title)} Lines of {ylabel} against {xlabel}. {'; '.join(described)}.".strip()
