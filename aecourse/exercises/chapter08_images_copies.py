"""Exercises 8.19 to 8.21: copies in disguise, the price of novelty, a generator of one's own."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from aecourse import metrics
from aecourse.checks import real
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 8.19: copies in disguise --------------------------------------------------------------------


def copying(drawn: np.ndarray, known: np.ndarray, unseen: np.ndarray) -> float:
    """Return how much more often than by chance the nearest real sample is a known one."""
    chance = len(known) / (len(known) + len(unseen))
    return (_share(drawn, known, unseen) - chance) / (1 - chance)


def _share(drawn: np.ndarray, known: np.ndarray, unseen: np.ndarray) -> float:
    to_known, to_unseen = (metrics.nearest_neighbours(drawn, x) for x in (known, unseen))
    return float((to_known.distances < to_unseen.distances).mean())


def check_copying(answer: Any) -> str:
    """Exercise 8.19."""
    rng = np.random.default_rng(819)
    cases = []
    for counts, values in [((8, 6, 4), 2), ((30, 20, 12), 5)]:
        drawn, known, unseen = (rng.normal(size=(count, values)) for count in counts)
        drawn[: counts[0] // 2] = known[: counts[0] // 2] + 0.01
        cases.append((drawn, known, unseen))
    mistakes: dict[str, Callable[..., Any]] = {
        "That is the share. With more known samples than unseen ones it is above one half even if "
        "nothing was copied: compare it with chance.": _share,
        "Chance was taken to be one half. It is the share of known samples among all real ones.": (
            lambda d, k, u: 2 * _share(d, k, u) - 1
        ),
        "Chance was subtracted, but the result is not yet on a scale that ends at 1: divide by "
        "1 − chance.": lambda d, k, u: _share(d, k, u) - len(k) / (len(k) + len(u)),
        "Known and unseen samples are swapped.": lambda d, k, u: copying(d, u, k),
        "Chance is the share of *known* samples among all real ones.": lambda d, k, u: (
            (_share(d, k, u) - len(u) / (len(k) + len(u))) / (1 - len(u) / (len(k) + len(u)))
        ),
        "The mean distances were compared. Ask of each drawn sample which real one is nearest.": (
            lambda d, k, u: float(cdist(d, k).mean() < cdist(d, u).mean())
        ),
    }
    expect.function(answer, copying, cases, mistakes=mistakes)
    return (
        "A small distance to the nearest training image proves nothing: a blurred image is near to "
        "everything. But unseen images are as near, unless something was learnt by heart."
    )


# --- 8.20: the price of novelty ------------------------------------------------------------------

SIZE, DIRECTIONS, SEED = 16, 40, 820
STEPS = tuple(round(0.1 * step, 1) for step in range(11))
FREE = 0.1  # below which a generator counts as free of copies


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Return small digits to learn from and others to judge by, with values from 0 to 1."""
    from sklearn.datasets import load_digits

    images = np.random.default_rng(SEED).permutation(load_digits().data / 16)
    return images[:900], images[900:1_797]


@cache
def drawn_at(width: float) -> dict[str, float]:
    """Draw digits with a generator between a copier and a Gaussian, and measure them.

    It takes the code (16 principal components) of a random training digit, draws it towards the
    mean by the factor √(1 − width²), and adds normal noise of ``width`` times the deviation of each
    component. So mean and variances stay what they are: at 0 the draws are training digits, at 1
    they come from one Gaussian.

    Parameters
    ----------
    width
        From 0 to 1.

    Returns
    -------
    dict of str to float
        ``frechet``, in 40 rectified features of the images, to unseen digits; ``precision`` and
        ``recall``; ``copying``, 0 for chance and 1 for copies.
    """
    width = real(width, "width", least=0, most=1)
    train, unseen = _digits()
    rng = np.random.default_rng(SEED)
    mean = train.mean(axis=0)
    components = np.linalg.svd(train - mean, full_matrices=False)[2][:SIZE]
    codes = (train - mean) @ components.T
    chosen = codes[rng.integers(len(codes), size=len(unseen))]
    noise = width * codes.std(axis=0) * rng.standard_normal(chosen.shape)
    drawn = (np.sqrt(1 - width**2) * chosen + noise) @ components + mean
    # Real digits take the same way through the components, so that these alone make no difference.
    real_ones, known = (
        ((images - mean) @ components.T) @ components + mean for images in (unseen, train)
    )
    among = metrics.precision_recall(real_ones, drawn)
    return {
        "frechet": metrics.frechet_distance(_features(real_ones), _features(drawn)),
        "precision": among.precision,
        "recall": among.recall,
        "copying": copying(drawn, known, real_ones),
    }


