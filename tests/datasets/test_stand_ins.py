"""Every stand-in has the shape and keys of the real set, is reproducible, and can be learnt."""

import numpy as np
import pytest

from aecourse import datasets
from aecourse.datasets import registry

# name: sample shape, dtype, number of classes
EXPECTED = {
    "mnist": ((28, 28), np.uint8, 10),
    "fashion_mnist": ((28, 28), np.uint8, 10),
    "cifar10": ((32, 32, 3), np.uint8, 10),
    "olivetti_faces": ((64, 64), np.uint8, 40),
    "celeba": ((64, 64, 3), np.uint8, 1),
    "imdb": ((), object, 2),
    "newsgroups20": ((), object, 20),
    "movielens": ((2,), np.int64, 0),
    "creditcard": ((29,), np.float64, 2),
    "adbench/cardio": ((21,), np.float64, 2),
}
ADBENCH_FEATURES = {
    "annthyroid": 6, "breastw": 9, "cardio": 21, "ionosphere": 32, "letter": 32, "mammography": 6,
    "optdigits": 64, "pendigits": 16, "satimage-2": 36, "shuttle": 9, "thyroid": 6, "wdbc": 30,
}  # fmt: skip

_loaded: dict[str, datasets.Dataset] = {}


def stand_in(name):
    if name not in _loaded:
        _loaded[name] = datasets.load(name)
    return _loaded[name]


def test_every_data_set_is_in_the_table_of_this_test():
    others = {f"adbench/{name}" for name in ADBENCH_FEATURES}

    assert set(registry.names()) == set(EXPECTED) | others


@pytest.mark.parametrize("name", EXPECTED)
def test_it_has_the_shape_dtype_and_keys_of_the_real_set(name):
    shape, dtype, classes = EXPECTED[name]
    data = stand_in(name)

    assert data.name == name
    assert data.provenance.is_stand_in
    assert not data.provenance.complete
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        assert x.shape == (len(y), *shape)
        assert x.dtype == dtype
        assert y.dtype == (np.float64 if name == "movielens" else np.int64)
        assert 50 <= len(x) <= 10_000
    assert len(data.class_names) == classes
    if classes:
        assert set(data.y_train) == set(data.y_test) == set(range(classes))


@pytest.mark.parametrize(("name", "features"), ADBENCH_FEATURES.items())
def test_an_adbench_stand_in_has_the_real_number_of_features(name, features):
    data = stand_in(f"adbench/{name}")

    assert data.x_train.shape[1] == len(data.feature_names) == features


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_the_same_in_every_run(name):
    again = datasets.load(name)

    np.testing.assert_array_equal(stand_in(name).x_train, again.x_train)
    np.testing.assert_array_equal(stand_in(name).y_test, again.y_test)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "olivetti_faces"])
def test_no_test_image_is_a_training_image(name):
    data = stand_in(name)

    assert not {x.tobytes() for x in data.x_train} & {x.tobytes() for x in data.x_test}


@pytest.mark.parametrize(
    ("name", "accuracy"), [("mnist", 0.9), ("fashion_mnist", 0.8), ("olivetti_faces", 0.5)]
)
def test_a_linear_classifier_learns_the_pictures(name, accuracy):
    from sklearn.linear_model import RidgeClassifier

    data = stand_in(name)
    x_train, x_test = (x.reshape(len(x), -1) / 255 for x in (data.x_train, data.x_test))

    assert RidgeClassifier(100).fit(x_train, data.y_train).score(x_test, data.y_test) >= accuracy


def test_the_shapes_can_be_told_apart_by_their_edges():
    from sklearn.ensemble import RandomForestClassifier

    data = stand_in("cifar10")

    def edges(images):  # the colours are random: only the outline tells
        grey = images.astype(float)
        steps = np.abs(np.diff(grey[:, :, :31], axis=1)) + np.abs(np.diff(grey[:, :31], axis=2))
        return steps.sum(axis=-1).reshape(len(images), -1)

    forest = RandomForestClassifier(60, random_state=0, n_jobs=1)
    forest.fit(edges(data.x_train), data.y_train)

    assert forest.score(edges(data.x_test), data.y_test) > 0.6


@pytest.mark.parametrize(("name", "low", "high"), [("imdb", 0.8, 1.0), ("newsgroups20", 0.8, 1.0)])
def test_the_texts_can_be_classified(name, low, high):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline

    data = stand_in(name)
    model = make_pipeline(TfidfVectorizer(), RidgeClassifier()).fit(data.x_train, data.y_train)

    assert low < model.score(data.x_test, data.y_test) <= high


@pytest.mark.parametrize("name", ["creditcard", "adbench/cardio", "adbench/mammography"])
def test_the_anomalies_can_be_found_but_not_all(name):
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import roc_auc_score

    data = stand_in(name)
    normal = data.x_train[data.y_train == 0]
    scores = -IsolationForest(random_state=0).fit(normal).score_samples(data.x_test)

    assert 0.65 < roc_auc_score(data.y_test, scores) < 1.0
    assert 0 < data.y_test.mean() < 0.2


def test_the_ratings_follow_hidden_tastes():
    data = stand_in("movielens")
    table = np.full((201, 301), np.nan)
    for (user, film), stars in zip(data.x_train, data.y_train, strict=True):
        table[user, film] = stars
    how_many = (~np.isnan(table)).sum(axis=0)
    film_mean = (np.nansum(table, axis=0) + 3.3) / (how_many + 1)
    centred = np.nan_to_num(table - film_mean)
    u, s, v = np.linalg.svd(centred, full_matrices=False)
    tastes = (u[:, :4] * s[:4]) @ v[:4]
    user, film = data.x_test.T
    gap = data.y_test - film_mean[film]

    assert set(np.unique(data.ratings.rating)) <= {k / 2 for k in range(1, 11)}
    assert np.corrcoef(tastes[user, film], gap)[0, 1] > 0.25
    assert (
        data.ratings.movieId.value_counts().iloc[0]
        > 5 * data.ratings.movieId.value_counts().median()
    )
    assert data.movies.genres.str.contains("|", regex=False).all()


def test_users_of_the_test_ratings_are_known_from_training():
    data = stand_in("movielens")

    assert set(data.x_test[:, 0]) <= set(data.x_train[:, 0])
