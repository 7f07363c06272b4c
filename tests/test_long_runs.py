"""The long runs: they take real data only, and record under names that the book can cite."""

import sys

import pytest
from long_run_data import first, offline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("single_operations"),
]

from aecourse import results  # noqa: E402
from aecourse.errors import DataError  # noqa: E402
from tools.long_runs import __main__ as command  # noqa: E402
from tools.long_runs import chapter03  # noqa: E402


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    offline(monkeypatch)


def test_a_stand_in_is_refused():
    with pytest.raises(DataError, match="AECOURSE_DATA_DIR"):
        chapter03.EXPERIMENTS["stacked"]()


def test_an_unknown_experiment_is_named(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["long_runs", "stakced"])
    assert command.main() == 2
    assert "no experiment 'stakced'" in capsys.readouterr().out


def test_the_experiments_of_all_chapters_are_offered():
    assert chapter03.EXPERIMENTS.items() <= command.experiments().items()


def test_an_experiment_keeps_its_numbers_with_what_they_were_measured_on(monkeypatch, tmp_path):
    monkeypatch.setattr(chapter03, "loaded", small)
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    chapter03.reconstruction("stacked", epochs=1)
    found = results.read(tmp_path / "03_long_runs.json")
    assert set(found) == {"fashion_stacked_validation_mse", "fashion_stacked_test_mse"}
    entry = found["fashion_stacked_validation_mse"]
    assert entry["reference"] == 0.0132
    assert "Code of 30 values" in entry["note"]


@pytest.mark.filterwarnings("ignore:features_")
def test_draws_are_compared_with_as_many_real_images(monkeypatch, tmp_path):
    monkeypatch.setattr(chapter03, "loaded", small)
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    chapter03.features.cache_clear()
    chapter03.floor()
    chapter03.generation("wasserstein", epochs=1)
    chapter03.matching("wasserstein", epochs=1)
    chapter03.quantized(epochs=1, prior_epochs=1)
    chapter03.features.cache_clear()
    found = results.read(tmp_path / "03_long_runs.json")
    assert {f"mnist_{key}_frechet" for key in ("floor", "wasserstein", "quantized")} <= set(found)
    assert "not FID; 10 images of each" in found["mnist_floor_frechet"]["note"]
    assert found["mnist_wasserstein_mmd_ratio"]["target"] == 2
    assert 0 < found["mnist_quantized_perplexity_share"]["value"] <= 1


def test_the_labels_beside_the_model_are_those_it_was_told(monkeypatch, tmp_path):
    monkeypatch.setattr(chapter03, "loaded", small)
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    chapter03.semi_supervised(epochs=1)
    entry = results.read(tmp_path / "03_long_runs.json")["semi_supervised_accuracy"]
    assert 0 <= entry["value"] <= 1
    assert 0 < entry["reference"] <= 1


def small(name):
    return first(name, train=100, test=20)
