"""Each data set in each of its formats, written small."""

import io

import numpy as np
import pytest
from data_builders import mnist_files, npz, sha256, tar, write_data_folder, zipped

from aecourse import datasets
from aecourse.errors import DataError


def load(data_folder, name, files, key=None):
    write_data_folder(data_folder, **{key or name: files})
    data = datasets.load(name)
    assert data.provenance.source == "data folder"
    return data


def test_fashion_mnist_has_its_own_classes(data_folder):
    data = load(data_folder, "fashion_mnist", mnist_files("fashion_mnist"))

    assert data.class_names[9] == "Ankle boot"


def cifar10_batch(label, red, green, blue):
    return bytes([label, *[red] * 1024, *[green] * 1024, *[blue] * 1024])


def test_cifar10_is_read_from_the_public_binary_archive(data_folder):
    folder = "cifar-10-batches-bin"
    members = {f"{folder}/data_batch_{k}.bin": cifar10_batch(k, k, 20, 30) for k in range(1, 6)}
    members |= {f"{folder}/test_batch.bin": cifar10_batch(9, 1, 2, 3), f"{folder}/readme": b"!"}

    data = load(data_folder, "cifar10", {"cifar10/cifar-10-binary.tar.gz": tar(members)})

    assert data.x_train.shape == (5, 32, 32, 3)
    assert data.x_train[2, 5, 7].tolist() == [3, 20, 30]
    assert data.y_train.tolist() == [1, 2, 3, 4, 5]
    assert data.y_test.tolist() == [9]


def test_cifar10_is_read_from_npz_and_its_labels_flattened(data_folder):
    x, y = np.zeros((4, 32, 32, 3), np.uint8), np.arange(4, dtype=np.uint8).reshape(4, 1)
    data = load(
        data_folder,
        "cifar10",
        {"cifar10/cifar10.npz": npz(x_train=x, y_train=y, x_test=x, y_test=y)},
    )

    assert data.y_train.tolist() == [0, 1, 2, 3]
    assert data.y_train.dtype == np.int64


@pytest.mark.parametrize(
    "files",
    [
        {"cifar10/cifar-10-binary.tar.gz": tar({"a/readme": b"!"})},
        {"cifar10/cifar-10-binary.tar.gz": tar({"a/data_batch_1.bin": b"12"})},
        {"cifar10/cifar10.npz": npz(x_train=np.zeros(3))},
        {"cifar10/cifar10.npz": b"not a zip file"},
        {"cifar10/cifar10.npz": b""},
    ],
)
def test_a_cifar10_file_with_other_contents_is_a_data_error(data_folder, files):
    with pytest.raises(DataError, match=r"cifar-?10"):
        load(data_folder, "cifar10", files)


