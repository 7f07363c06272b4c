"""What the tools know about notebooks: where they are, and what their outputs depend on.

Reading is done as plain JSON, so that the checks start at once.
"""

import argparse
import ast
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
FACTS = "aecourse"
"""The key below a notebook's metadata where its execution is described."""

FACTS_TAG = "run-facts"
"""The tag of the generated cell that shows these facts to the reader."""

SETUP_TAG = "colab-setup"
"""The tag of the cell that installs the course on Colab and does nothing elsewhere."""

# An expression in the text, shown by its value: {eval}`f"{error:.4f}"`
EXPRESSION = re.compile(r"\{eval\}`([^`]+)`")

# Versions of Python differ in which empty fields an abstract syntax tree has; these never matter.
IGNORED_FIELDS = {"kind", "type_comment", "type_params", "type_ignores"}

Notebook = dict[str, Any]
Hash = Callable[[Path], str]


def all_notebooks(book: Path = BOOK) -> list[Path]:
    """Return every notebook of the book, solutions included."""
    return sorted(p for p in book.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


def read(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def text(source: str | list[str]) -> str:
    """Join what the file format may store as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def code_cells(notebook: Notebook) -> Iterator[dict[str, Any]]:
    """Yield the cells that compute; the one that installs the course on Colab does not."""
    return (
        cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not is_setup(cell)
    )


def is_setup(cell: dict[str, Any]) -> bool:
    """Tell whether this is the cell that installs the course on Colab."""
    return SETUP_TAG in cell["metadata"].get("tags", [])


def digest(content: str | bytes) -> str:
    """Return a short hash, long enough to notice any change."""
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()[:16]


def expressions(cell: dict[str, Any]) -> list[str]:
    """Return the expressions whose values a text cell shows."""
    return EXPRESSION.findall(text(cell["source"])) if cell["cell_type"] == "markdown" else []


def stored_values(notebook: Notebook) -> dict[str, str]:
    """Return what the expressions in the text gave, from where JupyterLab too looks for it."""
    return {
        entry["expression"]: text(entry["result"]["data"]["text/plain"])
        for cell in notebook["cells"]
        for entry in cell["metadata"].get("user_expressions", [])
    }


def code_hash(source: str, *, docstrings: bool) -> str:
    """Hash what the code does: comments and layout do not count, docstrings only on request.

    Code that is not plain Python (a magic command) is hashed as it stands.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return digest(source)
    if not docstrings:
        _drop_docstrings(tree)
    return digest(json.dumps(_canonical(tree), default=repr))


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
            and isinstance(node.body[0].value.value, str)
        ):
            node.body = node.body[1:]


def _canonical(node: Any) -> Any:
    """Return the tree as nested lists that are the same in every supported Python."""
    if isinstance(node, ast.AST):
        fields = [
            (name, _canonical(value))
            for name, value in ast.iter_fields(node)
            if name not in IGNORED_FIELDS and value is not None and value != []
        ]
        return [type(node).__name__, fields]
    if isinstance(node, list):
        return [_canonical(item) for item in node]
    return node if isinstance(node, str | int | bool) else repr(node)


def cell_hashes(notebook: Notebook) -> list[list[str]]:
    """Return the id and the hash of each code cell, in order."""
    return [
        [cell["id"], code_hash(text(cell["source"]), docstrings=True)]
        for cell in code_cells(notebook)
    ]


def outputs_hash(notebook: Notebook) -> str:
    """Hash everything that executing the notebook stored in it."""
    stored = [
        [_joined(output) for output in cell.get("outputs", [])] for cell in code_cells(notebook)
    ]
    widgets = notebook["metadata"].get("widgets", {})
    return digest(json.dumps([stored, widgets, stored_values(notebook)], sort_keys=True))


def _joined(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output whose texts are strings, however the file had split them."""
    joined = dict(output)
    joined.pop("execution_count", None)
    if "text" in joined:
        joined["text"] = text(joined["text"])
    if "data" in joined:
        joined["data"] = {
            mime: text(value) if _is_lines(value) else value
            for mime, value in joined["data"].items()
        }
    return joined


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def source_files(module_files: Iterable[Path], root: Path = ROOT) -> list[Path]:
    """Return the files of our package that the imported modules stand for.

    To a package belong the scripts and style sheets below it, which travel into the outputs. The
    top of the package only holds its version and is left out; so is a file that does no more than
    gather names, or each new name would make every notebook stale. What the names stand for is in
    files of its own, which are among the imported ones.
    """
    top = root / "aecourse"
    files = set()
    for path in module_files:
        if not path.is_relative_to(top) or path == top / "__init__.py":
            continue
        if not _gathers_names(path):
            files.add(path)
        if path.name == "__init__.py":
            files.update(p for p in path.parent.rglob("*") if p.suffix in {".js", ".css"})
    return sorted(files)


def _gathers_names(path: Path) -> bool:
    """Tell whether a package's file only imports names from the modules below it."""
    if path.name != "__init__.py":
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    _drop_docstrings(tree)
    return all(
        isinstance(node, ast.ImportFrom)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        for node in tree.body
    )


def file_hash(path: Path) -> str:
    """Hash one source file: Python by what it does, anything else by its bytes."""
    if path.suffix == ".py":
        return code_hash(path.read_text(encoding="utf-8"), docstrings=False)
    return digest(path.read_bytes())


def readable_time(seconds: float) -> str:
    """Return a time as one says it: ``42 s``, ``2 min 10 s``."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def find(name: str, book: Path = BOOK) -> list[Path]:
    """Return the notebooks of that name: the chapter and its solutions, or one by its path.

    Raises
    ------
    SystemExit
        If there is none; the message lists the names there are.
    """
    wanted = re.sub(r"\.ipynb$", "", name)
    notebooks = all_notebooks(book)
    found = [
        path
        for path in notebooks
        if path.stem == wanted
        or path.with_suffix("").resolve() == Path(wanted).resolve()
        or str(path.relative_to(book).with_suffix("")) == wanted.removeprefix("book/")
    ]
    if not found:
        names = ", ".join(sorted({path.stem for path in notebooks})) or "none yet"
        raise SystemExit(f"There is no notebook called {name!r}. There are: {names}.")
    return found


def report(description: str, problems_of: Callable[[Path], list[str]]) -> bool:
    """Print what is wrong with the notebooks that the command line names, all if it names none.

    Returns whether anything is.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", help="chapters; all of them when none is named")
    names = parser.parse_args().names
    paths = [p for name in names for p in find(name)] if names else all_notebooks()
    lines = [f"{path.relative_to(ROOT)}: {what}" for path in paths for what in problems_of(path)]
    print(*lines, sep="\n", end="\n" if lines else "")
    return bool(lines)
