"""The typical mistakes of chapter 1, each with a part of the message that it must get."""

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.exercises import check

KINDS = (
    'kinds = {"a": "supervised", "b": "unsupervised", "c": "reinforcement", '
    '"d": "self-supervised", "e": "supervised", "f": "self-supervised"}\n'
)
BY_HAND = "by_hand = "
RESCALE = "def rescale(encoder, decoder, x):\n    s = (x @ encoder).std(axis=0)\n    return "
WINE = """
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
x = load_wine().data
train, test = x[::2], x[1::2]
fitted, measured = train, test
def share(fit, x):
    pca = PCA(3).fit(fit)
    return np.mean((x - pca.inverse_transform(pca.transform(x))) ** 2)
report = {
    "x_train": train, "x_test": test, "code_size": 3,
    "error": share(train, test), "error_of_mean": np.mean((test - train.mean(axis=0)) ** 2),
}
"""


def one_line(name: str, arguments: str, body: str) -> str:
    return f"def {name}({arguments}):\n    return {body}\n"


def reconstruct(body: str) -> str:
    return one_line("reconstruct", "x, mean, components", body)


def byte_error(body: str) -> str:
    return one_line("byte_error", "original, reconstruction", body)


def flag(body: str) -> str:
    return one_line("flag", "errors_normal, errors_new, share=0.01", body)


