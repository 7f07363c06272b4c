"""Exercises 3.1, 3.2 and 3.8: damaging samples, and removing the damage."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from aecourse import scratch
from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

# --- 3.1: two kinds of damage --------------------------------------------------------------------


def check_corrupt(answer: Any) -> str:
    """Exercise 3.1."""
    x = np.random.default_rng(31).uniform(0.2, 0.8, (400, 60))
    for noise, level in [("masking", 0.3), ("salt_and_pepper", 0.4), ("masking", 0.6)]:
        given, rng = x.copy(), np.random.default_rng(310)
        call(answer, x, noise, level, rng)  # the errors of a first run are told with their names
        # `call` hands over copies; what a partial holds is the reader's to spoil.
        result = call(partial(answer, given), noise, level, rng)
        result = expect.array(result, shape=x.shape, name=f"the result for `{noise}`")
        expect.require(
            (given == x).all(),
            "`x` itself is changed, and with it the target of the training. Make a new array, with "
            "`x.copy()` or `np.where`.",
        )
        changed = result != x
        expect.require(changed.any(), f"With `{noise}` and level {level:g} nothing is changed.")
        if noise == "masking":
            _explain_masking(result, x, changed, level)
        else:
            _explain_salt_and_pepper(result[changed])
        _explain_places(changed, level, noise)
        salt = float((result[changed] == 1).mean())
        expect.require(
            noise == "masking" or abs(salt - 0.5) < 0.03,
            f"Of the values replaced, {salt:.0%} became 1. Salt and pepper are equally frequent.",
        )
        others = (call(answer, x, noise, level, np.random.default_rng(seed)) for seed in (1, 2))
        expect.require(
            not np.array_equal(*others),
            "Two generators with different seeds give the same damage, so it would be the same in "
            "every step of training. Draw from the `rng` that is handed over.",
        )
    return (
        "Every value has a chance of its own, what survives stays as it was, and `x` is whole "
        "still. It is needed: the clean `x` is the target."
    )


def _explain_masking(result: np.ndarray, x: np.ndarray, changed: np.ndarray, level: float) -> None:
    values = result[changed]
    if (values == 0).all():
        return
    expect.require(
        not np.allclose(result, np.where(result == 0, 0, x / (1 - level))),
        "The values that survive are divided by 1 − level. Dropout does that inside a network; "
        "here the survivors must stay true, for the model is to rebuild them.",
    )
    expect.require(
        not np.isin(values, (0, 1)).all(),
        "`masking` has only one kind of damage, the value 0. The value 1 belongs to salt and "
        "pepper.",
    )
    odd = values[values != 0][0]
    expect.require(
        False,
        f"With `masking` a value is kept or set to 0, nothing else; one of yours became {odd:.3g}.",
    )


def _explain_salt_and_pepper(values: np.ndarray) -> None:
    odd = values[~np.isin(values, (0, 1))]
    expect.require(
        odd.size == 0,
        "With `salt_and_pepper` a value is kept, or becomes exactly 0 or exactly 1; one of yours "
        f"became {odd[0] if odd.size else 0:.3g}.",
    )


def _explain_places(changed: np.ndarray, level: float, noise: str) -> None:
    """Say what is wrong with where the damage is, if anything."""
    by_row, share = changed.mean(axis=1), float(changed.mean())
    expect.require(
        not (changed == changed[0]).all(),
        "Every sample is damaged at the same places: one mask serves the whole array. Draw one "
        "random number for each value, `rng.random(x.shape)`.",
    )
    expect.require(
        not np.isin(by_row, (0, 1)).all(),
        "Whole samples are damaged and others not at all. Draw one random number for each value.",
    )
    known = {
        1 - level: "The share `level` is what is kept; it should be what is damaged.",
        1 - (1 - level) ** 2: "Salt takes the share `level`, and pepper takes as much again. "
        "`level` is the share of both together.",
        1 - (1 - level / 2) ** 2: "Too few values are damaged: salt and pepper are drawn apart, "
        "and now and then fall on the same value. One random number for each value decides both: "
        "below `level / 2` is pepper, from there up to `level` is salt.",
    }
    if abs(share - level) < 0.015:
        return
    for mistaken, message in known.items():
        expect.require(abs(share - mistaken) >= 0.015, message)
    expect.require(
        False, f"With `{noise}` and level {level:g} the share of damaged values is {share:.3f}."
    )


# --- 3.2: the noise that was not there -----------------------------------------------------------


def check_pairs(answer: Any) -> str:
    """Exercise 3.2."""
    x, level, epochs = np.random.default_rng(32).normal(size=(200, 20)), 0.5, 3
    call(answer, x, level, epochs, 7)
    given = x.copy()
    pairs = _pairs(call(partial(answer, given), level, epochs, 7), epochs, x.shape)
    for noisy, target in pairs:
        if np.array_equal(target, x):
            continue
        expect.require(
            not np.array_equal(noisy, target),
            "Input and target are one and the same array, so the target is noisy too, and the "
            "model learns to copy. `=` gives an array a second name; `+=` changes it under both.",
        )
        expect.require(False, "A target differs from `x`. What is to be rebuilt is the clean `x`.")
    expect.require(
        np.array_equal(given, x),
        "The targets are clean copies now, but `x` itself is still changed by `+=`: the noise of "
        "each epoch lies on top of the last one's. Make the *input* a new array: `x + …`.",
    )
    noise = np.stack([noisy - x for noisy, _ in pairs])
    _explain_repetition(noise)
    _explain_size(noise, level)
    again, other = (
        _pairs(call(answer, x, level, epochs, seed), epochs, x.shape)[0][0] for seed in (7, 8)
    )
    expect.require(
        np.array_equal(again, pairs[0][0]),
        "Called again with the same seed, it gives other noise. Draw from one "
        "`np.random.default_rng(seed)`, so that a run can be repeated.",
    )
    expect.require(
        not np.array_equal(again, other), "Another `seed` gives the same noise: it is not used."
    )
    return (
        "Clean targets, and noise that is new for each value, each sample and each epoch. None of "
        "the three bugs raises an error; the first one even makes copying the best answer."
    )


def _pairs(result: Any, epochs: int, shape: tuple[int, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what the reader's function gave as pairs of arrays."""
    expect.require(
        isinstance(result, list | tuple)
        and len(result) == epochs
        and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in result),
        "Return a list with one pair `(input, target)` for each epoch.",
    )
    return [
        (
            expect.array(noisy, shape=shape, name="an epoch's input"),
            expect.array(target, shape=shape, name="an epoch's target"),
        )
        for noisy, target in result
    ]


