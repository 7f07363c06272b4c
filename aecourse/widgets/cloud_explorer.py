"""Watch the codes of several models during training, beside the prior they should match."""

from collections.abc import Mapping, Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from aecourse import plots
from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.arrays import as_labels
from aecourse.plots.style import number
from aecourse.widgets.explorer import Explorer, as_array, as_bytes, module

MOST_MODELS = 6
MOST_SAMPLES = 500
LARGEST_BYTES = 250_000  # a notebook with several explorers stays below 1.5 MB


class CloudExplorer(Explorer):
    """Clouds of two-dimensional codes, one for each model, that move with the epochs of training.

    The circles of a standard normal prior stand behind each cloud.

    Parameters
    ----------
    codes : dict of str to array of shape (e, n, 2)
        For each of at most 6 models the codes of the same n samples after each of e epochs. A
        seeded choice of at most 500 samples is kept, in half precision.
    labels : array of shape (n,)
        Class of each sample: whole numbers from 0.
    epochs : sequence of e numbers
        How long the models had been trained, rising; 0 is before training.
    class_names : sequence of str, optional
        Names of the classes; their numbers by default.
    numbers : dict of str to array of shape (e,), optional
        One number for each model and epoch, such as the distance from the prior.
    number_name : str
        What the numbers are, with their unit.
    same_axes : bool
        Whether all clouds share one pair of axes at first; the reader can change it.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    epoch : float
        Where the slider stands; at first the last epoch.
    same_axes : bool
        As the reader has set it.

    Raises
    ------
    InputError
        If shapes do not fit each other, epochs do not rise, a model has no number, or the clouds
        are too many or too large.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> codes = np.random.default_rng(0).normal(size=(3, 50, 2))
    >>> explorer = widgets.CloudExplorer({"AAE": codes}, np.arange(50) % 5, epochs=[0, 1, 2])
    >>> explorer.codes_at(1)["AAE"].shape
    (50, 2)
    """

    _esm = module("cloud.js")

    models: traitlets.List = traitlets.List().tag(sync=True)
    clouds = traitlets.Bytes().tag(sync=True)
    labels: traitlets.List = traitlets.List().tag(sync=True)
    class_names: traitlets.List = traitlets.List().tag(sync=True)
    epochs: traitlets.List = traitlets.List().tag(sync=True)
    numbers: traitlets.List = traitlets.List().tag(sync=True)
    number_name = traitlets.Unicode().tag(sync=True)
    epoch = traitlets.Float().tag(sync=True)
    same_axes = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        codes: Mapping[str, ArrayLike],
        labels: ArrayLike,
        epochs: Sequence[float],
        *,
        class_names: Sequence[str] | None = None,
        numbers: Mapping[str, ArrayLike] | None = None,
        number_name: str = "",
        same_axes: bool = True,
        heading: str = "Watch the codes find the prior, or pass it by",
    ) -> None:
        times = as_array(epochs, "epochs", (None,))
        if np.any(np.diff(times) <= 0):
            raise InputError(f"epochs are {times.tolist()}; expected rising numbers.")
        if not 1 <= len(codes) <= MOST_MODELS:
            raise InputError(f"Got codes of {len(codes)} models; expected 1 to {MOST_MODELS}.")
        clouds = _checked_clouds(codes, len(times))
        classes = as_labels(labels, clouds.shape[2], class_names)
        if classes.min() < 0:
            raise InputError(f"labels hold {classes.min()}; expected whole numbers from 0.")
        names = class_names if class_names is not None else range(classes.max() + 1)
        chosen = np.arange(len(classes))
        if len(chosen) > MOST_SAMPLES:
            chosen = np.sort(np.random.default_rng(0).permutation(len(chosen))[:MOST_SAMPLES])
        self._clouds = clouds[:, :, chosen]
        if self._clouds.nbytes > LARGEST_BYTES:
            raise InputError(
                f"The codes take {self._clouds.nbytes:,} bytes, more than {LARGEST_BYTES:,}; "
                "pass fewer epochs, models or samples for the page."
            )
        super().__init__(
            heading=heading,
            models=list(codes),
            clouds=as_bytes(self._clouds, "float16"),
            labels=classes[chosen].tolist(),
            class_names=[str(name) for name in names],
            epochs=times.tolist(),
            numbers=_checked_numbers(numbers, codes, len(times)),
            number_name=number_name,
            epoch=times[-1],
            same_axes=bool(same_axes),
        )

    def codes_at(self, epoch: float) -> dict[str, np.ndarray]:
        """Return each model's codes, rounded as they travel, after the epoch nearest to ``epoch``.

        Returns
        -------
        dict of str to array of shape (n, 2), float32
        """
        place = self._place(epoch)
        return {
            name: cloud[place].astype(np.float32)
            for name, cloud in zip(self.models, self._clouds, strict=True)
        }

    def numbers_at(self, epoch: float) -> dict[str, float]:
        """Return each model's number after the epoch nearest to ``epoch``, where there are any."""
        place = self._place(epoch)
        return {
            name: values[place]
            for name, values in zip(self.models, self.numbers, strict=bool(self.numbers))
        }

    def figure(self) -> CourseFigure:
        """Return the clouds at the present epoch as a still figure."""
        numbers = self.numbers_at(self.epoch)
        listed = ", ".join(f"{name} {number(value)}" for name, value in numbers.items())
        alt = f"{self.heading}. Clouds of codes at epoch {self.epoch:g}, with the prior's circles"
        return plots.latent_clouds(
            self.codes_at(self.epoch),
            self.labels,
            self.class_names,
            numbers=numbers,
            number_label=self.number_name,
            same_axes=self.same_axes,
            title=self.heading,
            alt=f"{alt}; {self.number_name}: {listed}." if listed else f"{alt}.",
        )

    def _place(self, epoch: float) -> int:
        return int(np.argmin(np.abs(np.asarray(self.epochs) - epoch)))


def _checked_clouds(codes: Mapping[str, ArrayLike], epochs: int) -> np.ndarray:
    """Return the codes in half precision, shape (models, epochs, n, 2)."""
    checked = [as_array(c, f"codes[{name!r}]", (epochs, None, 2)) for name, c in codes.items()]
    if len({cloud.shape for cloud in checked}) > 1:
        raise InputError("The models have codes of different numbers of samples; pass the same n.")
    with np.errstate(over="ignore"):
        clouds = np.stack(checked).astype(np.float16)
    if not np.isfinite(clouds).all():
        raise InputError("A code is larger than 65,504, more than half precision holds.")
    return clouds


def _checked_numbers(
    numbers: Mapping[str, ArrayLike] | None, codes: Mapping[str, ArrayLike], epochs: int
) -> list[list[float]]:
    """Return the numbers of each model in the order of the codes, or nothing."""
    if numbers is None:
        return []
    if set(numbers) != set(codes):
        odd = sorted(set(numbers) ^ set(codes))[0]
        raise InputError(f"numbers and codes differ in {odd!r}; give numbers for each model.")
    return [as_array(numbers[n], f"numbers[{n!r}]", (epochs,)).tolist() for n in codes]
