import json
import os
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from aecourse import plots
from aecourse.errors import InputError
from aecourse.widgets import Choice, Range, tune

RATE = Range("learning rate", 0.001, 1.0, start=0.1, log=True)
OPTIMISER = Choice("optimiser", ["SGD", "Adam"], start="SGD")


def experiment(learning_rate, optimiser):
    if learning_rate > 0.9:
        raise InputError("The loss is not a number; choose a smaller learning rate.")
    losses = np.exp(-learning_rate * np.arange(5))
    figure = plots.learning_curves({optimiser: losses}, title=f"<{optimiser}> learns")
    return figure, {"validation error": float(losses[-1])}


def tuner():
    return tune(experiment, minimise="validation error", learning_rate=RATE, optimiser=OPTIMISER)


def press(tuned, **settings):
    """Set the controls and press Run, as a reader does."""
    for name, value in settings.items():
        tuned.view().widgets[name].value = value
    tuned.view().button.click()


def test_it_runs_once_at_the_start_and_works_without_a_widget():
    tuned = tuner()
    assert tuned.runs == [
        {"learning_rate": 0.1, "optimiser": "SGD", "validation error": pytest.approx(np.exp(-0.4))}
    ]
    summary = tuned.run(learning_rate=0.5)
    assert summary["validation error"] == pytest.approx(np.exp(-2))
    assert tuned.best["learning_rate"] == 0.5


def test_pressing_run_shows_the_new_figure_and_adds_a_row_to_the_table():
    tuned = tuner()
    before = tuned.view().picture.value
    press(tuned, learning_rate=0.2, optimiser="Adam")
    view = tuned.view()
    assert tuned.errors == []
    assert view.picture.value != before
    assert 'alt="&lt;Adam&gt; learns' in view.picture.value
    assert view.table.value.count("<tr") == 3
    assert view.table.value.count("★ best") == 1
    assert "aecourse-done" in view.status.value


def test_an_error_behind_the_button_is_shown_and_kept_for_tests_and_the_result_stays():
    tuned = tuner()
    press(tuned, learning_rate=0.2)
    picture = tuned.view().picture.value
    press(tuned, learning_rate=1.0)
    assert [type(error) for error in tuned.errors] == [InputError]
    assert "aecourse-failed" in tuned.view().status.value
    assert "choose a smaller learning rate" in tuned.view().status.value
    assert tuned.view().picture.value == picture
    assert len(tuned.runs) == 2
    assert not tuned.view().button.disabled
    press(tuned, learning_rate=0.2)
    assert "aecourse-done" in tuned.view().status.value


def test_an_interrupted_run_leaves_the_controls_usable():
    def interrupted(learning_rate):
        if learning_rate != 0.1:
            raise KeyboardInterrupt
        return plots.new_figure(height=1, alt="Nothing."), {"error": 1.0}

    tuned = tune(interrupted, learning_rate=RATE)
    press(tuned, learning_rate=0.2)
    assert "Interrupted" in tuned.view().status.value
    assert not tuned.view().button.disabled


def test_controls_are_disabled_while_the_experiment_runs():
    seen = []

    def watched(learning_rate):
        if learning_rate != 0.1:
            seen.append((tuned.view().button.disabled, tuned.view().status.value))
        return plots.new_figure(height=1, alt="Nothing."), {"error": 1.0}

    tuned = tune(watched, learning_rate=RATE)
    press(tuned, learning_rate=0.2)
    assert seen[0][0] is True
    assert "Running" in seen[0][1]


def test_a_run_that_ended_in_nan_is_not_the_best():
    def run(learning_rate):
        error = np.nan if learning_rate > 0.1 else 1.0
        return plots.new_figure(height=1, alt="Nothing."), {"error": error}

    tuned = tune(run, minimise="error", learning_rate=RATE)
    tuned.run(learning_rate=0.2)
    assert tuned.best["learning_rate"] == 0.1


def test_each_control_becomes_the_widget_of_its_kind_with_its_label():
    controls = [RATE, OPTIMISER, Range("epochs", 1, 9, start=3, whole=True), Range("β", 0, 1, 0.9)]
    widgets = [type(control.widget()).__name__ for control in controls]
    assert widgets == ["FloatLogSlider", "Dropdown", "IntSlider", "FloatSlider"]
    assert [w.description for w in tuner().view().widgets.values()] == [
        "learning rate",
        "optimiser",
    ]
    assert [control.widget().value for control in controls] == [0.1, "SGD", 3, 0.9]


def test_an_error_at_the_start_is_raised_in_the_cell():
    with pytest.raises(InputError, match="smaller"):
        tune(experiment, learning_rate=Range("rate", 0.1, 1.0, start=1.0), optimiser=OPTIMISER)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: tune(experiment), "at least one control"),
        (lambda: tuner().run(rate=0.1), "Unknown setting 'rate'"),
        (lambda: tuner().run(learning_rate=5.0), "from 0.001 to 1"),
        (lambda: tuner().run(optimiser="LBFGS"), "one of 'SGD', 'Adam'"),
        (lambda: Range("rate", 0.0, 1.0, start=0.1, log=True), "0 < low"),
        (lambda: Range("epochs", 1, 9, start=2.5, whole=True), "whole"),
        (lambda: Range("rate", 1.0, 0.0, start=0.5), "low < high"),
        (
            lambda: tune(experiment, minimise="loss", learning_rate=RATE, optimiser=OPTIMISER),
            "not 'loss'",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_the_reason(attempt, message):
    with pytest.raises(InputError, match=message):
        attempt()


CELL = """
from aecourse import plots
from aecourse.widgets import Range, tune

def experiment(learning_rate):
    return plots.new_figure(height=1, alt="Nothing."), {"error": learning_rate}

tune(experiment, learning_rate=Range("learning rate", 0.1, 1.0, start=0.5))
"""


@pytest.mark.parametrize("executing", [True, False])
def test_the_executed_page_stores_a_figure_and_an_invitation_but_no_dead_slider(
    executing, monkeypatch
):
    monkeypatch.setenv("AECOURSE_EXECUTING", "1" if executing else "0")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    stored = json.dumps(notebook)
    kinds = [set(output["data"]) for output in notebook.cells[0].outputs]
    if executing:
        assert kinds == [{"image/png", "text/plain"}, {"text/markdown", "text/plain"}]
        assert "Open this notebook in JupyterLab to move the controls." in stored
        assert "Slider" not in stored
        assert "widgets" not in notebook.metadata
    else:
        assert "application/vnd.jupyter.widget-view+json" in kinds[0]
        assert "FloatSliderModel" in stored


def test_importing_the_widgets_does_not_import_tensorflow():
    code = "import sys, aecourse.widgets, aecourse.plots; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ), timeout=60)
