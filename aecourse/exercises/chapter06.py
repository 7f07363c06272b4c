"""The exercises of chapter 6: features of patches, and how to judge who recognises what."""

from aecourse.exercises import chapter06_judging, chapter06_patches, chapter06_photographs
from aecourse.exercises.chapter06_patches import recognised

__all__ = ["EXERCISES", "TITLE", "recognised"]

TITLE = "Image recognition"

EXERCISES = (
    *chapter06_patches.EXERCISES,
    *chapter06_judging.EXERCISES,
    *chapter06_photographs.EXERCISES,
)
