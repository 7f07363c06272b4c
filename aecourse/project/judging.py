"""A finished run measured again, on its own test part or on labelled data from elsewhere."""

from pathlib import Path

from aecourse.errors import DataError, InputError
from aecourse.project import samples
from aecourse.project.evaluation import Judged
from aecourse.project.files import existing
from aecourse.project.results import Result
from aecourse.project.run import Run
from aecourse.project.run_directory import whole_folder
from aecourse.project.training import Prepared, judged_result, prepared


def judge(run: Run, source: Path | None = None) -> tuple[Result, Path | None]:
    """Measure a run.

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
    """
    config = run.config
    own = Path(config.data.path)
    existing(own)
    if samples.fingerprint(own) != run.environment["data"]["sha256"]:
        raise DataError(
            f"{own} has changed since the run was trained on it, so its test part is not known any "
            "more. Put the file back, or train again."
        )
    read = samples.read(own, config)
    data = prepared(read, samples.split(read, config), run.encoder, config)
    if source is None:
        return judged_result(run.model, run.scorer, data, config, {}), None
    if source.resolve() == own.resolve():
        raise InputError(
            f"{source} is what the run was trained on, which says nothing about new data. Leave it "
            "out to measure on the test part."
        )
    result = judged_result(run.model, run.scorer, _elsewhere(run, data, source), config, {})
    folder = run.folder / "evaluations" / source.stem
    with whole_folder(folder) as new:
        result.write(new, config, run.encoder, run.scorer)
    return result, folder


def _elsewhere(run: Run, data: Prepared, source: Path) -> Prepared:
    """Return the run's samples with new ones in the place of the judged part."""
    read = samples.read(source, run.config)
    x, notes = samples.encode(run.encoder, read)
    known, abnormal = samples.labels(read, run.config), samples.anomalies(read, run.config)
    return Prepared(
        data.encoder, data.train, data.validation, Judged(x, known, abnormal), source.name, notes
    )