def _features(images: np.ndarray) -> np.ndarray:
    """Return fixed random sums of pixels, cut off below 0: what is bent shows in them."""
    weights = np.random.default_rng(1).normal(size=(images.shape[1], DIRECTIONS))
    return np.maximum((images - _digits()[0].mean(axis=0)) @ weights, 0)


def check_novelty(answer: Any) -> str:
    """Exercise 8.20."""
    given = expect.mapping(answer, ["best", "free"])
    widths = {}
    for name, value in given.items():
        width = round(expect.single(value, name=f"`{name}`"), 6)
        expect.require(
            width in STEPS,
            f"`{name}` is `{width:g}`; give one of 0, 0.1, 0.2 … 1.",
        )
        widths[name] = width
    curve = {width: drawn_at(width) for width in STEPS}
    best = min(curve, key=lambda width: curve[width]["frechet"])
    expect.require(
        widths["best"] == best,
        f"`best`: at {widths['best']:g} the Fréchet distance is "
        f"{curve[widths['best']]['frechet']:.2f}. Another width has a lower one.",
    )
    free = next(width for width in STEPS if curve[width]["copying"] < FREE)
    mine = curve[widths["free"]]["copying"]
    expect.require(
        mine < FREE,
        f"`free`: at {widths['free']:g} copying is still {mine:.2f} beyond chance.",
    )
    expect.require(
        widths["free"] == free,
        "`free`: copying is below 0.1 already at a smaller width. Find the smallest.",
    )
    first, later = curve[best], curve[free]
    return (
        f"By the Fréchet distance the best generator is a copier: {first['frechet']:.2f}, with "
        f"{first['copying']:.0%} of what copies would have. Where nothing is copied any more the "
        f"distance is {later['frechet']:.2f}. So no distance to real images is complete without "
        "the question whether they were *these* images."
    )


# --- 8.21: a generator of one's own --------------------------------------------------------------

LEAST_TRAIN, LEAST_TEST, ASKED = 60, 30, 200
MOST_COMPONENTS = 10


def check_own_generator(answer: Any) -> str:
    """Exercise 8.21."""
    given = expect.mapping(answer, ["x_train", "x_test", "draw"])
    train, test = (_rows(given[name], f"`{name}`") for name in ("x_train", "x_test"))
    expect.tables(train, test)
    expect.require(
        len(train) >= LEAST_TRAIN and len(test) >= LEAST_TEST,
        f"Take at least {LEAST_TRAIN} samples in `x_train` and {LEAST_TEST} in `x_test`; there are "
        f"{len(train)} and {len(test)}.",
    )
    draw = given["draw"]
    expect.require(
        callable(draw), "`draw` must be a function of a count and a seed that returns samples."
    )
    drawn = _rows(call(draw, ASKED, 0), "the result of `draw`")
    expect.require(
        drawn.shape == (ASKED, train.shape[1]),
        f"`draw({ASKED}, 0)` returns {drawn.shape[0]} samples of {drawn.shape[1]} values; expected "
        f"{ASKED} of {train.shape[1]}.",
    )
    expect.require(
        np.allclose(drawn, _rows(call(draw, ASKED, 0), "the result of `draw`")),
        "`draw` gives other samples for the same seed. Take all chance from "
        "`np.random.default_rng(seed)`.",
    )
    expect.require(
        not np.allclose(drawn, _rows(call(draw, ASKED, 1), "the result of `draw`")),
        "`draw` gives the same samples for another seed.",
    )
    return _judged(train, test, drawn)


