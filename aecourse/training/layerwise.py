"""Training a deep pair of dense networks one layer after the other."""

from math import prod
from typing import Any

from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder
from aecourse.training.history import History
from aecourse.training.loop import fit

PASSIVE = (keras.layers.InputLayer, keras.layers.Flatten, keras.layers.Reshape)
Pair = tuple[keras.Model, keras.Model]


def pretrain_layerwise(
    model: Autoencoder | Pair,
    x: Any,
    *,
    epochs: int,
    batch_size: int = 128,
    seed: int = 0,
    learning_rate: float | None = None,
    progress: bool = True,
) -> list[History]:
    """Give a deep encoder and decoder a start that is better than chance, layer by layer.

    Each layer of the encoder is trained, together with the decoder's layer that mirrors it, as a
    shallow autoencoder of what the layers before it make of ``x``. The weights are left in the
    pair, which :func:`fit` then trains as a whole. Every layer is trained for its reconstruction
    alone, whatever else the model asks for.

    The outermost pair of layers has the model's own ``reconstruction``. The others rebuild the
    features of a hidden layer: from a sigmoid, which gives rates between 0 and 1, with the
    Bernoulli likelihood; from any other activation with the squared error.

    Parameters
    ----------
    model
        A model, or an encoder and a decoder, made by :func:`aecourse.networks.dense`.
    x
        Training samples, shape ``(samples, *sample_shape)``, floating-point.
    epochs
        Passes over ``x`` for each pair of layers.
    batch_size, seed, learning_rate, progress
        As for :func:`fit`; the optimiser is Adam.

    Returns
    -------
    histories
        One :class:`History` for each pair of layers, from the outermost to the innermost. A run
        that was interrupted or diverged is the last one.

    Raises
    ------
    InputError
        If the decoder is not the encoder's mirror image in dense layers, ``x`` is not what the
        model takes, or a setting makes no sense.

    References
    ----------
    Hinton and Salakhutdinov (2006); Bengio et al. (2007).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks, training
    >>> x = np.random.default_rng(0).uniform(size=(64, 8)).astype("float32")
    >>> model = models.Autoencoder(*networks.dense(8, code_size=2, hidden=(16,)))
    >>> histories = training.pretrain_layerwise(model, x, epochs=1, progress=False)
    >>> len(histories)
    2
    """
    model = _as_model(model)
    pairs = mirrored_layers(model)
    features = model.checked(x)
    features = features.reshape(len(features), -1)
    histories: list[History] = []
    for number, (down, up) in enumerate(pairs):
        shallow = _shallow(down, up, model.reconstruction if number == 0 else _loss_for(up))
        history = fit(
            shallow,
            features,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            learning_rate=learning_rate,
            progress=progress,
        )
        down.set_weights(shallow.encoder.get_weights())
        up.set_weights(shallow.decoder.get_weights())
        histories.append(history)
        if history.outcome != "finished":
            break
        features = shallow.encode(features)
    return histories


def mirrored_layers(model: Autoencoder) -> list[tuple[keras.layers.Dense, keras.layers.Dense]]:
    """Return each layer of the encoder with the decoder's layer that undoes it.

    Raises
    ------
    InputError
        If the two halves are not mirror images in dense layers.
    """
    down = _dense_layers(model.encoder, "encoder")
    up = _dense_layers(model.decoder, "decoder")[::-1]
    forth = [tuple(layer.kernel.shape) for layer in down]
    back = [tuple(layer.kernel.shape)[::-1] for layer in up]
    if forth != back or forth[0][0] != prod(size or 0 for size in model.sample_shape):
        raise InputError(
            f"the encoder's layers have the sizes {forth} and the decoder's, from the output "
            f"back, {back}: they are no mirror images. Build both with one call of "
            "networks.dense, without a condition."
        )
    for before, after in zip(down[:-1], up[1:], strict=True):
        given, rebuilt = (layer.activation.__name__ for layer in (before, after))
        if given != rebuilt:
            raise InputError(
                f"the encoder's {before.name} has the activation {given!r} and the decoder's "
                f"{after.name}, which is to rebuild it, {rebuilt!r}. Build both with one call of "
                "networks.dense."
            )
    return list(zip(down, up, strict=True))


def _as_model(model: Autoencoder | Pair) -> Autoencoder:
    """Return a model, made of the pair if that is what was given."""
    if isinstance(model, Autoencoder):
        return model
    if isinstance(model, (tuple, list)) and len(model) == 2:
        return Autoencoder(*model)
    raise InputError(
        f"model is a {type(model).__name__}; give an autoencoder of this package, or a pair "
        "(encoder, decoder)."
    )


def _dense_layers(network: keras.Model, half: str) -> list[keras.layers.Dense]:
    """Return the layers that have weights, if all of them are dense ones."""
    layers = [layer for layer in network.layers if not isinstance(layer, PASSIVE)]
    others = [layer.name for layer in layers if not isinstance(layer, keras.layers.Dense)]
    if others or not layers:
        raise InputError(
            f"layer-wise training needs a chain of dense layers, but the {half} has "
            f"{', '.join(others) or 'none'}. Build it with networks.dense."
        )
    return layers


def _shallow(down: keras.layers.Dense, up: keras.layers.Dense, reconstruction: str) -> Autoencoder:
    """Return an autoencoder of copies of two layers, which leaves the pair's own graph alone."""
    halves = []
    for layer in (down, up):
        inputs = keras.Input((layer.kernel.shape[0],))
        copy = keras.layers.Dense.from_config(layer.get_config())
        halves.append(keras.Model(inputs, copy(inputs)))
        copy.set_weights(layer.get_weights())
    return Autoencoder(*halves, reconstruction=reconstruction)


def _loss_for(layer: keras.layers.Dense) -> str:
    """Return the reconstruction loss that suits the activation of a hidden layer."""
    return "bernoulli" if layer.activation.__name__ == "sigmoid" else "squared_error"
