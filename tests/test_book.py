"""The book's files hang together: contents, configuration, vendored libraries, line of command."""

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml

from tools import notebooks, vendor

ROOT = Path(__file__).parents[1]
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


def listed() -> list[str]:
    """Return every page of the table of contents."""
    names = [CONTENTS["root"]]
    for part in CONTENTS["parts"]:
        for chapter in part["chapters"]:
            names += [chapter["file"], *(s["file"] for s in chapter.get("sections", []))]
    return names


def test_every_listed_page_exists_once() -> None:
    names = listed()
    assert len(names) == len(set(names))
    for name in names:
        endings = [e for e in (".md", ".ipynb") if (ROOT / f"{name}{e}").is_file()]
        assert len(endings) == 1, f"{name} is in the contents but not one file"


def test_every_page_and_notebook_of_the_book_is_listed() -> None:
    pages = [
        path
        for path in (ROOT / "book").rglob("*")
        if path.suffix in {".md", ".ipynb"} and ".ipynb_checkpoints" not in path.parts
    ]
    unlisted = {str(p.relative_to(ROOT).with_suffix("")) for p in pages} - set(listed())
    assert unlisted == set()


def test_every_chapter_has_its_solutions() -> None:
    """A chapter may be several notebooks, and have pages without exercises."""
    chapters = {
        path.stem[:2]
        for path in (ROOT / "book").glob("part*/*.ipynb")
        if "exercise-setup" in path.read_text()
    }
    solutions = {path.stem[:2] for path in (ROOT / "book" / "solutions").glob("*.ipynb")}
    assert chapters == solutions


def test_the_build_runs_no_notebook_and_names_no_other_host() -> None:
    assert CONFIG["execute"]["execute_notebooks"] == "off"
    loaded = CONFIG["sphinx"]["config"]
    own = [loaded["mathjax_path"], *loaded["nb_ipywidgets_js"], *loaded["html_css_files"]]
    for name in own:
        assert (ROOT / "book" / "assets" / name).is_file()


def test_no_folder_is_called_static() -> None:
    # Jupyter Book 1 would put every script below it on every page.
    assert not list((ROOT / "book").rglob("_static"))


def test_the_vendored_libraries_are_the_ones_recorded() -> None:
    assert vendor.problems() == []


def test_the_vendored_widget_script_is_the_one_of_the_pinned_package() -> None:
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (pinned,) = re.findall(r"^anywidget==(\S+)", pins, re.M)
    versions = {p["name"]: p["version"] for p in vendor.read_record(vendor.VENDOR)}
    assert versions["anywidget"] == pinned


@pytest.fixture
def vendored(tmp_path: Path) -> Path:
    """Return a small folder of vendored files."""
    files = []
    for name in ("a.js", "LICENSE"):
        (tmp_path / name).write_text(name)
        files.append({"file": name, "sha256": hashlib.sha256(name.encode()).hexdigest()})
    package = {"name": "a", "version": "1", "licence": "MIT", "files": files}
    (tmp_path / vendor.RECORD).write_text(json.dumps({"packages": [package]}))
    return tmp_path


def test_an_altered_missing_or_unlisted_library_is_noticed(vendored: Path) -> None:
    assert vendor.problems(vendored) == []
    (vendored / "a.js").write_text("other")
    assert "a.js is not the file of a as recorded" in vendor.problems(vendored)
    (vendored / "a.js").unlink()
    assert "a.js is missing" in vendor.problems(vendored)
    (vendored / "b.js").touch()
    assert f"b.js is not listed in {vendor.RECORD}" in vendor.problems(vendored)


def test_a_library_without_licence_is_noticed(vendored: Path) -> None:
    record = json.loads((vendored / vendor.RECORD).read_text())
    del record["packages"][0]["files"][1]
    (vendored / vendor.RECORD).write_text(json.dumps(record))
    (vendored / "LICENSE").unlink()
    assert vendor.problems(vendored) == ["a has no licence file"]


def test_cell_ids_are_unique_and_tags_are_known() -> None:
    known = {
        notebooks.FACTS_TAG, notebooks.SETUP_TAG,
        "remove-cell", "hide-input", "hide-cell", "hide-output",
        "remove-input", "remove-output", "exercise-setup", "nbval-check-output", "nbval-skip",
        "raises-exception", "nbval-raises-exception",
    }  # fmt: skip
    numbered = re.compile(r"(exercise|check|solution)-\d+\.\d+")
    for path in notebooks.all_notebooks():
        cells = notebooks.read(path)["cells"]
        names = [cell["id"] for cell in cells]
        assert len(names) == len(set(names)), path
        for cell in cells:
            for tag in cell["metadata"].get("tags", []):
                assert tag in known or numbered.fullmatch(tag), f"{path}: unknown tag {tag}"
