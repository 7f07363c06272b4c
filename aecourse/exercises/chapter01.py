"""The exercises of chapter 1: kinds of learning, principal components, a forward pass, errors."""

from functools import cache
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call
from aecourse.exercises.verdicts import Wrong

TITLE = "Machine learning and the autoencoder"


# --- 1.1: what does the learner hear back? ------------------------------------------------------

FEEDBACK = {
    "a": ("supervised", "each letter comes with the answer that a reader gave, so it is given."),
    "b": ("unsupervised", "nobody has said which groups there are or who belongs to which."),
    "c": (
        "reinforcement",
        "the robot hears how well its own movement did, not which one was right.",
    ),
    "d": (
        "self-supervised",
        "the target is cut out of the data itself; no person had to answer anything.",
    ),
    "e": (
        "supervised",
        "the days of past patients are known, and a number is an answer too.",
    ),
    "f": (
        "self-supervised",
        "no person labelled anything, so many books file it under unsupervised. But the loss does "
        "compare with a target, and that target is the image itself.",
    ),
}


def check_feedback(answer: Any) -> str:
    """Exercise 1.1."""
    kinds = sorted({kind for kind, _ in FEEDBACK.values()})
    given = expect.mapping(answer, list(FEEDBACK))
    for letter, (right, reason) in FEEDBACK.items():
        reasons = {kind: f"Look again at {letter}: {reason}" for kind in kinds if kind != right}
        expect.choice(given[letter], right, reasons, name=f"the kind for {letter}")
    return (
        "What tells the kinds apart is not the data but what the learner hears back: an answer, "
        "a reward, nothing, or a part of the data itself."
    )


# --- 1.2: reconstruct with principal components -------------------------------------------------


