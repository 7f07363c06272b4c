"""Pictures of data, of reconstructions and of weights."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from numpy.typing import ArrayLike

from aecourse.errors import InputError
from aecourse.plots import arrays
from aecourse.plots.style import (
    PAGE_WIDTH,
    CourseFigure,
    HasProvenance,
    new_figure,
    number,
    sentence,
    styled,
)

TITLE_HEIGHT = 0.45  # inches kept free for the title of the figure


@styled
def images(
    x: ArrayLike,
    titles: Sequence[str] | None = None,
    *,
    columns: int = 10,
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw images side by side, in rows of ``columns``.

    Parameters
    ----------
    x : array of shape (n, height, width), (n, height, width, 1 or 3) or (n, height * width)
        Grey or colour images in [0, 1], or 0–255 integers.
    titles : sequence of n str, optional
        A short text above each image.
    columns : int
        Images in a row.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    alt : str, optional
        What the figure shows; made from the title and the titles when left out.

    Raises
    ------
    InputError
        If ``x`` is not a stack of images or ``titles`` has another length.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> noise = np.random.default_rng(0).uniform(size=(6, 8, 8))
    >>> figure = plots.images(noise, columns=3, title="Six images of noise")
    >>> len(figure.axes)
    6
    """
    pictures = arrays.as_images(x, "x")
    if columns < 1:
        raise InputError(f"columns is {columns}; expected 1 or more.")
    if titles is not None:
        arrays.same_length("titles", len(titles), len(pictures), "x")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    side = min(PAGE_WIDTH / columns, 1.6)
    label_height = 0.22 * (1 + max(str(t).count("\n") for t in titles)) if titles else 0.0
    figure = new_figure(
        title,
        height=rows * (side * pictures.shape[1] / pictures.shape[2] + label_height) + TITLE_HEIGHT,
        provenance=provenance,
        alt=alt or _images_alt(len(pictures), titles, title),
    )
    for index, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if index < len(pictures):
            _draw(axes, pictures[index])
            if titles is not None:
                axes.set_title(str(titles[index]), fontsize=9.5, pad=3)
    return figure


