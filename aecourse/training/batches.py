"""The order of the samples: a function of the seed and the epoch, and of nothing else.

Keras's own shuffling on TensorFlow repeats one permutation in every epoch once the global seed is
set. Here each epoch has its own order, two runs with one seed see the same orders, and a resumed
run sees the orders that the uninterrupted one would have seen.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse import backend
from aecourse.models.inputs import Data, rows_of, sample_count

PREFETCHED = 2  # batches that are made while the one before is learnt from


def steps_in(x: Data, batch_size: int) -> int:
    """Return the number of batches in an epoch; the last one may be smaller."""
    return -(-sample_count(x) // batch_size)


def order(seed: int, epoch: int, samples: int) -> NDArray[np.int64]:
    """Return the order of the samples in one epoch (epochs are counted from 0)."""
    return np.random.default_rng((seed, epoch)).permutation(samples)


def batches(x: Data, *, batch_size: int, seed: int, first_epoch: int, last_epoch: int) -> Any:
    """Return what Keras's ``fit`` takes: the batches of the epochs from first to before last."""
    if backend.name() == "tensorflow":
        return _tensorflow_batches(x, batch_size, seed, first_epoch, last_epoch)
    return _array_batches(x, batch_size, seed, first_epoch, last_epoch)


def _array_batches(
    x: Data, batch_size: int, seed: int, first_epoch: int, last_epoch: int
) -> Iterator[tuple[Data]]:
    """Yield one batch after the other, as Keras wants it: a tuple of the input alone."""
    for epoch in range(first_epoch, last_epoch):
        positions = order(seed, epoch, sample_count(x))
        for start in range(0, len(positions), batch_size):
            yield (rows_of(x, positions[start : start + batch_size]),)


def _tensorflow_batches(
    x: Data, batch_size: int, seed: int, first_epoch: int, last_epoch: int
) -> Any:
    """Return the same batches as a ``tf.data`` pipeline, which spares Python work in each step."""
    import tensorflow as tf

    count = sample_count(x)
    samples = tf.nest.map_structure(tf.constant, x)

    def positions(epoch: Any) -> Any:
        drawn = tf.numpy_function(lambda e: order(seed, int(e), count), [epoch], tf.int64)
        return tf.data.Dataset.from_tensor_slices(tf.ensure_shape(drawn, (count,)))

    def chosen(positions: Any) -> Any:
        return (tf.nest.map_structure(lambda array: tf.gather(array, positions), samples),)

    epochs = tf.data.Dataset.range(first_epoch, last_epoch)
    data = epochs.flat_map(lambda epoch: positions(epoch).batch(batch_size))
    # Its autotuning has nothing to tune here, and where it runs the pipeline's end often waits for
    # its next turn. These come after 10, 20, 40 … ms, so that a run may take twice its time.
    options = tf.data.Options()
    options.autotune.enabled = False
    return data.map(chosen).prefetch(PREFETCHED).with_options(options)
