"""Several small autoencoders side by side, trained as one model.

The matrices of all members lie in one array, so a step of training is a handful of large products
and not a few hundred small ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from aecourse import backend
from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.models import Autoencoder
from aecourse.models.inputs import fits
from aecourse.models.reconstruction import Tensor
from aecourse.networks.settings import initialiser, layer_seeds, positives

# The highest precision that a backend computes in without being set up for it.
PRECISE = "float32" if backend.name() == "jax" else "float64"


@keras.saving.register_keras_serializable("aecourse")
class MemberNoise(keras.layers.Layer):
    """Add Gaussian noise in training, more to one member's input than to another's.

    Parameters
    ----------
    levels
        Standard deviation for each member.
    seed
        Of the noise.

    References
    ----------
    Vincent et al. (2010).
    """

    def __init__(self, levels: Sequence[float], seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.levels = tuple(levels)
        self.seed = seed
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the input with noise in training, and as it is otherwise."""
        if not training:
            return x
        noise = keras.random.normal(keras.ops.shape(x), dtype=x.dtype, seed=self.draws)
        levels = keras.ops.convert_to_tensor(self.levels, dtype=x.dtype)
        return x + levels[:, None] * noise

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "levels": self.levels, "seed": self.seed}


@keras.saving.register_keras_serializable("aecourse")
class MemberDense(keras.layers.Layer):
    """A dense layer for each member, with only some of its connections.

    Parameters
    ----------
    units
        Number of values it gives for each member.
    activation
        Name of a Keras activation.
    connectivity
        Probability of a connection to be there; those that are not never return.
    seed
        Of the connections and of the weights.
    used
        How many of its units each member has connections to; ``None``: all.

    References
    ----------
    Chen, Sathe, Aggarwal and Turaga (2017).
    """

    def __init__(
        self,
        units: int,
        activation: str,
        connectivity: float,
        seed: int,
        used: Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.connectivity = connectivity
        self.seed = seed
        self.used = None if used is None else tuple(used)

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights, and the mask of the connections where some are missing."""
        _, members, inputs = input_shape
        shape = (members, inputs, self.units)
        self.kernel = self.add_weight(shape=shape, initializer=self._start, name="kernel")
        self.bias = self.add_weight(shape=(members, self.units), initializer="zeros", name="bias")
        self.mask = None
        if self.connectivity < 1 or self.used is not None:
            self.mask = self.add_weight(
                shape=shape, initializer=self._connections, trainable=False, name="mask"
            )

    def call(self, x: Tensor) -> Tensor:
        """Return ``activation(x @ kernel + bias)`` for each member."""
        kernel = self.kernel if self.mask is None else self.kernel * self.mask
        return self.activation(keras.ops.einsum("nmi,mio->nmo", x, kernel) + self.bias)

    def _start(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        """Return weights that start as the activation needs, larger where connections are few."""
        seeds = layer_seeds(self.seed)
        name = keras.activations.serialize(self.activation)
        members = [initialiser(name, next(seeds))(shape[1:], dtype=dtype) for _ in range(shape[0])]
        return keras.ops.stack(members) / self.connectivity**0.5

    def _connections(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        """Return 1 where a connection is and 0 where none is."""
        present = np.random.default_rng(self.seed).random(shape) < self.connectivity
        if self.used is not None:
            present &= np.arange(self.units) < np.reshape(self.used, (-1, 1, 1))
        return keras.ops.convert_to_tensor(present, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "connectivity": self.connectivity,
            "seed": self.seed,
            "used": self.used,
        }


@keras.saving.register_keras_serializable("aecourse")
class EnsembleAutoencoder(Autoencoder):
    """Autoencoders that each reconstruct the same samples; the loss is the sum of theirs.

    The code has the shape ``(members, largest code size)`` and the reconstruction
    ``(members, features)``.
    No member's weights enter another's error, so each learns as it would alone.

    Parameters
    ----------
    encoder, decoder
        As :func:`ensemble_networks` returns them.
    """

    def target(self, x: Tensor) -> Tensor:
        """Return the input with an axis for the members, to which it is the same."""
        return keras.ops.expand_dims(x, 1)

    def check_samples(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless each member of the decoder gives what the encoder takes."""
        sample, rebuilt = encoder.input_shape[1:], decoder.output_shape[2:]
        if not fits(sample, rebuilt):
            raise InputError(
                f"the encoder takes samples of shape {sample} and each member of the decoder gives "
                f"{rebuilt}; build both with one call of ensemble_networks."
            )


class Member(NamedTuple):
    """How one autoencoder of an ensemble differs from the others.

    Attributes
    ----------
    code_size
        Number of values in its code.
    noise
        Standard deviation of the noise that is added to its input in training.
    """

    code_size: int
    noise: float


def ensemble_networks(
    features: int,
    members: Sequence[Member],
    *,
    hidden: tuple[int, ...],
    connectivity: float,
    seed: int,
    dtype: str = "float32",
) -> tuple[keras.Model, keras.Model]:
    """Return the encoders and the decoders of all members.

    Parameters
    ----------
    features
        Number of values in a sample.
    members
        The autoencoders.
    hidden
        Units of each encoder's hidden layers; the decoder has the same in reverse.
    connectivity
        Probability of a connection between two units to be there.
    seed
        Of the connections, of the weights and of the noise.
    dtype
        Precision in which the networks compute.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, features)`` to ``(batch, members, largest code size)``, and from
        there to ``(batch, members, features)``. What a member with a smaller code does not use of
        it is equal for all samples.
    """
    units = positives(hidden, "hidden")
    seeds = layer_seeds(seed)
    sizes = [member.code_size for member in members]
    levels = [member.noise for member in members]
    code_size, same = max(sizes), len(set(sizes)) == 1

    def layer(width: int, activation: str, name: str, **settings: Any) -> MemberDense:
        named = {"name": name, "dtype": dtype, **settings}
        return MemberDense(width, activation, connectivity, next(seeds), **named)

    sample = keras.Input((features,), name="sample", dtype=dtype)
    x = keras.layers.RepeatVector(len(members), name="members", dtype=dtype)(sample)
    if any(levels):
        x = MemberNoise(levels, next(seeds), name="noise", dtype=dtype)(x)
    for number, width in enumerate(units, start=1):
        x = layer(width, "relu", f"hidden_{number}")(x)
    x = layer(code_size, "linear", "code", used=None if same else sizes)(x)
    encoder = keras.Model(sample, x, name="encoder")

    x = code = keras.Input((len(members), code_size), name="code", dtype=dtype)
    for number, width in enumerate(units[::-1], start=1):
        x = layer(width, "relu", f"hidden_{number}")(x)
    decoder = keras.Model(code, layer(features, "linear", "output")(x), name="decoder")
    return encoder, decoder
