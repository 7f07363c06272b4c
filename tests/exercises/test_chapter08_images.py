"""Typical wrong answers to the exercises of section 8.3, and a part of what each must be told."""

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.exercises import chapter08_images as images
from aecourse.exercises import chapter08_images_copies as copies
from aecourse.exercises.chapter08 import drawn_at


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 8.15 ---


def frechet(
    result: str = "d @ d + np.trace(A) + np.trace(B) - 2 * r",
    root: str = "np.sqrt(np.linalg.eigvals(A @ B).real.clip(0)).sum()",
    bias: str = "False",
) -> str:
    return function(
        "frechet(a, b)",
        "d = a.mean(0) - b.mean(0)",
        f"A, B = np.cov(a.T, bias={bias}), np.cov(b.T, bias={bias})",
        f"r = {root}",
        f"return {result}",
    )


# --- 8.16 ---


def noise(**changed: float) -> str:
    right = {"code_numbers": 32768, "share": 2 / 3, "window": 6, "in_range": 0.3413}
    return f"prediction = {right | changed}"


# --- 8.17 ---

LISTING = function(
    "sample(encode, decode, x_train, x_test, count, rng)",
    "codes = encode(np.concatenate([x_train, x_test]))",
    "mean = codes.mean()",
    "covariance = np.cov(codes.T)",
    "noise = rng.random((count, codes.shape[1]))",
    "return decode(mean + noise @ covariance)",
)


def sample(
    known: str = "x_train",
    mean: str = "codes.mean(0)",
    factor: str = "np.linalg.cholesky(C).T",
    drawn: str = "rng.standard_normal((count, codes.shape[1]))",
    covariance: str = "np.cov(codes.T)",
) -> str:
    return function(
        "sample(encode, decode, x_train, x_test, count, rng)",
        f"codes = encode({known})",
        f"C = {covariance}",
        f"return decode({mean} + {drawn} @ {factor})",
    )


# --- 8.18 ---


def complete(
    result: str = "np.where(visible, x, z @ W + b)",
    seen: str = "visible",
    price: str = "price",
    known: str = "(x - b)",
) -> str:
    return function(
        "complete(x, visible, W, b, price)",
        f"s = {seen}",
        "V = W[:, s]",
        f"z = np.linalg.solve(V @ V.T + {price} * np.eye(len(W)), V @ {known}[:, s].T).T",
        f"return {result}",
    )


# --- 8.19 ---


def copying(
    result: str = "(s - c) / (1 - c)",
    first: str = "known",
    second: str = "unseen",
    chance: str = "len(known) / (len(known) + len(unseen))",
) -> str:
    return function(
        "copying(drawn, known, unseen)",
        "n = lambda r: np.linalg.norm(drawn[:, None] - r[None], axis=2).min(1)",
        f"s = (n({first}) < n({second})).mean()",
        f"c = {chance}",
        f"return {result}",
    )


# --- 8.20 ---


def widths(**changed: float) -> str:
    return f"widths = { ({'best': 0.0, 'free': 0.8} | changed) }"


# --- 8.21 ---

ROWS = """
rng = np.random.default_rng(0)
rows = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 5)) + 0.1 * rng.normal(size=(200, 5))
x_train, x_test = rows[:120], rows[120:]
mean, C = x_train.mean(0), np.linalg.cholesky(np.cov(x_train.T))
def draw(count, seed):
    return mean + np.random.default_rng(seed).standard_normal((count, 5)) @ C.T
"""


def own(before: str = "", **changed: str) -> str:
    parts = {"x_train": "x_train", "x_test": "x_test", "draw": "draw", **changed}
    entries = ", ".join(f'"{name}": {value}' for name, value in parts.items())
    return f"{ROWS}\n{before}\nmine = {{{entries}}}"


