"""What is measured on drawn images: real ones are best, copies are found out."""

import numpy as np
import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore:features_")]

from image_data import blobs  # noqa: E402

from aecourse.applications import generation_quality as quality  # noqa: E402
from aecourse.applications import image_generation as generation  # noqa: E402
from aecourse.applications.feature_space import train_classifier  # noqa: E402
from aecourse.applications.variants import Split  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def split():
    parts = [blobs(200, seed) for seed in range(3)]
    return Split(*(images for images, _ in parts), *(labels for _, labels in parts))


@pytest.fixture(scope="module")
def reference(split):
    space = train_classifier(split.train, split.train_labels, epochs=1)
    return quality.Reference.of(space, split, "validation")


def test_the_reference_takes_its_images_in_turn_and_none_twice(reference, split):
    np.testing.assert_array_equal(reference.real, split.validation[::2])
    np.testing.assert_array_equal(reference.others, split.validation[1::2])
    assert reference.known is split.train
    small = quality.Reference.of(reference.space, split, "test", count=10)
    assert len(small.real) == len(small.others) == 10


def test_real_images_are_nearer_than_noise_and_copies_are_found_out(reference, split):
    def noise(count, seed):
        return np.random.default_rng(seed).random((count, 8, 8, 1)).astype("float32")

    table = quality.judge(
        {
            "floor": generation.copies_of(reference.others),
            "copies": generation.copies_of(split.train),
            "noise": noise,
        },
        reference,
        seeds=(0, 1),
    )
    assert table.groupby("generator").size().eq(2).all()
    means = table.groupby("generator").mean()
    assert means["frechet"].idxmax() == "noise"
    assert means.loc["noise", "recall"] < means.loc["floor", "recall"]
    assert means.loc["copies", "copying"] == 1
    assert means.loc["copies", "nearest"] == 0
    assert abs(means.loc["floor", "copying"]) < 0.4
    nearer = quality.times_nearer(table)
    assert nearer["noise"] == 1
    assert nearer["floor"] > 2


def test_copying_is_0_on_average_where_nothing_is_known():
    known, unseen, drawn = (blobs(300, seed)[0] for seed in (5, 6, 7))
    found = quality.copying(drawn, known[:150], unseen)
    assert found.chance == pytest.approx(1 / 3)
    assert abs(found.beyond_chance) < 0.15


def test_half_copies_count_for_half():
    known, unseen, drawn = (blobs(400, seed)[0] for seed in (5, 6, 7))
    drawn[:200] = known[:200]
    assert quality.copying(drawn, known, unseen).beyond_chance == pytest.approx(0.5, abs=0.12)


def test_a_baseline_that_is_not_there_is_named(reference):
    table = quality.judge({"floor": generation.copies_of(reference.others)}, reference)
    with pytest.raises(InputError, match="no generator 'noise'; it has floor"):
        quality.times_nearer(table)


def test_reduced_features_are_the_main_directions_of_the_training_images(reference, split):
    space = quality.ReducedFeatures(reference.space, split.train, 2)
    found = space.features(split.train)
    assert found.shape == (len(split.train), 2)
    assert found[:, 0].std() >= found[:, 1].std()
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_array_equal(space.predict(split.test), reference.space.predict(split.test))
    full = reference.space.features(split.train)
    assert np.var(found[:, 0]) == pytest.approx(
        np.linalg.eigvalsh(np.cov(full.T, bias=True))[-1], rel=1e-3
    )


def test_judging_does_not_change_what_is_judged(reference):
    before = reference.real.copy()
    quality.judge({"floor": generation.copies_of(reference.others)}, reference)
    np.testing.assert_array_equal(reference.real, before)
