"""Sphinx extension: the ``mermaid`` directive, drawn by the book's own copy of mermaid.

The diagram is loaded by an ordinary script, not by an ES module, so that it is also drawn when the
built pages are opened from the disk: browsers refuse modules on ``file:`` addresses. JupyterLab
draws the same fences itself.
"""

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

SCRIPTS = ("vendor/mermaid/mermaid.tiny.js", "diagrams.js")


class diagram(nodes.General, nodes.Element):
    """A diagram; its source is in ``code``."""


class MermaidDirective(Directive):
    """A fence of mermaid source; ``accTitle`` and ``accDescr`` in it serve screen readers."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Turn the fence's text into one diagram node."""
        source = "\n".join(self.content)
        if "accTitle" not in source or "accDescr" not in source:
            raise self.error("A diagram needs 'accTitle:' and 'accDescr:' lines as its alt text.")
        return [diagram(code=source)]


def write_html(translator: HTML5Translator, node: diagram) -> None:
    """Write the source as text; the script replaces it by the drawing."""
    source = translator.encode(node["code"])
    translator.body.append(
        f'<div class="diagram" tabindex="0" role="region" aria-label="Diagram">'
        f'<pre class="mermaid">{source}</pre></div>\n'
    )
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Load mermaid on the pages that have a diagram, and on no other."""
    if doctree is not None and next(doctree.findall(diagram), None) is not None:
        for script in SCRIPTS:
            # Before the widgets' require.js, which the parts of mermaid would mistake for theirs.
            app.add_js_file(script, loading_method="defer", priority=300)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive, its node and its scripts."""
    app.add_node(diagram, html=(write_html, None))
    app.add_directive("mermaid", MermaidDirective)
    app.connect("html-page-context", add_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
