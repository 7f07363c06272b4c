"""Sphinx extension: ``stored-explorer``, a notebook's explorer on a page that is not a notebook.

The argument is the notebook, the option ``heading`` the explorer's own heading. Nothing is run: the
page gets the state that the notebook stores, and the explorer computes in the browser.
"""

import json
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.render import (
    WIDGET_STATE_MIMETYPE,
    WIDGET_VIEW_MIMETYPE,
    sanitize_script_content,
)
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata, OptionSpec


class StoredExplorer(SphinxDirective):
    """One explorer, with the scripts that it needs."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {"heading": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Find the explorer by its heading, and leave its state and a place for it in the page."""
        path = Path(self.env.srcdir) / f"{self.arguments[0]}.ipynb"
        self.env.note_dependency(str(path))
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        stored = metadata.get("widgets", {}).get(WIDGET_STATE_MIMETYPE, {"state": {}})
        heading = self.options.get("heading", "")
        name = next(
            (n for n, m in stored["state"].items() if m["state"].get("heading") == heading), None
        )
        if name is None:
            raise self.error(f"{path.name} stores no explorer with the heading {heading!r}.")
        state = stored | {"state": with_parts(name, stored["state"])}
        scripts = {
            "ipywidgets_state": (None, {"type": WIDGET_STATE_MIMETYPE, "body": as_script(state)})
        }
        for number, (address, options) in enumerate(self.config.nb_ipywidgets_js.items()):
            scripts[f"ipywidgets_{number}"] = (address, options)
        for key, (address, options) in scripts.items():
            NbMetadataCollector.add_js_file(self.env, self.env.docname, key, address, options)
        view = as_script({"model_id": name, "version_major": 2, "version_minor": 0})
        text = (
            f'<div class="cell_output"><script type="{WIDGET_VIEW_MIMETYPE}">{view}</script></div>'
        )
        return [nodes.raw("", text, format="html")]


def with_parts(name: str, state: dict[str, Any]) -> dict[str, Any]:
    """Return the models that an explorer consists of, itself first."""
    found = {name: state[name]}
    for other in state:
        if f"IPY_MODEL_{other}" in json.dumps(state[name]["state"]):
            found |= with_parts(other, state)
    return found


def as_script(content: dict[str, Any]) -> str:
    """Return JSON that can stand inside a script element."""
    return str(sanitize_script_content(json.dumps(content)))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("stored-explorer", StoredExplorer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
