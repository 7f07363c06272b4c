"""Find the exercises in the notebooks and run one answer at a time, as a reader would.

An exercise is a stub cell tagged ``exercise-N.M`` in a chapter's notebook, a solution cell tagged
``solution-N.M`` in its solution notebook, and a check cell tagged ``check-N.M`` in both. What a
cell needs beforehand stands in cells tagged ``exercise-setup``. They never need TensorFlow.
"""

import ast
import importlib
import json
import linecache
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aecourse.exercises import CheckResult

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(ROOT.glob("book/part*/[0-9][0-9]_*.ipynb"))
SOLUTIONS = sorted(ROOT.glob("book/solutions/[0-9][0-9]_*.ipynb"))


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer: code for the stub's cell, and a part of the message it must get."""

    code: str
    says: str


@cache
def _cells(notebook: Path) -> list[tuple[frozenset[str], str]]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return [
        (frozenset(cell["metadata"].get("tags", [])), "".join(cell["source"]))
        for cell in content["cells"]
        if cell["cell_type"] == "code"
    ]


def tagged(notebooks: list[Path], prefix: str) -> dict[str, list[tuple[Path, str]]]:
    """Return the cells tagged ``prefix-N.M`` by exercise number."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for notebook in notebooks:
        for tags, source in _cells(notebook):
            for tag in tags:
                match = re.fullmatch(rf"{prefix}-(\d+\.\d+)", tag)
                if match:
                    found.setdefault(match[1], []).append((notebook, source))
    return found


def setup_of(notebook: Path) -> str:
    """Return the code that the exercises of this notebook need beforehand."""
    return "\n\n".join(source for tags, source in _cells(notebook) if "exercise-setup" in tags)


def run(number: str, notebooks: list[Path], answer: str | None, prefix: str) -> CheckResult:
    """Run set-up, answer (the cell tagged ``prefix-N.M`` if None) and check; return the verdict."""
    ((notebook, own),) = tagged(notebooks, prefix)[number]
    ((_, check),) = [c for c in tagged(notebooks, "check")[number] if c[0] == notebook]
    names: dict[str, Any] = {"__name__": "__main__"}
    for part, source in [
        ("setup", setup_of(notebook)),
        ("answer", own if answer is None else answer),
    ]:
        exec(_compiled(source, f"<{part} {number}>"), names)
    *before, last = ast.parse(check).body
    assert isinstance(last, ast.Expr), f"the check cell of {number} must end in check(...)"
    exec(compile(ast.Module(before, []), f"<check {number}>", "exec"), names)
    return eval(compile(ast.Expression(last.value), f"<check {number}>", "eval"), names)


def run_stub(number: str) -> CheckResult:
    return run(number, CHAPTERS, None, "exercise")


def run_solution(number: str) -> CheckResult:
    return run(number, SOLUTIONS, None, "solution")


@cache  # every typical mistake is looked at twice
def run_answer(number: str, code: str) -> CheckResult:
    return run(number, CHAPTERS, code, "exercise")


def mistakes() -> dict[str, list[Mistake]]:
    """Return the typical mistakes that the chapters' test modules list under ``MISTAKES``."""
    found: dict[str, list[Mistake]] = {}
    for module in sorted(Path(__file__).parent.glob("test_chapter*.py")):
        found |= importlib.import_module(module.stem).MISTAKES
    return found


def _compiled(source: str, name: str) -> Any:
    """Compile a cell so that its lines can be shown in messages, as IPython does."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return compile(source, name, "exec")
