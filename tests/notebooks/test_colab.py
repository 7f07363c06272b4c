"""The cell that installs the course on Colab does nothing elsewhere and makes nothing stale."""

import json
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import colab, notebooks

ADDRESS = "https://github.com/someone/course"


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "chapter.ipynb"
    title = new_markdown_cell("# A chapter", id="title")
    cell = new_code_cell("1 + 1", id="code", metadata={"tags": []})
    nbformat.write(new_notebook(cells=[title, cell]), path)
    return path


def first(path: Path) -> dict:
    return json.loads(path.read_text())["cells"][0]


def test_it_stands_first_and_is_not_seen_in_the_book(notebook: Path) -> None:
    assert colab.add(notebook, ADDRESS)
    assert first(notebook)["metadata"]["tags"] == [notebooks.SETUP_TAG, "remove-cell"]
    assert f"git+{ADDRESS}" in notebooks.text(first(notebook)["source"])


def test_what_the_outputs_depend_on_stays_as_it_was(notebook: Path) -> None:
    before = notebooks.read(notebook)
    colab.add(notebook, ADDRESS)
    after = notebooks.read(notebook)
    assert notebooks.cell_hashes(after) == notebooks.cell_hashes(before)
    assert notebooks.outputs_hash(after) == notebooks.outputs_hash(before)


def test_a_second_time_it_changes_nothing_and_a_new_address_replaces_the_old(
    notebook: Path,
) -> None:
    colab.add(notebook, ADDRESS)
    assert not colab.add(notebook, ADDRESS)
    assert colab.add(notebook, "https://github.com/another/copy")
    assert len(notebooks.read(notebook)["cells"]) == 3
    assert "another/copy" in notebooks.text(first(notebook)["source"])


@pytest.mark.parametrize("on_colab", [False, True])
def test_it_installs_on_colab_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, on_colab: bool
) -> None:
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    if on_colab:
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    asked = []
    code = TransformerManager().transform_cell(colab.SOURCE.format(address=ADDRESS))

    class Shell:
        def run_line_magic(self, name: str, line: str) -> None:
            asked.append((name, line))

    exec(code, {"get_ipython": Shell})
    assert len(asked) == on_colab


def test_what_is_no_repository_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["colab", "course"])
    assert colab.main() == 2
    assert "github.com/OWNER/NAME" in capsys.readouterr().out


def test_all_notebooks_of_the_book_have_the_same_cell_or_none() -> None:
    found = {
        tuple(
            notebooks.text(cell["source"])
            for cell in notebooks.read(path)["cells"]
            if notebooks.is_setup(cell)
        )
        for path in notebooks.all_notebooks()
    }
    assert len(found) == 1