@styled
def reconstructions(
    x: ArrayLike,
    methods: Mapping[str, ArrayLike],
    *,
    title: str = "",
    provenance: HasProvenance | None = None,
    errors: Mapping[str, float] | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw the originals in the first row and each method's reconstructions below them.

    Parameters
    ----------
    x : array of n images
        The originals, as in :func:`images`; up to 12 fit on the page.
    methods : dict of str to array
        Reconstructions of the same images by each method.
    title : str
        The finding.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    errors : dict of str to float, optional
        Mean squared error a pixel beside each row. By default it is that of the images drawn; pass
        that of the whole test set to show it instead.
    alt : str, optional
        What the figure shows; made from the names and errors when left out.

    Raises
    ------
    InputError
        If the shapes differ or there are no methods.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> x = np.random.default_rng(0).uniform(size=(5, 8, 8))
    >>> figure = plots.reconstructions(x, {"half as bright": x / 2})
    >>> len(figure.axes)
    10
    """
    original = arrays.as_images(x, "x")
    if not methods:
        raise InputError("methods is empty; give at least one name: reconstructions.")
    rows = {name: arrays.as_images(y, f"methods[{name!r}]") for name, y in methods.items()}
    for name, y in rows.items():
        if y.shape != original.shape:
            raise InputError(
                f"methods[{name!r}] has images of shape {y.shape}, but x of {original.shape}."
            )
    if errors is None:
        errors = {name: _mean_squared_error(original, methods[name]) for name in rows}
    labelled = {
        f"{name}\nMSE {number(errors[name])}" if name in errors else name: pictures
        for name, pictures in rows.items()
    }
    described = ", ".join(f"{n} (mean squared error {number(e)})" for n, e in errors.items())
    return _draw_rows(
        {"original": original, **labelled},
        title=title,
        provenance=provenance,
        alt=alt
        or f"{sentence(title)} Rows of {len(original)} images: originals, {described}.".strip(),
    )


@styled
def image_rows(
    rows: Mapping[str, ArrayLike],
    titles: Sequence[str] | None = None,
    *,
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw rows of images, the name of each row beside it: samples of models, steps of a walk.

    Parameters
    ----------
    rows : dict of str to array of n images
        Images as in :func:`images`, equally many of one size in each row; up to 12 fit on the page.
    titles : sequence of n str, optional
        A short text above each column.
    title, provenance, alt
        As in :func:`images`.

    Raises
    ------
    InputError
        If there are no rows, their images differ in number or size, or ``titles`` has another
        length.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> noise = np.random.default_rng(0).uniform(size=(2, 5, 8, 8))
    >>> figure = plots.image_rows({"before": noise[0], "after": noise[1]})
    >>> len(figure.axes)
    10
    """
    if not rows:
        raise InputError("rows is empty; give at least one name: images.")
    pictures = {name: arrays.as_images(x, f"rows[{name!r}]") for name, x in rows.items()}
    (first, shape), *others = ((name, x.shape) for name, x in pictures.items())
    for name, other in others:
        if other != shape:
            raise InputError(
                f"rows[{name!r}] has images of shape {other}, but rows[{first!r}] of {shape}; "
                "give equally many of one size."
            )
    if titles is not None:
        arrays.same_length("titles", len(titles), shape[0], "each row")
    listed = ", ".join(name.replace("\n", " ") for name in pictures)
    above = "" if titles is None else f" Columns: {', '.join(map(str, titles))}."
    return _draw_rows(
        pictures,
        titles,
        title=title,
        provenance=provenance,
        alt=alt or f"{sentence(title)} Rows of {shape[0]} images: {listed}.{above}".strip(),
    )


@styled
def weights_as_images(
    weights: ArrayLike,
    image_shape: tuple[int, int],
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    title: str = "",
    provenance: HasProvenance | None = None,
    alt: str | None = None,
) -> CourseFigure:
    """Draw weight vectors or principal components as images, each about its own zero.

    Parameters
    ----------
    weights : array of shape (n, height * width)
        One vector a row. For a Keras layer that reads the pixels pass ``kernel.T``.
    image_shape : (height, width)
        The shape of one image in pixels.
    titles : sequence of n str, optional
        A short text above each image.
    columns : int
        Images in a row.
    title, provenance, alt
        As in :func:`images`.

    Raises
    ------
    InputError
        If a row does not have ``height * width`` entries.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import plots
    >>> components = np.random.default_rng(0).normal(size=(4, 64))
    >>> figure = plots.weights_as_images(components, image_shape=(8, 8))
    >>> len(figure.axes)
    5
    """
    height, width = image_shape
    vectors = arrays.matrix(weights, "weights", columns=height * width)
    if titles is not None:
        arrays.same_length("titles", len(titles), len(vectors), "weights")
    columns = min(columns, len(vectors))
    rows = -(-len(vectors) // columns)
    side = min((PAGE_WIDTH - 0.6) / columns, 1.5)
    label_height = 0.22 if titles else 0.03
    default_alt = f"{sentence(title)} {len(vectors)} weight vectors drawn as images of {height} by "
    figure = new_figure(
        title,
        height=rows * (side * height / width + label_height) + TITLE_HEIGHT,
        provenance=provenance,
        alt=alt or f"{default_alt}{width} pixels; purple is negative, orange positive.".strip(),
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    colours = ScalarMappable(Normalize(-1, 1), "PuOr_r")
    for index, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if index < len(vectors):
            # Each vector is scaled by its own largest weight: its pattern is what is compared.
            scale = np.abs(vectors[index]).max() or 1.0
            picture = vectors[index].reshape(height, width) / scale
            axes.imshow(picture, cmap=colours.cmap, norm=colours.norm, interpolation="nearest")
            if titles is not None:
                axes.set_title(str(titles[index]), fontsize=9.5, pad=3)
    bar = figure.colorbar(colours, ax=grid, ticks=[-1, 0, 1], shrink=0.9, aspect=25, pad=0.01)
    bar.set_label("weight ÷ largest weight")
    bar.outline.set_visible(False)
    return figure


def _draw_rows(
    rows: Mapping[str, np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    title: str,
    provenance: HasProvenance | None,
    alt: str,
) -> CourseFigure:
    """Draw rows of equally many images, the label of each row to its left."""
    count, height, width = next(iter(rows.values())).shape[:3]
    side = min((PAGE_WIDTH - 1.5) / count, 1.1)
    figure = new_figure(
        title,
        height=len(rows) * (side * height / width + 0.03)
        + (0.22 if titles else 0.0)
        + TITLE_HEIGHT,
        width=min(PAGE_WIDTH, max(4.5, side * count + 1.5)),
        provenance=provenance,
        alt=alt,
    )
    grid = figure.subplots(len(rows), count, squeeze=False)
    for line, (label, pictures) in zip(grid, rows.items(), strict=True):
        for axes, picture in zip(line, pictures, strict=True):
            axes.set_axis_off()
            _draw(axes, picture)
        line[0].annotate(
            label, (-0.12, 0.5), xycoords="axes fraction", ha="right", va="center", fontsize=9.5
        )
    for axes, text in zip(grid[0], titles or [], strict=False):
        axes.set_title(str(text), fontsize=9.5, pad=3)
    return figure


def _draw(axes: Axes, picture: np.ndarray) -> None:
    axes.imshow(picture, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")


def _mean_squared_error(original: np.ndarray, reconstruction: ArrayLike) -> float:
    """Measure the error before clipping: what is drawn is clipped, what is reported is not."""
    y = np.asarray(reconstruction)
    y = y / 255.0 if y.dtype == np.uint8 else y.astype(float)
    return float(np.mean((original - y.reshape(original.shape)) ** 2))


def _images_alt(count: int, titles: Sequence[str] | None, title: str) -> str:
    listed = "" if titles is None else ": " + ", ".join(str(t).replace("\n", " ") for t in titles)
    return f"{sentence(title)} {count} images{listed}.".strip()
