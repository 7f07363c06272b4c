"""What the base class and ``training.fit`` cost in each training step.

Three ways to train the same network on the same data: plain Keras with its mean squared error, the
base class in Keras's own ``fit``, and the base class in ``training.fit``. They take turns, round
after round, so that a busy machine slows all three alike; the first epoch of each turn, which
compiles, is not counted.

    python benchmarks/step_overhead.py [rounds]
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from aecourse import models, networks, training
from aecourse.backend import keras, name

SHAPE, CODE_SIZE, BATCH_SIZE, STEPS, EPOCHS = (28, 28, 1), 32, 128, 100, 4
NETWORKS = {
    "dense": lambda: networks.dense(SHAPE, CODE_SIZE),
    "convolutional": lambda: networks.convolutional(SHAPE, CODE_SIZE),
}
Turn = Callable[[], list[float]]


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


def contenders(build: Callable, x: np.ndarray) -> dict[str, Turn]:
    """Return the three ways of training, each with a model of its own."""
    encoder, decoder = build()
    plain = keras.Model(encoder.input, decoder(encoder.output))
    plain.compile(keras.optimizers.Adam(), loss="mse")
    stock, ours = models.Autoencoder(*build()), models.Autoencoder(*build())
    settings = {"epochs": EPOCHS, "batch_size": BATCH_SIZE}
    return {
        "plain Keras": lambda: timed(
            lambda watch: plain.fit(x, x, verbose=0, callbacks=[watch], **settings)
        ),
        "Autoencoder, Keras's fit": lambda: timed(
            lambda watch: stock.fit(x, verbose=0, callbacks=[watch], **settings)
        ),
        "Autoencoder, training.fit": lambda: timed(
            lambda watch: training.fit(ours, x, progress=False, callbacks=[watch], **settings)
        ),
    }


def main(rounds: int) -> None:
    """Print each contender's milliseconds a step, and the ratio to plain Keras."""
    x = np.random.default_rng(0).uniform(size=(BATCH_SIZE * STEPS, *SHAPE)).astype("float32")
    print(f"backend {name()}, batches of {BATCH_SIZE}, {rounds} rounds of {EPOCHS - 1} epochs")
    for network, build in NETWORKS.items():
        turns = contenders(build, x)
        times: dict[str, list[float]] = {label: [] for label in turns}
        for _ in range(rounds):
            for label, turn in turns.items():
                times[label] += turn()
        base = times["plain Keras"]
        for label, seconds in times.items():
            fastest, median = min(seconds), float(np.median(seconds))
            print(
                f"{network:14} {label:26} "
                f"fastest {1000 * fastest:6.2f} ms ({fastest / min(base) - 1:+.1%})   "
                f"median {1000 * median:6.2f} ms ({median / float(np.median(base)) - 1:+.1%})"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