MISTAKES = {
    "8.15": [
        Mistake(frechet("np.sqrt(d @ d) + np.trace(A) + np.trace(B) - 2 * r"), "by its *square*"),
        Mistake(frechet("d @ d"), "means alone"),
        Mistake(frechet("np.trace(A) + np.trace(B) - 2 * r"), "means is missing"),
        Mistake(frechet("d @ d + np.trace(A) + np.trace(B) - r"), "factor of 2"),
        Mistake(frechet("d @ d + np.trace(A) + np.trace(B) + 2 * r"), "sign of the root"),
        Mistake(frechet(root="np.trace(np.sqrt(np.abs(A @ B)))"), "root of each entry"),
        Mistake(frechet(root="np.linalg.eigvals(A @ B).real.sum()"), "Take their roots"),
        Mistake(frechet("np.sqrt(d @ d + np.trace(A) + np.trace(B) - 2 * r)"), "stays squared"),
        Mistake(frechet(bias="True"), "divide by n − 1"),
        Mistake(frechet(root="np.sqrt(np.linalg.eigvalsh(A @ B).clip(0)).sum()"), "no symmetric"),
        Mistake(frechet().replace(".T,", ","), "each *row* for a feature"),
        Mistake(
            "from scipy.linalg import sqrtm\n" + frechet(root="np.trace(sqrtm(A) @ sqrtm(B))"),
            "roots of the two covariances",
        ),
        Mistake(
            frechet("d @ d + np.sum((np.sqrt(np.diag(A)) - np.sqrt(np.diag(B))) ** 2)"),
            "Only variances",
        ),
        Mistake(
            frechet("(a.mean() - b.mean()) ** 2 + np.trace(A) + np.trace(B) - 2 * r"), "`axis=0`"
        ),
    ],
    "8.16": [
        Mistake(noise(code_numbers=1024), "counts one map"),
        Mistake(noise(code_numbers=131072), "one pooling too few"),
        Mistake(noise(code_numbers=3072), "image's 3 channels"),
        Mistake(noise(share=2), "three channels"),
        Mistake(noise(share=1.5), "upside down"),
        Mistake(noise(window=3), "convolution alone"),
        Mistake(noise(window=4), "first pooling only"),
        Mistake(noise(window=5), "*two* pixels away"),
        Mistake(noise(window=12), "overlap"),
        Mistake(noise(window=128), "no dense layer"),
        Mistake(noise(code_numbers=524288), "leaves the poolings out"),
        Mistake(noise(in_range=0.68), "between −1 and 1"),
        Mistake(noise(in_range=0.5), "share above 0"),
        Mistake(noise(in_range=0.16), "share above 1"),
    ],
    "8.17": [
        Mistake(LISTING, "do not lie around the mean of the codes"),
        Mistake(sample(known="np.concatenate([x_train, x_test])"), "training *and* test images"),
        Mistake(sample(known="x_test"), "mean of the test images"),
        Mistake(sample(mean="codes.mean()"), "mean over everything"),
        Mistake(sample(mean="0"), "lie around 0"),
        Mistake(sample(factor="C"), "covariance of its square"),
        Mistake(sample(factor="np.linalg.cholesky(C)"), "wrong side"),
        Mistake(sample(factor="np.diag(codes.std(0))"), "independently of each other"),
        Mistake(sample(factor="np.eye(len(C))"), "not scaled at all"),
        Mistake(
            sample(drawn="(rng.random((count, codes.shape[1])) - 0.5)"), "its variance is 1/12"
        ),
        Mistake(
            sample(drawn="12**0.5 * (rng.random((count, codes.shape[1])) - 0.5)"), "are not normal"
        ),
        Mistake(
            sample(drawn="np.random.default_rng(0).standard_normal((count, codes.shape[1]))"),
            "different seeds",
        ),
        Mistake(
            sample(drawn="np.random.standard_normal((count, codes.shape[1]))"), "the same seed"
        ),
    ],
    "8.18": [
        Mistake(complete(seen="np.ones_like(visible)"), "*all* values"),
        Mistake(complete(price="0"), "price is missing"),
        Mistake(complete(price="price / 2"), "half of what it should be"),
        Mistake(complete(price="2 * price"), "counts twice"),
        Mistake(complete(known="x"), "not taken off"),
        Mistake(complete("np.where(visible, x, z @ W)"), "missing from what is filled in"),
        Mistake(complete("z @ W + b"), "keep them"),
        Mistake(complete("np.where(visible, z @ W + b, x)"), "wrong way round"),
    ],
    "8.19": [
        Mistake(copying("s"), "That is the share"),
        Mistake(copying(chance="0.5"), "taken to be one half"),
        Mistake(copying("s - c"), "divide by 1 − chance"),
        Mistake(
            copying(
                first="unseen",
                second="known",
                chance="len(unseen) / (len(known) + len(unseen))",
            ),
            "swapped",
        ),
        Mistake(copying(chance="len(unseen) / (len(known) + len(unseen))"), "*known* samples"),
    ],
    "8.20": [
        Mistake(widths(best=1.0), "Another width"),
        Mistake(widths(best=0.25), "one of 0, 0.1"),
        Mistake(widths(free=0.3), "still 0.94"),
        Mistake(widths(free=1.0), "Find the smallest"),
    ],
    "8.21": [
        Mistake(own(x_test="x_train"), "in the training data too"),
        Mistake(own(x_train="x_train[:40]"), "at least 60"),
        Mistake(own(draw="draw(200, 0)"), "must be a function"),
        Mistake(own("def draw(count, seed): return x_test[:20] + seed"), "returns 20 samples"),
        Mistake(own("def draw(count, seed): return rng.normal(size=(count, 5))"), "for the same"),
        Mistake(
            own("def draw(count, seed): return np.random.default_rng(1).normal(size=(count, 5))"),
            "for another seed",
        ),
        Mistake(
            own(
                "def draw(count, seed): "
                "return x_train[np.random.default_rng(seed).integers(120, size=count)]"
            ),
            "keep to the training samples",
        ),
        Mistake(
            own(
                "def draw(count, seed): "
                "return x_test[np.random.default_rng(seed).integers(80, size=count)]"
            ),
            "keep to the *test* samples",
        ),
        Mistake(
            own(
                "def draw(count, seed): "
                "return 50 * np.random.default_rng(seed).normal(size=(count, 5))"
            ),
            "that of noise within",
        ),
    ],
}


