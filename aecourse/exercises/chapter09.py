"""The exercises of chapter 9: a project from the requirement to its use."""

from aecourse.exercises import chapter09_judging, chapter09_runs
from aecourse.exercises.chapter09_judging import SIZES, trial

__all__ = ["EXERCISES", "SIZES", "TITLE", "trial"]

TITLE = "A project"

EXERCISES = (*chapter09_judging.EXERCISES, *chapter09_runs.EXERCISES)
