"""The long runs of chapter 5 record each comparison with its draws and its circumstances."""

import pytest
from long_run_data import first, records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("single_operations"),
]

from tools.long_runs import chapter05  # noqa: E402

NEIGHBOURS = {"k-NN": chapter05.KINDS["k-NN"]}


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    read = records(monkeypatch, tmp_path, "05_long_runs")
    monkeypatch.setattr(chapter05, "loaded", small)
    monkeypatch.setattr(chapter05, "KINDS", NEIGHBOURS)
    monkeypatch.setattr(chapter05, "DAMAGED_KINDS", NEIGHBOURS)
    monkeypatch.setattr(chapter05, "COMPONENTS", (5, 20))
    monkeypatch.setattr(chapter05, "CHOOSING", 5)
    monkeypatch.setattr(chapter05, "DAMAGED_LABELS", 5)
    monkeypatch.setattr(chapter05, "DRAWS", range(2))
    monkeypatch.setattr(chapter05, "MODELS", range(2))
    chapter05.trained.cache_clear()
    yield read
    chapter05.trained.cache_clear()


def small(name):
    return first(name, train=300, test=60)


def test_the_difference_is_kept_beside_the_accuracies_it_comes_from(recorded):
    chapter05.few_labels("mnist", 10, epochs=1)
    found = recorded()
    codes, pixels, pca = (
        found[f"mnist_few_10_{kind}_k_nn"]["value"] for kind in ("codes", "pixels", "pca")
    )
    difference = found["mnist_few_10_advantage_k_nn"]
    assert difference["value"] == pytest.approx(codes - max(pixels, pca), abs=0.02)
    assert difference["target"] == 0.03
    assert difference["seeds"] == [0, 1]
    assert "10 labels a class" in difference["note"]


def test_a_model_is_trained_once_for_all_experiments_that_use_it(recorded):
    chapter05.damaged("mnist", "masking", epochs=1)
    chapter05.few_labels("mnist", 1, epochs=1)
    chapter05.damaged("fashion", "masking", epochs=1)
    assert chapter05.trained.cache_info().misses == 2


def test_no_figure_was_set_for_another_number_of_labels(recorded):
    chapter05.few_labels("fashion", 1, epochs=1)
    assert "target" not in recorded()["fashion_few_1_advantage_k_nn"]


def test_the_plain_code_is_measured_with_each_number_of_labels(recorded, monkeypatch):
    monkeypatch.setattr(chapter05, "COUNTS", (1, 5))
    chapter05.few_labels_plain("mnist", epochs=1)
    assert set(recorded()) == {"mnist_few_1_plain_k_nn", "mnist_few_5_plain_k_nn"}


def test_each_autoencoder_has_a_value_of_its_own(recorded):
    chapter05.model_seeds("mnist", "plain", epochs=1)
    assert recorded()["mnist_few_10_plain_models_k_nn"]["seeds"] == [0, 1]


def test_features_of_one_size_are_kept_side_by_side(recorded):
    for key in ("lda", "pca_9", "plain_9"):
        chapter05.all_labels("mnist", key, epochs=1)
    found = recorded()
    assert set(found) == {f"mnist_all_{key}_k_nn" for key in ("lda", "pca_9", "plain_9")}
    assert "9 linear discriminants" in found["mnist_all_lda_k_nn"]["note"]
    assert "240 training images" in found["mnist_all_pca_9_k_nn"]["note"]


def test_every_damage_is_kept_for_each_kind_of_features(recorded):
    chapter05.damaged("fashion", "pixels")
    chapter05.damaged("fashion", "masking", epochs=1)
    found = recorded()
    assert set(found) == {
        f"fashion_damage_{damage}_{key}_k_nn"
        for damage in chapter05.DAMAGES
        for key in ("pixels", "masking")
    }
    assert "denoising, masked" in found["fashion_damage_none_masking_k_nn"]["note"]


def test_codes_of_each_size_are_kept_apart(recorded, monkeypatch):
    monkeypatch.setattr(chapter05, "WIDER", (4, 6))
    chapter05.wider("fashion", epochs=1)
    found = recorded()
    assert set(found) == {
        f"fashion_few_10_{kind}_{size}_k_nn" for kind in ("plain", "masking") for size in (4, 6)
    }
    assert "6 numbers" in found["fashion_few_10_plain_6_k_nn"]["note"]
