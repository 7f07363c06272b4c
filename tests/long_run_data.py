"""What the tests of the long runs share: stand-in data in place of real ones, and few of them."""

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aecourse import datasets, results


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every data set be a stand-in."""
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)


def records(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str) -> Callable[[], Any]:
    """Keep records in a folder; return what reads those of a name."""
    offline(monkeypatch)
    monkeypatch.setenv(results.VARIABLE, str(folder))
    return partial(results.read, folder / f"{name}.json")


def first(name: str, *, train: int, test: int) -> datasets.Dataset:
    """Return the first images of a data set and their labels."""
    data = datasets.load(name)
    return dataclasses.replace(
        data,
        x_train=data.x_train[:train],
        y_train=data.y_train[:train],
        x_test=data.x_test[:test],
        y_test=data.y_test[:test],
    )
