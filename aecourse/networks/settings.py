"""Checks and small decisions that all kinds of network share."""

from collections.abc import Iterator, Sequence
from numbers import Integral

import numpy as np

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError

RECTIFIERS = {"relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish"}


def positives(values: object, what: str) -> tuple[int, ...]:
    """Return ``values`` as a tuple of whole numbers of at least 1 (possibly empty).

    Raises
    ------
    InputError
        If it is no sequence of such numbers.
    """
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError(f"{what} is {values!r}; give a tuple of whole numbers, such as (256, 64).")
    return tuple(whole(value, f"{what}[{index}]") for index, value in enumerate(values))


def sample_shape(shape: object) -> tuple[int, ...]:
    """Return the shape of one sample, without the batch axis, as a tuple.

    Raises
    ------
    InputError
        If it is empty or holds anything but whole numbers of at least 1.
    """
    checked = positives((shape,) if isinstance(shape, Integral) else shape, "input_shape")
    if not checked:
        raise InputError("input_shape is empty; give the shape of one sample, such as (28, 28, 1).")
    return checked


def activation_named(name: object, what: str) -> str:
    """Return the name of a Keras activation; ``None`` stands for ``"linear"``.

    Raises
    ------
    InputError
        If Keras knows no activation of that name.
    """
    if name is None:
        return "linear"
    if not isinstance(name, str):
        raise InputError(f"{what} is {name!r}; give an activation's name, such as 'relu', or None.")
    try:
        keras.activations.get(name)
    except ValueError as error:
        raise InputError(
            f"{what} is {name!r}, which Keras does not know; "
            "try 'relu', 'tanh', 'sigmoid', or None for none at all."
        ) from error
    return name


def layer_seeds(seed: int) -> Iterator[int]:
    """Yield one widely spaced seed after another, so that no two layers start alike.

    Raises
    ------
    InputError
        If ``seed`` is not a whole number of at least 0.
    """
    stream = np.random.default_rng(whole(seed, "seed", least=0))
    while True:
        yield int(stream.integers(2**31))


def initialiser(activation: str, seed: int) -> keras.initializers.Initializer:
    """Return the start of a layer's weights that suits its activation.

    References
    ----------
    He et al. (2015) for rectifiers; Glorot and Bengio (2010) for all others.
    """
    if activation in RECTIFIERS:
        return keras.initializers.HeUniform(seed=seed)
    return keras.initializers.GlorotUniform(seed=seed)


def dense_layer(width: int, activation: str, seeds: Iterator[int], name: str) -> keras.layers.Dense:
    """Return a dense layer that starts as its activation needs."""
    start = initialiser(activation, next(seeds))
    return keras.layers.Dense(width, activation, kernel_initializer=start, name=name)


def code_input(code_size: int, condition_size: int) -> keras.KerasTensor:
    """Return the input of a decoder: a code, and behind it what the decoder is told besides.

    Raises
    ------
    InputError
        If ``condition_size`` is not a whole number of at least 0.
    """
    told = whole(condition_size, "condition_size", least=0)
    return keras.Input((code_size + told,), name="code")
