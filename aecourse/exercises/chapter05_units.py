"""Exercises 5.4 and 5.7: asking a unit for the image it likes best, and what the answer means."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise

# --- 5.4: asking a unit --------------------------------------------------------------------------


def maximise(
    w: np.ndarray, b: float, start: np.ndarray, steps: int, rate: float, penalty: float
) -> np.ndarray:
    """Return the image after ``steps`` steps of gradient ascent, within 0 and 1 at each step."""
    x = start.copy()
    for _ in range(steps):
        x = np.clip(x + rate * (_slope(w, b, x) * w - 2 * penalty * x), 0, 1)
    return x


def _slope(w: np.ndarray, b: float, x: np.ndarray) -> float:
    activation = _logistic(float(w @ x) + b)
    return float(activation * (1 - activation))


def _logistic(a: float) -> float:
    return float(1 / (1 + np.exp(-a)))


Gradient = Callable[[np.ndarray, float, np.ndarray, float], np.ndarray]


def _ascent(gradient: Gradient, *, often: bool = True, last: bool = False) -> Callable[..., Any]:
    """Return ``maximise`` with another gradient, cut off after each step, at the end, or never."""

    def made(
        w: np.ndarray, b: float, start: np.ndarray, steps: int, rate: float, penalty: float
    ) -> np.ndarray:
        x = start.copy()
        for _ in range(steps):
            x = x + rate * gradient(w, b, x, penalty)
            x = np.clip(x, 0, 1) if often else x
        return np.clip(x, 0, 1) if last else x

    return made


def _right(w: np.ndarray, b: float, x: np.ndarray, penalty: float) -> np.ndarray:
    return _slope(w, b, x) * w - 2 * penalty * x


def check_maximise(answer: Any) -> str:
    """Exercise 5.4."""
    rng = np.random.default_rng(54)
    cases: list[tuple[Any, ...]] = [
        (np.array([1.0, -1.0, 0.5]), 0.2, np.full(3, 0.5), 1, 0.4, 0.1),
        (np.array([2.0, -1.0, 0.5]), 0.2, np.full(3, 0.5), 3, 0.5, 0.1),
        (rng.normal(size=6), -0.3, rng.random(6), 40, 1.0, 0.05),
    ]
    mistakes: dict[str, Callable[..., Any]] = {
        "The activation falls: you went *down*. Add the gradient.": _ascent(
            lambda w, b, x, p: -_right(w, b, x, p)
        ),
        "The penalty is added to the score, so the image is rewarded for being bright. Its gradient"
        " is to be subtracted.": _ascent(lambda w, b, x, p: _slope(w, b, x) * w + 2 * p * x),
        "There is no penalty in the step.": _ascent(lambda w, b, x, p: _slope(w, b, x) * w),
        "The derivative of a square has a 2.": _ascent(
            lambda w, b, x, p: _slope(w, b, x) * w - p * x
        ),
        "The slope of the logistic function is missing: you climb the sum, not the activation.": (
            _ascent(lambda w, b, x, p: w - 2 * p * x)
        ),
        "In place of the slope, h(1 − h), stands the activation h.": _ascent(
            lambda w, b, x, p: _logistic(float(w @ x) + b) * w - 2 * p * x
        ),
        "The penalty is the same for every pixel. The gradient of a sum of squares has an entry "
        "for each pixel.": _ascent(lambda w, b, x, p: _slope(w, b, x) * w - 2 * p * np.sum(x**2)),
        "The pixels are cut off at the end only. They must be within 0 and 1 after *each* step, or "
        "the next gradient is that of an image that cannot be.": _ascent(
            _right, often=False, last=True
        ),
        "Pixels have left the range from 0 to 1. Cut them off after each step.": _ascent(
            _right, often=False
        ),
        "That is one step. Repeat it.": lambda w, b, x, n, r, p: maximise(w, b, x, 1, r, p),
    }
    expect.function(answer, maximise, cases, mistakes=mistakes)
    return (
        "This is training turned round: the weights stand still and the image moves. A layer more "
        "and the chain rule goes on; the idea stays."
    )


# --- 5.7: what a unit says -----------------------------------------------------------------------

WARRANTED = ("a", "e", "f")
REASONS = {
    "a": "this is what a traversal does: one unit is moved, the others stay, the decoder draws.",
    "b": "the nine strongest say nothing about the thousands in the middle. Nor do they say that "
    "other sevens excite the unit.",
    "c": "nobody asked the encoder about such images in training, so that it answers wildly there "
    "says nothing about digits.",
    "d": "another seed starts elsewhere and distributes the work among the units in another way.",
    "e": "rotation and its inverse cancel, so the loss is the same; but unit 3 is now a mixture of "
    "all the old ones. The loss does not care for single units.",
    "f": "weak and middling answers are answers too. A unit that likes sevens best may like nines "
    "nearly as much.",
}


def check_unit_reading(answer: Any) -> str:
    """Exercise 5.7."""
    expect.choices(answer, WARRANTED, REASONS)
    return (
        "Each of the three questions gets an answer about *this* model, on the inputs it was asked "
        "about. Who wants units that mean something must ask for it in the loss, as the sparse "
        "variants of Chapter 3 do."
    )


EXERCISES = (
    Exercise(
        "5.4",
        "Asking a unit",
        "code",
        check_maximise,
        (
            "The slope of the logistic function is `h * (1 - h)`, so the gradient of the unit is "
            "`h * (1 - h) * w`. That of the penalty is `2 * penalty * x`.",
            "One step is `x = np.clip(x + rate * gradient, 0, 1)`. Compute the gradient anew at "
            "each step.",
        ),
    ),
    Exercise(
        "5.7",
        "What a unit says",
        "prediction",
        check_unit_reading,
        (
            "For each sentence ask: was this *measured*, or is it a guess about images, seeds or "
            "models that nobody looked at?",
            "What does the loss of an autoencoder say about a single unit?",
            "Three of the six follow.",
        ),
    ),
)
