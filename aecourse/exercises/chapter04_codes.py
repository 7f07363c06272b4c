"""Exercises 4.2 to 4.4 and 4.7: flat and bent codes, one map for two tables, bits, stolen codes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 4.2: one number for a circle ----------------------------------------------------------------

RADIUS, DIMENSIONS = 2.0, 10


def check_circle(answer: Any) -> str:
    """Exercise 4.2."""
    given = expect.mapping(answer, ["pca_1", "pca_2", "bent", "half_bent"])
    half, whole = RADIUS**2 / 2, RADIUS**2
    averaged = "The error is the squared *distance*, summed over the ten values, not their mean."
    expect.number(
        given["pca_1"],
        half,
        within=0.01,
        name="`pca_1`",
        mistakes={
            "`pca_1`: that is the squared distance from the mean, as if nothing were kept. One "
            "direction of the two is kept.": whole,
            "`pca_1`: one number does tell where on the circle a point is, but PCA draws a straight"
            " line. Which point of it is nearest?": 0.0,
            averaged: half / DIMENSIONS,
            "`pca_1`: that is for a circle of radius 1.": 0.5,
            "`pca_1`: that is the root. The error is the squared distance.": np.sqrt(half),
        },
    )
    expect.number(
        given["pca_2"],
        0.0,
        within=0.01,
        name="`pca_2`",
        mistakes={
            "`pca_2`: with two directions the plane of the circle is complete. What is left out of "
            "it?": half,
        },
    )
    expect.number(
        given["bent"],
        0.0,
        within=0.01,
        name="`bent`",
        mistakes={
            "`bent`: a decoder that can bend may draw the circle itself. The code is the angle; "
            "what is the error then?": half,
        },
    )
    expect.number(
        given["half_bent"],
        half,
        within=0.01,
        name="`half_bent`",
        mistakes={
            "`half_bent`: the encoder may bend as it likes, but what is drawn is the decoder's. A "
            "flat decoder with one number draws a straight line.": 0.0,
            "`half_bent`: a straight line keeps one of two directions, not none.": whole,
        },
    )
    return (
        "What can be rebuilt is what the *decoder* can draw. A flat one draws flat things, "
        "whatever the encoder does; so it is the decoder that must bend. And a circle needs two "
        "numbers from PCA and one from an autoencoder: the two counts of Section 4.1."
    )


# --- 4.3: two maps for one table -----------------------------------------------------------------

Reduced = tuple[np.ndarray, np.ndarray, np.ndarray]


def reduced(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    """Return the principal components of both tables by the first, and the second one rebuilt."""
    mean = x_train.mean(axis=0)
    directions = _directions(x_train - mean)[:k]
    codes = (x_train - mean) @ directions.T, (x_test - mean) @ directions.T
    return *codes, codes[1] @ directions + mean


def _directions(centred: np.ndarray) -> np.ndarray:
    return np.linalg.svd(centred, full_matrices=False)[2]


def _listing(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    codes = []
    for x in (x_train, x_test):
        centred = x - x.mean(axis=0)
        directions = _directions(centred)
        codes.append(centred @ directions[:, :k])
    return codes[0], codes[1], codes[1] @ directions[:k]


def _fitted_anew(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    return reduced(x_train, x_train, k)[0], *reduced(x_test, x_test, k)[1:]


def _own_mean(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    shift = x_test.mean(axis=0) - x_train.mean(axis=0)
    first, codes, rebuilt = reduced(x_train, x_test - shift, k)
    return first, codes, rebuilt + shift


def _fitted_to_both(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    both = np.concatenate([x_train, x_test])
    codes, _, rebuilt = (np.split(part, [len(x_train)]) for part in reduced(both, both, k))
    return codes[0], codes[1], rebuilt[1]


def _columns(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    mean = x_train.mean(axis=0)
    directions = _directions(x_train - mean)
    codes = [(x - mean) @ directions[:, :k] for x in (x_train, x_test)]
    return codes[0], codes[1], codes[1] @ directions[:k] + mean


def _not_centred(x_train: np.ndarray, x_test: np.ndarray, k: int) -> Reduced:
    directions = _directions(x_train)[:k]
    codes = x_train @ directions.T, x_test @ directions.T
    return *codes, codes[1] @ directions


def check_reduced(answer: Any) -> str:
    """Exercise 4.3."""
    rng = np.random.default_rng(43)
    known = {
        "Each table gets a mean and directions of its own, so the two sets of codes live in two "
        "different spaces, and the test data had a say. And `directions[:, :k]` takes columns, "
        "but the directions are the *rows* of what `svd` returns. And `rebuilt` lacks the mean.": (
            _listing
        ),
        "The test table still gets a mean and directions of its own. The two sets of codes then "
        "live in two different spaces, and no neighbour search between them makes sense.": (
            _fitted_anew
        ),
        "The directions are those of `x_train`, but `x_test` is centred by its *own* mean. "
        "Subtract that of `x_train` from both.": _own_mean,
        "Mean and directions come from both tables together, so the test data had a say. They come "
        "from `x_train` alone.": _fitted_to_both,
        "`directions[:, :k]` takes columns. The directions are the *rows* of what `svd` returns: "
        "`x @ directions[:k].T`.": _columns,
        "Nothing is centred. Directions of largest *variance* are directions from the mean.": (
            _not_centred
        ),
        "The codes are right. But `rebuilt` lacks the mean that was subtracted before.": (
            lambda a, b, k: (*reduced(a, b, k)[:2], reduced(a, b, k)[2] - a.mean(axis=0))
        ),
        "The codes are right. But to `rebuilt` the mean of `x_test` is added, and what was "
        "subtracted is that of `x_train`.": lambda a, b, k: (
            *reduced(a, b, k)[:2],
            reduced(a, b, k)[2] - a.mean(axis=0) + b.mean(axis=0),
        ),
    }
    for rows, features, k in [(30, 4, 2), (40, 6, 3)]:
        turn = rng.normal(size=(features, features)) * np.arange(features, 0, -1)
        train = rng.normal(size=(rows, features)) @ turn + 3
        test = rng.normal(size=(rows // 2, features)) @ turn + 4
        parts = _parts(call(answer, train, test, k), train, test, k)
        if _same(parts, reduced(train, test, k)):
            continue
        for message, mistaken in known.items():
            expect.require(not _same(parts, mistaken(train, test, k)), message)
        names = ("codes of `x_train`", "codes of `x_test`", "rebuilt `x_test`")
        for name, part, wanted in zip(names, parts, reduced(train, test, k), strict=True):
            expect.require(
                _same_up_to_signs(part, wanted) or name.startswith("rebuilt"),
                f"The {name} are not the first {k} principal components.",
            )
        expect.require(False, "The codes are right, the rebuilt rows of `x_test` are not.")
    return (
        "One mean and one set of directions, from the training table, for both. Had you compared "
        "neighbours across the two spaces of the listing, you would have found none, and blamed "
        "the method."
    )


def _parts(found: Any, train: np.ndarray, test: np.ndarray, k: int) -> Reduced:
    """Return what the reader's function gave as three arrays."""
    expect.require(
        isinstance(found, tuple | list) and len(found) == 3,
        "Return three arrays: codes of `x_train`, codes of `x_test`, `x_test` rebuilt.",
    )
    first, second, rebuilt = found
    return (
        expect.array(first, shape=(len(train), k), name="the first result"),
        expect.array(second, shape=(len(test), k), name="the second result"),
        expect.array(rebuilt, shape=test.shape, name="the third result"),
    )


