"""A variational autoencoder that is told the class, and so need not encode it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.models.labelled import LabelledAutoencoder
from aecourse.models.posterior import gaussian_posterior
from aecourse.models.prior import LabelledStandardNormalPrior
from aecourse.models.reconstruction import Tensor
from aecourse.models.variational import VariationalAutoencoder


@keras.saving.register_keras_serializable("aecourse")
class ConditionalVariationalAutoencoder(
    LabelledStandardNormalPrior, LabelledAutoencoder, VariationalAutoencoder
):
    """Encoder and decoder both see the label, as a vector with a 1 in the place of the class.

    It is trained on pairs ``(samples, labels)``. The code describes what the label leaves open,
    such as the slant of a digit, and ``sample`` draws the classes that are asked for.

    Parameters
    ----------
    encoder
        From a sample to a code of ``k`` values. The label shifts their mean and log variance.
    decoder
        From ``k + classes`` values to a sample: build it with ``condition_size=classes``.
    classes
        Number of classes; labels run from 0 to ``classes - 1``.
    reconstruction, beta, warm_up, free_bits, seed
        As for :class:`VariationalAutoencoder`.

    Raises
    ------
    InputError
        If a setting makes no sense or the decoder does not take ``k + classes`` values.

    References
    ----------
    Sohn, Lee and Yan (2015); Kingma et al. (2014).

    Examples
    --------
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,), condition_size=3)
    >>> model = models.ConditionalVariationalAutoencoder(encoder, decoder, classes=3)
    >>> model.sample([0, 1, 2, 2]).shape
    (4, 8)
    """

    setting_names = (*VariationalAutoencoder.setting_names, "classes")

    def posterior_network(self) -> keras.Model:
        """Return the model from a sample and its label to mean and log variance of its codes."""
        return gaussian_posterior(self.encoder, condition_size=self.classes)

    def distribution(
        self, x: tuple[Tensor, Tensor], training: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Return the mean and the log variance of each sample's codes."""
        samples, labels = x
        samples = keras.ops.convert_to_tensor(samples)  # on JAX, Keras may hand over an array
        return self.posterior([samples, self.one_hot(labels)], training=training)

    def rebuilt(self, code: Tensor, x: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        """Return what the decoder makes of a code and the sample's label."""
        return self.decoder(self.with_label(code, x[1]), training=training)

    # --- what a reader calls --------------------------------------------------------------------

    def reconstruct(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return the reconstructions of a pair ``(samples, labels)``.

        Raises
        ------
        InputError
            If ``x`` is no such pair.
        """
        codes = self.encode(x, batch_size=batch_size)
        return self.decode((codes, x[1]), batch_size=batch_size)
