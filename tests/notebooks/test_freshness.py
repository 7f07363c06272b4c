"""Stored outputs are called stale when, and only when, something they depend on has changed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import freshness, notebooks

MODULE = "aecourse/metrics/reconstruction.py"


@pytest.fixture
def stored(write: Callable[..., Path], change: Callable, tmp_path: Path) -> Path:
    """Return a notebook as ``tools/execute.py`` leaves it, beside a package with one module."""
    module = tmp_path / MODULE
    module.parent.mkdir(parents=True)
    module.write_text(
        '"""Errors."""\n\ndef error(x):\n    """Return it."""\n    return x  # as is\n'
    )
    results = tmp_path / "results.json"
    results.write_text("{}")
    path = write("x = 1", "x + 1")

    def describe(content: dict) -> None:
        content["cells"][-1]["outputs"] = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "2"},
                "metadata": {},
                "execution_count": 2,
            }
        ]
        content["metadata"][notebooks.FACTS] = {
            "profile": "full",
            "cells": notebooks.cell_hashes(content),
            "outputs": "",
            "sources": {MODULE: notebooks.file_hash(module)},
            "results": {"results.json": notebooks.digest(results.read_bytes())},
        }
        value = {"status": "ok", "data": {"text/plain": "1"}, "metadata": {}}
        content["cells"][0]["metadata"]["user_expressions"] = [{"expression": "x", "result": value}]
        facts = content["metadata"][notebooks.FACTS]
        facts["outputs"] = notebooks.outputs_hash(content)

    change(path, describe)
    return path


def reasons(path: Path) -> str:
    return "; ".join(freshness.stale(path, root=path.parent))


def test_what_was_just_stored_is_fresh(stored: Path) -> None:
    assert reasons(stored) == ""


def test_a_notebook_that_was_never_executed_is_stale(write: Callable[..., Path]) -> None:
    assert "never executed" in reasons(write("x = 1"))


def test_changed_code_is_named_by_its_cell(stored: Path, change: Callable) -> None:
    change(stored, lambda content: content["cells"][1].update(source="x = 2"))
    assert "code-0" in reasons(stored)
    assert "code-1" not in reasons(stored)


def test_a_removed_or_moved_cell_is_noticed(stored: Path, change: Callable) -> None:
    def swap(content: dict) -> None:
        content["cells"][1:] = content["cells"][:0:-1]

    change(stored, swap)
    assert "moved" in reasons(stored)


def test_comments_layout_and_prose_may_change(stored: Path, change: Callable) -> None:
    def polish(content: dict) -> None:
        content["cells"][0]["source"] = "# Another title"
        content["cells"][1]["source"] = "# one\nx   =   1"

    change(stored, polish)
    assert reasons(stored) == ""


def test_a_number_new_in_the_text_is_named(stored: Path, change: Callable) -> None:
    def mention(expression: str) -> Callable[[dict], None]:
        return lambda content: content["cells"][0].update(source=f"It is {{eval}}`{expression}`.")

    change(stored, mention("x"))
    assert reasons(stored) == ""
    change(stored, mention("x + 1"))
    assert "the text shows x + 1" in reasons(stored)


def test_an_edited_number_in_the_text_is_noticed(stored: Path, change: Callable) -> None:
    def flatter(content: dict) -> None:
        (entry,) = content["cells"][0]["metadata"]["user_expressions"]
        entry["result"]["data"]["text/plain"] = "2"

    change(stored, flatter)
    assert "not the ones that were stored" in reasons(stored)


def test_the_same_text_split_into_lines_is_the_same_output(stored: Path, change: Callable) -> None:
    def split(content: dict) -> None:
        content["cells"][-1]["outputs"][0]["data"]["text/plain"] = ["2"]

    change(stored, split)
    assert reasons(stored) == ""


def test_an_edited_output_is_noticed(stored: Path, change: Callable) -> None:
    def flatter(content: dict) -> None:
        content["cells"][-1]["outputs"][0]["data"]["text/plain"] = "3"

    change(stored, flatter)
    assert "not the ones that were stored" in reasons(stored)


def test_removed_outputs_are_noticed(stored: Path, change: Callable) -> None:
    change(stored, lambda content: content["cells"][-1].update(outputs=[]))
    assert "not the ones that were stored" in reasons(stored)


def test_a_changed_module_is_named(stored: Path) -> None:
    module = stored.parent / MODULE
    module.write_text("def error(x):\n    return -x\n")
    assert f"{MODULE} has changed" in reasons(stored)
    module.unlink()
    assert f"{MODULE} is gone" in reasons(stored)


def test_a_modules_comments_and_docstrings_may_change(stored: Path) -> None:
    module = stored.parent / MODULE
    module.write_text('"""Other words."""\n\ndef error(x):\n    # better\n    return x\n')
    assert reasons(stored) == ""


def test_an_altered_result_is_noticed(stored: Path) -> None:
    (stored.parent / "results.json").write_text('{"mse": 0}')
    assert "results.json has changed" in reasons(stored)


def test_outputs_of_the_quick_profile_are_not_for_the_book(stored: Path, change: Callable) -> None:
    def quick(content: dict) -> None:
        content["metadata"][notebooks.FACTS]["profile"] = "quick"

    change(stored, quick)
    assert "quick profile" in reasons(stored)


def test_code_that_is_not_python_is_compared_letter_by_letter() -> None:
    one, other = "%matplotlib inline", "%matplotlib  inline"
    assert notebooks.code_hash(one, docstrings=True) != notebooks.code_hash(other, docstrings=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [("x = None", "x = 0"), ("x = True", "x = 1"), ("f(a)", "f(a, b)"), ("x = 'a'", "x = b'a'")],
)
def test_different_code_has_different_hashes(one: str, other: str) -> None:
    assert notebooks.code_hash(one, docstrings=True) != notebooks.code_hash(other, docstrings=True)


def test_scripts_and_styles_of_an_imported_package_count_as_its_sources(tmp_path: Path) -> None:
    widgets = tmp_path / "aecourse" / "widgets"
    (widgets / "static").mkdir(parents=True)
    for name in ("__init__.py", "static/line.js", "static/line.css", "static/notes.txt"):
        (widgets / name).touch()
    files = notebooks.source_files(
        [widgets / "__init__.py", tmp_path / "aecourse" / "__init__.py", Path("elsewhere.py")],
        root=tmp_path,
    )
    assert [file.name for file in files] == ["line.css", "line.js"]


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ('"""Widgets."""\nfrom aecourse.widgets.line import Line\n__all__ = ["Line"]', False),
        ("LIMIT = 3", True),
        ("def find():\n    return 1", True),
        ("import os\nos.environ['KERAS_BACKEND'] = 'jax'", True),
    ],
)
def test_a_package_file_counts_when_it_does_more_than_gather_names(
    tmp_path: Path, code: str, counts: bool
) -> None:
    package = tmp_path / "aecourse" / "widgets"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    assert bool(notebooks.source_files([package / "__init__.py"], root=tmp_path)) is counts


def test_the_check_starts_at_once_and_without_tensorflow() -> None:
    code = (
        "import sys, tools.freshness, tools.check_outputs;"
        "print(any(m in sys.modules for m in ('tensorflow', 'nbformat', 'numpy')))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=notebooks.ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
