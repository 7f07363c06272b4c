"""The exercises of chapter 2: scaling, losses, backpropagation, training, tuning."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from aecourse import scratch
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

TITLE = "How an autoencoder learns"


# --- 2.1: standardise with what the training data know -------------------------------------------


def standardise(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """Return the z-scores of ``x_new``; a feature that is constant in training keeps scale 1."""
    deviation = x_train.std(axis=0)
    return (x_new - x_train.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)


def _min_max(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    low, high = x_train.min(axis=0), x_train.max(axis=0)
    return (x_new - low) / np.where(high > low, high - low, 1.0)


def _as_one_number(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    return (x_new - x_train.mean()) / x_train.std()


def _variance(x_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    variance = x_train.var(axis=0)
    return (x_new - x_train.mean(axis=0)) / np.where(variance > 0, variance, 1.0)


def check_standardise(answer: Any) -> str:
    """Exercise 2.1."""
    rng = np.random.default_rng(21)
    scales = np.array([1.0, 300.0, 0.01])
    cases = [
        (rng.normal(5, 2, (40, 3)) * scales, rng.normal(6, 2, (7, 3)) * scales),
        (rng.normal(-3, 1, (25, 2)), rng.normal(0, 4, (1, 2))),
    ]
    mistakes: dict[str, Callable[..., Any]] = {
        "The mean and the deviation come from `x_new`. They must come from the training data: "
        "this is leakage.": lambda train, new: standardise(new, new),
        "The statistics come from both tables together, so new data leak into the scaler. Use "
        "`x_train` alone.": lambda train, new: standardise(np.vstack([train, new]), new),
        "That is min–max scaling. A z-score subtracts the mean and divides by the standard "
        "deviation.": _min_max,
        "There is one mean and one deviation for the whole table. Each feature needs its own: "
        "take them along `axis=0`.": _as_one_number,
        "You divided by the variance. A z-score counts in standard deviations, the root of it.": (
            _variance
        ),
        "You subtracted the mean but divided by nothing.": lambda train, new: (
            new - train.mean(axis=0)
        ),
    }
    expect.function(answer, standardise, cases, tolerance=1e-6, mistakes=mistakes)
    constant = rng.normal(size=(30, 2))
    constant[:, 1] = 4.0
    new = np.array([[0.5, 4.0], [1.0, 5.0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        result = np.asarray(call(answer, constant, new), dtype=float)
    expect.require(
        np.isfinite(result).all(),
        "All is right until a feature is constant in the training data: its deviation is 0, and "
        "you divide by it. Divide by 1 in its place.",
    )
    expect.close(result, standardise(constant, new), name="the result with a constant feature")
    return (
        "Mean and deviation come from the training data, one pair a feature, and a constant "
        "feature does no harm."
    )


# --- 2.2: the least cross-entropy ----------------------------------------------------------------

GREY_PIXELS = 784


def check_floor(answer: Any) -> str:
    """Exercise 2.2."""
    floor = GREY_PIXELS * float(np.log(2))
    expect.number(
        answer,
        floor,
        within=0.6,
        name="the loss",
        mistakes={
            "0 is the least only if every pixel is black or white. A grey pixel is a coin whose "
            "throw stays uncertain, however well you know the coin.": 0.0,
            "That is what −Σ x ln x̂ gives. The second half, for a pixel that is *not* white, is "
            "missing: −(1 − x) ln (1 − x̂).": floor / 2,
            "That is the loss of one pixel. The loss of this course sums over all of them.": float(
                np.log(2)
            ),
            "That is in bits, from the logarithm to base 2. Nats need the natural logarithm.": (
                float(GREY_PIXELS)
            ),
        },
    )
    return (
        f"784 pixels of ln 2 each make {floor:.1f} nats, for a *perfect* copy. The worst image for "
        "cross-entropy is all grey: nothing is harder to predict than a fair coin."
    )


# --- 2.3: a layer's way back ---------------------------------------------------------------------


def backward(
    X: np.ndarray, W: np.ndarray, H: np.ndarray, dH: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dL/dW, dL/db and dL/dX of a layer with tanh."""
    dA = dH * (1 - H**2)
    return X.T @ dA, dA.sum(axis=0), dA @ W.T


