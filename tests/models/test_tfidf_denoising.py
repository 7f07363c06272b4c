"""The denoising autoencoder of word weights: its two distances, and one dense batch at a time."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.sparse_input import SparseRows  # noqa: E402

FEATURES = 30


def model(distance="cosine", level=0.3, features=FEATURES, **settings):
    pair = networks.dense(
        features, 4, hidden=(), code_activation="tanh", output_activation=None, seed=0
    )
    return models.TfidfDenoisingAutoencoder(*pair, level=level, distance=distance, **settings)


def rows(count=80, seed=0):
    """Return rows of length 1 of four topics, each with words of its own."""
    rng = np.random.default_rng(seed)
    table = np.zeros((count, FEATURES), "float32")
    for number, row in enumerate(table):
        topic = 7 * (number % 4)
        row[topic + rng.choice(7, size=4, replace=False)] = rng.random(4) + 0.5
    return sparse.csr_matrix(table / np.linalg.norm(table, axis=1, keepdims=True))


@pytest.mark.parametrize("distance", ["cosine", "squared_error"])
def test_the_distance_is_what_its_name_says(distance):
    built, x = model(distance), rows(12)
    dense = x.toarray()
    rebuilt = built.decode(built.encode(x))
    lengths = np.linalg.norm(dense, axis=1) * np.linalg.norm(rebuilt, axis=1)
    expected = {
        "cosine": 1 - (dense * rebuilt).sum(axis=1) / lengths,
        "squared_error": np.square(dense - rebuilt).sum(axis=1),
    }[distance]
    np.testing.assert_allclose(built.row_errors(x, batch_size=5), expected, rtol=1e-3, atol=1e-5)
    assert built.evaluate(dense)["loss"] == pytest.approx(expected.mean(), rel=1e-3)


def test_an_empty_row_is_at_distance_one_from_all():
    empty = sparse.csr_matrix((2, FEATURES), dtype=np.float32)
    np.testing.assert_allclose(model().row_errors(empty), 1)
    assert np.isfinite(model().encode(empty)).all()


@pytest.mark.parametrize("distance", ["cosine", "squared_error"])
def test_it_learns_which_words_belong_together(distance):
    built = model(distance, level=0.5)
    history = training.fit_sparse(
        built, rows(200), epochs=40, batch_size=20, learning_rate=1e-2, progress=False
    )
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    rebuilt = built.reconstruct(rows(8, seed=1).toarray())
    topics = rebuilt[:, :28].reshape(8, 4, 7).sum(axis=2).argmax(axis=1)
    np.testing.assert_array_equal(topics, np.arange(8) % 4)


def test_sparse_and_dense_rows_have_the_same_codes():
    built = model()
    dense = built.encode(rows().toarray())
    np.testing.assert_allclose(built.encode(rows(), batch_size=7), dense, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(built.encode(sparse.coo_matrix(rows())), dense, rtol=1e-4, atol=1e-6)


def test_never_more_than_a_batch_is_dense(monkeypatch):
    sizes = []
    original = SparseRows.__getitem__

    def noted(self, which):
        found = original(self, which)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(SparseRows, "__getitem__", noted)
    built = model()
    training.fit_sparse(
        built,
        rows(),
        epochs=2,
        batch_size=16,
        measure=lambda trained: -trained.row_errors(rows(40, 1), batch_size=16).mean(),
        progress=False,
    )
    built.encode(rows(), batch_size=16)
    assert max(sizes) == 16
    assert sum(sizes) >= 2 * 80 + 2 * 40 + 80


def test_the_dense_whole_is_never_in_memory():
    count, features = 4_000, 2_000
    given = sparse.random(count, features, 0.005, format="csr", random_state=0, dtype=np.float32)
    built = model(features=features)
    # What Keras keeps for good is there before it is measured.
    training.fit_sparse(built, given[:8], epochs=1, progress=False)
    tracemalloc.start()
    training.fit_sparse(built, given, epochs=1, batch_size=64, progress=False)
    built.encode(given, batch_size=64)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < count * features * 4 / 2


def test_a_seed_repeats_the_run_and_another_one_does_not():
    runs = [model(), model(), model()]
    for built, seed in zip(runs, (0, 0, 1), strict=True):
        training.fit_sparse(built, rows(), epochs=2, batch_size=16, seed=seed, progress=False)
    first, same, other = (built.get_weights()[0] for built in runs)
    np.testing.assert_array_equal(first, same)
    assert np.any(first != other)


def test_a_saved_model_is_the_same(tmp_path):
    built = model("squared_error", seed=3)
    built.save(tmp_path / "rows.keras")
    loaded = models.load(tmp_path / "rows.keras")
    assert (loaded.distance, loaded.level, loaded.seed) == ("squared_error", 0.3, 3)
    np.testing.assert_allclose(loaded.encode(rows()), built.encode(rows()), rtol=1e-5)


def test_words_are_taken_away_in_training_only():
    built = model(level=0.5)
    x = keras.ops.convert_to_tensor(np.ones((4, FEATURES), "float32"))
    still, again = (keras.ops.convert_to_numpy(built(x)["code"]) for _ in range(2))
    np.testing.assert_array_equal(still, again)
    assert np.any(keras.ops.convert_to_numpy(built(x, training=True)["code"]) != still)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (sparse.csr_matrix((3, 7)), r"shape \(3, 7\); expected \(samples, 30\)"),
        (sparse.csr_matrix((0, FEATURES)), r"shape \(0, 30\)"),
        (sparse.csr_matrix(np.full((1, FEATURES), np.nan)), "NaN or infinite"),
        (np.ones((2, 7), "float32"), r"x has shape \(2, 7\)"),
        (["a text"], "dtype <U6"),
    ],
)
def test_what_is_no_table_of_weights_is_refused(x, message):
    with pytest.raises(InputError, match=message):
        model().encode(x)


def test_an_unknown_distance_is_refused():
    with pytest.raises(InputError, match="distance is 'euclid'"):
        model("euclid")
