"""Exercises 3.3 to 3.7: codes that are drawn, weighed against the error, or chosen from a list."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from aecourse.checks import real
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 3.3: a distribution and a draw from it ------------------------------------------------------

MANY = 20_000  # samples, so that a standard deviation is known to half a per cent
LOG_VARIANCES = np.array([-2.0, 0.5, 1.5])


def kl_divergence(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """Return KL(N(mean, variance) || N(0, I)) of each sample, in nats."""
    return 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1)


def check_kl_and_draw(answer: Any, draw: Any) -> str:
    """Exercise 3.3."""
    rng = np.random.default_rng(33)
    cases = [(rng.normal(size=(n, k)), rng.normal(size=(n, k))) for n, k in [(2, 3), (5, 2)]]
    mistakes: dict[str, Callable[..., Any]] = {
        "You averaged over the dimensions of the code. The convention of this course is their "
        "*sum*; the mean makes the term weaker the larger the code is.": lambda m, v: (
            kl_divergence(m, v) / m.shape[1]
        ),
        "That is the average over everything, samples and dimensions. Sum along `axis=1` and leave "
        "the samples apart.": lambda m, v: kl_divergence(m, v).mean() / m.shape[1],
        "That is the average over the batch. Here one number is asked for each sample: sum along "
        "`axis=1` and stop.": lambda m, v: kl_divergence(m, v).mean(),
        "You added up the whole batch. One number is asked for each sample: sum along `axis=1`.": (
            lambda m, v: kl_divergence(m, v).sum()
        ),
        "The sign is wrong. A KL divergence is never negative.": lambda m, v: -kl_divergence(m, v),
        "The factor ½ is missing.": lambda m, v: 2 * kl_divergence(m, v),
        "That is in bits, from the logarithm to base 2. Nats need the natural logarithm.": (
            lambda m, v: kl_divergence(m, v) / np.log(2)
        ),
        "You took `log_variance` for the logarithm of the standard deviation. The variance is "
        "exp(log_variance) as it stands.": lambda m, v: kl_divergence(m, 2 * v),
        "The −1 is missing. At mean 0 and variance 1 the divergence must be 0.": lambda m, v: (
            kl_divergence(m, v) + m.shape[1] / 2
        ),
        "The squared mean is missing, so a code may lie anywhere for free.": lambda m, v: (
            kl_divergence(0 * m, v)
        ),
        "That is one number for each dimension. Add them up along `axis=1`.": lambda m, v: (
            0.5 * (m**2 + np.exp(v) - v - 1)
        ),
    }
    expect.function(answer, kl_divergence, cases, mistakes=mistakes)
    mean, log_variance = _posterior(rng)
    z = call(draw, mean, log_variance, np.random.default_rng(1))
    z = expect.array(z, shape=mean.shape, name="the draw")
    _explain_draw(z, mean, log_variance)
    expect.require(
        not np.array_equal(z, call(draw, mean, log_variance, np.random.default_rng(2))),
        "Two generators with different seeds give the same draw. Draw from the `rng` that is "
        "handed over.",
    )
    shifted = call(draw, mean + 1, log_variance, np.random.default_rng(1))
    expect.require(
        np.allclose(shifted, z + 1),
        "With the same `rng`, a mean that is larger by 1 must give a draw that is larger by 1. "
        "Only then does a gradient reach the mean through the draw.",
    )
    return (
        "The divergence is a sum over dimensions, and 0 only for the prior itself. The draw is the "
        "mean plus scaled noise, so gradients reach both mean and variance; the noise is mere "
        "input."
    )


def _posterior(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return means and log variances of many samples; each dimension has one variance."""
    mean = rng.normal(size=(MANY, len(LOG_VARIANCES)))
    return mean, np.tile(LOG_VARIANCES, (MANY, 1))


