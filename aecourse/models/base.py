"""The autoencoder that every variant builds on."""

import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.models.activations import last_activation
from aecourse.models.inputs import Data, checked_batch, fits, rows_of, sample_count
from aecourse.models.reconstruction import Tensor, likelihood_named
from aecourse.models.terms import Terms
from aecourse.networks import link_tied

DEFAULT_LEARNING_RATE = 1e-3


@keras.saving.register_keras_serializable("aecourse")
class Autoencoder(keras.Model):
    """An encoder and a decoder trained to reconstruct the input through a narrow code.

    Every term of the loss is summed over the values of a sample and averaged over the batch, in
    nats where it is a likelihood, and ``loss == reconstruction + Σ weight · regulariser``. The
    logs hold ``loss``, ``reconstruction``, each regulariser under its own name, and ``mse``: the
    mean squared error of a single value, which can be compared across losses. Layers that were
    built with a penalty on their weights add it to the loss, logged as ``penalty``.

    A variant overrides as little as one of these hooks:

    - ``code``: from input to code (rounded, quantised, with few units left);
    - ``propagate``: from input to named outputs (noise before the encoder, a sample after it);
    - ``regularisers``: what training asks for besides a good reconstruction, with its weight; the
      class attribute ``regulariser_names`` lists the names;
    - ``measures``: what is worth watching without being asked for; ``measure_names`` lists them;
    - ``target``: what is reconstructed, where the input holds more than the sample;
    - ``errors``: how far each sample is from its target;
    - ``optimizer_at``: the optimiser that suits the objective;
    - ``check_pair``: which encoders fit which decoders.

    The class attribute ``setting_names`` lists the arguments of the constructor that are kept under
    their own name, and so are saved with the model.

    Parameters
    ----------
    encoder, decoder
        Keras models whose shapes fit together, as a function of :mod:`aecourse.networks` returns.
    reconstruction
        ``"squared_error"``; ``"bernoulli"`` for values between 0 and 1 (binary cross-entropy); or
        ``"gaussian"``, the negative log likelihood of a normal distribution around the
        reconstruction whose one standard deviation is learnt.

    Raises
    ------
    InputError
        If the shapes do not fit, ``reconstruction`` is unknown, or the decoder's last activation
        cannot give probabilities where ``"bernoulli"`` needs them.

    References
    ----------
    Rumelhart, Hinton and Williams (1986); Hinton and Salakhutdinov (2006).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,))
    >>> x = np.random.default_rng(0).uniform(size=(5, 8)).astype("float32")
    >>> model = models.Autoencoder(encoder, decoder)
    >>> model.encode(x).shape, model.reconstruct(x).shape
    ((5, 2), (5, 8))
    """

    setting_names: tuple[str, ...] = ("reconstruction",)
    regulariser_names: tuple[str, ...] = ()
    measure_names: tuple[str, ...] = ()

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        reconstruction: str = "squared_error",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.reconstruction = reconstruction
        self.likelihood = likelihood_named(reconstruction)
        link_tied(encoder, decoder)
        self.check_pair(encoder, decoder)
        self.encoder = encoder
        self.decoder = decoder
        self._check_output_activation()
        names = ["reconstruction", *self.regulariser_names, "mse", *self.measure_names]
        if encoder.losses or decoder.losses:
            names.append("penalty")
        self.terms = Terms(names)

    # --- the hooks of a variant ---------------------------------------------------------------

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the code of each sample; it must not depend on chance unless ``training``."""
        return self.encoder(x, training=training)

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the named outputs of one pass: at least ``code`` and ``reconstruction``."""
        code = self.code(x, training=training)
        return {"code": code, "reconstruction": self.decoder(code, training=training)}

    def regularisers(
        self, x: Tensor, outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return ``{name: (weight, value)}``, each value averaged over the batch. Here: none."""
        return {}

    def measures(self, x: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return ``{name: value}`` of what is logged without entering the loss. Here: nothing."""
        return {}

    def target(self, x: Tensor) -> Tensor:
        """Return what the decoder is to rebuild: the input."""
        return x

    def errors(self, target: Tensor, outputs: dict[str, Tensor]) -> Tensor:
        """Return how far the reconstruction of each sample is from its target, summed over it."""
        return self.likelihood(target, outputs["reconstruction"])

    def optimizer_at(self, learning_rate: Any) -> keras.optimizers.Optimizer:
        """Return the optimiser to train with at a learning rate or a schedule of rates: Adam."""
        return keras.optimizers.Adam(learning_rate)

    def check_pair(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless the encoder's and the decoder's shapes fit together."""
        code, expected = encoder.output_shape[1:], decoder.input_shape[1:]
        if not fits(code, expected):
            raise InputError(
                f"the encoder gives codes of shape {code} and the decoder takes {expected}; "
                "build both with one code_size."
            )
        self.check_samples(encoder, decoder)

    def check_samples(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless the decoder gives what the encoder takes."""
        sample, rebuilt = encoder.input_shape[1:], decoder.output_shape[1:]
        if not fits(sample, rebuilt):
            raise InputError(
                f"the encoder takes samples of shape {sample} and the decoder gives {rebuilt}; "
                "build both with one input_shape."
            )

    # --- what Keras calls in training -----------------------------------------------------------

    def call(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the named outputs of :meth:`propagate`."""
        return self.propagate(x, training=training)

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: dict[str, Tensor] | None = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the loss of a batch and log each of its terms.

        The target is the input itself unless ``y`` gives another one.
        """
        if sample_weight is not None:
            raise InputError("sample_weight and class_weight are not supported; leave them out.")
        assert y_pred is not None
        target = self.target(x) if y is None else y
        mean = keras.ops.mean
        loss = mean(self.errors(target, y_pred))
        terms = {
            "reconstruction": loss,
            "mse": mean(keras.ops.square(target - y_pred["reconstruction"])),
        }
        for name, (weight, value) in self.regularisers(x, y_pred, training=training).items():
            loss = loss + weight * value
            terms[name] = value
        terms.update(self.measures(x, y_pred))
        if "penalty" in self.terms.names:
            terms["penalty"] = sum(self.losses)
            loss = loss + terms["penalty"]
        # Weighted by the batch's size, as Keras weights the loss: so the epoch's logs add up too.
        self.terms.update_state(terms, keras.ops.shape(target)[0])
        return loss

    def compile(self, optimizer: Any = None, loss: None = None, **kwargs: Any) -> None:
        """Set the optimiser: that of :meth:`optimizer_at` 0.001 unless another one is given.

        Raises
        ------
        InputError
            If a loss is given: the model has its own, named by ``reconstruction``.
        """
        if loss is not None:
            raise InputError(
                f"compile was given the loss {loss!r}, but an autoencoder brings its own; "
                "choose it with reconstruction='squared_error' or 'bernoulli'."
            )
        if optimizer is None:
            optimizer = self.optimizer_at(DEFAULT_LEARNING_RATE)
        super().compile(optimizer=optimizer, **kwargs)

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return what :meth:`compile_from_config` needs, or ``None`` before compiling."""
        if not self.compiled:
            return None
        return {"optimizer": keras.saving.serialize_keras_object(self.optimizer)}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile a loaded model as it was, with room for the optimiser's saved state."""
        self.compile(keras.saving.deserialize_keras_object(config["optimizer"]))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def ensure_built(self) -> None:
        """Create every variable now, rather than with the first batch."""
        if not self.built:
            self(self.symbolic_input())

    def symbolic_input(self) -> Any:
        """Return a placeholder for a batch of what the model takes."""
        return keras.Input(self.sample_shape)

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Train with Keras's own loop, after checking ``x`` when it is an array.

        :func:`aecourse.training.fit` adds a batch order that differs from epoch to epoch and can be
        repeated, resuming, early stopping and a quiet progress line.
        """
        if not self.compiled:
            self.compile()
        return super().fit(self.checked(x) if is_array(x) else x, *args, **kwargs)

    def evaluate(self, x: Any = None, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Return the loss and each of its terms on ``x``, averaged over the samples.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        if not self.compiled:
            self.compile()
        options = {"verbose": 0, "batch_size": 256, "return_dict": True, **kwargs}
        # Keras's fit validates through this method; it passes data that is checked already.
        ready = "_use_cached_eval_dataset" in kwargs or not is_array(x)
        logs = super().evaluate(x if ready else self.checked(x), *args, **options)
        return {name: float(value) for name, value in logs.items()}

    # --- what a reader calls --------------------------------------------------------------------

    def encode(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return the codes of ``x``, shape ``(samples, *code_shape)``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return in_batches(self.code, batch_size, self.checked(x, target=False))

    def decode(self, codes: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return what the decoder makes of ``codes``, shape ``(samples, *sample_shape)``.

        Raises
        ------
        InputError
            If ``codes`` is not what the decoder takes.
        """
        codes = checked_batch(codes, self.decoder.input_shape[1:], name="codes")
        return in_batches(self.decoder, batch_size, codes)

    def reconstruct(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return ``decode(encode(x))``, of the same shape as ``x``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return self.decode(self.encode(x, batch_size=batch_size), batch_size=batch_size)

    def checked(self, x: Any, name: str = "x", *, target: bool = True) -> Any:
        """Return ``x`` as ``float32`` if this model can take it.

        Where it is not the ``target`` of a reconstruction but only encoded, as noisy samples are,
        its values may lie in any range.

        Raises
        ------
        InputError
            If it is empty, of another shape or type, holds NaN or infinity, or is a target that
            leaves [0, 1] with ``reconstruction="bernoulli"``.
        """
        return self.checked_samples(x, name, target=target)

    @property
    def kind(self) -> str:
        """Name of the class, for messages."""
        return type(self).__name__

    @property
    def sample_shape(self) -> tuple[int | None, ...]:
        """Shape of one sample, without the batch axis."""
        return tuple(self.encoder.input_shape[1:])

    @property
    def code_shape(self) -> tuple[Any, ...]:
        """Shape of one code, without the batch axis."""
        return tuple(self.encoder.output_shape[1:])

    def checked_samples(self, x: Any, name: str, *, target: bool) -> NDArray[np.float32]:
        """Return samples as ``float32``, checked like the input of a model without labels."""
        x = checked_batch(
            x,
            self.sample_shape,
            name=name,
            unit_interval=target and self.reconstruction == "bernoulli",
        )
        bounded = target and last_activation(self.decoder) == "sigmoid"
        if bounded and (x.min() < 0 or x.max() > 1):
            warnings.warn(
                f"{name} runs from {x.min():g} to {x.max():g}, but the decoder ends in a sigmoid "
                "and can only give values between 0 and 1. Build it with output_activation=None, "
                "or scale the data with preprocessing.unit_range.",
                stacklevel=4,
            )
        return x

    # --- saving ---------------------------------------------------------------------------------

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True, **kwargs: Any) -> None:
        """Write the model to a ``.keras`` file, for :func:`aecourse.models.load`.

        The file appears whole or not at all: a model saved before is kept until the new one is
        complete.

        Raises
        ------
        InputError
            If the name does not end in ``.keras``, or the file exists and ``overwrite`` is false.
        """
        path = Path(filepath)
        if path.suffix != ".keras":
            raise InputError(f"{path.name!r} does not end in '.keras'; give a name that does.")
        if path.exists() and not overwrite:
            raise InputError(f"{path} exists; give another name or overwrite=True.")
        self.ensure_built()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".saving-") as folder:
            whole = Path(folder) / path.name
            super().save(whole, **kwargs)
            whole.replace(path)

    def get_config(self) -> dict[str, Any]:
        """Return what :meth:`from_config` needs to build the model again."""
        return {
            "name": self.name,
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            **{name: getattr(self, name) for name in self.setting_names},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Autoencoder":
        """Build the model that :meth:`get_config` described."""
        halves = {
            half: keras.saving.deserialize_keras_object(config[half], custom_objects=custom_objects)
            for half in ("encoder", "decoder")
        }
        return cls(**{**config, **halves})

    # --- small helpers --------------------------------------------------------------------------

    def _check_output_activation(self) -> None:
        """Refuse a decoder that cannot give probabilities where they are needed."""
        last = last_activation(self.decoder)
        if self.reconstruction == "bernoulli" and last not in {"sigmoid", "hard_sigmoid", None}:
            raise InputError(
                f"the decoder ends in the activation {last!r}, but reconstruction='bernoulli' "
                "needs probabilities between 0 and 1; build it with output_activation='sigmoid'."
            )


def is_array(x: Any) -> bool:
    """Return whether ``x`` is data to check, and not an iterator over batches of it."""
    return isinstance(x, (np.ndarray, list, tuple, int, float))


def in_batches(function: Callable[..., Tensor], batch_size: int, x: Data) -> NDArray[np.float32]:
    """Apply a Keras model, or a function like one, to data in batches.

    Called directly rather than through ``predict``, which compiles a program for each model and
    costs more than it saves on the few samples that a figure or a slider needs.
    """
    parts = []
    for start in range(0, sample_count(x), batch_size):
        batch = rows_of(x, slice(start, start + batch_size))
        tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, batch)
        parts.append(keras.ops.convert_to_numpy(function(tensors, training=False)))
    return np.concatenate(parts)
