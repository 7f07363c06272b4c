"""The command line: what it prints, and its exit status."""

import gzip
import hashlib
import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import aecourse
from aecourse import cli


@pytest.fixture(autouse=True)
def no_data(monkeypatch, tmp_path):
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.setenv("AECOURSE_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def data_folder(monkeypatch, tmp_path) -> Path:
    """Return a data folder with a tiny MNIST."""
    folder = tmp_path / "data"
    (folder / "mnist").mkdir(parents=True)
    listed = {}
    for part, count in (("train", 20), ("t10k", 10)):
        images = bytes([0, 0, 8, 3]) + struct.pack(">3I", count, 28, 28) + bytes(784 * count)
        labels = bytes([0, 0, 8, 1]) + struct.pack(">I", count) + bytes(count)
        for kind, raw in (("images-idx3", images), ("labels-idx1", labels)):
            data = gzip.compress(raw)
            path = f"mnist/{part}-{kind}-ubyte.gz"
            (folder / path).write_bytes(data)
            listed[path] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    section = {"format": "idx", "complete": True, "licence": "free", "note": "", "files": listed}
    document = {"version": 1, "datasets": {"mnist": section}}
    (folder / "MANIFEST.json").write_text(json.dumps(document))
    monkeypatch.setenv("AECOURSE_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; return its status, output and error output."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aecourse", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(stopped.value.code or 0), out, err

    return call


def test_the_version_is_the_packages(run):
    assert run("--version") == (0, f"aecourse {aecourse.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["data", "--help"], ["data", "get", "--help"]])
def test_help_is_not_a_mistake(run, arguments):
    status, out, _ = run(*arguments)

    assert status == 0
    assert "Usage" in out


def test_list_names_every_data_set_and_where_it_is(run, data_folder):
    status, out, _ = run("data", "list")

    assert status == 0
    assert "fashion_mnist" in out
    assert "adbench/cardio" in out
    assert "data folder" in out
    assert "not here" in out


def test_list_as_json_is_for_programs(run, data_folder):
    status, out, _ = run("data", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}

    assert status == 0
    assert rows["mnist"]["where"] == "data folder"
    assert rows["cifar10"]["where"] == "not here"
    assert rows["cifar10"]["download_bytes"] == 170_052_171
    assert rows["celeba"]["home"].startswith("https://")


def test_get_says_what_is_ready(run, data_folder):
    assert run("data", "get", "mnist")[:2] == (0, "mnist: ready, from the data folder\n")
    status, out, _ = run("data", "get", "mnist", "--json")
    assert (status, json.loads(out)) == (0, [{"name": "mnist", "source": "data folder"}])


def test_get_fails_for_what_cannot_be_had_and_goes_on_with_the_rest(run, data_folder):
    status, out, err = run("data", "get", "cifar10", "mnist")

    assert status == 1
    assert "cs.toronto.edu" in err
    assert "mnist: ready" in out


def test_get_of_celeba_says_how_to_fetch_it_in_person(run):
    status, _, err = run("data", "get", "celeba")

    assert status == 1
    assert "CelebA" in err


def test_an_unknown_name_is_misuse_and_suggests_the_nearest(run):
    status, _, err = run("data", "get", "mnits")

    assert status == 2
    assert "Did you mean 'mnist'" in err


@pytest.mark.parametrize(
    "arguments",
    [["data", "get"], ["data", "frobnicate"], ["data", "list", "--yaml"], ["data", "mirror"]],
)
def test_misuse_has_status_2(run, arguments):
    assert run(*arguments)[0] == 2


def test_a_wrong_data_folder_is_a_failure_that_names_it(run, monkeypatch):
    monkeypatch.setenv("AECOURSE_DATA_DIR", "/nowhere")

    status, _, err = run("data", "list")

    assert status == 1
    assert "/nowhere" in err


def test_verify_of_sound_files_succeeds(run, data_folder):
    status, out, _ = run("data", "verify")

    assert status == 0
    assert out.count("ok") == 4


def test_verify_of_an_altered_file_fails_and_shows_both_hashes(run, data_folder):
    (data_folder / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"altered")

    status, out, err = run("data", "verify")

    assert status == 1
    assert hashlib.sha256(b"altered").hexdigest() in out
    assert "1 of 4" in err


def test_verify_shows_the_hash_of_an_unlisted_file(run, data_folder):
    (data_folder / "notes.txt").write_bytes(b"mine")

    status, out, _ = run("data", "verify")

    assert status == 0
    assert hashlib.sha256(b"mine").hexdigest() in out


def test_verify_as_json_is_for_programs(run, data_folder):
    status, out, _ = run("data", "verify", "--json")

    assert status == 0
    assert {row["verdict"] for row in json.loads(out)} == {"ok"}


def test_verify_without_any_data_says_so(run):
    status, out, _ = run("data", "verify")

    assert status == 0
    assert "nothing to verify" in out


def test_mirror_takes_what_is_here_and_the_copy_verifies(run, data_folder, tmp_path, monkeypatch):
    copy = tmp_path / "for the class"
    status, out, _ = run("data", "mirror", str(copy))
    assert status == 0
    assert "mnist: 4 files copied" in out
    assert f"AECOURSE_DATA_DIR='{copy}'" in out
    again = json.loads(run("data", "mirror", str(copy), "--json")[1])
    assert again == {"folder": str(copy), "data": [{"name": "mnist", "copied": []}]}

    monkeypatch.setenv("AECOURSE_DATA_DIR", str(copy))
    assert run("data", "verify")[0] == 0
    assert run("data", "get", "mnist")[0] == 0


def test_mirror_of_nothing_is_misuse(run, tmp_path):
    status, _, err = run("data", "mirror", str(tmp_path / "copy"))

    assert status == 2
    assert "Name those to fetch" in err


def test_mirror_into_a_file_is_a_failure_that_names_it(run, data_folder, tmp_path):
    (tmp_path / "file").write_text("mine")

    status, _, err = run("data", "mirror", str(tmp_path / "file"), "mnist")

    assert status == 1
    assert str(tmp_path / "file") in err
    assert (tmp_path / "file").read_text() == "mine"


def test_the_command_line_starts_without_the_heavy_libraries():
    script = (
        "import sys, aecourse.cli; heavy = {'numpy', 'tensorflow', 'keras', 'pandas', 'sklearn'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_installed_command_is_this_one():
    command = Path(sys.executable).with_name("aecourse")
    if not command.exists():
        pytest.skip("the package is not installed with its command")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout == f"aecourse {aecourse.__version__}\n"
