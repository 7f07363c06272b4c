"""Typical wrong answers to chapter 4, and a part of what each must be told."""

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.exercises import chapter04_codes, chapter04_neighbours, check
from aecourse.exercises.chapter04 import kept


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 4.1 ---

DISTANCES = "d = ((x[:, None] - x[None]) ** 2).sum(axis=2)"
RANKS = function("ranks(x)", DISTANCES, "return d.argsort(axis=1).argsort(axis=1)")
CONTINUITY = function(
    "continuity(x, codes, q)",
    "n, r, s = len(x), ranks(x), ranks(codes)",
    "near = (r >= 1) & (r <= q)",
    "return 1 - 2 / (n * q * (2 * n - 3 * q - 1)) * np.maximum(0, s - q)[near].sum()",
)


def ranks(body: str) -> str:
    return function("ranks(x)", DISTANCES, f"return {body}") + CONTINUITY


def continuity(
    costs: str = "np.maximum(0, s - q)[near]",
    factor: str = "2 / (n * q * (2 * n - 3 * q - 1))",
    given: str = "ranks(x), ranks(codes)",
    result: str = "1 - factor * costs.sum()",
) -> str:
    return RANKS + function(
        "continuity(x, codes, q)",
        f"n, (r, s) = len(x), ({given})",
        "near = (r >= 1) & (r <= q)",
        f"costs, factor = {costs}, {factor}",
        f"return {result}",
    )


# --- 4.2 ---


def circle(**changed: float) -> str:
    right = {"pca_1": 2, "pca_2": 0, "bent": 0, "half_bent": 2}
    return f"prediction = {right | changed}"


# --- 4.3 ---

LISTING = function(
    "reduce(x_train, x_test, k)",
    "codes = []",
    "for x in (x_train, x_test):",
    "    centred = x - x.mean(axis=0)",
    "    directions = np.linalg.svd(centred, full_matrices=False)[2]",
    "    codes.append(centred @ directions[:, :k])",
    "rebuilt = codes[1] @ directions[:k]",
    "return codes[0], codes[1], rebuilt",
)


def reduce(
    mean: str = "x_train.mean(axis=0)",
    fitted: str = "x_train - mean",
    directions: str = "v[:k].T",
    test_mean: str = "mean",
    rebuilt: str = "z @ v[:k] + mean",
    result: str = "(x_train - mean) @ w, z, rebuilt",
) -> str:
    return function(
        "reduce(x_train, x_test, k)",
        f"mean = {mean}",
        f"v = np.linalg.svd({fitted}, full_matrices=False)[2]",
        f"w = {directions}",
        f"z = (x_test - {test_mean}) @ w",
        f"rebuilt = {rebuilt}",
        f"return {result}",
    )


ANEW = function(
    "reduce(x_train, x_test, k)",
    "codes = []",
    "for x in (x_train, x_test):",
    "    mean = x.mean(axis=0)",
    "    v = np.linalg.svd(x - mean, full_matrices=False)[2][:k]",
    "    codes.append((x - mean) @ v.T)",
    "return codes[0], codes[1], codes[1] @ v + mean",
)

# --- 4.4 ---

LEVELS = function("levels(codes, step)", "return np.rint(codes / step).astype(int)")
SHARES = "p = (known[:, None] == new[None]).mean(axis=0)"


def bits(body: str, shares: str = SHARES) -> str:
    return LEVELS + function("bits(known, new)", shares, f"return {body}")


def levels(body: str) -> str:
    return bits("-np.log2(p).sum(1).mean()") + function("levels(codes, step)", f"return {body}")


# --- 4.5 ---


def fewest(**changed: float) -> str:
    right = {"values": 22, "neighbours": 6, "meaning": 11}
    return f"fewest = {right | changed}"


# --- 4.7 ---


def stolen(
    features: str = "np.column_stack([z, np.ones(len(z))])",
    weights: str = "np.linalg.lstsq(f(codes), images, rcond=None)[0]",
    decoder: str = "lambda new: np.clip(f(new) @ w, 0, 1)",
) -> str:
    return function(
        "learn_decoder(codes, images)",
        f"f = lambda z: {features}",
        f"w = {weights}",
        f"return {decoder}",
    )


# --- 4.8 ---

WINES = """
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
raw = load_wine().data
x = StandardScaler().fit_transform(raw)
axes = np.linalg.svd(x, full_matrices=False)[2]
rng = np.random.default_rng(0)
"""


def own_map(drawn: str, x: str = "x") -> str:
    return WINES + f'mine = {{"x": {x}, "map": {drawn}}}'


