"""Exercises 6.1, 6.2 and 6.5: whitening, sizes, and what matters most in features of patches."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from aecourse.errors import InputError
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 6.1: whiten patches -------------------------------------------------------------------------

Scale = Callable[[np.ndarray, float], np.ndarray]


def whiten(patches: np.ndarray, floor: float) -> np.ndarray:
    """Return patches without correlations, changed as little as that allows."""
    return _spread_by(patches, floor, lambda values, added: 1 / np.sqrt(values + added))


def _spread_by(patches: np.ndarray, floor: float, scale: Scale) -> np.ndarray:
    """Return centred patches whose components are multiplied by a function of their variance."""
    centred = patches - patches.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(patches))
    return centred @ (vectors * scale(values.clip(0), floor)) @ vectors.T


def _own_means(patches: np.ndarray, floor: float) -> np.ndarray:
    centred = patches - patches.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(patches))
    return centred @ (vectors / np.sqrt(values.clip(0) + floor)) @ vectors.T


def _not_centred(patches: np.ndarray, floor: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(np.cov(patches.T, bias=True))
    return patches @ (vectors / np.sqrt(values + floor)) @ vectors.T


def _less_one(patches: np.ndarray, floor: float) -> np.ndarray:
    scale = len(patches) / (len(patches) - 1)
    return _spread_by(patches, floor, lambda values, added: 1 / np.sqrt(scale * values + added))


MISTAKES_OF_WHITEN: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "You took the mean of each *patch* away. Here it is the mean patch: for each pixel the mean "
    "over all patches, `axis=0`.": _own_means,
    "The mean patch is still in the result. Take it away before you multiply.": _not_centred,
    "`floor` stands outside of the root. It is a variance, and is added to the variances: "
    "`np.sqrt(values + floor)`.": lambda p, f: _spread_by(
        p, f, lambda values, added: 1 / (np.sqrt(values) + added)
    ),
    "`floor` is missing, so components that are mostly noise become as loud as the others.": (
        lambda p, f: _spread_by(p, 0, lambda values, added: 1 / np.sqrt(values + added))
    ),
    "You divided by the variances. The variance becomes 1 if you divide by their *root*.": (
        lambda p, f: _spread_by(p, f, lambda values, added: 1 / (values + added))
    ),
    "You multiplied by the roots: loud components are even louder now. Divide by them.": (
        lambda p, f: _spread_by(p, f, lambda values, added: np.sqrt(values + added))
    ),
    "Each pixel is divided by its own deviation. That leaves the correlations between pixels as "
    "they are; turn to the eigenvectors first.": lambda p, f: (
        (p - p.mean(axis=0)) / np.sqrt(p.var(axis=0) + f)
    ),
    "The covariance divides by n − 1. Here it is the mean over the n patches: "
    "`np.cov(..., bias=True)`.": _less_one,
}


def check_whiten(answer: Any) -> str:
    """Exercise 6.1."""
    expect.answered(answer)
    rng = np.random.default_rng(61)
    for rows, values, floor in [(30, 3, 0.1), (60, 8, 0.5)]:
        mixed = rng.normal(size=(values, values)).cumsum(axis=0)
        patches = rng.normal(size=(rows, values)) @ mixed + rng.normal(size=values)
        found, wanted = call(answer, patches, floor), whiten(patches, floor)
        _explain_turned(found, wanted)
        mistakes = {text: wrong(patches, floor) for text, wrong in MISTAKES_OF_WHITEN.items()}
        expect.close(found, wanted, name="the result of `whiten`", mistakes=mistakes)
    return (
        "Turn to the components, make them equally loud, turn back. With the last step a whitened "
        "patch still looks like a patch, with its edges brought out. On CIFAR-10 the first "
        "component alone has most of the variance, and it is nothing but light and shade."
    )


def _explain_turned(found: Any, wanted: np.ndarray) -> None:
    """Recognise a result that has not been turned back, whatever the signs of the components."""
    numbers = expect.array(found, name="the result of `whiten`")
    turned = (
        numbers.shape == wanted.shape
        and np.allclose(numbers @ numbers.T, wanted @ wanted.T)
        and not np.allclose(numbers, wanted)
    )
    expect.require(
        not turned,
        "Variances and correlations are right, but the rows are still in the coordinates of the "
        "components. Turn them back: multiply by the transposed eigenvectors at the end.",
    )


# --- 6.2: count before you run -------------------------------------------------------------------

IMAGE, PATCH, COLOURS, UNITS = 32, 6, 3, 256
PLACES = IMAGE - PATCH + 1
PLACES_2 = (IMAGE - PATCH) // 2 + 1
INPUTS = PATCH**2 * COLOURS
COUNTED: dict[str, tuple[int, dict[str, float]]] = {
    "patches": (
        PLACES**2,
        {
            "`patches`: 32 − 6 is how often the patch can be *moved*. It starts somewhere, so "
            "there is one place more a side.": (IMAGE - PATCH) ** 2,
            "`patches`: that is the number of places along one side. They fill a square.": PLACES,
            "`patches`: those lie side by side. With stride 1 the patches overlap.": (
                (IMAGE // PATCH) ** 2
            ),
            "`patches`: one at each pixel would reach over the edge of the image.": IMAGE**2,
        },
    ),
    "patches_2": (
        PLACES_2**2,
        {
            "`patches_2`: 13 steps of 2 pixels, and the place where one starts: one more a side.": (
                (PLACES_2 - 1) ** 2
            ),
            "`patches_2`: a quarter of the number with stride 1 is no whole number. Count the "
            "places 0, 2, 4, … along a side.": PLACES**2 / 4,
            "`patches_2`: that is the number of places along one side. They fill a square.": (
                PLACES_2
            ),
        },
    ),
    "features": (
        4 * UNITS,
        {
            "`features`: that is one mean over the whole image. Each quarter has its own.": UNITS,
            "`features`: those are all values of all patches. Each unit's are averaged over a "
            "quarter.": PLACES**2 * UNITS,
            "`features`: there are four quarters, and each has a mean for *every* unit.": 4,
        },
    ),
    "weights": (
        INPUTS * UNITS + UNITS,
        {
            "`weights`: the biases are missing, one for each unit.": INPUTS * UNITS,
            "`weights`: a patch has three colours, so 108 values and not 36.": (
                PATCH**2 * UNITS + UNITS
            ),
            "`weights`: a patch has three colours, and each unit has a bias.": PATCH**2 * UNITS,
        },
    ),
}


def check_sizes(answer: Any) -> str:
    """Exercise 6.2."""
    given = expect.mapping(answer, list(COUNTED))
    for name, (right, mistakes) in COUNTED.items():
        expect.number(given[name], right, within=0.1, name=f"`{name}`", mistakes=mistakes)
    return (
        "Less than thirty thousand numbers are learnt, and used at 729 places: that is why a patch "
        "learner is quick to train and slow to apply. With stride 2 the applying costs about a "
        "quarter."
    )


# --- 6.5: what matters most? ---------------------------------------------------------------------

SIZE, SIDE, CLASSES = 20, 5, 5  # of a drawn image and a patch in pixels; directions of stripes
WAVELENGTH = 3.5  # pixels
STRIPES, NOISE = 0.3, 0.3  # amplitude, deviation
LEARNING, ASKED = 200, 500  # images
LEARNT_FROM = 2_000  # patches
ROUNDS = 10  # of k-means
SEEDS = 2
ALL_UNITS = (4, 8, 16, 32, 64)
STRIDES = (1, 2, 4)
NEAR = 0.02


def _drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images in strong light from some side, with faint stripes of a direction a class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, count)
    rows, columns = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    slope_down, slope_right = rng.normal(size=(2, count, 1, 1)) / 6
    angle = (np.pi * labels / CLASSES + rng.normal(0, 0.1, count))[:, None, None]
    phase = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    along = np.cos(angle) * columns + np.sin(angle) * rows
    images = slope_down * rows + slope_right * columns + rng.normal(size=(count, 1, 1))
    images += STRIPES * np.cos(2 * np.pi * along / WAVELENGTH + phase)
    return images + NOISE * rng.normal(size=images.shape), labels


def _patches(images: np.ndarray, stride: int) -> np.ndarray:
    """Return patches of equal contrast, shape (n, places, places, values)."""
    found = sliding_window_view(images, (SIDE, SIDE), axis=(1, 2))[:, ::stride, ::stride]
    values = found.reshape(*found.shape[:3], -1)
    centred = values - values.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(centred.var(axis=-1, keepdims=True) + 0.01)


def _centres(patches: np.ndarray, units: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = patches[rng.choice(len(patches), units, replace=False)]
    for _ in range(ROUNDS):
        nearest = (np.square(centres).sum(axis=1) - 2 * patches @ centres.T).argmin(axis=1)
        members = np.eye(units)[nearest]
        counts = members.sum(axis=0)[:, None]
        centres = np.where(counts > 0, members.T @ patches / np.maximum(counts, 1), centres)
    return centres


def _features(patches: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return how near patches are to each centre, averaged over quarters of the image."""
    squares = np.square(patches).sum(axis=-1, keepdims=True) + np.square(centres).sum(axis=1)
    distances = np.sqrt(np.maximum(squares - 2 * patches @ centres.T, 0))
    near = np.maximum(distances.mean(axis=-1, keepdims=True) - distances, 0)
    quarters = [part for band in np.array_split(near, 2, 1) for part in np.array_split(band, 2, 2)]
    return np.concatenate([part.mean(axis=(1, 2)) for part in quarters], axis=1)