def _same(parts: Reduced, wanted: Reduced) -> bool:
    """Tell whether both are alike; the sign of a direction is a matter of taste."""
    codes, wanted_codes = (np.concatenate(three[:2]) for three in (parts, wanted))
    return _same_up_to_signs(codes, wanted_codes) and np.allclose(parts[2], wanted[2], atol=1e-6)


def _same_up_to_signs(codes: np.ndarray, wanted: np.ndarray) -> bool:
    signs = np.where((codes * wanted).sum(axis=0) < 0, -1, 1)
    return np.allclose(codes * signs, wanted, atol=1e-6)


# --- 4.4: how many bits? -------------------------------------------------------------------------


def levels(codes: np.ndarray, step: float) -> np.ndarray:
    """Return codes in steps, each rounded to the nearest whole number."""
    return np.rint(codes / step).astype(int)


def bits(known: np.ndarray, new: np.ndarray) -> float:
    """Return the bits that an average row of ``new`` takes by the frequencies in ``known``."""
    shares = [(known[:, j][:, None] == new[:, j][None]).mean(axis=0) for j in range(known.shape[1])]
    return float(-np.log2(shares).sum(axis=0).mean())


def _one_table(known: np.ndarray, new: np.ndarray) -> float:
    shares = (known.ravel()[:, None] == new.ravel()[None]).mean(axis=0)
    return float(-np.log2(shares).reshape(new.shape).sum(axis=1).mean())


