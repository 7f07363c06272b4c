"""Most of the image is hidden, and the little that is left must do to fill it in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder, in_batches
from aecourse.models.prior import check_draw
from aecourse.models.reconstruction import Tensor
from aecourse.networks.transformer_pair import PatchEmbedding

GREY = 0.5


@keras.saving.register_keras_serializable("aecourse")
class MaskedAutoencoder(Autoencoder):
    """Only some patches of an image enter the encoder, and the decoder fills in the hidden ones.

    In training each image hides patches of its own, drawn at random. The encoder's blocks see the
    others alone; a learnt token stands in the place of each hidden patch when the decoder sees the
    whole sequence. The error counts hidden patches only. It is scaled by ``patches / hidden``, and
    so compares with the error of models that rebuild the whole image.

    The outputs' ``reconstruction`` is the completed image: what is visible is copied, and ``mse``
    is the mean squared error of its values. Evaluation hides the same patches of every image, drawn
    from ``seed``: it repeats, and does not depend on the batches.

    :meth:`~Autoencoder.encode` sees the whole image. So does
    :meth:`~Autoencoder.reconstruct`, and there it fails: training never asked the decoder for
    a visible patch. :meth:`complete` shows what the model has learnt.

    Parameters
    ----------
    encoder, decoder, reconstruction
        As for :class:`Autoencoder`, built with :func:`aecourse.networks.patch_transformer`.
    masked_share
        Share of the patches that are hidden, rounded to whole patches.
    seed
        Of the patches hidden in training and in evaluation.

    Raises
    ------
    InputError
        If the networks do not work on patches, or ``masked_share`` hides none of them or all.

    References
    ----------
    He et al. (2022).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import models, networks
    >>> encoder, decoder = networks.patch_transformer((8, 8, 1), 4, patch_size=4, heads=2)
    >>> x = np.zeros((5, 8, 8, 1), "float32")
    >>> model = models.MaskedAutoencoder(encoder, decoder, masked_share=0.5)
    >>> model.encode(x).shape
    (5, 4, 4)
    """

    setting_names = (*Autoencoder.setting_names, "masked_share", "seed")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        masked_share: float = 0.75,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.masked_share = real(masked_share, "masked_share", above=0, below=1)
        self.seed = whole(seed, "seed", least=0)
        self.patches = encoder.get_layer("embed").patches
        self.hidden_patches = round(self.masked_share * self.patches.count)
        self._check_count(self.hidden_patches, f"masked_share is {masked_share}: ")
        self.evaluated = visible_first(self.random_mask(1, seed=self.seed))
        self.draws = keras.random.SeedGenerator(self.seed)
        self.mask_token = self.add_weight(
            shape=self.code_shape[-1:],
            initializer=keras.initializers.RandomNormal(stddev=0.02, seed=self.seed),
            name="mask_token",
        )

    def check_pair(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless the encoder works on patches and the decoder takes them."""
        parts = {layer.name: layer for layer in getattr(encoder, "layers", [])}
        if "code" not in parts or not isinstance(parts.get("embed"), PatchEmbedding):
            raise InputError(
                "the encoder has no layers 'embed' and 'code' that make a token of each patch of "
                "an image; build the networks with networks.patch_transformer."
            )
        super().check_pair(encoder, decoder)

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return the decoder's input as ``code``, the completed image, and which are ``hidden``."""
        samples = keras.ops.shape(x)[0]
        if training:
            draws = keras.random.uniform((samples, self.patches.count), seed=self.draws)
            order = keras.ops.argsort(draws, axis=1)
        else:
            order = keras.ops.broadcast_to(self.evaluated, (samples, self.patches.count))
        return self.completed(x, order, self.hidden_patches, training=training)

    def completed(
        self, x: Tensor, order: Tensor, hidden: int, training: bool = False
    ) -> dict[str, Tensor]:
        """Return the outputs when the last patches of each row of ``order`` are hidden."""
        ops = keras.ops
        visible = self.patches.count - hidden
        tokens = self.encoder.get_layer("embed")(x, training=training)
        seen = ops.take_along_axis(tokens, order[:, :visible, None], axis=1)
        seen = self.encoder.get_layer("code")(seen, training=training)
        masks = ops.broadcast_to(self.mask_token, (ops.shape(x)[0], hidden, seen.shape[-1]))
        # The place of each patch in the order brings the tokens back to where they belong.
        place = ops.argsort(order, axis=1)
        code = ops.concatenate([seen, masks], axis=1)
        code = ops.take_along_axis(code, place[:, :, None], axis=1)
        rebuilt = self.decoder(code, training=training)
        return {
            "code": code,
            "hidden": order[:, visible:],
            "reconstruction": self._with_hidden(place >= visible, self.patches.split(rebuilt), x),
        }

    def errors(self, target: Tensor, outputs: dict[str, Tensor]) -> Tensor:
        """Return the error of the hidden patches of each sample, scaled to the whole image."""
        hidden = outputs["hidden"][:, :, None]
        target, rebuilt = (
            keras.ops.take_along_axis(self.patches.split(image), hidden, axis=1)
            for image in (target, outputs["reconstruction"])
        )
        return self.likelihood(target, rebuilt) * (self.patches.count / self.hidden_patches)

    # --- what a reader calls --------------------------------------------------------------------

    def random_mask(self, count: int, *, seed: int = 0) -> NDArray[np.bool_]:
        """Return which patches of ``count`` images to hide, shape ``(count, patches)``.

        Raises
        ------
        InputError
            If ``count`` or ``seed`` is not a whole number of at least 1 or 0.
        """
        check_draw(count, seed)
        draws = np.random.default_rng(seed).random((count, self.patches.count))
        ranks = draws.argsort(axis=1).argsort(axis=1)
        return ranks < self.hidden_patches

    def complete(self, x: Any, hidden: Any, *, batch_size: int = 512) -> NDArray[np.float32]:
        """Return ``x`` with its hidden patches filled in from the visible ones.

        Parameters
        ----------
        x
            Images.
        hidden
            Which patches to hide, boolean, from left to right and top to bottom: ``(patches,)`` for
            all images alike, or ``(samples, patches)`` with as many hidden in each image.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes, or ``hidden`` no such choice of patches.
        """
        x = self.checked(x, target=False)
        hidden = self._checked_hidden(hidden, len(x))
        count = int(hidden[0].sum())
        self._check_count(count)

        def images(batch: Any, training: bool = False) -> Tensor:
            samples, order = batch
            return self.completed(samples, order, count, training=training)["reconstruction"]

        return in_batches(images, batch_size, (x, visible_first(hidden)))

    def show_masked(self, x: Any, hidden: Any) -> NDArray[np.float32]:
        """Return ``x`` with its hidden patches in grey, to look at; ``hidden`` as :meth:`complete`.

        Raises
        ------
        InputError
            If ``x`` is not what the model takes, or ``hidden`` no choice of patches.
        """
        x = self.checked(x, target=False)
        hidden = self._checked_hidden(hidden, len(x))
        return keras.ops.convert_to_numpy(self._with_hidden(hidden, GREY, x))

    def _with_hidden(self, hidden: Tensor, patches: Tensor | float, x: Tensor) -> Tensor:
        """Return ``x`` with the given patches, or one grey value, where it is hidden."""
        visible = self.patches.split(x)
        return self.patches.join(keras.ops.where(hidden[:, :, None], patches, visible))

    def _check_count(self, hidden: int, reason: str = "") -> None:
        """Refuse to hide no patch or all of them."""
        if not 0 < hidden < self.patches.count:
            raise InputError(
                f"{reason}{hidden} of {self.patches.count} patches are hidden; hide at least one, "
                "and not all."
            )

    def _checked_hidden(self, hidden: Any, samples: int) -> NDArray[np.bool_]:
        """Return which patches of each sample are hidden."""
        array = np.asarray(hidden)
        shapes = {(self.patches.count,), (samples, self.patches.count)}
        if array.dtype != bool or array.shape not in shapes:
            raise InputError(
                f"hidden has shape {array.shape} and dtype {array.dtype}; give booleans, as "
                f"random_mask does, of shape ({self.patches.count},) or "
                f"({samples}, {self.patches.count})."
            )
        array = np.broadcast_to(array, (samples, self.patches.count))
        counts = array.sum(axis=1)
        if counts.min() != counts.max():
            raise InputError(
                f"hidden hides from {counts.min()} to {counts.max()} patches of an image; hide the "
                "same number in each."
            )
        return array


def visible_first(hidden: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the patches of each row in order, those that are not hidden before the others."""
    return np.argsort(hidden, axis=1, kind="stable").astype(np.int32)
