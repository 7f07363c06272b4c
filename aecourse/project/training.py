"""From a configuration to the folder of a finished run, through any number of interruptions.

Examples
--------
``data_of``:

>>> import pandas as pd
>>> from aecourse.project import configuration, training
>>> from aecourse.project.samples import Snapshot
>>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
>>> data = training.data_of(config, Snapshot(pd.DataFrame({"a": range(100)}), sha256="…"))
>>> data.part, data.train.x.shape[1]
('the test part', 1)
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aecourse.errors import InputError
from aecourse.project import configuration, environment, samples, yaml_lines
from aecourse.project.evaluation import Judged, Simple, evaluate
from aecourse.project.networks_schema import FullyConnected
from aecourse.project.results import Result, brief, finite
from aecourse.project.run import ENCODER, ENVIRONMENT, HISTORY, MODEL, SCORER, Run, rebuilt
from aecourse.project.run_directory import CONFIG, RunDirectory, remove, write_json
from aecourse.project.samples import Encoder, Parts, Snapshot
from aecourse.project.schema import Config
from aecourse.project.scoring import Scorer

if TYPE_CHECKING:
    from aecourse.models import Autoencoder
    from aecourse.training import History

Say = Callable[[str], None]
# Trains on prepared samples, keeps its state in a folder, and returns the model and its history.
Learn = Callable[["Prepared", Path], tuple["Autoencoder", "History"]]

TEST, VALIDATION = "the test part", "the validation part"


@dataclass(frozen=True)
class Prepared:
    """Samples as the network sees them, in their parts.

    Attributes
    ----------
    train, validation, judged
        The third is what is measured on: the test part, or the validation part without one.
    part
        What it is called.
    notes
        What there is to say about the data.
    sha256
        The fingerprint of what was read.
    """

    encoder: Encoder
    train: Judged
    validation: Judged
    judged: Judged
    part: str
    notes: list[str]
    sha256: str


def train(
    config: Config, home: Path, *, restart: bool = False, progress: bool = True, say: Say = print
) -> Run:
    r"""Train as a configuration says, and return the finished run.

    A run that was broken off, at any moment, goes on where it was and ends with the numbers of an
    unbroken one. A finished one is returned as it is.

    Parameters
    ----------
    config
        The configuration.
    home
        The folder of its file, from which ``data.path`` is seen and in which ``runs`` lies.
    restart
        Whether to throw away what there is of the run.
    progress
        Whether to show how far training is.
    say
        Takes sentences for the user.

    Raises
    ------
    InputError
        If the run exists with another configuration, or training diverges.
    DataError
        If the data cannot be read or used.
    KeyboardInterrupt
        If the user ended the training; the same call takes it up.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import configuration, training
    >>> config = configuration.validated(
    ...     {"name": "first", "data": {"path": "rows.csv"}, "training": {"epochs": 1}}
    ... )
    >>> rows = [f"{number},{number * number % 7}" for number in range(60)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     home, table = Path(folder), Path(folder, "rows.csv")
    ...     _ = table.write_text("\n".join(["a,b", *rows]))
    ...     run = training.train(config, home, progress=False, say=lambda sentence: None)
    ...     print(*(file.name for file in sorted(run.folder.glob("*.json"))))
    encoder.json environment.json history.json metrics.json
    """
    config = of_one_run(config, home)
    directory = RunDirectory(home / "runs", config.name)
    with directory.locked():
        # Data that cannot be used must not cost the run that is to be thrown away.
        data = data_of(config) if restart else None
        run = taken_up(directory, config, restart=restart, say=say)
        if run is not None:
            return run
        data = data or data_of(config)
        announce(config, data, say)
        return trained(config, directory, data, partial(learn, config, progress=progress))


def with_whole_path(config: Config, home: Path) -> Config:
    """Return the configuration with a path to the data that does not depend on the folder.

    Raises
    ------
    InputError
        If the data is a folder that the project itself lies in.
    """
    path = (home / Path(config.data.path).expanduser()).resolve()
    if path.is_dir() and home.resolve().is_relative_to(path):
        raise InputError(
            f"data.path is {path}, in which the project itself lies, so that its figures would "
            "become data. Move the images to a folder of their own, such as `images`."
        )
    data = config.data.model_copy(update={"path": str(path)})
    return config.model_copy(update={"data": data})


def of_one_run(config: Config, home: Path) -> Config:
    """Return what a run keeps of a configuration: the path to the data is whole, no sweep in it."""
    return with_whole_path(config, home).model_copy(update={"sweep": None})


def taken_up(
    directory: RunDirectory, config: Config, *, restart: bool = False, say: Say = print
) -> Run | None:
    """Return the run if it is finished; otherwise make its folder ready to work in.

    Raises
    ------
    InputError
        If the run exists with another configuration, or finished with other data.
    """
    if restart:
        directory.discard()
    if directory.final.exists():
        return _finished(directory, config, say)
    if directory.begin(configuration.resolved(config)):
        say(f"The run {config.name!r} was broken off; it is taken up.")
    return None


def data_of(config: Config, snapshot: "Snapshot | None" = None, *, tested: bool = True) -> Prepared:
    """Return the samples that a configuration names, shared out and encoded.

    Parameters
    ----------
    config
        With a whole path.
    snapshot
        The samples, where they are read already.
    tested
        Whether the test part is measured on; otherwise it is not touched, and the validation part
        takes its place.
    """
    if snapshot is None:
        snapshot = samples.snapshot(Path(config.data.path), config)
    parts = samples.split(snapshot.source, config)
    encoder = samples.fit_encoder(samples.take(snapshot.source, parts.train), config)
    if not tested:
        parts = replace(parts, test=parts.test[:0])
    return prepared(snapshot, parts, encoder, config)


def announce(config: Config, data: Prepared, say: Say) -> None:
    """Say what the data is, and when a code is so wide that there is nothing to learn."""
    for sentence in brief(data.notes):
        say(sentence)
    numbers = int(np.prod(data.encoder.shape))
    network = config.network
    if (
        isinstance(network, FullyConnected)
        and config.objective.kind == "plain"
        and network.code_size >= numbers
    ):
        say(
            f"Note: a sample is {numbers} numbers, and a code of {network.code_size} can hold them "
            "all, so that copying is enough. Set network.code_size lower."
        )
    say(
        f"{len(data.train.x):,} samples to train, {len(data.validation.x):,} to validate, "
        f"{len(data.judged.x) if data.part == TEST else 0:,} to test; each is "
        f"{' × '.join(map(str, data.encoder.shape))} numbers."
    )


def prepared(snapshot: Snapshot, parts: Parts, encoder: Encoder, config: Config) -> Prepared:
    """Return the samples of each part as the network sees them."""
    source = snapshot.source
    known, abnormal = samples.labels(source, config), samples.anomalies(source, config)
    x, notes = samples.encode(encoder, source)

    def part(rows: samples.Rows) -> Judged:
        return Judged(
            x[rows],
            None if known is None else known[rows],
            None if abnormal is None else abnormal[rows],
        )

    train, validation, test = part(parts.train), part(parts.validation), part(parts.test)
    tested = len(parts.test) > 0
    return Prepared(
        encoder,
        train,
        validation,
        test if tested else validation,
        TEST if tested else VALIDATION,
        [*_left_out(encoder), *notes],
        snapshot.sha256,
    )


def _left_out(encoder: Encoder) -> list[str]:
    names = getattr(encoder, "left_out", {})
    return [f"column {name!r} is left out: it is {why}" for name, why in names.items()]


def _finished(directory: RunDirectory, config: Config, say: Say) -> Run:
    """Return the run that is there, if it is the one that was asked for."""
    run = Run.at(directory.final)
    directory.check(configuration.resolved(config), directory.final / CONFIG, "is finished")
    data = Path(config.data.path)
    if data.exists() and samples.fingerprint(data) != run.environment["data"]["sha256"]:
        raise InputError(
            f"the run {config.name!r} is finished, and {data} has changed since. Give this one "
            "another `name`, or start again with --restart."
        )
    remove(directory.work)  # of a process that was killed in its last moment
    say(f"The run {config.name!r} is finished already. Another try needs another `name`.")
    return run


def trained(config: Config, directory: RunDirectory, data: Prepared, learn: Learn) -> Run:
    """Train, write all that comes of it, and let the run appear.

    Parameters
    ----------
    config
        Of the run.
    directory
        Its folder, ready to work in (:func:`taken_up`) and locked.
    data
        The samples.
    learn
        How the training is done.

    Raises
    ------
    InputError
        If training diverges, or the data has changed since the run was begun.
    KeyboardInterrupt
        If the user ended the training.
    """
    check_data(directory, config, data)
    model, history = learn(data, directory.checkpoint)
    if history.interrupted:
        raise KeyboardInterrupt
    if history.outcome == "diverged" or not np.isfinite(history["val_loss"]).all():
        directory.discard()
        raise InputError(
            f"training diverged in epoch {len(history.epochs)}: the loss is no longer a number. "
            f"Set training.learning_rate lower than {config.training.learning_rate:g}."
        )
    result = directory.work / "result"
    remove(result)
    result.mkdir()
    _write(result, model, history, data, config)
    directory.publish(result)
    return Run.at(directory.final)


def learn(
    config: Config,
    data: Prepared,
    checkpoint: Path,
    *,
    progress: bool = True,
    callbacks: Sequence[Any] = (),
) -> tuple["Autoencoder", "History"]:
    """Train a model in this process, from the beginning or from where it was broken off."""
    from aecourse import training
    from aecourse.project.building import build

    model = build(config, data.encoder.shape)
    settings = config.training
    history = training.fit(
        model,
        data.train.x,
        epochs=settings.epochs,
        validation_data=data.validation.x,
        batch_size=settings.batch_size,
        seed=settings.seed,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        early_stopping=settings.early_stopping,
        checkpoint=checkpoint,
        progress=progress,
        callbacks=callbacks,
    )
    return model, history


def check_data(directory: RunDirectory, config: Config, data: Prepared) -> None:
    """Refuse to go on with other data or on another backend; note which these are.

    Raises
    ------
    InputError
        If they are not those that the run was begun with.
    """
    now = {"sha256": data.sha256, "backend": environment.backend()}
    noted = directory.work / "data.json"
    if not noted.exists():
        write_json(noted, now)
        return
    begun = json.loads(noted.read_text(encoding="utf-8"))
    if begun["sha256"] != now["sha256"]:
        raise InputError(
            f"{config.data.path} has changed since the run {config.name!r} was begun. Put the old "
            "data back, give this run another `name`, or start again with --restart."
        )
    if begun.get("backend", now["backend"]) != now["backend"]:
        raise InputError(
            f"the run {config.name!r} was begun on the backend {begun['backend']}, and this one is "
            f"{now['backend']}, which draws other random numbers. Set the environment variable "
            f"KERAS_BACKEND={begun['backend']}, or start again with --restart."
        )


def _write(
    folder: Path, model: "Autoencoder", history: "History", data: Prepared, config: Config
) -> None:
    """Write all files of the run into a folder that nothing refers to yet."""
    from aecourse.models import RegularizedAutoencoder

    if isinstance(model, RegularizedAutoencoder):
        model.fit_density(data.train.x, seed=config.training.seed)
    seed = config.training.seed
    pairs = [(part.x, rebuilt(model, part.x, seed)) for part in (data.train, data.validation)]
    scorer = Scorer.fit(pairs[0], pairs[1], config.evaluation)
    result = judged_result(model, scorer, data, config, history.metrics)
    stops = config.training.early_stopping is not None
    numbers = {**result.numbers, "training": _training_numbers(history, stops=stops)}

    model.save(folder / MODEL)
    with (folder / SCORER).open("wb") as file:
        np.savez(file, **scorer.arrays())
    texts = {
        CONFIG: yaml_lines.written(configuration.resolved(config)),
        ENCODER: _json(data.encoder.state()),
        ENVIRONMENT: _json(environment.describe(Path(config.data.path), data.sha256)),
        HISTORY: _json({"metrics": finite(history.metrics), "seconds": history.seconds}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    Result(**{**vars(result), "numbers": numbers}).write(folder, config, data.encoder, scorer)


def judged_result(
    model: "Autoencoder",
    scorer: Scorer,
    data: Prepared,
    config: Config,
    history: dict[str, list[float]],
) -> Result:
    """Return what is measured on the judged part, with what the report says about it."""
    code_size = int(np.prod(model.code_shape))
    simple = Simple.fit(data.train.x, data.validation.x, config, code_size)
    outcome = evaluate(model, scorer, simple, data.train, data.judged, config)
    summary = [
        f"A {config.objective.kind} autoencoder with a {config.network.kind} network and a code "
        f"of {code_size} values, measured on {len(data.judged.x):,} samples of {data.part}. "
        f"Beside it stands principal component analysis with {simple.pca.n_components_} components."
    ]
    if data.part == VALIDATION:
        kept = config.data.test_share > 0
        summary.append(
            "The validation part chose the epoch and the threshold, so these numbers flatter. "
            + (
                "The test part is kept for the best trial of the sweep."
                if kept
                else "Keep a test part (data.test_share) to know what new samples will give."
            )
        )
    return Result(
        f"Run {config.name}",
        summary,
        {"part": data.part, **outcome.numbers},
        history,
        outcome,
        data.judged,
        data.notes,
    )


def _training_numbers(history: "History", *, stops: bool) -> dict[str, Any]:
    """Return what training came to; the loss is that of the model which was kept.

    With early stopping that is the best epoch's, and without it the last one's.
    """
    kept = history["val_loss"].index(min(history["val_loss"])) if stops else -1
    return {
        "epochs_trained": len(history.epochs),
        "best_epoch": history.best_epoch,
        "outcome": history.outcome,
        "loss": history["loss"][kept],
        "val_loss": history["val_loss"][kept],
    }


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
