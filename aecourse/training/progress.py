"""One line of progress that leaves one line behind, in a terminal and in a stored notebook."""

import sys
from typing import Any

from tqdm.std import tqdm

from aecourse.backend import keras


class Progress(keras.callbacks.Callback):
    """Show batches done, time left and the last losses; end with a line of summary."""

    def __init__(self, *, total: int, done: int, epochs: int) -> None:
        super().__init__()
        self.epochs = epochs
        self.notebook = NotebookLine() if in_notebook() else None
        self.bar = tqdm(
            total=total,
            initial=done,
            desc=f"{epochs} epochs",
            unit="batch",
            leave=False,
            file=self.notebook or sys.stderr,
            ncols=100 if self.notebook else None,
            mininterval=0.5 if self.notebook else 0.1,
            # A log file keeps every line; there only the summary is worth its place.
            disable=not self.notebook and not sys.stderr.isatty(),
        )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Name the epoch that begins."""
        self.bar.set_description(f"epoch {epoch + 1}/{self.epochs}", refresh=False)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Count one batch."""
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show the epoch's losses."""
        shown = {name: (logs or {}).get(name) for name in ("loss", "val_loss")}
        self.bar.set_postfix(
            {name: f"{value:.4g}" for name, value in shown.items() if value is not None},
            refresh=False,
        )

    def end(self, summary: str) -> None:
        """Replace the bar by the summary."""
        self.bar.close()
        if self.notebook:
            self.notebook.show(summary)
        else:
            print(summary, flush=True)

    def clear(self) -> None:
        """Take the bar away, as when training ends in an error."""
        self.bar.close()
        if self.notebook:
            self.notebook.show("")


class NotebookLine:
    """A text stream for tqdm whose one output is replaced by each new line."""

    def __init__(self) -> None:
        from IPython.display import display

        self.handle: Any = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> None:
        """Show tqdm's line without the control characters meant for a terminal."""
        line = text.strip("\r\n\x1b[A ")
        if line:
            self.show(line)

    def show(self, text: str) -> None:
        """Replace what is shown."""
        self.handle.update({"text/plain": text}, raw=True)

    def flush(self) -> None:
        """Do nothing: each line is shown at once."""


def in_notebook() -> bool:
    """Return whether a Jupyter kernel runs this."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
