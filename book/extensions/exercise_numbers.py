"""Sphinx extension: an exercise carries the number in its label, ``ex-2-1`` is Exercise 2.1.

The checks and the headings use these numbers, so the boxes and the references must too; by itself
sphinx-exercise would count through the whole book.
"""

import re

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

LABEL = re.compile(r"ex-(\d+)-(\d+)")


def number_by_label(app: Sphinx, env: BuildEnvironment) -> None:
    """Put the label's number in the place of the counted one."""
    for numbers in env.toc_fignumbers.values():
        exercises = numbers.get("exercise", {})
        for label in exercises:
            match = LABEL.fullmatch(label)
            if match:
                exercises[label] = tuple(int(part) for part in match.groups())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Renumber once all pages are read and counted."""
    app.connect("env-check-consistency", number_by_label)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
