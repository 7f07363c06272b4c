"""The cell that installs the course on Colab does nothing elsewhere and makes nothing stale."""

import json
import sys
import tomllib
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
    path = tmp_path / "book" / "part1" / "chapter.ipynb"
    path.parent.mkdir(parents=True)
    title = new_markdown_cell("# A chapter", id="title")
    cell = new_code_cell("1 + 1", id="code", metadata={"tags": []})
    nbformat.write(new_notebook(cells=[title, cell]), path)
    return path


def first(path: Path) -> dict:
    return json.loads(path.read_text())["cells"][0]


def add(path: Path, address: str = ADDRESS) -> bool:
    return colab.add(path, address, path.parents[2])


def test_it_stands_first_and_is_not_seen_in_the_book(notebook: Path) -> None:
    assert add(notebook)
    assert first(notebook)["metadata"]["tags"] == [notebooks.SETUP_TAG, "remove-cell"]
    assert f" {ADDRESS} " in notebooks.text(first(notebook)["source"])


def test_what_the_outputs_depend_on_stays_as_it_was(notebook: Path) -> None:
    before = notebooks.read(notebook)
    add(notebook)
    after = notebooks.read(notebook)
    assert notebooks.cell_hashes(after) == notebooks.cell_hashes(before)
    assert notebooks.outputs_hash(after) == notebooks.outputs_hash(before)


def test_a_second_time_it_changes_nothing_and_a_new_address_replaces_the_old(
    notebook: Path,
) -> None:
    add(notebook)
    assert not add(notebook)
    assert add(notebook, "https://github.com/another/copy")
    assert len(notebooks.read(notebook)["cells"]) == 3
    assert "another/copy" in notebooks.text(first(notebook)["source"])


@pytest.mark.parametrize("on_colab", [False, True])
def test_it_installs_on_colab_and_nowhere_else(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, on_colab: bool
) -> None:
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    if on_colab:
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    asked = []
    add(notebook)
    code = TransformerManager().transform_cell(notebooks.text(first(notebook)["source"]))

    class Shell:
        def system(self, line: str) -> None:
            asked.append(line)

        def run_line_magic(self, name: str, line: str) -> None:
            asked.append(f"{name} {line}")

    exec(code, {"get_ipython": Shell})
    if not on_colab:
        assert not asked
        return
    clone, install, go = asked
    assert clone.startswith("git clone ")
    assert clone.endswith(f" --depth 1 --branch colab {ADDRESS} /content/course")
    assert install == 'pip install --quiet "/content/course[applications,project]"'
    assert go == "cd -q /content/course/book/part1"


def test_the_extras_that_it_installs_are_there() -> None:
    project = tomllib.loads((notebooks.ROOT / "pyproject.toml").read_text())["project"]
    assert set(colab.EXTRAS.split(",")) <= set(project["optional-dependencies"])


def test_what_is_no_repository_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["colab", "course"])
    assert colab.main() == 2
    assert "github.com/OWNER/NAME" in capsys.readouterr().out


def test_no_notebook_of_the_book_has_the_cell_or_each_has_its_own() -> None:
    """The main branch has none; the branch that Colab opens has one in each notebook."""
    found = {
        path: [
            notebooks.text(cell["source"])
            for cell in notebooks.read(path)["cells"]
            if notebooks.is_setup(cell)
        ]
        for path in notebooks.all_notebooks()
    }
    if not any(found.values()):
        return
    addresses = set(colab.ADDRESS.findall(str(list(found.values()))))
    assert len(addresses) == 1
    (address,) = addresses
    for path, cells in found.items():
        folder = path.parent.relative_to(notebooks.ROOT).as_posix()
        assert cells == [colab.source(address, folder)]
