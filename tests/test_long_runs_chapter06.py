"""The long runs of chapter 6 record each comparison with its seeds and its circumstances."""

import pytest
from long_run_data import first, records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("single_operations"),
]

from aecourse.applications import fine_tuning as ft  # noqa: E402
from aecourse.applications import image_recognition as ir  # noqa: E402
from tools.long_runs import chapter06  # noqa: E402


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    read = records(monkeypatch, tmp_path, "06_long_runs")
    monkeypatch.setattr(chapter06, "loaded", small)
    monkeypatch.setattr(chapter06, "SEEDS", range(2))
    monkeypatch.setattr(chapter06, "DRAWS", range(2))
    monkeypatch.setattr(chapter06, "COUNTS", (2, 3))
    monkeypatch.setattr(chapter06, "CHOOSING", 3)
    monkeypatch.setattr(chapter06, "CHOOSING_MANY", 3)
    monkeypatch.setattr(chapter06, "PATCHES", 300)
    monkeypatch.setattr(chapter06, "LABELLED", 2)
    monkeypatch.setattr(ir, "UNITS", 16)
    forget()
    yield read
    forget()


def forget():
    for kept in (
        chapter06.prepared,
        chapter06.probed_components,
        chapter06.patch_features,
        chapter06.trained,
    ):
        kept.cache_clear()


def small(name):
    return first(name, train=120, test=20)


def test_features_of_patches_stand_beside_as_many_components(recorded):
    chapter06.probe_patches("k_means")
    found = recorded()
    ours, gain = (found[f"probe_patches_k_means{end}"] for end in ("", "_over_components"))
    assert gain["value"] == pytest.approx(ours["value"] - ours["reference"], abs=0.02)
    assert ours["seeds"] == gain["seeds"] == [0, 1]
    assert "principal components" in ours["note"]
    assert "target" not in ours


def test_what_several_experiments_need_is_learnt_once(recorded):
    chapter06.probe_patches("k_means")
    chapter06.few_labels("k_means")
    assert chapter06.patch_features.cache_info().misses == 2  # one for each seed
    chapter06.probe_images("plain", epochs=1)
    chapter06.fine_tuning("plain", epochs=1, tuning=ft.Tuning(epochs=1, patience=1))
    assert chapter06.trained.cache_info().misses == 1


def test_the_figure_to_reach_is_kept_with_an_autoencoder(recorded):
    chapter06.probe_patches("k_sparse", epochs=1)
    found = recorded()["probe_patches_k_sparse"]
    assert found["target"] == 0.5
    assert "1 epochs of 300 patches" in found["note"]


@pytest.mark.parametrize("key", chapter06.SIMPLE)
def test_what_needs_no_autoencoder_has_one_value(key, recorded):
    chapter06.probe_simple(key)
    found = recorded()[f"probe_{key}"]
    assert "spread" not in found
    assert "strength=" in found["note"]


@pytest.mark.parametrize("key", ["denoising", "masked"])
def test_each_view_of_an_autoencoder_is_probed(key, recorded):
    chapter06.probe_images(key, epochs=1)
    views = ["tokens"] if key == "masked" else ["maps", "code"]
    assert set(recorded()) == {f"probe_{key}_{view}" for view in views}


def test_the_gain_is_that_over_the_same_network_from_scratch(recorded):
    chapter06.fine_tuning("plain", epochs=1, tuning=ft.Tuning(epochs=1, patience=1))
    found = recorded()
    values = {
        name: found[f"plain_{name}_2"]["value"]
        for name in ("fine_tuned", "from_scratch", "fine_tuning_gain")
    }
    difference = values["fine_tuned"] - values["from_scratch"]
    assert values["fine_tuning_gain"] == pytest.approx(difference, abs=0.02)
    assert found["plain_fine_tuning_gain_2"]["target"] == 0
    assert "from random weights" in found["plain_from_scratch_2"]["note"]


def test_the_network_is_trained_with_all_labels_too(recorded):
    chapter06.from_scratch(2, tuning=ft.Tuning(epochs=1, patience=1))
    found = recorded()["from_scratch_all"]
    assert found["seeds"] == [0, 1]
    assert "96 labelled images" in found["note"]


def test_classifiers_and_few_labels_have_a_value_each(recorded, monkeypatch):
    kinds = ir.classifiers()
    monkeypatch.setattr(ir, "classifiers", lambda: {"k-NN": kinds["k-NN"]})
    chapter06.all_classifiers("hog")
    chapter06.few_labels("k_means")
    assert set(recorded()) == {
        "all_hog_k_nn",
        "few_2_k_means_logistic_regression",
        "few_3_k_means_logistic_regression",
    }
