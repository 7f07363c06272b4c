"""Codes as points of a plane, and the plane as the decoder sees it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import arrays
from aecourse.plots.style import (
    PAGE_WIDTH,
    CourseFigure,
    HasProvenance,
    colour,
    marker,
    new_figure,
    number,
    sentence,
    styled,
)

MOST_TICKS = 9  # more would run into each other beside a grid of images


@styled
def latent_scatter(
    codes: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str = "",
    provenance: HasProvenance | None = None,
    *,
    axis_labels: tuple[str, str] = ("first latent dimension", "second latent dimension"),
    alt: str | None = None,
) -> CourseFigure:
    """Draw two-dimensional codes, coloured and shaped by class, the class named at its median.

    Parameters
    ----------
    codes : array of shape (n, 2)
        Codes; a few thousand are enough to see the shape.
    labels : array of shape (n,)
        Class of each code: whole numbers from 0.
    class_names : sequence of str, optional
        Names of the classes; their numbers by default.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    axis_labels : (str, str)
        What the axes show.
    alt : str, optional
        What the figure shows; made from the class names when left out.

    Raises
    ------
    InputError
        If the codes are not two-dimensional or the labels do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> codes = np.random.default_rng(0).normal(size=(60, 2))
    >>> figure = plots.latent_scatter(codes, labels=np.arange(60) % 3)
    >>> figure.axes[0].get_xlabel()
    'first latent dimension'
    """
    points = arrays.matrix(codes, "codes", columns=2)
    classes = arrays.as_labels(labels, len(points), class_names)
    names = _names(classes, class_names)
    figure = new_figure(
        title,
        height=5.2,
        provenance=provenance,
        alt=alt
        or f"{sentence(title)} {len(points)} codes in the plane, by class: "
        f"{', '.join(names.values())}.".strip(),
    )
    axes = figure.subplots()
    _draw_classes(axes, points, classes, names, size=12)
    for c, name in names.items():
        axes.annotate(
            name,
            tuple(np.median(points[classes == c], axis=0)),
            ha="center",
            va="center",
            fontsize=11,
            fontweight="bold",
            bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "alpha": 0.85, "lw": 0},
        )
    axes.set_xlabel(axis_labels[0])
    axes.set_ylabel(axis_labels[1])
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=1.8, handletextpad=0.2)
    return figure


@styled
def latent_clouds(
    codes: Mapping[str, ArrayLike],
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    *,
    numbers: Mapping[str, float] | None = None,
    number_label: str = "",
    same_axes: bool = True,
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw the two-dimensional codes of several models beside the circles of a normal prior.

    Parameters
    ----------
    codes : dict of str to array of shape (n, 2)
        The codes that each model gives to the same samples; a few hundred are enough.
    labels : array of shape (n,)
        Class of each sample: whole numbers from 0.
    class_names : sequence of str, optional
        Names of the classes; their numbers by default.
    numbers : dict of str to float, optional
        One number for each model, written under its name.
    number_label : str
        What the numbers are, with their unit.
    same_axes : bool
        Whether all models share one pair of axes. Where one cloud is many times as wide as the
        others, False gives each its own; the circles then tell the scale.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the names and numbers when left out.

    Raises
    ------
    InputError
        If there are no codes, they are not two-dimensional, the labels do not fit, or a model has
        no number.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> rng = np.random.default_rng(0)
    >>> clouds = {"AAE": rng.normal(size=(60, 2)), "WAE": rng.normal(size=(60, 2))}
    >>> figure = plots.latent_clouds(clouds, labels=np.arange(60) % 3)
    >>> len(figure.axes)
    2
    """
    if not codes:
        raise InputError("codes is empty; give at least one name: codes.")
    clouds = {n: arrays.matrix(c, f"codes[{n!r}]", columns=2) for n, c in codes.items()}
    measured = numbers or {}
    if measured and set(measured) != set(clouds):
        odd = sorted(set(measured) ^ set(clouds))[0]
        raise InputError(f"numbers and codes differ in {odd!r}; give one number for each model.")
    for points in clouds.values():
        classes = arrays.as_labels(labels, len(points), class_names)
    names = _names(classes, class_names)
    written = {n: f"{number_label} {number(v)}".strip() for n, v in measured.items()}
    columns = len(clouds) if len(clouds) <= 3 else -(-len(clouds) // 2)
    rows = -(-len(clouds) // columns)
    side = min(PAGE_WIDTH / columns, 2.9)
    figure = new_figure(
        title,
        height=rows * (side + (0.2 if measured else 0.0)) + 1.1,
        provenance=provenance,
        alt=alt or _clouds_alt(classes, names, clouds, written, title),
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    widest = max(map(_reach, clouds.values()))
    for axes in grid.flat[len(clouds) :]:
        axes.set_axis_off()
    for axes, (name, points) in zip(grid.flat, clouds.items(), strict=False):
        _draw_classes(axes, points, classes, names, size=7)
        circles = _draw_prior(axes)
        reach = widest if same_axes else _reach(points)
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set_title("\n".join(filter(None, [name, written.get(name)])), fontsize=10)
    for axes in grid[-1]:
        axes.set_xlabel("first latent dimension", fontsize=9)
    for axes in grid[:, 0]:
        axes.set_ylabel("second latent dimension", fontsize=9)
    dots, words = grid[0, 0].get_legend_handles_labels()
    figure.legend(
        [*dots, circles],
        [*words, "1, 2, 3 standard deviations of the prior"],
        loc="outside lower center",
        ncols=4,
        markerscale=1.8,
        handletextpad=0.3,
        fontsize=9,
    )
    return figure


@styled
def latent_grid(
    decode: Callable[[np.ndarray], ArrayLike],
    across: ArrayLike,
    up: ArrayLike | None = None,
    *,
    axis_labels: tuple[str, str] = ("first latent dimension", "second latent dimension"),
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Decode a grid of codes of the plane, and draw each image where its code lies.

    Parameters
    ----------
    decode : callable
        From codes of shape (n, 2) to n images, such as a model's ``decode``.
    across, up : array of shape (columns,) and (rows,)
        The codes' first and second value; ``up`` is ``across`` by default. Quantiles of the normal
        distribution give each image an equal share of the prior.
    axis_labels : (str, str)
        What the axes show.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the extremes when left out.

    Raises
    ------
    InputError
        If ``across`` or ``up`` is not a row of finite numbers, or ``decode`` gives no images, or
        not one for each code.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> def decode(codes):
    ...     return np.ones((len(codes), 8, 8)) * codes[:, :1, np.newaxis]
    >>> figure = plots.latent_grid(decode, across=[0.0, 0.5, 1.0])
    >>> figure.axes[0].get_xlabel()
    'first latent dimension'
    """
    x = _positions(across, "across")
    y = x if up is None else _positions(up, "up")
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    pictures = arrays.as_images(np.asarray(decode(plane)), "what decode gives")
    arrays.same_length("what decode gives", len(pictures), len(plane), "the grid of codes")
    height, width = pictures.shape[1:3]
    rows = pictures.reshape(len(y), len(x), *pictures.shape[1:])
    whole = np.vstack([np.hstack(row) for row in rows[::-1]])
    side = min(5.6 / max(whole.shape[:2]), 0.02)  # inches to a pixel
    extent = f"{_span(x, axis_labels[0])} and {_span(y, axis_labels[1])}"
    figure = new_figure(
        title,
        height=side * whole.shape[0] + 1.0,
        width=min(PAGE_WIDTH, max(4.5, side * whole.shape[1] + 0.8)),
        provenance=provenance,
        alt=alt
        or f"{sentence(title)} Images decoded from a grid of {len(x)} by {len(y)} codes: "
        f"{extent}.".strip(),
    )
    axes = figure.subplots()
    axes.imshow(whole, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
    axes.set_xticks(*_ticks(x, width))
    axes.set_yticks(*_ticks(y[::-1], height))
    axes.set_xlabel(axis_labels[0])
    axes.set_ylabel(axis_labels[1])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return figure


def _names(classes: np.ndarray, class_names: Sequence[str] | None) -> dict[int, str]:
    """Return the name of each class that occurs."""
    return {
        int(c): str(class_names[c]) if class_names is not None else str(c)
        for c in np.unique(classes)
    }


def _draw_classes(
    axes: Axes, points: np.ndarray, classes: np.ndarray, names: Mapping[int, str], size: float
) -> None:
    for c, name in names.items():
        chosen = points[classes == c]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=size,
            color=colour(c),
            marker=marker(c),
            alpha=0.6,
            linewidths=0,
            label=name,
        )


def _draw_prior(axes: Axes) -> Line2D:
    """Draw the circles that hold 39 %, 86 % and 99 % of a standard normal prior."""
    angles = np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    for radius in (1, 2, 3):
        (line,) = axes.plot(*(radius * circle), "--", color="black", linewidth=0.9)
    return line


def _reach(points: np.ndarray) -> float:
    """Return half the width of axes about zero that hold the points and the prior's circles."""
    return 1.06 * max(3.0, float(np.abs(points).max()))


def _clouds_alt(
    classes: np.ndarray,
    names: Mapping[int, str],
    clouds: Mapping[str, np.ndarray],
    written: Mapping[str, str],
    title: str,
) -> str:
    models = ", ".join(f"{n} ({written[n]})" if n in written else n for n in clouds)
    return (
        f"{sentence(title)} {len(classes)} codes in the plane, by class "
        f"({', '.join(names.values())}), with the circles of a standard normal prior, "
        f"for each model: {models}."
    ).strip()


def _positions(values: ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or array.size == 0:
        raise InputError(f"{name} has shape {array.shape}; expected (n,), such as (15,).")
    return arrays.finite(array, name)


def _span(values: np.ndarray, label: str) -> str:
    return f"{label} from {number(values.min())} to {number(values.max())}"


def _ticks(values: np.ndarray, pixels: int) -> tuple[np.ndarray, list[str]]:
    """Return the middles of some of the images along an axis, and what their codes are there."""
    every = -(-len(values) // MOST_TICKS)
    chosen = np.arange((len(values) - 1) % every // 2, len(values), every)
    return (chosen + 0.5) * pixels - 0.5, [f"{values[i]:.2g}".replace("-", "−") for i in chosen]
