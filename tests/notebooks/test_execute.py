"""Executing a notebook stores clean outputs with the facts of the run, or leaves all as it was."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from tools import check_outputs, execute, freshness, notebooks


def run(path: Path) -> dict:
    execute.execute(path, results=path.parent / "results", root=path.parent)
    return json.loads(path.read_text(encoding="utf-8"))


WIDGET = """
import ipywidgets
hidden = ipywidgets.FloatText(7)
ipywidgets.VBox([ipywidgets.IntSlider(3, description="size")])
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a notebook that was executed once, for the tests that only look at it."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    path = tmp_path_factory.mktemp("book") / "01_small.ipynb"
    sources = {
        "environment": "from os import environ as e\n"
        "print(e['AECOURSE_PROFILE'], e['AECOURSE_EXECUTING'])",
        "bar": r"print('10 %\r100 %')",
        "pause": "import time\nprint('a', flush=True)\ntime.sleep(0.5)\nprint('b')",
        "address": "object()",
        "record": "from aecourse.results import record\n"
        "record('01_small', 'loss', 0.25, unit='1', dataset='none')",
        "widget": WIDGET,
    }
    cells = [new_markdown_cell("(ch)=\n# A small chapter", id="title")]
    cells += [new_code_cell(source, id=name) for name, source in sources.items()]
    cells.append(new_markdown_cell('There are {eval}`f"{2 + 1:.1f}"` of them.', id="text"))
    cells.insert(2, new_markdown_cell("stale facts", metadata={"tags": [notebooks.FACTS_TAG]}))
    nbformat.write(new_notebook(cells=cells), path)
    run(path)
    return path


def output(path: Path, name: str) -> dict:
    cells = {cell["id"]: cell for cell in notebooks.read(path)["cells"]}
    (found,) = cells[name]["outputs"]
    return found


def test_it_runs_in_the_full_profile_for_the_book(executed: Path) -> None:
    assert notebooks.text(output(executed, "environment")["text"]) == "full 1\n"


def test_what_a_progress_bar_overwrote_and_memory_addresses_are_dropped(executed: Path) -> None:
    assert notebooks.text(output(executed, "bar")["text"]) == "100 %\n"
    shown = notebooks.text(output(executed, "address")["data"]["text/plain"])
    assert shown == "<object at 0x…>"


def test_what_a_cell_prints_with_pauses_is_one_output(executed: Path) -> None:
    assert notebooks.text(output(executed, "pause")["text"]) == "a\nb\n"


def test_the_facts_stand_right_below_the_title_and_only_there(executed: Path) -> None:
    cells = notebooks.read(executed)["cells"]
    tagged = [
        n for n, c in enumerate(cells) if notebooks.FACTS_TAG in c["metadata"].get("tags", [])
    ]
    assert tagged == [1]
    line = notebooks.text(cells[1]["source"])
    assert line.startswith("*Executed in the full profile in ")
    assert "processor core" in line
    assert "TensorFlow" not in line


def test_the_metadata_tell_how_it_was_run_but_not_on_whose_machine(executed: Path) -> None:
    facts = notebooks.read(executed)["metadata"][notebooks.FACTS]
    assert facts["profile"] == "full"
    assert facts["data"] == []
    assert facts["seconds"] > 0
    assert set(facts["machine"]) == {"cores", "system", "python", "description"}
    assert facts["versions"].keys() == {"aecourse", "numpy"}


def test_the_expressions_in_the_text_are_kept_with_their_values(executed: Path) -> None:
    notebook = notebooks.read(executed)
    assert notebooks.stored_values(notebook) == {'f"{2 + 1:.1f}"': "3.0"}
    assert [cell["id"] for cell in notebook["cells"]][-1] == "text"


def test_an_expression_that_changes_between_two_texts_is_refused(
    write: Callable[..., Path], change: Callable
) -> None:
    path = write("x = 1", "x = 2")

    def say_twice(content: dict) -> None:
        for name, place in (("a", 2), ("b", 4)):
            text = {"cell_type": "markdown", "metadata": {}, "id": name, "source": "{eval}`x`"}
            content["cells"].insert(place, text)

    change(path, say_twice)
    with pytest.raises(execute.RejectedError, match="x is shown twice"):
        run(path)


def test_recorded_numbers_reach_the_results_folder(executed: Path) -> None:
    results = json.loads((executed.parent / "results" / "01_small.json").read_text())
    assert results["results"]["loss"]["value"] == 0.25
    assert (
        "results/01_small.json" in notebooks.read(executed)["metadata"][notebooks.FACTS]["results"]
    )


def test_only_the_widgets_on_show_keep_their_state_and_have_steady_names(executed: Path) -> None:
    metadata = notebooks.read(executed)["metadata"]
    state = metadata["widgets"][check_outputs.WIDGET_STATE]["state"]
    models = {model["model_name"] for model in state.values()}
    assert "IntSliderModel" in models
    assert "FloatTextModel" not in models
    shown = output(executed, "widget")["data"]["application/vnd.jupyter.widget-view+json"]
    assert shown["model_id"] == f"{1:032x}"
    assert set(state) == {f"{n:032x}" for n in range(1, len(state) + 1)}


def test_what_it_stored_is_fresh_and_clean(executed: Path) -> None:
    assert freshness.stale(executed, root=executed.parent) == []
    assert check_outputs.file_problems(executed) == []


def test_a_cell_that_raises_leaves_the_notebook_as_it_was(write: Callable[..., Path]) -> None:
    path = write("1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(path)
    assert path.read_bytes() == before


def test_a_forbidden_output_leaves_notebook_and_results_as_they_were(
    write: Callable[..., Path],
) -> None:
    path = write(
        "import sys; print('loading', file=sys.stderr)",
        "from aecourse.results import record; record('a', 'b', 1, unit='1', dataset='x')",
    )
    before = path.read_bytes()
    with pytest.raises(execute.RejectedError, match="standard error: loading"):
        run(path)
    assert path.read_bytes() == before
    assert not (path.parent / "results").exists()


def test_stand_in_data_are_not_for_the_book(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)
    path = write("from aecourse import datasets; data = datasets.load('mnist')")
    with pytest.raises(execute.RejectedError, match=r"stand-in.*AECOURSE_DATA_DIR"):
        run(path)


def test_numbers_that_are_recorded_no_more_are_dropped(
    write: Callable[..., Path], change: Callable, tmp_path: Path
) -> None:
    path = write("x = 1")
    old = tmp_path / "results" / "01_small.json"
    old.parent.mkdir()
    old.write_text("{}")
    facts = {"results": {"results/01_small.json": "0"}}
    change(path, lambda content: content["metadata"].update({notebooks.FACTS: facts}))
    (tmp_path / "fresh").mkdir()
    kept = execute.keep_results(path, tmp_path / "fresh", old.parent, tmp_path)
    assert kept == {}
    assert not old.exists()


def test_a_name_that_does_not_exist_is_answered_with_those_that_do(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write("x = 1", name="01_overview")
    assert [p.stem for p in notebooks.find("01_overview", tmp_path)] == ["01_overview"]
    with pytest.raises(SystemExit, match=r"'02_x'.*01_overview"):
        notebooks.find("02_x", tmp_path)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (59.6, "1 min 0 s"), (130, "2 min 10 s"), (42, "42 s")]
)
def test_times_are_written_as_one_says_them(seconds: float, text: str) -> None:
    assert notebooks.readable_time(seconds) == text