def _explain_repetition(noise: np.ndarray) -> None:
    """Say along which of (epochs, samples, features) the noise repeats itself, if it does."""
    expect.require(np.abs(noise).max() > 0, "The inputs are clean: no noise is added at all.")
    expect.require(
        not np.allclose(noise, noise[:1]),
        "Each epoch has the same noise, so the model can learn it by heart. Where is the generator "
        "made, and how often?",
    )
    expect.require(
        not np.allclose(noise, noise[:, :1]),
        "All samples of an epoch get the same noise: one row is drawn and added to each of them. "
        "Draw an array of the shape of `x`.",
    )
    expect.require(
        not np.allclose(noise, noise[:, :, :1]),
        "All values of a sample get the same noise: it is lifted or lowered as a whole. Draw an "
        "array of the shape of `x`.",
    )


def _explain_size(noise: np.ndarray, level: float) -> None:
    spread = noise.std(axis=(1, 2))
    expect.require(
        spread[-1] < 1.2 * spread[0],
        "The noise grows from epoch to epoch: each one adds to the noisy input of the last. Start "
        "from the clean `x` each time.",
    )
    expect.require(
        abs(noise.mean()) < 0.05 * level,
        f"The noise has mean {noise.mean():.2f}, so it shifts the data. Normal noise has mean 0.",
    )
    expect.require(
        abs(noise.std() / level - 1) < 0.05,
        f"The noise has a standard deviation of {noise.std():.3f}; it should be `level`, {level}.",
    )


# --- 3.8: your own denoiser ----------------------------------------------------------------------


