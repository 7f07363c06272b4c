"""Tune the training of the NumPy autoencoder: learning rate, code size, optimiser, scaling."""

import time

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from aecourse import scratch
from aecourse.errors import InputError
from aecourse.plots import CourseFigure, new_figure
from aecourse.plots.arrays import as_pictures
from aecourse.plots.curves import plain_numbers
from aecourse.plots.style import HasProvenance, applied, colour, line_style, marker, number
from aecourse.widgets.controls import Choice, Range
from aecourse.widgets.tuner import Summary, Tuner, tune

OPTIMISERS = {"SGD": scratch.SGD, "momentum": scratch.Momentum, "Adam": scratch.Adam}
SCALERS = {"min–max": scratch.MinMaxScaler, "z-score": scratch.ZScoreScaler}
LARGEST_CODE = 64
SHOWN = 5


def training_tuner(
    x_train: ArrayLike,
    x_validation: ArrayLike,
    *,
    provenance: HasProvenance | None = None,
    seed: int = 0,
) -> Tuner:
    """Return controls for the training of :class:`aecourse.scratch.Autoencoder` on these data.

    A run on 2,000 images of 28 by 28 pixels takes a second or two.

    Parameters
    ----------
    x_train, x_validation : array of shape (n, features), (n, height, width) or (…, 1)
        Scalers and the network learn from the first and are judged on the second. Images are also
        shown beside their reconstructions.
    provenance : Provenance, optional
        Marks a stand-in on the figure.
    seed : int
        Decides the first weights and the order of the samples.

    Returns
    -------
    Tuner
        Its summary holds the validation error (mean squared error a value, in the units of the
        data, so that all scalings compare), that of principal components with equal code size,
        and the seconds of training.

    Raises
    ------
    InputError
        If the two arrays do not have the same features.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> x = np.random.default_rng(0).uniform(size=(40, 16))
    >>> tuner = widgets.training_tuner(x[:30], x[30:])
    >>> sorted(tuner.start)
    ['code_size', 'epochs', 'hidden_units', 'learning_rate', 'optimiser', 'scaling']
    """
    experiment = TrainingExperiment(x_train, x_validation, provenance=provenance, seed=seed)
    largest = min(LARGEST_CODE, *experiment.x_train.shape)
    return tune(
        experiment,
        minimise="validation error",
        learning_rate=Range("learning rate", 1e-5, 1.0, start=3e-3, log=True),
        optimiser=Choice("optimiser", list(OPTIMISERS), start="Adam"),
        code_size=Range("code size", 1, largest, start=min(8, largest - 1), whole=True),
        hidden_units=Choice("hidden units", [16, 32, 64, 128, 256], start=64),
        epochs=Range("epochs", 1, 40, start=10, whole=True),
        scaling=Choice("scaling", ["none", *SCALERS], start="none"),
    )


