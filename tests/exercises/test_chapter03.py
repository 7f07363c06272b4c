"""Typical wrong answers to chapter 3, and a part of what each must be told."""

from collections.abc import Callable

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.errors import InputError
from aecourse.exercises import chapter03_latent, check
from aecourse.exercises.chapter03 import active_dimensions, add_noise, divergences


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


def corrupt(*lines: str) -> str:
    return function("corrupt(x, noise, level, rng)", *lines)


MASKED = 'if noise == "masking": return np.where(rng.random(x.shape) < level, 0, x)'


def pairs(*lines: str) -> str:
    return function("pairs(x, level, epochs, seed)", "rng = np.random.default_rng(seed)", *lines)


KL = function(
    "kl(mean, log_variance)",
    "return 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1)",
)
DRAW = function(
    "draw(mean, log_variance, rng)",
    "return mean + np.exp(0.5 * log_variance) * rng.standard_normal(mean.shape)",
)


def kl(body: str) -> str:
    return function("kl(mean, log_variance)", f"return {body}") + DRAW


def draw(body: str) -> str:
    return KL + function("draw(mean, log_variance, rng)", f"return {body}")


def weight(**changed: float) -> str:
    right = {"its_loss": 0.64, "our_loss": 43.36, "beta": 39.2, "weight": 20 / 784}
    return f"prediction = {right | changed}"


def vae_loss(
    noise: str = "rng.standard_normal(mean.shape)",
    deviation: str = "np.exp(0.5 * log_variance)",
    error: str = "((x - decode(z)) ** 2).sum(axis=1).mean()",
    kl: str = "0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1).mean()",
) -> str:
    return function(
        "vae_loss(x, encode, decode, rng)",
        "mean, log_variance = encode(x)",
        f"z = mean + {deviation} * {noise}",
        f"return {error} + {kl}",
    )


def codebook(nearest: str = "", gradient: str = "", perplexity: str = "") -> str:
    nearest = nearest or "((z[:, None] - codebook[None]) ** 2).sum(axis=2).argmin(axis=1)"
    gradient = gradient or "dq + 2 * commitment * (z - quantised) / len(z)"
    perplexity = perplexity or "np.exp(-(q * np.log(q)).sum())"
    return (
        function("nearest(z, codebook)", f"return {nearest}")
        + function("gradient(z, quantised, dq, commitment)", f"return {gradient}")
        + function(
            "perplexity(indices, size)",
            "p = np.bincount(indices, minlength=size) / len(indices)",
            "q = p[p > 0]",
            f"return {perplexity}",
        )
    )


def collapse(six: float, none: float) -> str:
    return f'found = {{"six_in_use": {six}, "none_in_use": {none}}}'


IMAGES = """
from sklearn.datasets import load_digits
from aecourse import scratch
rows = np.random.default_rng(0).permutation(load_digits().data)[:500]
x_train, x_test = rows[:400], rows[400:]
mean = x_train.mean(axis=0)
scaler = scratch.ZScoreScaler().fit(x_train)
axes = np.linalg.svd(scaler.transform(x_train), full_matrices=False)[2][:10]
def cleaned(z):
    return z @ axes.T @ axes
"""


def denoiser(body: str, before: str = "") -> str:
    hand_over = 'mine = {"x_train": x_train, "x_test": x_test, "denoise": denoise}'
    return IMAGES + before + "\n" + function("denoise(x)", body) + hand_over


GOOD = "return scaler.inverse_transform(cleaned(scaler.transform(x)))"


def sizes(**changed: object) -> str:
    right = {
        "code_shape": (7, 7, 32),
        "ratio": 2,
        "parameters": 4800,
        "dense_parameters": 784 * 1568 + 1568,
    }
    return f"prediction = {right | changed}"


def convolution(
    rows: str = "(length - len(kernel)) // stride + 1",
    step: str = "i * stride",
    row: str = "kernel",
    result: str = "C",
) -> str:
    return function(
        "convolution_matrix(kernel, length, stride)",
        f"C = np.zeros(({rows}, length))",
        f"for i in range({rows}): C[i, {step} : {step} + len(kernel)] = {row}",
        f"return {result}",
    )


