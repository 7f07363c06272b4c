"""The commands for data of one's own: init, keys, check, train, evaluate, apply and the others."""

import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aecourse.cli.output import (
    FAILED,
    AsJson,
    as_json,
    aside,
    breakable,
    complain,
    misuse,
    table,
)

if TYPE_CHECKING:
    from aecourse.project.run import Run as FinishedRun

Run = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run: runs/NAME.")]
Input = Annotated[
    Path | None,
    typer.Argument(metavar="[INPUT]", help="A .csv, .tsv, .parquet or .npz file, or images."),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="Where to write.")]


class Kind(StrEnum):
    """What data is."""

    table = "table"
    images = "images"


class Task(StrEnum):
    """What a run is applied for."""

    embed = "embed"
    reconstruct = "reconstruct"
    score = "score"
    sample = "sample"


class Format(StrEnum):
    """What a model is exported to."""

    onnx = "onnx"
    savedmodel = "savedmodel"


def add_to(app: typer.Typer) -> None:
    """Give an application these commands, in the order in which one needs them."""
    for command in (init, keys, check, train, sweep, evaluate, apply, compare, export, doctor):
        app.command()(breakable(command))


def is_misuse(error: Exception) -> bool:
    """Return whether an error lies in what the user wrote into a configuration."""
    from aecourse.project.problems import ConfigError

    return isinstance(error, ConfigError)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    data: Annotated[
        Path | None, typer.Option(help="Your data; without it an example is written.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="What the data is, if not plain.")] = None,
    label: Annotated[str | None, typer.Option(help="Column with labels.")] = None,
    normal: Annotated[str | None, typer.Option(help="The label of normal samples.")] = None,
    json: AsJson = False,
) -> None:
    """Write a project: a configuration with every key explained, a notebook, a README."""
    from aecourse.project import starter

    files = starter.init(
        folder, data=data, kind=kind.value if kind else None, label=label, normal=normal
    )
    if json:
        as_json({"folder": str(folder), "files": [str(file) for file in files]})
        return
    for file in files:
        print(file)
    print(f"Next: aecourse train {folder / 'config.yml'}")


def keys(
    word: Annotated[str, typer.Argument(help="Show the keys with this word alone.")] = "",
    json: AsJson = False,
) -> None:
    """Look up the keys of a configuration: what they take, their defaults and meaning."""
    from aecourse.project import reference

    found = reference.matching(word)
    if json:
        as_json([asdict(key) for key in found])
        return
    if not found:
        complain(f"no key has the word {word!r}; `aecourse keys` shows all.")
        raise typer.Exit(FAILED)
    for key in found:
        default = "must be given" if key.default is None else f"default {key.default}"
        only = f"; {key.only} only" if key.only else ""
        print(f"{key.path}  ({key.values}; {default}{only})\n    {key.meaning}")


def check(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A config.yml.")],
    json: AsJson = False,
) -> None:
    """Check a configuration without reading data or training."""
    from aecourse.project import configuration

    resolved = configuration.resolved(configuration.load(config))
    if json:
        as_json(resolved)
    else:
        print(f"{config}: all is well.")


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A config.yml.")],
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what there is of this run.")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that train together, on JAX.")
    ] = 1,
    coordinator: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Where process 0 waits for the others, to start them by hand on several "
            "machines; without it all are started here. Not encrypted: use a network of your own.",
        ),
    ] = None,
    process: Annotated[
        int | None, typer.Option(min=0, help="With --coordinator: which one this is, from 0.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Train as a configuration says; a run that was broken off is taken up where it was."""
    from aecourse.project import configuration

    read = configuration.load(config)
    if (coordinator is None) != (process is None):
        raise misuse("--coordinator and --process go together; give both, or neither.")
    if processes > 1 and coordinator is None:
        from aecourse.project import together

        options = ["--restart"] * restart + ["--json"] * json
        together.start(config, read, processes, options)
        return
    home, say = config.resolve().parent, aside if json else print
    run: FinishedRun | None
    if coordinator is not None and process is not None:
        from aecourse.project import together
        from aecourse.project.team import Team

        team = Team(coordinator, process, processes)
        try:
            run = together.train(read, home, team, restart=restart, progress=not json, say=say)
        except together.LostError as error:
            complain(error)
            os._exit(FAILED)  # at once, as at its end JAX would wait for those that are gone
    else:
        from aecourse.project import training

        run = training.train(read, home, restart=restart, progress=not json, say=say)
    if run is None:  # another process has it
        return
    if json:
        as_json({"run": str(run.folder), "metrics": run.metrics})
        return
    _print_metrics(run.metrics)
    print(f"The run lies in {run.folder}; open {run.folder / 'report.html'}")


def sweep(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A config.yml with a `sweep`.")],
    workers: Annotated[
        int, typer.Option(min=1, help="Processes to start here; others may join at any time.")
    ] = 1,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what there is of this sweep.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Try the settings that a configuration names; the best trial becomes the run.

    The same command adds a worker, on this machine or on another that shares the folder at the
    same path, with file locks that reach both. A worker may be killed at any time: its trial is
    taken up by another one, or by the same command.
    """
    from aecourse.project import sweeping

    run, folder = sweeping.sweep(
        config, workers=workers, restart=restart, say=aside if json else print
    )
    if json:
        as_json(sweeping.results(run, folder))
        return
    _print_metrics(run.metrics)
    print(f"All trials: {folder / 'report.html'}")
    print(f"The best is the run {run.folder}; open {run.folder / 'report.html'}")


def evaluate(run: Run, data: Input = None, json: AsJson = False) -> None:
    """Measure a run on its own test part, or on data from elsewhere."""
    from aecourse.project import judging
    from aecourse.project.run import Run as FinishedRun

    result, folder = judging.judge(FinishedRun.at(run), data)
    if json:
        as_json({"metrics": result.numbers, "folder": str(folder) if folder else None})
        return
    _print_notes(result.notes if data else ())
    _print_metrics(result.numbers)
    if folder:
        print(f"The report lies in {folder / 'report.html'}")


def apply(
    run: Run,
    data: Input = None,
    *,
    task: Annotated[Task, typer.Option(help="What to do.")],
    output: Output,
    count: Annotated[int, typer.Option(min=1, help="Number of new samples.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the new samples.")] = 0,
    json: AsJson = False,
) -> None:
    """Apply a run to new data: codes, reconstructions or scores; or draw new samples."""
    from aecourse.project import applying
    from aecourse.project.run import Run as FinishedRun

    finished = FinishedRun.at(run)
    applying.check_target(output, data)
    answer = applying.apply(finished, task.value, source=data, count=count, seed=seed)
    applying.write(answer, output, data)
    counted = {"output": str(output), "samples": len(answer.table)}
    if task is Task.score:
        counted["abnormal"] = int(answer.table["abnormal"].sum())
    if json:
        as_json({**counted, "notes": answer.notes})
        return
    _print_notes(answer.notes)
    alarms = f", {counted['abnormal']:,} of them abnormal" if "abnormal" in counted else ""
    print(f"{output}: {counted['samples']:,} samples{alarms}")


def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    json: AsJson = False,
) -> None:
    """Put runs side by side: in which keys they differ, and what came out."""
    from aecourse.project import comparison
    from aecourse.project.run import Run as FinishedRun

    compared = comparison.compare([FinishedRun.at(run) for run in runs])
    if json:
        as_json(asdict(compared))
        return
    rows = [*compared.keys.items(), *compared.measures.items()]
    table(("", *compared.names), [(name, *map(_short, values)) for name, values in rows])
    for warning in compared.warnings:
        print(f"Note: {warning}")


def export(
    run: Run,
    output: Output,
    form: Annotated[Format, typer.Option("--format", help="Of the model.")] = Format.onnx,
    json: AsJson = False,
) -> None:
    """Write a run's model as ONNX or as a TensorFlow SavedModel, with what is needed to use it."""
    from aecourse.project import exporting
    from aecourse.project.run import Run as FinishedRun

    finished = FinishedRun.at(run)
    written = exporting.export(finished, form.value, output)
    if json:
        as_json({"model": str(written)})
    else:
        given = " and ".join(f"`{name}`" for name in exporting.outputs(finished.model))
        print(f"{written}: input `sample`, output {given}; see about.json")


def doctor(
    start: Annotated[
        bool, typer.Option("--start", help="Start Keras too, which takes seconds.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Say whether this machine is ready, what is missing, and how to mend it."""
    from aecourse.project import doctor as examination

    findings = list(examination.examine(Path.cwd(), start=start))
    missing = [finding for finding in findings if finding.verdict == "missing"]
    if json:
        as_json({"ready": not missing, "findings": [asdict(finding) for finding in findings]})
    else:
        table(("", "what", "found"), [(f.verdict, f.name, f.found) for f in findings])
        for finding in findings:
            if finding.remedy:
                print(f"{finding.name}: {finding.remedy}")
        print("This machine is ready." if not missing else "This machine is not ready.")
    if missing:
        raise typer.Exit(FAILED)


def _print_notes(notes: Any) -> None:
    from aecourse.project.results import brief

    for sentence in brief(notes):
        print(sentence)


def _print_metrics(metrics: dict[str, Any]) -> None:
    from aecourse.project.report import shown
    from aecourse.project.results import comparison_rows

    rows = comparison_rows(metrics)
    table(
        (f"on {metrics['part']}", "autoencoder", "PCA"),
        [(name, shown(ours), shown(simple)) for name, ours, simple in rows],
    )


def _short(value: Any) -> str:
    from aecourse.project.report import shown

    return shown(value)
