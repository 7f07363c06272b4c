"""``progress``: what is done, what was tried, what is still to do."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

from aecourse.errors import InputError
from aecourse.exercises import record, registry
from aecourse.exercises.record import Entry
from aecourse.exercises.registry import Exercise


@dataclass(frozen=True)
class Progress:
    """A table of all exercises by chapter; displays itself in a notebook."""

    entries: dict[str, Entry]
    note: str
    chapters: tuple[int, ...]

    def __repr__(self) -> str:
        lines = []
        for heading, rows in self._chapters():
            lines.append(heading)
            lines += [
                f"  {number:<5} {state:<11} {title} ({details})"
                for number, title, state, details in rows
            ]
        return "\n".join([*lines, *([self.note] if self.note else [])])

    def _repr_html_(self) -> str:
        body = ""
        for heading, rows in self._chapters():
            body += (
                f'<tr><th colspan="4" scope="colgroup" style="text-align: left; '
                f'padding-top: 0.9em;">{html.escape(heading)}</th></tr>'
            )
            for row in rows:
                cells = "".join(
                    f'<td style="text-align: left; padding-right: 1.2em;">{html.escape(cell)}</td>'
                    for cell in row
                )
                body += f"<tr>{cells}</tr>"
        head = "".join(
            f'<th scope="col" style="text-align: left;">{name}</th>'
            for name in ("Exercise", "Title", "State", "Details")
        )
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return (
            '<table class="aecourse-progress" style="color: inherit;">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
        )

    def _chapters(self) -> Iterator[tuple[str, list[tuple[str, str, str, str]]]]:
        for chapter in map(registry.chapter, self.chapters):
            mine = list(chapter.exercises.values())
            done = sum(self._entry(exercise).done for exercise in mine)
            heading = f"Chapter {chapter.number}: {chapter.title} ({done} of {len(mine)} done)"
            yield heading, [self._row(exercise) for exercise in mine]

    def _row(self, exercise: Exercise) -> tuple[str, str, str, str]:
        entry = self._entry(exercise)
        state = "✓ done" if entry.done else "○ tried" if entry.tries else "· untouched"
        details: list[str] = [exercise.kind]
        if entry.tries:
            details.append("1 try" if entry.tries == 1 else f"{entry.tries} tries")
        if entry.hints:
            details.append(f"{entry.hints} of {len(exercise.hints)} hints")
        return exercise.number, exercise.title, state, ", ".join(details)

    def _entry(self, exercise: Exercise) -> Entry:
        return self.entries.get(exercise.number, Entry())


def progress(chapter: int | None = None) -> Progress:
    """Show the exercises: done, tried or untouched, and the hints used.

    Parameters
    ----------
    chapter : int, optional
        One chapter; all of them by default.

    Raises
    ------
    InputError
        If there is no such chapter.

    Examples
    --------
    >>> from aecourse.exercises import progress
    >>> print(str(progress(chapter=2)).splitlines()[0])
    Chapter 2: How an autoencoder learns (0 of 8 done)
    """
    known = registry.chapter_numbers()
    if chapter is not None and chapter not in known:
        listed = ", ".join(map(str, known))
        raise InputError(f"There is no chapter {chapter!r} with exercises; choose from {listed}.")
    entries, note = record.entries()
    return Progress(entries, note, known if chapter is None else (chapter,))
