"""How long it takes from ``aecourse init`` to the scores of a large table: four commands.

The table has normal rows that lie near a curved surface of five dimensions, one in a hundred of
them spoilt, two columns of texts, a date, and gaps.

    python benchmarks/project_from_start_to_scores.py [--results FOLDER] [--rows N] [--columns N]

It prints one JSON object with the seconds of each command, and with ``--results book/results``
keeps their sum for the book in ``09_figures.json``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from aecourse import results

CHAPTER = "09_figures"


def table(rows: int, columns: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    numeric = columns - 3
    hidden = rng.normal(size=(rows, 5))
    x = np.tanh(hidden @ rng.normal(size=(5, 16))) @ rng.normal(size=(16, numeric))
    x = x + 0.1 * rng.normal(size=x.shape)
    odd = rng.random(rows) < 0.01
    x[odd] = np.take_along_axis(x[odd], rng.permuted(np.tile(np.arange(numeric), (odd.sum(), 1)),
                                                     axis=1), axis=1)  # fmt: skip
    x[rng.random(x.shape) < 0.01] = np.nan
    frame = pd.DataFrame(x, columns=[f"value_{number}" for number in range(1, numeric + 1)])
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, rows), unit="D")
    return frame.assign(
        date=day.strftime("%Y-%m-%d"),
        channel=rng.choice(["shop", "web", "phone"], rows),
        region=rng.choice([f"region {number}" for number in range(12)], rows),
        label=np.where(odd, "odd", "usual"),
    )


def main(given: argparse.Namespace) -> None:
    rows, columns = given.rows, given.columns
    with tempfile.TemporaryDirectory() as folder:
        data, home = Path(folder) / "table.csv", Path(folder) / "project"
        table(rows, columns).to_csv(data, index=False)
        run, scores = home / "runs" / "first", Path(folder) / "scores.csv"
        commands = {
            "init": ["init", home, "--data", data, "--label", "label", "--normal", "usual"],
            "train": ["train", home / "config.yml"],
            "evaluate": ["evaluate", run],
            "apply": ["apply", run, data, "--task", "score", "-o", scores],
        }
        seconds = {}
        for name, arguments in commands.items():
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "aecourse.cli", *map(str, arguments)],
                check=True,
                stdout=sys.stderr,
            )
            seconds[name] = round(time.perf_counter() - began, 1)
        result = {
            "rows": rows,
            "columns": columns,
            "scored": len(pd.read_csv(scores)),
            "seconds": seconds,
            "together": round(sum(seconds.values()), 1),
            "metrics": json.loads((run / "metrics.json").read_text(encoding="utf-8")),
        }
    print(json.dumps(result, indent=1))
    if given.results is not None:
        os.environ[results.VARIABLE] = str(given.results)
        results.record(
            CHAPTER,
            "init_to_scores_seconds",
            sum(seconds.values()),
            unit="s",
            dataset=f"A made table of {rows:,} rows and {columns} columns.",
            target=120,
            note="From aecourse init to the file of scores, four commands, one run, on "
            f"{os.cpu_count()} cores.",
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=30)
    main(parser.parse_args())
