"""Which exercises there are: each chapter declares its own in a module ``chapterNN``.

A chapter module has two names: ``TITLE``, the chapter's title, and ``EXERCISES``, a tuple of
``Exercise`` in any order. Adding a module adds its exercises; nothing else has to be changed.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from aecourse.errors import InputError

Kind = Literal["code", "prediction", "bug hunt", "experiment", "own data"]


@dataclass(frozen=True)
class Exercise:
    """One exercise: what it is called, how an answer is judged, and what helps.

    Parameters
    ----------
    number : str
        Chapter and position, as in ``"2.1"``.
    title : str
        The title under which it stands in the chapter.
    kind : {"code", "prediction", "bug hunt", "experiment", "own data"}
        What is asked of the reader.
    checker : callable
        Takes the answer (and keywords, if the exercise asks for more than one thing). Returns what
        to say when it is right; raises ``Wrong`` or ``NotYet`` otherwise, mostly by way of
        ``aecourse.exercises.expect``.
    hints : tuple of str
        At least two, from a nudge to nearly the answer.
    seconds : float
        How long the check may take before it is stopped.
    """

    number: str
    title: str
    kind: Kind
    checker: Callable[..., str]
    hints: tuple[str, ...]
    seconds: float = 20.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[1-9]\.[1-9]\d*", self.number):
            raise InputError(f"Exercise number {self.number!r}: expected a form like '2.1'.")
        if self.kind not in get_args(Kind):
            raise InputError(
                f"Exercise {self.number} is of kind {self.kind!r}; choose from {get_args(Kind)}."
            )
        if isinstance(self.hints, str) or len(self.hints) < 2:
            raise InputError(f"Exercise {self.number} needs a tuple of at least two hints.")

    @property
    def chapter(self) -> int:
        """The chapter it belongs to."""
        return int(self.number.split(".")[0])

    @property
    def position(self) -> int:
        """Its place in the chapter, from 1."""
        return int(self.number.split(".")[1])


@dataclass(frozen=True)
class Chapter:
    """A chapter's number and title, and its exercises by their numbers."""

    number: int
    title: str
    exercises: Mapping[str, Exercise]


@cache
def chapter_numbers() -> tuple[int, ...]:
    """Return the numbers of the chapters that have exercises; imports none of them."""
    names = (found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return tuple(sorted(int(name[-2:]) for name in names if re.fullmatch(r"chapter\d\d", name)))


@cache
def chapter(number: int) -> Chapter:
    """Return one chapter. Only its own module is imported, so chapters do not depend on others.

    Raises
    ------
    InputError
        If the module declares an exercise twice, or one of another chapter.
    """
    module = importlib.import_module(f"{__package__}.chapter{number:02d}")
    found: dict[str, Exercise] = {}
    for exercise in sorted(module.EXERCISES, key=lambda each: each.position):
        if exercise.chapter != number or exercise.number in found:
            raise InputError(
                f"Exercise {exercise.number} is declared twice or in the wrong chapter's module "
                f"({module.__name__})."
            )
        found[exercise.number] = exercise
    return Chapter(number, module.TITLE, found)


def exercises() -> dict[str, Exercise]:
    """Return every exercise by its number, in the order of the book."""
    return {
        number: exercise
        for each in chapter_numbers()
        for number, exercise in chapter(each).exercises.items()
    }


def find(number: Any) -> Exercise | None:
    """Return the exercise of that number, however it is written, or None."""
    text = normalised(number)
    own = text.split(".")[0]
    if not own.isdecimal() or int(own) not in chapter_numbers():
        return None
    return chapter(int(own)).exercises.get(text)


def normalised(number: Any) -> str:
    """Return ``"2.1"`` for ``2.1``, ``" 2.1 "``, ``"Exercise 2.1"`` and the like."""
    text = str(number).strip().lower().removeprefix("exercise").removeprefix("ex")
    return text.strip(" -_:").replace("-", ".").replace(",", ".")


def nearest(number: Any) -> str:
    """Return a sentence that says there is no such exercise and names the nearest ones."""
    known = list(exercises())
    close = difflib.get_close_matches(normalised(number), known, n=1, cutoff=0.5)
    last = {name.split(".")[0]: name for name in known}
    spans = ", ".join(f"{chapter}.1 to {name}" for chapter, name in last.items())
    guess = f" Did you mean `{close[0]}`?" if close else ""
    return f"There is no exercise `{number}`.{guess} There are {spans}."
