"""Exercises 8.15 to 8.18: distances of distributions, noise, draws, the hidden half."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse import metrics
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 8.15: two clouds ----------------------------------------------------------------------------


def _parts(a: np.ndarray, b: np.ndarray) -> tuple[float, float, float]:
    """Return the squared distance of the means, the sum of all variances, and the shared root."""
    means = float(np.square(a.mean(axis=0) - b.mean(axis=0)).sum())
    spread = float(np.trace(np.cov(a.T)) + np.trace(np.cov(b.T)))
    return means, spread, (means + spread - metrics.frechet_distance(a, b)) / 2


def _root_of_entries(a: np.ndarray, b: np.ndarray) -> float:
    means, spread, _ = _parts(a, b)
    return means + spread - 2 * float(np.trace(np.sqrt(np.abs(np.cov(a.T) @ np.cov(b.T)))))


def _half_of_the_product(a: np.ndarray, b: np.ndarray) -> float:
    means, spread, _ = _parts(a, b)
    values = np.linalg.eigvalsh(np.cov(a.T) @ np.cov(b.T))
    return means + spread - 2 * float(np.sqrt(values.clip(min=0)).sum())


def _rows_as_features(a: np.ndarray, b: np.ndarray) -> float:
    of_a, of_b = np.cov(a), np.cov(b)
    roots = np.sqrt(np.linalg.eigvals(of_a @ of_b).real.clip(min=0))
    return _parts(a, b)[0] + float(np.trace(of_a) + np.trace(of_b) - 2 * roots.sum())


def _product_of_roots(a: np.ndarray, b: np.ndarray) -> float:
    means, spread, _ = _parts(a, b)
    return means + spread - 2 * float(np.trace(_root(np.cov(a.T)) @ _root(np.cov(b.T))))


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric root of a covariance."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(np.sqrt(values.clip(min=0))) @ vectors.T


def _diagonals(a: np.ndarray, b: np.ndarray) -> float:
    deviations = a.std(axis=0, ddof=1) - b.std(axis=0, ddof=1)
    return _parts(a, b)[0] + float(np.square(deviations).sum())


def _with_n(a: np.ndarray, b: np.ndarray) -> float:
    """Return the distance with covariances that are means over n."""
    means, spread, root = _parts(a, b)
    share = (len(a) - 1) / len(a)
    return means + share * spread - 2 * share * root


def check_frechet(answer: Any) -> str:
    """Exercise 8.15."""
    rng = np.random.default_rng(815)
    cases = []
    for rows, features in [(30, 2), (50, 4)]:
        a, b = (
            rng.normal(size=(rows, features)) @ rng.normal(size=(features, features))
            for _ in range(2)
        )
        cases.append((a, b + 1.5))
    mistakes: dict[str, Callable[..., Any]] = {
        "The distance of the means enters by its *square*.": lambda a, b: (
            metrics.frechet_distance(a, b) - _parts(a, b)[0] + _parts(a, b)[0] ** 0.5
        ),
        "That is the distance of the means alone. Two clouds with one centre can differ in how far "
        "they spread: the other three terms.": lambda a, b: _parts(a, b)[0],
        "The distance of the means is missing.": lambda a, b: (
            metrics.frechet_distance(a, b) - _parts(a, b)[0]
        ),
        "The root term enters twice: it has a factor of 2.": lambda a, b: (
            metrics.frechet_distance(a, b) + _parts(a, b)[2]
        ),
        "The sign of the root term is wrong: for equal samples the distance must be 0.": (
            lambda a, b: metrics.frechet_distance(a, b) + 4 * _parts(a, b)[2]
        ),
        "`np.sqrt` takes the root of each entry. The root of a *matrix* is asked for, or the sum "
        "of the roots of the eigenvalues of the product: `np.linalg.eigvals`.": _root_of_entries,
        "The eigenvalues of the product are added up as they are. Take their roots first.": (
            lambda a, b: (
                _parts(a, b)[0] + _parts(a, b)[1] - 2 * float(np.trace(np.cov(a.T) @ np.cov(b.T)))
            )
        ),
        "That is the root of the distance. In this course, as in most papers, it stays squared.": (
            lambda a, b: metrics.frechet_distance(a, b) ** 0.5
        ),
        "The covariances divide by n; here they divide by n − 1, as `np.cov` does.": _with_n,
        "The product of two covariances is no symmetric matrix, and `eigvalsh` looks at one half "
        "of it only. Take `np.linalg.eigvals`.": _half_of_the_product,
        "`np.cov` takes each *row* for a feature, and here features are columns: `np.cov(a.T)`.": (
            _rows_as_features
        ),
        "The roots of the two covariances were multiplied. What is asked for is the root of their "
        "product, which is another matrix unless both have the same directions.": (
            _product_of_roots
        ),
        "Only variances were compared, as if the features did not hang together. The covariances "
        "have more entries than the diagonal.": _diagonals,
        "`a.mean()` is the mean over everything. Each feature has its own: `axis=0`.": (
            lambda a, b: (
                metrics.frechet_distance(a, b) - _parts(a, b)[0] + float((a.mean() - b.mean()) ** 2)
            )
        ),
    }
    expect.function(answer, metrics.frechet_distance, cases, tolerance=1e-6, mistakes=mistakes)
    same = cases[0][0]
    at_itself = expect.single(call(answer, same, same.copy()), name="the distance of equal samples")
    expect.require(
        abs(at_itself) < 1e-6,
        f"Two equal samples are at distance {at_itself:g}; it must be 0.",
    )
    return (
        "Means and covariances, nothing more: two clouds of different shape can be at distance 0, "
        "if these agree. And the features decide what can be seen at all."
    )


# --- 8.16: noise of what shape? ------------------------------------------------------------------

SIDE, CHANNELS, FILTERS = 128, 3, 32
WINDOW = 6  # a window of 3, one more for the first pooling, two more for the second
IN_RANGE = 0.34134  # of a standard normal value, between 0 and 1


def check_noise(answer: Any) -> str:
    """Exercise 8.16."""
    given = expect.mapping(answer, ["code_numbers", "share", "window", "in_range"])
    code, image = (SIDE // 4) ** 2 * FILTERS, SIDE**2 * CHANNELS
    expect.number(
        given["code_numbers"],
        code,
        name="`code_numbers`",
        mistakes={
            "`code_numbers` counts one map; there are 32 of them.": (SIDE // 4) ** 2,
            "`code_numbers` has one pooling too few: the side is halved twice.": (
                (SIDE // 2) ** 2 * FILTERS
            ),
            "`code_numbers` leaves the poolings out: each halves height and width.": (
                SIDE**2 * FILTERS
            ),
            "`code_numbers` has the image's 3 channels; the convolution has made 32 of them.": (
                (SIDE // 4) ** 2 * CHANNELS
            ),
        },
    )
    expect.number(
        given["share"],
        code / image,
        within=0.005,
        name="`share`",
        mistakes={
            "`share` forgets that the image has three channels.": code / SIDE**2,
            "`share` is upside down: the code's numbers, divided by the image's.": image / code,
        },
    )
    expect.number(
        given["window"],
        WINDOW,
        name="`window`",
        mistakes={
            "`window` is that of the convolution alone. A pooled value looks at several places of "
            "the convolution's output.": 3,
            "`window` has the first pooling only. After it, a step to the neighbour is two pixels "
            "wide.": 4,
            "`window`: the second pooling adds a neighbour that is *two* pixels away, as the image "
            "has been halved once.": 5,
            "`window`: four places of the convolution's output in a row, three pixels each, would "
            "be twelve if they lay side by side. But their windows overlap.": 12,
            "`window`: one vector does not see the whole image; there is no dense layer.": SIDE,
        },
    )
    expect.number(
        given["in_range"],
        IN_RANGE,
        within=0.01,
        name="`in_range`",
        mistakes={
            "`in_range` is the share between −1 and 1. Pixels have no negative values.": 0.6827,
            "`in_range` is the share above 0. Some of those values are above 1.": 0.5,
            "`in_range` is the share above 1.": 0.1587,
        },
    )
    return (
        "Two thirds of the image's numbers, and each vector sees six pixels: this is a copying "
        "machine for small patches. What it is fed comes out again. Noise goes in, noise comes out."
    )


# --- 8.17: a broken bell -------------------------------------------------------------------------

DRAWN = 40_000


def fitted(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the covariance of codes."""
    return codes.mean(axis=0), np.cov(codes.T)