@cache
def recognised(units: int, stride: int = 1, whitened: bool = True) -> float:
    """Return the share of new drawn images that a linear classifier recognises.

    It sees features of patches, learnt by k-means as in Section 6.2 on 200 images of 20 × 20
    pixels. They are lit from some side, and bear faint stripes in one of five directions; the
    direction is the class.

    Parameters
    ----------
    units : int
        Number of centres: 4, 8, 16, 32 or 64.
    stride : int
        Pixels from one patch to the next: 1, 2 or 4.
    whitened : bool
        Whether the patches are whitened.

    Returns
    -------
    float
        The mean over two draws of everything.

    Raises
    ------
    InputError
        If it is asked for other numbers of units or another stride.
    """
    if units not in ALL_UNITS:
        raise InputError(f"units is {units!r}; choose from {', '.join(map(str, ALL_UNITS))}.")
    if stride not in STRIDES:
        raise InputError(f"stride is {stride!r}; choose from {', '.join(map(str, STRIDES))}.")
    shares = [_recognised(units, stride, whitened, seed) for seed in range(SEEDS)]
    return round(float(np.mean(shares)), 4)


def _recognised(units: int, stride: int, whitened: bool, seed: int) -> float:
    images, labels = _drawn(LEARNING, 2 * seed)
    new_images, new_labels = _drawn(ASKED, 2 * seed + 1)
    rng = np.random.default_rng(seed)
    everywhere = _patches(images, 1).reshape(-1, SIDE**2)
    seen = everywhere[rng.choice(len(everywhere), LEARNT_FROM, replace=False)]
    mean, matrix = seen.mean(axis=0), np.eye(SIDE**2)
    if whitened:
        values, vectors = np.linalg.eigh(np.cov(seen.T))
        matrix = (vectors / np.sqrt(values.clip(0) + 0.03)) @ vectors.T
    centres = _centres((seen - mean) @ matrix, units, seed)
    known, asked = (
        _features((_patches(x, stride) - mean) @ matrix, centres) for x in (images, new_images)
    )
    return _linear_accuracy(known, labels, asked, new_labels)


