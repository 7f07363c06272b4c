"""What the long runs of all chapters share: real data in, numbers with their circumstances out."""

import os
from typing import Any

from aecourse import datasets, training
from aecourse.errors import DataError
from aecourse.results import record


def loaded(name: str) -> datasets.Dataset:
    """Return real data; refuse a stand-in."""
    data = datasets.load(name)
    if data.provenance.is_stand_in:
        raise DataError(f"{name} is a stand-in; set AECOURSE_DATA_DIR to a folder with the data.")
    return data


def keep(chapter: str, key: str, value: Any, **facts: Any) -> None:
    """Record one number, or one a seed, and show it."""
    mean = record(chapter, key, value, **facts)
    print(f"{key:40} {mean:.5g}   {facts.get('note', '')}", flush=True)


def ran(history: training.History, items: int, seed: int, unit: str = "images") -> str:
    """Say how long a run on so many items was."""
    cores = len(os.sched_getaffinity(0))
    return (
        f"seed {seed}, {len(history.epochs)} epochs of {items:,} {unit} "
        f"in {history.seconds:.0f} s on {cores} core{'s' * (cores > 1)}"
    )