def check_draws(answer: Any) -> str:
    """Exercise 8.17."""
    encode, decode, train, test = _situation()
    mean, covariance = fitted(encode(train))
    given = (encode, decode, train, test, DRAWN)
    drawn = call(answer, *given, np.random.default_rng(1))
    drawn = expect.array(drawn, shape=(DRAWN, len(mean)), name="the result of `sample`")
    expect.require(
        np.array_equal(drawn, call(answer, *given, np.random.default_rng(1))),
        "Two generators with the same seed give different draws. Draw from the `rng` that is "
        "handed over.",
    )
    expect.require(
        not np.array_equal(drawn, call(answer, *given, np.random.default_rng(2))),
        "Two generators with different seeds give the same draws. Draw from the `rng` that is "
        "handed over.",
    )
    codes = (drawn - _SHIFT) / 2  # what was decoded
    _explain_mean(codes, mean, encode, train, test)
    _explain_covariance(np.cov(codes.T), mean, covariance, encode, train, test)
    standard = np.linalg.solve(np.linalg.cholesky(covariance), (codes - mean).T)
    expect.require(
        abs((standard**4).mean() - 3) < 0.15,
        "Mean and covariance are right, but the draws are not normal: take "
        "`rng.standard_normal`, not numbers that are spread evenly.",
    )
    return (
        "The codes' own mean and covariance, from training images alone, and noise times a *root* "
        "of the covariance. That is all that a plain autoencoder lacked to become a generator."
    )


