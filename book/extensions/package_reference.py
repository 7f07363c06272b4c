"""Sphinx extension: ``public-names``, the public names of a module with what their docstrings say.

Written below ``{eval-rst}``, since docstrings are reStructuredText::

    .. public-names:: aecourse.metrics
    .. public-names:: aecourse.project.training train

First comes a table with a line for each name, then each name in full, by Sphinx's own autodoc. The
names are those in the module's ``__all__``; in a module without one, what it defines itself. Where
names stand behind the module, it is these alone.
"""

import ast
import doctest
import importlib
import inspect
import re
import sys
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


def public_names(source: str) -> list[str]:
    """Return the names a user of a module may rely on, in alphabetical order, from its code."""
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return sorted(ast.literal_eval(node.value), key=str.lower)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            found.append(node.name)
    return sorted(found, key=str.lower)


LISTED = re.compile(r"^\.\. public-names:: (\S+)(?: (.+))?$", re.MULTILINE)


def listed(page: str) -> dict[str, list[str]]:
    """Return the modules on a page, each with the names it lists alone; without any for all."""
    return {module: chosen.split() for module, chosen in LISTED.findall(page)}


def example(module: ModuleType, name: str) -> str:
    """Return the example of a public name; an empty text if it has none.

    It stands in the name's docstring. Where a chapter shows a class or function whole, it would
    stand in the way there; and a constant has no docstring. Then it is in the docstring of the
    file, in a paragraph of its own that begins with the name.
    """
    value = getattr(module, name)
    own = "" if is_constant(value) else inspect.getdoc(value) or ""
    if ">>>" in own:
        return as_text(own)
    home = inspect.getdoc(sys.modules[home_of(module, name)]) or ""
    found = re.search(rf"^``{name}``:\n\n((?:[ ]*\S.*\n?)+)", home, re.MULTILINE)
    return as_text(found[1]) if found else ""


def as_text(docstring: str) -> str:
    """Return the statements in a docstring, with what they print."""
    lines = []
    for part in doctest.DocTestParser().get_examples(docstring):
        first, *others = part.source.rstrip("\n").split("\n")
        lines += [f">>> {first}", *(f"... {line}".rstrip() for line in others)]
        lines += part.want.rstrip("\n").split("\n") if part.want else []
    return "\n".join(lines)


def is_constant(value: Any) -> bool:
    """Tell whether a value is neither a class nor a function."""
    return not (inspect.isclass(value) or inspect.isroutine(value))


def home_of(module: ModuleType, name: str) -> str:
    """Return the name of the module that defines a public name."""
    value = getattr(module, name)
    if not is_constant(value):
        return str(value.__module__)
    return next(
        (
            other
            for other, loaded in sorted(sys.modules.items(), key=lambda item: -len(item[0]))
            if other.startswith(module.__name__) and vars(loaded).get(name) is value
        ),
        module.__name__,
    )


class PublicNames(SphinxDirective):
    """A table of a module's public names, and their documentation."""

    required_arguments = 1
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Let autosummary and autodoc write about each name."""
        module = importlib.import_module(self.arguments[0])
        chosen = " ".join(self.arguments[1:]).split()
        names = chosen or public_names(inspect.getsource(module))
        # The paragraph carries the module's anchor, which the table would lose.
        lead = "From" if chosen else "All of it is in"
        lines = [f".. py:module:: {module.__name__}", "", f"{lead} ``{module.__name__}``:"]
        lines += ["", ".. autosummary::", "   :nosignatures:"]
        documented = [name for name in names if not is_constant(getattr(module, name))]
        lines += ["", *(f"   {name}" for name in documented), ""]
        for name in names:
            self.env.note_dependency(inspect.getfile(sys.modules[home_of(module, name)]))
            lines += about(module, name)
        content = StringList(lines, source=f"public names of {module.__name__}")
        container = nodes.container()
        self.state.nested_parse(content, 0, container)
        return container.children


def about(module: ModuleType, name: str) -> list[str]:
    """Return the reStructuredText on one name."""
    value, whole = getattr(module, name), f"{module.__name__}.{name}"
    if is_constant(value):
        lines = [f".. py:data:: {whole}", f"   :value: {value!r}", ""]
    elif inspect.isclass(value):
        lines = [f".. autoclass:: {whole}", "   :members:", ""]
    else:
        lines = [f".. autofunction:: {whole}", ""]
    if is_constant(value) or ">>>" not in (value.__doc__ or ""):
        text = example(module, name)
        lines += ["", "   .. rubric:: Examples", "", *(f"   {line}" for line in text.split("\n"))]
    return [*lines, ""]


def skip(app: Sphinx, what: str, name: str, value: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out what has no docstring of ours: methods of another library, fields of a tuple."""
    home = getattr(value, "__module__", None) or "aecourse"
    field = (inspect.getdoc(value) or "").startswith("Alias for field number")
    return True if field or not home.startswith("aecourse") else None


def adopt(app: Sphinx, doctree: nodes.document) -> None:
    """Let every node of a page belong to the page.

    What stood below ``{eval-rst}`` still belongs to a document of its own, which would be stored
    with the page, and the whole environment with it.
    """
    for node in doctree.findall(nodes.Node):
        node.document = doctree


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.autosummary")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-skip-member", skip)
    app.connect("doctree-read", adopt)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
