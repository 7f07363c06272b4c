"""The long runs of section 8.3 record every way beside its baselines, one value a seed."""

import pytest
from long_run_data import first, records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:features_"),
]

from tools.long_runs import chapter08_images as images  # noqa: E402


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    read = records(monkeypatch, tmp_path, "08_image_generation_long_runs")
    monkeypatch.setattr(images, "loaded", small)
    monkeypatch.setattr(images, "SEEDS", dict.fromkeys(images.SEEDS, range(2)))
    monkeypatch.setattr(images, "SIZES", {"fashion": images.Size(3, (2, 2))})
    monkeypatch.setattr(images, "SPACE_EPOCHS", {"fashion": 1})
    monkeypatch.setattr(images, "COMPLETED", 20)
    monkeypatch.setattr(images, "PAIRS", 20)
    monkeypatch.setattr(images, "CHANGES", {"sleeves": (0, 2)})
    cached = (images.scene, images.trained, images.rival_for, images.distance_of)
    for function in cached:
        function.cache_clear()
    yield read
    for function in cached:
        function.cache_clear()


def small(name):
    return first(name, train=200, test=120)


def test_references_and_generators_are_kept_with_the_features_they_are_judged_in(recorded):
    images.references("fashion")
    images.generators("fashion", "autoencoder", epochs=1)
    found = recorded()
    for key in ("floor", "copies", "linear", "noise", "gaussian", "mixture"):
        assert found[f"fashion_{key}_frechet"]["seeds"] == [0, 1]
    assert "not FID; 60 of each" in found["fashion_noise_frechet"]["note"]
    assert found["fashion_copies_copying"]["value"] == 1
    assert found["fashion_autoencoder_test_mse"]["seeds"] == [0, 1]
    assert 0 < found["fashion_space_accuracy"]["value"] <= 1


def test_distances_stand_beside_those_of_noise_and_of_the_variational_autoencoder(recorded):
    images.generators("fashion", "autoencoder", epochs=1)
    images.generators("fashion", "variational", epochs=1)
    found = recorded()
    noise = found["fashion_noise_frechet"]["value"]
    assert found["fashion_noise_frechet"]["reference"] == pytest.approx(noise, rel=0.05)
    aim = found["fashion_variational_frechet"]["value"]
    assert found["fashion_mixture_frechet"]["target"] == pytest.approx(aim, rel=0.05)
    assert "target" not in found["fashion_gaussian_frechet"]
    assert found["fashion_noise_times_nearer"]["value"] == pytest.approx(1, abs=1e-3)
    assert found["fashion_mixture_times_nearer"]["target"] == 1
    assert images.trained.cache_info().misses == 4


def test_every_completion_is_kept_for_both_halves_and_a_model_is_trained_once(recorded):
    images.completions(epochs=1)
    found = recorded()
    simple, searched = ("mean", "mirror", "nearest", "linear"), ("fit_alone", "search")
    for hidden in ("right", "bottom"):
        for way in (*simple, *searched, "plain", "trained"):
            assert found[f"fashion_complete_{hidden}_{way}_hidden_mse"]["value"] > 0
        assert found[f"fashion_complete_{hidden}_whole_image_hidden_mse"]["value"] == 0
    assert images.trained.cache_info().misses == 4
    assert images.rival_for.cache_info().misses == 2


def test_edits_are_kept_beside_those_of_pixels(recorded):
    images.edits(epochs=1)
    found = recorded()
    assert found["fashion_mix_pixels_precision"]["seeds"] == [0]
    assert found["fashion_mix_variational_precision"]["seeds"] == [0, 1]
    assert "T-shirt/top to Pullover" in found["fashion_change_sleeves_pixels_changed"]["note"]


def test_faces_are_judged_on_other_people(recorded, monkeypatch):
    from aecourse import datasets

    monkeypatch.setattr(images, "loaded", datasets.load)
    monkeypatch.setattr(images, "SEEDS", {"faces": range(1)})
    images.few_faces(epochs=1)
    found = recorded()
    assert {"faces_linear_frechet", "faces_regularized_gaussian_frechet"} <= set(found)
    assert found["faces_copies_copying"]["value"] == 1
    assert found["faces_new_mse"]["reference"] > 0
    assert "50 of each" in found["faces_floor_frechet"]["note"]


def test_no_experiment_is_named_twice():
    assert len(images.EXPERIMENTS) == 2 + sum(map(len, images.KEYS.values())) + 3