def transposed(
    step: str = "i * stride",
    laid: str = "+= y[i] * kernel",
    length: str = "(len(y) - 1) * stride + len(kernel)",
) -> str:
    return convolution() + function(
        "transposed(y, kernel, stride)",
        f"x = np.zeros({length})",
        f"for i in range(len(y)): x[{step} : {step} + len(kernel)] {laid}",
        "return x",
    )


def block(*lines: str) -> str:
    return function("block(x, W1, b1, W2, b2)", "relu = lambda a: np.maximum(a, 0)", *lines)


PATCHIFY = function(
    "patchify(images, side)",
    "n, h, w = images.shape",
    "s = images.reshape(n, h // side, side, w // side, side)",
    "return s.transpose(0, 1, 3, 2, 4).reshape(n, -1, side * side)",
)
HIDE = function(
    "hide(n, patches, share, rng)",
    "return rng.random((n, patches)).argsort(axis=1) < round(share * patches)",
)
HIDDEN_ERROR = function(
    "hidden_error(patches, rebuilt, hidden)",
    "return ((patches - rebuilt) ** 2 * hidden[:, :, None]).sum(axis=(1, 2)).mean()",
)


def patchify(body: str) -> str:
    split = "s = images.reshape(n, h // side, side, w // side, side)"
    head = ("patchify(images, side)", "n, h, w = images.shape", split, f"return {body}")
    return function(*head) + HIDE + HIDDEN_ERROR


def hide(*lines: str) -> str:
    return PATCHIFY + function("hide(n, patches, share, rng)", *lines) + HIDDEN_ERROR


def hidden_error(body: str) -> str:
    squares = "e = (patches - rebuilt) ** 2"
    head = ("hidden_error(patches, rebuilt, hidden)", squares, f"return {body}")
    return PATCHIFY + HIDE + function(*head)


