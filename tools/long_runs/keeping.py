"""What the long runs of all chapters share: real data in, numbers with their circumstances out."""

import os
import re
from typing import Any

import pandas as pd

from aecourse import datasets, training
from aecourse.backend import keras
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


def keep_accuracies(
    chapter: str, where: str, table: pd.DataFrame, data: datasets.Dataset, note: str
) -> None:
    """Record the accuracy of each classifier on each kind of features, one value a draw."""
    for (features, classifier), part in table.groupby(["features", "classifier"], sort=False):
        first = part.iloc[0]
        keep(
            chapter,
            f"{where}_{slug(features)}_{slug(classifier)}",
            part["accuracy"].tolist(),
            unit="1",
            dataset=data.provenance,
            seeds=part["repetition"].tolist(),
            note=f"Test images; {first['extractor']}; {first['setting']}; {note}.",
        )


def slug(name: str) -> str:
    """Return a name as a part of a key."""
    return re.sub("[^a-z0-9]+", "_", name.lower())


def ran(history: training.History, items: int, seed: int, unit: str = "images") -> str:
    """Say how long a run on so many items was."""
    return (
        f"seed {seed}, {len(history.epochs)} epochs of {items:,} {unit} "
        f"in {history.seconds:.0f} s on {machine()}"
    )


def machine() -> str:
    """Say what a run can use: processor cores, and an accelerator if Keras has found one."""
    cores = len(os.sched_getaffinity(0))
    # On torch Keras has no list of devices.
    devices = [] if keras.backend.backend() == "torch" else keras.distribution.list_devices()
    accelerated = any(not device.startswith("cpu") for device in devices)
    return f"{cores} core{'s' * (cores > 1)}" + " and an accelerator" * accelerated
