"""Mixing and adding codes, beside mixing and adding pixels."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from image_data import blobs  # noqa: E402

from aecourse.applications import image_editing as editing  # noqa: E402
from aecourse.applications.feature_space import train_classifier  # noqa: E402
from aecourse.applications.image_generation import LinearGenerator  # noqa: E402
from aecourse.applications.variants import Split  # noqa: E402
from aecourse.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def split():
    parts = [blobs(150, seed) for seed in range(3)]
    return Split(*(images for images, _ in parts), *(labels for _, labels in parts))


@pytest.fixture(scope="module")
def space(split):
    return train_classifier(split.train, split.train_labels, epochs=8)


@pytest.fixture(scope="module")
def coders(split):
    return {"pixels": editing.Pixels(), "PCA": LinearGenerator(split.train, 8)}


def test_the_way_begins_and_ends_with_the_images_themselves(split):
    starts, ends = split.test[:4], split.test[4:8]
    first, middle, last = editing.between(editing.Pixels(), starts, ends, [0, 0.5, 1])
    np.testing.assert_array_equal(first, starts)
    np.testing.assert_array_equal(last, ends)
    np.testing.assert_allclose(middle, (starts + ends) / 2, rtol=1e-6)


def test_a_way_needs_as_many_ends_as_starts(split):
    with pytest.raises(InputError, match="pairs of images"):
        editing.between(editing.Pixels(), split.test[:4], split.test[:5], [0.5])


@pytest.mark.filterwarnings("ignore:features_")
def test_halfway_has_one_row_for_each_way(coders, space, split):
    starts, ends, real = split.test[:40], split.test[40:80], split.test[80:120]
    table = editing.halfway(coders, starts, ends, space, real)
    assert table["way"].tolist() == ["pixels", "PCA"]
    assert table["precision"].between(0, 1).all()
    assert (table["frechet"] > 0).all()


def test_a_direction_is_the_difference_of_two_means():
    codes = np.array([[0.0, 1], [2, 1]] * 5)
    has = np.tile([False, True], 5)
    np.testing.assert_allclose(editing.direction(codes, has), [2, 0])


@pytest.mark.parametrize(
    ("has", "says"),
    [
        (np.zeros(10, int), "10 booleans"),
        (np.zeros(9, bool), "10 booleans"),
        (np.arange(10) < 2, "2 of 10 images have the attribute"),
        (np.arange(10) < 8, "8 of 10 images have the attribute"),
    ],
)
def test_a_direction_needs_an_attribute_that_some_have_and_some_lack(has, says):
    with pytest.raises(InputError, match=says):
        editing.direction(np.zeros((10, 2)), has)


def test_the_whole_step_changes_what_the_classifier_sees_and_none_does_not(coders, space, split):
    table = editing.arithmetic(
        {**coders, "same": _Same(split)}, split, space, source=0, target=1, strengths=(0.0, 1.0)
    ).set_index(["way", "strength"])
    assert table.loc[("pixels", 0.0), "changed"] < 0.2
    assert table.loc[("pixels", 0.0), "kept"] == pytest.approx(1)
    assert table.loc[("pixels", 1.0), "changed"] > table.loc[("pixels", 0.0), "changed"] + 0.3
    assert table.loc[("same", 1.0), "changed"] == 1
    assert table.loc[("same", 1.0), "kept"] == 0


def test_directions_come_from_training_images_only(space, split):
    watched = _Watched()
    editing.arithmetic({"watched": watched}, split, space, source=0, target=1)
    learnt_from, changed = watched.seen
    known = {image.tobytes() for image in split.train}
    assert all(image.tobytes() in known for image in learnt_from)
    np.testing.assert_array_equal(changed, split.test[split.test_labels == 0][: len(changed)])


class _Watched(editing.Pixels):
    """Remembers what it was asked to encode."""

    def __init__(self):
        self.seen = []

    def encode(self, images):
        self.seen.append(images)
        return super().encode(images)


class _Same:
    """Answers with one image of class 1, whatever it is given."""

    def __init__(self, split):
        self.image = split.train[np.argmax(split.train[:, 4, 6, 0] * (split.train_labels == 1))]

    def encode(self, images):
        return np.zeros((len(images), 2), np.float32)

    def decode(self, codes):
        return np.repeat(self.image[None], len(codes), axis=0)
