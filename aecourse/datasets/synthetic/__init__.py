"""Made-up data, seeded and learnable: stand-ins with the shapes and keys of the real sets.

Only :mod:`sprites` stands in for nothing: its pictures are drawn to have factors that are known.
"""

from aecourse.datasets.synthetic.pictures import coloured_shapes, digits, garments
from aecourse.datasets.synthetic.portraits import faces, people
from aecourse.datasets.synthetic.tables import card_transactions, mixture, ratings
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
]
