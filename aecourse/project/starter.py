"""A new project: a configuration with every key explained, a notebook, a README, example data."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aecourse.errors import InputError
from aecourse.project import configuration, reference, yaml_lines
from aecourse.project.run_directory import CONFIG, whole_folder
from aecourse.project.schema import TABLES
from aecourse.project.sections import Kind

EXAMPLE = "example.csv"
EXAMPLE_ROWS = 2_000
# Bytes of a table that has rows enough for large steps, which are faster and less noisy.
LARGE = 5_000_000
NETWORKS = {"table": "dense", "images": "convolutional"}

README = """\
# {title}

A project of `aecourse`: an autoencoder on your own data.

```bash
aecourse doctor                      # is this machine ready?
aecourse train config.yml            # writes runs/{name}: open report.html in it
aecourse evaluate runs/{name}
{apply}
aecourse compare runs/{name} runs/second
aecourse export runs/{name} --format onnx -o exported
```

`config.yml` holds every setting with a line that explains it; `aecourse keys WORD` looks a key up.
Give each try its own `name`. A training that is broken off, even by a power cut, goes on where it
was with the same command.

To try many settings, copy `config.yml` to `sweep.yml`, give it the name `swept`, and say there
which (`aecourse keys sweep` explains the keys):

```yaml
{sweep}```

Then `aecourse sweep sweep.yml --workers 2` tries them, measured on the validation part, and the
best becomes `runs/swept`. The same command elsewhere adds a worker, and goes on where a sweep was
broken off.

| file | what it is |
|---|---|
| `config.yml` | all settings |
| `explore.ipynb` | a notebook that reads a run and draws from it |
| `runs/NAME/report.html` | what came out, on one page |
| `runs/NAME/metrics.json` | the same for programs |
{example}"""

SWEEP = """\
sweep:
  trials: 20
  parameters:
    training.learning_rate: {low: 0.0003, high: 0.01, log: true}
    network.code_size: {choices: [2, 4, 8]}
"""

EXAMPLE_NOTE = """\

`{file}` is made up, to have something to begin with: {rows:,} sales with an amount, a number of
items, a discount, a channel, a date, and gaps. In `label`, one in fifty is called `odd`: its amount
does not go with its items. Put your own file in its place and set `data.path`.
"""


def init(
    folder: Path,
    *,
    data: Path | None = None,
    kind: Kind | None = None,
    label: str | None = None,
    normal: str | None = None,
) -> list[Path]:
    """Write a project into a new folder, and return its files.

    Parameters
    ----------
    folder
        To be made; it may be there and empty.
    data
        The data to work on; without one an example is written.
    kind
        What the data is; ``None`` takes a folder for images and a file for a table.
    label, normal
        The column with labels, and the label of normal samples.

    Raises
    ------
    InputError
        If the folder has something in it, or the data is not there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import starter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(*(file.name for file in starter.init(Path(folder, "sales"))))
    .gitignore README.md config.yml example.csv explore.ipynb
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty; give the name of a new folder.")
    if data is not None and not data.exists():
        raise InputError(f"there is no file or folder {data}; check the name given with --data.")
    if normal is not None and label is None:
        raise InputError("--normal needs --label: the column that holds the labels.")
    chosen = kind or _kind(data)
    values = _values(folder, data, chosen, label, normal)
    with whole_folder(folder) as new:
        (new / CONFIG).write_text(reference.commented(values), encoding="utf-8")
        (new / "README.md").write_text(_readme(folder, values, data), encoding="utf-8")
        (new / "explore.ipynb").write_text(_notebook(values), encoding="utf-8")
        (new / ".gitignore").write_text("runs/\nsweeps/\n", encoding="utf-8")
        if data is None:
            (new / EXAMPLE).write_text("\n".join(_example()) + "\n", encoding="utf-8")
    return sorted(folder.iterdir())


def _kind(data: Path | None) -> Kind:
    return "images" if data is not None and data.is_dir() else "table"


