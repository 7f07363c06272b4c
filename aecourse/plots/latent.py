"""Codes as points of a plane."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from aecourse.plots import arrays
from aecourse.plots.style import (
    CourseFigure,
    HasProvenance,
    colour,
    marker,
    new_figure,
    sentence,
    styled,
)


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
    """
    points = arrays.matrix(codes, "codes", columns=2)
    classes = arrays.as_labels(labels, len(points), class_names)
    names = {
        int(c): str(class_names[c]) if class_names is not None else str(c)
        for c in np.unique(classes)
    }
    figure = new_figure(
        title,
        height=5.2,
        provenance=provenance,
        alt=alt
        or f"{sentence(title)} {len(points)} codes in the plane, by class: "
        f"{', '.join(names.values())}.".strip(),
    )
    axes = figure.subplots()
    for c, name in names.items():
        chosen = points[classes == c]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=12,
            color=colour(c),
            marker=marker(c),
            alpha=0.6,
            linewidths=0,
            label=name,
        )
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
