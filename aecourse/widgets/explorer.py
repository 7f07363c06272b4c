"""What all explorers share: one self-contained module for the browser, and a still picture.

An explorer is a small program that runs in the reader's browser. It needs no kernel: its data
travels as bytes inside the notebook, and its JavaScript computes what the Python class computes.
In the page, ``document.querySelector(".aecourse-explorer").explorer`` offers

- ``picture()`` — the numbers on the screen, as a ``Float32Array``;
- ``state()`` — what the reader has set, as a plain object;
- ``set(state)`` — move there.
"""

from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import CourseFigure

STATIC = files("aecourse.widgets") / "static"


def module(*names: str) -> str:
    """Return the shared JavaScript and that of one explorer as one module.

    The browser loads an explorer from memory, where a module cannot import a neighbour.
    """
    return _joined("shared.js", *names)


def style_sheet(*names: str) -> str:
    """Return the style sheet of all explorers, and what one of them adds."""
    return _joined("explorers.css", *names)


def _joined(*names: str) -> str:
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


class Explorer(anywidget.AnyWidget):
    """Base class: the heading, and what viewers without JavaScript see instead."""

    _css = style_sheet()

    heading = traitlets.Unicode().tag(sync=True)

    def figure(self) -> CourseFigure:
        """Return the first view as a still figure."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.heading} (moves in JupyterLab and in the book)"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        still, still_metadata = self.figure()._repr_mimebundle_()
        data["image/png"] = still["image/png"]
        metadata["image/png"] = still_metadata["image/png"]
        return data, metadata


def as_array(values: ArrayLike, name: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """Return ``values`` as finite floats of the given shape, where None allows any length.

    Raises
    ------
    InputError
        If the shape differs, or a value is NaN or infinite.
    """
    expected = "(" + ", ".join("n" if size is None else str(size) for size in shape) + ")"
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers of shape {expected}; got {values!r}.") from None
    fits = array.ndim == len(shape) and all(
        size is None or size == given for size, given in zip(shape, array.shape, strict=True)
    )
    if not fits or array.size == 0:
        raise InputError(f"{name} has shape {array.shape}; expected {expected}.")
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds NaN or infinite values; remove them first.")
    return array


def as_bytes(array: np.ndarray, precision: str = "float32") -> bytes:
    """Return the numbers little-endian in the given precision, as the browser reads them."""
    return np.ascontiguousarray(array, dtype=np.dtype(precision).newbyteorder("<")).tobytes()
