"""Before the first run: a new project, and a look at the machine."""

import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from project_data import pictures, written

from aecourse.errors import InputError
from aecourse.project import configuration, doctor, environment, starter


def test_a_new_project_is_complete_and_its_configuration_is_sound(tmp_path):
    files = starter.init(tmp_path / "mine")
    assert [file.name for file in files] == [
        ".gitignore",
        "README.md",
        "config.yml",
        "example.csv",
        "explore.ipynb",
    ]
    config = configuration.load(tmp_path / "mine" / "config.yml")
    assert (config.data.path, config.data.label, config.data.normal) == (
        "example.csv",
        "label",
        "usual",
    )
    nbformat.validate(nbformat.read(tmp_path / "mine" / "explore.ipynb", as_version=4))
    assert "aecourse train config.yml" in (tmp_path / "mine" / "README.md").read_text()


def test_the_example_is_the_same_each_time_and_has_odd_rows(tmp_path):
    frames = []
    for name in ("a", "b"):
        starter.init(tmp_path / name)
        frames.append(pd.read_csv(tmp_path / name / "example.csv"))
    pd.testing.assert_frame_equal(*frames)
    assert len(frames[0]) == starter.EXAMPLE_ROWS
    assert 0.01 < (frames[0]["label"] == "odd").mean() < 0.04


def test_a_project_on_own_data_points_to_it_and_leaves_it_alone(tmp_path):
    path = written(tmp_path)
    before = path.read_bytes()
    starter.init(tmp_path / "mine", data=path, label="label", normal="usual")
    config = configuration.load(tmp_path / "mine" / "config.yml")
    assert (tmp_path / "mine" / config.data.path).resolve() == path.resolve()
    assert path.read_bytes() == before
    assert not (tmp_path / "mine" / "example.csv").exists()


@pytest.mark.parametrize("kind", ["table", "images"])
def test_the_sweep_in_the_readme_can_be_copied(tmp_path, kind):
    data = {"table": written, "images": pictures}[kind](tmp_path)
    starter.init(tmp_path / "mine", data=data)
    readme = (tmp_path / "mine" / "README.md").read_text(encoding="utf-8")
    sweep = readme.partition("```yaml\n")[2].partition("```")[0]
    path = tmp_path / "mine" / "config.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sweep: null\n", sweep), encoding="utf-8")
    found = configuration.load(path).sweep
    assert found is not None
    assert set(found.parameters) == {"training.learning_rate", "network.code_size"}


def test_a_folder_of_data_is_taken_for_images(tmp_path):
    starter.init(tmp_path / "mine", data=pictures(tmp_path))
    config = configuration.load(tmp_path / "mine" / "config.yml")
    assert config.data.kind == "images"
    assert config.network.kind == "convolutional"


def test_a_project_is_made_in_the_empty_folder_one_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = starter.init(Path())
    assert [file.name for file in files] == sorted(path.name for path in tmp_path.iterdir())
    assert "config.yml" in [file.name for file in files]
    assert (tmp_path / "README.md").read_text().startswith(f"# {tmp_path.name}")


def test_a_label_that_looks_like_a_number_is_one(tmp_path):
    starter.init(tmp_path / "mine", data=written(tmp_path), label="label", normal="0")
    assert configuration.load(tmp_path / "mine" / "config.yml").data.normal == 0


def test_a_full_folder_and_wrong_data_are_refused(tmp_path):
    written(tmp_path)
    with pytest.raises(InputError, match="not empty"):
        starter.init(tmp_path)
    with pytest.raises(InputError, match="--data"):
        starter.init(tmp_path / "a", data=tmp_path / "nothing.csv")
    (tmp_path / "b.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="ending"):
        starter.init(tmp_path / "a", data=tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="--label"):
        starter.init(tmp_path / "a", normal="0")
    assert not (tmp_path / "a").exists()


def findings(tmp_path):
    return {finding.name: finding for finding in doctor.examine(tmp_path)}


def test_a_machine_that_runs_the_tests_is_ready(tmp_path):
    found = findings(tmp_path)
    assert {found[name].verdict for name in ("Python", "keras", "backend", "folder")} == {"ok"}
    assert json.dumps([vars(finding) for finding in found.values()])


def test_every_finding_that_is_not_well_has_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setattr(doctor, "LEAST_DISK", float("inf"))
    monkeypatch.setattr(doctor, "LEAST_MEMORY", float("inf"))
    monkeypatch.setattr(doctor, "PYTHONS", ((2, 6), (2, 7)))
    monkeypatch.setattr(doctor.os, "access", lambda *arguments: False)
    monkeypatch.setenv("AECOURSE_PROFILE", "fast")
    monkeypatch.setenv("AECOURSE_DATA_DIR", "/nowhere")
    found = findings(tmp_path)
    unwell = [finding for finding in found.values() if finding.verdict != "ok"]
    assert {"Python", "numpy", "backend", "pyarrow", "disk", "memory", "folder", "profile"} <= {
        finding.name for finding in unwell
    }
    assert all(finding.remedy for finding in unwell)
    assert "pip install -e '.[project]'" in found["pyarrow"].remedy
    assert found["data sets"].verdict == "missing"


def test_a_package_that_is_installed_under_another_name_is_well(tmp_path, monkeypatch):
    def version(package):
        raise environment.metadata.PackageNotFoundError(package)  # as with tensorflow-cpu

    monkeypatch.setattr(environment.metadata, "version", version)
    found = findings(tmp_path)
    for name in ("numpy", "backend", "onnxruntime"):
        assert found[name].verdict == "ok"
        assert "another name" in found[name].found


def test_an_unknown_backend_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    assert findings(tmp_path)["backend"].found == "theano"


def test_a_processor_without_avx_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_read", lambda path: "flags : sse2 fma")
    monkeypatch.setattr(doctor.platform, "machine", lambda: "x86_64")
    assert findings(tmp_path)["processor"].verdict == "missing"
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert findings(tmp_path)["processor"].verdict == "note"


@pytest.mark.parametrize(("script", "verdict"), [("print('ready 1')", "ok"), ("1/0", "missing")])
def test_the_start_of_keras_is_tried_in_a_process_of_its_own(
    tmp_path, monkeypatch, script, verdict
):
    monkeypatch.setattr(doctor, "START", script)
    (found,) = [f for f in doctor.examine(tmp_path, start=True) if f.name == "start of Keras"]
    assert found.verdict == verdict
    assert found.found