def _linear_accuracy(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, new_labels: np.ndarray
) -> float:
    """Return the accuracy of least squares on scaled features, with a penalty."""
    mean, deviation = known.mean(axis=0), known.std(axis=0) + 1e-9
    known, asked = (known - mean) / deviation, (asked - mean) / deviation
    target = np.eye(CLASSES)[labels] - 1 / CLASSES
    weights = np.linalg.solve(known.T @ known + 30 * np.eye(known.shape[1]), known.T @ target)
    return float(((asked @ weights).argmax(axis=1) == new_labels).mean())


def check_what_matters(answer: Any) -> str:
    """Exercise 6.5."""
    given = expect.mapping(answer, ["whitening", "enough", "makes_up", "costs_more"])
    cost = recognised(16) - recognised(16, whitened=False)
    expect.number(
        given["whitening"],
        cost,
        within=NEAR,
        name="`whitening`",
        mistakes={
            "`whitening`: the sign is turned. By how much does the accuracy *fall* without it?": (
                -cost
            ),
            "`whitening`: that is in percentage points. Give a difference of shares.": 100 * cost,
            "`whitening`: that is with 64 units. Take 16.": (
                recognised(64) - recognised(64, whitened=False)
            ),
            "`whitening`: that is the accuracy without whitening. By how much did it fall?": (
                recognised(16, whitened=False)
            ),
        },
    )
    enough, makes_up = (
        expect.one_of(given[name], ALL_UNITS, f"`{name}`") for name in ("enough", "makes_up")
    )
    _check_fewest(enough, recognised(64) - NEAR, "enough", whitened=True)
    _check_fewest(makes_up, recognised(8), "makes_up", whitened=False)
    expect.choice(
        given["costs_more"],
        "whitening",
        {
            "stride": "`costs_more`: compare both with `recognised(16)`. Stride 2 costs less, and "
            "saves three quarters of the work."
        },
        name="`costs_more`",
    )
    return (
        "Without whitening the units are spent on light and shade, which all patches share, and "
        "many more of them are needed until some look at the stripes. The number of units and the "
        "preparation matter here; which learner finds the units was not even asked."
    )


