"""What the two halves of an autoencoder look like.

Each function returns an ``(encoder, decoder)`` pair of Keras models whose shapes fit together. The
encoder's last layer is named ``code``. What training asks of the pair is the business of
:mod:`aecourse.models`: any objective there takes any pair from here. A new kind of network is a new
file here and a line in the list below.
"""

from aecourse.networks.convolutional_pair import convolutional, convolutional_grid
from aecourse.networks.dense_pair import dense
from aecourse.networks.patches import Patches
from aecourse.networks.pooling_pair import pooling
from aecourse.networks.recurrent_pair import recurrent
from aecourse.networks.residual_pair import residual
from aecourse.networks.text_pair import text_recurrent
from aecourse.networks.tied_pair import TransposedDense, link_tied, tied_dense
from aecourse.networks.transformer_pair import patch_transformer

__all__ = [
    "Patches",
    "TransposedDense",
    "convolutional",
    "convolutional_grid",
    "dense",
    "link_tied",
    "patch_transformer",
    "pooling",
    "recurrent",
    "residual",
    "text_recurrent",
    "tied_dense",
]
