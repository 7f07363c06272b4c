"""Sphinx extension: ``chapter-map``, the chapters as boxes that lead to them.

The drawing is text and lines in the theme's own colours, 340 units wide, so that it can be read on
a telephone; every box is a link.
"""

import html

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

WIDTH, HEIGHT, GAP = 340, 50, 26

# In each row: the page, its number and name, and the question it answers in a few words.
ROWS = (
    (("part1/01_overview", "1 The autoencoder", "a copy through a narrow gap"),),
    (("part1/02_core_algorithm", "2 How it learns", "every step written out"),),
    (
        ("part1/03_variants", "3 Variants", "what training asks"),
        ("part1/03_architectures", "3 Networks", "what the halves look like"),
    ),
    (
        ("part1/04_dimensionality_reduction", "4 Reduction", "what is left in a few?"),
        ("part1/05_feature_extraction", "5 Features", "what are codes worth?"),
    ),
    (
        ("part1/07_anomaly_detection", "7 Anomalies", "what copies badly"),
        ("part1/06_image_recognition", "6 Images", "what is in the picture?"),
    ),
    (
        ("part2/08_text_classification", "8.1 Texts", "reviews as codes"),
        ("part2/08_recommender", "8.2 Recommender", "which film next?"),
    ),
    (
        ("part2/08_image_generation", "8.3 New images", "faces nobody has"),
        ("part2/09_project", "9 Your project", "from a file to a score"),
    ),
    (
        ("appendices/a_frameworks", "A Frameworks", "one model, four ways"),
        ("appendices/b_resources", "B Resources", "papers, code, data"),
    ),
)
# What builds on what, from a row to the next: number of row, place in it, place in the next.
LINES = ((0, 0, 0), (1, 0, 0), (1, 0, 1), (2, 0, 0), (2, 0, 1), (2, 1, 0), (2, 1, 1))
LINES += ((3, 0, 0), (3, 1, 1))

Box = tuple[str, str, str]


class chapter_map(nodes.General, nodes.Element):
    """The map; drawn when the addresses of the pages are known."""


class ChapterMap(SphinxDirective):
    """The map of the book."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the drawing."""
        return [chapter_map(docname=self.env.docname)]


def place(row: int, column: int, boxes: int) -> tuple[float, int, float]:
    """Return the left edge, the top and the width of a box."""
    width = 220 if boxes == 1 else WIDTH / 2 - 5
    left = (WIDTH - width) / 2 if boxes == 1 else column * (width + 10)
    return left, row * (HEIGHT + GAP), width


def drawn(box: Box, address: str, left: float, top: int, width: float) -> str:
    """Return one box with its two lines of text, inside its link."""
    _, name, question = (html.escape(text) for text in box)
    middle = left + width / 2
    return (
        f'<a href="{html.escape(address)}"><rect x="{left:g}" y="{top}" width="{width:g}" '
        f'height="{HEIGHT}" rx="6"/><text class="name" x="{middle:g}" y="{top + 21}">{name}</text>'
        f'<text x="{middle:g}" y="{top + 39}">{question}</text></a>'
    )


def write_html(translator: nodes.NodeVisitor, node: chapter_map) -> None:
    """Draw the chapters."""
    parts = []
    for start, column, target in LINES:
        left, top, width = place(start, column, len(ROWS[start]))
        to_left, to_top, to_width = place(start + 1, target, len(ROWS[start + 1]))
        parts.append(
            f'<line x1="{left + width / 2:g}" y1="{top + HEIGHT}" '
            f'x2="{to_left + to_width / 2:g}" y2="{to_top}"/>'
        )
    for number, row in enumerate(ROWS):
        for column, box in enumerate(row):
            address = translator.builder.get_relative_uri(node["docname"], f"book/{box[0]}")
            parts.append(drawn(box, address, *place(number, column, len(row))))
    height = len(ROWS) * (HEIGHT + GAP) - GAP
    translator.body.append(
        f'<svg class="chapter-map" viewBox="-2 -2 {WIDTH + 4} {height + 4}" role="group" '
        f'aria-label="Map of the chapters">{"".join(parts)}</svg>\n'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and its node."""
    app.add_node(chapter_map, html=(write_html, None))
    app.add_directive("chapter-map", ChapterMap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
