"""Sphinx extension: names in the cells of a notebook lead to the package's reference.

The work is sphinx-codeautolink's. It counts headings by sections, and the text of an exercise is a
section without one, all with the same id. Here it becomes a plain box first.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

BEFORE_ITS_HANDLER = 400


def box_exercises(app: Sphinx, doctree: nodes.document) -> None:
    """Put a box in the place of each section that has no heading."""
    for section in list(doctree.findall(nodes.section)):
        if not isinstance(section.next_node(), nodes.title):
            box = nodes.container("", *section.children, classes=["exercise-text"])
            section.parent.replace(section, box)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Let the sections be mended before they are counted."""
    app.setup_extension("sphinx_codeautolink")
    app.connect("doctree-read", box_exercises, priority=BEFORE_ITS_HANDLER)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
