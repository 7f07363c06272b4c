"""What training asks of an encoder and a decoder.

:class:`Autoencoder` asks for a good reconstruction through a narrow code. Every variant is a small
file that overrides one of its hooks; any of them takes any pair from :mod:`aecourse.networks`.
"""

from aecourse.models.adversarial import AdversarialAutoencoder
from aecourse.models.base import Autoencoder
from aecourse.models.code_prior import CodePrior
from aecourse.models.conditional import ConditionalVariationalAutoencoder
from aecourse.models.contractive import ContractiveAutoencoder
from aecourse.models.denoising import DenoisingAutoencoder
from aecourse.models.hashing import HashingAutoencoder
from aecourse.models.k_sparse import KSparseAutoencoder
from aecourse.models.masked import MaskedAutoencoder
from aecourse.models.multinomial import (
    MultinomialAutoencoder,
    MultinomialVariationalAutoencoder,
)
from aecourse.models.observed import ObservedAutoencoder
from aecourse.models.regularized import RegularizedAutoencoder
from aecourse.models.semi_supervised import SemiSupervisedAdversarialAutoencoder
from aecourse.models.sequence import SequenceAutoencoder
from aecourse.models.sparse import SparseAutoencoder
from aecourse.models.storage import load
from aecourse.models.tfidf_denoising import TfidfDenoisingAutoencoder
from aecourse.models.variational import VariationalAutoencoder
from aecourse.models.vector_quantized import VectorQuantizedAutoencoder
from aecourse.models.wasserstein import WassersteinAutoencoder

__all__ = [
    "AdversarialAutoencoder",
    "Autoencoder",
    "CodePrior",
    "ConditionalVariationalAutoencoder",
    "ContractiveAutoencoder",
    "DenoisingAutoencoder",
    "HashingAutoencoder",
    "KSparseAutoencoder",
    "MaskedAutoencoder",
    "MultinomialAutoencoder",
    "MultinomialVariationalAutoencoder",
    "ObservedAutoencoder",
    "RegularizedAutoencoder",
    "SemiSupervisedAdversarialAutoencoder",
    "SequenceAutoencoder",
    "SparseAutoencoder",
    "TfidfDenoisingAutoencoder",
    "VariationalAutoencoder",
    "VectorQuantizedAutoencoder",
    "WassersteinAutoencoder",
    "load",
]