MISTAKES = {
    "3.1": [
        Mistake(corrupt("x[rng.random(x.shape) < level] = 0", "return x"), "`x` itself is changed"),
        Mistake(corrupt("return x"), "nothing is changed"),
        Mistake(
            corrupt("return np.where(rng.random(x.shape) < level, 0, x / (1 - level))"), "Dropout"
        ),
        Mistake(corrupt("return np.where(rng.random(x.shape) < level, 1, x)"), "only one kind"),
        Mistake(corrupt("return x + level * rng.normal(size=x.shape)"), "a value is kept or set"),
        Mistake(
            corrupt("return np.where(rng.random(x.shape) < level, x, 0)"), "`level` is what is kept"
        ),
        Mistake(
            corrupt("return np.where(rng.random(x.shape[1]) < level, 0, x)"), "one mask serves"
        ),
        Mistake(
            corrupt("return np.where(rng.random((len(x), 1)) < level, 0, x)"), "Whole samples are"
        ),
        Mistake(
            corrupt("return np.where(np.random.default_rng(0).random(x.shape) < level, 0, x)"),
            "Two generators",
        ),
        Mistake(
            corrupt(MASKED, "return np.where(rng.random(x.shape) < level, 0, x)"),
            "equally frequent",
        ),
        Mistake(
            corrupt(MASKED, "return np.where(rng.random(x.shape) < level, rng.random(x.shape), x)"),
            "exactly 0 or exactly 1",
        ),
        Mistake(
            corrupt(
                MASKED,
                "r = np.where(rng.random(x.shape) < level / 2, 0, x)",
                "return np.where(rng.random(x.shape) < level / 2, 1, r)",
            ),
            "drawn apart",
        ),
        Mistake(
            corrupt(
                MASKED,
                "hit = (rng.random(x.shape) < level) | (rng.random(x.shape) < level)",
                "return np.where(hit, rng.integers(0, 2, x.shape), x)",
            ),
            "share of both together",
        ),
        Mistake(corrupt("return np.where(rng.random(x.shape) < level / 3, 0, x)"), "the share of"),
    ],
    "3.2": [
        Mistake(
            pairs(
                "result = []",
                "for epoch in range(epochs):",
                "    rng = np.random.default_rng(seed)",
                "    noisy = x",
                "    noisy += level * rng.normal(size=x.shape[1])",
                "    result.append((noisy, x))",
                "return result",
            ),
            "one and the same array",
        ),
        Mistake(
            pairs(
                "result = []",
                "for epoch in range(epochs):",
                "    target = x.copy()",
                "    x += level * rng.normal(size=x.shape)",
                "    result.append((x.copy(), target))",
                "return result",
            ),
            "A target differs from `x`",
        ),
        Mistake(
            pairs(
                "target, result = x.copy(), []",
                "for epoch in range(epochs):",
                "    x += level * rng.normal(size=x.shape)",
                "    result.append((x.copy(), target))",
                "return result",
            ),
            "`x` itself is still changed",
        ),
        Mistake(
            pairs(
                "return [(x + level * np.random.default_rng(seed).normal(size=x.shape), x) "
                "for _ in range(epochs)]"
            ),
            "learn it by heart",
        ),
        Mistake(
            pairs("return [(x + level * rng.normal(size=x.shape[1]), x) for _ in range(epochs)]"),
            "one row is drawn",
        ),
        Mistake(
            pairs("return [(x + level * rng.normal(size=(len(x), 1)), x) for _ in range(epochs)]"),
            "lifted or lowered",
        ),
        Mistake(
            pairs(
                "noisy, result = x.copy(), []",
                "for epoch in range(epochs):",
                "    noisy = noisy + level * rng.normal(size=x.shape)",
                "    result.append((noisy, x))",
                "return result",
            ),
            "grows from epoch to epoch",
        ),
        Mistake(
            pairs("return [(x + level * rng.random(x.shape), x) for _ in range(epochs)]"),
            "has mean",
        ),
        Mistake(
            pairs("return [(x + rng.normal(size=x.shape), x) for _ in range(epochs)]"),
            "it should be `level`",
        ),
        Mistake(
            pairs(
                "rng = np.random.default_rng()",
                "return [(x + level * rng.normal(size=x.shape), x) for _ in range(epochs)]",
            ),
            "with the same seed",
        ),
        Mistake(
            pairs(
                "rng = np.random.default_rng(0)",
                "return [(x + level * rng.normal(size=x.shape), x) for _ in range(epochs)]",
            ),
            "Another `seed`",
        ),
        Mistake(pairs("return [(x, x) for _ in range(epochs)]"), "no noise is added"),
        Mistake(pairs("return x + level * rng.normal(size=x.shape), x"), "a list with one pair"),
    ],
    "3.3": [
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).mean(axis=1)"),
            "averaged over the dimensions",
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).mean()"),
            "over everything",
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1).mean()"),
            "average over the batch",
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum()"),
            "added up the whole batch",
        ),
        Mistake(
            kl("0.5 * (1 + log_variance - mean**2 - np.exp(log_variance)).sum(axis=1)"),
            "never negative",
        ),
        Mistake(
            kl("(mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1)"), "½ is missing"
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(2 * log_variance) - 2 * log_variance - 1).sum(axis=1)"),
            "logarithm of the standard deviation",
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance).sum(axis=1)"),
            "−1 is missing",
        ),
        Mistake(
            kl("0.5 * (np.exp(log_variance) - log_variance - 1).sum(axis=1)"),
            "squared mean is missing",
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1)"),
            "for each dimension",
        ),
        Mistake(
            kl("0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1) / np.log(2)"),
            "in bits",
        ),
        Mistake(
            draw("mean + np.exp(log_variance) * rng.standard_normal(mean.shape)"), "*variance*"
        ),
        Mistake(draw("mean + log_variance * rng.standard_normal(mean.shape)"), "*logarithm*"),
        Mistake(draw("mean + rng.standard_normal(mean.shape)"), "not scaled"),
        Mistake(
            draw("mean + np.exp(0.5 * log_variance) * rng.standard_normal(mean.shape[1])"),
            "share one noise vector",
        ),
        Mistake(
            draw("mean + np.exp(0.5 * log_variance) * rng.standard_normal((len(mean), 1))"),
            "lie on a line",
        ),
        Mistake(draw("mean"), "no noise in it"),
        Mistake(
            draw("mean + np.exp(0.5 * log_variance) * rng.random(mean.shape)"),
            "do not lie around the mean",
        ),
        Mistake(
            draw("mean + 2 * np.exp(0.5 * log_variance) * rng.standard_normal(mean.shape)"),
            "your draws have standard deviation",
        ),
        Mistake(
            draw(
                "mean + np.exp(0.5 * log_variance) "
                "* np.random.default_rng(0).standard_normal(mean.shape)"
            ),
            "Two generators",
        ),
        Mistake(
            draw(
                "mean + np.exp(0.5 * log_variance) * rng.standard_normal(mean.shape) * "
                "np.sign(mean)"
            ),
            "larger by 1",
        ),
    ],
    "3.4": [
        Mistake(weight(its_loss=43.36), "has the two sums"),
        Mistake(weight(its_loss=12.04), "averaged over the 20"),
        Mistake(weight(its_loss=31.96), "averaged over the 784"),
        Mistake(weight(its_loss=43.36 / 784), "both are divided by 784"),
        Mistake(weight(our_loss=0.64), "has the two averages"),
        Mistake(weight(beta=1), "what the listing says"),
        Mistake(weight(beta=20 / 784), "Upside down"),
        Mistake(weight(beta=784), "left out that"),
        Mistake(weight(beta=20), "multiplied by 20"),
        Mistake(weight(weight=39.2), "*down*"),
        Mistake(weight(weight=1), "what it has now"),
        Mistake(weight(weight=1 / 784), "not that by 20"),
        Mistake(weight(beta=100), "too large"),
    ],
    "3.5": [
        Mistake(
            vae_loss(
                noise="rng.standard_normal(mean.shape[1])",
                deviation="np.exp(log_variance)",
                kl="0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).mean()",
            ),
            "share one noise vector",
        ),
        Mistake(vae_loss(deviation="np.exp(log_variance)"), "*variance*"),
        Mistake(
            vae_loss(kl="0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).mean()"),
            "makes it the weaker",
        ),
        Mistake(
            vae_loss(
                kl="0.5 * (1 + log_variance - mean**2 - np.exp(log_variance)).sum(axis=1).mean()"
            ),
            "*away*",
        ),
        Mistake(
            vae_loss(kl="0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum()"),
            "added up over the batch",
        ),
        Mistake(vae_loss(kl="0"), "divergence is missing"),
        Mistake(
            vae_loss(
                error="((x - decode(z)) ** 2).sum(axis=1)",
                kl="0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1)",
            ),
            "Average over the batch",
        ),
        Mistake(vae_loss(error="((x - decode(z)) ** 2).mean()"), "It was right in the listing"),
        Mistake(
            vae_loss(
                error="((x - decode(z)) ** 2).mean()",
                kl="0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).mean()",
            ),
            "Both terms are averages",
        ),
        Mistake(vae_loss(noise="0"), "no noise in it"),
        Mistake(vae_loss(error="(x**2).sum(axis=1).mean()"), "was called 0 times"),
    ],
    "3.6": [
        Mistake(codebook(nearest="(z @ codebook.T).argmax(axis=1)"), "largest scalar product"),
        Mistake(codebook(nearest="(z @ codebook.T).argmin(axis=1)"), "smallest scalar product"),
        Mistake(
            codebook(nearest="((z[:, None] - codebook[None]) ** 2).sum(axis=2).argmax(axis=1)"),
            "*farthest*",
        ),
        Mistake(
            codebook(nearest="((z[:, None] - codebook[None]) ** 2).sum(axis=2).argmin(axis=0)"),
            "other way round",
        ),
        Mistake(
            codebook(nearest="((z[:, None] - codebook[None]) ** 2).sum(axis=2).min(axis=1)"),
            "Those are distances",
        ),
        Mistake(
            codebook(
                nearest="codebook[((z[:, None] - codebook[None]) ** 2).sum(axis=2).argmin(axis=1)]"
            ),
            "Those are the vectors",
        ),
        Mistake(codebook(gradient="dq"), "Only the decoder's gradient"),
        Mistake(
            codebook(gradient="2 * commitment * (z - quantised) / len(z)"),
            "Nothing comes from the decoder",
        ),
        Mistake(
            codebook(gradient="dq - 2 * commitment * (z - quantised) / len(z)"), "sign is wrong"
        ),
        Mistake(codebook(gradient="dq + 2 * commitment * (z - quantised)"), "factor 1/n"),
        Mistake(codebook(gradient="dq + commitment * (z - quantised) / len(z)"), "factor 2"),
        Mistake(codebook(gradient="dq + 2 * (z - quantised) / len(z)"), "`commitment` is missing"),
        Mistake(codebook(gradient="(dq + 2 * commitment * (z - quantised)) / len(z)"), "once more"),
        Mistake(codebook(perplexity="-(q * np.log(q)).sum()"), "That is the entropy. "),
        Mistake(codebook(perplexity="-(q * np.log2(q)).sum()"), "entropy in bits"),
        Mistake(codebook(perplexity="np.exp(-(q * np.log2(q)).sum())"), "exp goes with"),
        Mistake(codebook(perplexity="2 ** -(q * np.log(q)).sum()"), "power goes with"),
        Mistake(codebook(perplexity="len(q)"), "how evenly"),
        Mistake(codebook(perplexity="np.exp((q * np.log(q)).sum())"), "sign in the exponent"),
        Mistake(codebook(perplexity="np.exp(-(p * np.log(p)).sum())"), "0 · ln 0"),
    ],
    "3.7": [
        Mistake(collapse(0.2, 1.41), "too cheap"),
        Mistake(collapse(1.0, 1.41), "Go down"),
        Mistake(collapse(0.43, 1.2), "there are still"),
        Mistake(collapse(0.43, 10.0), "3 % less neither"),
        Mistake(collapse(-1.0, 1.41), "above 0"),
    ],
    "3.8": [
        Mistake(denoiser("return x"), "hands back the noisy rows"),
        Mistake(denoiser("return np.zeros_like(x) + mean"), "the same answer for every row"),
        Mistake(denoiser("return cleaned(scaler.transform(x))"), "in *scaled* units"),
        Mistake(
            denoiser(
                "own = scratch.ZScoreScaler().fit(x); "
                "return own.inverse_transform(cleaned(own.transform(x)))"
            ),
            "fitted inside",
        ),
        Mistake(
            denoiser(
                "x = x + x_train.std(axis=0) * rng.standard_normal(x.shape); " + GOOD,
                "rng = np.random.default_rng(0)",
            ),
            "Does `denoise` add noise",
        ),
        Mistake(denoiser("return x_test[: len(x)]"), "has seen them"),
        Mistake(denoiser("return 2 * x - mean"), "Train longer"),
        Mistake(denoiser(GOOD, "x_test = x_train[:50]"), "in the training data too"),
        Mistake(denoiser(GOOD, "x_test = x_test[:, :60]"), "must agree"),
        Mistake(denoiser(GOOD, "x_train = x_train[:, 0]"), "first axis counts the samples"),
        Mistake(denoiser("return x.sum(axis=1)"), "shape"),
    ],
    "3.9": [
        Mistake(sizes(code_shape=(28, 28, 32)), "halves height and width"),
        Mistake(sizes(code_shape=(14, 14, 32)), "Halve twice"),
        Mistake(sizes(code_shape=(6, 6, 32)), "without padding"),
        Mistake(sizes(code_shape=(7, 7, 16)), "*last* convolution"),
        Mistake(sizes(code_shape=(7, 7, 512)), "do not multiply"),
        Mistake(sizes(code_shape=(32, 7, 7)), "channels come last"),
        Mistake(sizes(code_shape=(4, 4, 32)), "is not right"),
        Mistake(sizes(code_shape=(7, 7)), "shape"),
        Mistake(sizes(ratio=0.0625), "counts places only"),
        Mistake(sizes(ratio=0.5), "ratio` is upside down"),
        Mistake(sizes(ratio=1568), "how many numbers the code has"),
        Mistake(sizes(parameters=4752), "biases are missing from `parameters`"),
        Mistake(sizes(parameters=480), "3 × 3 weights only"),
        Mistake(sizes(parameters=4640), "second convolution alone"),
        Mistake(sizes(dense_parameters=784 * 1568), "missing from `dense_parameters`"),
        Mistake(sizes(dense_parameters=784 * 49 + 49), "not 49"),
    ],
    "3.10": [
        Mistake(convolution(row="kernel[::-1]") + "transposed = abs", "kernel is flipped"),
        Mistake(
            convolution(rows="length - len(kernel) + 1", step="i") + "transposed = abs",
            "moves by one place",
        ),
        Mistake(convolution(result="C.T") + "transposed = abs", "one *row* for each output"),
        Mistake(transposed(laid="= y[i] * kernel"), "overwrites the earlier"),
        Mistake(transposed(laid="+= y[i] * kernel[::-1]"), "kernel are flipped"),
        Mistake(
            transposed(step="i", length="len(y) - 1 + len(kernel)"), "they lie `stride` places"
        ),
        Mistake(
            convolution()
            + function(
                "transposed(y, kernel, stride)",
                "C = convolution_matrix(kernel, (len(y) - 1) * stride + len(kernel), stride)",
                "return np.linalg.pinv(C) @ y",
            ),
            "does not invert one",
        ),
        Mistake(
            convolution()
            + function(
                "transposed(y, kernel, stride)",
                "x = np.zeros((len(y) - 1) * stride + 1)",
                "x[::stride] = y",
                "return x",
            ),
            "stands alone between zeros",
        ),
        Mistake(transposed(length="len(y) * stride + len(kernel)"), "shape"),
    ],
    "3.11": [
        Mistake(
            block("x = relu(x @ W1 + b1)", "h = relu(x @ W2 + b2)", "return x + h"),
            "never take away.",
        ),
        Mistake(
            block("x = relu(x @ W1 + b1)", "h = x @ W2 + b2", "return x + h"),
            "With all weights 0 the block gives 0",
        ),
        Mistake(
            block("return x + relu(relu(x @ W1 + b1) @ W2 + b2)"), "values grow from block to block"
        ),
        Mistake(block("return relu(x + relu(x @ W1 + b1) @ W2 + b2)"), "cuts off what is negative"),
        Mistake(block("return relu(x @ W1 + b1) @ W2 + b2"), "There is no skip"),
        Mistake(block("return x + (x @ W1 + b1) @ W2 + b2"), "No ReLU is left"),
        Mistake(block("return x + relu(relu(x) @ W1 + b1) @ W2 + b2"), "pre-activation"),
        Mistake(block("return 2 * x + relu(x @ W1 + b1) @ W2 + b2"), "adds `x` twice"),
    ],
    "3.12": [
        Mistake(patchify("images.reshape(n, -1, side * side)"), "pieces of its rows"),
        Mistake(
            patchify("s.transpose(0, 3, 1, 2, 4).reshape(n, -1, side * side)"),
            "top to bottom first",
        ),
        Mistake(
            patchify("s.transpose(0, 1, 3, 4, 2).reshape(n, -1, side * side)"),
            "inside a patch are transposed",
        ),
        Mistake(patchify("s.transpose(0, 1, 3, 2, 4).reshape(n, -1, side, side)"), "squares still"),
        Mistake(hide("return rng.random((n, patches)) < share"), "random *order*"),
        Mistake(
            hide("return rng.random((n, patches)).argsort(axis=1) >= round(share * patches)"),
            "stay *visible*",
        ),
        Mistake(
            hide("return rng.random((n, patches)).argsort(axis=1) <= round(share * patches)"),
            "`round(share * patches)` is",
        ),
        Mistake(
            hide("return rng.random((n, patches)).argsort(axis=1)[:, : round(share * patches)]"),
            "numbers of the hidden patches",
        ),
        Mistake(
            hide("return np.tile(rng.permutation(patches) < round(share * patches), (n, 1))"),
            "in every image",
        ),
        Mistake(
            hide(
                "first = rng.integers(0, 3, (n, 1))",
                "places = np.arange(patches)",
                "return (places >= first) & (places < first + round(share * patches))",
            ),
            "equally likely",
        ),
        Mistake(
            hide(
                "rng = np.random.default_rng(0)",
                "return rng.random((n, patches)).argsort(axis=1) < round(share * patches)",
            ),
            "Two generators",
        ),
        Mistake(
            hide("return 2 * (rng.random((n, patches)).argsort(axis=1) < share * patches)"),
            "is True where",
        ),
        Mistake(hidden_error("e.sum(axis=(1, 2)).mean()"), "counts all patches"),
        Mistake(hidden_error("(e * ~hidden[:, :, None]).sum(axis=(1, 2)).mean()"), "the *visible*"),
        Mistake(hidden_error("e[hidden].mean()"), "mean over the hidden values"),
        Mistake(hidden_error("(e.mean(axis=2) * hidden).sum(axis=1).mean()"), "values of a patch"),
        Mistake(hidden_error("e[hidden].sum(axis=1).mean()"), "averaged over the hidden patches"),
        Mistake(
            hidden_error("(e * hidden[:, :, None]).sum(axis=(1, 2)).mean() / hidden.mean()"),
            "scaled the error up",
        ),
        Mistake(hidden_error("(e * hidden[:, :, None]).mean()"), "over all values"),
        Mistake(hidden_error("e[hidden].sum()"), "added up all images"),
        Mistake(
            hidden_error("(e * hidden[:, :, None]).sum(axis=(1, 2))"), "one number for each image"
        ),
    ],
}


