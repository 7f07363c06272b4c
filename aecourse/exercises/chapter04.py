"""The exercises of chapter 4: neighbours and maps, codes and what can be read from them."""

from aecourse.exercises import chapter04_codes, chapter04_neighbours
from aecourse.exercises.chapter04_neighbours import kept

__all__ = ["EXERCISES", "TITLE", "kept"]

TITLE = "Dimensionality reduction"

EXERCISES = (
    *chapter04_neighbours.EXERCISES,
    *chapter04_codes.EXERCISES,
)
