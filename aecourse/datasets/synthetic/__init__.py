"""Stand-ins: made-up data with the shapes and keys of the real sets, seeded and learnable."""

from aecourse.datasets.synthetic.pictures import coloured_shapes, digits, garments

__all__ = ["coloured_shapes", "digits", "garments"]