_SHIFT = 0.5


def _situation() -> tuple[Callable[..., Any], Callable[..., Any], np.ndarray, np.ndarray]:
    """Return an encoder, a decoder whose codes can be read off, and images in two parts."""
    rng = np.random.default_rng(817)
    turn = 3 * np.linalg.qr(rng.normal(size=(6, 3)))[0]
    mixing = np.array([[1.5, 0.9, -0.5], [0.0, 0.6, 0.2], [0.0, 0.0, 0.3]])

    def encode(x: np.ndarray) -> np.ndarray:
        z = np.asarray(x) @ turn
        return z @ mixing + [5.0, -1, 2]

    def decode(z: np.ndarray) -> np.ndarray:
        return 2 * np.asarray(z) + _SHIFT

    return encode, decode, rng.random((300, 6)), rng.random((200, 6)) + 0.6


def _explain_mean(
    codes: np.ndarray,
    mean: np.ndarray,
    encode: Callable[..., Any],
    train: np.ndarray,
    test: np.ndarray,
) -> None:
    """Say what is wrong with where the draws lie, if anything."""
    found = codes.mean(axis=0)
    # The draws' own mean is uncertain by their spread over the root of their number.
    near = 5 * codes.std(axis=0) / np.sqrt(len(codes)) + 1e-9
    if (np.abs(found - mean) <= near).all():
        return
    both = encode(np.concatenate([train, test])).mean(axis=0)
    known = {
        "The draws lie around the mean of training *and* test images. The test images must have no "
        "say in what is drawn: fit to `x_train` alone.": both,
        "The draws lie around the mean of the test images. Fit to `x_train`.": encode(test).mean(
            axis=0
        ),
        "All numbers of a code have one mean: `codes.mean()` is the mean over everything. Each "
        "number has its own: `axis=0`.": np.full(len(mean), encode(train).mean()),
        "The draws lie around 0. The mean of the codes is to be added.": np.zeros(len(mean)),
    }
    for message, mistaken in known.items():
        expect.require((np.abs(found - mistaken) > near).any(), message)
    expect.require(
        False,
        "The draws do not lie around the mean of the codes. Is the mean taken over the training "
        "images (`axis=0`)? And has the noise mean 0? `rng.random` lies between 0 and 1.",
    )


def _explain_covariance(
    found: np.ndarray,
    mean: np.ndarray,
    covariance: np.ndarray,
    encode: Callable[..., Any],
    train: np.ndarray,
    test: np.ndarray,
) -> None:
    """Say what is wrong with how the draws spread, if anything."""

    def like(other: np.ndarray) -> bool:
        return bool(np.abs(found - other).max() < 0.04 * np.abs(other).max())

    if like(covariance):
        return
    root = np.linalg.cholesky(covariance)
    known = {
        "The noise is multiplied by the covariance itself. That makes a covariance of its square; "
        "multiply by a root, such as `np.linalg.cholesky`.": covariance @ covariance,
        "The root stands on the wrong side. With noise in rows, it is `noise @ root.T`.": (
            root.T @ root
        ),
        "The numbers of a code are drawn independently of each other: only the deviations are "
        "right. The covariance says which go together.": np.diag(np.diag(covariance)),
        "The noise is not scaled at all.": np.eye(len(mean)),
        "The covariance is that of training *and* test images. Fit to `x_train` alone.": np.cov(
            encode(np.concatenate([train, test])).T
        ),
        "The noise comes from `rng.random`: its variance is 1/12 and not 1.": covariance / 12,
    }
    for message, mistaken in known.items():
        expect.require(not like(mistaken), message)
    expect.require(
        False,
        f"The first number of the draws has variance {found[0, 0]:.3f}, that of the codes "
        f"{covariance[0, 0]:.3f}.",
    )


# --- 8.18: the other half ------------------------------------------------------------------------


def complete(
    x: np.ndarray, visible: np.ndarray, kernel: np.ndarray, bias: np.ndarray, price: float
) -> np.ndarray:
    """Return samples whose hidden values are those of the best code of their visible values."""
    return np.where(visible, x, _rebuilt(x, visible, kernel, bias, price))


