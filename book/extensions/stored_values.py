"""Sphinx extension: the ``eval`` role, filled with what the expression gave when executed.

In JupyterLab the role is evaluated by the kernel while the reader watches. The book has no kernel;
``tools/execute.py`` kept the values in the metadata of the text cells, and this role shows them.
"""

import json
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.util.typing import ExtensionMetadata


@cache
def stored_values(path: Path, modified: float) -> dict[str, str]:
    """Return the values kept in a notebook; its time of change only serves the cache."""
    return {
        entry["expression"]: "".join(entry["result"]["data"]["text/plain"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for entry in cell["metadata"].get("user_expressions", [])
    }


class StoredValue(SphinxRole):
    """One expression in the text; an expression without a value is an error."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the value as text."""
        path = Path(self.env.doc2path(self.env.docname))
        values = stored_values(path, path.stat().st_mtime) if path.suffix == ".ipynb" else {}
        if self.text not in values:
            message = self.inliner.reporter.error(
                f"{self.text!r} has no stored value; run 'make execute CHAPTER={path.stem}'",
                line=self.lineno,
            )
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        return [nodes.inline(text=values[self.text], classes=["stored-value"])], []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of MyST-NB's role of the same name, which needs a kernel."""
    app.add_role("eval", StoredValue(), override=True)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
