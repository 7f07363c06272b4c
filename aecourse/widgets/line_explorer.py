"""Turn a line through a cloud of points until its reconstruction error is least."""

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.style import applied, colour, new_figure
from aecourse.widgets.explorer import Explorer, as_array, as_bytes, module

MOST_POINTS = 500


class LineExplorer(Explorer):
    """Principal component analysis by hand: the best line through points in the plane.

    Each point is replaced by the nearest point of a line through the mean: a code of one number.
    The line with the least mean squared distance is the first principal axis (Pearson, 1901).

    Parameters
    ----------
    points : array of shape (n, 2)
        At least two points that differ; at most 500.
    axis_labels : (str, str)
        What the coordinates are, with their units.
    angle : float
        Where the line starts, in degrees from the horizontal.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    angle : float
        The line's angle in degrees, 0 ≤ angle < 180.
    reveal : bool
        Whether the whole error curve is shown, or the visited angles only.

    Raises
    ------
    InputError
        If ``points`` is not (n, 2), holds NaN, has more than 500 points, or they are all the same.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> points = np.array([[-2.0, -1.0], [0.0, 0.1], [2.0, 1.0], [4.0, 1.9]])
    >>> explorer = widgets.LineExplorer(points)
    >>> bool(explorer.error(explorer.best_angle) <= explorer.error(0))
    True
    """

    _esm = module("line.js")

    points = traitlets.Bytes().tag(sync=True)
    axis_labels: traitlets.List = traitlets.List().tag(sync=True)
    angle = traitlets.Float().tag(sync=True)
    reveal = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        points: ArrayLike,
        axis_labels: tuple[str, str] = ("first feature", "second feature"),
        *,
        angle: float = 100.0,
        heading: str = "Find the line that loses least",
    ) -> None:
        array = as_array(points, "points", (None, 2)).astype(np.float32)
        if len(array) > MOST_POINTS:
            raise InputError(f"Got {len(array)} points; pass a sample of at most {MOST_POINTS}.")
        if np.ptp(array, axis=0).max() == 0:
            raise InputError("All points are the same; a line needs two that differ.")
        self._points = array.astype(np.float64)
        super().__init__(
            heading=heading,
            points=as_bytes(array),
            axis_labels=[str(label) for label in axis_labels],
            angle=float(angle) % 180.0,
            reveal=False,
        )

    def error(self, angle: float) -> float:
        """Return the mean squared distance of the points to the line at ``angle`` degrees."""
        return float(np.mean(np.sum((self._points - self.projections(angle)) ** 2, axis=1)))

    def projections(self, angle: float) -> np.ndarray:
        """Return the nearest point of the line for each point, shape (n, 2)."""
        direction = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        mean = self._points.mean(axis=0)
        return mean + ((self._points - mean) @ direction)[:, None] * direction

    @property
    def best_angle(self) -> float:
        """The angle of the first principal axis in degrees, 0 ≤ angle < 180."""
        _, _, axes = np.linalg.svd(self._points - self._points.mean(axis=0), full_matrices=False)
        return float(np.rad2deg(np.arctan2(axes[0, 1], axes[0, 0])) % 180.0)

    def figure(self) -> CourseFigure:
        """Return the points, the line and the error curve as a still figure."""
        alt = (
            f"{self.heading}. {len(self._points)} points and a line through their mean at "
            f"{self.angle:.0f} degrees; mean squared distance {self.error(self.angle):.3g}."
        )
        with applied():
            figure = new_figure(self.heading, height=3.6, alt=alt)
            plane, curve = figure.subplots(1, 2, width_ratios=(1.35, 1))
            projected = self.projections(self.angle)
            for point, nearest in zip(self._points, projected, strict=True):
                plane.plot(*np.stack([point, nearest]).T, color="#999999", linewidth=0.7)
            plane.axline(self._points.mean(axis=0), projected[0], color="black")
            plane.plot(*self._points.T, "o", color=colour(0), markersize=4)
            plane.plot(*projected.T, "D", color=colour(1), markersize=3.5)
            plane.set_aspect("equal", adjustable="datalim")
            plane.set(xlabel=self.axis_labels[0], ylabel=self.axis_labels[1])
            curve.plot(self.angle, self.error(self.angle), "D", color=colour(1), markersize=8)
            curve.set(xlim=(0, 180), ylim=(0, 1.1 * self.error(self.best_angle + 90)))
            curve.set(xlabel="angle (degrees)", ylabel="mean squared distance")
        return figure
