"""Typical wrong answers to chapter 2, and a part of what each must be told."""

import pytest
from exercise_harness import Mistake

from aecourse.exercises import chapter02, check

TABLE = """
from sklearn.datasets import load_wine
from aecourse import scratch
rows = np.random.default_rng(0).permutation(load_wine().data)
x_train, x_test = rows[:130], rows[130:]
"""
MODEL = (
    TABLE
    + """
scaler = scratch.ZScoreScaler().fit(x_train)
model = scratch.Autoencoder((13, 8, 4), hidden="tanh")
scratch.train(model, scaler.transform(x_train), scratch.Adam(0.01), epochs=100, batch_size=32)
"""
)


def own_table(body: str, before: str = MODEL) -> str:
    return f"""{before}
def reconstruct(x):
    {body}
mine = {{"x_train": x_train, "x_test": x_test, "reconstruct": reconstruct}}
"""


def function(head: str, body: str) -> str:
    return f"def {head}:\n    {body}"


STANDARDISE = "standardise(x_train, x_new)"
BACKWARD = "backward(X, W, H, dH)"
CROSS_ENTROPY = "cross_entropy(x, x_hat)"
STEP = "step(W_e, W_d, X, rate)"
FORWARD = "Z = X @ W_e; D = 2 * (Z @ W_d - X) / len(X); "

