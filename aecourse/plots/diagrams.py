"""The hourglass: layers of a network drawn as columns as tall as they are wide."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Polygon

from aecourse.errors import InputError
from aecourse.plots import arrays
from aecourse.plots.style import CourseFigure, colour, new_figure, sentence, styled

COLUMN_WIDTH = 0.28
TALLEST = 3.0


@styled
def network_diagram(
    layer_sizes: Sequence[int],
    labels: Sequence[str] | None = None,
    *,
    title: str = "",
    alt: str | None = None,
) -> CourseFigure:
    """Draw a dense autoencoder as an hourglass: one column a layer, a funnel for its weights.

    A column's height grows with the logarithm of the number of units, so that 784 and 2 both fit.
    The narrowest layer is the code and has a colour and a name of its own.

    Parameters
    ----------
    layer_sizes : sequence of int
        Units of each layer from input to output, such as ``(784, 256, 32, 256, 784)``.
    labels : sequence of str, optional
        A name under each layer; "input", "hidden", "code", "hidden", "output" by default.
    title : str
        The finding.
    alt : str, optional
        What the figure shows; made from the sizes when left out.

    Raises
    ------
    InputError
        If there are fewer than three layers, a size below 1, or not one label a layer.

    Examples
    --------
    >>> from aecourse import plots
    >>> figure = plots.network_diagram([784, 256, 32, 256, 784])
    >>> len(figure.alt) > 0
    True
    """
    sizes = [int(size) for size in layer_sizes]
    if len(sizes) < 3 or min(sizes) < 1:
        raise InputError(
            f"layer_sizes is {list(layer_sizes)}; expected three layers or more of 1 unit or more."
        )
    code = int(np.argmin(sizes))
    names = list(labels) if labels is not None else _names(len(sizes), code)
    arrays.same_length("labels", len(names), len(sizes), "layer_sizes")
    listed = ", ".join(f"{name} {size}" for name, size in zip(names, sizes, strict=True))
    figure = new_figure(
        title,
        height=3.5,
        alt=alt
        or f"{sentence(title)} Network drawn as an hourglass; units from left to right: "
        f"{listed}.".strip(),
    )
    axes = figure.subplots()
    axes.set_axis_off()
    heights = TALLEST * np.log1p(sizes) / np.log1p(max(sizes))
    for index in range(len(sizes) - 1):
        _funnel(axes, index, heights[index], heights[index + 1])
    for index, (size, name) in enumerate(zip(sizes, names, strict=True)):
        shade = colour(1) if index == code else colour(0)
        _column(axes, index, heights[index], shade, f"{size:,}", name)
    if 0 < code < len(sizes) - 1:
        _bracket(axes, 0, code - 0.18, "encoder")
        _bracket(axes, code + 0.18, len(sizes) - 1, "decoder")
    axes.set_xlim(-0.55, len(sizes) - 0.45)
    axes.set_ylim(-TALLEST / 2 - 0.75, TALLEST / 2 + 0.65)
    return figure


def _names(layers: int, code: int) -> list[str]:
    names = ["hidden"] * layers
    names[0], names[-1], names[code] = "input", "output", "code"
    return names


def _column(axes: Axes, x: float, height: float, shade: str, size: str, name: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - COLUMN_WIDTH / 2, -height / 2),
            COLUMN_WIDTH,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=shade,
            edgecolor="white",
        )
    )
    axes.text(x, height / 2 + 0.08, size, ha="center", va="bottom", fontweight="bold")
    axes.text(x, -height / 2 - 0.08, name, ha="center", va="top")


def _funnel(axes: Axes, index: int, left: float, right: float) -> None:
    start, stop = index + COLUMN_WIDTH / 2, index + 1 - COLUMN_WIDTH / 2
    corners = [(start, -left / 2), (start, left / 2), (stop, right / 2), (stop, -right / 2)]
    axes.add_patch(Polygon(corners, closed=True, facecolor="#E3E8EE", edgecolor="#B8C2CC"))


def _bracket(axes: Axes, start: float, stop: float, name: str) -> None:
    y = -TALLEST / 2 - 0.4
    axes.annotate("", (stop, y), (start, y), arrowprops={"arrowstyle": "->", "color": "#444444"})
    axes.text((start + stop) / 2, y - 0.06, name, ha="center", va="top", style="italic")
