"""Turn one setting and see what a trained model makes of it: images, and numbers with curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import CourseFigure, arrays
from aecourse.plots.curves import plain_numbers
from aecourse.plots.style import applied, colour, new_figure, number
from aecourse.widgets.explorer import Explorer, as_array, module

CURVES = 2  # so many of the numbers are drawn against the setting
MOST_COLUMNS = 10  # more would be too small on a phone
LARGEST_BYTES = 250_000  # a notebook with several explorers stays below 1.5 MB


class SettingExplorer(Explorer):
    """Models trained at several values of one setting, side by side under a slider.

    Everything is computed beforehand; the slider chooses what is shown. The first two numbers are
    drawn as curves over the setting.

    Parameters
    ----------
    setting : str
        What is set, with its unit if it has one, such as "noise level".
    values : sequence of v floats
        Its values, at least two, from low to high.
    images : dict of str to array of shape (v, n, height, width) or (n, height, width)
        Titled rows of grey images in [0, 1] or of 0–255 integers: n for each value, or n that stay
        as they are whatever the value.
    numbers : dict of str to array of shape (v,) or (seeds, v)
        What was measured, named with its unit; of several seeds the mean and the band from lowest
        to highest are shown.
    weights : dict of str to array of shape (v, n, height, width) or (n, height, width), optional
        Further rows, of images whose values have a sign. Purple is negative, orange positive, and
        the full colours stand for the largest size in the row at the present value, which is
        written below it. To compare patterns only, divide each image by its own largest size.
    log : bool
        A logarithmic axis below the curves; all values must be positive.
    start : float, optional
        The first value shown; by default the lowest.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    value : float
        Where the slider stands.

    Raises
    ------
    InputError
        If the values do not rise, shapes do not fit, a number is not finite, or the images are too
        many.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> images = np.random.default_rng(0).uniform(size=(2, 3, 8, 8))
    >>> explorer = widgets.SettingExplorer(
    ...     "weight", [0.0, 1.0], {"reconstructions": images}, {"error": [0.02, 0.03]})
    >>> explorer.numbers_at(1.0)
    {'error': 0.03}
    """

    _esm = module("setting.js")

    setting = traitlets.Unicode().tag(sync=True)
    values: traitlets.List = traitlets.List().tag(sync=True)
    rows: traitlets.List = traitlets.List().tag(sync=True)
    columns = traitlets.Int().tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    numbers: traitlets.List = traitlets.List().tag(sync=True)
    log = traitlets.Bool().tag(sync=True)
    value = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        setting: str,
        values: Sequence[float],
        images: Mapping[str, ArrayLike],
        numbers: Mapping[str, ArrayLike],
        *,
        weights: Mapping[str, ArrayLike] | None = None,
        log: bool = False,
        start: float | None = None,
        heading: str = "Turn the setting, watch what is learnt",
    ) -> None:
        places = _checked_values(values, log)
        self._rows = [_grey_row(title, x, len(places)) for title, x in images.items()]
        self._rows += [_signed_row(title, x, len(places)) for title, x in (weights or {}).items()]
        titles = {row.title for row in self._rows}
        if not self._rows or not numbers or len(titles) < len(self._rows):
            raise InputError("Give at least one row of images and one number, no title twice.")
        pixels = b"".join(row.levels.tobytes() for row in self._rows)
        if len(pixels) > LARGEST_BYTES:
            raise InputError(
                f"The images take {len(pixels):,} bytes, more than {LARGEST_BYTES:,}; "
                "pass fewer images, rows or values for the page."
            )
        self._measured = {name: _checked_numbers(v, name, places) for name, v in numbers.items()}
        super().__init__(
            heading=heading,
            setting=setting,
            values=places.tolist(),
            rows=[row.described() for row in self._rows],
            columns=_columns([row.levels.shape[1] for row in self._rows]),
            pixels=pixels,
            numbers=[
                {
                    "name": name,
                    "drawn": place < CURVES,
                    "mean": runs.mean(axis=0).tolist(),
                    "low": runs.min(axis=0).tolist(),
                    "high": runs.max(axis=0).tolist(),
                }
                for place, (name, runs) in enumerate(self._measured.items())
            ],
            log=bool(log),
            value=places[0] if start is None else places[_nearest(places, start)],
        )

    def images_at(self, value: float) -> dict[str, np.ndarray]:
        """Return the rows shown at the value nearest to ``value``, rounded as they travel.

        Returns
        -------
        dict of str to array of shape (n, height, width)
            Grey images in [0, 1], weights in their own units.
        """
        index = _nearest(self.values, value)
        return {row.title: row.at(index) for row in self._rows}

    def numbers_at(self, value: float) -> dict[str, float]:
        """Return the numbers, averaged over seeds, at the value nearest to ``value``."""
        index = _nearest(self.values, value)
        return {name: float(runs[:, index].mean()) for name, runs in self._measured.items()}

    def figure(self) -> CourseFigure:
        """Return the rows at the present value and the curves as a still figure."""
        index = _nearest(self.values, self.value)
        drawn = dict(list(self._measured.items())[:CURVES])
        lines = [-(-row.levels.shape[1] // self.columns) for row in self._rows]
        with applied():
            figure = new_figure(
                self.heading,
                height=max(3.6, 0.54 * sum(lines) + 0.3 * len(lines) + 0.5),
                alt=self._alt(),
            )
            left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.5, 1))[0]
            places = left.subplots(len(lines), 1, squeeze=False, height_ratios=lines)[:, 0]
            for axes, row in zip(places, self._rows, strict=True):
                row.draw(axes, index, self.columns)
            places = right.subplots(len(drawn), 1, squeeze=False)[:, 0]
            for axes, (name, runs) in zip(places, drawn.items(), strict=True):
                self._draw_curve(axes, name, runs, index)
        return figure

    def _draw_curve(self, axes: Axes, name: str, runs: np.ndarray, index: int) -> None:
        mean = runs.mean(axis=0)
        axes.fill_between(self.values, runs.min(axis=0), runs.max(axis=0), alpha=0.2)
        axes.plot(self.values, mean, "o-", color=colour(0), markersize=4)
        axes.plot(self.values[index], mean[index], "D", color=colour(1), markersize=8)
        axes.set_xlabel(self.setting)
        if self.log:
            axes.set_xscale("log")
            plain_numbers(axes.xaxis)
        axes.set_title(name, loc="left", fontsize=9.5)

    def _alt(self) -> str:
        rows = ", ".join(row.title for row in self._rows)
        listed = ", ".join(f"{n} {number(v)}" for n, v in self.numbers_at(self.value).items())
        return f"{self.heading}. At {self.setting} {self.value:g}: images ({rows}); {listed}."


@dataclass(frozen=True, eq=False)
class _Row:
    """Images as whole numbers of one byte: 0 to 255 for grey, −127 to 127 for signed ones."""

    title: str
    levels: np.ndarray  # (values, n, height, width), or (1, n, height, width) if they stay
    scales: np.ndarray | None = None  # what 127 stands for, for each first index of the levels

    def at(self, index: int) -> np.ndarray:
        place = index if len(self.levels) > 1 else 0
        shares = self.levels[place] / (255.0 if self.scales is None else 127.0)
        return shares * (1.0 if self.scales is None else self.scales[place])

    def described(self) -> dict[str, object]:
        """Return what the browser must know to read the row's bytes."""
        return {
            "title": self.title,
            "shape": list(self.levels.shape),
            "scales": [] if self.scales is None else self.scales.tolist(),
        }

    def draw(self, axes: Axes, index: int, columns: int) -> None:
        pictures = self.at(index)
        low, high, title = 0.0, 1.0, self.title
        if self.scales is not None:
            high = float(self.scales[index if len(self.levels) > 1 else 0])
            low, title = -high, f"{title} (purple −{number(high)}, orange +{number(high)})"
        lines = -(-len(pictures) // columns)
        _, height, width = pictures.shape
        sheet = np.full((lines, columns, height + 2, width + 2), np.nan)
        sheet.reshape(-1, height + 2, width + 2)[: len(pictures), 1:-1, 1:-1] = pictures
        axes.imshow(
            np.vstack([np.hstack(line) for line in sheet]),
            cmap="gray" if self.scales is None else "PuOr_r",
            vmin=low,
            vmax=high,
            interpolation="nearest",
        )
        axes.set_axis_off()
        axes.set_title(title, loc="left", fontsize=9.5, pad=3)


def _grey_row(title: str, images: ArrayLike, values: int) -> _Row:
    given = np.asarray(images)
    stack = _stacked(title, given, values)
    grey = arrays.as_images(stack.reshape(-1, *stack.shape[2:]), f"images[{title!r}]")
    return _Row(title, np.round(255 * grey).astype(np.uint8).reshape(stack.shape))


def _signed_row(title: str, weights: ArrayLike, values: int) -> _Row:
    stack = _stacked(title, np.asarray(weights, dtype=float), values)
    arrays.finite(stack, f"weights[{title!r}]")
    scales = np.abs(stack).max(axis=(1, 2, 3))
    scales[scales == 0] = 1.0  # a row of zeros stays one
    levels = np.round(127 * stack / scales[:, None, None, None]).astype(np.int8)
    return _Row(title, levels, scales)


def _stacked(title: str, images: np.ndarray, values: int) -> np.ndarray:
    """Return images of shape (values, n, height, width); the first axis is 1 if they stay."""
    stack = images[None] if images.ndim == 3 else images
    if stack.ndim != 4 or stack.size == 0 or (images.ndim == 4 and len(images) != values):
        raise InputError(
            f"The images of {title!r} have shape {images.shape}; expected "
            f"({values}, n, height, width), or (n, height, width) if they are always the same."
        )
    return stack


def _checked_values(values: Sequence[float], log: bool) -> np.ndarray:
    places = as_array(values, "values", (None,))
    if len(places) < 2 or np.any(np.diff(places) <= 0):
        raise InputError(f"values are {places.tolist()}; expected at least two, from low to high.")
    if log and places[0] <= 0:
        raise InputError(
            f"The lowest value is {places[0]:g}; a logarithmic axis needs positive ones."
        )
    return places


def _checked_numbers(values: ArrayLike, name: str, places: np.ndarray) -> np.ndarray:
    """Return what was measured as an array of shape (seeds, values)."""
    rows = np.asarray(values, dtype=float)
    return as_array(rows[None] if rows.ndim == 1 else rows, name, (None, len(places)))


def _columns(counts: Sequence[int]) -> int:
    """Return how many images stand in a line: one number for all rows, so that columns align."""
    return max((count for count in counts if count <= MOST_COLUMNS), default=8)


def _nearest(values: Sequence[float] | np.ndarray, value: float) -> int:
    return int(np.argmin(np.abs(np.asarray(values) - value)))
