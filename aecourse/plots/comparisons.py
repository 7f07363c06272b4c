"""Comparisons: bars with spread, grids of numbers, and histograms of groups."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import Normalize
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import arrays
from aecourse.plots.style import (
    HATCHES,
    CourseFigure,
    HasProvenance,
    colour,
    line_style,
    new_figure,
    number,
    sentence,
    styled,
)


@styled
def bars_with_spread(
    values: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw one horizontal bar a label: the mean over seeds, each seed as a dot, the value beside.

    Parameters
    ----------
    values : dict of str to float or array of shape (seeds,)
        What was measured for each label.
    xlabel : str
        What is measured, with its unit.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the values when left out.

    Raises
    ------
    InputError
        If ``values`` is empty or one is NaN or infinite.

    Examples
    --------
    >>> from aecourse import plots
    >>> accuracies = {"pixels": [0.91, 0.93, 0.92], "codes": [0.95, 0.96, 0.95]}
    >>> figure = plots.bars_with_spread(accuracies, xlabel="accuracy")
    >>> type(figure).__name__
    'CourseFigure'
    """
    if not values:
        raise InputError("values is empty; give at least one label: value.")
    measured = {
        label: arrays.finite(np.atleast_1d(np.asarray(v, dtype=float)), f"values[{label!r}]")
        for label, v in values.items()
    }
    listed = "; ".join(f"{label} {_spread(v)}" for label, v in measured.items())
    figure = new_figure(
        title,
        height=0.42 * len(measured) + 1.2,
        provenance=provenance,
        alt=alt or f"{sentence(title)} Bars of {xlabel}: {listed}.".strip(),
    )
    axes = figure.subplots()
    for index, v in enumerate(measured.values()):
        axes.barh(index, v.mean(), height=0.62, color=colour(0), alpha=0.75)
        if len(v) > 1:
            axes.plot(v, np.full(len(v), index), "o", color="black", markersize=3.5)
        axes.annotate(
            _spread(v),
            (max(v.max(), 0.0), index),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    axes.set_yticks(range(len(measured)), list(measured))
    axes.invert_yaxis()
    axes.margins(x=0.22)
    axes.set_xlim(
        left=min(0.0, axes.get_xlim()[0]) if min(map(np.min, measured.values())) < 0 else 0
    )
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(xlabel)
    return figure


@styled
def heatmap(
    values: ArrayLike,
    *,
    row_labels: Sequence[object],
    column_labels: Sequence[object],
    xlabel: str,
    ylabel: str,
    value_label: str,
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw a grid of numbers as colours, each number written in its cell.

    Parameters
    ----------
    values : array of shape (rows, columns)
        The numbers; NaN is drawn as an empty cell marked "–" (a run that failed).
    row_labels, column_labels : sequence
        One label for each row and column.
    xlabel, ylabel : str
        What the columns and the rows stand for.
    value_label : str
        What the numbers are, with their unit.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the extremes when left out.

    Raises
    ------
    InputError
        If the labels do not fit the shape of ``values``.

    Examples
    --------
    >>> from aecourse import plots
    >>> figure = plots.heatmap(
    ...     [[9, 1], [2, 8]], row_labels=["cat", "dog"], column_labels=["cat", "dog"],
    ...     xlabel="said", ylabel="is", value_label="images")
    >>> figure.axes[0].get_xlabel()
    'said'
    """
    grid = np.asarray(values, dtype=float)
    if grid.ndim != 2 or not np.isfinite(grid).any():
        raise InputError(
            f"values has shape {grid.shape}; expected (rows, columns) with some finite number."
        )
    arrays.same_length("row_labels", len(row_labels), grid.shape[0], "values (rows)")
    arrays.same_length("column_labels", len(column_labels), grid.shape[1], "values (columns)")
    grid = np.where(np.isfinite(grid), grid, np.nan)
    figure = new_figure(
        title,
        height=0.42 * grid.shape[0] + 1.3,
        provenance=provenance,
        alt=alt
        or _heatmap_alt(grid, row_labels, column_labels, xlabel, ylabel, value_label, title),
    )
    axes = figure.subplots()
    scale = Normalize(np.nanmin(grid), np.nanmax(grid))
    image = axes.imshow(grid, cmap="cividis", norm=scale, aspect="auto")
    for (row, column), value in np.ndenumerate(grid):
        dark = np.isfinite(value) and scale(value) < 0.55
        axes.text(
            column,
            row,
            number(value) if np.isfinite(value) else "–",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if dark else "black",
        )
    axes.set_xticks(range(grid.shape[1]), [str(label) for label in column_labels])
    axes.set_yticks(range(grid.shape[0]), [str(label) for label in row_labels])
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, pad=0.015)
    bar.set_label(value_label)
    bar.outline.set_visible(False)
    return figure


@styled
def histogram_by_group(
    groups: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    title: str = "",
    bins: int = 40,
    log_x: bool = False,
    threshold: float | None = None,
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw the distribution of a number in several groups, as the share of each group a bin.

    Parameters
    ----------
    groups : dict of str to array of shape (n,)
        The numbers of each group, such as reconstruction errors of normal and of odd images.
    xlabel : str
        What the number is, with its unit.
    title : str
        The finding.
    bins : int
        Number of bins, shared by the groups.
    log_x : bool
        A logarithmic axis; all numbers must be positive.
    threshold : float, optional
        A dashed vertical line with its value.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the medians when left out.

    Raises
    ------
    InputError
        If a group is empty, not finite, or not positive on a logarithmic axis.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> rng = np.random.default_rng(0)
    >>> scores = {"normal": rng.normal(size=300), "fraud": rng.normal(4, size=20)}
    >>> figure = plots.histogram_by_group(scores, xlabel="score", threshold=2.5)
    >>> figure.axes[0].get_xlabel()
    'score'
    """
    numbers = {label: _sample(values, label) for label, values in groups.items()}
    if not numbers:
        raise InputError("groups is empty; give at least one label: numbers.")
    low = min(v.min() for v in numbers.values())
    high = max(v.max() for v in numbers.values())
    if log_x and low <= 0:
        raise InputError(f"The smallest number is {low:g}; a logarithmic axis needs positive ones.")
    space = np.geomspace if log_x else np.linspace
    edges = space(low, high if high > low else low + 1.0, bins + 1)
    medians = "; ".join(f"{label} {number(float(np.median(v)))}" for label, v in numbers.items())
    figure = new_figure(
        title,
        height=3.3,
        provenance=provenance,
        alt=alt or f"{sentence(title)} Histograms of {xlabel}; medians: {medians}.".strip(),
    )
    axes = figure.subplots()
    for index, (label, v) in enumerate(numbers.items()):
        axes.hist(
            v,
            bins=edges.tolist(),
            weights=np.full(len(v), 100.0 / len(v)),
            histtype="stepfilled",
            facecolor=(colour(index), 0.25),
            edgecolor=colour(index),
            linestyle=line_style(index),
            linewidth=1.5,
            hatch=HATCHES[index % len(HATCHES)],
            label=f"{label} (n = {len(v):,})",
        )
    if threshold is not None:
        axes.axvline(threshold, color="black", linestyle="--", linewidth=1.3)
        axes.annotate(
            f"threshold {number(threshold)}",
            (threshold, 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            va="top",
            fontsize=9.5,
        )
    if log_x:
        axes.set_xscale("log")
    axes.set_xlabel(xlabel)
    axes.set_ylabel("share of the group (%)")
    axes.legend()
    return figure


def _sample(values: ArrayLike, label: str) -> np.ndarray:
    array = np.asarray(values, dtype=float).ravel()
    if array.size == 0:
        raise InputError(f"groups[{label!r}] is empty; leave the group out.")
    return arrays.finite(array, f"groups[{label!r}]")


def _spread(values: np.ndarray) -> str:
    if len(values) == 1:
        return number(values[0])
    return f"{number(values.mean())} ({number(values.min())}–{number(values.max())})"


def _heatmap_alt(
    grid: np.ndarray,
    row_labels: Sequence[object],
    column_labels: Sequence[object],
    xlabel: str,
    ylabel: str,
    value_label: str,
    title: str,
) -> str:
    def place(flat: int) -> str:
        row, column = divmod(flat, grid.shape[1])
        where = f"{ylabel} {row_labels[row]} and {xlabel} {column_labels[column]}"
        return f"{number(float(grid[row, column]))} at {where}"

    lowest, highest = place(int(np.nanargmin(grid))), place(int(np.nanargmax(grid)))
    return (
        f"{sentence(title)} Grid of {value_label} for each {ylabel} and {xlabel}: "
        f"lowest {lowest}, highest {highest}."
    ).strip()
