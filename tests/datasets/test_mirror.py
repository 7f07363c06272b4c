import errno
import json
import os

import pytest
from data_builders import mnist_files, npz, write_data_folder

from aecourse import datasets
from aecourse.datasets import manifest, mirror, registry
from aecourse.errors import DataError


@pytest.fixture
def origin(data_folder):
    import numpy as np

    arrays = npz(X=np.random.default_rng(0).normal(size=(30, 2)), y=np.arange(30) % 5 == 0)
    write_data_folder(
        data_folder,
        mnist=mnist_files(),
        fashion_mnist=mnist_files("fashion_mnist"),
        adbench={
            "adbench/6_cardio.npz": arrays,
            "adbench/43_WDBC.npz": arrays,
            "adbench/LICENSE.ADBench": b"BSD",
        },
    )
    return data_folder


def names_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_a_mirror_serves_as_a_data_folder(origin, tmp_path, monkeypatch):
    original = datasets.load("mnist")
    mirror.mirror(registry.find("mnist"), tmp_path / "copy")
    monkeypatch.setenv("AECOURSE_DATA_DIR", str(tmp_path / "copy"))

    copy = datasets.load("mnist")

    assert (copy.x_train == original.x_train).all()
    assert copy.provenance == original.provenance


def test_a_mirror_is_added_to_and_keeps_what_it_had(origin, tmp_path):
    target = tmp_path / "copy"
    mirror.mirror(registry.find("mnist"), target)
    mirror.mirror(registry.find("adbench/cardio"), target)
    mirror.mirror(registry.find("adbench/wdbc"), target)

    sections = manifest.read(target)
    assert set(sections) == {"mnist", "adbench"}
    assert set(sections["adbench"].files) == {
        "adbench/6_cardio.npz",
        "adbench/43_WDBC.npz",
        "adbench/LICENSE.ADBench",
    }
    assert not [name for name in names_below(target) if "part" in name]


def test_what_is_there_already_is_not_copied_again(origin, tmp_path):
    entry = registry.find("mnist")

    assert len(mirror.mirror(entry, tmp_path / "copy")) == 4
    assert mirror.mirror(entry, tmp_path / "copy") == []


def test_a_stand_in_is_never_handed_out(tmp_path):
    with pytest.raises(DataError, match="not on this machine"):
        mirror.mirror(registry.find("mnist"), tmp_path / "copy")
    assert not (tmp_path / "copy" / "MANIFEST.json").exists()


def test_a_full_disk_leaves_the_mirror_as_it_was(origin, tmp_path, monkeypatch):
    target = tmp_path / "copy"
    mirror.mirror(registry.find("mnist"), target)
    before = (target / "MANIFEST.json").read_bytes(), names_below(target)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(mirror.os, "fsync", full)
    with pytest.raises(DataError, match="Make room"):
        mirror.mirror(registry.find("fashion_mnist"), target)

    assert ((target / "MANIFEST.json").read_bytes(), names_below(target)) == before


def test_a_mirror_with_a_broken_manifest_is_not_overwritten(origin, tmp_path):
    target = tmp_path / "copy"
    target.mkdir()
    (target / "MANIFEST.json").write_text("{")

    with pytest.raises(DataError, match="not valid JSON"):
        mirror.mirror(registry.find("mnist"), target)
    assert (target / "MANIFEST.json").read_text() == "{"


def test_verify_tells_sound_altered_missing_and_unlisted_files_apart(origin):
    (origin / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"altered")
    (origin / "mnist" / "t10k-images-idx3-ubyte.gz").unlink()
    (origin / "notes.txt").write_text("mine")

    verdicts = {c.file: c.verdict for c in mirror.verify(registry.entries().values())}

    assert verdicts["mnist/t10k-labels-idx1-ubyte.gz"] == "altered"
    assert verdicts["mnist/t10k-images-idx3-ubyte.gz"] == "missing"
    assert verdicts["notes.txt"] == "unlisted"
    assert verdicts["mnist/train-images-idx3-ubyte.gz"] == "ok"


def test_verify_hashes_the_cache_too(tmp_path):
    path = tmp_path / "cache" / "mnist" / "train-labels-idx1-ubyte.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"altered")

    (one,) = mirror.verify(registry.entries().values())

    assert (one.place, one.verdict, one.is_sound) == ("cache", "altered", False)


def test_the_manifest_of_a_mirror_has_the_form_of_the_original(origin, tmp_path):
    mirror.mirror(registry.find("mnist"), tmp_path / "copy")
    ours = json.loads((tmp_path / "copy" / "MANIFEST.json").read_text())
    theirs = json.loads((origin / "MANIFEST.json").read_text())

    assert ours["datasets"]["mnist"].keys() == theirs["datasets"]["mnist"].keys()
    assert ours["datasets"]["mnist"]["files"] == theirs["datasets"]["mnist"]["files"]


def test_a_data_folder_mirrored_onto_itself_loses_nothing(origin):
    before = manifest.read(origin)

    mirror.mirror(registry.find("adbench/cardio"), origin)

    assert manifest.read(origin) == before
    assert not [c for c in mirror.verify(registry.entries().values()) if c.verdict != "ok"]


def test_two_mirrors_at_once_both_stay_in_the_manifest(origin, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    target = tmp_path / "copy"
    names = ["mnist", "fashion_mnist", "adbench/cardio", "adbench/wdbc"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: mirror.mirror(registry.find(name), target), names))

    sections = manifest.read(target)
    assert set(sections) == {"mnist", "fashion_mnist", "adbench"}
    assert len(sections["adbench"].files) == 3
