"""The autoencoder in Keras: layers, ``compile`` and ``fit``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.frameworks.weights import CODE_SIZE, FILTERS, GRID, KERNEL, SHAPES, SIDE, Weights

layers = keras.layers


def build() -> keras.Model:
    """Return the network, with Keras's own starting weights."""
    halve = {"kernel_size": KERNEL, "strides": 2, "padding": "same", "activation": "relu"}
    double = {"kernel_size": KERNEL, "strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            layers.Conv2D(FILTERS[0], **halve),
            layers.Conv2D(FILTERS[1], **halve),
            layers.Flatten(),
            layers.Dense(CODE_SIZE),
            layers.Dense(int(np.prod(GRID)), activation="relu"),
            layers.Reshape(GRID),
            layers.Conv2DTranspose(FILTERS[0], **double, activation="relu"),
            layers.Conv2DTranspose(1, **double, activation="sigmoid"),
        ]
    )


def squared_error(images: Any, rebuilt: Any) -> Any:
    """Return the squared error of each image; Keras takes the mean over the batch."""
    return keras.ops.sum((images - rebuilt) ** 2, axis=(1, 2, 3))


class Trainer:
    """The network with the optimiser and the loss that ``fit`` is to use."""

    def __init__(self, weights: Weights | None = None, *, seed: int = 0) -> None:
        keras.utils.set_random_seed(seed)
        self.model = build()
        if weights:
            self.model.set_weights(list(weights.values()))
        self.model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=squared_error)

    def train_epoch(self, images: NDArray[np.float32], batch_size: int) -> float:
        """Train on the images once, in their order; return the mean loss."""
        # The images come in the order in which they are to be seen.
        history = self.model.fit(images, images, batch_size=batch_size, shuffle=False, verbose=0)
        return float(history.history["loss"][0])

    def reconstruct(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the reconstructions."""
        rebuilt: NDArray[np.float32] = self.model.predict(images, verbose=0)
        return rebuilt

    def loss_and_gradients(self, images: NDArray[np.float32]) -> tuple[float, Weights]:
        """Return the loss and the gradient of each array of weights."""
        # fit shows no gradients. But one step of plain gradient descent with learning rate 1
        # moves each weight by minus its gradient.
        before, twin = self.model.get_weights(), build()
        twin.set_weights(before)
        twin.compile(optimizer=keras.optimizers.SGD(1.0), loss=squared_error)
        history = twin.fit(images, images, batch_size=len(images), verbose=0)
        moved = [old - new for old, new in zip(before, twin.get_weights(), strict=True)]
        return float(history.history["loss"][0]), dict(zip(SHAPES, moved, strict=True))

    def weights(self) -> Weights:
        """Return the weights in the common form."""
        return dict(zip(SHAPES, self.model.get_weights(), strict=True))
