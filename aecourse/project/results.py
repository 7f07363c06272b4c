"""The files of a result: measured, drawn and written into a folder."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aecourse.project import figures, report, yaml_lines
from aecourse.project.evaluation import Judged, Outcome
from aecourse.project.run import METRICS, REPORT

if TYPE_CHECKING:
    from aecourse.project.samples import Encoder
    from aecourse.project.schema import Config
    from aecourse.project.scoring import Scorer


@dataclass(frozen=True)
class Result:
    """What was found out about samples, ready to be written.

    Attributes
    ----------
    title, summary
        Of the report.
    numbers
        What goes into ``metrics.json``.
    history
        Losses by epoch; empty where nothing was trained.
    notes
        What there is to say about the data.
    """

    title: str
    summary: Sequence[str]
    numbers: dict[str, Any]
    history: dict[str, list[float]]
    outcome: Outcome
    judged: Judged
    notes: Sequence[str]

    def write(self, folder: Path, config: "Config", encoder: "Encoder", scorer: "Scorer") -> None:
        """Write metrics, figures and report into a folder that nothing refers to yet."""
        drawn = dict(
            figures.drawn(self.history, self.outcome, self.judged, encoder, scorer, config)
        )
        pictures = {name: figure.png() for name, figure in drawn.items()}
        (folder / "figures").mkdir()
        for name, picture in pictures.items():
            (folder / "figures" / f"{name}.png").write_bytes(picture)
        text = json.dumps(self.numbers, indent=1, allow_nan=False) + "\n"
        (folder / METRICS).write_text(text, encoding="utf-8")
        page = report.page(
            self.title,
            self.summary,
            {"Results": (("", "autoencoder", "PCA"), comparison_rows(self.numbers))},
            drawn,
            self.notes,
            yaml_lines.written(config.model_dump(mode="json")),
            pictures,
        )
        (folder / REPORT).write_text(page, encoding="utf-8")


def comparison_rows(numbers: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return what was measured, one line each: name, the network's value, the simple method's."""
    rows: list[tuple[str, Any, Any]] = [
        ("samples", numbers["samples"], None),
        (
            "mean squared error (scaled)",
            numbers["reconstruction"]["mse"],
            numbers["reconstruction"]["pca_mse"],
        ),
        (
            "explained variance",
            numbers["reconstruction"]["explained_variance"],
            numbers["reconstruction"]["pca_explained_variance"],
        ),
        ("share above the threshold", numbers["alarms"]["share"], None),
    ]
    detection = numbers["detection"]
    if detection:
        rows += [
            ("anomalies", detection["anomalies"], None),
            ("AUROC", detection["roc_auc"], detection["pca_roc_auc"]),
            (
                "average precision",
                detection["average_precision"],
                detection["pca_average_precision"],
            ),
            ("precision at the threshold", detection["precision"], None),
            ("recall at the threshold", detection["recall"], None),
        ]
    if numbers["neighbours"]:
        rows.append(
            (
                f"accuracy of {numbers['neighbours']['neighbours']} nearest codes",
                numbers["neighbours"]["accuracy"],
                numbers["neighbours"]["pca_accuracy"],
            )
        )
    return rows


def brief(notes: Sequence[str], most: int = 6) -> list[str]:
    """Return sentences of the first few notes, and how many more there are."""
    rest = len(notes) - most
    more = [f"Note: and {rest} more of the kind."] if rest > 0 else []
    return [*(f"Note: {note}." for note in notes[:most]), *more]


def finite(losses: dict[str, list[float]]) -> dict[str, list[float | None]]:
    """Return losses as JSON can hold them."""
    return {
        name: [value if np.isfinite(value) else None for value in values]
        for name, values in losses.items()
    }