def check_backward(answer: Any) -> str:
    """Exercise 2.3."""
    expect.answered(answer)
    rng = np.random.default_rng(23)
    for samples, inputs, units in [(1, 2, 3), (6, 4, 2)]:
        X, W = rng.normal(size=(samples, inputs)), rng.normal(size=(inputs, units))
        H, dH = np.tanh(X @ W), rng.normal(size=(samples, units))
        result = call(answer, X, W, H, dH)
        expect.require(
            isinstance(result, tuple | list) and len(result) == 3,
            "Return three arrays: `dW`, `db` and `dX`, in this order.",
        )
        dW, db, dX = backward(X, W, H, dH)
        dA, twice = dH * (1 - H**2), dH * (1 - np.tanh(H) ** 2)
        expect.close(
            result[0],
            dW,
            name="`dW`",
            mistakes={
                "`dW` lacks the derivative of tanh. First go through the activation: multiply `dH` "
                "by 1 − H².": X.T @ dH,
                "You applied tanh twice. `H` is already what came out of it, so its derivative is "
                "1 − H².": X.T @ twice,
                "`dW` is divided by the number of samples. The factor 1/m of the loss is in `dH` "
                "already, so do not divide again.": dW / samples,
                "`dW` used the derivative of the sigmoid, H (1 − H). This layer has tanh.": (
                    X.T @ (dH * H * (1 - H))
                ),
                "`dW` is transposed: it needs the shape of `W`, (inputs, units).": dW.T,
            },
        )
        expect.close(
            result[1],
            db,
            name="`db`",
            mistakes={
                "`db` is averaged over the samples. The bias enters every sample's sum, so add.": (
                    dA.mean(axis=0)
                ),
                "`db` lacks the derivative of tanh: sum `dA`, not `dH`.": dH.sum(axis=0),
                "`db` still has one row a sample. Add over the samples (`axis=0`).": dA,
            },
        )
        expect.close(
            result[2],
            dX,
            name="`dX`",
            mistakes={
                "`dX` lacks the derivative of tanh: it is made from `dA`, not from `dH`.": (
                    dH @ W.T
                ),
                "`dX` is divided by the number of samples. The factor 1/m is in `dH` already.": (
                    dX / samples
                ),
            },
        )
    return (
        "Those are the lines of `scratch.Dense.backward`. The shapes nearly force them: each "
        "gradient looks like what it changes."
    )


# --- 2.4: a cross-entropy that likes white paper -------------------------------------------------


