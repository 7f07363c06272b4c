"""Finished runs: applied, measured again, compared, exported."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.tensorflow

from PIL import Image  # noqa: E402
from project_data import config, image_config, pictures, sales, written  # noqa: E402

from aecourse.errors import DataError, InputError  # noqa: E402
from aecourse.project import (  # noqa: E402
    applying,
    building,
    comparison,
    configuration,
    exporting,
    judging,
    samples,
    starter,
    yaml_lines,
)
from aecourse.project.run import Run, rebuilt  # noqa: E402


def answer(run, task, path=None, **options):
    return applying.apply(run, task, source=path, **options)


# --- tables ---------------------------------------------------------------------------------------


def test_every_row_gets_a_score_in_its_order_with_its_id(table_run, tmp_path):
    frame = sales(30, seed=1)
    frame.loc[4, "amount"] = 1e6
    table = answer(table_run, "score", written(tmp_path, frame)).table
    assert table["row"].tolist() == list(range(1, 31))
    assert table["sale"].tolist() == frame["sale"].tolist()
    assert table["score"].idxmax() == 4
    assert table["abnormal"][4] == 1
    assert table["most_surprising"][4] == "amount"
    expected = (table["score"] > table_run.scorer.threshold).astype(int)
    assert table["abnormal"].tolist() == expected.tolist()


def test_new_rows_need_no_labels_and_may_have_their_columns_in_any_order(table_run, tmp_path):
    frame = sales(30, seed=1)
    plain = answer(table_run, "embed", written(tmp_path, frame)).table
    other = frame.drop(columns="label")[sorted(frame.columns.drop("label"))]
    again = answer(table_run, "embed", written(tmp_path, other, "other.csv")).table
    pd.testing.assert_frame_equal(plain, again)
    assert [name for name in plain if name.startswith("code_")] == ["code_1", "code_2", "code_3"]


def test_a_score_does_not_depend_on_the_other_rows(table_run, tmp_path):
    frame = sales(30, seed=1)
    together = answer(table_run, "score", written(tmp_path, frame)).table
    alone = answer(table_run, "score", written(tmp_path, frame.tail(1), "one.csv")).table
    assert alone["score"][0] == pytest.approx(together["score"][29], rel=1e-4)


def test_reconstructions_come_in_the_units_of_the_data(table_run, tmp_path):
    table = answer(table_run, "reconstruct", written(tmp_path, sales(30, seed=1))).table
    assert set(table["channel"]) <= {"shop", "web", "phone"}
    assert table["amount"].between(-200, 500).all()
    assert pd.api.types.is_datetime64_any_dtype(table["date"])


def test_a_missing_column_is_named(table_run, tmp_path):
    path = written(tmp_path, sales(30).drop(columns="items"))
    with pytest.raises(DataError, match="no column 'items'"):
        answer(table_run, "score", path)


@pytest.mark.parametrize("ending", ["csv", "npz", "parquet"])
def test_answers_are_written_whole_in_every_format(table_run, tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    source, target = written(tmp_path, sales(30)), tmp_path / "out" / f"scores.{ending}"
    applying.write(answer(table_run, "score", source), target, source)
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "npz": np.load}[ending](target)
    assert len(read["score"]) == 30
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_plain_autoencoder_has_nothing_to_sample_from(table_run):
    with pytest.raises(InputError, match=r"`plain` leaves open .* variational"):
        answer(table_run, "sample")


@pytest.mark.parametrize("task", ["embed", "reconstruct", "score"])
def test_a_task_without_data_says_so(table_run, task):
    with pytest.raises(InputError, match="needs data"):
        answer(table_run, task)


def test_an_answer_does_not_overwrite_its_input_or_fill_a_full_folder(tmp_path):
    source = written(tmp_path)
    with pytest.raises(InputError, match="the input itself"):
        applying.check_target(source, source)
    with pytest.raises(InputError, match="not empty"):
        applying.check_target(tmp_path, None)
    with pytest.raises(InputError, match="ending"):
        applying.check_target(tmp_path / "scores.xlsx", source)
    (tmp_path / "results").write_text("mine")
    with pytest.raises(InputError, match="results is a file; images go to a folder"):
        applying.check_target(tmp_path / "results", None)
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(InputError, match=r"scores\.csv is a folder"):
        applying.check_target(tmp_path / "scores.csv", None)


@pytest.fixture(scope="module")
def crowded_run(tmp_path_factory):
    """Return a run on a table whose columns are called like those of the answers."""
    from aecourse.project.training import train

    home = tmp_path_factory.mktemp("crowded")
    written(home, crowded(120))
    ignored = {"ignore": ["sale", "score", "abnormal", "codes", "code_7"]}
    settings = config(preprocessing=ignored, training={"epochs": 1})
    return train(settings, home, progress=False, say=lambda sentence: None)


def crowded(rows):
    more = {name: [f"my {name}"] * rows for name in ("score", "abnormal", "codes", "code_7")}
    return sales(rows, seed=2).assign(**more, row=np.arange(rows) * 1.5)


@pytest.mark.parametrize("ending", ["csv", "npz", "parquet"])
@pytest.mark.parametrize("task", ["embed", "reconstruct", "score"])
def test_columns_that_are_called_like_those_of_an_answer_are_not_lost(
    crowded_run, tmp_path, task, ending
):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    found = answer(crowded_run, task, written(tmp_path, crowded(30)))
    applying.write(found, tmp_path / f"out.{ending}")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "npz": np.load}[ending]
    table = read(tmp_path / f"out.{ending}")
    for name in ("score", "abnormal", "codes", "code_7"):
        assert set(table[f"{name}_in_data"]) == {f"my {name}"}
        assert any(f"{name!r} of the data is called '{name}_in_data'" in n for n in found.notes)
    assert list(table["row"]) == list(range(1, 31))
    assert ("row_in_data" in table) == (task == "reconstruct")
    if task == "embed" and ending == "npz":
        assert table["codes"].shape == (30, 3)


# --- images ---------------------------------------------------------------------------------------


def test_images_are_embedded_and_scored_by_their_files(image_run, tmp_path):
    root = pictures(tmp_path, count=6)
    table = answer(image_run, "score", root).table
    assert table["file"].tolist() == sorted(table["file"])
    assert len(answer(image_run, "embed", root).table) == 6


def test_reconstructed_images_go_to_a_folder_like_the_one_they_came_from(image_run, tmp_path):
    root, target = pictures(tmp_path, count=6), tmp_path / "again"
    applying.write(answer(image_run, "reconstruct", root), target, root)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*.png")) == names
    assert Image.open(target / names[0]).size == (8, 8)


def test_images_of_one_name_and_two_endings_are_both_kept(image_run, tmp_path):
    root, target = pictures(tmp_path, count=4), tmp_path / "again"
    shutil.copy(root / "dark" / "001.png", root / "dark" / "003.bmp")
    applying.write(answer(image_run, "reconstruct", root), target, root)
    names = sorted(path.relative_to(target).as_posix() for path in target.rglob("*.png"))
    assert names == [
        "dark/001.png.png",
        "dark/003.bmp.png",
        "dark/003.png.png",
        "light/000.png.png",
        "light/002.png.png",
    ]


def test_images_do_not_go_into_a_table(image_run, tmp_path):
    found = answer(image_run, "reconstruct", pictures(tmp_path, count=4))
    with pytest.raises(InputError, match=r"\.npz file or to a folder"):
        applying.write(found, tmp_path / "a.csv")
    applying.write(found, tmp_path / "a.npz")
    assert np.load(tmp_path / "a.npz")["x"].shape == (4, 8, 8, 1)


def test_new_images_are_drawn_and_the_seed_repeats_them(image_run, tmp_path):
    first, again = (answer(image_run, "sample", count=3, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.images, again.images)
    assert not np.array_equal(first.images, answer(image_run, "sample", count=3, seed=2).images)
    applying.write(first, tmp_path / "new")
    assert len(list((tmp_path / "new").iterdir())) == 3
    with pytest.raises(InputError, match="takes no input"):
        answer(image_run, "sample", tmp_path)


# --- measured again -------------------------------------------------------------------------------


def test_measured_again_a_run_has_the_numbers_of_its_training(table_run):
    result, folder = judging.judge(table_run)
    assert folder is None
    for name, value in result.numbers.items():
        assert table_run.metrics[name] == value


def test_data_from_elsewhere_gets_a_report_of_its_own(table_run, tmp_path):
    run = Run(shutil.copytree(table_run.folder, tmp_path / "run"))
    result, folder = judging.judge(run, written(tmp_path, sales(60, seed=3), "later.csv"))
    assert result.numbers["samples"] == 60
    assert result.numbers["detection"]["anomalies"] == 3
    assert folder.parent == run.folder / "evaluations"
    assert folder.name == "later"
    assert json.loads((folder / "metrics.json").read_text()) == result.numbers
    assert "<img" in (folder / "report.html").read_text(encoding="utf-8")


def test_files_of_one_name_in_two_folders_get_two_reports(table_run, tmp_path, monkeypatch):
    run = Run(shutil.copytree(table_run.folder, tmp_path / "run"))
    folders = []
    for month in ("jan", "feb"):
        (tmp_path / month).mkdir()
        written(tmp_path / month, sales(60, seed=3))
        monkeypatch.chdir(tmp_path / month)
        folders.append(judging.judge(run, Path("sales.csv"))[1])
    assert len({*folders, judging.judge(run, tmp_path / "jan" / "sales.csv")[1]}) == 2
    assert sorted(folders) == sorted((run.folder / "evaluations").iterdir())
    assert [folder.name for folder in folders] == ["sales", "sales-2"]


def test_the_folder_one_is_in_is_evaluated_by_its_name(image_run, tmp_path, monkeypatch):
    run = Run(shutil.copytree(image_run.folder, tmp_path / "run"))
    (run.folder / "evaluations" / "older").mkdir(parents=True)
    monkeypatch.chdir(pictures(tmp_path, count=6))
    result, folder = judging.judge(run, Path())
    assert folder.name == "pictures"
    assert "pictures" in result.numbers["part"]
    assert (run.folder / "evaluations" / "older").is_dir()


def test_the_data_of_the_training_is_no_data_from_elsewhere(table_run):

    with pytest.raises(InputError, match="says nothing about new data"):
        judging.judge(table_run, Path(table_run.config.data.path))


def test_a_run_whose_data_changed_is_not_measured(home):
    from aecourse.project.training import train

    run = train(config(training={"epochs": 1}), home, progress=False, say=lambda text: None)
    written(home, sales().head(90))
    with pytest.raises(DataError, match="has changed since"):
        judging.judge(Run(run.folder))


def test_the_notebook_of_a_new_project_reads_its_run(table_run, monkeypatch):
    monkeypatch.chdir(table_run.folder.parents[1])
    notebook = json.loads(starter._notebook(configuration.resolved(table_run.config)))
    names: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert len(names["codes"]) == len(names["scores"]) == len(sales())


# --- compared -------------------------------------------------------------------------------------


def test_runs_are_compared_by_what_differs(table_run, tmp_path):

    other = tmp_path / "other"
    shutil.copytree(table_run.folder, other)
    text = (other / "config.yml").read_text().replace("code_size: 3", "code_size: 2")
    (other / "config.yml").write_text(text.replace("seed: 0", "seed: 1"))
    compared = comparison.compare([table_run, Run.at(other)])
    assert compared.keys == {"network.code_size": [3, 2], "training.seed": [0, 1]}
    assert compared.names == ["first", "other"]
    assert "reconstruction.mse" in compared.measures
    assert any("other samples" in w or "different samples" in w for w in compared.warnings)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("preprocessing", "ignore", ["sale", "items"]), ("data", "missing_values", ["?"])],
)
def test_runs_that_read_other_samples_are_not_for_comparing(
    table_run, tmp_path, section, key, value
):
    other = tmp_path / "other"
    shutil.copytree(table_run.folder, other)
    content = yaml_lines.read((other / "config.yml").read_text(), "config.yml").content
    content[section][key] = value
    (other / "config.yml").write_text(yaml_lines.written(content))
    assert any(
        "different samples" in warning
        for warning in comparison.compare([table_run, Run.at(other)]).warnings
    )


def test_one_run_cannot_be_compared(table_run):
    with pytest.raises(InputError, match="at least two"):
        comparison.compare([table_run])


def test_what_is_no_run_is_answered_with_the_runs_there_are(table_run):
    with pytest.raises(InputError, match=r"not the folder of a run. Runs there are: .*first"):
        Run.at(table_run.folder.parent / "frist")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("encoder.json", b"{"),
        ("encoder.json", b"[]"),
        ("encoder.json", b'{"kind": "table"}'),
        ("encoder.json", b'{"kind": "table", "columns": [{"kind": "number", "name": "items"}]}'),
        ("scorer.npz", b""),
        ("scorer.npz", b"PK\x03\x04"),
        ("scorer.npz", None),
    ],
)
def test_a_damaged_run_says_which_file(table_run, tmp_path, name, content):
    other = tmp_path / "other"
    shutil.copytree(table_run.folder, other)
    whole = (other / name).read_bytes()
    (other / name).write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(DataError, match=rf"{name} is missing or damaged"):
        getattr(Run.at(other), name.partition(".")[0])


# --- exported -------------------------------------------------------------------------------------


def samples_of(run):
    source = samples.read(Path(run.config.data.path), run.config)
    return samples.encode(run.encoder, source)[0]


@pytest.mark.parametrize("fixture", ["table_run", "image_run"])
def test_an_exported_onnx_file_answers_like_the_model(request, tmp_path, fixture):
    pytest.importorskip("tf2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    run = request.getfixturevalue(fixture)
    written_to = exporting.export(run, "onnx", tmp_path / "exported")
    session = onnxruntime.InferenceSession(str(written_to), providers=["CPUExecutionProvider"])
    x = samples_of(run)
    code, again = session.run(["code", "reconstruction"], {"sample": x})
    np.testing.assert_allclose(code, run.model.encode(x), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(again, rebuilt(run.model, x, 0), rtol=1e-4, atol=1e-4)
    about = json.loads((tmp_path / "exported" / "about.json").read_text())
    assert about["input"]["sample"] == [None, *x.shape[1:]]
    assert (tmp_path / "exported" / "encoder.json").exists()


def untrained(run, objective, network=None):
    """Return what an export needs of a run, with a small model of another kind."""
    images = network is not None
    settings = (image_config if images else config)(
        objective={"kind": objective},
        network=network or {"kind": "dense", "hidden": [4], "code_size": 4},
    )
    shape = (8, 8, 1) if images else (5,)
    model = building.build(settings, shape)
    model(np.zeros((1, *shape), np.float32))  # a model that was loaded is whole too
    return SimpleNamespace(model=model, folder=run.folder, scorer=run.scorer)


@pytest.mark.parametrize("objective", sorted({*building.MODELS} - {"vector_quantized", "masked"}))
def test_what_every_objective_leads_to_has_an_onnx_form(table_run, tmp_path, objective):
    check_onnx(untrained(table_run, objective), tmp_path)


@pytest.mark.parametrize(
    "network",
    [
        {"kind": "convolutional", "filters": [2], "code_size": 3},
        {"kind": "patch_transformer", "code_size": 4, "depth": 1, "heads": 1},
    ],
    ids=lambda network: network["kind"],
)
def test_networks_for_images_have_an_onnx_form(table_run, tmp_path, network):
    check_onnx(untrained(table_run, "plain", network), tmp_path)


def test_a_masked_model_gives_its_code_and_no_scores(table_run, tmp_path):
    network = {"kind": "patch_transformer", "code_size": 4, "depth": 1, "heads": 1}
    check_onnx(untrained(table_run, "masked", network), tmp_path, ["code"])
    assert not (tmp_path / "exported" / "scorer.json").exists()


def check_onnx(run, folder, outputs=("code", "reconstruction")):
    pytest.importorskip("tf2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    written_to = exporting.export(run, "onnx", folder / "exported")
    session = onnxruntime.InferenceSession(str(written_to), providers=["CPUExecutionProvider"])
    x = np.random.default_rng(0).random((4, *run.model.sample_shape), np.float32)
    assert [output.name for output in session.get_outputs()] == list(outputs)
    expected = {"code": run.model.encode, "reconstruction": run.model.reconstruct}
    for name, found in zip(outputs, session.run(None, {"sample": x}), strict=True):
        np.testing.assert_allclose(found, expected[name](x), rtol=1e-4, atol=1e-4)


def test_a_model_without_an_onnx_form_is_refused_with_another_form(table_run, tmp_path):
    pytest.importorskip("tf2onnx")
    run = untrained(table_run, "vector_quantized")
    with pytest.raises(InputError, match=r"ONNX, which lacks Bitcast.*--format savedmodel"):
        exporting.export(run, "onnx", tmp_path / "exported")
    assert not (tmp_path / "exported").exists()
    assert exporting.export(run, "savedmodel", tmp_path / "exported").is_dir()


def test_an_export_has_all_that_a_score_needs(table_run, tmp_path):
    exporting.export(table_run, "savedmodel", tmp_path / "exported")
    told = json.loads((tmp_path / "exported" / "scorer.json").read_text())
    x = samples_of(table_run)
    again = rebuilt(table_run.model, x, 0)
    parts = np.log1p(np.square((again - x) / np.array(told["spreads"])))
    found = (parts.mean(axis=1) - told["mean"]) / told["deviation"]
    np.testing.assert_allclose(found, table_run.scorer.of(x, again), rtol=1e-5, atol=1e-5)
    assert told["threshold"] == table_run.scorer.threshold


def test_an_exported_saved_model_answers_like_the_model(table_run, tmp_path):
    tensorflow = pytest.importorskip("tensorflow")
    written_to = exporting.export(table_run, "savedmodel", tmp_path / "exported")
    served = tensorflow.saved_model.load(str(written_to)).signatures["serving_default"]
    x = samples_of(table_run)
    found = served(sample=tensorflow.constant(x))
    np.testing.assert_allclose(found["code"], table_run.model.encode(x), rtol=1e-5, atol=1e-5)


def test_an_export_does_not_overwrite(table_run, tmp_path):
    (tmp_path / "a").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        exporting.export(table_run, "onnx", tmp_path)


def test_without_its_packages_an_export_says_what_to_install(table_run, tmp_path, monkeypatch):
    from aecourse.project import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"tf2onnx is needed .* pip install -e '\.\[project\]'"):
        exporting.export(table_run, "onnx", tmp_path / "exported")
