"""Networks in which every patch of an image looks at every other one."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.networks.patches import Patches
from aecourse.networks.settings import activation_named, dense_layer, layer_seeds

WIDENING = 4  # hidden units of a block's two dense layers, in multiples of the tokens' width


def patch_transformer(
    input_shape: tuple[int, int, int],
    code_size: int,
    *,
    patch_size: int = 4,
    depth: int = 2,
    decoder_depth: int = 1,
    heads: int = 4,
    output_activation: str | None = "sigmoid",
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a vision transformer as encoder, and a shallower one as decoder.

    The image is cut into patches, and each becomes a token: a vector that tells what the patch
    shows and where it is. The encoder is made of two layers that can be called one by one:
    ``embed`` makes the tokens, ``code`` lets them look at each other. ``code`` takes any number of
    tokens, so that some patches can be left out between the two.

    Parameters
    ----------
    input_shape
        ``(height, width, channels)`` of one image.
    code_size
        Number of values in a token: a multiple of 4 and of ``heads``.
    patch_size
        Side of a patch, in pixels; it divides height and width.
    depth, decoder_depth
        Number of the encoder's and of the decoder's transformer blocks.
    heads
        Number of ways in which a token can look at the others within one block.
    output_activation
        Name of a Keras activation for the output; ``None`` is the identity. A sigmoid output
        reaches values between 0 and 1 only.
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, height, width, channels)`` to ``(batch, patches, code_size)``
        and back.

    Raises
    ------
    InputError
        If ``input_shape`` is not that of an image, ``patch_size`` does not divide its sides,
        ``code_size`` is not such a multiple, a size is not a whole number of at least 1, or the
        activation is unknown.

    References
    ----------
    Vaswani et al. (2017); Dosovitskiy et al. (2021); He et al. (2022) for the pair.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.patch_transformer((28, 28, 1), code_size=16, patch_size=7)
    >>> encoder.output_shape
    (None, 16, 16)
    """
    patches = Patches(input_shape, patch_size)
    shape = (patches.height, patches.width, patches.channels)
    depth = whole(depth, "depth")
    decoder_depth = whole(decoder_depth, "decoder_depth")
    heads = whole(heads, "heads")
    code_size = _token_width(code_size, heads)
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    inputs = keras.Input(shape, name="sample")
    x = PatchEmbedding(shape, patches.size, code_size, seed=next(seeds), name="embed")(inputs)
    x = Transformer(depth, heads, seed=next(seeds), name="code")(x)
    encoder = keras.Model(inputs, x, name="encoder")

    code = keras.Input((patches.count, code_size), name="code")
    x = GridPositions(patches.rows, patches.columns, name="positions")(code)
    x = Transformer(decoder_depth, heads, seed=next(seeds), name="blocks")(x)
    x = dense_layer(patches.values, "linear", seeds, "pixels")(x)
    x = JoinPatches(shape, patches.size, name="join")(x)
    x = keras.layers.Activation(ending, name="output")(x)
    return encoder, keras.Model(code, x, name="decoder")


def _token_width(code_size: object, heads: int) -> int:
    """Return ``code_size`` if a position and the heads can share it out evenly."""
    width = whole(code_size, "code_size")
    if width % 4 or width % heads:
        raise InputError(
            f"code_size is {width} and heads is {heads}; give a code_size that is a multiple of "
            "4, for the four parts of a position, and of heads, which share it out."
        )
    return width


