"""The exercises of chapter 5: features and scales, few labels, and what a unit has learnt."""

from aecourse.exercises import chapter05_features, chapter05_labels, chapter05_units
from aecourse.exercises.chapter05_labels import read_right

__all__ = ["EXERCISES", "TITLE", "read_right"]

TITLE = "Feature extraction"

EXERCISES = (
    *chapter05_features.EXERCISES,
    *chapter05_labels.EXERCISES,
    *chapter05_units.EXERCISES,
)
