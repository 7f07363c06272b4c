"""Exercises that tell you at once what is right and what is not yet.

In a notebook::

    from aecourse.exercises import check, hint, progress

    check("2.1", my_answer)   # right, not yet, or what differs; never a traceback
    hint("2.1")               # one more hint at each call
    progress()                # what is done, what was tried, what is still to do
"""

from aecourse.exercises.checking import check
from aecourse.exercises.hinting import hint
from aecourse.exercises.overview import progress
from aecourse.exercises.results import CheckResult

__all__ = ["CheckResult", "check", "hint", "progress"]
