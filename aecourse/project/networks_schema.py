"""The keys of ``network``: what encoder and decoder look like."""

from typing import Annotated, Literal

from pydantic import Field

from aecourse.project.sections import Section, Whole, key

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]


class Network(Section):
    """What all networks have."""

    code_size: Whole = key(8, says="Number of values in a code: the width of the narrow place.")


class FullyConnected(Network):
    """What the networks have in which every unit sees every unit of the layer before."""

    hidden: list[Whole] = key(
        [64], says="Units of the encoder's hidden layers; the decoder has the same in reverse."
    )
    activation: Activation = key("relu", says="What follows each hidden layer.")


class Dense(FullyConnected):
    """Fully connected layers, for tables and for small images."""

    kind: Literal["dense"] = key("dense", says="Fully connected layers; the choice for tables.")


class Tied(FullyConnected):
    """Fully connected layers whose decoder reads the encoder's weights backwards."""

    kind: Literal["tied"] = key(
        "tied", says="Like dense, but the decoder reads the encoder's weights backwards."
    )


class ImageNetwork(Network):
    """What the networks have that halve an image at each step."""

    filters: list[Whole] = key(
        [16, 32], min_length=1, says="Channels after each halving of the image, before the code."
    )
    activation: Activation = key("leaky_relu", says="What follows each convolution.")


class Convolutional(ImageNetwork):
    """Convolutions with stride 2."""

    kind: Literal["convolutional"] = key(
        "convolutional", says="Convolutions with stride 2; the choice for images."
    )
    kernel_size: Whole = key(5, says="Side of the convolutions' windows, in pixels.")


class ConvolutionalGrid(ImageNetwork):
    """Convolutions whose code is a grid of vectors."""

    kind: Literal["convolutional_grid"] = key(
        "convolutional_grid", says="Convolutions; the code is a grid of vectors of `code_size`."
    )
    kernel_size: Whole = key(5, says="Side of the convolutions' windows, in pixels.")


class Pooling(ImageNetwork):
    """Convolutions and pooling."""

    kind: Literal["pooling"] = key("pooling", says="Convolutions, each followed by pooling.")
    kernel_size: Whole = key(3, says="Side of the convolutions' windows, in pixels.")


class Residual(ImageNetwork):
    """Residual blocks."""

    kind: Literal["residual"] = key("residual", says="Residual blocks: deeper, and slower.")
    kernel_size: Whole = key(3, says="Side of the convolutions' windows, in pixels.")
    blocks: Whole = key(2, says="Residual blocks at each size.")


class PatchTransformer(Network):
    """A small vision transformer."""

    kind: Literal["patch_transformer"] = key(
        "patch_transformer", says="A small vision transformer, for the masked objective."
    )
    code_size: Whole = key(32, says="Number of values in a token: a multiple of 4 and of `heads`.")
    patch_size: Whole = key(4, says="Side of a patch in pixels; it divides height and width.")
    depth: Whole = key(2, says="Transformer blocks of the encoder.")
    decoder_depth: Whole = key(1, says="Transformer blocks of the decoder.")
    heads: Whole = key(4, says="Heads of each block's attention.")


NETWORKS: tuple[type[Network], ...] = (
    Dense,
    Tied,
    Convolutional,
    ConvolutionalGrid,
    Pooling,
    Residual,
    PatchTransformer,
)
FOR_TABLES = ("dense", "tied")
VECTOR_CODES = ("dense", "tied", "convolutional", "pooling", "residual")

AnyNetwork = Annotated[
    Dense | Tied | Convolutional | ConvolutionalGrid | Pooling | Residual | PatchTransformer,
    Field(discriminator="kind"),
]