# --- other right answers -------------------------------------------------------------------------


def test_damage_may_be_drawn_in_another_way() -> None:
    def corrupt(x, noise, level, rng):
        damaged = x.copy()
        hit = rng.binomial(1, level, x.shape) == 1
        damaged[hit] = 0 if noise == "masking" else rng.integers(0, 2, hit.sum())
        return damaged

    assert check("3.1", corrupt)


def test_each_epoch_may_have_a_generator_of_its_own() -> None:
    def pairs(x, level, epochs, seed):
        generators = [np.random.default_rng((seed, epoch)) for epoch in range(epochs)]
        return tuple([x + rng.normal(0, level, x.shape), x.copy()] for rng in generators)

    assert check("3.2", pairs)


def test_a_draw_may_leave_scaling_to_the_generator() -> None:
    def draw(mean, log_variance, rng):
        return rng.normal(mean, np.sqrt(np.exp(log_variance)))

    assert check("3.3", chapter03_latent.kl_divergence, draw=draw)


def test_distances_may_be_multiplied_out_and_shares_counted_in_bits() -> None:
    def nearest(z, codebook):
        return np.argmin((codebook**2).sum(axis=1) - 2 * z @ codebook.T, axis=1)

    def gradient(z, quantised, dq, commitment):
        return dq + commitment * (2 / len(z)) * (z - quantised)

    def perplexity(indices, size):
        share = np.unique(indices, return_counts=True)[1] / len(indices)
        return 2.0 ** -(share * np.log2(share)).sum()

    assert check("3.6", nearest, gradient=gradient, perplexity=perplexity)


