"""The real data, where a folder with it is there: shapes, counts and known facts."""

import numpy as np
import pytest

from aecourse import datasets

pytestmark = pytest.mark.usefixtures("real_data_dir")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_mnists_are_complete(name):
    data = datasets.load(name)

    assert data.x_train.shape == (60_000, 28, 28)
    assert data.x_test.shape == (10_000, 28, 28)
    assert data.provenance.complete
    assert len(data.provenance.sha256) == 4


def test_the_first_digit_of_mnist_is_a_five_and_the_mean_is_known():
    data = datasets.load("mnist")

    assert data.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)


def test_cifar10_has_every_class():
    data = datasets.load("cifar10")

    assert data.x_train.shape[1:] == (32, 32, 3)
    assert np.bincount(data.y_train).tolist() == [len(data.y_train) // 10] * 10


def test_olivetti_has_forty_people():
    data = datasets.load("olivetti_faces")

    assert len(data.x_train) == 320
    assert np.bincount(data.y_test).tolist() == [2] * 40


def test_imdb_is_balanced_in_every_slice():
    data = datasets.load("imdb")

    assert len(data.x_train) == len(data.x_test) == 25_000
    assert data.y_train[:2_000].mean() == pytest.approx(0.5, abs=0.05)


def test_newsgroups_have_the_published_numbers_of_posts():
    data = datasets.load("newsgroups20")

    assert len(data.x_train) == 11_314
    assert len(data.x_test) == 7_532
    assert len(np.unique(data.y_train)) == 20


def test_movielens_has_the_published_numbers():
    data = datasets.load("movielens")

    assert len(data.ratings) == 100_836
    assert data.ratings.userId.nunique() == 610
    assert len(data.movies) == 9_742
    assert len(data.x_train) + len(data.x_test) == 100_836


def test_transactions_have_29_columns_and_no_row_on_both_sides():
    data = datasets.load("creditcard")

    assert data.x_train.shape[1] == 29
    assert data.y_train.sum() + data.y_test.sum() == 300
    assert not {row.tobytes() for row in data.x_train} & {row.tobytes() for row in data.x_test}


@pytest.mark.parametrize(
    ("name", "rows", "anomalies"),
    [("cardio", 1831, 176), ("breastw", 683, 239), ("thyroid", 3772, 93), ("wdbc", 367, 10)],
)
def test_adbench_sets_have_the_published_numbers(name, rows, anomalies):
    data = datasets.load(f"adbench/{name}")
    y = np.concatenate([data.y_train, data.y_test])

    assert len(y) == rows
    assert y.sum() == anomalies
    assert data.y_test.sum() / anomalies == pytest.approx(0.3, abs=0.06)


def test_the_published_hashes_are_those_of_the_folder_where_files_are_the_same(real_data_dir):
    from aecourse.datasets import manifest, registry

    listed = {
        path: file.sha256
        for section in manifest.read(real_data_dir).values()
        for path, file in section.files.items()
    }
    shared = [
        (file, listed[file.path])
        for entry in registry.entries().values()
        for file in entry.files
        if file.path in listed
    ]

    assert all(file.sha256 == sha256 for file, sha256 in shared)
