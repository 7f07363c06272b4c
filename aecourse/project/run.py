"""A finished run: what lies in its folder, read back."""

import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aecourse.errors import DataError, InputError
from aecourse.project import configuration, yaml_lines
from aecourse.project.run_directory import CONFIG
from aecourse.project.schema import Config

if TYPE_CHECKING:
    from aecourse.models import Autoencoder
    from aecourse.project.samples import Encoder
    from aecourse.project.scoring import Scorer

MODEL, ENCODER, SCORER = "model.keras", "encoder.json", "scorer.npz"
METRICS, HISTORY, ENVIRONMENT, REPORT = (
    "metrics.json",
    "history.json",
    "environment.json",
    "report.html",
)
BATCH = 4096  # values are few for tables; images come in smaller batches, see `batch_size`
MOST_VALUES = 2_000_000


@dataclass(frozen=True)
class Run:
    """The folder of a finished run; its files are read when they are asked for.

    Examples
    --------
    >>> from pathlib import Path
    >>> from aecourse import errors
    >>> from aecourse.project import run
    >>> try:
    ...     run.Run.at(Path("runs", "first"))
    ... except errors.InputError as error:
    ...     print(error)
    runs/first is not the folder of a run. Runs there are: none.
    """

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Run":
        """Return the run in a folder.

        Raises
        ------
        InputError
            If there is none; the message says which runs there are.
        """
        if (folder / CONFIG).is_file() and (folder / METRICS).is_file():
            return cls(folder)
        if (folder.parent / f".{folder.name}.unfinished").exists():
            raise InputError(
                f"the run {folder.name!r} is unfinished; `aecourse train` with its configuration "
                "takes it up where it was broken off."
            )
        near = folder if folder.is_dir() else folder.parent
        known = sorted(path.parent for path in near.glob(f"*/{METRICS}")) if near.is_dir() else []
        shown = ", ".join(map(str, known[:8])) or "none"
        raise InputError(f"{folder} is not the folder of a run. Runs there are: {shown}.")

    @cached_property
    def config(self) -> Config:
        """The resolved configuration."""
        return configuration.load(self.folder / CONFIG)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What was measured."""
        return self._json(METRICS)

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Versions, machine and data."""
        return self._json(ENVIRONMENT)

    @cached_property
    def encoder(self) -> "Encoder":
        """What turns samples into what the network sees."""
        from aecourse.project.samples import encoder_from_state

        try:
            return encoder_from_state(self._json(ENCODER))
        except (KeyError, TypeError) as error:
            raise self._damaged(ENCODER, error) from error

    @cached_property
    def scorer(self) -> "Scorer":
        """What scores samples."""
        from aecourse.project.scoring import Scorer

        try:
            with np.load(self.folder / SCORER, allow_pickle=False) as stored:
                return Scorer.from_arrays(stored)
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise self._damaged(SCORER, error) from error

    @cached_property
    def model(self) -> "Autoencoder":
        """The trained model."""
        from aecourse import models

        return models.load(self.folder / MODEL)

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged(name, error) from error
        return content

    def _damaged(self, name: str, error: Exception) -> DataError:
        return DataError(
            f"{self.folder / name} is missing or damaged ({error}); train the run again."
        )


def config_of(folder: Path) -> dict[str, Any]:
    """Return a run's resolved configuration as it is written."""
    return yaml_lines.read((folder / CONFIG).read_text(encoding="utf-8"), CONFIG).content


def rebuilt(model: "Autoencoder", x: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Return what a model makes of samples.

    A masked autoencoder has learnt to fill in hidden patches only; so the same patches are hidden
    of every image, and its answer is the image filled in.
    """
    from aecourse.models import MaskedAutoencoder

    if isinstance(model, MaskedAutoencoder):
        hidden = model.random_mask(1, seed=seed)[0]
        return model.complete(x, hidden, batch_size=batch_size(x))
    return model.reconstruct(x, batch_size=batch_size(x))


def batch_size(x: NDArray[Any]) -> int:
    """Return how many samples to take at once: many rows of a table, few large images."""
    return max(1, min(BATCH, MOST_VALUES // max(1, int(np.prod(x.shape[1:])))))