MISTAKES = {
    "1.1": [
        Mistake(KINDS + 'kinds["b"] = "supervised"', "nobody has said which groups"),
        Mistake(KINDS + 'kinds["c"] = "supervised"', "how well its own movement did"),
        Mistake(KINDS + 'kinds["d"] = "unsupervised"', "cut out of the data itself"),
        Mistake(KINDS + 'kinds["e"] = "unsupervised"', "a number is an answer too"),
        Mistake(KINDS + 'kinds["f"] = "unsupervised"', "many books file it under unsupervised"),
        Mistake(KINDS + 'kinds["a"] = "learning"', "choose from"),
        Mistake(KINDS + 'del kinds["f"]', "no entry for `f`"),
    ],
    "1.2": [
        Mistake(reconstruct("(x - mean) @ components.T"), "You returned the codes"),
        Mistake(reconstruct("(x - mean) @ components.T @ components"), "never added back"),
        Mistake(reconstruct("x @ components.T @ components + mean"), "Subtract the mean first"),
        Mistake(reconstruct("x @ components.T @ components"), "plays no part"),
        Mistake(reconstruct("(x - mean) @ components"), "raised `ValueError"),
        Mistake(reconstruct("x"), "differs at"),
    ],
    "1.3": [
        Mistake(
            BY_HAND + '{"code": [2, -1], "reconstruction": [0, 2.5, 1], "loss": 2.25}',
            "code before its activation",
        ),
        Mistake(
            BY_HAND + '{"code": [2, -2], "reconstruction": [1, 2, 0], "loss": 0}',
            "encoder's bias is missing",
        ),
        Mistake(
            BY_HAND + '{"code": [2, 0], "reconstruction": [1, 2, 0], "loss": 0}',
            "decoder's bias",
        ),
        Mistake(
            BY_HAND + '{"code": [2, 0], "reconstruction": [1, 2.5, 0], "loss": 0.25 / 3}',
            "divided by the number of values",
        ),
        Mistake(
            BY_HAND + '{"code": [2, 0], "reconstruction": [1, 2.5, 0], "loss": 0.5}',
            "took the root",
        ),
    ],
    "1.4": [
        Mistake(byte_error("np.mean((original - reconstruction) ** 2)"), "still wraps round: both"),
        Mistake(
            byte_error("np.mean(((original - reconstruction) / 255) ** 2)"),
            "wraps round before it is scaled",
        ),
        Mistake(
            byte_error("np.mean((original.astype(float) - reconstruction) ** 2)"),
            "values from 0 to 255",
        ),
        Mistake(
            byte_error("np.mean((original.astype(float) - reconstruction) ** 2) / 255"),
            "divided the error by 255 once",
        ),
        Mistake(
            byte_error("np.mean(original / 255 - reconstruction / 255) ** 2"),
            "square first, average after",
        ),
        Mistake(
            byte_error("((original / 255 - reconstruction / 255) ** 2).mean(axis=(1, 2))"),
            "one single number",
        ),
    ],
    "1.5": [
        Mistake(flag("errors_new > np.quantile(errors_new, 1 - share)"), "comes from the new"),
        Mistake(flag("errors_new < np.quantile(errors_normal, share)"), "reconstructed *best*"),
        Mistake(flag("errors_new > np.quantile(errors_normal, share)"), "at the lower end"),
        Mistake(
            flag("errors_new > np.quantile(np.r_[errors_normal, errors_new], 1 - share)"),
            "raise the bar for themselves",
        ),
        Mistake(flag("np.quantile(errors_normal, 1 - share)"), "That is the threshold"),
        Mistake(flag("errors_new > errors_normal.max()"), "ignores `share`"),
    ],
    "1.6": [
        Mistake("smallest_code = 16", "on the *training* images"),
        Mistake("smallest_code = 17", "One too few"),
        Mistake("smallest_code = 40", "too large"),
        Mistake("smallest_code = 2", "too small"),
        Mistake("smallest_code = 17.5", "whole number"),
    ],
    "1.7": [
        Mistake(RESCALE + "encoder, decoder", "as they were"),
        Mistake(RESCALE + "encoder / s, decoder", "decoder is unchanged"),
        Mistake(RESCALE + "encoder / s, decoder / s[:, None]", "reconstructions changed"),
        Mistake(RESCALE + "encoder / s**2, decoder * s[:, None] ** 2", "divided by the variance"),
        Mistake(RESCALE + "encoder * s, decoder / s[:, None]", "multiplied where you should"),
        Mistake(RESCALE + "encoder / s", "Return two matrices"),
        Mistake(RESCALE + "encoder / (x @ encoder).std(), decoder", "`axis=0`"),
    ],
    "1.8": [
        Mistake(
            WINE + 'report["x_test"] = train[:40]',
            "Split first",
        ),
        Mistake(WINE + 'report["error"] = share(test, test)', "*test* rows"),
        Mistake(WINE + 'report["error"] = share(train, train)', "*training* rows"),
        Mistake(WINE + 'report["error"] *= x.shape[1]', "sum over the columns"),
        Mistake(
            WINE + 'report["error_of_mean"] = np.mean((test - test.mean(axis=0)) ** 2)',
            "uses the mean of the test rows",
        ),
        Mistake(WINE + 'report["code_size"] = 13', "smaller than the number of columns"),
        Mistake(WINE + 'report["x_train"] = train[:5]', "At least 30 rows".lower()),
        Mistake(WINE + 'report["x_test"] = test[:, :4]', "must agree"),
        Mistake(WINE + 'report["x_train"] = train * np.nan', "NaN"),
    ],
}


def test_the_listed_error_of_the_bug_hunt_is_as_wrong_as_the_text_says() -> None:
    black, white = np.uint8([[0]]), np.uint8([[255]])
    assert np.mean((black - white) ** 2) == 1


@pytest.mark.parametrize("code", [(2, 0), [2.0, 0.0], np.array([2, 0])])
def test_numbers_by_hand_may_be_written_in_any_form(code: object) -> None:
    by_hand = {"code": code, "reconstruction": (1, 2.5, 0), "loss": 1 / 4}
    assert check("1.3", by_hand)


def test_any_rescaling_that_keeps_the_copy_is_right() -> None:
    def rescale(encoder, decoder, x):
        spread = (x @ encoder).std(axis=0)
        order = np.arange(len(spread))[::-1]  # other order, other sign: the copy is the same
        return (-encoder / spread)[:, order], (-decoder * spread[:, None])[order]

    assert check("1.7", rescale)
