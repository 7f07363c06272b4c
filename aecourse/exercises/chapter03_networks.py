"""Exercises 3.9 to 3.12: convolutions and their way back, residual blocks, patches."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 3.9: is the code smaller? -------------------------------------------------------------------


def check_sizes(answer: Any) -> str:
    """Exercise 3.9."""
    given = expect.mapping(answer, ["code_shape", "ratio", "parameters", "dense_parameters"])
    shape = tuple(expect.array(given["code_shape"], shape=(3,), name="`code_shape`").tolist())
    known: dict[tuple[float, ...], str] = {
        (28, 28, 32): "Each convolution has stride 2: it halves height and width.",
        (14, 14, 32): "There are two convolutions of stride 2. Halve twice.",
        (6, 6, 32): "That is without padding. With the padding `same` only the stride makes the "
        "image smaller: 28, 14, 7.",
        (7, 7, 16): "The channels are those of the *last* convolution.",
        (7, 7, 512): "The channels do not multiply: each filter of the second convolution reads "
        "all 16 channels and gives one.",
        (7, 7, 1): "A filter gives one channel; the second convolution has 32 of them.",
        (32, 7, 7): "In this course the channels come last: (height, width, channels).",
    }
    expect.require(
        shape == (7, 7, 32),
        known.get(shape, "`code_shape` is not right. Halve 28 twice, and count the filters."),
    )
    expect.number(
        given["ratio"],
        2.0,
        within=0.01,
        name="`ratio`",
        mistakes={
            "`ratio` counts places only. Each of the 7 × 7 places holds 32 numbers.": 49 / 784,
            "`ratio` is upside down: it is the numbers of the code over those of the image.": 0.5,
            "That is how many numbers the code has. Divide by those of the image.": 1568.0,
        },
    )
    expect.number(
        given["parameters"],
        4800,
        within=0.4,
        name="`parameters`",
        mistakes={
            "The biases are missing from `parameters`: one for each filter.": 4752,
            "In `parameters` a filter of the second convolution has 3 × 3 weights only. It reads "
            "all 16 channels, so it has 3 × 3 × 16.": 480,
            "Those are the weights of the second convolution alone. Add the first.": 4640,
            "`parameters` counts a bias for each weight or channel read; there is one for each "
            "filter.": 144 + 16 + 4608 + 16 * 32,
        },
    )
    expect.number(
        given["dense_parameters"],
        784 * 1568 + 1568,
        within=0.4,
        name="`dense_parameters`",
        mistakes={
            "The biases are missing from `dense_parameters`: one for each unit.": 784 * 1568,
            "The dense layer is to give as many numbers as the convolutions: 1568, not 49.": (
                784 * 49 + 49
            ),
            "The dense layer is to give as many numbers as the convolutions: 1568, not 32.": (
                784 * 32 + 32
            ),
        },
    )
    return (
        "The convolutions have 256 times fewer weights than one dense layer between the same "
        "shapes, because each filter is used at every place. But few weights are not a small code: "
        "this one is twice as large as the image, and nothing in it forbids a plain copy."
    )


# --- 3.10: the way back of a convolution ---------------------------------------------------------


def convolution_matrix(kernel: np.ndarray, length: int, stride: int) -> np.ndarray:
    """Return C such that C @ x is the convolution of x, without padding."""
    places = (length - len(kernel)) // stride + 1
    matrix = np.zeros((places, length))
    for place in range(places):
        matrix[place, place * stride : place * stride + len(kernel)] = kernel
    return matrix


def transposed(y: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Return the transposed convolution of y."""
    length = (len(y) - 1) * stride + len(kernel)
    return convolution_matrix(kernel, length, stride).T @ y


