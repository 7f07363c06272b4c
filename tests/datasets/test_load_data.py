"""The three tiers: data folder, cache or download, stand-in."""

import dataclasses

import numpy as np
import pytest
from data_builders import mnist_files, sha256, write_data_folder, write_files

from aecourse import datasets
from aecourse.datasets import images, integrity, loading, registry
from aecourse.datasets.entry import RemoteFile
from aecourse.errors import DataError, InputError


def entry_at(homes: dict[str, str], files: dict[str, bytes]):
    """Return MNIST's entry with other files, at addresses of the test's own."""
    return dataclasses.replace(
        images.MNIST,
        files=tuple(
            RemoteFile(path, sha256(data), len(data), (homes[path],))
            for path, data in files.items()
        ),
    )


def served(server, files):
    return {path: server.give(f"/{path}", data) for path, data in files.items()}


def test_the_data_folder_comes_first_and_its_terms_win(data_folder):
    write_data_folder(data_folder, mnist=mnist_files())

    data = datasets.load("mnist")

    assert data.x_train.shape == (30, 28, 28)
    assert data.x_train.dtype == np.uint8
    assert data.y_train.dtype == np.int64
    assert data.class_names == tuple("0123456789")
    assert data.provenance.source == "data folder"
    assert data.provenance.complete
    assert data.provenance.licence == "the folder's licence"
    assert "the folder's note" in str(data.provenance)
    assert data.provenance.sha256["mnist/train-images-idx3-ubyte.gz"] == sha256(
        mnist_files()["mnist/train-images-idx3-ubyte.gz"]
    )


def test_no_path_of_this_machine_is_in_the_provenance(data_folder):
    write_data_folder(data_folder, mnist=mnist_files())
    data = datasets.load("mnist")

    assert str(data_folder) not in f"{data!r} {data.provenance} {data.provenance!r}"


def test_each_file_is_hashed_once_per_load(data_folder, monkeypatch):
    write_data_folder(data_folder, mnist=mnist_files())
    hashed = []
    real = integrity.sha256_of
    monkeypatch.setattr(integrity, "sha256_of", lambda path: hashed.append(path) or real(path))

    datasets.load("mnist")

    assert len(hashed) == len(set(hashed)) == 4


@pytest.mark.parametrize("damage", ["altered", "truncated", "empty", "missing"])
def test_a_damaged_file_in_the_data_folder_is_an_error_not_a_stand_in(data_folder, damage):
    files = mnist_files()
    write_data_folder(data_folder, mnist=files)
    name = "mnist/t10k-images-idx3-ubyte.gz"
    path, good = data_folder / name, files[name]
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"altered": b"x" + good[1:], "truncated": good[:50], "empty": b""}[damage])

    with pytest.raises(DataError) as caught:
        datasets.load("mnist")
    message = str(caught.value)
    assert str(path) in message
    assert "AECOURSE_DATA_DIR" in message
    if damage != "missing":
        assert sha256(good) in message
        assert sha256(path.read_bytes()) in message


def test_a_sound_file_of_the_wrong_kind_is_a_data_error(data_folder):
    files = mnist_files()
    files["mnist/train-labels-idx1-ubyte.gz"] = files["mnist/t10k-labels-idx1-ubyte.gz"]
    write_data_folder(data_folder, mnist=files)

    with pytest.raises(DataError, match="30 images and 10 labels"):
        datasets.load("mnist")


def test_a_manifest_that_lacks_a_file_of_the_set_is_a_data_error(data_folder):
    files = mnist_files()
    del files["mnist/train-labels-idx1-ubyte.gz"]
    write_data_folder(data_folder, mnist=files)

    with pytest.raises(DataError, match="train-labels"):
        datasets.load("mnist")


@pytest.mark.usefixtures("online")
def test_without_a_data_folder_it_is_downloaded_and_then_kept(server):
    files = mnist_files()
    entry = entry_at(served(server, files), files)

    first, second = loading.load_entry(entry), loading.load_entry(entry)

    assert first.provenance.source == "download"
    np.testing.assert_array_equal(first.x_train, second.x_train)
    assert set(server.requests.values()) == {1}