def check_bits(answer: Any, bits: Any) -> str:
    """Exercise 4.4."""
    _check_levels(answer)
    _check_bits(bits)
    return (
        "Rare levels are dear and frequent ones cheap, so wide steps, where most codes fall on a "
        "few levels, take few bits. The frequencies are learnt from known codes; those of the new "
        "ones are not yet known when the first of them is written down."
    )


def _check_levels(answer: Any) -> None:
    # None of these lies halfway between two levels, where rules of rounding differ.
    cases = [
        (np.array([[0.6, -0.6], [1.4, -1.4], [2.1, 0.2]]), 1.0),
        (np.random.default_rng(44).normal(size=(20, 3)), 0.37),
    ]
    mistakes: dict[str, Callable[..., Any]] = {
        "The codes are cut off, not rounded: 0.6 steps are nearer to 1 than to 0.": (
            lambda z, step: np.trunc(z / step)
        ),
        "The codes are always rounded down. Take the nearest whole number.": (
            lambda z, step: np.floor(z / step)
        ),
        "The codes are *multiplied* by the step. How many steps fit into a code?": (
            lambda z, step: np.rint(z * step)
        ),
        "Those are the rounded codes. Their levels, whole numbers, are asked for: do not multiply "
        "by the step again.": lambda z, step: np.rint(z / step) * step,
        "The codes are not rounded.": lambda z, step: z / step,
    }
    expect.function(answer, levels, cases, mistakes=mistakes)


def _check_bits(answer: Any) -> None:
    rng = np.random.default_rng(45)
    cases = [(np.array([[0, 0], [0, 1], [0, 2], [1, 3]]), np.array([[0, 0], [1, 0], [1, 3]]))]
    for rows, columns in [(60, 3), (80, 5)]:
        known = levels(rng.normal(size=(rows, columns)) * np.arange(1, columns + 1), 1.0)
        cases.append((known, known[rng.integers(0, rows, 10)]))
    mistakes: dict[str, Callable[..., Any]] = {
        "That is in nats. Bits need the logarithm to the base 2.": lambda a, b: (
            bits(a, b) * np.log(2)
        ),
        "The result is negative: the bits of a level are *minus* the logarithm of its share.": (
            lambda a, b: -bits(a, b)
        ),
        "The shares are those of `new` itself. When a code is written down, only `known` has been "
        "seen.": lambda a, b: bits(b, b),
        "One table of shares serves all columns. Each column has its own: 1 may be frequent in one "
        "and rare in another.": _one_table,
        "You averaged over the columns. A row needs the bits of *all* its numbers.": lambda a, b: (
            bits(a, b) / a.shape[1]
        ),
        "You added up all rows. The bits of an average row are asked for.": lambda a, b: (
            bits(a, b) * len(b)
        ),
        "That is the entropy of `known`: what an average row of *known* takes. The rows of `new` "
        "are to be written down.": lambda a, b: bits(a, a),
        "You gave each level of a column equally many bits, however often it occurs.": (
            lambda a, b: sum(np.log2(len(np.unique(column))) for column in a.T)
        ),
    }
    expect.function(answer, bits, cases, name="the result of `bits`", mistakes=mistakes)


# --- 4.7: the stolen codes -----------------------------------------------------------------------

Decoder = Callable[[np.ndarray], np.ndarray]


def learn_decoder(codes: np.ndarray, images: np.ndarray) -> Decoder:
    """Return the linear map with an intercept that leads from codes to images, cut to [0, 1]."""
    with_one = _with_one(codes)
    weights = np.linalg.lstsq(with_one, images, rcond=None)[0]
    return lambda new: np.clip(_with_one(new) @ weights, 0, 1)


def _with_one(codes: np.ndarray) -> np.ndarray:
    return np.concatenate([codes, np.ones((len(codes), 1))], axis=1)


def _no_intercept(codes: np.ndarray, images: np.ndarray, *, clip: bool = True) -> Decoder:
    weights = np.linalg.lstsq(codes, images, rcond=None)[0]
    return lambda new: np.clip(new @ weights, 0, 1) if clip else new @ weights


def _not_clipped(codes: np.ndarray, images: np.ndarray) -> Decoder:
    weights = np.linalg.lstsq(_with_one(codes), images, rcond=None)[0]
    return lambda new: _with_one(new) @ weights