def test_a_transposed_convolution_may_use_the_matrix_or_numpys_convolution() -> None:
    def convolution_matrix(kernel, length, stride):
        every = [np.convolve(row, kernel[::-1], "valid") for row in np.eye(length)]
        return np.array(every).T[::stride]

    def transposed(y, kernel, stride):
        spread = np.zeros((len(y) - 1) * stride + 1)
        spread[::stride] = y
        return np.convolve(spread, kernel)

    assert check("3.10", convolution_matrix, transpose=transposed)


def test_patches_may_be_cut_and_hidden_one_by_one() -> None:
    def patchify(images, side):
        _, height, width = images.shape
        corners = [(i, j) for i in range(0, height, side) for j in range(0, width, side)]
        cut = [images[:, i : i + side, j : j + side] for i, j in corners]
        return np.stack([patch.reshape(len(images), -1) for patch in cut], axis=1)

    def hide(n, patches, share, rng):
        hidden = np.zeros((n, patches), dtype=int)
        for row in hidden:
            row[rng.choice(patches, round(share * patches), replace=False)] = 1
        return hidden

    def hidden_error(patches, rebuilt, hidden):
        return ((patches - rebuilt)[hidden] ** 2).sum() / len(patches)

    assert check("3.12", patchify, hide=hide, hidden_error=hidden_error)


