"""``hint``: help in steps, from a nudge to nearly the answer."""

from dataclasses import dataclass

from aecourse.exercises import record, registry
from aecourse.exercises.results import HINT_LOOK, box


@dataclass(frozen=True)
class Hints:
    """The hints shown so far; displays itself in a notebook."""

    heading: str
    shown: tuple[str, ...]
    closing: str

    def __repr__(self) -> str:
        return "\n".join([f"{HINT_LOOK[0]} {self.heading}", *self._lines()])

    def _repr_html_(self) -> str:
        sign, colour = HINT_LOOK
        return box(sign, self.heading, self._lines(), colour)

    def _lines(self) -> list[str]:
        numbered = [f"{i}. {text}" for i, text in enumerate(self.shown, start=1)]
        return [*numbered, self.closing]


def hint(number: str, *, all: bool = False) -> Hints:
    """Show the next hint of an exercise, below those already seen.

    Parameters
    ----------
    number : str
        The exercise, as in ``"2.1"``.
    all : bool
        Show every hint at once.

    Examples
    --------
    >>> from aecourse.exercises import hint
    >>> hint("2.1")
    ➜ Hints 2.1 — Standardise without leakage (1 of 3)
    1. A z-score needs two statistics of each feature. Which table may they come from?
    Run the cell again for the next one.
    """
    exercise = registry.find(number)
    if exercise is None:
        return Hints("No hints", (), registry.nearest(number))
    total = len(exercise.hints)
    seen = total if all else min(record.hints_seen(exercise.number) + 1, total)
    note = record.hinted(exercise.number, seen)
    closing = (
        "Run the cell again for the next one."
        if seen < total
        else "These were all. The solution notebook of the chapter explains one way to do it."
    )
    return Hints(
        f"Hints {exercise.number} — {exercise.title} ({seen} of {total})",
        exercise.hints[:seen],
        f"{closing} {note}".strip(),
    )