def _explain_draw(z: np.ndarray, mean: np.ndarray, log_variance: np.ndarray) -> None:
    """Say what is wrong with draws from normal distributions, if anything."""
    noise = (z - mean) / np.exp(0.5 * log_variance)
    expect.require(
        np.abs(noise).max() > 1e-9, "The draw is the mean itself: there is no noise in it."
    )
    expect.require(
        np.ptp(noise, axis=0).max() > 1e-9,
        "All samples of the batch share one noise vector. Each needs its own: draw an array of the "
        "shape of the mean.",
    )
    expect.require(
        np.corrcoef(noise.T)[0, 1] < 0.99,
        "All dimensions of a code share one random number, so the draws lie on a line. Draw an "
        "array of the shape of the mean.",
    )
    centre = noise.mean(axis=0)
    expect.require(
        np.abs(centre).max() < 0.05,
        f"The draws do not lie around the mean: the noise has mean {centre[0]:.2f}. It must come "
        "from a normal distribution with mean 0: `rng.standard_normal`.",
    )
    found, right = (z - mean).std(axis=0), np.exp(0.5 * log_variance[0])
    if np.allclose(found, right, rtol=0.03):
        return
    known = {
        "The noise is multiplied by the *variance*, exp(log σ²). A draw needs the standard "
        "deviation σ = exp(½ log σ²).": right**2,
        "The noise is not scaled: each draw has standard deviation 1, whatever the encoder says.": (
            np.ones_like(right)
        ),
        "The noise is multiplied by the *logarithm* of the variance. A draw needs the standard "
        "deviation σ = exp(½ log σ²).": np.abs(log_variance[0]),
    }
    for message, mistaken in known.items():
        expect.require(not np.allclose(found, mistaken, rtol=0.03), message)
    expect.require(
        False,
        f"Where `log_variance` is {log_variance[0, 0]:g}, your draws have standard deviation "
        f"{found[0]:.3f}; {right[0]:.3f} was expected.",
    )


# --- 3.4: what does that weight mean? ------------------------------------------------------------

PIXELS, CODE_SIZE = 784, 20
SQUARED_ERROR, NATS = 31.36, 12.0


def check_weight(answer: Any) -> str:
    """Exercise 3.4."""
    given = expect.mapping(answer, ["its_loss", "our_loss", "beta", "weight"])
    error, kl = SQUARED_ERROR / PIXELS, NATS / CODE_SIZE
    expect.number(
        given["its_loss"],
        error + kl,
        within=0.005,
        name="`its_loss`",
        mistakes={
            "`its_loss` has the two sums. This implementation divides each by a number first.": (
                SQUARED_ERROR + NATS
            ),
            "In `its_loss` the KL divergence is a sum still. It is averaged over the 20 "
            "dimensions.": error + NATS,
            "In `its_loss` the squared error is a sum still. It is averaged over the 784 pixels.": (
                SQUARED_ERROR + kl
            ),
            "In `its_loss` both are divided by 784. The KL divergence is averaged over the 20 "
            "dimensions of the code.": error + NATS / PIXELS,
        },
    )
    expect.number(
        given["our_loss"],
        SQUARED_ERROR + NATS,
        within=0.005,
        name="`our_loss`",
        mistakes={
            "`our_loss` has the two averages. The loss of this course has sums.": error + kl,
        },
    )
    beta = PIXELS / CODE_SIZE
    expect.number(
        given["beta"],
        beta,
        within=0.05,
        name="`beta`",
        mistakes={
            "1 is what the listing says. Multiply its loss by 784, which changes no minimum: what "
            "then stands before the summed KL divergence?": 1.0,
            "Upside down: the squared error is divided by far more than the KL divergence, so the "
            "latter counts for *more*.": 1 / beta,
            "You multiplied by 784 but left out that the KL divergence had been divided by 20.": (
                PIXELS
            ),
            "You multiplied by 20. That leaves the squared error divided by 784 / 20; multiply by "
            "784 to get it whole.": CODE_SIZE,
        },
    )
    expect.number(
        given["weight"],
        1 / beta,
        within=0.0005,
        name="`weight`",
        mistakes={
            "`weight` must bring its KL divergence *down*, not further up.": beta,
            "A weight of 1 is what it has now, and that is not β = 1.": 1.0,
            "You took off the division by 784 but not that by 20.": 1 / PIXELS,
        },
    )
    noise = np.sqrt(beta / 2)
    return (
        f"Weight 1 there is β = {beta:.1f} here. With a Gaussian decoder of deviation σ, β is 2σ²: "
        f"it trains as if pixels between 0 and 1 carried noise of deviation {noise:.1f}. No wonder "
        "if its pictures are a blur."
    )


# --- 3.5: a variational loss with three bugs -----------------------------------------------------


