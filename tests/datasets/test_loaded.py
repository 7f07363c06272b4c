"""The package remembers what was loaded, so that a notebook's outputs can name their data."""

import pytest

from aecourse import datasets


def test_each_data_set_loaded_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)
    monkeypatch.setattr(datasets, "_loaded", [])
    first = datasets.load("mnist")
    datasets.load("mnist")
    assert datasets.loaded() == [first.provenance]
