"""The autoencoder in JAX: Keras's layers, and a training step without hidden state."""

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras, name
from aecourse.errors import InputError
from aecourse.frameworks.in_keras import build, squared_error
from aecourse.frameworks.weights import SHAPES, Weights

if name() != "jax":
    raise InputError(f"Keras runs on {name()}; set KERAS_BACKEND=jax before it is imported.")

State = tuple[list[jax.Array], list[jax.Array], list[jax.Array]]
"""Trainable variables, the others of the network, and those of the optimiser."""


class Trainer:
    """The network's description, and its state, which each step takes and gives back."""

    def __init__(self, weights: Weights | None = None, *, seed: int = 0) -> None:
        keras.utils.set_random_seed(seed)
        self.model = build()
        if weights:
            self.model.set_weights(list(weights.values()))
        self.optimizer = keras.optimizers.Adam(1e-3)
        self.optimizer.build(self.model.trainable_variables)
        self.state: State = (
            [variable.value for variable in self.model.trainable_variables],
            [variable.value for variable in self.model.non_trainable_variables],
            [variable.value for variable in self.optimizer.variables],
        )
        self.gradient = jax.jit(jax.value_and_grad(self.loss, has_aux=True))
        self.train_step = jax.jit(self.pure_step)

    def loss(
        self, trainable: list[jax.Array], others: list[jax.Array], images: Any
    ) -> tuple[jax.Array, list[jax.Array]]:
        """Return the squared error of an image, as the mean over the batch."""
        rebuilt, others = self.model.stateless_call(trainable, others, images, training=True)
        return squared_error(images, rebuilt).mean(), others

    def pure_step(self, state: State, images: Any) -> tuple[jax.Array, State]:
        """Return the loss and the state after a step; nothing is changed in place."""
        trainable, others, slots = state
        (loss, others), gradients = self.gradient(trainable, others, images)
        trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
        return loss, (trainable, others, slots)

    def train_epoch(self, images: NDArray[np.float32], batch_size: int) -> float:
        """Train on the images once, in their order; return the mean loss."""
        losses = []
        for start in range(0, len(images), batch_size):
            loss, self.state = self.train_step(self.state, images[start : start + batch_size])
            losses.append(loss)
        # Steps are only queued until somebody asks for a number.
        return float(np.mean(jax.block_until_ready(losses)))

    def reconstruct(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the reconstructions."""
        trainable, others, _ = self.state
        rebuilt, _ = self.model.stateless_call(trainable, others, images, training=False)
        return np.asarray(rebuilt)

    def loss_and_gradients(self, images: NDArray[np.float32]) -> tuple[float, Weights]:
        """Return the loss and the gradient of each array of weights."""
        trainable, others, _ = self.state
        (loss, _), gradients = self.gradient(trainable, others, images)
        return float(loss), dict(zip(SHAPES, map(np.asarray, gradients), strict=True))

    def weights(self) -> Weights:
        """Return the weights in the common form."""
        return dict(zip(SHAPES, map(np.asarray, self.state[0]), strict=True))
