"""The code of a framework's module in a notebook, also where the framework is not installed."""

import ast
import textwrap
from pathlib import Path

from IPython.display import Markdown

from aecourse.checks import one_of
from aecourse.errors import InputError
from aecourse.frameworks.runner import FRAMEWORKS

Definition = ast.FunctionDef | ast.ClassDef


def code(framework: str, *names: str) -> str:
    """Return definitions of a framework's module as they stand in its file.

    Parameters
    ----------
    framework : str
        A key of ``FRAMEWORKS``.
    *names : str
        Functions, classes, or methods, as in ``"Trainer.train_step"``.

    Raises
    ------
    InputError
        If the framework is unknown, or its module has no such definition.

    Examples
    --------
    >>> from aecourse.frameworks import listing
    >>> listing.code("torch", "Trainer.train_step").splitlines()[0]
    'def train_step(self, images: torch.Tensor) -> torch.Tensor:'
    """
    module = FRAMEWORKS[one_of(framework, "framework", FRAMEWORKS)].module
    text = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    lines = text.splitlines()
    found = []
    for name in names:
        definition = _definition(ast.parse(text), name, module)
        first = min([definition.lineno, *(each.lineno for each in definition.decorator_list)])
        found.append(textwrap.dedent("\n".join(lines[first - 1 : definition.end_lineno])))
    return "\n\n".join(found)


def show_code(framework: str, *names: str) -> Markdown:
    """Return the same for display.

    Examples
    --------
    >>> from aecourse.frameworks import listing
    >>> listing.show_code("jax", "Trainer.pure_step").data.splitlines()[0]
    '```python'
    """
    return Markdown(f"```python\n{code(framework, *names)}\n```")


def _definition(tree: ast.Module, name: str, module: str) -> Definition:
    """Return the node of a dotted name."""
    body: list[ast.stmt] = tree.body
    node: Definition | None = None
    for part in name.split("."):
        node = next((n for n in body if isinstance(n, Definition) and n.name == part), None)
        if node is None:
            known = ", ".join(n.name for n in body if isinstance(n, Definition))
            raise InputError(f"{module} has no definition {name!r}; choose from {known}.")
        body = node.body
    assert node is not None
    return node