# --- what the exercises rest on ------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.3, 1.0])
def test_the_divergences_in_closed_form_are_those_of_a_trained_linear_model(beta: float) -> None:
    from sklearn.datasets import load_digits

    x = load_digits().data / 16.0
    covariance = np.cov(x.T, bias=True)
    rng = np.random.default_rng(0)
    decoder = 0.1 * rng.normal(size=(64, 8))
    for _ in range(3000):  # each half in turn is put where the loss is least, given the other
        grammian = decoder.T @ decoder
        variance = (beta / 2) / (beta / 2 + np.diag(grammian))
        encoder = np.linalg.solve(grammian + beta / 2 * np.eye(8), decoder.T)
        codes = encoder @ covariance @ encoder.T
        decoder = covariance @ encoder.T @ np.linalg.inv(codes + np.diag(variance))
    found = 0.5 * (np.diag(codes) + variance - np.log(variance) - 1)
    np.testing.assert_allclose(np.sort(found)[::-1], divergences(beta), atol=0.01)


def test_fewer_dimensions_are_in_use_the_larger_beta_is() -> None:
    counts = [active_dimensions(beta) for beta in (0.1, 0.3, 0.5, 0.7, 1.0, 1.3, 3.0)]
    assert counts == sorted(counts, reverse=True)
    assert {counts[0], counts[-1]} == {8, 0}
    with pytest.raises(InputError, match="beta is 0"):
        divergences(0)


