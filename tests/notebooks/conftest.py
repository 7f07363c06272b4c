"""Small notebooks, made for the tests."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a notebook of the given code cells and gives its path."""

    def notebook(*sources: str, name: str = "01_small") -> Path:
        cells = [new_markdown_cell("# A small chapter\n\nIts first words.", id="title")]
        cells += [new_code_cell(source, id=f"code-{n}") for n, source in enumerate(sources)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        return path

    return notebook


@pytest.fixture
def change() -> Callable[[Path, Callable[[dict], None]], None]:
    """Return a function that lets another one edit the notebook's JSON."""

    def edit(path: Path, editor: Callable[[dict], None]) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        editor(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return edit
