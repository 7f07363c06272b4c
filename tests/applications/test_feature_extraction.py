"""The comparisons of chapter 5: nothing is chosen or scaled by test images, and they can fail."""

import dataclasses
from functools import partial

import numpy as np
import pandas as pd
import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from aecourse import datasets  # noqa: E402
from aecourse.applications import extractors, variants  # noqa: E402
from aecourse.applications import feature_extraction as fe  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

KINDS = fe.classifiers()
QUICK = {name: KINDS[name] for name in ("k-NN", "logistic regression")}


@pytest.fixture(scope="module")
def data():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        return variants.split(datasets.load("mnist"), limit=400)


@pytest.fixture(scope="module")
def labelled(data):
    return [fe.labelled_rows(data.train_labels, 10, seed) for seed in range(2)]


@pytest.fixture(scope="module")
def features(data):
    return {
        "pixels": extractors.pixels(data.train),
        "PCA": extractors.principal_components(data.train, [2, 20]),
    }


def poisoned(data):
    """Return the data with a test part that nothing can be computed from."""
    return dataclasses.replace(
        data, test=np.full_like(data.test, np.nan), test_labels=np.full_like(data.test_labels, -1)
    )


# --- no look at the test part ---------------------------------------------------------------------


@pytest.mark.parametrize("key", fe.recipes())
def test_training_never_sees_a_test_image(key, data):
    recipe = fe.recipes()[key]
    given = [dataclasses.replace(each, train=each.train[:64]) for each in (data, poisoned(data))]
    clean, spoilt = (variants.train(recipe, each, epochs=1)[0] for each in given)
    for a, b in zip(clean.get_weights(), spoilt.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_extractors_and_choices_never_see_the_test_part(data, labelled):
    def chosen(given):
        model, _ = variants.train(fe.recipes()["masking"], given, epochs=1)
        candidates = (
            *extractors.pixels(given.train),
            *extractors.principal_components(given.train, [5]),
            *extractors.codes(model, given.train),
        )
        seen = [extractor.apply(given.validation) for extractor in candidates]
        choices = fe.choose(given, candidates, QUICK, labelled)
        return seen, {
            name: (each.extractor.title, each.setting, each.accuracy)
            for name, each in choices.items()
        }

    (clean, choices), (spoilt, same) = chosen(data), chosen(poisoned(data))
    assert choices == same
    for a, b in zip(clean, spoilt, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_rest_of_the_table_does_not_depend_on_the_test_part(data, labelled, features):
    other = dataclasses.replace(data, test=1 - data.test, test_labels=9 - data.test_labels)
    here, there = (fe.compare(each, features, QUICK, labelled) for each in (data, other))
    pd.testing.assert_frame_equal(here.drop(columns="accuracy"), there.drop(columns="accuracy"))
    assert np.any(here["accuracy"] != there["accuracy"])


def test_discriminants_learn_from_the_labelled_images_alone(data, labelled):
    candidates = extractors.discriminants(data.train, 10)[:1]
    labels = data.train_labels.copy()
    hidden = np.setdiff1d(np.arange(len(labels)), labelled[0])
    labels[hidden] = (labels[hidden] + 1) % 10
    wrong = dataclasses.replace(data, train_labels=labels)
    here, there = (
        fe.compare(each, {"LDA": candidates}, {"k-NN": KINDS["k-NN"]}, labelled[:1])
        for each in (data, wrong)
    )
    pd.testing.assert_frame_equal(here, there)


# --- the table ------------------------------------------------------------------------------------


def test_there_is_a_row_for_each_combination(data, labelled, features):
    damages = {"none": lambda images: images, "noise": fe.gaussian_noise(0.5)}
    table = fe.compare(data, features, QUICK, labelled, damages=damages)
    assert len(table) == 2 * 2 * 2 * 2
    places = ["features", "classifier", "repetition", "damage"]
    assert not table.duplicated(places).any()
    assert (table["labels"] == 100).all()
    assert table["accuracy"].between(0, 1).all()
    clean, noisy = (table[table["damage"] == name]["accuracy"].mean() for name in damages)
    assert noisy < clean


@pytest.mark.parametrize("name", KINDS)
def test_each_classifier_learns_with_each_of_its_settings(name, data):
    rows = fe.labelled_rows(data.train_labels, 20, 0)
    extractor = extractors.principal_components(data.train, [20])[1]
    for setting in KINDS[name].settings:
        one = fe.Classifier(KINDS[name].build, (setting,))
        choice = fe.choose(data, (extractor,), {name: one}, [rows])[name]
        assert choice.setting == setting
        assert choice.accuracy > 0.4


def test_the_choice_is_the_best_on_the_validation_part(data, labelled):
    candidates = extractors.principal_components(data.train, [1, 20])
    best = fe.choose(data, candidates, QUICK, labelled)
    for name, choice in best.items():
        alone = [fe.choose(data, (each,), QUICK, labelled)[name].accuracy for each in candidates]
        assert choice.accuracy == max(alone)
        assert choice.extractor is candidates[int(np.argmax(alone))]
        assert choice.extractor.size == 20


def test_settings_can_be_chosen_with_fewer_images_than_are_trained_on(data, labelled, features):
    everything = [np.arange(len(data.train))]
    table = fe.compare(data, features, QUICK, everything, choosing=labelled)
    few = fe.compare(data, features, QUICK, labelled)
    assert (table["labels"] == len(data.train)).all()
    for name in QUICK:
        validation = table[table["classifier"] == name]["validation"].unique()
        assert set(validation) == set(few[few["classifier"] == name]["validation"])
    assert table["accuracy"].mean() > few["accuracy"].mean()


def test_more_labels_help(data, features):
    table = fe.few_labels(data, features, QUICK, counts=(1, 10), seeds=range(2))
    means = table.groupby("per_class")["accuracy"].mean()
    assert means[10] > means[1] + 0.1
    assert (table["labels"] == 10 * table["per_class"]).all()


# --- labelled draws -------------------------------------------------------------------------------


def test_a_draw_holds_equally_many_of_each_class_and_none_twice(data):
    rows = fe.labelled_rows(data.train_labels, 5, 3)
    np.testing.assert_array_equal(np.bincount(data.train_labels[rows]), np.full(10, 5))
    assert len(set(rows)) == 50
    np.testing.assert_array_equal(rows, fe.labelled_rows(data.train_labels, 5, 3))
    assert set(rows) != set(fe.labelled_rows(data.train_labels, 5, 4))


def test_a_smaller_draw_is_part_of_a_larger_one(data):
    small, large = (set(fe.labelled_rows(data.train_labels, count, 0)) for count in (1, 5))
    assert small < large


def test_more_labels_than_a_class_has_are_refused():
    with pytest.raises(InputError, match="class 1 has 2 images"):
        fe.labelled_rows(np.array([0, 0, 0, 1, 1]), 3, 0)


# --- the difference -------------------------------------------------------------------------------


def results(**accuracies):
    rows = [
        {
            "labels": 10,
            "damage": "none",
            "classifier": "k-NN",
            "features": name,
            "repetition": repetition,
            "accuracy": accuracy,
        }
        for name, values in accuracies.items()
        for repetition, accuracy in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_the_advantage_is_over_the_best_of_the_others_in_the_same_repetition():
    table = results(codes=[0.9, 0.8], pixels=[0.5, 0.9], PCA=[0.8, 0.7])
    found = fe.advantage(table, "codes", ["pixels", "PCA"])
    assert found["best"].tolist() == ["PCA", "PCA"]
    assert found["repetition"].tolist() == [0, 1]
    assert found["difference"].tolist() == pytest.approx([0.1, 0.1])


def test_each_classifier_has_a_best_of_its_own_and_a_disadvantage_is_told_too():
    one = results(codes=[0.4], pixels=[0.5], PCA=[0.3])
    other = results(codes=[0.4], pixels=[0.1], PCA=[0.3]).assign(classifier="forest")
    found = fe.advantage(pd.concat([one, other]), "codes", ["pixels", "PCA"])
    found = found.set_index("classifier")
    assert found.loc["k-NN", "best"] == "pixels"
    assert found.loc["k-NN", "difference"] == pytest.approx(-0.1)
    assert found.loc["forest", "best"] == "PCA"
    assert found.loc["forest", "difference"] == pytest.approx(0.1)


# --- damages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [partial(fe.gaussian_noise, 0.3), partial(fe.masked_patches, 0.3)],
    ids=["noise", "patches"],
)
def test_damage_is_repeated_by_its_seed_and_keeps_images(damage, data):
    before = data.test.copy()
    first, again, other = (damage(seed=seed)(data.test) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    np.testing.assert_array_equal(data.test, before)
    assert first.shape == data.test.shape
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1


def test_noise_is_as_loud_as_asked_for():
    grey = np.full((50, 10, 10, 1), 0.5, dtype="float32")
    assert (fe.gaussian_noise(0.05)(grey) - grey).std() == pytest.approx(0.05, rel=0.05)


def test_patches_are_hidden_whole_and_in_the_share_asked_for():
    white = np.ones((200, 10, 10, 1), dtype="float32")
    damaged = fe.masked_patches(0.25, side=4)(white)
    patches = damaged[:, :8, :8].reshape(200, 2, 4, 2, 4)
    means = patches.mean(axis=(2, 4))
    assert set(np.unique(means)) == {0, 1}
    assert means.mean() == pytest.approx(0.75, abs=0.05)
    np.testing.assert_array_equal(fe.masked_patches(0.0)(white), white)
    np.testing.assert_array_equal(fe.masked_patches(1.0)(white), 0)