def add_noise(x: np.ndarray, x_train: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return ``x`` with normal noise as large as each feature's own deviation in training.

    Parameters
    ----------
    x, x_train
        Samples, first axis; ``x_train`` gives the deviations. A feature that is constant there gets
        no noise.
    rng
        Where the noise comes from.
    """
    return x + x_train.std(axis=0) * rng.standard_normal(x.shape)


def check_denoiser(answer: Any) -> str:
    """Exercise 3.8."""
    given = expect.mapping(answer, ["x_train", "x_test", "denoise"])
    train = expect.array(given["x_train"], name="`x_train`").astype(float)
    test = expect.array(given["x_test"], name="`x_test`").astype(float)
    for name, part in [("x_train", train), ("x_test", test)]:
        expect.require(
            part.ndim >= 2,
            f"`{name}` has shape `{part.shape}`; its first axis counts the samples and the others "
            "hold their values, as in `(rows, columns)` or `(images, height, width)`.",
        )
    expect.tables(train.reshape(len(train), -1), test.reshape(len(test), -1))
    expect.require(
        train.shape[1:] == test.shape[1:],
        f"A sample of `x_train` has shape `{train.shape[1:]}` and one of `x_test` "
        f"`{test.shape[1:]}`; they must agree.",
    )
    expect.require(train.std(axis=0).max() > 0, "All rows of `x_train` are the same.")

    noisy = add_noise(test, train, np.random.default_rng(38))
    clean = expect.array(
        call(given["denoise"], noisy), shape=test.shape, name="the result of `denoise`"
    )
    clean = clean.astype(float)
    _explain_denoiser(given["denoise"], noisy, clean, train)

    mean = train.mean(axis=0)
    copied, constant = _error(noisy, test, train), _error(0 * test + mean, test, train)
    halfway, left = _error((noisy + mean) / 2, test, train), _error(clean, test, train)
    expect.require(
        left > 1e-6 * copied,
        "`denoise` gives the clean test rows themselves: it has seen them. At work a denoiser has "
        "nothing but the noisy rows.",
    )
    _explain_units(clean, test, train, min(copied, constant))
    expect.require(
        left < min(copied, constant),
        f"The error is {left:.2f} times the variance of an average feature. The noisy rows as they "
        f"are have {copied:.2f}, the mean of `x_train` for every row {constant:.2f}. Train longer, "
        "with fresh noise in each epoch, on data that are scaled.",
    )
    verdict = (
        "which yours beats: it has learnt how the features hang together."
        if left < halfway
        else "and yours does not beat that. Features that hang together loosely tell little about "
        "each other; or there is more to be had by training longer."
    )
    return (
        f"On rows it has never seen, the noise left is {left:.2f} of a feature's variance, where "
        f"the noisy rows have {copied:.2f}. Going halfway to the mean, for which nothing need be "
        f"learnt, has {halfway:.2f}, {verdict}"
    )


def _explain_denoiser(
    denoise: Callable[..., Any], noisy: np.ndarray, clean: np.ndarray, train: np.ndarray
) -> None:
    """Recognise denoisers that do not look at each row by itself."""
    deviation = np.where(train.std(axis=0) > 0, train.std(axis=0), 1.0)
    again = np.asarray(call(denoise, noisy), dtype=float)
    expect.require(
        np.abs((again - clean) / deviation).max() < 0.01,
        "The same rows give another result the second time. Does `denoise` add noise? The rows it "
        "gets are noisy already; noise belongs in the training.",
    )
    few = noisy[: len(noisy) // 2]
    alone = expect.array(call(denoise, few), shape=few.shape, name="the result of `denoise`")
    expect.require(
        np.abs((alone - clean[: len(few)]) / deviation).max() < 0.01,
        "The same rows are denoised differently when other rows stand beside them. Is something "
        "fitted inside `denoise`? Fit scaler and model once, on `x_train`.",
    )
    expect.require(
        np.abs((clean - noisy) / deviation).max() > 1e-3,
        "`denoise` hands back the noisy rows as they are.",
    )
    expect.require(
        (np.ptp(clean, axis=0) / deviation).max() > 1e-3,
        "`denoise` gives the same answer for every row, so it has not learnt to tell them apart. "
        "Train longer, or with a larger code.",
    )


def _explain_units(clean: np.ndarray, test: np.ndarray, train: np.ndarray, mark: float) -> None:
    """Recognise a result in scaled units."""
    rows, wanted, fitted = (part.reshape(len(part), -1) for part in (clean, test, train))
    scaled = (
        _error(rows, scaler.transform(wanted), scaler.transform(fitted))
        for scaler in (scratch.ZScoreScaler().fit(fitted), scratch.MinMaxScaler().fit(fitted))
    )
    expect.require(
        _error(clean, test, train) < mark or min(scaled) >= mark,
        "The result is in *scaled* units, while `x_test` is in its own. End `denoise` with the "
        "scaler's `inverse_transform`.",
    )


def _error(x_hat: np.ndarray, x: np.ndarray, train: np.ndarray) -> float:
    """Return the squared error in units of the variance of each feature that varies."""
    deviation = train.std(axis=0)
    varying = deviation > 0
    return float((((x_hat - x)[:, varying] / deviation[varying]) ** 2).mean())


EXERCISES = (
    Exercise(
        "3.1",
        "Damage without touching",
        "code",
        check_corrupt,
        (
            "`rng.random(x.shape)` gives each value a number between 0 and 1. How often does it "
            "lie below `level`?",
            "`np.where(condition, a, b)` makes a new array: `a` where the condition holds, `b` "
            "elsewhere. Neither of them is changed.",
            "For salt and pepper one number for each value is enough: below `level / 2` it becomes "
            "0, from there up to `level` it becomes 1, and above that it stays.",
        ),
    ),
    Exercise(
        "3.2",
        "Noise that goes nowhere",
        "bug hunt",
        check_pairs,
        (
            "After `noisy = x`, how many arrays are there? Try it with an array of three numbers.",
            "Follow the generator through the loop. And how many random numbers are drawn for 200 "
            "samples of 20 values?",
            "Make the generator once, before the loop. In the loop: "
            "`noisy = x + level * rng.normal(size=x.shape)`.",
        ),
    ),
    Exercise(
        "3.8",
        "A denoiser of your own",
        "own data",
        check_denoiser,
        (
            "Split first. Scale with a `scratch.ZScoreScaler` fitted on `x_train`: in its units "
            "the noise is simply `rng.standard_normal(batch.shape)`.",
            "One step of training, with a batch that is clean and of type `float32`: "
            "`Y = model.forward(noisy)`, then `model.backward(Y, batch)`, then "
            "`optimiser.step(model.parameters, model.gradients)`.",
            "`scratch.batches(scaled, 32, 0, epoch)` yields the batches of an epoch. `denoise` "
            "does three things: `scaler.transform`, `model.reconstruct`, "
            "`scaler.inverse_transform`. Images become rows before it and images again after.",
        ),
        seconds=60.0,
    ),
)