MISTAKES = {
    "2.1": [
        Mistake(
            function(STANDARDISE, "return (x_new - x_new.mean(axis=0)) / x_new.std(axis=0)"),
            "leakage",
        ),
        Mistake(
            function(
                STANDARDISE,
                "both = np.vstack([x_train, x_new]); "
                "return (x_new - both.mean(axis=0)) / both.std(axis=0)",
            ),
            "both tables together",
        ),
        Mistake(
            function(
                STANDARDISE,
                "return (x_new - x_train.min(axis=0)) / "
                "(x_train.max(axis=0) - x_train.min(axis=0))",
            ),
            "min–max scaling",
        ),
        Mistake(
            function(STANDARDISE, "return (x_new - x_train.mean()) / x_train.std()"),
            "Each feature needs its own",
        ),
        Mistake(
            function(STANDARDISE, "return (x_new - x_train.mean(axis=0)) / x_train.var(axis=0)"),
            "divided by the variance",
        ),
        Mistake(function(STANDARDISE, "return x_new - x_train.mean(axis=0)"), "divided by nothing"),
        Mistake(
            function(STANDARDISE, "return (x_new - x_train.mean(axis=0)) / x_train.std(axis=0)"),
            "constant in the training data",
        ),
        Mistake(function(STANDARDISE, "return x_new[0]"), "shape"),
    ],
    "2.2": [
        Mistake("nats = 0", "black or white"),
        Mistake("nats = 784 * 0.5 * np.log(2)", "second half"),
        Mistake("nats = np.log(2)", "loss of one pixel"),
        Mistake("nats = 784", "in bits"),
        Mistake("nats = 1000", "too large"),
    ],
    "2.3": [
        Mistake(
            function(BACKWARD, "return X.T @ dH, dH.sum(axis=0), dH @ W.T"), "lacks the derivative"
        ),
        Mistake(
            function(
                BACKWARD, "dA = dH * (1 - np.tanh(H)**2); return X.T @ dA, dA.sum(axis=0), dA @ W.T"
            ),
            "tanh twice",
        ),
        Mistake(
            function(
                BACKWARD,
                "dA = dH * (1 - H**2) / len(X); return X.T @ dA, dA.sum(axis=0), dA @ W.T",
            ),
            "do not divide again",
        ),
        Mistake(
            function(BACKWARD, "dA = dH * H * (1 - H); return X.T @ dA, dA.sum(axis=0), dA @ W.T"),
            "derivative of the sigmoid",
        ),
        Mistake(
            function(BACKWARD, "dA = dH * (1 - H**2); return dA.T @ X, dA.sum(axis=0), dA @ W.T"),
            "transposed",
        ),
        Mistake(
            function(BACKWARD, "dA = dH * (1 - H**2); return X.T @ dA, dA.mean(axis=0), dA @ W.T"),
            "so add",
        ),
        Mistake(
            function(BACKWARD, "dA = dH * (1 - H**2); return X.T @ dA, dA.sum(axis=0), dH @ W.T"),
            "`dX` lacks",
        ),
        Mistake(
            function(BACKWARD, "dA = dH * (1 - H**2); return X.T @ dA, dA.sum(axis=0)"),
            "three arrays",
        ),
        Mistake(
            function(BACKWARD, "dA = dH * (1 - H**2); return X.T @ dA, dA.sum(axis=0), dA @ W"),
            "raised",
        ),
    ],
    "2.4": [
        Mistake(function(CROSS_ENTROPY, "return -(x * np.log(x_hat)).mean()"), "listing as it was"),
        Mistake(
            function(CROSS_ENTROPY, "return -(x * np.log(x_hat)).sum(axis=1).mean()"),
            "still half",
        ),
        Mistake(
            function(
                CROSS_ENTROPY, "return -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).mean()"
            ),
            "average over the pixels",
        ),
        Mistake(
            function(
                CROSS_ENTROPY, "return -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).sum()"
            ),
            "size of the batch",
        ),
        Mistake(
            function(
                CROSS_ENTROPY,
                "return (x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).sum(axis=1).mean()",
            ),
            "sign is wrong",
        ),
        Mistake(
            function(
                CROSS_ENTROPY,
                "return -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).sum(axis=1).mean()",
            ),
            "Clip the outputs",
        ),
    ],
    "2.5": [
        Mistake(
            function(
                STEP,
                FORWARD + "W_d = W_d - rate * Z.T @ D; "
                "W_e = W_e - rate * X.T @ (D @ W_d.T); return W_e, W_d",
            ),
            "*updated* decoder",
        ),
        Mistake(
            function(
                STEP,
                FORWARD + "W_e = W_e - rate * X.T @ (D @ W_d.T); "
                "W_d = W_d - rate * (X @ W_e).T @ D; return W_e, W_d",
            ),
            "encoder is updated first",
        ),
        Mistake(
            function(
                STEP,
                FORWARD + "W_d = W_d - rate * Z.T @ D; D = 2 * (Z @ W_d - X) / len(X); "
                "return W_e - rate * X.T @ (D @ W_d.T), W_d",
            ),
            "went forward again",
        ),
        Mistake(
            function(STEP, FORWARD + "return W_e + rate * X.T @ (D @ W_d.T), W_d + rate * Z.T @ D"),
            "uphill",
        ),
        Mistake(
            function(
                STEP,
                "Z = X @ W_e; D = 2 * (Z @ W_d - X); "
                "return W_e - rate * X.T @ (D @ W_d.T), W_d - rate * Z.T @ D",
            ),
            "factor 1/m",
        ),
        Mistake(
            function(STEP, FORWARD + "return W_d - rate * Z.T @ D, W_e - rate * X.T @ (D @ W_d.T)"),
            "new weight matrix has shape",
        ),
    ],
    "2.6": [
        Mistake("prediction = {'steps': 3861, 'last_batch': 88}", "it is a batch too"),
        Mistake("prediction = {'steps': 430, 'last_batch': 88}", "nine passes"),
        Mistake("prediction = {'steps': 495000, 'last_batch': 88}", "how many images are seen"),
        Mistake("prediction = {'steps': 3868, 'last_batch': 88}", "starts afresh"),
        Mistake("prediction = {'steps': 3870, 'last_batch': 128}", "none comes twice"),
        Mistake("prediction = {'steps': 3870, 'last_batch': 40}", "*missing*"),
    ],
    "2.7": [
        Mistake("learning_rate = 1.0", "diverges"),
        Mistake("learning_rate = 0.0001", "hardly begun"),
        Mistake("learning_rate = 0.003", "do not get far enough"),
        Mistake("learning_rate = 0.04", "too long"),
        Mistake("learning_rate = -0.01", "above 0"),
    ],
    "2.8": [
        Mistake(own_table("return model.reconstruct(scaler.transform(x))"), "in *scaled* units"),
        Mistake(own_table("return x", TABLE), "copies"),
        Mistake(
            own_table(
                "own = scratch.ZScoreScaler().fit(x); "
                "return own.inverse_transform(model.reconstruct(own.transform(x)))"
            ),
            "fitted inside",
        ),
        Mistake(own_table("return np.zeros_like(x)", TABLE), "no better than"),
        Mistake(own_table("return x", TABLE + "x_test = x_train[:40]"), "in the training data too"),
        Mistake(own_table("return x", TABLE + "x_test = x_test[:, :4]"), "must agree"),
        Mistake(own_table("return x", TABLE + "x_test = x_test[:3]"), "at least 30 rows"),
        Mistake(own_table("return x[:, :5]", TABLE), "shape"),
    ],
}


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_every_learning_rate_near_the_best_is_accepted(factor: float) -> None:
    errors = [chapter02.validation_error(float(rate)) for rate in chapter02.GRID]
    best = float(chapter02.GRID[errors.index(min(errors))])
    assert check("2.7", factor * best)


def test_a_table_with_a_constant_column_is_accepted_as_ones_own() -> None:
    import numpy as np

    from aecourse import scratch

    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(120, 2))
    x = np.hstack([hidden @ rng.normal(size=(2, 4)) * [1, 10, 100, 0.1], np.full((120, 1), 7.0)])
    scaler = scratch.ZScoreScaler().fit(x[:90])
    model = scratch.Autoencoder((5, 2))
    scratch.train(model, scaler.transform(x[:90]), scratch.Adam(0.02), epochs=150, batch_size=30)

    def reconstruct(rows: np.ndarray) -> np.ndarray:
        return scaler.inverse_transform(model.reconstruct(scaler.transform(rows)))

    answer = {"x_train": x[:90], "x_test": x[90:], "reconstruct": reconstruct}
    assert check("2.8", answer)
