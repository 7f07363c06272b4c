"""The exercises of chapter 8: recommendation."""

from aecourse.exercises import chapter08_recommender, chapter08_recommender_data
from aecourse.exercises.chapter08_recommender_data import PENALTIES, tried

__all__ = ["EXERCISES", "PENALTIES", "TITLE", "tried"]

TITLE = "Recommendation"

EXERCISES = (*chapter08_recommender.EXERCISES, *chapter08_recommender_data.EXERCISES)