def test_what_was_downloaded_serves_offline(server, monkeypatch):
    files = mnist_files()
    entry = entry_at(served(server, files), files)
    monkeypatch.delenv("AECOURSE_OFFLINE")
    loading.load_entry(entry)
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    server.close()

    assert loading.load_entry(entry).provenance.source == "download"


def test_an_altered_file_in_the_cache_is_an_error_when_offline(server, tmp_path):
    files = mnist_files()
    entry = entry_at(served(server, files), files)
    write_files(tmp_path / "cache", {**files, "mnist/t10k-labels-idx1-ubyte.gz": b"altered"})

    with pytest.raises(DataError, match="t10k-labels") as caught:
        loading.load_entry(entry)
    assert "AECOURSE_OFFLINE" in str(caught.value)
    assert sum(server.requests.values()) == 0


@pytest.mark.usefixtures("online")
def test_without_network_a_stand_in_takes_its_place_and_says_so(dead_url, capsys):
    files = mnist_files()
    entry = entry_at(dict.fromkeys(files, dead_url), files)

    data = loading.load_entry(entry)

    assert data.provenance.is_stand_in
    assert "STAND-IN" in repr(data)
    assert str(data.provenance).startswith("Stand-in for MNIST")
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 1
    assert "mnist: using a stand-in" in printed[0]
    assert "no network" in printed[0]


@pytest.mark.usefixtures("online")
def test_a_home_that_answers_wrongly_is_an_error_not_a_stand_in(server):
    files = mnist_files()
    homes = served(server, dict.fromkeys(files, b"a login page"))

    with pytest.raises(DataError, match="gave another file"):
        loading.load_entry(entry_at(homes, files))


def test_offline_nothing_is_asked_of_the_network(server):
    files = mnist_files()

    data = loading.load_entry(entry_at(served(server, files), files))

    assert data.provenance.is_stand_in
    assert not server.requests


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(DataError, match="Did you mean 'fashion_mnist'"):
        datasets.load("fashion-mnist")


def test_an_unknown_name_far_from_all_lists_them():
    with pytest.raises(DataError, match=r"no data set 'zzz'\. Known: .*mnist"):
        datasets.load("zzz")


@pytest.mark.parametrize("options", [{"path": "somewhere"}, {"limit": 5}])
def test_the_options_of_celeba_are_refused_for_other_sets(options):
    with pytest.raises(InputError, match="celeba"):
        datasets.load("mnist", **options)


def test_find_says_where_to_get_a_set_by_hand(tmp_path):
    with pytest.raises(DataError) as caught:
        loading.find(images.CIFAR10)
    assert images.CIFAR10.home in str(caught.value)
    assert str(tmp_path / "cache" / "cifar10") in str(caught.value)


def test_a_description_has_licence_and_citation():
    text = datasets.describe("movielens")

    assert "GroupLens" in text
    assert "Harper" in text


def test_every_real_home_is_https_and_every_hash_is_whole():
    from aecourse.datasets.faces import LFW_ENTRY

    for entry in (*registry.entries().values(), LFW_ENTRY):
        for file in entry.files:
            assert file.urls
            assert all(url.startswith("https://") for url in file.urls)
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.path.startswith(f"{entry.manifest_key}/")


def test_every_entry_has_terms_a_citation_and_a_home():
    for entry in registry.entries().values():
        assert entry.title
        assert entry.licence
        assert entry.citation
        assert entry.home.startswith("http")


def test_importing_the_data_sets_leaves_tensorflow_and_pandas_alone():
    import subprocess
    import sys

    script = (
        "import sys, aecourse.datasets, aecourse.cli;"
        "heavy = {'tensorflow', 'keras', 'pandas', 'sklearn', 'scipy', 'matplotlib'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
