"""A finished run measured again, on its own test part or on labelled data from elsewhere."""

import json
from dataclasses import replace
from itertools import count
from pathlib import Path

from aecourse.errors import DataError, InputError
from aecourse.project import samples
from aecourse.project.evaluation import Judged
from aecourse.project.results import Result
from aecourse.project.run import Run
from aecourse.project.run_directory import whole_folder, write_json
from aecourse.project.training import Prepared, judged_result, prepared

SOURCE = "source.json"  # in the folder of an evaluation: which data was measured


def judge(run: Run, source: Path | None = None) -> tuple[Result, Path | None]:
    r"""Measure a run.

    Parameters
    ----------
    run
        A finished run.
    source
        Data that had no part in the run; ``None`` takes the run's own test part.

    Returns
    -------
    Result
        What was measured.
    pathlib.Path or None
        The folder with metrics, figures and report; ``None`` for the run's own part, of which the
        run's folder has them already.

    Raises
    ------
    DataError
        If the run's data is gone or has changed, or the new data cannot be used.
    InputError
        If the new data is what the run was trained on.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import configuration, judging, training
    >>> config = configuration.validated(
    ...     {"name": "first", "data": {"path": "rows.csv"}, "training": {"epochs": 1}}
    ... )
    >>> rows = [f"{number},{number * number % 7}" for number in range(60)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     home, table = Path(folder), Path(folder, "rows.csv")
    ...     _ = table.write_text("\n".join(["a,b", *rows]))
    ...     run = training.train(config, home, progress=False, say=lambda sentence: None)
    ...     result, written = judging.judge(run)
    ...     before = run.metrics["reconstruction"]["mse"]
    >>> result.numbers["reconstruction"]["mse"] == before, written
    (True, None)
    """
    config = run.config
    own = Path(config.data.path)
    known = samples.snapshot(own, config)
    if known.sha256 != run.environment["data"]["sha256"]:
        raise DataError(
            f"{own} has changed since the run was trained on it, so its test part is not known any "
            "more. Put the file back, or train again."
        )
    data = prepared(known, samples.split(known.source, config), run.encoder, config)
    if source is None:
        return judged_result(run.model, run.scorer, data, config, {}), None
    source = source.resolve()
    if source == own.resolve():
        raise InputError(
            f"{source} is what the run was trained on, which says nothing about new data. Leave it "
            "out to measure on the test part."
        )
    result = judged_result(run.model, run.scorer, _elsewhere(run, data, source), config, {})
    folder = _place(run.folder / "evaluations", source)
    with whole_folder(folder) as new:
        result.write(new, config, run.encoder, run.scorer)
        write_json(new / SOURCE, {"path": str(source)})
    return result, folder


def _place(evaluations: Path, source: Path) -> Path:
    """Return the folder of a source: named after it, unless another one of that name was first."""
    for number in count(1):
        folder = evaluations / (source.stem if number == 1 else f"{source.stem}-{number}")
        noted = folder / SOURCE
        if not folder.exists() or (
            noted.exists() and json.loads(noted.read_text("utf-8")) == {"path": str(source)}
        ):
            break
    return folder


def _elsewhere(run: Run, data: Prepared, source: Path) -> Prepared:
    """Return the run's samples with new ones in the place of the judged part."""
    read = samples.read(source, run.config, run.encoder)
    x, notes = samples.encode(run.encoder, read)
    known, abnormal = samples.labels(read, run.config), samples.anomalies(read, run.config)
    return replace(data, judged=Judged(x, known, abnormal), part=source.name, notes=notes)