MISTAKES = {
    "4.1": [
        Mistake(ranks("d.argsort(axis=1)"), "That is the *order*"),
        Mistake(ranks("d.argsort(axis=1).argsort(axis=1).T"), "Rows and columns are exchanged"),
        Mistake(ranks("d.argsort(axis=1).argsort(axis=1) + 1"), "its own first neighbour"),
        Mistake(
            ranks("np.maximum(d.argsort(axis=1).argsort(axis=1) - 1, 0)"), "neighbour has rank 0"
        ),
        Mistake(ranks("((x[:, :1] - x[:, 0]) ** 2).argsort(1).argsort(1)"), "differs at"),
        Mistake(
            ranks("np.where(np.eye(len(x)), 0, len(x) - d.argsort(axis=1).argsort(axis=1))"),
            "The farthest is first",
        ),
        Mistake(ranks("np.sqrt(d)"), "Those are distances"),
        Mistake(continuity(given="ranks(codes), ranks(x)"), "*trustworthiness*"),
        Mistake(continuity(costs="(s - q)[near]"), "*earn* something"),
        Mistake(continuity(costs="(s * (s > q))[near]"), "its whole rank"),
        Mistake(continuity(costs="(s > q)[near]"), "costs 1, however far"),
        Mistake(continuity(result="factor * costs.sum()"), "what is *lost*"),
        Mistake(continuity(factor="1 / (n * q * (2 * n - 3 * q - 1))"), "The 2 of the factor"),
        Mistake(continuity(result="1 - factor * costs.mean()"), "averaged the costs"),
        Mistake(continuity(costs="np.maximum(0, s - q)"), "All pairs are counted"),
    ],
    "4.2": [
        Mistake(circle(pca_1=4), "as if nothing were kept"),
        Mistake(circle(pca_1=0), "PCA draws a straight line"),
        Mistake(circle(pca_1=0.2), "summed over the ten values"),
        Mistake(circle(pca_1=0.5), "a circle of radius 1"),
        Mistake(circle(pca_1=2**0.5), "that is the root"),
        Mistake(circle(pca_2=2), "the plane of the circle is complete"),
        Mistake(circle(bent=2), "may draw the circle itself"),
        Mistake(circle(half_bent=0), "what is drawn is the decoder's"),
        Mistake(circle(half_bent=4), "one of two directions, not none"),
        Mistake(circle(half_bent=1), "too small"),
    ],
    "4.3": [
        Mistake(LISTING, "in two different spaces, and the test data had a say"),
        Mistake(ANEW, "The test table still gets"),
        Mistake(
            reduce(test_mean="x_test.mean(axis=0)", rebuilt="z @ v[:k] + x_test.mean(axis=0)"),
            "centred by its *own* mean",
        ),
        Mistake(
            reduce(
                mean="np.concatenate([x_train, x_test]).mean(axis=0)",
                fitted="np.concatenate([x_train, x_test]) - mean",
            ),
            "both tables together",
        ),
        Mistake(reduce(directions="v[:, :k]"), "`directions[:, :k]` takes columns"),
        Mistake(reduce(mean="0 * x_train.mean(axis=0)"), "Nothing is centred"),
        Mistake(reduce(rebuilt="z @ v[:k]"), "lacks the mean that was subtracted"),
        Mistake(reduce(rebuilt="z @ v[:k] + x_test.mean(axis=0)"), "the mean of `x_test` is added"),
        Mistake(reduce(directions="v[-k:].T"), "are not the first"),
        Mistake(reduce(rebuilt="x_test"), "the rebuilt rows of `x_test` are not"),
        Mistake(reduce(result="z"), "Return three arrays"),
        Mistake(reduce(result="z, (x_train - mean) @ w, rebuilt"), "has shape"),
    ],
    "4.4": [
        Mistake(levels("(codes / step).astype(int)"), "cut off, not rounded"),
        Mistake(levels("np.floor(codes / step)"), "always rounded down"),
        Mistake(levels("np.rint(codes * step)"), "*multiplied* by the step"),
        Mistake(levels("np.rint(codes / step) * step"), "do not multiply by the step again"),
        Mistake(levels("codes / step"), "not rounded"),
        Mistake(bits("-np.log(p).sum(1).mean()"), "in nats"),
        Mistake(bits("np.log2(p).sum(1).mean()"), "*minus* the logarithm"),
        Mistake(
            bits("-np.log2(p).sum(1).mean()", "p = (new[:, None] == new[None]).mean(axis=0)"),
            "shares are those of `new` itself",
        ),
        Mistake(
            bits(
                "-np.log2(p).sum(1).mean()",
                "p = (known.ravel()[:, None, None] == new[None]).mean(axis=0)",
            ),
            "One table of shares",
        ),
        Mistake(bits("-np.log2(p).mean()"), "averaged over the columns"),
        Mistake(bits("-np.log2(p).sum()"), "added up all rows"),
        Mistake(
            bits("-np.log2(p).sum(1).mean()", "p = (known[:, None] == known[None]).mean(axis=0)"),
            "the entropy of `known`",
        ),
        Mistake(
            bits("sum(np.log2(len(np.unique(column))) for column in known.T)"),
            "each level of a column equally many bits",
        ),
    ],
    "4.5": [
        Mistake(fewest(values=10), "the share of variance is 0.7336, below 0.9"),
        Mistake(fewest(values=30), "one component fewer would do"),
        Mistake(fewest(neighbours=2), "the trustworthiness is"),
        Mistake(fewest(neighbours=64), "one component fewer would do as well, with 1.0000"),
        Mistake(fewest(meaning=3), "the share read correctly is"),
        Mistake(fewest(meaning=0.9), "give a number of components"),
    ],
    "4.6": [
        Mistake('supported = {"e"}', "`a` is missing"),
        Mistake('supported = {"a", "b", "e"}', "however wide it is in the data"),
        Mistake('supported = {"a", "c", "e"}', "hardly charges for far distances"),
        Mistake('supported = {"a", "d", "e"}', "breaks one cloud into clumps"),
        Mistake('supported = {"a"}', "`e` is missing"),
        Mistake('supported = {"a", "e", "f"}', "learns no function"),
        Mistake('supported = {"a", "e", "g"}', "there is no decoder"),
        Mistake('supported = {"h"}', "choose from"),
    ],
    "4.7": [
        Mistake(stolen(features="z"), "no intercept, so the code 0 gives a black image. Put a"),
        Mistake(
            stolen(features="z", decoder="lambda new: new @ w"),
            "keep the pixels between 0 and 1",
        ),
        Mistake(stolen(decoder="lambda new: f(new) @ w"), "Some pixels are below 0"),
        Mistake(
            stolen(
                weights="np.linalg.pinv(np.linalg.lstsq(images, codes, rcond=None)[0])",
                decoder="lambda new: np.clip(new @ w, 0, 1)",
            ),
            "You learnt the *encoder*",
        ),
        Mistake(
            stolen(
                decoder="lambda new: images[((new[:, None] - codes) ** 2).sum(2).argmin(1)]",
            ),
            "the nearest known code",
        ),
        Mistake(
            stolen(decoder="lambda new: np.tile(images.mean(axis=0), (len(new), 1))"),
            "the mean image, whatever",
        ),
        Mistake(stolen(decoder="np.clip(f(codes) @ w, 0, 1)"), "returns a *function*"),
        Mistake(stolen(decoder="lambda new: w.T @ f(new).T"), "has shape"),
    ],
    "4.8": [
        Mistake(own_map("raw @ axes[:2].T", x="raw"), "of all variance, so it alone decides"),
        Mistake(own_map("rng.permutation(x @ axes[:2].T)"), "rows in random order give 0.5"),
        Mistake(own_map("x[:, :2]"), "two columns of the table"),
        Mistake(own_map("x @ axes[3:5].T"), "made without a look"),
        Mistake(own_map("x @ axes[:3].T"), "(178, 2)"),
        Mistake(own_map("np.stack([x @ axes[0], 0 * x[:, 0]], axis=1)"), "a line, or a point"),
        Mistake(own_map("x[:40] @ axes[:2].T", x="x[:40]"), "Take 50 to 3,000 rows"),
        Mistake(own_map("x @ axes[:2].T", x="0 * x"), "All rows of `x` are the same"),
    ],
}

