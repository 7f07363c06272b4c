"""An adversarial autoencoder that sorts samples into classes, told the class of only a few."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.models.adversary import Discriminator, accuracy, cross_entropy, deviation
from aecourse.models.base import in_batches
from aecourse.models.labelled import UNLABELLED, LabelledAutoencoder
from aecourse.models.posterior import last_features
from aecourse.models.prior import LabelledStandardNormalPrior
from aecourse.models.reconstruction import Tensor
from aecourse.networks.settings import layer_seeds


@keras.saving.register_keras_serializable("aecourse")
class SemiSupervisedAdversarialAutoencoder(LabelledStandardNormalPrior, LabelledAutoencoder):
    """The encoder gives a style and a class, and the decoder sees both.

    It is trained on pairs ``(samples, labels)`` in which a label may be -1 for none. One
    discriminator draws the style codes towards the standard normal prior, another the
    class probabilities towards vectors with a single 1, all classes equally likely. So the classes
    take shape without labels, and the few labels there are give them their names::

        loss == reconstruction + weight · (style_adversarial + class_adversarial)
                + label_weight · label_cross_entropy

    The last term sums over the labelled samples and divides by all, as every term is averaged over
    the batch. What :class:`AdversarialAutoencoder` says of its term and measures holds here too.

    Parameters
    ----------
    encoder
        From a sample to a style code of ``k`` values. The class is a second layer on the features
        that its last layer sees.
    decoder
        From ``k + classes`` values to a sample: build it with ``condition_size=classes``.
    classes
        Number of classes; labels run from 0 to ``classes - 1``.
    reconstruction, discriminator_units, seed
        As for :class:`AdversarialAutoencoder`.
    weight
        Of both adversarial terms.
    label_weight
        Of the cross-entropy of the labelled samples. As it is divided by all samples, it must be
        the larger the fewer have a label, or some classes are never used.

    Raises
    ------
    InputError
        If a setting makes no sense, the decoder does not take ``k + classes`` values, or the
        encoder does not end in one layer that gives the code.

    References
    ----------
    Makhzani et al. (2015), section 5.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.dense(8, code_size=2, hidden=(16,), condition_size=3)
    >>> x = np.random.default_rng(0).uniform(size=(5, 8)).astype("float32")
    >>> model = models.SemiSupervisedAdversarialAutoencoder(encoder, decoder, classes=3)
    >>> model.predict_proba(x).shape
    (5, 3)
    """

    setting_names = (
        *LabelledAutoencoder.setting_names,
        "weight",
        "label_weight",
        "discriminator_units",
        "seed",
    )
    regulariser_names = ("style_adversarial", "class_adversarial", "label_cross_entropy")
    measure_names = ("style_accuracy", "class_accuracy", "code_deviation")
    takes_unlabelled = True

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        classes: int,
        reconstruction: str = "squared_error",
        weight: float = 10.0,
        label_weight: float = 100.0,
        discriminator_units: tuple[int, ...] = (32, 32),
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, classes=classes, reconstruction=reconstruction, **kwargs)
        self.weight = real(weight, "weight", least=0)
        self.label_weight = real(label_weight, "label_weight", least=0)
        self.seed = whole(seed, "seed", least=0)
        self.heads = style_and_class(encoder, classes)
        seeds = layer_seeds(seed)
        self.style_critic, self.class_critic = (
            Discriminator(shape, discriminator_units, next(seeds), name)
            for shape, name in ((self.code_shape, "style_critic"), ((classes,), "class_critic"))
        )
        self.discriminator_units = self.style_critic.units
        self.draws = keras.random.SeedGenerator(seed)

    def code(self, x: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        """Return the style code of each sample."""
        return self.heads(x[0], training=training)[0]

    def propagate(self, x: tuple[Tensor, Tensor], training: bool = False) -> dict[str, Tensor]:
        """Return style, class logits and reconstruction, and both discriminators' margins."""
        code, logits = self.heads(x[0], training=training)
        classes = keras.ops.softmax(logits)
        styles = keras.random.normal(keras.ops.shape(code), seed=self.draws)
        labels = keras.random.randint(keras.ops.shape(code)[:1], 0, self.classes, seed=self.draws)
        return {
            "code": code,
            "class_logits": logits,
            "reconstruction": self.rebuilt(code, classes, training=training),
            "style_margins": self.style_critic(code, styles),
            "class_margins": self.class_critic(classes, self.one_hot(labels)),
        }

    def rebuilt(self, code: Tensor, classes: Tensor, training: bool = False) -> Tensor:
        """Return what the decoder makes of a style and the probabilities of the classes."""
        return self.decoder(keras.ops.concatenate([code, classes], axis=-1), training=training)

    def regularisers(
        self, x: tuple[Tensor, Tensor], outputs: dict[str, Tensor], training: bool = False
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Return both discriminators' cross-entropies, and that of the labels that are known."""
        known = self.one_hot(x[1])  # all 0 where a label is missing
        log_probabilities = keras.ops.log_softmax(outputs["class_logits"])
        each = -keras.ops.sum(known * log_probabilities, axis=-1)
        return {
            "style_adversarial": (self.weight, cross_entropy(outputs["style_margins"])),
            "class_adversarial": (self.weight, cross_entropy(outputs["class_margins"])),
            "label_cross_entropy": (self.label_weight, keras.ops.mean(each)),
        }

    def measures(self, x: tuple[Tensor, Tensor], outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return how often each discriminator is right, and how far the styles spread."""
        return {
            "style_accuracy": accuracy(outputs["style_margins"]),
            "class_accuracy": accuracy(outputs["class_margins"]),
            "code_deviation": deviation(outputs["code"]),
        }

    def optimizer_at(self, learning_rate: Any) -> keras.optimizers.Optimizer:
        """Return Adam with little momentum, for the reason :class:`AdversarialAutoencoder` has."""
        return keras.optimizers.Adam(learning_rate, beta_1=0.5)

    # --- what a reader calls --------------------------------------------------------------------

    def encode(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return the style codes of samples; of a pair with labels, the labels are not looked at.

        So it is with :meth:`reconstruct`, :meth:`predict` and :meth:`predict_proba` too.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return in_batches(self.code, batch_size, self._with_labels(x))

    def reconstruct(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return what the decoder makes of the style and the classes found in samples.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return in_batches(self._reconstructed, batch_size, self._with_labels(x))

    def predict(self, x: Any, *, batch_size: int = 512) -> NDArray[np.int64]:
        """Return the most probable class of each sample in ``x``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return self.predict_proba(x, batch_size=batch_size).argmax(axis=1)

    def predict_proba(self, x: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return the probability of each class, shape ``(samples, classes)``.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes.
        """
        return in_batches(self._probabilities, batch_size, self._with_labels(x))

    def _with_labels(self, x: Any) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return samples, checked, with the labels they have or with none."""
        if isinstance(x, tuple):
            return self.checked(x, target=False)
        samples = self.checked_samples(x, "x", target=False)
        return samples, np.full(len(samples), UNLABELLED, np.int32)

    def _reconstructed(self, x: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        code, logits = self.heads(x[0], training=training)
        return self.rebuilt(code, keras.ops.softmax(logits), training=training)

    def _probabilities(self, x: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        return keras.ops.softmax(self.heads(x[0], training=training)[1])


def style_and_class(encoder: keras.Model, classes: int) -> keras.Model:
    """Return a model from a sample to its style code and the logits of its class.

    Raises
    ------
    InputError
        If the encoder does not end in one layer that gives the code.
    """
    logits = keras.layers.Dense(classes, kernel_initializer="zeros", name="class")
    outputs = [encoder.output, logits(last_features(encoder))]
    return keras.Model(encoder.input, outputs, name="style_and_class")