def cross_entropy(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Return the binary cross-entropy, summed over pixels and averaged over samples, in nats."""
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return float(-(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1).mean())


def check_cross_entropy(answer: Any) -> str:
    """Exercise 2.4."""
    rng = np.random.default_rng(24)
    cases = [
        (np.array([[1.0, 0.0, 0.3]]), np.array([[0.9, 0.2, 0.5]])),
        (rng.random((5, 8)), rng.uniform(0.05, 0.95, (5, 8))),
    ]
    log = np.log

    def whole(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return -(x * log(y) + (1 - x) * log(1 - y))

    expect.function(
        answer,
        cross_entropy,
        cases,
        mistakes={
            "That is the listing as it was. Compare its loss for a perfect copy and for white "
            "paper: which pixels does it never punish?": lambda x, y: -(x * log(y)).mean(),
            "The formula is still half: nothing punishes a bright answer where the pixel is "
            "black.": lambda x, y: -(x * log(y)).sum(axis=1).mean(),
            "The second half is there. But you average over the pixels too; the loss of this "
            "course sums over the values of a sample and averages over samples only.": (
                lambda x, y: whole(x, y).mean()
            ),
            "You sum over everything. Average over the samples, or the loss grows with the size "
            "of the batch.": lambda x, y: whole(x, y).sum(),
            "The sign is wrong: a surprise is positive, and training makes the loss small.": (
                lambda x, y: -whole(x, y).sum(axis=1).mean()
            ),
            "`x` and `x_hat` have changed places: the logarithm belongs to the reconstruction.": (
                lambda x, y: whole(y, np.clip(x, 1e-7, 1 - 1e-7)).sum(axis=1).mean()
            ),
        },
    )
    certain = (np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.asarray(call(answer, *certain), dtype=float)
    expect.require(
        np.isfinite(value).all(),
        "All is right until an output is exactly 0 or 1: then 0 · ln 0 is not a number. Clip the "
        "outputs to [1e-7, 1 − 1e-7] first.",
    )
    return (
        "White paper is no longer the best answer, and the sum over pixels keeps the loss in nats "
        "an image."
    )


# --- 2.5: one loss, one gradient -----------------------------------------------------------------

Pair = tuple[np.ndarray, np.ndarray]


def step(W_e: np.ndarray, W_d: np.ndarray, X: np.ndarray, rate: float) -> Pair:
    """Return encoder and decoder weights after one step of gradient descent."""
    Z = X @ W_e
    D = 2 * (Z @ W_d - X) / len(X)
    return W_e - rate * X.T @ (D @ W_d.T), W_d - rate * Z.T @ D


def _decoder_first(W_e: np.ndarray, W_d: np.ndarray, X: np.ndarray, rate: float) -> Pair:
    Z = X @ W_e
    D = 2 * (Z @ W_d - X) / len(X)
    new_d = W_d - rate * Z.T @ D
    return W_e - rate * X.T @ (D @ new_d.T), new_d


def _encoder_first(W_e: np.ndarray, W_d: np.ndarray, X: np.ndarray, rate: float) -> Pair:
    D = 2 * (X @ W_e @ W_d - X) / len(X)
    new_e = W_e - rate * X.T @ (D @ W_d.T)
    return new_e, W_d - rate * (X @ new_e).T @ D


def _forward_again(W_e: np.ndarray, W_d: np.ndarray, X: np.ndarray, rate: float) -> Pair:
    Z = X @ W_e
    new_d = W_d - rate * Z.T @ (2 * (Z @ W_d - X) / len(X))
    D = 2 * (Z @ new_d - X) / len(X)
    return W_e - rate * X.T @ (D @ new_d.T), new_d


def check_step(answer: Any) -> str:
    """Exercise 2.5."""
    expect.answered(answer)
    rng = np.random.default_rng(25)
    for samples, features, size in [(4, 3, 2), (9, 5, 1)]:
        given = (
            rng.normal(size=(features, size)),
            rng.normal(size=(size, features)),
            rng.normal(size=(samples, features)),
            0.05,
        )
        result = call(answer, *given)
        expect.require(
            isinstance(result, tuple | list) and len(result) == 2,
            "Return two matrices: the encoder's new weights and the decoder's.",
        )
        found = _joined(result, given)
        W_e, W_d = given[:2]
        expect.close(
            found,
            _joined(step(*given), given),
            name="the new weights (the encoder's, then the decoder's)",
            mistakes={
                "The encoder's gradient still goes through the *updated* decoder. Compute both "
                "gradients first, then update both.": _joined(_decoder_first(*given), given),
                "Now the encoder is updated first, and the decoder's gradient sees the new codes. "
                "Compute both gradients before any update.": _joined(_encoder_first(*given), given),
                "You went forward again after updating the decoder. That is a consistent "
                "gradient, but of another loss: two half steps instead of one step.": _joined(
                    _forward_again(*given), given
                ),
                "The weights go uphill: subtract the gradient.": _joined(
                    step(W_e, W_d, given[2], -given[3]), given
                ),
                "The factor 1/m of the loss is missing from the gradient.": _joined(
                    step(W_e, W_d, given[2], given[3] * samples), given
                ),
            },
        )
    return (
        "One forward pass, one loss, both gradients at the same weights, and then both updates. "
        "The bug was silent: the loss fell all the same."
    )


def _joined(pair: Any, given: tuple[Any, ...]) -> np.ndarray:
    """Return both matrices in one row of numbers, after a look at their shapes."""
    encoder = expect.array(pair[0], shape=given[0].shape, name="the encoder's new weight matrix")
    decoder = expect.array(pair[1], shape=given[1].shape, name="the decoder's new weight matrix")
    return np.concatenate([encoder.ravel(), decoder.ravel()])


# --- 2.6: how many steps? ------------------------------------------------------------------------

IMAGES, BATCH, EPOCHS = 55_000, 128, 9


def check_steps(answer: Any) -> str:
    """Exercise 2.6."""
    given = expect.mapping(answer, ["steps", "last_batch"])
    whole, rest = divmod(IMAGES, BATCH)
    expect.number(
        given["steps"],
        EPOCHS * (whole + 1),
        within=0.4,
        name="`steps`",
        mistakes={
            "The last batch of each epoch is smaller, but it is a batch too.": EPOCHS * whole,
            "That is one epoch. Training makes nine passes through the data.": whole + 1,
            "That is how many images are seen. A step sees a whole batch of them.": EPOCHS * IMAGES,
            "Each epoch starts afresh: its last, smaller batch is not filled up with images of "
            "the next epoch.": -(-EPOCHS * IMAGES // BATCH),
        },
    )
    expect.number(
        given["last_batch"],
        rest,
        within=0.4,
        name="`last_batch`",
        mistakes={
            "No image is left out and none comes twice, so the last batch has only what remains "
            "after the full ones.": BATCH,
            "That is how many images are *missing* from the last batch.": BATCH - rest,
        },
    )
    return (
        f"{whole + 1} steps an epoch, the last one on {rest} images. Its gradient is noisier, and "
        "its loss counts less in the epoch's mean."
    )


# --- 2.7: find a learning rate -------------------------------------------------------------------

GRID = 10.0 ** np.arange(-4.0, 0.6, 0.25)


@cache
def validation_error(learning_rate: float) -> float:
    """Return the validation error of the exercise's model; infinity if training diverges."""
    x_train, x_validation = _digits()
    model = scratch.Autoencoder((64, 32, 8), hidden="tanh", seed=0)
    optimiser = scratch.Momentum(learning_rate)
    history = scratch.train(model, x_train, optimiser, epochs=10, batch_size=64)
    if history.outcome == "diverged":
        return float("inf")
    return model.mean_squared_error(x_validation)


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    x = load_digits().data / 16.0
    return x[:1000], x[1000:1400]


def check_learning_rate(answer: Any) -> str:
    """Exercise 2.7."""
    rate = expect.single(answer, name="the learning rate")
    expect.require(rate > 0, f"The learning rate is {rate:g}; steps downhill need one above 0.")
    errors = np.array([validation_error(float(candidate)) for candidate in GRID])
    best, best_rate = errors.min(), GRID[errors.argmin()]
    found = validation_error(rate)
    x_train, x_validation = _digits()
    mean_error = float(((x_validation - x_train.mean(axis=0)) ** 2).mean())
    expect.require(
        np.isfinite(found),
        f"With {rate:g} training diverges: the loss overflows. Take a much smaller rate.",
    )
    if found > 1.1 * best:
        expect.require(
            rate < best_rate,
            f"With {rate:g} the validation error is {found:.4f}, {found / best:.1f} times the best "
            "one can reach. The steps are too long: the error jumps about or gets stuck. Go down.",
        )
        expect.require(
            found < 0.9 * mean_error,
            f"With {rate:g} the validation error is {found:.4f}; always answering with the mean "
            f"digit has {mean_error:.4f}. Training has hardly begun: go up by factors of ten.",
        )
        expect.require(
            False,
            f"With {rate:g} the validation error is {found:.4f}, {found / best:.1f} times the best "
            "one can reach. In ten epochs the short steps do not get far enough: go up.",
        )
    return (
        f"A validation error of {found:.4f}, within a tenth of the best on a fine grid. The valley "
        "is wide: a rate found on a grid of powers of ten is mostly good enough."
    )


# --- 2.8: your own table -------------------------------------------------------------------------


def check_own_table(answer: Any) -> str:
    """Exercise 2.8."""
    given = expect.mapping(answer, ["x_train", "x_test", "reconstruct"])
    train = expect.array(given["x_train"], shape=(None, None), name="`x_train`").astype(float)
    test = expect.array(given["x_test"], shape=(None, None), name="`x_test`").astype(float)
    expect.tables(train, test)
    reconstruct = given["reconstruct"]
    rebuilt = expect.array(call(reconstruct, test), shape=test.shape, name="the reconstruction")
    few = test[: len(test) // 2]
    alone = expect.array(call(reconstruct, few), shape=few.shape, name="the reconstruction")
    deviation = np.where(train.std(axis=0) > 0, train.std(axis=0), 1.0)
    expect.require(
        np.abs((alone - rebuilt[: len(few)]) / deviation).max() < 0.01,
        "The same rows are reconstructed differently when other rows stand beside them. Is the "
        "scaler fitted inside `reconstruct`? Fit it once, on `x_train`, and only `transform` here.",
    )

    lost = _share_lost(test, rebuilt, train)
    units = (
        _share_lost(scaler.transform(test), rebuilt, scaler.transform(train))
        for scaler in (scratch.ZScoreScaler().fit(train), scratch.MinMaxScaler().fit(train))
    )
    expect.require(
        lost < 1 or min(units) >= 1,
        "The reconstruction is in *scaled* units, while `x_test` is in its own. End `reconstruct` "
        "with the scaler's `inverse_transform`.",
    )
    # Shuffled column by column, the rows are no longer what the model was trained for.
    nonsense = np.random.default_rng(28).permuted(test, axis=0)
    copied = expect.array(call(reconstruct, nonsense), shape=test.shape, name="the reconstruction")
    expect.require(
        _share_lost(nonsense, copied, train) > 1e-3,
        "Rows of shuffled nonsense come back without any loss: `reconstruct` copies. Make the code "
        "smaller than the number of features.",
    )
    expect.require(
        lost < 1,
        f"The share of variance lost is {lost:.2f}, no better than answering every row with the "
        "mean, which has 1. Train longer, or try other learning rates, on data that are scaled.",
    )
    return (
        f"On rows it has never seen, your model loses {lost:.0%} of the variance of an average "
        "feature, measured in the table's own units. Now look which features it keeps and which "
        "it gives up, and compare with PCA of the same code size."
    )


def _share_lost(x: np.ndarray, x_hat: np.ndarray, train: np.ndarray) -> float:
    """Return the squared error of each feature over its variance, averaged over the features."""
    variance = train.var(axis=0)
    varying = variance > 0
    error = ((x - x_hat) ** 2).mean(axis=0)
    return float((error[varying] / variance[varying]).mean())


EXERCISES = (
    Exercise(
        "2.1",
        "Standardise without leakage",
        "code",
        check_standardise,
        (
            "A z-score needs two statistics of each feature. Which table may they come from?",
            "`x_train.mean(axis=0)` and `x_train.std(axis=0)` have one entry a feature, and NumPy "
            "applies them to every row of `x_new`.",
            "A constant feature has deviation 0. `np.where(s > 0, s, 1.0)` replaces it by 1.",
        ),
    ),
    Exercise(
        "2.2",
        "The loss of a perfect copy",
        "prediction",
        check_floor,
        (
            "Start with one pixel: put x = x̂ = 0.5 into the formula of the binary cross-entropy.",
            "For one pixel, −(0.5 ln 0.5 + 0.5 ln 0.5) = ln 2. The loss sums over the pixels.",
        ),
    ),
    Exercise(
        "2.3",
        "A layer's way back",
        "code",
        check_backward,
        (
            "Start with `dA`: what is the derivative of tanh, written with its output `H`?",
            "`dA = dH * (1 - H**2)`. Then look at the shapes: `dW` is (inputs, units), and `X` is "
            "(m, inputs).",
            "`dW = X.T @ dA`, `db` adds the rows of `dA`, and `dX = dA @ W.T`.",
        ),
    ),
    Exercise(
        "2.4",
        "A loss that likes white paper",
        "bug hunt",
        check_cross_entropy,
        (
            "What does the listing charge for a bright output where the pixel is black?",
            "There are two bugs. One is in the formula, the other in how the numbers are put "
            "together: what is summed, what is averaged?",
            "Sum −(x ln x̂ + (1 − x) ln (1 − x̂)) over `axis=1`, average the rest, and clip x̂ so "
            "that no logarithm is infinite.",
        ),
    ),
    Exercise(
        "2.5",
        "One step for both halves",
        "bug hunt",
        check_step,
        (
            "Follow `W_d` through the listing. Which of its two values does each line see?",
            "The gradients of one loss are all taken at the same weights. Change nothing before "
            "both are there.",
            "Compute `gradient_d = Z.T @ D` and `gradient_e = X.T @ (D @ W_d.T)`, and only then "
            "subtract.",
        ),
    ),
    Exercise(
        "2.6",
        "How many steps?",
        "prediction",
        check_steps,
        (
            "How many batches of 128 does it take until 55,000 images are used up?",
            "55,000 / 128 is a little below 430. Round up; then nine epochs.",
        ),
    ),
    Exercise(
        "2.7",
        "Find a learning rate",
        "experiment",
        check_learning_rate,
        (
            "Try powers of ten: 0.0001, 0.001, and so on up to 1. Where is the lowest?",
            "Refine round the best power of ten with factors of about 3.",
        ),
        seconds=90.0,
    ),
    Exercise(
        "2.8",
        "Your own table",
        "own data",
        check_own_table,
        (
            "Split first. Fit a `scratch.ZScoreScaler` on `x_train`, and train on the scaled rows.",
            "`reconstruct` does three things: `scaler.transform`, `model.reconstruct`, "
            "`scaler.inverse_transform`.",
            "With few rows use small batches and several hundred epochs of `scratch.Adam(0.01)`.",
        ),
        seconds=60.0,
    ),
)