def check_loss(answer: Any) -> str:
    """Exercise 3.5."""
    expect.answered(answer)
    rng = np.random.default_rng(35)
    mean, log_variance = _posterior(rng)
    x, weights = rng.normal(size=(MANY, 5)), rng.normal(size=(mean.shape[1], 5))
    decoded: list[np.ndarray] = []

    def encode(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return mean.copy(), log_variance.copy()

    def decode(codes: np.ndarray) -> np.ndarray:
        decoded.append(expect.array(codes, shape=mean.shape, name="what `decode` was given"))
        return codes @ weights

    value = call(answer, x, encode, decode, np.random.default_rng(1))
    expect.require(
        len(decoded) == 1,
        f"`decode` was called {len(decoded)} times; decode one draw for each sample, all in one "
        "call.",
    )
    _explain_draw(decoded[0], mean, log_variance)
    error = float(((x - decoded[0] @ weights) ** 2).sum(axis=1).mean())
    kl = float(kl_divergence(mean, log_variance).mean())
    expect.close(
        value,
        error + kl,
        name="the loss",
        mistakes={
            "The KL divergence is averaged over the dimensions of the code, while the error is a "
            "sum. That makes it the weaker the larger the code is: sum along `axis=1`, then "
            "average over the batch.": error + kl / mean.shape[1],
            "The KL divergence has the wrong sign, so training drives the posterior *away* from "
            "the prior.": error - kl,
            "The KL divergence is added up over the batch. Average over the samples, as for the "
            "error.": error + kl * MANY,
            "The loss is one number for each sample still. Average over the batch.": (
                ((x - decoded[0] @ weights) ** 2).sum(axis=1) + kl_divergence(mean, log_variance)
            ),
            "The KL divergence is missing: nothing draws the posterior to the prior.": error,
            "Now the error is averaged over its values as well. It was right in the listing: a sum "
            "along `axis=1`.": error / x.shape[1] + kl,
            "Both terms are averages over their values now. They agree with each other no better "
            "than before: sum both along `axis=1`.": error / x.shape[1] + kl / mean.shape[1],
        },
    )
    return (
        "The encoder gives a distribution, the draw stands between the halves, and the decoder "
        "only decodes. None of the three bugs raises an error or makes the loss look odd."
    )


# --- 3.6: the nearest of a list ------------------------------------------------------------------


def nearest(z: np.ndarray, codebook: np.ndarray) -> np.ndarray:
    """Return the index of the codebook's row nearest to each row of ``z``."""
    return _distances(z, codebook).argmin(axis=1)


def _distances(z: np.ndarray, codebook: np.ndarray) -> np.ndarray:
    return ((z[:, None, :] - codebook[None, :, :]) ** 2).sum(axis=2)


def perplexity(indices: np.ndarray, size: int) -> float:
    """Return exp of the entropy of how often each of ``size`` indices is used."""
    share = np.bincount(indices, minlength=size) / len(indices)
    used = share[share > 0]
    return float(np.exp(-(used * np.log(used)).sum()))


def check_codebook(answer: Any, gradient: Any, perplexity: Any) -> str:
    """Exercise 3.6."""
    rng = np.random.default_rng(36)
    _check_nearest(answer, rng)
    _check_straight_through(gradient, rng)
    _check_perplexity(perplexity)
    return (
        "The decoder's gradient goes to the encoder as if nothing stood between them: not the true "
        "gradient, which is 0 nearly everywhere, but one that works. The commitment keeps the two "
        "ends of that bridge close, and the perplexity tells how much of the list is alive."
    )


def _check_nearest(answer: Any, rng: np.random.Generator) -> None:
    # Rows of very different length: a scalar product prefers the long ones.
    lengths = np.array([[0.3], [1.0], [2.5], [5.0]])
    cases = [(rng.normal(size=(9, 2)), rng.normal(size=(4, 2)) * lengths) for _ in range(2)]
    mistakes: dict[str, Callable[..., Any]] = {
        "You took the largest scalar product. That prefers long vectors; the nearest one has the "
        "smallest squared distance.": lambda z, e: (z @ e.T).argmax(axis=1),
        "You took the smallest scalar product. The nearest vector has the smallest squared "
        "*distance*.": lambda z, e: (z @ e.T).argmin(axis=1),
        "That is the *farthest* vector: take `argmin` of the distances.": lambda z, e: _distances(
            z, e
        ).argmax(axis=1),
        "For each vector of the codebook you found the nearest `z`. It is asked the other way "
        "round: the minimum runs along the axis of the codebook.": lambda z, e: _distances(
            z, e
        ).argmin(axis=0),
        "Those are the vectors. Return their indices, whole numbers of shape `(n,)`.": (
            lambda z, e: e[nearest(z, e)]
        ),
        "Those are distances. Return where the smallest one is: `argmin`.": lambda z, e: _distances(
            z, e
        ).min(axis=1),
    }
    expect.function(answer, nearest, cases, name="the result of `nearest`", mistakes=mistakes)


def _check_straight_through(gradient: Any, rng: np.random.Generator) -> None:
    z, quantised, dq = (rng.normal(size=(6, 3)) for _ in range(3))
    commitment = 0.25
    pull = 2 * commitment * (z - quantised) / len(z)
    expect.close(
        call(gradient, z, quantised, dq, commitment),
        dq + pull,
        name="the gradient",
        mistakes={
            "Only the decoder's gradient is there. The commitment depends on `z` too: it pulls `z` "
            "towards its vector.": dq,
            "Nothing comes from the decoder, so the encoder would learn nothing about the "
            "reconstruction. Hand `dq` straight through and add.": pull,
            "The commitment pushes `z` *away* from its vector: the sign is wrong.": dq - pull,
            "The commitment lacks the factor 1/n: it is averaged over the batch. `dq` has that "
            "factor already.": dq + pull * len(z),
            "The commitment lacks the factor 2 of a square's derivative.": dq + pull / 2,
            "The weight `commitment` is missing.": dq + pull / commitment,
            "`dq` is divided by n once more. The factor 1/n is in it already.": dq / len(z) + pull,
        },
    )


def _check_perplexity(answer: Any) -> None:
    def entropy(indices: np.ndarray, size: int) -> float:
        return float(np.log(perplexity(indices, size)))

    cases = [
        (np.array([0, 0, 0, 1, 2, 2, 1, 0]), 3),
        (np.array([4, 4, 4, 4]), 6),
        (np.array([0, 1, 1, 3, 3, 3]), 5),
    ]
    mistakes: dict[str, Callable[..., Any]] = {
        "That is the entropy. The perplexity is its exponential.": entropy,
        "That is the entropy in bits. The perplexity is exp of the entropy in nats.": (
            lambda indices, size: entropy(indices, size) / np.log(2)
        ),
        "Base and logarithm do not belong together: exp goes with the natural logarithm, 2 to the "
        "power with log2.": lambda indices, size: np.exp(entropy(indices, size) / np.log(2)),
        "Base and logarithm do not belong together: 2 to the power goes with log2, exp with the "
        "natural logarithm.": lambda indices, size: 2 ** entropy(indices, size),
        "You counted how many vectors are used at all. Perplexity also sees how evenly: rare ones "
        "count for less.": lambda indices, size: len(np.unique(indices)),
        "The sign in the exponent is wrong: an entropy is never negative.": lambda indices, size: (
            1 / perplexity(indices, size)
        ),
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        for indices, size in cases:
            value = np.asarray(call(answer, indices, size), dtype=float)
            expect.require(
                np.isfinite(value).all() or len(np.unique(indices)) == size,
                "With a vector that is never used, 0 · ln 0 is not a number. Leave such vectors "
                "out of the sum.",
            )
            expect.close(
                value,
                perplexity(indices, size),
                name="the perplexity",
                mistakes={text: wrong(indices, size) for text, wrong in mistakes.items()},
            )


# --- 3.7: what a larger β switches off -----------------------------------------------------------

DIMENSIONS = 8
ACTIVE = 0.01  # nats; a dimension that carries less is counted as unused
TO_KEEP = 6


@cache
def _variances() -> np.ndarray:
    """Return the variance of small digits along their first principal axes, largest first."""
    from sklearn.datasets import load_digits

    x = load_digits().data / 16.0
    return np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1][:DIMENSIONS]


def divergences(beta: float) -> np.ndarray:
    """Return the KL divergence of each dimension of the best linear VAE on small digits, in nats.

    Encoder and decoder are linear, the code has eight dimensions, and the loss is the squared error
    plus ``beta`` times the KL divergence, each a sum averaged over the digits. The best weights are
    known in closed form, so nothing has to be trained.

    Raises
    ------
    InputError
        If ``beta`` is not a number above 0.

    References
    ----------
    Lucas et al. (2019).
    """
    # With σ² = β / 2 this is probabilistic PCA. An axis of variance λ has a posterior of variance
    # σ² / λ, or the prior's where λ is below σ².
    noise = real(beta, "beta", above=0) / 2
    return 0.5 * np.log(np.maximum(_variances() / noise, 1.0))


def active_dimensions(beta: float) -> int:
    """Return how many of the eight dimensions carry more than a hundredth of a nat."""
    return int((divergences(beta) > ACTIVE).sum())


def check_collapse(answer: Any) -> str:
    """Exercise 3.7."""
    given = expect.mapping(answer, ["six_in_use", "none_in_use"])
    six = expect.single(given["six_in_use"], name="`six_in_use`")
    none = expect.single(given["none_in_use"], name="`none_in_use`")
    expect.require(min(six, none) > 0, f"One β is {min(six, none):g}; give numbers above 0.")
    found = active_dimensions(six)
    expect.require(
        found <= TO_KEEP,
        f"With β = {six:g} there are {found} dimensions in use. They are too cheap: go up.",
    )
    expect.require(
        found >= TO_KEEP,
        f"With β = {six:g} only {found} of the 8 dimensions are in use. Go down.",
    )
    left = active_dimensions(none)
    expect.require(
        left == 0,
        f"With β = {none:g} there are still {left} dimensions in use. Go up until nothing is left.",
    )
    expect.require(
        active_dimensions(0.97 * none) > 0,
        f"With β = {none:g} nothing is in use, but with 3 % less neither. Find where the last "
        "dimension goes out: halve the interval between a β that leaves some and one that leaves "
        "none.",
    )
    largest = _variances()[0]
    return (
        "A dimension is worth its nats only while the variance of the data along its axis is above "
        f"β/2. The first principal axis of these digits has variance {largest:.3f}, and near twice "
        "that the last dimension went out. Nothing failed in training: collapse is the optimum."
    )


EXERCISES = (
    Exercise(
        "3.3",
        "A divergence and a draw",
        "code",
        check_kl_and_draw,
        (
            "For one dimension the divergence is ½ (μ² + σ² − ln σ² − 1). What is σ² in terms of "
            "`log_variance`?",
            "Add it up over the dimensions, `axis=1`, and leave the samples apart.",
            "The draw is mean + deviation × noise. The deviation is the root of the variance: "
            "exp(½ ln σ²).",
            "`mean + np.exp(0.5 * log_variance) * rng.standard_normal(mean.shape)`.",
        ),
    ),
    Exercise(
        "3.4",
        "What does that weight mean?",
        "prediction",
        check_weight,
        (
            "Write both losses with the sums: S for the squared error over 784 pixels, K for the "
            "divergence over 20 dimensions. Theirs is S / 784 + K / 20.",
            "A loss times a constant has the same minimum. Multiply theirs by 784, so that S "
            "stands alone.",
            "784 × (S / 784 + w K / 20) = S + w (784 / 20) K. For which w is the factor before K "
            "equal to 1?",
        ),
    ),
    Exercise(
        "3.5",
        "A loss with three bugs",
        "bug hunt",
        check_loss,
        (
            "Two bugs are in the draw, one is in the divergence. All lines run.",
            "How many random numbers does a batch of 100 samples with a code of 3 need? And what "
            "must they be multiplied by: the variance or its root?",
            "Compare the last two lines with each other: over what is the error summed, over what "
            "the divergence?",
        ),
    ),
    Exercise(
        "3.6",
        "The nearest of a list",
        "code",
        check_codebook,
        (
            "`z[:, None, :] - codebook[None, :, :]` has shape (n, K, k): every difference of every "
            "pair.",
            "Straight-through: the decoder's gradient `dq` goes to `z` unchanged. Then add the "
            "derivative of commitment · |z − quantised|² / n, in which `quantised` counts as a "
            "constant.",
            "`np.bincount(indices, minlength=size)` counts how often each vector is used. Divide "
            "by `len(indices)`, drop zeros, and take exp(−Σ p ln p).",
        ),
    ),
    Exercise(
        "3.7",
        "What a larger β switches off",
        "experiment",
        check_collapse,
        (
            "Print `active_dimensions(beta)` for β = 0.1, 0.2, 0.5, 1, 2. In which interval does "
            "the number pass six, in which does it reach 0?",
            "Halve the interval: try its middle, and keep the half in which the number changes.",
            "Six dimensions are in use for β between 0.4 and 0.47; the last one goes out between "
            "1.3 and 1.5.",
        ),
    ),
)
