"""The long runs of chapter 4 record what the chapter cites, and nothing that has no value."""

import dataclasses

import numpy as np
import pytest
from long_run_data import first, records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("single_operations"),
]

from aecourse import datasets  # noqa: E402
from aecourse.applications import code_inversion  # noqa: E402
from tools.long_runs import chapter04  # noqa: E402


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    read = records(monkeypatch, tmp_path, "04_long_runs")
    monkeypatch.setattr(chapter04, "loaded", small)
    return read


def small(name):
    if name == "olivetti_faces":
        data = datasets.load(name)
        return dataclasses.replace(
            data, x_train=data.x_train[:, ::8, ::8], x_test=data.x_test[:, ::8, ::8]
        )
    return first(name, train=300, test=60)


def test_a_method_without_a_way_back_or_a_place_for_new_images_has_no_such_number(recorded):
    chapter04.reduce("mnist", "pca", 2)
    chapter04.reduce("mnist", "tsne", 2)
    found = recorded()
    assert {"mnist_pca_2_mse", "mnist_pca_2_accuracy", "mnist_tsne_2_continuity"} <= set(found)
    assert not {"mnist_tsne_2_mse", "mnist_tsne_2_accuracy"} & set(found)
    assert "no place for new images" in found["mnist_tsne_2_accuracy_within"]["note"]


def test_several_seeds_are_kept_with_their_spread(recorded, monkeypatch):
    monkeypatch.setattr(chapter04, "SEEDS", 2)
    chapter04.reduce("mnist", "dense", 2, epochs=1)
    chapter04.reduce("mnist", "dense", 8, epochs=1)
    entry = recorded()["mnist_dense_2_mse"]
    assert entry["seeds"] == [0, 1]
    assert entry["spread"] > 0
    assert recorded()["mnist_dense_8_mse"]["seeds"] == [0]


def test_bits_and_errors_are_kept_for_each_step(recorded, monkeypatch):
    monkeypatch.setattr(chapter04, "ROUNDED", ("pca",))
    chapter04.rates("fashion")
    found = recorded()
    bits = [found[f"fashion_pca_32_step_{step}_bits"]["value"] for step in (0.1, 0.8)]
    assert bits == sorted(bits, reverse=True)
    assert "fashion_pca_32_step_0.8_mse" in found


def test_attacks_are_kept_by_method_kind_and_pairs(recorded, monkeypatch):
    monkeypatch.setattr(chapter04, "ATTACKED", ("pca",))
    monkeypatch.setattr(chapter04, "PAIRS", (40,))
    monkeypatch.setattr(chapter04, "FACE_PAIRS", (40,))
    monkeypatch.setattr(code_inversion, "ITERATIONS", 3)
    chapter04.inversion("mnist", epochs=1)
    chapter04.faces(epochs=1)
    found = recorded()
    assert np.isfinite(found["mnist_pca_32_ridge_40_recognised"]["value"])
    assert 0 < found["faces_pca_32_network_40_recognised_originals"]["value"] <= 1
    entry = found["faces_pca_32_ridge_40_mse"]
    assert len(entry["seeds"]) == 5
    assert entry["value"] < found["faces_pca_32_ridge_40_mean_image_mse"]["value"]
