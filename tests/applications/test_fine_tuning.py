"""Two classifiers differ by their start alone, and nothing is chosen by test images."""

import dataclasses

import numpy as np
import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from aecourse import datasets, networks  # noqa: E402
from aecourse.applications import feature_extraction as fe  # noqa: E402
from aecourse.applications import fine_tuning as ft  # noqa: E402
from aecourse.applications import variants  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

TUNING = ft.Tuning(epochs=2, patience=2)


@pytest.fixture(scope="module")
def data():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        return variants.split(datasets.load("cifar10"), limit=300)


def encoder(seed=0):
    return networks.convolutional((32, 32, 3), 8, filters=(4, 8), kernel_size=3, seed=seed)[0]


def network(seed=0, **settings):
    return ft.classifier(encoder(), "halve_2", 10, seed=seed, **settings)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_classifier_starts_from_the_encoder_and_leaves_it_alone(data):
    start = encoder()
    before = start.get_weights()
    built = ft.classifier(start, "halve_1", 10)
    assert built.output_shape == (None, 10)
    assert same(built.get_weights()[:2], before[:2])
    ft.tune(built, data, np.arange(100), TUNING)
    assert not same(built.get_weights()[:2], before[:2])
    assert same(start.get_weights(), before)


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(InputError, match=r"no layer 'pool'; it has sample, halve_1"):
        ft.classifier(encoder(), "pool", 10)


def test_it_learns(data):
    lit = {}
    for part in ("train", "validation", "test"):
        images = getattr(data, part).copy()
        labels = np.arange(len(images)) % 3
        images[np.arange(len(images)), :, :, labels] += 0.5  # each class has a colour of its own
        lit |= {part: images, f"{part}_labels": labels}
    coloured = variants.Split(**lit)
    built = ft.classifier(encoder(), "halve_2", 3)
    assert ft.accuracy(built, coloured.test, coloured.test_labels) < 0.6
    tuning = ft.Tuning(epochs=6, patience=6, learning_rate=5e-3)
    ft.tune(built, coloured, np.arange(len(coloured.train)), tuning)
    assert ft.accuracy(built, coloured.test, coloured.test_labels) > 0.9


def test_tuning_never_sees_a_test_image(data):
    poisoned = dataclasses.replace(
        data, test=np.full_like(data.test, np.nan), test_labels=np.full_like(data.test_labels, -1)
    )
    rows = fe.labelled_rows(data.train_labels, 5, 0)
    built = [network() for _ in range(2)]
    clean, spoilt = (
        ft.tune(each, given, rows, TUNING)
        for each, given in zip(built, (data, poisoned), strict=True)
    )
    assert clean == spoilt
    assert same(built[0].get_weights(), built[1].get_weights())


def test_images_without_a_label_are_not_trained_on(data):
    rows = fe.labelled_rows(data.train_labels, 5, 0)
    others = np.setdiff1d(np.arange(len(data.train)), rows)
    train = data.train.copy()
    train[others] = np.nan
    built = network()
    assert ft.tune(built, dataclasses.replace(data, train=train), rows, TUNING)
    assert all(np.isfinite(each).all() for each in built.get_weights())


def test_the_run_ends_with_patience_and_keeps_its_best_epoch(data, monkeypatch):
    told = iter([0.2, 0.5, 0.4, 0.3, 0.9])
    seen = []

    def accuracy(network, images, labels):
        seen.append(network.get_weights())
        return next(told)

    monkeypatch.setattr(ft, "accuracy", accuracy)
    built = network()
    found = ft.tune(built, data, np.arange(60), ft.Tuning(epochs=5, patience=2))
    assert found == [0.2, 0.5, 0.4, 0.3]
    assert same(built.get_weights(), seen[1])


def test_images_are_moved_and_mirrored_and_never_the_same_way_twice(data):
    rng = np.random.default_rng(0)
    images = data.train[:50]
    found = ft.varied(images, rng)
    assert found.shape == images.shape
    assert found.dtype == images.dtype
    assert np.any(found != ft.varied(images, rng))
    np.testing.assert_array_equal(found, ft.varied(images, np.random.default_rng(0)))
    still = ft.varied(images, rng, shift=0)
    kept, turned = ((still == each).all(axis=(1, 2, 3)) for each in (images, images[:, :, ::-1]))
    assert (kept | turned).all()
    assert 10 < turned.sum() < 40


def test_a_moved_image_is_a_window_of_the_padded_one():
    image = np.arange(64, dtype="float32").reshape(1, 8, 8, 1)
    padded = np.pad(image, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    windows = {
        turned[0, r : r + 8, c : c + 8].tobytes()
        for turned in (padded, np.pad(image[:, :, ::-1], ((0, 0), (2, 2), (2, 2), (0, 0)), "edge"))
        for r in range(5)
        for c in range(5)
    }
    found = {ft.varied(image, np.random.default_rng(s), shift=2).tobytes() for s in range(300)}
    assert found == windows
