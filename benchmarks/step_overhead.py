"""What the base class costs in each training step of each model.

Each model trains in two ways, on the same network and data: as the course's model in Keras's own
``fit``, and as a plain ``keras.Model`` that computes the same loss without the base class: without
its logged terms, checks and hooks. For the undercomplete autoencoder the plain model is Keras's own
functional model with its mean squared error; it is also trained by ``training.fit``. The ways take
turns, round after round, so that a busy machine slows all alike; the first epoch of each turn,
which compiles, is not counted.

    python benchmarks/step_overhead.py [rounds [model …]]
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from aecourse import models, networks, training
from aecourse.backend import keras, name

SHAPE, CODE_SIZE, CLASSES = (28, 28, 1), 32, 10
BATCH_SIZE, STEPS, EPOCHS = 128, 60, 4
Turn = Callable[[], list[float]]


def dense(**settings: object) -> tuple[keras.Model, keras.Model]:
    return networks.dense(SHAPE, CODE_SIZE, **settings)


MODELS: dict[str, Callable[[], models.Autoencoder]] = {
    "undercomplete": lambda: models.Autoencoder(*dense()),
    "undercomplete, convolutional": lambda: models.Autoencoder(
        *networks.convolutional(SHAPE, CODE_SIZE)
    ),
    "denoising": lambda: models.DenoisingAutoencoder(*dense(), noise="gaussian", level=0.3),
    "sparse, L1": lambda: models.SparseAutoencoder(*dense(), penalty="l1", weight=0.1),
    "sparse, KL": lambda: models.SparseAutoencoder(
        *dense(code_activation="sigmoid"), penalty="kl", weight=0.1
    ),
    "k-sparse": lambda: models.KSparseAutoencoder(*dense(), active=8),
    "contractive": lambda: models.ContractiveAutoencoder(
        *dense(), weight=0.1, jacobian="estimated"
    ),
    "hashing": lambda: models.HashingAutoencoder(*dense()),
    "variational": lambda: models.VariationalAutoencoder(*dense()),
    "conditional": lambda: models.ConditionalVariationalAutoencoder(
        *dense(condition_size=CLASSES), classes=CLASSES
    ),
    "adversarial": lambda: models.AdversarialAutoencoder(*dense()),
    "semi-supervised": lambda: models.SemiSupervisedAdversarialAutoencoder(
        *dense(condition_size=CLASSES), classes=CLASSES
    ),
    "Wasserstein": lambda: models.WassersteinAutoencoder(*dense()),
    "regularised": lambda: models.RegularizedAutoencoder(*dense()),
    "vector-quantised": lambda: models.VectorQuantizedAutoencoder(
        *networks.convolutional_grid(SHAPE, 16)
    ),
    "masked": lambda: models.MaskedAutoencoder(*networks.patch_transformer(SHAPE, 32)),
}


class Plain(keras.Model):
    """The same computation as a model of the course, as one would write it without the base."""

    def __init__(self, model: models.Autoencoder) -> None:
        super().__init__()
        self.inner = model
        self(model.symbolic_input())
        self.compile(model.optimizer_at(1e-3))

    def call(self, x: object, training: bool = False) -> object:
        return self.inner.propagate(x, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = keras.ops.mean(self.inner.errors(self.inner.target(x), y_pred))
        for weight, value in self.inner.regularisers(x, y_pred, training=training).values():
            loss = loss + weight * value
        return loss


class Stopwatch(keras.callbacks.Callback):
    """The wall time of each epoch, validation and other callbacks left out."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.seconds.append(time.perf_counter() - self.started)


def timed(train: Callable[[Stopwatch], object]) -> list[float]:
    """Return the seconds of each step in the epochs after the first."""
    stopwatch = Stopwatch()
    train(stopwatch)
    return [seconds / STEPS for seconds in stopwatch.seconds[1:]]


def contenders(build: Callable[[], models.Autoencoder], labelled: bool) -> dict[str, Turn]:
    """Return the ways of training, each with a model of its own."""
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(BATCH_SIZE * STEPS, *SHAPE)).astype("float32")
    x = (images, rng.integers(CLASSES, size=len(images)).astype("int32")) if labelled else images
    settings = {"epochs": EPOCHS, "batch_size": BATCH_SIZE}
    plain, ours = Plain(build()), build()
    turns = {
        "plain": lambda: timed(lambda w: plain.fit(x, verbose=0, callbacks=[w], **settings)),
        "ours": lambda: timed(lambda w: ours.fit(x, verbose=0, callbacks=[w], **settings)),
    }
    if type(ours) is models.Autoencoder:
        inner, fitted = build(), build()
        stock = keras.Model(inner.encoder.input, inner.decoder(inner.encoder.output))
        stock.compile(keras.optimizers.Adam(), loss="mse")
        turns["plain"] = lambda: timed(
            lambda w: stock.fit(x, x, verbose=0, callbacks=[w], **settings)
        )
        turns["training.fit"] = lambda: timed(
            lambda w: training.fit(fitted, x, progress=False, callbacks=[w], **settings)
        )
    return turns


def main(rounds: int, chosen: list[str]) -> None:
    """Print each way's milliseconds a step, and the ratio to the plain model."""
    print(f"backend {name()}, batches of {BATCH_SIZE}, {rounds} rounds of {EPOCHS - 1} epochs")
    for title in chosen or MODELS:
        turns = contenders(MODELS[title], title in ("conditional", "semi-supervised"))
        times: dict[str, list[float]] = {label: [] for label in turns}
        for _ in range(rounds):
            for label, turn in turns.items():
                times[label] += turn()
        base = times["plain"]
        for label, seconds in times.items():
            fastest, median = min(seconds), float(np.median(seconds))
            print(
                f"{title:30} {label:14} "
                f"fastest {1000 * fastest:7.2f} ms ({fastest / min(base) - 1:+.1%})   "
                f"median {1000 * median:7.2f} ms ({median / float(np.median(base)) - 1:+.1%})",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6, sys.argv[2:])
