"""Sphinx extension: ``running-times``, a table of what it took to execute each notebook.

The numbers come from the notebooks' own metadata, which ``tools/execute.py`` writes.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

HEADINGS = ("Notebook", "Time", "Data", "Machine")


class RunningTimes(SphinxDirective):
    """One row for each executed notebook in the table of contents."""

    def run(self) -> list[nodes.Node]:
        """Build the table; say so where no notebook has been executed."""
        rows = []
        for docname in sorted(self.env.found_docs):
            path = Path(self.env.doc2path(docname))
            if path.suffix != ".ipynb":
                continue
            self.env.note_dependency(str(path))
            facts = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("aecourse")
            if facts:
                rows.append((docname, facts))
        if not rows:
            return [nodes.paragraph(text="No notebook has been executed yet.")]
        return [self.table(rows)]

    def table(self, rows: list[tuple[str, dict]]) -> nodes.table:
        """Return the table of (document, facts) rows, with a last row for their sum."""
        group = nodes.tgroup(cols=len(HEADINGS))
        group += [nodes.colspec(colwidth=1) for _ in HEADINGS]
        group += nodes.thead("", table_row([nodes.Text(h) for h in HEADINGS]))
        body = nodes.tbody()
        for docname, facts in rows:
            data = "; ".join(entry["description"] for entry in facts["data"]) or "none"
            body += table_row(
                [
                    link(self.env.docname, docname),
                    nodes.Text(facts["time"]),
                    nodes.Text(data),
                    nodes.Text(facts["machine"]["description"]),
                ]
            )
        seconds = sum(facts["seconds"] for _, facts in rows)
        whole = f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
        body += table_row([nodes.Text(text) for text in ("All together", whole, "", "")])
        group += body
        return nodes.table("", group, classes=["running-times"])


def link(source: str, docname: str) -> nodes.Node:
    """Return a pending link to a document, shown by its title."""
    return pending_xref(
        "",
        nodes.inline(text=docname),
        refdomain="std",
        reftype="doc",
        reftarget="/" + docname,
        refdoc=source,
        refexplicit=False,
        refwarn=True,
    )


def table_row(cells: list[nodes.Node]) -> nodes.row:
    """Return one row with a paragraph in each cell."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("running-times", RunningTimes)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
