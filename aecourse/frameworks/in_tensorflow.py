"""The autoencoder in TensorFlow itself: operations, variables and a gradient tape."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.frameworks.weights import FILTERS, GRID, SIDE, Weights, glorot


class Trainer:
    """The network as functions of its variables, and the loop that trains it."""

    def __init__(self, weights: Weights | None = None, *, seed: int = 0) -> None:
        # TensorFlow has no layers, so it has no default for their weights either.
        start = weights or glorot(seed)
        self.variables = {name: tf.Variable(array) for name, array in start.items()}
        self.optimizer = keras.optimizers.Adam(1e-3)
        self.optimizer.build(list(self.variables.values()))

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        """Return the codes."""
        w = self.variables
        x = tf.nn.conv2d(images, w["halve_1/kernel"], 2, "SAME") + w["halve_1/bias"]
        x = tf.nn.conv2d(tf.nn.relu(x), w["halve_2/kernel"], 2, "SAME") + w["halve_2/bias"]
        x = tf.reshape(tf.nn.relu(x), (images.shape[0], -1))
        return x @ w["code/kernel"] + w["code/bias"]

    def decode(self, code: tf.Tensor) -> tf.Tensor:
        """Return the images of the codes."""
        w, count = self.variables, code.shape[0]
        x = tf.nn.relu(code @ w["expand/kernel"] + w["expand/bias"])
        x = tf.reshape(x, (count, *GRID))
        x = tf.nn.conv2d_transpose(
            x, w["double_1/kernel"], (count, SIDE // 2, SIDE // 2, FILTERS[0]), 2
        )
        x = tf.nn.relu(x + w["double_1/bias"])
        x = tf.nn.conv2d_transpose(x, w["double_2/kernel"], (count, SIDE, SIDE, 1), 2)
        return tf.sigmoid(x + w["double_2/bias"])

    def loss(self, images: tf.Tensor) -> tf.Tensor:
        """Return the squared error of an image, as the mean over the batch."""
        rebuilt = self.decode(self.encode(images))
        return tf.reduce_mean(tf.reduce_sum((images - rebuilt) ** 2, axis=(1, 2, 3)))

    @tf.function
    def train_step(self, images: tf.Tensor) -> tf.Tensor:
        """Go one step and return the loss before it."""
        with tf.GradientTape() as tape:
            loss = self.loss(images)
        variables = list(self.variables.values())
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    def train_epoch(self, images: NDArray[np.float32], batch_size: int) -> float:
        """Train on the images once, in their order; return the mean loss."""
        batches = tf.data.Dataset.from_tensor_slices(images).batch(batch_size)
        return float(tf.reduce_mean([self.train_step(batch) for batch in batches]))

    def reconstruct(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the reconstructions."""
        rebuilt: NDArray[np.float32] = self.decode(self.encode(tf.constant(images))).numpy()
        return rebuilt

    def loss_and_gradients(self, images: NDArray[np.float32]) -> tuple[float, Weights]:
        """Return the loss and the gradient of each array of weights."""
        with tf.GradientTape() as tape:
            loss = self.loss(tf.constant(images))
        gradients = tape.gradient(loss, self.variables)
        return float(loss), {name: gradient.numpy() for name, gradient in gradients.items()}

    def weights(self) -> Weights:
        """Return the weights in the common form."""
        return {name: variable.numpy() for name, variable in self.variables.items()}
