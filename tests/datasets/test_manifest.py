import json

import pytest
from data_builders import write_data_folder

from aecourse.datasets import load, manifest
from aecourse.errors import DataError

GOOD = {
    "version": 1,
    "datasets": {
        "mnist": {
            "format": "idx",
            "complete": True,
            "licence": "free",
            "note": "",
            "files": {"mnist/a": {"sha256": "0" * 64, "bytes": 3}},
        }
    },
}


def write(folder, document):
    (folder / "MANIFEST.json").write_text(
        document if isinstance(document, str) else json.dumps(document)
    )


def altered(**changes):
    document = json.loads(json.dumps(GOOD))
    document["datasets"]["mnist"].update(changes)
    return document


def test_what_is_written_is_read_again(tmp_path):
    write(tmp_path, GOOD)
    sections = manifest.read(tmp_path)
    manifest.write(tmp_path, sections)

    assert manifest.read(tmp_path) == sections
    assert [path.name for path in tmp_path.iterdir()] == ["MANIFEST.json"]


def test_a_missing_manifest_is_an_error_with_the_way_out(data_folder):
    with pytest.raises(DataError, match="aecourse data mirror"):
        load("mnist")


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "[" * 100_000,
        "\x00",
        [],
        {},
        {"version": "1", "datasets": {}},
        {"version": True, "datasets": {}},
        {"version": 1},
        {"version": 1, "datasets": []},
        {"version": 1, "datasets": {"mnist": 3}},
        altered(complete="yes"),
        altered(files=[]),
        altered(files={"mnist/a": {}}),
        altered(files={"mnist/a": {"sha256": "xyz", "bytes": 3}}),
        altered(files={"mnist/a": {"sha256": "0" * 64, "bytes": "3"}}),
        altered(files={"mnist/a": {"sha256": "0" * 64, "bytes": -1}}),
    ],
)
def test_a_malformed_manifest_is_an_error_that_names_it(data_folder, document):
    write(data_folder, document)

    with pytest.raises(DataError, match=r"MANIFEST\.json"):
        load("mnist")


def test_a_newer_manifest_asks_for_an_update(data_folder):
    write(data_folder, {**GOOD, "version": 2})

    with pytest.raises(DataError, match="Update aecourse"):
        load("mnist")


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../secret", "mnist/../../secret", "C:/secret", "a\\..\\b", "", ".", "a\x00b"],
)
def test_a_path_that_leaves_the_folder_is_refused(data_folder, path):
    write(data_folder, altered(files={path: {"sha256": "0" * 64, "bytes": 3}}))

    with pytest.raises(DataError, match="inside the data folder"):
        load("mnist")


def test_a_data_folder_that_does_not_exist_is_an_error_not_a_stand_in(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA_DIR", str(tmp_path / "typo"))

    with pytest.raises(DataError, match="not a folder"):
        load("mnist")


def test_a_set_that_the_folder_does_not_list_comes_from_the_next_tier(data_folder):
    write_data_folder(data_folder)

    assert load("mnist").provenance.source == "stand-in"
