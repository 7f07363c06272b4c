"""The exercises of chapter 8: texts, recommendation and images."""

from aecourse.exercises import (
    chapter08_images,
    chapter08_images_copies,
    chapter08_recommender,
    chapter08_recommender_data,
    chapter08_text,
    chapter08_text_sequences,
)
from aecourse.exercises.chapter08_images_copies import drawn_at
from aecourse.exercises.chapter08_recommender_data import PENALTIES, tried
from aecourse.exercises.chapter08_text import few_labels

__all__ = ["EXERCISES", "PENALTIES", "TITLE", "drawn_at", "few_labels", "tried"]

TITLE = "Text, recommendation, images"

EXERCISES = (
    *chapter08_text.EXERCISES,
    *chapter08_text_sequences.EXERCISES,
    *chapter08_recommender.EXERCISES,
    *chapter08_recommender_data.EXERCISES,
    *chapter08_images.EXERCISES,
    *chapter08_images_copies.EXERCISES,
)