def _check_fewest(count: int, mark: float, name: str, *, whitened: bool) -> None:
    """Refuse a number of units that does not reach the mark, or is not the smallest one."""
    reached = recognised(count, whitened=whitened)
    how = "with" if whitened else "without"
    expect.require(
        reached >= mark,
        f"`{name}`: {count} units {how} whitening recognise {reached:.1%}; {mark:.1%} are to be "
        "reached. It takes more.",
    )
    fewer = [c for c in ALL_UNITS if c < count and recognised(c, whitened=whitened) >= mark]
    expect.require(not fewer, f"`{name}`: {fewer[0] if fewer else 0} units would do as well.")


EXERCISES = (
    Exercise(
        "6.1",
        "Whiten patches",
        "code",
        check_whiten,
        (
            "Centre first: `patches - patches.mean(axis=0)`. The covariance is "
            "`centred.T @ centred / len(patches)`.",
            "`values, vectors = np.linalg.eigh(covariance)` has the eigenvectors in its columns; "
            "`vectors / np.sqrt(values + floor)` divides each column by its own root.",
            "A row is multiplied from the left: `centred @ (...) @ vectors.T`.",
        ),
    ),
    Exercise(
        "6.2",
        "Count before you run",
        "prediction",
        check_sizes,
        (
            "Lay a patch of 6 pixels at the left edge of 32, and push it to the right one pixel at "
            "a time. How many places are there, the first one included?",
            "With stride 2 the places are 0, 2, 4, …, 26. A dense layer has a weight for each "
            "input and unit, and a bias for each unit; a patch has 6 · 6 · 3 inputs.",
        ),
    ),
    Exercise(
        "6.5",
        "What matters most?",
        "experiment",
        check_what_matters,
        (
            "`for u in (4, 8, 16, 32, 64): print(u, recognised(u), recognised(u, "
            "whitened=False))` prints nearly all that is needed.",
            "`whitening` is `recognised(16) - recognised(16, whitened=False)`. For `costs_more` "
            "compare that with `recognised(16) - recognised(16, stride=2)`.",
        ),
        seconds=120.0,
    ),
)
