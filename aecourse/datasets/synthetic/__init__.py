"""Made-up data, seeded and learnable: stand-ins with the shapes and keys of the real sets.

Two stand in for nothing: the pictures of :mod:`sprites` are drawn to have factors that are known,
and ``transaction_amounts`` to be a first and easy case.
"""

from aecourse.datasets.synthetic.pictures import coloured_shapes, digits, garments
from aecourse.datasets.synthetic.portraits import faces, people
from aecourse.datasets.synthetic.tables import (
    card_transactions,
    mixture,
    ratings,
    transaction_amounts,
)
from aecourse.datasets.synthetic.words import newsgroups, reviews

__all__ = [
    "card_transactions",
    "coloured_shapes",
    "digits",
    "faces",
    "garments",
    "mixture",
    "newsgroups",
    "people",
    "ratings",
    "reviews",
    "transaction_amounts",
]
