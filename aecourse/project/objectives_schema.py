"""The keys of ``objective``: what training asks of encoder and decoder."""

from typing import Annotated, Literal

from pydantic import Field

from aecourse.project.sections import NotNegative, Positive, Section, Share, Whole, key

Reconstruction = Literal["squared_error", "bernoulli", "gaussian"]


class Objective(Section):
    """What all objectives have."""

    reconstruction: Reconstruction = key(
        "squared_error",
        says="How a reconstruction is judged: squared_error; bernoulli for values between 0 and "
        "1 (images, or scaling: minmax); gaussian with one learnt standard deviation.",
    )


class Plain(Objective):
    """A good reconstruction through the narrow code, and nothing else."""

    kind: Literal["plain"] = key("plain", says="A good reconstruction, and nothing else.")


class Denoising(Objective):
    """The encoder sees spoilt samples."""

    kind: Literal["denoising"] = key(
        "denoising", says="The encoder sees spoilt samples, the target is the clean one."
    )
    noise: Literal["gaussian", "masking", "salt_and_pepper"] = key(
        "gaussian", says="What spoils a sample: added noise, values set to 0, or to 0 and 1."
    )
    level: Positive = key(
        0.3,
        says="Standard deviation of the gaussian noise in scaled units; for the other two the "
        "share of values that is replaced, below 1.",
    )


class Sparse(Objective):
    """Few units of the code are busy for any one sample."""

    kind: Literal["sparse"] = key("sparse", says="Few units of the code are busy for a sample.")
    penalty: Literal["l1", "kl"] = key(
        "l1", says="Sum of the code's values (l1), or each unit's mean against target_rate (kl)."
    )
    weight: NotNegative = key(0.1, says="Of the penalty, beside the reconstruction.")
    target_rate: Share = key(0.1, says="Mean activation that kl asks of each unit.")


class KSparse(Objective):
    """Only the largest values of a code are kept."""

    kind: Literal["k_sparse"] = key("k_sparse", says="Only the largest values of a code are kept.")
    active: Whole = key(4, says="How many values are kept; at most network.code_size.")


class Contractive(Objective):
    """The code changes little where the sample changes little."""

    kind: Literal["contractive"] = key(
        "contractive", says="The code changes little where the sample changes little."
    )
    weight: NotNegative = key(0.01, says="Of the encoder's squared slopes.")


class Hashing(Objective):
    """The code is a row of bits."""

    kind: Literal["hashing"] = key("hashing", says="The code is a row of bits, for fast search.")


class Variational(Objective):
    """A distribution over codes, drawn towards a standard normal one."""

    kind: Literal["variational"] = key(
        "variational", says="A distribution over codes (VAE; beta-VAE with beta above 1); samples."
    )
    reconstruction: Reconstruction = key(
        "gaussian",
        says="bernoulli or gaussian are likelihoods, with which beta: 1 is the evidence lower "
        "bound; squared_error is none.",
    )
    beta: NotNegative = key(1.0, says="Weight of the divergence from the prior.")
    warm_up: int = key(0, ge=0, says="Training steps in which the weight rises from 0 to beta.")
    free_bits: NotNegative = key(0.0, says="Nats that each dimension of the code has for free.")


class Adversarial(Objective):
    """A discriminator draws the codes towards a prior."""

    kind: Literal["adversarial"] = key(
        "adversarial", says="A discriminator draws the codes towards a normal prior; samples."
    )
    weight: NotNegative = key(10.0, says="Of the discriminator's cross-entropy.")


class Wasserstein(Objective):
    """A distance between two samples draws the codes towards a prior."""

    kind: Literal["wasserstein"] = key(
        "wasserstein", says="The codes of a batch are drawn towards a normal prior (MMD); samples."
    )
    weight: NotNegative = key(200.0, says="Of the squared maximum mean discrepancy.")


class Regularized(Objective):
    """Short codes, a smooth decoder, and a density fitted afterwards."""

    kind: Literal["regularized"] = key(
        "regularized", says="Short codes and small weights; a mixture is fitted after; samples."
    )
    code_weight: NotNegative = key(0.01, says="Of half the codes' squared length.")
    decoder_weight: NotNegative = key(0.0001, says="Of the decoder's squared weights.")
    components: Whole = key(10, says="Gaussians in the mixture that is fitted to the codes.")


class VectorQuantized(Objective):
    """The code is made of vectors from a short list."""

    kind: Literal["vector_quantized"] = key(
        "vector_quantized", says="The code is made of vectors from a short list (VQ-VAE)."
    )
    codebook_size: int = key(64, ge=2, says="Number of vectors in the list.")
    commitment: NotNegative = key(0.25, says="Weight that keeps the encoder near the list.")


class Masked(Objective):
    """Most of an image is hidden and must be filled in."""

    kind: Literal["masked"] = key(
        "masked", says="Most of an image is hidden and filled in; needs patch_transformer."
    )
    masked_share: Share = key(0.75, says="Share of the patches that is hidden.")


OBJECTIVES: tuple[type[Objective], ...] = (
    Plain,
    Denoising,
    Sparse,
    KSparse,
    Contractive,
    Hashing,
    Variational,
    Adversarial,
    Wasserstein,
    Regularized,
    VectorQuantized,
    Masked,
)
SAMPLING = ("variational", "adversarial", "wasserstein", "regularized")
NEEDS_VECTOR_CODE = ("k_sparse", "hashing")

AnyObjective = Annotated[
    Plain
    | Denoising
    | Sparse
    | KSparse
    | Contractive
    | Hashing
    | Variational
    | Adversarial
    | Wasserstein
    | Regularized
    | VectorQuantized
    | Masked,
    Field(discriminator="kind"),
]