def _backwards(codes: np.ndarray, images: np.ndarray) -> Decoder:
    encoder = np.linalg.lstsq(images, codes, rcond=None)[0]
    return lambda new: np.clip(new @ np.linalg.pinv(encoder), 0, 1)


def _nearest(codes: np.ndarray, images: np.ndarray) -> Decoder:
    return lambda new: images[((new[:, None] - codes[None]) ** 2).sum(axis=2).argmin(axis=1)]


def check_stolen(answer: Any) -> str:
    """Exercise 4.7."""
    for pairs, k, pixels in [(40, 3, 8), (60, 5, 12)]:
        codes, images, new = _stolen(pairs, k, pixels)
        decoder = call(answer, codes, images)
        expect.require(
            callable(decoder),
            "`learn_decoder` returns a *function*, from new codes to images. Define one inside it, "
            "or use a `lambda`.",
        )
        expect.close(
            call(decoder, new),
            learn_decoder(codes, images)(new),
            name="the image that the decoder gives",
            mistakes={
                "The map has no intercept, so the code 0 gives a black image. Put a column of ones "
                "beside the codes, or subtract both means first. And keep the pixels between 0 and "
                "1.": _no_intercept(codes, images, clip=False)(new),
                "The map has no intercept, so the code 0 gives a black image. Put a column of ones "
                "beside the codes, or subtract both means first.": _no_intercept(codes, images)(
                    new
                ),
                "Some pixels are below 0 or above 1. Cut them off with `np.clip`.": (
                    _not_clipped(codes, images)(new)
                ),
                "You learnt the *encoder*, from images to codes, and undid it. Learn the way back "
                "itself: the codes are the input, the images the target.": (
                    _backwards(codes, images)(new)
                ),
                "That copies the image of the nearest known code. Learn a map with weights.": (
                    _nearest(codes, images)(new)
                ),
                "The decoder gives the mean image, whatever the code is.": np.broadcast_to(
                    images.mean(axis=0), (len(new), images.shape[1])
                ),
            },
        )
    return (
        "Least squares on pairs, and the owner's decoder is not needed. Codes that can be decoded "
        "by somebody can be decoded by anybody who has pairs."
    )


def _stolen(pairs: int, k: int, pixels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return codes, their images, and further codes, of an encoder with a little noise."""
    rng = np.random.default_rng(47)
    codes, new = rng.normal(2, 1, (pairs, k)), rng.normal(2, 1, (7, k))
    weights = rng.normal(0, 0.4, (k, pixels))
    images = np.clip(codes @ weights - 2 * weights.sum(axis=0) + 0.5, 0, 1)
    return codes, images, new


EXERCISES = (
    Exercise(
        "4.2",
        "One number for a circle",
        "prediction",
        check_circle,
        (
            "Draw the circle and a straight line through its middle. Which point of the line is "
            "nearest to a point of the circle, and how far is it, squared, on average?",
            "Along each of the two directions of the plane the mean square of a point is the same, "
            "and together they make the squared radius.",
            "What is drawn is the decoder's. Ask for each of the four: straight line, plane, or a "
            "curve?",
        ),
    ),
    Exercise(
        "4.3",
        "Two spaces for one table",
        "bug hunt",
        check_reduced,
        (
            "There are three bugs. How often are a mean and directions computed, and from what?",
            "`np.linalg.svd` returns three things. In the third, is a direction a row or a column?",
            "`mean = x_train.mean(axis=0)`, `directions = svd(x_train - mean)[2][:k]`, and then "
            "`(x - mean) @ directions.T` for both tables. The way back ends with `+ mean`.",
        ),
    ),
    Exercise(
        "4.4",
        "How many bits?",
        "code",
        check_bits,
        (
            "`np.rint` rounds to the nearest whole number. And the share of a level in a column of "
            "`known` is `(known[:, j] == level).mean()`.",
            "A number of share p takes `-np.log2(p)` bits. Sum over the columns of a row, then "
            "average over the rows.",
            "For all new rows at once: `(known[:, j][:, None] == new[:, j][None]).mean(axis=0)`.",
        ),
    ),
    Exercise(
        "4.7",
        "The stolen codes",
        "code",
        check_stolen,
        (
            "What is the input of the map, and what its target?",
            "`np.linalg.lstsq(a, b, rcond=None)[0]` gives the weights with which `a @ weights` is "
            "nearest to `b`.",
            "`np.column_stack([codes, np.ones(len(codes))])` gives the intercept a place. Do the "
            "same with the new codes, and clip.",
        ),
    ),
)
