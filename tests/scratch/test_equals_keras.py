"""The model in NumPy and the one in Keras: one initial state, one order of batches."""

import numpy as np
import pytest

from aecourse.scratch import SGD, Adam, Autoencoder, Momentum, batches, train

STEPS, BATCH = 100, 32
OPTIMISERS = {
    "SGD": (lambda: SGD(0.02), lambda keras: keras.optimizers.SGD(0.02)),
    "momentum": (
        lambda: Momentum(0.005, momentum=0.9),
        lambda keras: keras.optimizers.SGD(0.005, momentum=0.9),
    ),
    "Adam": (lambda: Adam(0.003), lambda keras: keras.optimizers.Adam(0.003)),
}
# Our loss, and Keras's reconstruction and last activation that go with it.
LOSSES = {
    "squared_error": ("squared_error", None),
    "binary_cross_entropy": ("bernoulli", "sigmoid"),
    "binary_cross_entropy_from_logits": ("bernoulli", "sigmoid"),
}


@pytest.mark.tensorflow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_losses_equal_keras_over_a_hundred_steps(optimiser: str, loss: str) -> None:
    from aecourse import models, networks
    from aecourse.backend import keras

    x = np.random.default_rng(0).random((400, 20)).astype(np.float32)
    mine = Autoencoder((20, 16, 4), hidden="tanh", loss=loss, seed=3)
    reconstruction, output = LOSSES[loss]
    pair = networks.dense(20, 4, hidden=(16,), activation="tanh", output_activation=output)
    theirs = models.Autoencoder(*pair, reconstruction=reconstruction)
    theirs.compile(OPTIMISERS[optimiser][1](keras))
    weights = [w.copy() for w in mine.parameters]
    theirs.encoder.set_weights(weights[:4])
    theirs.decoder.set_weights(weights[4:])

    epochs = -(-STEPS // -(-len(x) // BATCH))
    history = train(mine, x, OPTIMISERS[optimiser][0](), epochs=epochs, batch_size=BATCH, seed=5)
    losses = []
    for epoch in range(epochs):
        for batch in batches(x, BATCH, 5, epoch):
            theirs.reset_metrics()  # else Keras gives the mean over all batches so far
            losses.append(theirs.train_on_batch(batch, return_dict=True)["loss"])
    assert len(history.steps) >= STEPS
    np.testing.assert_allclose(history.steps[:STEPS], losses[:STEPS], rtol=1e-5)
    assert history.steps[STEPS - 1] < history.steps[0]
