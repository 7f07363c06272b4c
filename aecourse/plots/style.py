"""One look for all figures, and the figure class that carries alt text into the page."""

import base64
import io
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

import matplotlib as mpl
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from aecourse.errors import InputError

# The palette of Okabe and Ito (2008), darkest contrasts first; its yellow is left to the end
# because it is faint on white.
COLOURS = (
    "#0072B2",  # blue
    "#D55E00",  # vermilion
    "#009E73",  # bluish green
    "#CC79A7",  # reddish purple
    "#000000",  # black
    "#56B4E9",  # sky blue
    "#E69F00",  # orange
    "#8C8C8C",  # grey: our own addition, for a ninth and a tenth group
    "#7A5195",  # violet: likewise
    "#F0E442",  # yellow
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
LINE_STYLES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")

PAGE_WIDTH = 7.2  # inches; 720 CSS pixels at 100 pixels to the inch: the width of the text column
PIXELS_PER_INCH = 100
SHARPNESS = 1.5  # stored pixels to one CSS pixel, so that dense screens show clean lines

STYLE: dict[Any, Any] = {
    "figure.facecolor": "white",
    "figure.dpi": PIXELS_PER_INCH,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "hatch.linewidth": 0.6,
    "image.cmap": "gray",
}

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class HasProvenance(Protocol):
    """What a figure asks of a data set's provenance: whether it is a stand-in."""

    @property
    def is_stand_in(self) -> bool:
        """True if generated data takes the place of the real data set."""
        ...


class CourseFigure(Figure):
    """A matplotlib figure with alt text, which Jupyter shows when it ends a cell.

    It is not registered with pyplot, so nothing is drawn twice and nothing has to be closed.

    Attributes
    ----------
    alt : str
        What the figure shows, for readers who do not see it.

    Examples
    --------
    >>> from aecourse import plots
    >>> figure = plots.new_figure("An empty figure", height=2)
    >>> type(figure).__name__, figure.png()[1:4]
    ('CourseFigure', b'PNG')
    """

    alt: str = ""

    def png(self, sharpness: float = SHARPNESS) -> bytes:
        """Return the figure as PNG with ``sharpness`` stored pixels to one pixel of the page.

        Its colours are gathered into a palette of 256, which takes a third of the room: a chapter
        stores some fifteen figures, and a notebook must stay light.
        """
        full = io.BytesIO()
        self.savefig(full, format="png", dpi=PIXELS_PER_INCH * sharpness)
        picture = Image.open(full).convert("RGB")
        light = io.BytesIO()
        picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(light, format="png", optimize=True)
        return light.getvalue()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        width, height = (round(inches * PIXELS_PER_INCH) for inches in self.get_size_inches())
        data = {
            "image/png": base64.b64encode(self.png()).decode("ascii"),
            "text/plain": f"Figure: {self.alt}",
        }
        # aecourse.plots.book turns "alt" into the <img alt> of the page; "width" keeps the size.
        return data, {"image/png": {"alt": self.alt, "width": width, "height": height}}


def show(figure: CourseFigure, alt: str | None = None) -> None:
    """Display ``figure`` in the middle of a cell, with ``alt`` in place of its own alt text.

    Raises
    ------
    InputError
        If the figure has no alt text and none is given.

    Examples
    --------
    >>> from aecourse import plots
    >>> figure = plots.network_diagram([784, 32, 784])
    >>> plots.show(figure)
    Figure(720x350)
    """
    from IPython.display import display

    if alt is not None:
        figure.alt = alt
    if not figure.alt.strip():
        raise InputError("This figure has no alt text; pass alt='what the figure shows'.")
    display(figure)


def new_figure(
    title: str = "",
    *,
    height: float,
    width: float = PAGE_WIDTH,
    provenance: HasProvenance | None = None,
    alt: str = "",
) -> CourseFigure:
    """Return an empty figure with a title that wraps and, if need be, the stand-in stamp.

    Parameters
    ----------
    title : str
        The finding, as a sentence.
    height, width : float
        Size in inches, at 100 pixels of the page to the inch.
    provenance : Provenance, optional
        Where the data came from; a stand-in is stamped on the figure.
    alt : str
        What the figure shows.

    Examples
    --------
    >>> from aecourse import plots
    >>> figure = plots.new_figure("Error falls with the code", height=3)
    >>> axes = figure.add_subplot()
    >>> len(figure.axes)
    1
    """
    figure = CourseFigure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    if title:
        letters = max(20, int(width * 10.5))
        figure.suptitle(
            textwrap.fill(title, letters), x=0.01, ha="left", fontsize=11.5, fontweight="bold"
        )
    if provenance is not None and provenance.is_stand_in:
        figure.supxlabel("Stand-in data", x=0.995, ha="right", fontsize=9, color="#B03A00")
        alt = f"{alt} Drawn from stand-in data.".strip()
    figure.alt = alt
    return figure


@contextmanager
def applied() -> Iterator[None]:
    """Apply the course's style inside a ``with`` block and leave matplotlib's settings as found."""
    with mpl.rc_context(STYLE):
        yield


def styled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make ``function`` draw in the course's style."""

    @wraps(function)
    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with applied():
            return function(*args, **kwargs)

    return wrapper


def colour(index: int) -> str:
    """Return the colour of group ``index``; they repeat after ten."""
    return COLOURS[index % len(COLOURS)]


def marker(index: int) -> str:
    """Return the marker of group ``index``; they repeat after ten."""
    return MARKERS[index % len(MARKERS)]


def line_style(index: int) -> Any:
    """Return the line style of curve ``index``; they repeat after six."""
    return LINE_STYLES[index % len(LINE_STYLES)]


def sentence(title: str) -> str:
    """Return ``title`` ended by a full stop, or nothing, for the start of an alt text."""
    title = title.strip()
    return title if not title or title[-1] in ".!?" else f"{title}."


def number(value: float) -> str:
    """Return ``value`` with three significant digits, for alt texts and labels."""
    return f"{value:.3g}"
