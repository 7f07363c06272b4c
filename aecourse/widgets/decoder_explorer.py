"""Move a code and see what the decoder draws from it."""

from collections.abc import Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.arrays import as_labels
from aecourse.plots.style import applied, colour, marker, new_figure
from aecourse.widgets.decoder_layers import Decoder, TransposedConvolution
from aecourse.widgets.explorer import Explorer, as_array, as_bytes, module

MOST_CODES = 1000
LARGEST_BYTES = 800_000  # a notebook with one explorer stays below 1.5 MB


class DecoderExplorer(Explorer):
    """A decoder that runs in the browser: a plane of codes, sliders, and the decoded image.

    Parameters
    ----------
    layers : sequence of (kernel, bias) or TransposedConvolution
        The decoder from code to image: dense layers as kernels of shape (inputs, outputs) and
        biases of shape (outputs,), and convolutions. :func:`decoder_layers` reads them from a Keras
        model. For principal components pass ``[(components, mean)]`` with the activation
        ``"linear"``.
    activations : sequence of str
        One of "linear", "relu", "leaky_relu", "sigmoid", "tanh" for each layer.
    codes : array of shape (n, k), optional
        Training codes, drawn as dots; a seeded sample of at most 1,000 is kept. They also set how
        far a code can be moved. Without codes each dimension runs from −3 to 3.
    labels : array of shape (n,), optional
        Class of each code: whole numbers from 0. Gives the dots colour and shape.
    class_names : sequence of str, optional
        Names of the classes; their numbers by default.
    image_shape : (height, width)
        Shape of the grey image the last layer gives, in pixels.
    start : sequence of k floats, optional
        The first code; by default the training code nearest to the median of the first class (of
        all codes where there are no labels).
    dimension_names : sequence of k str, optional
        Names of the latent dimensions; "z₁", "z₂"… by default.
    heading : str
        The line above the explorer.
    precision : {"float16", "float32"}
        How the weights travel. Half precision takes half the room and changes a pixel by about
        0.001; ``decode`` uses the same rounded weights.

    Attributes
    ----------
    code : list of float
        Where the cross stands. It follows the reader's hand while a kernel runs, and setting it
        moves the cross.

    Raises
    ------
    InputError
        If shapes do not fit each other, an activation is unknown, or the weights are too large.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> rng = np.random.default_rng(0)
    >>> layers = [(rng.normal(size=(2, 16)), np.zeros(16))]
    >>> explorer = widgets.DecoderExplorer(layers, ["sigmoid"], image_shape=(4, 4))
    >>> explorer.decode([0.5, -1.0]).shape
    (4, 4)
    """

    _esm = module("layers.js", "decoder.js")

    weights = traitlets.Bytes().tag(sync=True)
    precision = traitlets.Unicode().tag(sync=True)
    layers: traitlets.List = traitlets.List().tag(sync=True)
    image_shape: traitlets.List = traitlets.List().tag(sync=True)
    codes = traitlets.Bytes().tag(sync=True)
    labels: traitlets.List = traitlets.List().tag(sync=True)
    class_names: traitlets.List = traitlets.List().tag(sync=True)
    ranges: traitlets.List = traitlets.List().tag(sync=True)
    dimension_names: traitlets.List = traitlets.List().tag(sync=True)
    code: traitlets.List = traitlets.List().tag(sync=True)

    def __init__(
        self,
        layers: Sequence[TransposedConvolution | tuple[ArrayLike, ArrayLike]],
        activations: Sequence[str],
        codes: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        *,
        class_names: Sequence[str] | None = None,
        image_shape: tuple[int, int] = (28, 28),
        start: Sequence[float] | None = None,
        dimension_names: Sequence[str] | None = None,
        heading: str = "Move through the code, watch the decoder",
        precision: str = "float16",
    ) -> None:
        if precision not in ("float16", "float32"):
            raise InputError(f"precision is {precision!r}; expected 'float16' or 'float32'.")
        self._decoder = Decoder(layers, activations, precision)
        _check_pixels(self._decoder, image_shape)
        size = self._decoder.layers[0].inputs
        points, classes, names = _checked_codes(codes, labels, class_names, size)
        ranges = _ranges(points, size)
        weights = self._decoder.to_bytes()
        if len(weights) > LARGEST_BYTES:
            raise InputError(
                f"The decoder's weights take {len(weights):,} bytes, more than {LARGEST_BYTES:,}; "
                "train a convolutional one, or one with narrower hidden layers, for the page."
            )
        super().__init__(
            heading=heading,
            weights=weights,
            precision=precision,
            layers=self._decoder.described(),
            image_shape=[int(side) for side in image_shape],
            codes=as_bytes(points),
            labels=classes,
            class_names=names,
            ranges=ranges,
            dimension_names=_dimension_names(dimension_names, size),
            code=_start(start, points, classes, ranges),
        )

    def decode(self, code: ArrayLike) -> np.ndarray:
        """Return the image of one code, computed from the same rounded weights as in the browser.

        Parameters
        ----------
        code : array of shape (k,)

        Returns
        -------
        array of shape (height, width), float32
        """
        values = self._decoder(as_array(code, "code", (len(self.ranges),)))
        return values.reshape(tuple(self.image_shape)).astype(np.float32)

    def figure(self) -> CourseFigure:
        """Return the plane of codes and the decoded image of the present code as a still figure."""
        with applied():
            figure = new_figure(self.heading, height=3.6, alt=self._alt())
            plane, picture = figure.subplots(1, 2, width_ratios=(1.35, 1))
            points = np.frombuffer(self.codes, "<f4").reshape(-1, len(self.ranges))
            labels = np.asarray(self.labels or [0] * len(points), dtype=int)
            up = min(1, len(self.ranges) - 1)
            for label in np.unique(labels):
                dots = points[labels == label]
                plane.scatter(
                    dots[:, 0],
                    dots[:, up],
                    s=9,
                    alpha=0.6,
                    linewidths=0,
                    color=colour(int(label)),
                    marker=marker(int(label)),
                )
            plane.plot(self.code[0], self.code[up], "+k", markersize=14, markeredgewidth=2)
            plane.set(xlabel=self.dimension_names[0], ylabel=self.dimension_names[up])
            picture.imshow(self.decode(self.code), cmap="gray", vmin=0, vmax=1)
            picture.set_axis_off()
        return figure

    def _alt(self) -> str:
        place = ", ".join(
            f"{name} {value:.2f}"
            for name, value in zip(self.dimension_names, self.code, strict=True)
        )
        return f"{self.heading}. Training codes in the plane and the decoded image at {place}."


