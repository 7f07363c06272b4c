"""What a reader can set in a tuner, described without any widget.

A description holds no state and talks to no browser, so a page that is executed for the book does
not keep dead sliders.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from aecourse.errors import InputError


@dataclass(frozen=True)
class Range:
    """A number between two ends.

    Parameters
    ----------
    label : str
        The name of the parameter, with its unit if it has one.
    low, high : float
        The ends, both allowed.
    start : float
        The first value.
    log : bool
        A logarithmic slider; for learning rates and the like.
    whole : bool
        Whole numbers only.

    Examples
    --------
    >>> from aecourse import widgets
    >>> rate = widgets.Range("learning rate", 1e-4, 1, start=0.01, log=True)
    >>> rate.low, rate.high
    (0.0001, 1)
    """

    label: str
    low: float
    high: float
    start: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            floor = "0 < low < high" if self.log else "low < high"
            raise InputError(f"{self.label}: {self.low} to {self.high}; expected {floor}.")
        self.check(self.start)

    def check(self, value: Any) -> None:
        """Raise InputError unless ``value`` lies between the ends."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high or (self.whole and value % 1):
            kind = "a whole number" if self.whole else "a number"
            raise InputError(
                f"{self.label} is {value!r}; expected {kind} from {self.low:g} to {self.high:g}."
            )

    def widget(self) -> ipywidgets.Widget:
        """Return the slider."""
        if self.log:
            return ipywidgets.FloatLogSlider(
                value=self.start,
                min=math.log10(self.low),
                max=math.log10(self.high),
                step=0.05,
                readout_format=".2g",
            )
        if self.whole:
            return ipywidgets.IntSlider(
                value=int(self.start), min=int(self.low), max=int(self.high)
            )
        return ipywidgets.FloatSlider(
            value=self.start, min=self.low, max=self.high, step=(self.high - self.low) / 100
        )


@dataclass(frozen=True)
class Choice:
    """One of a few values.

    Parameters
    ----------
    label : str
        The name of the parameter.
    options : sequence
        The values to choose from.
    start : object
        The first value, one of the options.

    Examples
    --------
    >>> from aecourse import widgets
    >>> optimiser = widgets.Choice("optimiser", ["SGD", "Adam"], start="Adam")
    >>> optimiser.start
    'Adam'
    """

    label: str
    options: Sequence[Any]
    start: Any

    def __post_init__(self) -> None:
        self.check(self.start)

    def check(self, value: Any) -> None:
        """Raise InputError unless ``value`` is one of the options."""
        if value not in self.options:
            listed = ", ".join(map(repr, self.options))
            raise InputError(f"{self.label} is {value!r}; expected one of {listed}.")

    def widget(self) -> ipywidgets.Widget:
        """Return the list to choose from."""
        return ipywidgets.Dropdown(options=list(self.options), value=self.start)


Control = Range | Choice