def _overwritten(y: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    result = np.zeros((len(y) - 1) * stride + len(kernel))
    for place, value in enumerate(y):
        result[place * stride : place * stride + len(kernel)] = value * kernel
    return result


def _pseudo_inverse(y: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    length = (len(y) - 1) * stride + len(kernel)
    return np.linalg.pinv(convolution_matrix(kernel, length, stride)) @ y


def _stretched(y: np.ndarray, stride: int) -> np.ndarray:
    result = np.zeros((len(y) - 1) * stride + 1)
    result[::stride] = y
    return result


def check_transposed(answer: Any, transpose: Any) -> str:
    """Exercise 3.10."""
    rng = np.random.default_rng(310)
    sizes = [(3, 7, 2), (2, 8, 2), (4, 11, 3), (3, 6, 1), (3, 8, 2)]
    cases = [(rng.normal(size=size), length, stride) for size, length, stride in sizes]
    mistakes: dict[str, Callable[..., Any]] = {
        "The kernel is flipped. Mathematics flips it, neural networks do not: row i holds it as it "
        "is.": lambda w, n, s: convolution_matrix(w[::-1], n, s),
        "The kernel moves by one place from row to row. With a stride it moves by `stride`.": (
            lambda w, n, s: convolution_matrix(w, n, 1)
        ),
        "That is the transpose: one *row* for each output, one column for each input.": (
            lambda w, n, s: convolution_matrix(w, n, s).T
        ),
    }
    expect.function(answer, convolution_matrix, cases, mistakes=mistakes)
    backward = [
        (rng.normal(size=places), rng.normal(size=size), stride)
        for places, size, stride in [(3, 3, 2), (4, 2, 2), (2, 4, 3), (4, 5, 2)]
    ]
    expect.function(
        transpose,
        transposed,
        backward,
        name="the result of `transposed`",
        mistakes={
            "Where two copies of the kernel overlap, the later one overwrites the earlier. A "
            "transposed matrix *adds*: use `+=`.": _overwritten,
            "The copies of the kernel are flipped.": lambda y, w, s: transposed(y, w[::-1], s),
            "The copies of the kernel lie one place apart; they lie `stride` places apart.": (
                lambda y, w, s: transposed(y, w, 1)
            ),
            "That is the (pseudo-)inverse. *Transposed* is the matrix turned over, not undone: a "
            "transposed convolution does not invert one.": _pseudo_inverse,
            "Each value stands alone between zeros: the kernel has not been laid down yet.": (
                lambda y, w, s: _stretched(y, s)
            ),
        },
    )
    return (
        "Each value lays down a copy of the kernel, `stride` places further on, and overlaps add. "
        "With 3 weights and a stride of 2 every second place gets one more contribution than its "
        "neighbours: in images that is the checkerboard pattern. 4 weights avoid it."
    )


# --- 3.11: a residual block that forgets its input -----------------------------------------------


def relu(a: np.ndarray) -> np.ndarray:
    """Return ``a`` where it is positive and 0 elsewhere."""
    return np.maximum(a, 0.0)


def block(
    x: np.ndarray, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray
) -> np.ndarray:
    """Return x plus what two layers add to it."""
    return x + relu(x @ W1 + b1) @ W2 + b2


def check_block(answer: Any) -> str:
    """Exercise 3.11."""
    rng = np.random.default_rng(311)
    cases = [
        (
            rng.normal(size=(samples, width)),
            rng.normal(size=(width, width)),
            rng.normal(size=width),
            rng.normal(size=(width, width)),
            rng.normal(size=width),
        )
        for samples, width in [(4, 3), (6, 5)]
    ]
    skip = "The skip adds what the first layer made of `x`, not `x` itself: the name is used twice."
    mistakes: dict[str, Callable[..., Any]] = {
        f"{skip} And the ReLU at the end of the branch lets it only add, never take away.": (
            lambda x, W1, b1, W2, b2: relu(x @ W1 + b1) + relu(relu(x @ W1 + b1) @ W2 + b2)
        ),
        f"{skip} With all weights 0 the block gives 0.": lambda x, W1, b1, W2, b2: (
            relu(x @ W1 + b1) + relu(x @ W1 + b1) @ W2 + b2
        ),
        "The skip is right. But the branch ends in a ReLU, so it can only add and never take away: "
        "values grow from block to block. Its last layer has no activation.": (
            lambda x, W1, b1, W2, b2: x + relu(relu(x @ W1 + b1) @ W2 + b2)
        ),
        "The ReLU after the sum cuts off what is negative in `x`. With all weights 0 the block is "
        "then not the identity.": lambda *all_: relu(block(*all_)),
        "There is no skip: `x` itself is never added.": lambda x, *rest: block(x, *rest) - x,
        "No ReLU is left, and two layers without activation are one. It belongs between them.": (
            lambda x, W1, b1, W2, b2: x + (x @ W1 + b1) @ W2 + b2
        ),
        "The branch starts with a ReLU. Such blocks exist (pre-activation) and are good ones; this "
        "one is to be dense, ReLU, dense.": lambda x, W1, b1, W2, b2: (
            x + relu(relu(x) @ W1 + b1) @ W2 + b2
        ),
        "The skip adds `x` twice.": lambda x, *rest: block(x, *rest) + x,
    }
    expect.function(answer, block, cases, mistakes=mistakes)
    return (
        "With all weights 0 it is the identity, so one more block need not make a network worse, "
        "and the gradient has a way past each of them. The listing gave the right shapes and "
        "raised no error: only a known answer, such as this one, shows the bug."
    )


# --- 3.12: patches, and the error on the hidden ones ---------------------------------------------


def patchify(images: np.ndarray, side: int) -> np.ndarray:
    """Return the patches of each image as rows, from left to right and from top to bottom."""
    count, height, width = images.shape
    grid = images.reshape(count, height // side, side, width // side, side)
    return grid.transpose(0, 1, 3, 2, 4).reshape(count, -1, side * side)


def hidden_error(patches: np.ndarray, rebuilt: np.ndarray, hidden: np.ndarray) -> float:
    """Return the squared error summed over the hidden patches and averaged over the images."""
    return float((((patches - rebuilt) ** 2).sum(axis=2) * hidden).sum(axis=1).mean())


def check_masked(answer: Any, hide: Any, hidden_error: Any) -> str:
    """Exercise 3.12."""
    _check_patchify(answer)
    _check_hide(hide)
    _check_hidden_error(hidden_error)
    return (
        "Squares that stay whole, as many hidden in one image as in the next, and an error that "
        "counts only what had to be guessed. For copying what is in sight there is no praise."
    )


def _check_patchify(answer: Any) -> None:
    cases = [
        (np.arange(2 * 4 * 6).reshape(2, 4, 6), 2),
        (np.random.default_rng(312).random((3, 6, 9)), 3),
    ]

    def reordered(images: np.ndarray, side: int, order: tuple[int, ...]) -> np.ndarray:
        count, height, width = images.shape
        grid = images.reshape(count, height // side, side, width // side, side)
        return grid.transpose(order).reshape(count, -1, side * side)

    mistakes: dict[str, Callable[..., Any]] = {
        "A plain `reshape` cuts the image into pieces of its rows, not into squares. Split height "
        "and width each into (number of patches, side), and move the axes.": lambda x, side: (
            x.reshape(len(x), -1, side * side)
        ),
        "The patches run from top to bottom first. Let them run from left to right, row by row.": (
            lambda x, side: reordered(x, side, (0, 3, 1, 2, 4))
        ),
        "The pixels inside a patch are transposed: they run from left to right, row by row.": (
            lambda x, side: reordered(x, side, (0, 1, 3, 4, 2))
        ),
        "The patches are squares still. Make a row of each: `.reshape(n, -1, side * side)`.": (
            lambda x, side: patchify(x, side).reshape(len(x), -1, side, side)
        ),
    }
    expect.function(answer, patchify, cases, mistakes=mistakes)


def _check_hide(answer: Any) -> None:
    for images, patches, share in [(300, 16, 0.75), (300, 49, 0.6)]:
        wanted = round(share * patches)
        rng = np.random.default_rng(312)
        found = call(answer, images, patches, share, rng)
        rows = np.asarray(found)
        expect.require(
            rows.shape != (images, wanted),
            "`hide` gives the numbers of the hidden patches. True or False for each patch is asked "
            "for: start from `np.zeros((n, patches), dtype=bool)`.",
        )
        hidden = expect.array(found, shape=(images, patches), name="the result of `hide`")
        expect.require(
            np.isin(hidden, (0, 1)).all(),
            "The result of `hide` is True where a patch is hidden and False elsewhere.",
        )
        counts = hidden.astype(bool).sum(axis=1)
        expect.require(
            (counts == counts[0]).all(),
            f"In one image {counts.min()} patches are hidden, in another {counts.max()}. Drawing "
            "each by itself does that. Draw a random *order* of the patches, and hide the first.",
        )
        expect.require(
            counts[0] != patches - wanted,
            f"`hide` hides {counts[0]} of {patches} patches; that is how many stay *visible*.",
        )
        expect.require(
            counts[0] == wanted,
            f"`hide` hides {counts[0]} of {patches} patches; `round(share * patches)` is {wanted}.",
        )
        expect.require(
            not (hidden == hidden[0]).all(),
            "The same patches are hidden in every image. Draw anew for each.",
        )
        often = hidden.mean(axis=0)
        expect.require(
            np.abs(often - share).max() < 0.15,
            "Some patches are hidden far more often than others. All orders must be equally "
            "likely.",
        )
        other = call(answer, images, patches, share, np.random.default_rng(313))
        expect.require(
            not np.array_equal(hidden, other),
            "Two generators with different seeds hide the same patches. Draw from the `rng` that "
            "is handed over.",
        )


def _check_hidden_error(answer: Any) -> None:
    rng = np.random.default_rng(314)
    cases = []
    for shape, count in [((4, 6, 3), 4), ((5, 9, 2), 3)]:
        hidden = rng.permuted(np.tile(np.arange(shape[1]) < count, (shape[0], 1)), axis=1)
        cases.append((rng.random(shape), rng.random(shape), hidden))

    def mean_over_values(x: np.ndarray, y: np.ndarray, hidden: np.ndarray) -> float:
        return float(((x - y)[hidden] ** 2).mean())

    mistakes: dict[str, Callable[..., Any]] = {
        "The error counts all patches. Those in sight can be copied; only the hidden ones must be "
        "guessed.": lambda x, y, hidden: hidden_error(x, y, np.ones_like(hidden)),
        "The error counts the *visible* patches.": lambda x, y, hidden: hidden_error(x, y, ~hidden),
        "That is the mean over the hidden values. The loss of this course sums over the values of "
        "an image and averages over images only.": mean_over_values,
        "You averaged over the values of a patch. Sum over them, as over the hidden patches.": (
            lambda x, y, hidden: hidden_error(x, y, hidden) / x.shape[2]
        ),
        "You averaged over the hidden patches. Sum over them, and average over images only.": (
            lambda x, y, hidden: mean_over_values(x, y, hidden) * x.shape[2]
        ),
        "You scaled the error up to the whole image, as `MaskedAutoencoder` does. Here the plain "
        "sum over the hidden patches is asked for.": lambda x, y, hidden: (
            hidden_error(x, y, hidden) / hidden.mean()
        ),
        "You averaged over all values, hidden or not.": lambda x, y, hidden: (
            hidden_error(x, y, hidden) / (x.shape[1] * x.shape[2])
        ),
        "You added up all images. Average over them, or the loss grows with the size of the "
        "batch.": lambda x, y, hidden: hidden_error(x, y, hidden) * len(x),
        "That is one number for each image. Average over them.": lambda x, y, hidden: (
            ((x - y) ** 2).sum(axis=2) * hidden
        ).sum(axis=1),
    }
    expect.function(
        answer, hidden_error, cases, name="the result of `hidden_error`", mistakes=mistakes
    )


EXERCISES = (
    Exercise(
        "3.9",
        "Is the code smaller?",
        "prediction",
        check_sizes,
        (
            "With the padding `same`, stride 2 halves height and width. The number of channels is "
            "the number of filters.",
            "The code has height × width × channels numbers; the image has 28 × 28 × 1.",
            "A filter has 3 × 3 × (channels it reads) weights and one bias. A dense layer has "
            "inputs × units weights and one bias for each unit.",
        ),
    ),
    Exercise(
        "3.10",
        "The way back of a convolution",
        "code",
        check_transposed,
        (
            "Row i of the matrix holds the kernel in columns i · stride to i · stride + k − 1, and "
            "zeros elsewhere. How many rows fit into `length` columns?",
            "The transposed matrix times y: value i of y lays a copy of the kernel, times y[i], at "
            "places i · stride and following. Overlaps add.",
            "The result has (len(y) − 1) · stride + k places. Either build the matrix for that "
            "length and take `.T @ y`, or write the loop with `+=`.",
        ),
    ),
    Exercise(
        "3.11",
        "A block that forgets its input",
        "bug hunt",
        check_block,
        (
            "Put all weights and biases to 0. What should come out, and what does?",
            "There are two bugs. What does the name `x` stand for in the last line? And can `h` "
            "be negative?",
            "Give the first layer's output a name of its own, and let the second layer end without "
            "ReLU.",
        ),
    ),
    Exercise(
        "3.12",
        "Patches to be guessed",
        "code",
        check_masked,
        (
            "`images.reshape(n, rows, side, columns, side)` splits both sides of the images. Which "
            "two axes belong to the inside of a patch?",
            "Move them to the end with `.transpose(0, 1, 3, 2, 4)` before the last `reshape`.",
            "`rng.random((n, patches)).argsort(axis=1)` is a random order for each image. Or let "
            "`rng.permuted(rows, axis=1)` shuffle rows that have the right number of True.",
            "`hidden[:, :, None]` fits the error of every value: 1 where it counts, 0 where not.",
        ),
    ),
)