def _check_pixels(decoder: Decoder, image_shape: tuple[int, int]) -> None:
    """Raise InputError unless the last layer gives one number for each pixel."""
    given, pixels = decoder.layers[-1].outputs, int(np.prod(image_shape))
    if len(image_shape) != 2 or given != pixels:
        raise InputError(
            f"The last layer gives {given} numbers, but image_shape {tuple(image_shape)} "
            f"has {pixels} pixels; pass the (height, width) of grey images."
        )


def _checked_codes(
    codes: ArrayLike | None,
    labels: ArrayLike | None,
    class_names: Sequence[str] | None,
    size: int,
) -> tuple[np.ndarray, list[int], list[str]]:
    if codes is None:
        if labels is not None:
            raise InputError("labels are given without codes; pass the codes they belong to.")
        return np.empty((0, size)), [], []
    points = as_array(codes, "codes", (None, size))
    chosen = np.arange(len(points))
    if len(points) > MOST_CODES:
        chosen = np.sort(np.random.default_rng(0).permutation(len(points))[:MOST_CODES])
    if labels is None:
        return points[chosen], [], []
    classes = as_labels(labels, len(points), class_names)
    if classes.min() < 0:
        raise InputError(f"labels hold {classes.min()}; expected whole numbers from 0.")
    names = class_names if class_names is not None else range(classes.max() + 1)
    return points[chosen], classes[chosen].tolist(), [str(name) for name in names]


def _ranges(points: np.ndarray, size: int) -> list[list[float]]:
    if len(points) == 0:
        return [[-3.0, 3.0]] * size
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.06 * (high - low), 1e-3)
    return [[float(a), float(b)] for a, b in zip(low - room, high + room, strict=True)]


def _dimension_names(names: Sequence[str] | None, size: int) -> list[str]:
    if names is None:
        lowered = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
        return [f"z{str(number).translate(lowered)}" for number in range(1, size + 1)]
    if len(names) != size:
        raise InputError(f"dimension_names has {len(names)} names; expected {size}.")
    return [str(name) for name in names]


def _start(
    start: Sequence[float] | None,
    points: np.ndarray,
    classes: list[int],
    ranges: list[list[float]],
) -> list[float]:
    low, high = np.asarray(ranges).T
    if start is not None:
        given = as_array(start, "start", (len(ranges),))
        return np.clip(given, low, high).tolist()
    if len(points) == 0:
        return ((low + high) / 2).tolist()
    # The middle of all classes is often a blur; the middle of one is a clear picture.
    group = points[np.asarray(classes) == min(classes)] if classes else points
    distances = np.linalg.norm(points - np.median(group, axis=0), axis=1)
    return points[np.argmin(distances)].astype(np.float32).tolist()
