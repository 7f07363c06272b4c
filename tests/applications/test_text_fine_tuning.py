"""Two classifiers of texts differ by their start alone, and no test text is read before the end."""

import dataclasses

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from scipy import sparse  # noqa: E402
from text_data import poisoned, small  # noqa: E402

from aecourse.applications import feature_extraction as fe  # noqa: E402
from aecourse.applications import fine_tuning as ft  # noqa: E402
from aecourse.applications import text_classification as tc  # noqa: E402
from aecourse.applications import text_features  # noqa: E402
from aecourse.applications import text_fine_tuning as tt  # noqa: E402

READING = text_features.Reading(
    words=100, length=20, embedding_size=8, units=12, code_size=8, epochs=1, batch_size=32
)
TUNING = ft.Tuning(epochs=2, patience=2, batch_size=10)


@pytest.fixture(scope="module")
def reviews():
    return small("imdb", limit=200)


@pytest.fixture(scope="module")
def reader(reviews):
    return tt.read(reviews, READING)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_reading_and_tuning_never_see_a_test_text(reviews, reader):
    spoilt = tt.read(poisoned(reviews), READING)
    assert spoilt.vocabulary.words == reader.vocabulary.words
    assert same(spoilt.model.get_weights(), reader.model.get_weights())
    assert spoilt.history.metrics == reader.history.metrics
    rows = fe.labelled_rows(reader.data.train_labels, 10, 0)
    tuned = []
    for each in (reader, spoilt):
        network = ft.classifier(each.model.encoder, "code", 2)
        tuned.append((tt.tune(network, each.data, rows, TUNING), network.get_weights()))
    assert tuned[0][0] == tuned[1][0]
    assert same(tuned[0][1], tuned[1][1])


def test_the_autoencoder_needs_no_label(reviews, reader):
    hidden = dataclasses.replace(
        reviews,
        train_labels=np.full_like(reviews.train_labels, -1),
        validation_labels=np.full_like(reviews.validation_labels, -1),
    )
    assert same(tt.read(hidden, READING).model.get_weights(), reader.model.get_weights())


def test_all_starts_see_the_same_texts_and_the_autoencoder_stays_as_it_is(reader, monkeypatch):
    before = reader.model.get_weights()
    seen = []
    original = tt.tune

    def watched(network, data, rows, tuning, *, seed):
        seen.append([network.get_weights(), rows, tuning, seed])
        return original(network, data, rows, tuning, seed=seed)

    monkeypatch.setattr(tt, "tune", watched)
    table = tt.compare_starts(
        reader.data,
        tt.starts(reader, READING),
        labels=10,
        seeds=range(2),
        tuning=TUNING,
    )
    assert table["start"].tolist() == ["autoencoder", "word vectors", "random"] * 2
    assert table["labels"].tolist() == [20] * 6
    assert (table["epochs"] <= 2).all()
    trained = reader.model.encoder.get_weights()
    for first in (0, 3):
        whole, words, chance = (weights for weights, *_ in seen[first : first + 3])
        assert same(whole[: len(trained)], trained)
        np.testing.assert_array_equal(words[0], trained[0])
        assert same(words[1:], chance[1:])
        assert np.any(whole[1] != chance[1])
        built = READING.build(reader.vocabulary, seed=first // 3).encoder.get_weights()
        assert same(chance[: len(built)], built)
        for _, rows, *settings in seen[first + 1 : first + 3]:
            np.testing.assert_array_equal(rows, seen[first][1])
            assert settings == seen[first][2:]
    assert same(before, reader.model.get_weights())


def test_a_tuned_classifier_learns(reader):
    network = ft.classifier(reader.model.encoder, "code", 2)
    rows = np.arange(len(reader.data.train))
    tuning = ft.Tuning(epochs=12, patience=12, learning_rate=1e-2, batch_size=20)
    accuracies = tt.tune(network, reader.data, rows, tuning)
    assert max(accuracies) > 0.75
    found = ft.accuracy(network, reader.data.validation, reader.data.validation_labels)
    assert found == max(accuracies)


# --- networks on word weights ---------------------------------------------------------------------

DENOISING = text_features.Denoising(code_size=12, epochs=2)


@pytest.fixture(scope="module")
def weights(reviews):
    return tc.word_weights(reviews, words=150)


@pytest.fixture(scope="module")
def denoiser(weights):
    return DENOISING.train(weights.train, weights.validation)[0]


def test_a_network_on_word_weights_begins_as_the_denoising_autoencoder_and_as_chance(denoiser):
    begin = tt.weights_starts(denoiser, DENOISING)
    trained = denoiser.encoder.get_weights()
    assert same(begin["autoencoder"](0).encoder.get_weights(), trained)
    one, again, other = (begin["random"](seed).encoder.get_weights()[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert np.any(one != other)
    assert np.any(one != trained[0])


def test_sparse_weights_are_tuned_without_a_dense_table_or_a_test_text(
    reviews, weights, denoiser, monkeypatch
):
    sizes = []
    for kind in (sparse.csr_array, sparse.csr_matrix):
        original = kind.toarray

        def watched(self, *args, original=original, **kwargs):
            sizes.append(self.shape[0])
            return original(self, *args, **kwargs)

        monkeypatch.setattr(kind, "toarray", watched)
    monkeypatch.setattr(ft, "PREDICT_BATCH", 25)
    begin = tt.weights_starts(denoiser, DENOISING)
    found = [
        tt.compare_starts(data, begin, labels=30, seeds=[0], tuning=TUNING)
        for data in (weights, tc.word_weights(poisoned(reviews), words=150))
    ]
    assert max(sizes) <= 25
    clean, spoilt = (table.drop(columns="accuracy") for table in found)
    assert clean.equals(spoilt)
    assert found[0]["start"].tolist() == ["autoencoder", "random"]
    assert np.any(found[0]["accuracy"] != found[1]["accuracy"])


def test_a_network_on_word_weights_learns(weights, denoiser):
    network = ft.classifier(denoiser.encoder, "code", 2)
    rows = np.arange(len(weights.train_labels))
    tuning = ft.Tuning(epochs=12, patience=12, learning_rate=2e-2, batch_size=20)
    accuracies = tt.tune(network, weights, rows, tuning)
    assert max(accuracies) > 0.8
    dense = weights.validation.toarray()
    assert ft.accuracy(network, dense, weights.validation_labels) == pytest.approx(max(accuracies))


def test_the_run_ends_with_patience(reader, monkeypatch):
    told = iter([0.2, 0.5, 0.4, 0.3, 0.9])
    monkeypatch.setattr(ft, "accuracy", lambda *given: next(told))
    network = ft.classifier(reader.model.encoder, "code", 2)
    found = tt.tune(network, reader.data, np.arange(20), ft.Tuning(epochs=5, patience=2))
    assert found == [0.2, 0.5, 0.4, 0.3]
