"""Each check of stored outputs fails on a notebook that is broken in just that way."""

from pathlib import Path

import pytest

from tools import check_outputs


def notebook(*outputs: dict, widgets: dict | None = None) -> dict:
    cell = {
        "cell_type": "code",
        "id": "cell-1",
        "source": "",
        "metadata": {},
        "outputs": list(outputs),
    }
    metadata = {"widgets": {check_outputs.WIDGET_STATE: widgets}} if widgets else {}
    return {"cells": [cell], "metadata": metadata}


def printed(text: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": text}


def shown(mime: str, content: object, **metadata: object) -> dict:
    return {"output_type": "display_data", "data": {mime: content}, "metadata": metadata}


@pytest.mark.parametrize(
    "text",
    [
        "the test error is 0.0047",
        "ratio 3/4, see https://example.org/home/page",
        "train/test split; and/or; 0x1f",
        "Warning signs are red.",
        "<td>Warning: do not watch this film.</td>",
        "INFORMATION is what the code keeps",
    ],
)
def test_honest_text_passes(text: str) -> None:
    assert check_outputs.problems(notebook(printed(text), shown("text/html", text))) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("saved in /home/me/model.keras", "path of the machine"),
        ("('/tmp/x', 1)", "path of the machine"),
        ("C:\\Users\\me\\model.keras", "path of the machine"),
        ("lib/site-packages/keras/layers.py", "path of the machine"),
        ("/ipykernel_4711/1.py", "path of the machine"),
        ("UserWarning: the input is not scaled", "a warning"),
        ("drawn\nWarning: no such font", "a warning"),
        ("figure 3: Warning: no such font", "a warning"),
        ("2026-01-02 03:04:05.678: I tensorflow/core", "a log line"),
        ("line one\nI0000 00:00:17.1 cuda.cc:1] no device", "a log line"),
        ("WARNING:absl:compiled metrics", "a log line"),
        ("Traceback (most recent call last):\n  File", "a traceback"),
        ("<Model object, 0x7f3b2c1d0e90>", "a memory address"),
        ("from https://files.pythonh" + "osted.org/packages", "package registry"),
    ],
)
@pytest.mark.parametrize("kind", ["stream", "text/plain", "text/html", "text/markdown"])
def test_a_forbidden_text_is_found_in_every_kind_of_output(text: str, what: str, kind: str) -> None:
    output = printed(text) if kind == "stream" else shown(kind, text)
    (found,) = check_outputs.problems(notebook(output))
    assert what in found
    assert found.startswith("cell cell-1: ")


def test_texts_stored_as_lists_of_lines_are_read_whole() -> None:
    broken = shown("text/plain", ["all is well\n", "in /home/me/x"])
    assert "path of the machine" in check_outputs.problems(notebook(broken))[0]


def test_anything_on_standard_error_is_found() -> None:
    (found,) = check_outputs.problems(notebook(printed("ten percent done", name="stderr")))
    assert "standard error: ten percent done" in found


def test_an_error_is_found() -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
    (found,) = check_outputs.problems(notebook(error))
    assert "ValueError: no" in found


def test_a_picture_needs_a_text_alternative() -> None:
    (found,) = check_outputs.problems(notebook(shown("image/png", "iVBORw0KGgo=")))
    assert "text alternative" in found
    described = shown("image/png", "iVBORw0KGgo=", **{"image/png": {"alt": "The loss falls."}})
    assert check_outputs.problems(notebook(described)) == []


def test_the_letters_of_an_encoded_picture_are_not_read() -> None:
    html = '<img alt="x" src="data:image/png;base64,AA/home/me/AA">'
    assert check_outputs.problems(notebook(shown("text/html", html))) == []


def test_widget_state_is_searched_and_weighed() -> None:
    def state(value: str) -> dict:
        return {"state": {"1": {"state": {"value": value, "_esm": "// in /home/me"}}}}

    assert check_outputs.problems(notebook(widgets=state("fine"))) == []
    (found,) = check_outputs.problems(notebook(widgets=state("/home/me/data")))
    assert "path of the machine" in found
    heavy = state("x" * check_outputs.LARGEST_WIDGET_STATE)
    assert "bytes" in check_outputs.problems(notebook(widgets=heavy))[0]


def test_a_heavy_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "heavy.ipynb"
    blanks = " " * check_outputs.LARGEST_NOTEBOOK
    path.write_text('{"cells": [], "metadata": {}}' + blanks)
    assert "bytes" in check_outputs.file_problems(path)[0]