# --- other right answers --------------------------------------------------------------------------


def test_ranks_may_be_counted_one_by_one_and_continuity_summed_in_a_loop() -> None:
    def ranks(x):
        distance = np.linalg.norm(x[:, None] - x[None], axis=2)
        return [[int((row < row[j]).sum()) for j in range(len(x))] for row in distance]

    def continuity(x, codes, q):
        r, s, n, cost = np.array(ranks(x)), np.array(ranks(codes)), len(x), 0
        for i in range(n):
            for j in np.flatnonzero((r[i] <= q) & (r[i] > 0)):
                cost += max(0, s[i, j] - q)
        return 1 - 2 * cost / (n * q * (2 * n - 3 * q - 1))

    assert check("4.1", ranks, continuity=continuity)


def test_components_may_come_from_the_covariance_with_any_sign() -> None:
    def reduce(x_train, x_test, k):
        mean = x_train.mean(axis=0)
        directions = -np.linalg.eigh(np.cov(x_train.T))[1][:, ::-1][:, :k]
        test = (x_test - mean) @ directions
        return [(x_train - mean) @ directions, test, mean + test @ directions.T]

    assert check("4.3", reduce)


def test_bits_may_be_counted_with_a_dictionary_and_levels_be_floats() -> None:
    def bits(known, new):
        total = 0.0
        for seen, column in zip(known.T, new.T, strict=True):
            values, counts = np.unique(seen, return_counts=True)
            table = dict(zip(values, counts / len(seen), strict=True))
            total += sum(-np.log2(table[value]) for value in column)
        return total / len(new)

    assert check("4.4", lambda codes, step: np.round(codes / step), bits=bits)