class TrainingExperiment:
    """One training run as a function of its settings; see :func:`training_tuner`."""

    def __init__(
        self,
        x_train: ArrayLike,
        x_validation: ArrayLike,
        *,
        provenance: HasProvenance | None,
        seed: int,
    ) -> None:
        train, validation = np.asarray(x_train), np.asarray(x_validation)
        if train.shape[1:] != validation.shape[1:] or train.ndim < 2 or 0 in train.shape:
            raise InputError(
                f"x_train has shape {train.shape} and x_validation {validation.shape}; "
                "expected (n, features) or images, with equal features in both."
            )
        self.images = train.ndim > 2
        self.shape = validation.shape[1:]
        self.x_train = train.reshape(len(train), -1).astype(np.float64)
        self.x_validation = validation.reshape(len(validation), -1).astype(np.float64)
        if self.x_train.shape[1] < 2 or len(train) < 2:
            raise InputError("An autoencoder needs at least two samples of two features.")
        self.provenance = provenance
        self.seed = seed
        self._mean = self.x_train.mean(axis=0)
        with threadpool_limits(limits=1):
            self._components = np.linalg.svd(self.x_train - self._mean, full_matrices=False)[2]

    def __call__(
        self,
        *,
        learning_rate: float,
        optimiser: str,
        code_size: int,
        hidden_units: int,
        epochs: int,
        scaling: str,
    ) -> tuple[CourseFigure, Summary]:
        """Train once and return the figure and the numbers."""
        scaler = SCALERS[scaling]().fit(self.x_train) if scaling != "none" else None
        train, validation = (
            scaler.transform(x) if scaler else x for x in (self.x_train, self.x_validation)
        )
        sizes = (train.shape[1], hidden_units, code_size)
        model = scratch.Autoencoder(sizes, seed=self.seed)
        begun = time.perf_counter()
        # Matrices this small are multiplied faster by one thread than by several that wait for
        # each other, above all on a machine with other work to do.
        with threadpool_limits(limits=1):
            history = scratch.train(
                model,
                train,
                OPTIMISERS[optimiser](learning_rate),
                epochs=epochs,
                seed=self.seed,
                validation_data=validation,
            )
        seconds = time.perf_counter() - begun
        with np.errstate(over="ignore", invalid="ignore"):
            reconstruction = model.reconstruct(validation).astype(np.float64)
        restored = scaler.inverse_transform(reconstruction) if scaler else reconstruction
        summary: Summary = {
            "validation error": float("nan")
            if history.outcome == "diverged"
            else _mean_squared_error(self.x_validation, restored),
            "error of PCA": self.pca_error(code_size),
            "training": history.outcome,
            "seconds": round(seconds, 1),
        }
        return self._figure(history, restored, summary), summary

    def pca_error(self, code_size: int) -> float:
        """Return the validation error of principal components with this many numbers."""
        axes = self._components[:code_size]
        restored = (self.x_validation - self._mean) @ axes.T @ axes + self._mean
        return _mean_squared_error(self.x_validation, restored)

    def _figure(
        self, history: scratch.History, restored: np.ndarray, summary: Summary
    ) -> CourseFigure:
        error, baseline = summary["validation error"], summary["error of PCA"]
        title = (
            f"Validation error {number(error)} after {len(history.loss)} epochs; "
            f"PCA with equal code size: {number(baseline)}"
            if np.isfinite(error)
            else "The training diverged: choose a smaller learning rate, or scale the features"
        )
        shows_images = self.images and bool(np.isfinite(error))
        alt = f"{title}. Curves of training and validation loss"
        alt += ", and images above their reconstructions." if shows_images else "."
        with applied():
            figure = new_figure(title, height=3.2, provenance=self.provenance, alt=alt)
            columns = figure.subfigures(1, 1 + shows_images, squeeze=False)[0]
            axes = columns[0].subplots()
            curves = {"training": history.loss, "validation": history.validation_loss}
            for index, (label, losses) in enumerate(curves.items()):
                axes.plot(
                    np.arange(1, len(losses) + 1),
                    np.where(np.isfinite(losses), losses, np.nan),
                    color=colour(index),
                    linestyle=line_style(index),
                    marker=marker(index),
                    label=label,
                )
            axes.set_yscale("log")
            plain_numbers(axes.yaxis)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set(xlabel="epoch", ylabel="squared error of a sample")
            axes.legend()
            if shows_images:
                self._draw_images(columns[1].subplots(2, SHOWN), restored)
        return figure

    def _draw_images(self, grid: np.ndarray, restored: np.ndarray) -> None:
        top = float(self.x_validation.max())
        for row, (name, x) in zip(
            grid, {"original": self.x_validation, "output": restored}.items(), strict=True
        ):
            pictures = as_pictures(x.reshape(-1, *self.shape)[:SHOWN] / top, name)
            row[0].set_title(name, loc="left", fontsize=9.5)
            for axes in row:
                axes.set_axis_off()
            for axes, picture in zip(row, np.clip(pictures, 0, 1), strict=False):
                axes.imshow(picture, cmap="gray", vmin=0, vmax=1)


def _mean_squared_error(x: np.ndarray, restored: np.ndarray) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        error = float(np.mean((x - restored) ** 2))
    return error if np.isfinite(error) else float("nan")
