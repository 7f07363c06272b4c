"""Autoencoders of what people chose: the reconstruction shares a probability of 1 among all items.

A user's row holds how often each item was chosen. Each choice is a draw from one distribution over
the items, which the decoder ends in: to make what was chosen likely, it must make the rest
unlikely. So items compete for probability as they do for the top of a list.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.activations import last_activation
from aecourse.models.reconstruction import Tensor, sum_per_sample
from aecourse.models.sparse_input import SparseInputAutoencoder
from aecourse.models.variational import VariationalAutoencoder

SMALLEST = 1e-30  # of a probability whose logarithm must stay finite in single precision
SPACING = 1_000_003  # between the seeds of noise and of dropout: torch counts up from a seed


def multinomial(target: Tensor, probability: Tensor) -> Tensor:
    """Return each sample's negative log likelihood under a multinomial distribution, in nats.

    The number of orders in which the same choices could be made is left out: no weight changes it.
    """
    log = keras.ops.log(keras.ops.maximum(probability, SMALLEST))
    return -sum_per_sample(target * log)


class MultinomialLikelihood(SparseInputAutoencoder):
    """What the plain and the variational model of choices share.

    The encoder sees each row scaled to length 1, in training with some choices left out; the target
    is the whole row as it was.
    """

    setting_names: tuple[str, ...] = (*SparseInputAutoencoder.setting_names, "dropout", "seed")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        dropout: float = 0.5,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, reconstruction="squared_error", **kwargs)
        self.reconstruction, self.likelihood = "multinomial", multinomial
        self.dropout = real(dropout, "dropout", least=0, below=1)
        self.seed = whole(seed, "seed", least=0)
        self.left_out = keras.random.SeedGenerator(self.seed + SPACING)

    def check_pair(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless the decoder gives a distribution over the items."""
        last = last_activation(decoder)
        if last != "softmax":
            raise InputError(
                f"the decoder ends in the activation {last!r}, but the items must share a "
                "probability of 1; build it with output_activation='softmax'."
            )
        super().check_pair(encoder, decoder)

    def check_values(self, values: NDArray[np.float32], name: str) -> None:
        """Raise ``InputError`` where a number of choices is negative."""
        if values.size and values.min() < 0:
            raise InputError(
                f"{name} holds {values.min():g}; how often something was chosen is 0 or more."
            )

    def seen(self, x: Tensor, training: bool = False) -> Tensor:
        """Return what the encoder sees: rows of length 1, in training with choices left out."""
        ops = keras.ops
        length = ops.sqrt(ops.sum(ops.square(x), axis=1, keepdims=True))
        x = ops.divide_no_nan(x, length)
        if not (training and self.dropout):
            return x
        # What is kept is scaled up, so that the encoder's sums stay the same on average.
        return keras.random.dropout(x, self.dropout, seed=self.left_out)


@keras.saving.register_keras_serializable("aecourse")
class MultinomialAutoencoder(MultinomialLikelihood):
    """A denoising autoencoder with a multinomial likelihood (Mult-DAE).

    ``loss == reconstruction + weight_penalty · weights``. :meth:`~Autoencoder.reconstruct` returns
    the probability of each item, which ranks those the user has not had. A row of zeros, a user of
    whom nothing is known, has the probabilities that suit everybody.

    ``mse`` compares these probabilities with the row and says little here.

    Parameters
    ----------
    encoder, decoder
        Networks over vectors, built with ``output_activation="softmax"``.
    dropout
        Share of the choices that are left out in training.
    weight_penalty
        Of half the squared weights.
    seed
        Of what is left out.

    Raises
    ------
    InputError
        If the decoder does not end in a softmax, or a setting makes no sense.

    References
    ----------
    Liang et al. (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> pair = networks.dense(6, code_size=2, hidden=(), output_activation="softmax")
    >>> model = models.MultinomialAutoencoder(*pair, dropout=0.5)
    >>> likes = np.array([[1, 0, 1, 0, 0, 0]], "float32")
    >>> bool(np.isclose(model.reconstruct(likes).sum(), 1))
    True
    """

    def code(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the code of each row."""
        return self.encoder(self.seen(x, training=training), training=training)


@keras.saving.register_keras_serializable("aecourse")
class MultinomialVariationalAutoencoder(MultinomialLikelihood, VariationalAutoencoder):
    """A variational autoencoder with a multinomial likelihood (Mult-VAE).

    ``loss == reconstruction + beta · kl + weight_penalty · weights``. The weight of the KL
    divergence rises in the first ``warm_up`` steps and stops at ``beta``. A ``beta`` below 1 lets
    codes say more about a user; new users can then no longer be drawn from the prior, which is not
    what a recommender is for.

    Parameters
    ----------
    encoder, decoder, dropout, weight_penalty
        As for :class:`MultinomialAutoencoder`.
    beta, warm_up, free_bits
        As for :class:`VariationalAutoencoder`.
    seed
        Of the draws and of what is left out.

    Raises
    ------
    InputError
        If the decoder does not end in a softmax, or a setting makes no sense.

    References
    ----------
    Liang et al. (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> pair = networks.dense(6, code_size=2, hidden=(8,), output_activation="softmax")
    >>> model = models.MultinomialVariationalAutoencoder(*pair, beta=0.2, warm_up=100)
    >>> likes = np.array([[1, 0, 1, 0, 0, 0]], "float32")
    >>> model.reconstruct(likes).shape, model.encode(likes).shape
    ((1, 6), (1, 2))
    """

    setting_names = (*MultinomialLikelihood.setting_names, "beta", "warm_up", "free_bits")
    # Two terms, where each of the parents has one.
    regulariser_names = ("kl", "weights")  # type: ignore[assignment]

    def distribution(self, x: Tensor, training: bool = False) -> tuple[Tensor, Tensor]:
        """Return the mean and the log variance of each row's codes."""
        return super().distribution(self.seen(x, training=training), training=training)