def test_the_search_of_the_chapter_and_the_exercise_ask_for_the_same_code():
    rng = np.random.default_rng(0)
    kernel, bias, x = rng.normal(size=(2, 6)), rng.normal(size=6), rng.normal(size=(3, 6))
    visible = np.arange(6) < 3
    found = images.complete(x, visible, kernel, bias, 0.5)
    assert np.array_equal(found[:, :3], x[:, :3])
    spoiled = np.where(visible, x, np.inf)
    np.testing.assert_array_equal(images.complete(spoiled, visible, kernel, bias, 0.5), found)


def test_the_generator_goes_from_copies_to_a_gaussian():
    first, last = drawn_at(0), drawn_at(1)
    assert first["copying"] == 1
    assert abs(last["copying"]) < 0.1
    assert last["frechet"] > 2 * first["frechet"]
    assert first["precision"] > last["precision"]


def test_the_draws_keep_mean_and_variance_at_every_width():
    train, _ = copies._digits()
    assert len(train) == 900
    assert train.max() == 1


@pytest.mark.parametrize("seed", range(3))
def test_copying_is_that_of_the_package_on_images(seed):
    rng = np.random.default_rng(seed)
    drawn, known, unseen = (rng.normal(size=(count, 4)) for count in (20, 30, 10))
    distances = [
        np.array([np.linalg.norm(pool - each, axis=1).min() for each in drawn])
        for pool in (known, unseen)
    ]
    share = np.mean(distances[0] < distances[1])
    assert copies.copying(drawn, known, unseen) == pytest.approx((share - 0.75) / 0.25)
