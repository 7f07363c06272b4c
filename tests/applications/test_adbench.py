"""The protocol of ADBench: what a detector sees, what is measured, what it stands beside."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from aecourse import datasets
from aecourse.applications import adbench
from aecourse.datasets import Provenance
from aecourse.errors import DataError


def table(name: str = "adbench/toy", rows: int = 200) -> datasets.Dataset:
    """Return rows that are abnormal where they lie far from 0, in two parts of unequal size."""
    rng = np.random.default_rng(0)
    y = (np.arange(rows) % 10 == 0).astype(np.int64)
    x = rng.normal(size=(rows, 3)) + 4 * y[:, None]
    cut = rows // 4
    return datasets.Dataset(
        name=name,
        x_train=x[cut:],
        y_train=y[cut:],
        x_test=x[:cut],
        y_test=y[:cut],
        class_names=("normal", "anomaly"),
        feature_names=("a", "b", "c"),
        provenance=Provenance("toy", "stand-in", False, "", "", "", {}),
    )


class Distance:
    """Scores by the distance from the mean of what was fitted."""

    def __init__(self, seen=None):
        self.seen = [] if seen is None else seen

    def fit(self, X):
        self.seen.append(X)
        self.centre = X.mean(axis=0)

    def decision_function(self, X):
        return np.linalg.norm(X - self.centre, axis=1)


def test_every_detector_runs_on_every_split_of_every_set():
    runs = adbench.compare(
        [table("adbench/one"), table("adbench/two")],
        {"distance": lambda seed: Distance(), "again": lambda seed: Distance()},
        seeds=[3, 4],
    )

    assert len(runs) == 8
    assert set(runs["dataset"]) == {"one", "two"}
    assert set(runs["seed"]) == {3, 4}
    assert (runs["auroc"] > 0.95).all()
    assert (runs["seconds"] >= 0).all()


def test_a_detector_is_given_its_seed():
    given = []

    def build(seed):
        given.append(seed)
        return Distance()

    adbench.compare([table()], {"distance": build}, seeds=(7, 9))

    assert given == [7, 9]


def test_a_split_keeps_all_rows_and_the_share_of_anomalies():
    data = table()

    x_train, x_test, y_test = adbench.split(data, 0)

    assert len(x_train) == 140
    assert len(x_test) == len(y_test) == 60
    assert y_test.mean() == pytest.approx(0.1)
    joined = np.concatenate([data.x_train, data.x_test])
    np.testing.assert_array_equal(
        np.sort(joined[:, 0]), np.sort(np.concatenate([x_train, x_test])[:, 0])
    )


def test_seeds_give_different_splits_and_a_seed_the_same_one():
    first, again, other = (adbench.split(table(), seed)[1] for seed in (0, 0, 1))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_a_detector_is_fitted_to_does_not_depend_on_the_test_part():
    data = table()
    x_train, x_test, _ = adbench.split(data, 0)
    poisoned = table()
    for part in (poisoned.x_train, poisoned.x_test):
        part[np.isin(part[:, 0], x_test[:, 0])] = 1e6
    seen = []

    adbench.compare([data, poisoned], {"distance": lambda seed: Distance(seen)}, seeds=[0])

    clean, spoiled = seen
    np.testing.assert_array_equal(clean, x_train)
    np.testing.assert_array_equal(spoiled, clean)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return a data folder with a published table of two sets, and how to write another one."""

    def write(text: str, listed: str | None = None) -> None:
        (tmp_path / "adbench").mkdir(exist_ok=True)
        (tmp_path / "adbench" / "published_AUCROC.csv").write_text(text)
        data = (listed or text).encode()
        file = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        section = {"format": "npz", "complete": False, "licence": "free", "note": ""}
        section["files"] = {"adbench/published_AUCROC.csv": file}
        document = {"version": 1, "datasets": {"adbench": section}}
        (tmp_path / "MANIFEST.json").write_text(json.dumps(document))

    monkeypatch.setenv("AECOURSE_DATA_DIR", str(tmp_path))
    write("dataset,PCA,DAGMM\nOne,90,\nother,50,60\n")
    return write


def test_the_published_table_is_read_from_the_data_folder(folder):
    found = adbench.published()

    assert found.loc["one", "PCA"] == 90
    assert np.isnan(found.loc["one", "DAGMM"])


def test_there_is_no_published_table_without_a_data_folder(monkeypatch):
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)

    assert adbench.published() is None


def test_there_is_no_published_table_where_the_folder_lacks_it(folder):
    assert adbench.published("AUCPR") is None


def test_an_altered_published_table_is_refused(folder):
    folder("dataset,PCA\none,99\n", listed="dataset,PCA\none,90\n")

    with pytest.raises(DataError, match="published_AUCROC"):
        adbench.published()


def test_a_published_table_without_names_is_refused(folder):
    folder("PCA\n90\n")

    with pytest.raises(DataError, match="lacks the column 'dataset'"):
        adbench.published()


def test_means_stand_beside_the_published_numbers_and_sets_without_one_do_not_count(folder):
    runs = pd.DataFrame(
        [
            adbench.Run("one", "ours", 0, 0.8, 0.1, 1.0),
            adbench.Run("one", "ours", 1, 0.9, 0.1, 1.0),
            adbench.Run("new", "ours", 0, 0.2, 0.1, 1.0),
        ]
    )

    joined = adbench.beside_published(runs, adbench.published())

    assert joined.loc["one", "ours"] == pytest.approx(85)
    assert joined.loc["one", "PCA (published)"] == 90
    assert np.isnan(joined.loc["new", "PCA (published)"])
    assert joined.loc["mean", "ours"] == pytest.approx(85)