def _values(
    folder: Path, data: Path | None, kind: Kind, label: str | None, normal: str | None
) -> dict[str, Any]:
    """Return the whole configuration of a new project."""
    path = EXAMPLE if data is None else _seen_from(folder, data)
    usual = None if normal is None else yaml_lines.scalar(normal)
    section: dict[str, Any] = {"path": path, "kind": kind, "label": label, "normal": usual}
    if data is None:
        section |= {"label": "label", "normal": "usual"}
    elif kind == "table" and not data.name.lower().endswith(TABLES):
        raise InputError(
            f"{data} has an ending that is not known; tables are {', '.join(TABLES)}, and images "
            "lie in a folder."
        )
    content: dict[str, Any] = {"data": section, "network": {"kind": NETWORKS[kind]}}
    if data is None:
        content["preprocessing"] = {"ignore": ["sale"]}
        content["network"] |= {"code_size": 4}
        content["training"] = {"batch_size": 32}
    elif kind == "table" and data.stat().st_size > LARGE:
        content["training"] = {"batch_size": 512, "learning_rate": 0.003}
    config = configuration.validated(content)
    return configuration.resolved(config)


def _seen_from(folder: Path, data: Path) -> str:
    """Return the way from the project to the data, or the whole path if they lie far apart."""
    try:
        way = Path(os.path.relpath(data.resolve(), folder.resolve()))
    except ValueError:  # on another drive
        return data.resolve().as_posix()
    return (data.resolve() if way.parts.count("..") > 2 else way).as_posix()


def _readme(folder: Path, values: dict[str, Any], data: Path | None) -> str:
    name, path = values["name"], values["data"]["path"]
    tasks = {
        "table": f"aecourse apply runs/{name} {path} --task score -o scores.csv",
        "images": f"aecourse apply runs/{name} {path} --task embed -o codes.csv",
    }
    note = EXAMPLE_NOTE.format(file=EXAMPLE, rows=EXAMPLE_ROWS) if data is None else ""
    return README.format(
        title=folder.resolve().name,
        name=name,
        apply=tasks[values["data"]["kind"]],
        sweep=SWEEP,
        example=note,
    )


def _notebook(values: dict[str, Any]) -> str:
    """Return a notebook that reads a run, shows its numbers and draws its codes."""
    name = values["name"]
    cells = [
        ("markdown", "# Explore a run\n\nTrain first: `aecourse train config.yml`."),
        (
            "code",
            "from pathlib import Path\n\n"
            "from aecourse.project import applying\n"
            "from aecourse.project.run import Run\n\n"
            f'run = Run.at(Path("runs/{name}"))\n'
            "run.metrics",
        ),
        (
            "code",
            "data = Path(run.config.data.path)\n"
            'codes = applying.apply(run, "embed", source=data).table\n'
            "codes.head()",
        ),
        (
            "code",
            'scores = applying.apply(run, "score", source=data).table\n'
            'scores.sort_values("score", ascending=False).head(10)',
        ),
        (
            "code",
            "from aecourse import plots\n\n"
            'plots.histogram_by_group({"all samples": scores["score"]}, xlabel="score",\n'
            '                         threshold=run.scorer.threshold, title="How abnormal")',
        ),
    ]
    content = {
        "cells": [_cell(kind, text, number) for number, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1) + "\n"


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def _example() -> Iterator[str]:
    """Yield the lines of a table to begin with, the same each time."""
    rng = random.Random(0)
    yield "sale,date,channel,items,amount,discount,weight,label"
    for number in range(1, EXAMPLE_ROWS + 1):
        odd = rng.random() < 0.02
        items = 1 + int(rng.expovariate(0.4))
        amount = items * rng.gauss(20, 2)
        weight = items * rng.gauss(0.5, 0.05)
        if odd:
            amount *= rng.choice([0.1, 6.0])
        discount = "" if rng.random() < 0.05 else f"{rng.choice([0, 5, 10]):d}"
        channel = rng.choice(["shop", "web", "web", "phone"])
        date = f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        numbers = f"{items},{amount:.2f},{discount},{weight:.3f}"
        yield f"S{number:05d},{date},{channel},{numbers},{'odd' if odd else 'usual'}"