def grid_positions(rows: int, columns: int, width: int) -> NDArray[np.float32]:
    """Return a vector for each place of a grid, shape ``(rows · columns, width)``.

    Half of it tells the row and half the column, as sines and cosines whose wavelengths rise from
    2π to 20,000π places. Near places have similar vectors.

    References
    ----------
    Vaswani et al. (2017), section 3.5; He et al. (2022).
    """
    frequencies = 10_000.0 ** -(np.arange(width // 4) / (width // 4))
    row, column = np.divmod(np.arange(rows * columns), columns)
    angles = [place[:, None] * frequencies for place in (row, column)]
    waves = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
    return np.concatenate(waves, axis=1).astype(np.float32)


@keras.saving.register_keras_serializable("aecourse")
class GridPositions(keras.layers.Layer):
    """Add to each token the place in the grid that it stands for, see :func:`grid_positions`."""

    def __init__(self, rows: int, columns: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows = rows
        self.columns = columns

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Compute the vectors; they are fixed."""
        self.vectors = grid_positions(self.rows, self.columns, input_shape[-1])

    def call(self, x: Any) -> Any:
        """Return the tokens with their places, shape ``(batch, rows · columns, width)``."""
        return x + keras.ops.convert_to_tensor(self.vectors, dtype=x.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "rows": self.rows, "columns": self.columns}


@keras.saving.register_keras_serializable("aecourse")
class PatchEmbedding(keras.layers.Layer):
    """Make a token of each patch of an image: a linear map of its pixels plus its place.

    Parameters
    ----------
    image_shape, patch_size
        As for :class:`Patches`.
    width
        Number of values in a token.
    seed
        Start of the weights.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        patch_size: int,
        width: int,
        *,
        seed: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.settings = {
            "image_shape": tuple(image_shape),
            "patch_size": patch_size,
            "width": width,
            "seed": seed,
        }
        self.patches = Patches(image_shape, patch_size)
        self.project = dense_layer(width, "linear", layer_seeds(seed), "project")
        self.positions = GridPositions(self.patches.rows, self.patches.columns, name="positions")

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights."""
        self.project.build((None, self.patches.count, self.patches.values))
        self.positions.build((None, self.patches.count, self.project.units))

    def call(self, images: Any) -> Any:
        """Return the tokens, shape ``(batch, patches, width)``."""
        return self.positions(self.project(self.patches.split(images)))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable("aecourse")
class JoinPatches(keras.layers.Layer):
    """Put patches together to images, see :meth:`Patches.join`."""

    def __init__(self, image_shape: tuple[int, int, int], patch_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.settings = {"image_shape": tuple(image_shape), "patch_size": patch_size}
        self.patches = Patches(image_shape, patch_size)

    def call(self, x: Any) -> Any:
        """Return images, shape ``(batch, height, width, channels)``."""
        return self.patches.join(x)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable("aecourse")
class Transformer(keras.layers.Layer):
    """Blocks in which tokens look at each other, and a normalisation at the end.

    Parameters
    ----------
    depth
        Number of blocks.
    heads
        Heads of each block's attention; their number divides the tokens' width.
    seed
        Start of the weights.
    """

    def __init__(self, depth: int, heads: int, *, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.settings = {"depth": depth, "heads": heads, "seed": seed}

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the blocks, for tokens of this width and any number of them."""
        width, seeds = input_shape[-1], layer_seeds(self.settings["seed"])
        self.blocks = []
        for number in range(1, self.settings["depth"] + 1):
            self.blocks.append(Block(width, self.settings["heads"], seeds, name=f"block_{number}"))
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6, name="norm")
        for layer in (*self.blocks, self.norm):
            layer.build(input_shape)

    def call(self, x: Any) -> Any:
        """Return tokens of the same shape, ``(batch, tokens, width)``."""
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), **self.settings}


class Block(keras.layers.Layer):
    """Attention, then two dense layers at each token; both add to what they are given.

    The normalisation comes before each, so that the sum is left alone.

    References
    ----------
    Xiong et al. (2020).
    """

    def __init__(self, width: int, heads: int, seeds: Iterator[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.norm_1 = keras.layers.LayerNormalization(epsilon=1e-6, name="norm_1")
        self.attention = SelfAttention(width, heads, seeds, name="attention")
        self.norm_2 = keras.layers.LayerNormalization(epsilon=1e-6, name="norm_2")
        self.widen = dense_layer(WIDENING * width, "gelu", seeds, "widen")
        self.narrow = dense_layer(width, "linear", seeds, "narrow")

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights."""
        for layer in (self.norm_1, self.attention, self.norm_2, self.widen):
            layer.build(input_shape)
        self.narrow.build((*input_shape[:-1], self.widen.units))

    def call(self, x: Any) -> Any:
        """Return tokens of the same shape."""
        x = x + self.attention(self.norm_1(x))
        return x + self.narrow(self.widen(self.norm_2(x)))


class SelfAttention(keras.layers.Layer):
    """Give each token a mean of all tokens' values, weighted by how well key and query agree.

    ``keras.layers.MultiHeadAttention`` would start queries, keys and values with equal weights
    when its initialiser has a seed.

    References
    ----------
    Vaswani et al. (2017).
    """

    def __init__(self, width: int, heads: int, seeds: Iterator[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads
        self.query, self.key, self.value, self.mix = (
            dense_layer(width, "linear", seeds, name) for name in ("query", "key", "value", "mix")
        )

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights."""
        for layer in (self.query, self.key, self.value, self.mix):
            layer.build(input_shape)

    def call(self, x: Any) -> Any:
        """Return tokens of the same shape."""
        ops = keras.ops
        query, key, value = (self._by_head(part(x)) for part in (self.query, self.key, self.value))
        agreement = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        weights = ops.softmax(agreement / query.shape[-1] ** 0.5)
        seen = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return self.mix(ops.reshape(seen, ops.shape(x)))

    def _by_head(self, x: Any) -> Any:
        """Share each token out: ``(batch, heads, tokens, width / heads)``."""
        ops = keras.ops
        parts = ops.reshape(x, (-1, ops.shape(x)[1], self.heads, x.shape[-1] // self.heads))
        return ops.transpose(parts, (0, 2, 1, 3))
