"""The book's own Sphinx extensions, each tried in a book of a page or two."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]

DIAGRAM = """```mermaid
flowchart LR
  accTitle: Two boxes
  accDescr: An arrow leads from a to b.
  a --> b
```"""

Build = Callable[..., tuple[int, str, Path]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds pages with the book's configuration."""

    def run(**pages: str | nbformat.NotebookNode) -> tuple[int, str, Path]:
        shutil.copy(ROOT / "_config.yml", tmp_path)
        book = tmp_path / "book"
        shutil.copytree(ROOT / "book" / "assets", book / "assets")
        shutil.copytree(ROOT / "book" / "extensions", book / "extensions")
        shutil.copy(ROOT / "book" / "references.bib", book)
        for name, content in pages.items():
            if isinstance(content, str):
                (book / f"{name}.md").write_text(content, encoding="utf-8")
            else:
                nbformat.write(content, book / f"{name}.ipynb")
        root, *others = pages
        contents = f"format: jb-book\nroot: book/{root}\n"
        if others:
            contents += "chapters:\n" + "".join(f"  - file: book/{name}\n" for name in others)
        (tmp_path / "_toc.yml").write_text(contents)
        program = str(Path(sys.executable).with_name("jupyter-book"))
        done = subprocess.run(
            [program, "build", ".", "-W", "-n", "--keep-going", "--quiet"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr, tmp_path / "_build" / "html" / "book"

    return run


def executed(values: dict[str, str], source: str) -> nbformat.NotebookNode:
    """Return a notebook as ``tools/execute.py`` stores it."""
    expressions = [
        {
            "expression": expression,
            "result": {"status": "ok", "data": {"text/plain": value}, "metadata": {}},
        }
        for expression, value in values.items()
    ]
    facts = {
        "seconds": 130.0,
        "time": "2 min 10 s",
        "data": [{"name": "MNIST", "description": "MNIST (complete)"}],
        "machine": {"description": "2 processor cores"},
    }
    title = new_markdown_cell("# A chapter", id="title")
    cell = new_markdown_cell(source, id="text", metadata={"user_expressions": expressions})
    return new_notebook(
        cells=[title, cell, new_code_cell("from aecourse.errors import InputError", id="code")],
        metadata={"aecourse": facts, "language_info": {"name": "python"}},
    )


def test_what_the_chapters_use_is_rendered(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/course")
    chapter = executed(
        {'f"{mse:.4f}"': "0.0047"},
        'The error is {eval}`f"{mse:.4f}"`.\n\n## Exercise 2.3\n\n'
        ":::{exercise}\n:label: ex-2-3\nTry it.\n:::\n\nSee {ref}`ex-2-3`.",
    )
    code, said, html = build(
        intro=f"# Start\n\n{DIAGRAM}",
        chapter=chapter,
        times="# Times\n\n```{running-times}\n```",
        data="# Data\n\n```{data-sets}\n```\n\n```{bibliography}\n```",
        names="# Names\n\n```{eval-rst}\n.. public-names:: aecourse.errors\n```",
    )
    assert code == 0, said
    page = (html / "chapter.html").read_text()
    assert re.search(r"The error is <span[^>]*>0\.0047</span>", page)
    assert page.count("Exercise 2.3") >= 3, "heading, box and reference"
    assert "colab.research.google.com/github/someone/course/blob/colab/book/chapter.ipynb" in page
    assert "mybinder.org/v2/gh/someone/course/colab?" in page
    assert re.search(r'<a class="sphinx-codeautolink-a" href="[^"]*names.html#aecourse\.', page)
    assert 'id="exercise-content"' not in page, "one id for all exercises"
    names = (html / "names.html").read_text()
    assert names.count('id="aecourse.errors.InputError"') == 1
    assert "There is no data set" in names, "what the example gives"
    times = (html / "times.html").read_text()
    for fact in ("A chapter", "2 min 10 s", "MNIST (complete)", "2 processor cores"):
        assert fact in times
    data = (html / "data.html").read_text()
    for fact in ("MNIST handwritten digits", "CC BY-SA 3.0", "LeCun", "ADBench", "BSD-2-Clause"):
        assert fact in data
    assert data.count("<tr") > 10
    assert "cite:" not in data, "each citation became a reference"
    assert "mermaid" in (html / "intro.html").read_text()
    assert "mermaid" not in times, "a page without a diagram loads no mermaid"


def test_what_would_be_broken_on_the_page_fails_the_build(build: Build) -> None:
    broken = {
        "The error is {eval}`mse`.": "'mse' has no stored value",
        "```mermaid\nflowchart LR\n  a --> b\n```": "accTitle",
        "See {cite:p}`nobody1900nothing`.": "nobody1900nothing",
        "See [](no-such-label).": "no-such-label",
    }
    code, said, _ = build(intro=executed({}, "\n\n".join(broken)))
    assert code != 0
    for word in broken.values():
        assert word in said
