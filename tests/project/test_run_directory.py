"""Folders and files that appear whole or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aecourse.errors import DataError, InputError
from aecourse.project import run_directory
from aecourse.project.run_directory import (
    RunDirectory,
    differences,
    whole_file,
    whole_folder,
    write_json,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def trained(directory):
    """Leave what the training leaves after its first epoch."""
    directory.checkpoint.mkdir()
    (directory.checkpoint / "LATEST").write_text("epoch-1")


def test_a_run_appears_under_its_name_when_it_is_published(tmp_path):
    directory = RunDirectory(tmp_path / "runs", "a")
    with directory.locked():
        assert directory.begin({"name": "a"}) is False
        result = directory.work / "result"
        result.mkdir()
        (result / "metrics.json").write_text("{}")
        assert not directory.final.exists()
        directory.publish(result)
    assert names(directory.final) == ["metrics.json"]
    assert not directory.work.exists()


def test_an_unfinished_run_is_taken_up_with_its_own_configuration_alone(tmp_path):
    directory = RunDirectory(tmp_path, "a")
    directory.begin({"training": {"epochs": 1}})
    assert directory.begin({"training": {"epochs": 1}}) is False  # nothing is trained yet
    directory.checkpoint.mkdir()
    assert directory.begin({"training": {"epochs": 1}}) is False  # nor is it after half an epoch
    trained(directory)
    assert directory.begin({"training": {"epochs": 1}}) is True
    with pytest.raises(InputError, match=r"training\.epochs was 1 and is 2"):
        directory.begin({"training": {"epochs": 2}})


def test_a_run_in_which_nothing_is_trained_may_begin_with_another_configuration(tmp_path):
    directory = RunDirectory(tmp_path, "a")
    directory.begin({"training": {"epochs": 1}})
    assert directory.begin({"training": {"epochs": 2}}) is False
    trained(directory)
    assert directory.begin({"training": {"epochs": 2}}) is True


def test_two_processes_do_not_work_on_one_run(tmp_path):
    directory = RunDirectory(tmp_path, "a")
    other = (
        "import sys; from pathlib import Path;"
        "from aecourse.project.run_directory import RunDirectory\n"
        "with RunDirectory(Path(sys.argv[1]), 'a').locked(): pass"
    )
    command = [sys.executable, "-c", other, str(tmp_path)]
    with directory.locked():
        done = subprocess.run(command, capture_output=True, text=True)
        assert "another `aecourse train` is at work" in done.stderr
    subprocess.run(command, check=True)


def test_a_discarded_run_is_gone_finished_or_not(tmp_path):
    directory = RunDirectory(tmp_path, "a")
    directory.begin({})
    directory.final.mkdir()
    directory.discard()
    assert names(tmp_path) == []


def test_a_discarded_run_is_never_half_there(tmp_path, monkeypatch):
    directory = RunDirectory(tmp_path, "a")
    directory.begin({})
    trained(directory)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda folder: 1 / 0)  # killed as the removal begins
        with pytest.raises(ZeroDivisionError):
            directory.discard()
    assert names(tmp_path) == [".a.discarded"]
    assert directory.begin({"name": "other"}) is False


def test_a_folder_that_fails_to_be_written_is_not_there(tmp_path):
    def half_written():
        with whole_folder(tmp_path / "a") as new:
            (new / "file").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_written()
    assert names(tmp_path) == []


def test_a_folder_takes_the_place_of_the_one_before(tmp_path):
    for content in ("first", "second"):
        with whole_folder(tmp_path / "a") as new:
            (new / content).write_text(content)
    assert names(tmp_path / "a") == ["second"]
    assert names(tmp_path) == ["a"]


def test_an_empty_folder_stays_where_it_is_and_is_filled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    with whole_folder(Path()) as new:
        (new / "folder").mkdir()
        (new / "folder" / "file").write_text("whole")
    assert names(tmp_path) == ["folder"]
    assert (tmp_path / "folder" / "file").read_text() == "whole"
    assert tmp_path.stat().st_ino == before


def test_a_file_that_fails_to_be_written_leaves_the_one_before(tmp_path):
    def half_written():
        with whole_file(tmp_path / "a.json") as new:
            new.write_text("half")
            raise ZeroDivisionError

    write_json(tmp_path / "a.json", [1])
    with pytest.raises(ZeroDivisionError):
        half_written()
    assert (tmp_path / "a.json").read_text() == "[\n 1\n]\n"
    assert names(tmp_path) == ["a.json"]


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(DataError, match=r"file/out\.csv cannot be written"),
        whole_file(tmp_path / "file" / "out.csv"),
    ):
        pass


def test_differences_are_named_by_their_keys():
    old = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert differences(old, {"a": {"b": 1, "c": 3}, "d": [1], "e": 0}) == [
        (("a", "c"), 2, 3),
        (("e",), None, 0),
    ]


@pytest.mark.tensorflow
def test_it_looks_for_what_the_trainings_checkpoint_writes():
    from aecourse.training.checkpoint import POINTER

    assert run_directory.TRAINED == POINTER
