"""What the two halves of an autoencoder look like.

Each function returns an ``(encoder, decoder)`` pair of Keras models whose shapes fit together.
What training asks of the pair is the business of :mod:`aecourse.models`: any objective there takes
any pair from here. A new kind of network is a new file here and a line in the list below.
"""

from aecourse.networks.convolutional_pair import convolutional
from aecourse.networks.dense_pair import dense

__all__ = ["convolutional", "dense"]