def check_completion(answer: Any) -> str:
    """Exercise 8.18."""
    rng = np.random.default_rng(818)
    cases = []
    for rows, values, size in [(1, 4, 1), (5, 10, 3)]:
        kernel, bias = rng.normal(size=(size, values)), rng.normal(size=values)
        visible = np.arange(values) < values // 2
        cases.append((rng.normal(size=(rows, values)), visible, kernel, bias, 0.7))
    mistakes: dict[str, Callable[..., Any]] = {
        "The code was fitted to *all* values, hidden ones included. They are what is looked for: "
        "use the visible columns of `x`, of `W` and of `b` only.": lambda x, v, w, b, p: np.where(
            v, x, _rebuilt(x, np.ones_like(v), w, b, p)
        ),
        "The price is missing: that is the code that fits best, however long it is.": (
            lambda x, v, w, b, p: complete(x, v, w, b, 1e-12)
        ),
        "The price is half of what it should be. It stands before ‖z‖², and the squared error has "
        "no ½ either.": lambda x, v, w, b, p: complete(x, v, w, b, p / 2),
        "The price counts twice. Both squares have the same factor in the derivative.": (
            lambda x, v, w, b, p: complete(x, v, w, b, 2 * p)
        ),
        "`b` was not taken off before the code was fitted.": lambda x, v, w, b, p: np.where(
            v, x, complete(x + b, v, w, b, p)
        ),
        "`b` is missing from what is filled in.": lambda x, v, w, b, p: np.where(
            v, x, complete(x, v, w, b, p) - b
        ),
        "The visible values are those of the decoder. They are known: keep them.": _rebuilt,
        "It is the wrong way round: hidden values are kept and visible ones replaced.": (
            lambda x, v, w, b, p: np.where(v, _rebuilt(x, v, w, b, p), x)
        ),
    }
    expect.function(answer, complete, cases, tolerance=1e-6, mistakes=mistakes)
    return (
        "A linear decoder needs no search: two squares, one linear system. With a network in its "
        "place the same loss goes downhill step by step, and the price is the prior's."
    )


def _rebuilt(
    x: np.ndarray, visible: np.ndarray, kernel: np.ndarray, bias: np.ndarray, price: float
) -> np.ndarray:
    """Return what the decoder makes of the best code, at all places."""
    seen = kernel[:, visible]
    codes = np.linalg.solve(
        seen @ seen.T + price * np.eye(len(kernel)), seen @ (x - bias)[:, visible].T
    ).T
    return codes @ kernel + bias


EXERCISES = (
    Exercise(
        "8.15",
        "Two clouds",
        "code",
        check_frechet,
        (
            "Four terms: the squared distance of the means, the two traces, and twice the trace of "
            "a root. `np.cov(a.T)` is a covariance.",
            "The trace of the root of a matrix is the sum of the roots of its eigenvalues.",
            "`np.sqrt(np.linalg.eigvals(Ca @ Cb).real.clip(0)).sum()`.",
        ),
    ),
    Exercise(
        "8.16",
        "Noise of what shape?",
        "prediction",
        check_noise,
        (
            "128, halved twice, is 32, and there are 32 maps.",
            "For the window go backwards from one value of the code: the last pooling looks at two "
            "places in each direction, each of those at two of the convolution's, each of those at "
            "three pixels. How many different pixels is that?",
            "Four neighbouring places of the convolution's output, each three pixels wide: 4 + 2. "
            "And for the noise: between 0 and 1 lies half of what lies within one standard "
            "deviation, about 68 %.",
        ),
    ),
    Exercise(
        "8.17",
        "A broken bell",
        "bug hunt",
        check_draws,
        (
            "Which images may have a say? Which shape has `codes.mean()`? What numbers does "
            "`rng.random` give?",
            "If noise with covariance 1 is multiplied by a matrix A, its covariance is A Aᵀ. So "
            "which A gives the covariance C?",
            "`codes = encode(x_train)`, `codes.mean(axis=0)`, `rng.standard_normal(...)` and "
            "`noise @ np.linalg.cholesky(covariance).T`.",
        ),
    ),
    Exercise(
        "8.18",
        "The other half",
        "code",
        check_completion,
        (
            "Set the derivative with respect to z to zero, with the visible columns of W only.",
            "`seen = W[:, visible]`; the system is `seen @ seen.T + price * I`.",
            "`z = np.linalg.solve(seen @ seen.T + price * np.eye(k), seen @ (x - b)[:, visible].T)"
            ".T`, then `np.where(visible, x, z @ W + b)`.",
        ),
    ),
)
