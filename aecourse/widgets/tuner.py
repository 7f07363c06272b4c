"""Controls for the parameters of an experiment, a Run button, and a table of what was tried."""

import html
import os
import time
from collections.abc import Callable
from typing import Any

from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.widgets.controls import Control
from aecourse.widgets.tuner_view import TunerView

Summary = dict[str, Any]
Experiment = Callable[..., tuple[CourseFigure, Summary]]

EXECUTING = "AECOURSE_EXECUTING"
INVITATION = "Open this notebook in JupyterLab to move the controls."


class Tuner:
    """An experiment with controls; made by :func:`tune`.

    Attributes
    ----------
    runs : list of dict
        Settings and summary of each run so far.
    errors : list of Exception
        What runs started from the controls raised. The reader sees each in the status line; a test
        asserts that the list is empty.
    best : dict
        The run with the smallest value of ``minimise``.

    Examples
    --------
    >>> from aecourse import plots, widgets
    >>> def experiment(size):
    ...     return plots.network_diagram([8, size, 8]), {"weights": 16 * size}
    >>> size = widgets.Range("code size", 1, 8, start=2, whole=True)
    >>> tuner = widgets.tune(experiment, size=size)
    >>> type(tuner).__name__, tuner.run(size=4)
    ('Tuner', {'weights': 64})
    """

    def __init__(
        self, experiment: Experiment, controls: dict[str, Control], minimise: str | None
    ) -> None:
        self.experiment = experiment
        self.controls = controls
        self.minimise = minimise
        self.runs: list[dict[str, Any]] = []
        self.errors: list[Exception] = []
        self.figure, self.summary = self._compute(self.start)
        self._keep(self.start, self.summary)
        self._view: TunerView | None = None

    @property
    def start(self) -> dict[str, Any]:
        """The first settings."""
        return {name: control.start for name, control in self.controls.items()}

    @property
    def best(self) -> dict[str, Any]:
        """The run with the smallest value of ``minimise``; the last where it is not given."""
        key = self.minimise
        return self.runs[-1] if key is None else min(self.runs, key=lambda run: _size(run[key]))

    def run(self, **settings: Any) -> Summary:
        """Run the experiment with ``settings`` in place of the first ones and keep the result.

        Raises
        ------
        InputError
            If a setting is unknown or outside its range; and whatever the experiment raises.
        """
        unknown = sorted(set(settings) - set(self.controls))
        if unknown:
            raise InputError(
                f"Unknown setting {unknown[0]!r}; the controls are {', '.join(self.controls)}."
            )
        values = {**self.start, **settings}
        for name, value in values.items():
            self.controls[name].check(value)
        self.figure, self.summary = self._compute(values)
        self._keep(values, self.summary)
        return self.summary

    def view(self) -> TunerView:
        """Return the controls as widgets, made at the first call."""
        if self._view is None:
            self._view = TunerView(self.controls, self._pressed)
            self._view.show_result(self.figure, self.table())
        return self._view

    def table(self) -> str:
        """Return the runs so far as an HTML table, the best one marked."""
        labels = {name: control.label for name, control in self.controls.items()}
        best = self.best if self.minimise is not None else None
        columns = list(self.runs[0])
        heads = "".join(f"<th>{html.escape(labels.get(c, c))}</th>" for c in columns)
        rows = []
        for number, run in enumerate(self.runs, start=1):
            cells = "".join(f"<td>{html.escape(_text(run[c]))}</td>" for c in columns)
            mark, weight = ("★ best", "bold") if run is best else ("", "normal")
            rows.append(
                f'<tr style="font-weight:{weight}"><td>{number}</td>{cells}<td>{mark}</td></tr>'
            )
        return (
            f'<table class="aecourse-runs"><thead><tr><th>run</th>{heads}<th></th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>"
        )

    def _compute(self, values: dict[str, Any]) -> tuple[CourseFigure, Summary]:
        figure, summary = self.experiment(**values)
        if self.minimise is not None and self.minimise not in summary:
            raise InputError(
                f"The experiment's summary has {', '.join(summary)}, but not {self.minimise!r}."
            )
        return figure, summary

    def _keep(self, values: dict[str, Any], summary: Summary) -> None:
        self.runs.append({**values, **summary})

    def _pressed(self, values: dict[str, Any]) -> None:
        """Run from the button: whatever goes wrong is shown, kept in ``errors``, never hidden."""
        view = self.view()
        view.busy()
        begun = time.perf_counter()
        try:
            self.run(**values)
        except KeyboardInterrupt:
            view.failed("Interrupted. The table keeps the runs before.")
        except Exception as error:
            self.errors.append(error)
            view.failed(f"{type(error).__name__}: {error}")
        else:
            view.show_result(self.figure, self.table())
            view.done(time.perf_counter() - begun)

    def _ipython_display_(self) -> None:
        from IPython.display import Markdown, display

        if is_live():
            display(self.view().box)
        else:
            display(self.figure)
            display(Markdown(f"*{self._settings_in_words()} {INVITATION}*"))

    def _settings_in_words(self) -> str:
        listed = "; ".join(f"{c.label} {_text(c.start)}" for c in self.controls.values())
        return f"Settings: {listed}."


def tune(experiment: Experiment, *, minimise: str | None = None, **controls: Control) -> Tuner:
    """Run ``experiment`` once and return it with controls to run it again.

    In JupyterLab the result displays as controls, a Run button, a status line, the figure, and a
    table of the runs so far. While the book is executed for the page it displays the first figure
    and asks the reader to open JupyterLab.

    Parameters
    ----------
    experiment : callable
        ``experiment(**settings) -> (figure, summary)``: a figure with alt text and a dict of
        numbers. A plain function that works without widgets.
    minimise : str, optional
        The entry of the summary that should be small; the best run so far is marked.
    **controls : Range or Choice
        One for each parameter of the experiment.

    Returns
    -------
    Tuner

    Raises
    ------
    InputError
        If no control is given; and whatever the first run raises.

    Examples
    --------
    >>> from aecourse import plots, widgets
    >>> def experiment(size):
    ...     return plots.network_diagram([8, size, 8]), {"weights": 16 * size}
    >>> size = widgets.Range("code size", 1, 8, start=2, whole=True)
    >>> tuner = widgets.tune(experiment, size=size)
    >>> tuner.summary
    {'weights': 32}
    """
    if not controls:
        raise InputError("tune needs at least one control, such as learning_rate=Range(…).")
    return Tuner(experiment, controls, minimise)


def is_live() -> bool:
    """Return whether a reader can move controls: a notebook's kernel, not an execution."""
    from IPython.core.getipython import get_ipython

    return os.environ.get(EXECUTING) != "1" and hasattr(get_ipython(), "kernel")


def _size(value: float) -> float:
    return value if value == value else float("inf")  # a run that ended in NaN is never the best


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