def reconstruct(x: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Return the projection of each row of ``x`` onto the affine subspace."""
    return (x - mean) @ components.T @ components + mean


def check_reconstruct(answer: Any) -> str:
    """Exercise 1.2."""
    rng = np.random.default_rng(12)
    cases = []
    for samples, size, code_size in [(2, 3, 1), (5, 8, 3), (1, 4, 4)]:
        basis = np.linalg.qr(rng.normal(size=(size, code_size)))[0].T
        cases.append((rng.normal(size=(samples, size)) + 3, rng.normal(size=size) + 3, basis))
    expect.function(
        answer,
        reconstruct,
        cases,
        tolerance=1e-5,
        mistakes={
            "You returned the codes. They still have to be decoded: multiply by `components` "
            "and add the mean.": lambda x, mean, c: (x - mean) @ c.T,
            "The mean is never added back, so every reconstruction lies about 0 instead of about "
            "the data.": lambda x, mean, c: (x - mean) @ c.T @ c,
            "The codes were made from `x` itself. Subtract the mean first: the components are "
            "directions seen from the mean.": lambda x, mean, c: x @ c.T @ c + mean,
            "The mean plays no part in what you return. The components are directions seen from "
            "the mean: subtract it first and add it last.": lambda x, mean, c: x @ c.T @ c,
        },
    )
    return (
        "Subtract the mean, project, go back, add the mean. Every row at once, and with as many "
        "components as features the copy is perfect."
    )


# --- 1.3: a forward pass by hand ----------------------------------------------------------------


def check_forward(answer: Any) -> str:
    """Exercise 1.3."""
    given = expect.mapping(answer, ["code", "reconstruction", "loss"])
    expect.close(
        given["code"],
        [2.0, 0.0],
        name="the code",
        mistakes={
            "That is the code before its activation. ReLU turns a negative number into 0.": [
                2.0,
                -1.0,
            ],
            "The encoder's bias is missing: add `b` before the ReLU.": [2.0, -2.0],
        },
    )
    expect.close(
        given["reconstruction"],
        [1.0, 2.5, 0.0],
        name="the reconstruction",
        mistakes={
            "The decoder's bias `c` is missing from the reconstruction.": [1.0, 2.0, 0.0],
        },
    )
    expect.close(
        given["loss"],
        0.25,
        name="the loss",
        mistakes={
            "You divided by the number of values. The loss of this course sums over the values of "
            "a sample; dividing gives the mean squared error.": 0.25 / 3,
            "You took the root. The loss is the sum of the squares itself.": 0.5,
        },
    )
    return (
        "Only one of the three values is off, by 0.5, and 0.5² = 0.25. The second code number is "
        "0, so everything here went through a single number."
    )


# --- 1.4: an error that is too good -------------------------------------------------------------


def byte_error(original: np.ndarray, reconstruction: np.ndarray) -> float:
    """Return the mean squared error a pixel where 255 counts as 1."""
    return float(np.mean((original / 255.0 - reconstruction / 255.0) ** 2))


def _wrapped(original: np.ndarray, reconstruction: np.ndarray) -> float:
    return float(np.mean((original - reconstruction) ** 2))


def check_byte_error(answer: Any) -> str:
    """Exercise 1.4."""
    rng = np.random.default_rng(14)
    black, white = np.zeros((2, 4, 4), np.uint8), np.full((2, 4, 4), 255, np.uint8)
    low = rng.integers(0, 120, (3, 5, 5)).astype(np.uint8)
    high = (low + rng.integers(20, 120, (3, 5, 5))).astype(np.uint8)
    cases = [(low, high), (high, low), (black, white), (white, white)]
    expect.function(
        answer,
        byte_error,
        cases,
        mistakes={
            "The difference still wraps round: both arrays are bytes, and 10 − 20 is 246 in bytes. "
            "Turn them into real numbers first.": _wrapped,
            "The difference still wraps round before it is scaled. Turn the images into real "
            "numbers before you subtract, not after.": lambda a, b: np.mean(
                ((a - b).astype(float) / 255) ** 2
            ),
            "The wrapping is gone. But the error is that of values from 0 to 255: scale them "
            "so that white counts as 1.": lambda a, b: np.mean((a.astype(float) - b) ** 2),
            "You divided the error by 255 once. The difference is squared, so scale it before "
            "squaring.": lambda a, b: np.mean((a.astype(float) - b) ** 2) / 255,
            "You squared the mean of the differences. Errors of opposite sign then cancel: square "
            "first, average after.": lambda a, b: np.mean(a / 255 - b / 255) ** 2,
        },
    )
    return (
        "Bytes have no negative numbers, so the listed difference wrapped round, and so did its "
        "square: the error could never exceed 255 however bad the image was."
    )


# --- 1.5: a threshold from normal data only -----------------------------------------------------


def flag(errors_normal: np.ndarray, errors_new: np.ndarray, share: float = 0.01) -> np.ndarray:
    """Return which new errors lie above what only ``share`` of the normal ones exceed."""
    return errors_new > np.quantile(errors_normal, 1 - share)


def check_flag(answer: Any) -> str:
    """Exercise 1.5."""
    rng = np.random.default_rng(15)
    cases = []
    for share, odd in [(0.1, 0.5), (0.01, 0.2), (0.05, 0.0)]:
        normal = rng.gamma(4.0, 1.0, 400)
        new = np.concatenate([rng.gamma(4.0, 1.0, 200), rng.gamma(4.0, 1.0, int(200 * odd)) + 6])
        cases.append((normal, new, share))
    expect.function(
        answer,
        flag,
        cases,
        mistakes={
            "The threshold comes from the new errors. Then a fixed share is always flagged, even "
            "when every new sample is normal. Take it from the normal errors.": (
                lambda normal, new, share: new > np.quantile(new, 1 - share)
            ),
            "You flagged the samples that are reconstructed *best*. The odd ones have the large "
            "errors: take the upper end.": (
                lambda normal, new, share: new < np.quantile(normal, share)
            ),
            "The threshold sits at the lower end, so nearly everything is flagged. Only `share` of "
            "the normal errors may lie above it: the quantile is at `1 - share`.": (
                lambda normal, new, share: new > np.quantile(normal, share)
            ),
            "The threshold comes from normal and new errors mixed. The anomalies then raise the "
            "bar for themselves.": (
                lambda normal, new, share: (
                    new > np.quantile(np.concatenate([normal, new]), 1 - share)
                )
            ),
            "That is the threshold. What is asked for is one True or False for each new sample.": (
                lambda normal, new, share: np.quantile(normal, 1 - share)
            ),
            "The largest normal error as threshold ignores `share`, and one odd sample among the "
            "normal ones spoils it.": lambda normal, new, share: new > normal.max(),
        },
    )
    return (
        "The threshold knows normal data only, so it promises something that can be kept: about "
        "`share` of normal samples will be flagged by mistake."
    )


# --- 1.6: how many numbers does a digit need? ---------------------------------------------------

SHARE_LEFT = 0.15


@cache
def _code_sizes() -> dict[str, int]:
    """Return the right code size and the ones that typical mistakes give."""
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA

    x = load_digits().data / 16.0
    parts = {"train": x[:1200], "test": x[1200:]}
    pca = PCA().fit(parts["train"])

    def needed(part: str) -> int:
        centred = parts[part] - pca.mean_
        codes = centred @ pca.components_.T
        total = float(np.mean(np.sum(centred**2, axis=1)))
        left = total - np.cumsum(np.mean(codes**2, axis=0))
        return int(np.argmax(left <= SHARE_LEFT * total)) + 1

    return {"test": needed("test"), "train": needed("train")}


def check_code_size(answer: Any) -> str:
    """Exercise 1.6."""
    right, on_training = _code_sizes()["test"], _code_sizes()["train"]
    found = expect.single(answer, name="the code size")
    expect.require(
        found == int(found) and 0 <= found <= 64,
        f"A code size is a whole number from 0 to 64; your answer is `{found:g}`.",
    )
    expect.number(
        found,
        right,
        within=0.4,
        name="the code size",
        mistakes={
            "That many are enough on the *training* images, from which the components were "
            "computed. On test images it takes more: measure there.": on_training,
            "One too few. Is it the position in a list that starts at 0? The first entry belongs "
            "to a code of one number.": right - 1,
        },
    )
    return (
        f"{right} of 64 numbers keep 85 % of the variation of unseen digits. On the training "
        f"images {on_training} would do: the gap is what the components learnt by heart."
    )


# --- 1.7: the same reconstruction from other codes ----------------------------------------------


def check_rescale(answer: Any) -> str:
    """Exercise 1.7."""
    expect.answered(answer)
    rng = np.random.default_rng(17)
    for samples, size, code_size in [(50, 4, 2), (80, 9, 5)]:
        encoder = rng.normal(size=(size, code_size)) * rng.uniform(0.2, 5.0, code_size)
        decoder = rng.normal(size=(code_size, size))
        x = rng.normal(size=(samples, size))
        result = call(answer, encoder, decoder, x)
        expect.require(
            isinstance(result, tuple | list) and len(result) == 2,
            "Return two matrices: the new encoder and the new decoder.",
        )
        new_encoder = expect.array(result[0], shape=encoder.shape, name="the new encoder")
        new_decoder = expect.array(result[1], shape=decoder.shape, name="the new decoder")
        _explain_spread((x @ new_encoder).std(axis=0), (x @ encoder).std(axis=0))
        _explain_reconstruction(
            x @ new_encoder @ new_decoder, x @ encoder @ decoder, new_decoder, decoder
        )
    return (
        "Two autoencoders, different weights, different codes, and the very same reconstructions. "
        "The loss cannot tell them apart, so training may end at either."
    )


def _explain_spread(found: np.ndarray, before: np.ndarray) -> None:
    if np.allclose(found, 1.0, rtol=1e-5):
        return
    expect.require(
        not np.allclose(found, before),
        "The codes are as they were. Divide each column of the encoder by the standard deviation "
        "of its code number.",
    )
    expect.require(
        not np.allclose(found, 1 / before),
        "You divided by the variance. A standard deviation of 1 needs the root of it.",
    )
    expect.require(
        not np.allclose(found, before**2),
        "You multiplied where you should divide: the spread of each code number was squared.",
    )
    raise Wrong(
        f"The standard deviations of the new code numbers begin with {found[0]:.3g}; each should "
        "be 1. Is the standard deviation taken over the samples (`axis=0`)?"
    )


def _explain_reconstruction(
    found: np.ndarray, expected: np.ndarray, new_decoder: np.ndarray, decoder: np.ndarray
) -> None:
    expect.require(
        not np.allclose(new_decoder, decoder),
        "The codes have the right spread, but the decoder is unchanged and still expects the old "
        "ones. Undo in the decoder what you did in the encoder.",
    )
    expect.require(
        np.allclose(found, expected, rtol=1e-5, atol=1e-8),
        "The codes have the right spread, but the reconstructions changed. Each *row* of the "
        "decoder belongs to one code number: multiply it by what you divided that number by.",
    )


# --- 1.8: principal components of your own data -------------------------------------------------

REPORT = ("x_train", "x_test", "code_size", "error", "error_of_mean")


def check_own_data(answer: Any) -> str:
    """Exercise 1.8."""
    given = expect.mapping(answer, REPORT)
    train = expect.array(given["x_train"], shape=(None, None), name="`x_train`").astype(float)
    test = expect.array(given["x_test"], shape=(None, None), name="`x_test`").astype(float)
    code_size = expect.single(given["code_size"], name="`code_size`")
    error = expect.single(given["error"], name="`error`")
    error_of_mean = expect.single(given["error_of_mean"], name="`error_of_mean`")
    expect.tables(train, test)
    expect.require(
        code_size == int(code_size) and 1 <= code_size < train.shape[1],
        f"`code_size` is {code_size:g}; take a whole number from 1 to {train.shape[1] - 1}, "
        "smaller than the number of columns.",
    )
    right = _projection_error(train, test, int(code_size))
    expect.close(
        error_of_mean,
        np.mean((test - train.mean(axis=0)) ** 2),
        name="`error_of_mean`",
        tolerance=1e-4,
        mistakes={
            "`error_of_mean` uses the mean of the test rows. They are not known beforehand: use "
            "the mean of `x_train`.": np.mean((test - test.mean(axis=0)) ** 2),
        },
    )
    expect.close(
        error,
        right,
        name="`error`",
        tolerance=1e-3,
        mistakes={
            "`error` was measured with components computed from the *test* rows. Compute them from "
            "`x_train`, then reconstruct `x_test`.": _projection_error(test, test, int(code_size)),
            "`error` is the error on the *training* rows. Measure it on `x_test`.": (
                _projection_error(train, train, int(code_size))
            ),
            "`error` is a sum over the columns. Divide by their number, as for `error_of_mean`.": (
                right * train.shape[1]
            ),
        },
    )
    kept = 1 - right / error_of_mean if error_of_mean > 0 else 0.0
    return (
        f"{int(code_size)} of {train.shape[1]} numbers keep {kept:.0%} of the variation of rows "
        "that were not used. This is the mark an autoencoder has to beat on your data."
    )


def _projection_error(fitted_on: np.ndarray, measured_on: np.ndarray, code_size: int) -> float:
    mean = fitted_on.mean(axis=0)
    axes = np.linalg.svd(fitted_on - mean, full_matrices=False)[2][:code_size]
    return float(np.mean((reconstruct(measured_on, mean, axes) - measured_on) ** 2))


EXERCISES = (
    Exercise(
        "1.1",
        "What does the learner hear back?",
        "prediction",
        check_feedback,
        (
            "For each case ask: what is the learner told after it has acted? The answer, a mark, "
            "nothing, or a part of the data?",
            "If a person had to supply an answer for every example, it is supervised, also when "
            "the answer is a number.",
            "There are two of the six where the target is taken from the data itself, and one "
            "where a number is earned by acting.",
        ),
    ),
    Exercise(
        "1.2",
        "Reconstruct with principal components",
        "code",
        check_reconstruct,
        (
            "Three steps: to the mean, to the code, and all the way back.",
            "`components` has one direction a row, so the codes are `(x - mean) @ components.T`.",
            "From the codes back to the data: `codes @ components`, then add `mean`.",
        ),
    ),
    Exercise(
        "1.3",
        "A forward pass by hand",
        "prediction",
        check_forward,
        (
            "First the code: multiply each row of `W` with `x`, add `b`, then set negatives to 0.",
            "The first code number is 1·1 + 0.5·2 + 0·0 + 0. The second is negative before ReLU.",
            "With z = (2, 0) each value of the reconstruction is twice the first column of `V`, "
            "plus `c`. The loss sums the squared differences.",
        ),
    ),
    Exercise(
        "1.4",
        "An error that is too good",
        "bug hunt",
        check_byte_error,
        (
            "Try it on one black and one white image. What should the error be, and what is it?",
            "Print `np.uint8([10]) - np.uint8([20])`.",
            "Turn both images into real numbers between 0 and 1 before you subtract.",
        ),
    ),
    Exercise(
        "1.5",
        "A threshold from normal data",
        "code",
        check_flag,
        (
            "The threshold must be fixed before you look at any new sample.",
            "`np.quantile(errors, q)` is the value below which the share `q` of the errors lies.",
            "`share` of the normal errors may lie above the threshold: take the quantile at "
            "`1 - share` of `errors_normal`, and compare `errors_new` with it.",
        ),
    ),
    Exercise(
        "1.6",
        "How many numbers does a digit need?",
        "experiment",
        check_code_size,
        (
            "Compute the components from `x_train` once, then try code sizes 1, 2, 3, … on "
            "`x_test`.",
            "The error to compare with is that of the mean alone: "
            "`np.mean((x_test - x_train.mean(axis=0)) ** 2)`.",
            "Stop at the first code size whose error on `x_test` is at most 0.15 of it. You may "
            "use your `reconstruct` of exercise 1.2.",
        ),
    ),
    Exercise(
        "1.7",
        "The same copy from other codes",
        "code",
        check_rescale,
        (
            "What happens to a code number when its column of the encoder is divided by 2? And "
            "what must the decoder then do?",
            "The spread of the codes: `(x @ encoder).std(axis=0)`, one number for each code "
            "number.",
            "Divide the columns of the encoder by it, and multiply the *rows* of the decoder by "
            "it: `spread[:, None]` has the shape for that.",
        ),
    ),
    Exercise(
        "1.8",
        "The mark to beat on your own data",
        "own data",
        check_own_data,
        (
            "Any table of numbers will do: rows are samples, columns are measurements. Split it "
            "into `x_train` and `x_test` before anything else.",
            "Mean and components come from `x_train` only; both errors are measured on `x_test`.",
            "`sklearn.decomposition.PCA(code_size).fit(x_train)` has `transform` and "
            "`inverse_transform`; the error is the mean of all squared differences.",
        ),
    ),
)