def test_a_stolen_code_may_be_decoded_by_centring_first() -> None:
    def learn_decoder(codes, images):
        z, x = codes.mean(axis=0), images.mean(axis=0)
        weights = np.linalg.pinv(codes - z) @ (images - x)

        def decode(new):
            return np.minimum(np.maximum((new - z) @ weights + x, 0), 1)

        return decode

    assert check("4.7", learn_decoder)


def test_letters_may_come_as_a_string_or_a_list() -> None:
    assert check("4.6", "a, e")
    assert check("4.6", ["E", "A"])


# --- what the exercises rest on -------------------------------------------------------------------


@pytest.mark.parametrize("neighbours", [2, 5])
def test_the_continuity_of_the_exercise_is_that_of_the_package(neighbours: int) -> None:
    rng = np.random.default_rng(0)
    x, codes = rng.normal(size=(40, 6)), rng.normal(size=(40, 2))
    assert chapter04_neighbours.continuity(x, codes, neighbours) == pytest.approx(
        metrics.continuity(x, codes, neighbours=neighbours)
    )


def test_the_errors_of_the_circle_are_those_of_points_on_one() -> None:
    angle = 2 * np.pi * np.arange(1000) / 1000
    plane = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 2)))[0].T
    x = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ plane
    directions = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2]
    for k, error in [(1, 2.0), (2, 0.0)]:
        rebuilt = x @ directions[:k].T @ directions[:k]
        assert np.square(x - rebuilt).sum(axis=1).mean() == pytest.approx(error, abs=1e-9)


def test_more_components_keep_more_and_all_of_them_keep_everything() -> None:
    few, many, every = kept(2), kept(16), kept(64)
    for measure in ("variance", "trustworthiness", "accuracy"):
        assert few[measure] < many[measure] <= every[measure] + 0.02
    assert every["variance"] == pytest.approx(1)
    for wrong in (0, 65, 2.5, True):
        with pytest.raises(InputError, match="from 1 to 64"):
            kept(wrong)


def test_the_marks_of_the_experiment_are_not_passed_by_a_hair() -> None:
    # Another library of linear algebra must not move them.
    marks = {"variance": (0.9, 22), "trustworthiness": (0.98, 6)}
    marks["accuracy"] = (kept(64)["accuracy"] - chapter04_neighbours.MARGIN, 11)
    for measure, (mark, first) in marks.items():
        assert kept(first - 1)[measure] < mark - 0.001
        assert kept(first)[measure] > mark + 0.001


def test_the_stolen_codes_need_an_intercept_and_clipping() -> None:
    codes, images, new = chapter04_codes._stolen(40, 3, 8)
    right = chapter04_codes.learn_decoder(codes, images)(new)
    assert ((right == 0) | (right == 1)).any()
    assert not np.allclose(right, chapter04_codes._no_intercept(codes, images)(new), atol=0.05)


def test_an_own_map_is_compared_with_pca() -> None:
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 3 * np.pi, 200)
    roll = np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1)
    height = 20 * rng.random((200, 1))
    x = np.concatenate([roll, height, 0.01 * rng.normal(size=(200, 2))], axis=1)
    unrolled = np.stack([angle**2 / 2, height[:, 0]], axis=1)
    better = check("4.8", {"x": x, "map": unrolled})
    assert better.passed
    assert "more than PCA's" in better.message
    axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2]
    assert "no more than PCA's" in check("4.8", {"x": x, "map": x @ axes[:2].T}).message
