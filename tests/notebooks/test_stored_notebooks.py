"""Every notebook of the book stores outputs that are clean and belong to its code."""

from pathlib import Path

import nbformat
import pytest

from tools import check_outputs, freshness, notebooks

ALL = notebooks.all_notebooks()
every_notebook = pytest.mark.parametrize(
    "path", ALL, ids=lambda p: str(p.relative_to(notebooks.BOOK))
)


@every_notebook
def test_its_outputs_belong_to_its_code(path: Path) -> None:
    assert freshness.stale(path) == []


@every_notebook
def test_its_outputs_are_clean(path: Path) -> None:
    assert check_outputs.file_problems(path) == []


@every_notebook
def test_it_is_a_valid_notebook_for_any_python(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@every_notebook
def test_it_opens_with_its_title_and_the_facts_of_its_execution(path: Path) -> None:
    first, second, *_ = notebooks.read(path)["cells"]
    assert "# " in notebooks.text(first["source"])
    assert notebooks.FACTS_TAG in second["metadata"].get("tags", [])


@every_notebook
def test_it_stays_within_its_time(path: Path) -> None:
    assert notebooks.read(path)["metadata"][notebooks.FACTS]["seconds"] <= 6 * 60