def _rows(value: Any, name: str) -> np.ndarray:
    """Return samples of any shape as rows of numbers."""
    samples = expect.array(value, name=name).astype(float)
    expect.require(
        samples.ndim >= 2, f"{name} has shape `{samples.shape}`; samples lie along the first axis."
    )
    return samples.reshape(len(samples), -1)


def _judged(train: np.ndarray, test: np.ndarray, drawn: np.ndarray) -> str:
    """Say how good a generator is beside noise and beside one Gaussian."""
    beyond = copying(drawn, train, test)
    expect.require(
        beyond < 0.5,
        f"Your draws keep to the training samples: copying is {beyond:.2f} beyond chance, where 1 "
        "is a copier. A generator must be able to draw what it has not seen.",
    )
    spied = copying(drawn, test, train)
    expect.require(
        spied < 0.5,
        f"Your draws keep to the *test* samples: copying of these is {spied:.2f} beyond chance. "
        "`draw` may know `x_train` only.",
    )
    rng = np.random.default_rng(0)
    mean = train.mean(axis=0)
    directions = np.linalg.svd(train - mean, full_matrices=False)
    size = min(MOST_COMPONENTS, len(directions[1]), len(test) // 3)
    components = directions[2][:size]
    deviations = directions[1][:size] / np.sqrt(len(train) - 1)
    bell = rng.standard_normal((len(drawn), size)) * deviations

    def to_test(samples: np.ndarray) -> float:
        return metrics.frechet_distance(
            (samples - mean) @ components.T, (test - mean) @ components.T
        )

    noise = rng.uniform(train.min(axis=0), train.max(axis=0), drawn.shape)
    mine, by_noise, by_bell = to_test(drawn), to_test(noise), to_test(bell @ components + mean)
    expect.require(
        mine < by_noise,
        f"The Fréchet distance of your draws to `x_test` is {mine:.3g}, that of noise within the "
        f"range of each value {by_noise:.3g}. Are the draws in the units of `x_train`? Was the "
        "density fitted to the codes of `x_train`?",
    )
    return (
        f"In {size} principal components, your draws are at a Fréchet distance of {mine:.3g} from "
        f"unseen samples; noise is at {by_noise:.3g}, one Gaussian over the components at "
        f"{by_bell:.3g}. (These features suit the Gaussian.) Copying is {beyond:.2f} beyond "
        "chance, where 1 is a copier."
    )


EXERCISES = (
    Exercise(
        "8.19",
        "Copies in disguise",
        "code",
        check_copying,
        (
            "For each drawn sample find the smallest distance to a known one and to an unseen one.",
            "If nothing was copied, in which share of all cases is the nearest of n + m real "
            "samples one of the n known ones?",
            "With `chance = n / (n + m)`: `(share - chance) / (1 - chance)`.",
        ),
    ),
    Exercise(
        "8.20",
        "The price of novelty",
        "experiment",
        check_novelty,
        (
            "`for step in range(11): print(step / 10, drawn_at(step / 10))` prints all there is.",
            "`best` is where `frechet` is lowest; `free` is the first width with `copying` below "
            "0.1.",
        ),
        seconds=60.0,
    ),
    Exercise(
        "8.21",
        "A generator of your own",
        "own data",
        check_own_generator,
        (
            "Split first. Fit components, or an autoencoder, to `x_train`, and a Gaussian to the "
            "codes of `x_train`.",
            "`draw(count, seed)`: make `rng = np.random.default_rng(seed)`, draw codes as in "
            "exercise 8.17, decode them.",
            "If copying is high, there are too many components or Gaussians for so few samples.",
        ),
    ),
)
