"""The widgets of a tuner: nothing here knows what is tuned."""

import base64
import html
from collections.abc import Callable
from typing import Any

import ipywidgets

from aecourse.plots import CourseFigure
from aecourse.widgets.controls import Control

STYLE = """<style>
.aecourse-tuner table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.aecourse-tuner th, .aecourse-tuner td {
  padding: 2px 10px 2px 0; text-align: right;
  border-bottom: 1px solid var(--jp-border-color2, #ccc);
}
.aecourse-tuner .aecourse-failed { color: var(--jp-error-color1, #b00020); font-weight: 600; }
.aecourse-tuner img { max-width: 100%; background: white; border-radius: 4px; }
</style>"""


class TunerView:
    """Controls above a Run button, a status line, the figure and the table of runs.

    Parameters
    ----------
    controls : dict of str to Control
        What can be set.
    on_run : callable
        Called with the settings when Run is pressed.

    Attributes
    ----------
    box : ipywidgets.VBox
        What to display.
    """

    def __init__(
        self, controls: dict[str, Control], on_run: Callable[[dict[str, Any]], None]
    ) -> None:
        self.widgets = {name: control.widget() for name, control in controls.items()}
        for name, widget in self.widgets.items():
            widget.description = controls[name].label
            widget.style.description_width = "10em"
            widget.layout.width = "26em"
        self.button = ipywidgets.Button(
            description="Run",
            button_style="primary",
            tooltip="Run with these settings",
            icon="play",
        )
        self.button.on_click(lambda _: on_run(self.settings()))
        self.status = ipywidgets.HTML()
        self.picture = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        rows = ipywidgets.Layout(flex_flow="row wrap")
        self.box = ipywidgets.VBox(
            [
                ipywidgets.HTML(STYLE),
                ipywidgets.Box(list(self.widgets.values()), layout=rows),
                ipywidgets.HBox([self.button, self.status]),
                self.picture,
                self.table,
            ]
        )
        self.box.add_class("aecourse-tuner")
        self._say("Set the controls, then press Run.", "ready")

    def settings(self) -> dict[str, Any]:
        """Return what the controls say now."""
        return {name: widget.value for name, widget in self.widgets.items()}

    def busy(self) -> None:
        """Say that a run is under way; no other can be started."""
        self._enable(False)
        self._say("Running…", "busy")

    def done(self, seconds: float) -> None:
        """Say how long the run took."""
        self._enable(True)
        self._say(f"Done in {seconds:.1f} s.", "done")

    def failed(self, message: str) -> None:
        """Show why the run gave no result; the figure and the table stay as they were."""
        self._enable(True)
        self._say(message, "failed")

    def show_result(self, figure: CourseFigure, table: str) -> None:
        """Show the figure of the last run and the table of all."""
        picture = base64.b64encode(figure.png()).decode("ascii")
        width = round(figure.get_size_inches()[0] * 100)
        self.picture.value = (
            f'<img alt="{html.escape(figure.alt, quote=True)}" width="{width}" '
            f'src="data:image/png;base64,{picture}">'
        )
        self.table.value = table

    def _enable(self, enabled: bool) -> None:
        for widget in [self.button, *self.widgets.values()]:
            widget.disabled = not enabled

    def _say(self, text: str, state: str) -> None:
        kind = f"aecourse-status aecourse-{state}"
        self.status.value = f'<span role="status" class="{kind}">{html.escape(text)}</span>'
