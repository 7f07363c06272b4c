"""Figures of the course: each function returns a figure that carries its own alt text.

A figure shown as the last expression of a cell, or by :func:`show`, stores its alt text beside the
picture. All figures share one style (:mod:`aecourse.plots.style`): colours that need no colour
vision, with markers, line styles or labels beside them, axes with units, and a title that states
what the figure shows.
"""

from aecourse.plots.comparisons import bars_with_spread, heatmap, histogram_by_group
from aecourse.plots.curves import error_against_code_size, learning_curves, points_with_lines
from aecourse.plots.diagrams import network_diagram
from aecourse.plots.images import image_rows, images, reconstructions, weights_as_images
from aecourse.plots.latent import latent_clouds, latent_grid, latent_scatter
from aecourse.plots.style import CourseFigure, new_figure, show

__all__ = [
    "CourseFigure",
    "bars_with_spread",
    "error_against_code_size",
    "heatmap",
    "histogram_by_group",
    "image_rows",
    "images",
    "latent_clouds",
    "latent_grid",
    "latent_scatter",
    "learning_curves",
    "network_diagram",
    "new_figure",
    "points_with_lines",
    "reconstructions",
    "show",
    "weights_as_images",
]
