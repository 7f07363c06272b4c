"""The normal distribution of codes that an encoder can be made to give."""

from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.models.reconstruction import Tensor


def gaussian_posterior(encoder: keras.Model, *, condition_size: int = 0) -> keras.Model:
    """Return a model from a sample to the mean and the log variance of its codes.

    The mean is the encoder's own output. The log variance is a second layer on the features that
    the encoder's last layer sees; it starts at 0, so every deviation starts at 1.

    Parameters
    ----------
    encoder
        A functional Keras model whose last layer gives the code.
    condition_size
        With a number above 0 the model takes a list of samples and of vectors of this length, from
        which both mean and log variance are shifted.

    Raises
    ------
    InputError
        If the encoder does not end in one layer that gives the code.
    """
    features = last_features(encoder)
    size = encoder.output_shape[-1]
    mean = encoder.output
    log_variance = _head(size, "log_variance")(features)
    if not condition_size:
        return keras.Model(encoder.input, [mean, log_variance], name="posterior")
    condition = keras.Input((condition_size,), name="condition")
    mean = mean + _head(size, "mean_shift", use_bias=False)(condition)
    log_variance = log_variance + _head(size, "log_variance_shift", use_bias=False)(condition)
    return keras.Model([encoder.input, condition], [mean, log_variance], name="posterior")


def last_features(encoder: keras.Model) -> keras.KerasTensor:
    """Return what the encoder's last layer sees, for a second layer beside it.

    Raises
    ------
    InputError
        If the encoder does not end in one layer that gives the code.
    """
    last = encoder.layers[-1] if getattr(encoder, "layers", None) else None
    if last is None or isinstance(last.input, list) or last.output is not encoder.output:
        raise InputError(
            "the encoder does not end in one layer that gives the code, so a second layer beside "
            "it has no place; build it with a function of aecourse.networks, or as a functional "
            "Keras model that ends in a dense layer."
        )
    return last.input


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return ``KL(N(mean, variance) || N(0, 1))`` of each dimension, in nats.

    References
    ----------
    Kingma and Welling (2014), appendix B.
    """
    square, exp = keras.ops.square, keras.ops.exp
    return 0.5 * (square(mean) + exp(log_variance) - log_variance - 1)


def _head(size: int, name: str, use_bias: bool = True) -> keras.layers.Dense:
    """Return a layer that gives 0 until it has learnt something else."""
    return keras.layers.Dense(size, kernel_initializer="zeros", use_bias=use_bias, name=name)