def test_the_noise_to_remove_is_as_large_as_the_spread_of_each_feature() -> None:
    rng = np.random.default_rng(0)
    x_train = np.stack([rng.normal(0, 3, 5000), np.full(5000, 7.0)], axis=1)
    noise = add_noise(x_train, x_train, rng) - x_train
    assert noise[:, 0].std() == pytest.approx(3, rel=0.05)
    assert not noise[:, 1].any()


def own(features: int, hidden: int) -> dict[str, object]:
    """Return a made-up table that ``hidden`` numbers a row explain, and a denoiser for it."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, hidden)) @ rng.normal(size=(hidden, features))
    axes = np.linalg.svd(x[:300], full_matrices=False)[2][:hidden]
    denoise: Callable[[np.ndarray], np.ndarray] = lambda x: 0.7 * x @ axes.T @ axes  # noqa: E731
    return {"x_train": x[:300], "x_test": x[300:], "denoise": denoise}


def test_a_denoiser_is_compared_with_going_halfway_to_the_mean() -> None:
    assert "which yours beats" in check("3.8", own(features=12, hidden=2)).message
    unrelated = check("3.8", own(features=4, hidden=4))
    assert unrelated.passed
    assert "does not beat that" in unrelated.message


def test_images_are_handed_over_in_their_own_shape() -> None:
    table = own(features=12, hidden=2)
    flat = table["denoise"]
    images = {
        "x_train": table["x_train"].reshape(-1, 3, 4),
        "x_test": table["x_test"].reshape(-1, 3, 4),
        "denoise": lambda x: flat(x.reshape(-1, 12)).reshape(x.shape),
    }
    assert check("3.8", images)
    images["x_test"] = table["x_test"].reshape(-1, 4, 3)
    assert "must agree" in check("3.8", images).message
