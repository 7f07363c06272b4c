"""What a check shows: a box in a notebook, plain lines elsewhere; words and signs, then colour."""

import html
import re
from dataclasses import dataclass
from typing import Literal

State = Literal["right", "not yet", "wrong", "unknown"]

# The colours are for the edge and the sign only; they stand out on white and on near black (at
# least 3 : 1 on both). All words have the page's own colour.
_LOOKS: dict[State, tuple[str, str, str]] = {
    "right": ("✓", "Right", "#2a9d5c"),
    "not yet": ("○", "Not yet", "#8a7f3c"),
    "wrong": ("✗", "Not right yet", "#d9534f"),
    "unknown": ("?", "Unknown exercise", "#7f7f7f"),
}
HINT_LOOK = ("➜", "#4a8fd0")


@dataclass(frozen=True)
class CheckResult:
    """The verdict on one answer.

    It is true exactly when the answer is right, so ``assert check("2.1", answer)`` works.

    Attributes
    ----------
    number, title : str
        The exercise.
    state : {"right", "not yet", "wrong", "unknown"}
        ``not yet`` is an untouched stub, ``unknown`` an exercise number that does not exist.
    message : str
        What is right about the answer, or what differs. Code stands between backticks.
    note : str
        What else the reader should know, such as that progress could not be saved.

    Examples
    --------
    >>> from aecourse.exercises import check
    >>> result = check("2.1", ...)
    >>> type(result).__name__, result.state, result.passed
    ('CheckResult', 'not yet', False)
    """

    number: str
    title: str
    state: State
    message: str
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.state == "right"

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        sign, word, _ = _LOOKS[self.state]
        lines = [f"{sign} {word}: {self._name()}", self.message, self.note]
        return "\n".join(line for line in lines if line)

    def _repr_html_(self) -> str:
        sign, word, colour = _LOOKS[self.state]
        return box(sign, f"{word}: {self._name()}", [self.message, self.note], colour)

    def _name(self) -> str:
        return f"exercise {self.number}" + (f" — {self.title}" if self.title else "")


def box(sign: str, heading: str, paragraphs: list[str], colour: str) -> str:
    """Return the HTML of a box that is readable on light and dark pages."""
    text = "".join(
        f'<p style="margin: 0.3em 0 0 0; color: inherit;">{marked_up(paragraph)}</p>'
        for paragraph in paragraphs
        if paragraph
    )
    return (
        f'<div class="aecourse-check" role="status" style="border-left: 5px solid {colour}; '
        "padding: 0.5em 0.9em; margin: 0.4em 0; background: rgba(127, 127, 127, 0.12); "
        'border-radius: 3px; color: inherit; line-height: 1.45; max-width: 46em;">'
        f'<span aria-hidden="true" style="color: {colour}; font-weight: bold;">{sign}</span> '
        f"<strong>{html.escape(heading)}</strong>{text}</div>"
    )


def marked_up(text: str) -> str:
    """Return ``text`` safe for HTML, with `` `code` `` and ``*emphasis*`` set as such."""
    parts = html.escape(text, quote=False).replace("\n", "<br>").split("`")
    for index, part in enumerate(parts):
        if index % 2 and index < len(parts) - 1:
            parts[index] = f'<code style="color: inherit; background: none;">{part}</code>'
        else:
            parts[index] = re.sub(r"\*([^*\s][^*]*)\*", r"<em>\1</em>", part)
    return "".join(parts)
