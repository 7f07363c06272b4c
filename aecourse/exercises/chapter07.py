"""The exercises of chapter 7: distances and scores, thresholds and what mistakes cost."""

from aecourse.exercises import chapter07_alarms, chapter07_scores
from aecourse.exercises.chapter07_scores import tried

__all__ = ["EXERCISES", "TITLE", "tried"]

TITLE = "Anomaly detection"

EXERCISES = (
    *chapter07_scores.EXERCISES,
    *chapter07_alarms.EXERCISES,
)
