"""The attack on codes: it sees no victim, and finds what a code does not hide."""

import dataclasses

import numpy as np
import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from aecourse import datasets, metrics  # noqa: E402
from aecourse.applications import code_inversion, variants  # noqa: E402
from aecourse.applications import dimensionality_reduction as reduction  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def faces():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        data = datasets.load("olivetti_faces")
        return dataclasses.replace(
            data, x_train=data.x_train[:, ::4, ::4], x_test=data.x_test[:, ::4, ::4]
        )


@pytest.fixture(scope="module")
def digits():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        return variants.split(datasets.load("mnist"), limit=300)


@pytest.fixture(scope="module")
def scene(faces):
    return code_inversion.people_scene(faces)


@pytest.fixture(scope="module")
def components(scene):
    return {"pca": reduction.methods()["pca"].fit(scene.owner, 8)}


def test_owner_attacker_and_victims_share_no_image_and_the_attacker_no_person(faces, scene):
    hands = [
        {image.tobytes() for image in images}
        for images in (scene.owner, scene.public, scene.victims)
    ]
    assert not hands[0] & hands[1]
    assert not hands[2] & (hands[0] | hands[1])
    assert len(scene.owner) == len(scene.public) == 160
    shown = {
        image.tobytes(): person
        for image, person in zip(
            reduction.flat(faces.x_train / np.float32(255)), faces.y_train, strict=True
        )
    }
    public = {shown[row.tobytes()] for row in reduction.flat(scene.public)}
    assert not public & set(scene.victim_labels)


def test_another_seed_makes_other_halves(faces, scene):
    other = code_inversion.people_scene(faces, seed=1)
    assert set(other.victim_labels) != set(scene.victim_labels)


def test_a_person_is_told_by_a_known_picture(scene):
    assert (scene.recognise(scene.victims) == scene.victim_labels).mean() > 0.5


def test_the_victims_change_neither_the_code_nor_what_the_attacker_learns(faces):
    poisoned = dataclasses.replace(
        faces, x_test=faces.x_test[::-1].copy(), y_test=np.zeros_like(faces.y_test)
    )
    scenes = [code_inversion.people_scene(data) for data in (faces, poisoned)]
    codes, rebuilt, named = [], [], []
    for scene in scenes:
        fitted = reduction.methods(epochs=1)["dense"].fit(scene.owner, 4)
        codes.append(fitted.encode(scene.public))
        learnt = code_inversion.attackers()["network"]
        decoder = code_inversion.learn_decoder(learnt, codes[-1], scene.public)
        rebuilt.append(decoder(codes[0]))
        named.append(scene.recognise(scenes[0].owner))
    for first, again in (codes, rebuilt, named):
        np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("attack", code_inversion.attackers())
def test_a_decoder_learnt_from_pairs_undoes_a_linear_map(attack):
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(4, 36)) / 10
    hidden = rng.normal(size=(600, 4))
    images = np.clip(0.5 + hidden @ mixing, 0, 1).reshape(-1, 6, 6, 1).astype("float32")
    codes = hidden @ rng.normal(size=(4, 4))
    decoder = code_inversion.learn_decoder(
        code_inversion.attackers()[attack], codes[:500], images[:500]
    )
    error = metrics.mean_squared_error(images[500:], decoder(codes[500:]))
    assert error < 0.25 * code_inversion.mean_image_error(images[:500], images[500:])


def test_codes_are_inverted_without_the_owners_decoder(scene, components):
    table = code_inversion.invert(components, scene, pairs=(40, 160))
    assert table[["method", "attack", "pairs"]].drop_duplicates().shape == (4, 3)
    best = table["mse"].min()
    assert best < 0.7 * table["mean_image_mse"].max()
    assert best >= 0.9 * table["owner_mse"].min()
    assert table["recognised"].max() > 3 * table["chance"].max()
    assert (table["chance"] == 1 / 20).all()
    blind = dataclasses.replace(components["pca"], decode=None)
    again = code_inversion.invert({"pca": blind}, scene, pairs=(40, 160))
    assert again["owner_mse"].isna().all()
    assert again["mse"].equals(table["mse"])


def test_codes_of_chance_tell_nothing(scene):
    rng = np.random.default_rng(0)
    noise = reduction.Reduction(lambda images: rng.normal(size=(len(images), 8)))
    table = code_inversion.invert({"noise": noise}, scene, pairs=(160,))
    ridge = table[table["attack"] == "ridge regression"]
    assert (ridge["mse"] > 0.95 * ridge["mean_image_mse"]).all()


def test_the_attacker_of_digits_trains_on_held_out_images(digits):
    scene = code_inversion.classes_scene(digits, victims=50)
    assert scene.owner is digits.train
    assert scene.public is digits.validation
    np.testing.assert_array_equal(scene.victims, variants.spread(digits.test, 50))
    poisoned = dataclasses.replace(digits, test=np.zeros_like(digits.test))
    again = code_inversion.classes_scene(poisoned, victims=50)
    np.testing.assert_array_equal(scene.recognise(digits.train), again.recognise(digits.train))


def test_pairs_and_methods_that_cannot_be_are_refused(scene, components):
    with pytest.raises(InputError, match="there are 160 public images"):
        code_inversion.invert(components, scene, pairs=(161,))
    with pytest.raises(InputError, match="at least 40"):
        code_inversion.invert(components, scene, pairs=(39,))
    mapped = dataclasses.replace(components["pca"], places_new=False)
    with pytest.raises(InputError, match="no codes for new images"):
        code_inversion.invert({"map": mapped}, scene, pairs=(40,))