def test_a_pickle_inside_an_npz_is_never_loaded(data_folder, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    arrays = {
        name: np.array([Bomb()], dtype=object)
        for name in ("x_train", "y_train", "x_test", "y_test")
    }
    stream = io.BytesIO()
    np.savez(stream, **arrays)

    with pytest.raises(DataError, match="pickle"):
        load(data_folder, "cifar10", {"cifar10/cifar10.npz": stream.getvalue()})
    assert not (tmp_path / "exploded").exists()


def test_olivetti_in_matlab_form_equals_its_npz(data_folder):
    from scipy.io import savemat

    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (400, 64, 64), dtype=np.uint8)
    stream = io.BytesIO()
    savemat(stream, {"faces": x.transpose(0, 2, 1).reshape(400, 4096).T})
    matlab = load(data_folder, "olivetti_faces", {"olivetti_faces/a.mat": stream.getvalue()})
    packed = {"olivetti_faces/a.npz": npz(x=x, y=(np.arange(400) // 10).astype(np.uint8))}
    arrays = load(data_folder, "olivetti_faces", packed)

    np.testing.assert_array_equal(matlab.x_train, arrays.x_train)
    np.testing.assert_array_equal(matlab.y_test, arrays.y_test)
    np.testing.assert_array_equal(matlab.x_train[8], x[10])


def test_each_person_of_olivetti_is_on_both_sides(data_folder):
    x = np.zeros((400, 64, 64), np.uint8)
    files = {"olivetti_faces/a.npz": npz(x=x, y=np.arange(400) // 10)}
    data = load(data_folder, "olivetti_faces", files)

    assert np.bincount(data.y_train).tolist() == [8] * 40
    assert np.bincount(data.y_test).tolist() == [2] * 40


@pytest.mark.parametrize("data", [b"not matlab", npz(x=np.zeros((3, 3)))])
def test_a_broken_olivetti_file_is_a_data_error(data_folder, data):
    name = "olivetti_faces/a.npz" if data[:2] == b"PK" else "olivetti_faces/a.mat"

    with pytest.raises(DataError, match="olivetti_faces"):
        load(data_folder, "olivetti_faces", {name: data})


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_imdb_takes_the_labelled_reviews_only(data_folder, mode):
    members = {
        "aclImdb/train/pos/0_9.txt": "très bien".encode(),
        "aclImdb/train/neg/0_2.txt": b"bad",
        "aclImdb/train/unsup/0_0.txt": b"unlabelled",
        "aclImdb/test/pos/1_8.txt": b"fine",
        "aclImdb/test/neg/1_1.txt": b"awful",
        "aclImdb/README": b"read me",
    }
    data = load(data_folder, "imdb", {"imdb/a.tar": tar(members, mode)})

    assert dict(zip(data.x_train, data.y_train.tolist(), strict=True)) == {"très bien": 1, "bad": 0}
    assert dict(zip(data.x_test, data.y_test.tolist(), strict=True)) == {"fine": 1, "awful": 0}
    assert data.x_train.dtype == object


def test_newsgroups_keep_the_split_by_date(data_folder):
    members = {
        "20news-bydate-train/sci.space/1": b"to the moon \xe9",
        "20news-bydate-test/alt.atheism/2": b"why",
    }
    data = load(data_folder, "newsgroups20", {"newsgroups20/a.tar.gz": tar(members)})

    assert data.x_train.tolist() == ["to the moon é"]
    assert data.class_names[data.y_train[0]] == "sci.space"
    assert data.x_test.tolist() == ["why"]


@pytest.mark.parametrize("name", ["imdb", "newsgroups20"])
def test_an_archive_without_texts_is_a_data_error(data_folder, name):
    with pytest.raises(DataError, match="no texts"):
        load(data_folder, name, {f"{name}/a.tar.gz": tar({"a/b.txt": b"x"})})


RATINGS = (
    b"userId,movieId,rating,timestamp\n1,10,4.0,100\n1,20,2.5,300\n1,30,5.0,200\n2,10,3.0,50\n"
)
MOVIES = b"movieId,title,genres\n10,Ten (1979),Comedy\n20,Twenty,Drama\n30,Thirty,Drama|War\n"
OPEN = {"movielens/m/ratings.csv": RATINGS, "movielens/m/movies.csv": MOVIES}
PACKED = {"movielens/a.zip": zipped({"m/ratings.csv": RATINGS, "m/movies.csv": MOVIES})}


@pytest.mark.parametrize("files", [OPEN, PACKED], ids=["open", "zip"])
def test_movielens_is_read_open_and_packed(data_folder, files):
    data = load(data_folder, "movielens", files)

    assert isinstance(data, datasets.RatingsDataset)
    assert list(data.ratings.columns) == ["userId", "movieId", "rating", "timestamp"]
    assert data.movies.title.tolist() == ["Ten (1979)", "Twenty", "Thirty"]
    assert data.x_test.tolist() == [[1, 20]]  # the latest of user 1; user 2 has only one rating
    assert data.y_test.tolist() == [2.5]
    assert len(data.x_train) == 3


@pytest.mark.parametrize(
    "files",
    [
        {**OPEN, "movielens/m/ratings.csv": b"user,movie\n1,2\n"},
        {**OPEN, "movielens/m/ratings.csv": b""},
        {**OPEN, "movielens/m/ratings.csv": RATINGS + b"3,,4.0,5\n"},
        {"movielens/a.zip": zipped({"m/ratings.csv": RATINGS})},
        {"movielens/a.zip": b"not a zip"},
    ],
)
def test_a_broken_movielens_file_is_a_data_error(data_folder, files):
    with pytest.raises(DataError, match="movielens"):
        load(data_folder, "movielens", files)


def cards(first, columns):
    rng = np.random.default_rng(0)
    lines = [f"{first}," + ",".join(columns)]
    for k in range(40):
        values = rng.normal(size=len(columns) - 1).round(6)
        lines.append(f"{k}," + ",".join(map(str, values)) + f",{int(k % 4 == 0)}")
    return "\n".join(lines).encode()


CARD_COLUMNS = [*(f"V{k}" for k in range(1, 29)), "Amount", "Class"]


def test_the_full_credit_card_file_and_a_subset_give_the_same_columns(data_folder):
    full = load(data_folder, "creditcard", {"creditcard/a.csv": cards("Time", CARD_COLUMNS)})
    subset = load(data_folder, "creditcard", {"creditcard/a.csv": cards("", CARD_COLUMNS)})

    assert full.feature_names == subset.feature_names == tuple(CARD_COLUMNS[:-1])
    np.testing.assert_array_equal(full.x_train, subset.x_train)
    assert full.x_train.dtype == np.float64
    assert full.class_names == ("normal", "fraud")
    assert full.y_train.sum() == 7
    assert full.y_test.sum() == 3


def test_a_credit_card_file_without_a_column_names_it(data_folder):
    columns = [name for name in CARD_COLUMNS if name != "V7"]

    with pytest.raises(DataError, match="V7"):
        load(data_folder, "creditcard", {"creditcard/a.csv": cards("Time", columns)})


def adbench_file(**changes):
    rng = np.random.default_rng(0)
    arrays = {"X": rng.normal(size=(50, 3)), "y": (np.arange(50) < 10).astype(int), **changes}
    return npz(**arrays)


def test_an_adbench_set_is_found_by_its_name_without_number_and_capitals(data_folder):
    files = {"adbench/6_cardio.npz": adbench_file(), "adbench/43_WDBC.npz": adbench_file()}
    data = load(data_folder, "adbench/wdbc", files, key="adbench")

    assert data.x_train.shape == (35, 3)
    assert data.feature_names == ("feature 1", "feature 2", "feature 3")
    assert list(data.provenance.sha256) == ["adbench/43_WDBC.npz"]


def test_further_adbench_sets_of_the_data_folder_are_known(data_folder):
    files = {"adbench/25_musk.npz": adbench_file(), "adbench/LICENSE.ADBench": b"BSD"}
    data = load(data_folder, "adbench/musk", files, key="adbench")

    assert data.provenance.source == "data folder"
    assert "adbench/musk" in datasets.adbench_names()
    assert len(datasets.adbench_names()) == 13


@pytest.mark.parametrize(
    "changes",
    [
        {"X": np.full((50, 3), np.nan)},
        {"X": np.zeros(50)},
        {"X": np.zeros((49, 3))},
        {"y": np.arange(50)},
        {"y": np.zeros(50)},
    ],
)
def test_an_adbench_file_with_odd_contents_is_a_data_error(data_folder, changes):
    with pytest.raises(DataError, match="cardio"):
        load(
            data_folder,
            "adbench/cardio",
            {"adbench/6_cardio.npz": adbench_file(**changes)},
            "adbench",
        )


def test_an_adbench_file_without_its_keys_is_a_data_error(data_folder):
    with pytest.raises(DataError, match="adbench/cardio"):
        load(data_folder, "adbench/cardio", {"adbench/6_cardio.npz": npz(a=np.zeros(3))}, "adbench")


def test_the_hash_in_the_provenance_is_the_files_own(data_folder):
    data = load(data_folder, "movielens", PACKED)

    assert data.provenance.sha256 == {"movielens/a.zip": sha256(PACKED["movielens/a.zip"])}


def test_pictures_and_labels_that_do_not_belong_together_are_data_errors(data_folder):
    x, y = np.zeros((4, 32, 32, 3), np.uint8), np.arange(4)
    good = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    for changes, message in (
        ({"x_train": x[:, :9]}, "images are"),
        ({"x_test": x.astype(float)}, "images are"),
        ({"y_train": y[:3]}, "do not match"),
        ({"x_test": x[:0], "y_test": y[:0]}, "do not match"),
        ({"y_test": y + 9}, "labels go up to 12"),
    ):
        with pytest.raises(DataError, match=message):
            load(data_folder, "cifar10", {"cifar10/cifar10.npz": npz(**{**good, **changes})})
