"""Features of texts: learnt from training texts alone, sparse where they are sparse."""

import dataclasses
import tracemalloc

import numpy as np
import pytest
from scipy import sparse

pytestmark = pytest.mark.tensorflow

from text_data import poisoned, small  # noqa: E402

from aecourse import datasets  # noqa: E402
from aecourse.applications import text_classification as tc  # noqa: E402
from aecourse.applications import text_features  # noqa: E402
from aecourse.applications import word_vectors as wv  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.text import Tokeniser, Vocabulary  # noqa: E402

DENOISING = text_features.Denoising(code_size=5, epochs=2)
READING = text_features.Reading(
    words=60, length=8, embedding_size=8, units=8, code_size=6, epochs=1, batch_size=32
)


@pytest.fixture(scope="module")
def reviews():
    return small("imdb")


# --- no look at the test part ---------------------------------------------------------------------


def all_kinds(data):
    """Return every kind of features of the texts."""
    weights = tc.word_weights(data, words=100)
    vocabulary = READING.vocabulary(data.train)
    sequences = text_features.featured(data, lambda texts: READING.sequences(vocabulary, texts))
    reader = READING.build(vocabulary)  # its training: test_text_fine_tuning
    vectors = wv.word_vectors(vocabulary, data.train, size=5)
    return {
        "weights": weights,
        "pairs": tc.word_weights(data, words=100, pairs=True),
        "semantics": tc.semantics(weights, size=5),
        "denoising": tc.denoising_codes(weights, DENOISING),
        "sequences": sequences,
        "codes": text_features.featured(sequences, reader.encode),
        "word vectors": text_features.averages(data, vocabulary, vectors),
        "word table": text_features.averages(data, vocabulary, text_features.word_table(reader)),
    }


def dense(table):
    return table.toarray() if sparse.issparse(table) else table


def test_words_weights_directions_and_stops_come_without_the_test_part(reviews):
    clean, spoilt = all_kinds(reviews), all_kinds(poisoned(reviews))
    for kind, features in clean.items():
        for part in ("train", "validation"):
            np.testing.assert_array_equal(
                dense(getattr(features, part)), dense(getattr(spoilt[kind], part)), err_msg=kind
            )
        assert np.any(dense(features.test) != dense(spoilt[kind].test)), kind


def test_a_text_has_the_same_features_whatever_stands_beside_it(reviews):
    vectoriser = text_features.tfidf(reviews.train, words=100)
    both, alone = (
        text_features.weights_of(vectoriser, texts) for texts in (reviews.test, reviews.test[:1])
    )
    np.testing.assert_array_equal(both[:1].toarray(), alone.toarray())


# --- the parts ------------------------------------------------------------------------------------


def test_the_parts_share_no_text_and_the_test_part_is_untouched(reviews):
    train, held_out = set(reviews.train), set(reviews.validation)
    assert not train & held_out
    assert len(train) == len(reviews.train)
    assert len(reviews.test) == 100
    assert len(reviews.train_labels) == len(reviews.train)


def test_texts_that_are_twice_or_empty_are_left_out_of_training():
    texts = np.array([f"text {number}" for number in range(20)] * 2 + ["", " "], dtype=object)
    data = datasets.Dataset(
        "own", texts, np.arange(42) % 2, texts[:3], np.zeros(3, int), (), (), None
    )
    parts = text_features.split(data)
    assert len(parts.train) + len(parts.validation) == 20
    assert len(parts.test) == 3
    assert len(text_features.split(data, limit=5).train) == 5


def test_one_very_long_text_does_not_take_its_room_for_each():
    texts = np.array([f"text {number}" for number in range(2_000)], dtype=object)
    texts[7] = "word " * 100_000
    data = datasets.Dataset(
        "own", texts, np.arange(2_000) % 2, texts[:3], np.zeros(3, int), (), (), None
    )
    tracemalloc.start()
    parts = text_features.split(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(parts.train) + len(parts.validation) == 2_000
    assert peak < 20_000_000


def test_posts_lose_their_headers():
    posts = small("newsgroups20")
    assert not any("Subject:" in text for text in (*posts.train, *posts.validation, *posts.test))


def test_a_missing_text_is_named():
    texts = np.array(["a film", None], dtype=object)
    data = datasets.Dataset("own", texts, np.zeros(2, int), texts, np.zeros(2, int), (), (), None)
    with pytest.raises(InputError, match=r"texts\[1\] is None"):
        text_features.split(data)


# --- word weights ---------------------------------------------------------------------------------


def test_rows_have_length_one_or_are_empty():
    vectoriser = text_features.tfidf(["good film", "good plot", "bad film"], least=1)
    rows = text_features.weights_of(vectoriser, ["good film", "", "\u5f88\u597d", "\U0001f600"])
    assert sparse.issparse(rows)
    assert rows.dtype == np.float32
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    np.testing.assert_allclose(lengths, [1, 0, 0, 0], rtol=1e-6)


def test_pairs_tell_not_good_from_good():
    texts = ["not good", "good", "not bad", "bad"]
    assert "not good" in text_features.tfidf(texts, pairs=True, least=1).vocabulary_
    assert "not good" not in text_features.tfidf(texts, least=1).vocabulary_


def test_the_tokeniser_is_used():
    found = text_features.tfidf(["boring", "bored"], Tokeniser(stem=True)).vocabulary_
    assert list(found) == ["bore"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text_features.tfidf(["one", "two"]), "no word is in 2 of these texts"),
        (lambda: text_features.tfidf([""], least=1), "no word is in 1"),
        (lambda: text_features.tfidf("one text"), "single text"),
        (lambda: text_features.tfidf(["a", None]), r"texts\[1\] is None"),
        (lambda: text_features.tfidf(["a"], words=0), "words is 0"),
        (lambda: text_features.latent_semantics(sparse.eye(3).tocsr(), size=3), "only 3 words"),
    ],
)
def test_wrong_use_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_review_of_a_hundred_thousand_words_has_one_row():
    vectoriser = text_features.tfidf(["good film", "bad film"], least=1)
    assert text_features.weights_of(vectoriser, ["a good film " * 33_334]).nnz == 2


# --- memory ---------------------------------------------------------------------------------------


def test_no_dense_table_of_all_texts_is_made(reviews, monkeypatch):
    sizes = []
    original = sparse.csr_matrix.toarray

    def watched(self, *args, **kwargs):
        sizes.append(self.shape[0])
        return original(self, *args, **kwargs)

    for kind in (sparse.csr_array, sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix):
        monkeypatch.setattr(kind, "toarray", watched, raising=False)
        monkeypatch.setattr(kind, "todense", watched, raising=False)
    texts, labels = np.tile(reviews.train, 5), np.tile(reviews.train_labels, 5)
    all_kinds(dataclasses.replace(reviews, train=texts, train_labels=labels))
    assert sizes
    assert max(sizes) < len(texts)


# --- vectors of words -----------------------------------------------------------------------------


def test_pairs_are_counted_within_the_window_and_a_text():
    words = Vocabulary(["a", "b", "c"])
    found = wv.pair_counts(words, ["a b c", "c", "a x b"], window=1).toarray()[4:, 4:]
    np.testing.assert_array_equal(found, [[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    wider = wv.pair_counts(words, ["a b c", "c", "a x b"], window=2).toarray()[4:, 4:]
    np.testing.assert_array_equal(wider, [[0, 2, 1], [2, 0, 1], [1, 1, 0]])


def test_information_compares_with_chance():
    counts = sparse.csr_matrix(np.array([[0.0, 8, 2], [8, 0, 2], [2, 2, 0]]))
    found = wv.positive_information(counts).toarray()
    smoothed = counts.toarray().sum(axis=0) ** 0.75
    expected = np.log(8 / (10 * smoothed[1] / smoothed.sum()))
    assert found[0, 1] == pytest.approx(expected, rel=1e-5)
    assert (found >= 0).all()
    assert found[0, 0] == 0


def test_words_in_the_same_places_have_the_same_direction():
    rng = np.random.default_rng(0)
    sides = [("sun", "moon", "orbit rocket planet star"), ("cat", "dog", "tail fur paw bark")]
    texts = []
    for number in range(400):
        *twins, company = sides[number % 2]
        words = rng.choice(company.split(), size=4)
        texts.append(" ".join([*words[:2], twins[number // 2 % 2], *words[2:]]))
    words = Vocabulary.fit(texts)
    vectors = wv.word_vectors(words, texts, size=4, window=3)
    sun, moon, cat = (vectors[words.numbers[word]] for word in ("sun", "moon", "cat"))
    assert sun @ moon > 0.8
    assert sun @ cat < 0.3
    np.testing.assert_allclose(np.linalg.norm(vectors[4:], axis=1), 1, rtol=1e-5)
    assert (vectors[:4] == 0).all()


def test_means_weigh_rare_words_more_and_empty_texts_are_zero():
    words = Vocabulary(["the", "film"])
    counts = wv.bags(words, ["the film", "the the", "the", ""])
    np.testing.assert_array_equal(counts.toarray()[:, 4:], [[1, 1], [2, 0], [1, 0], [0, 0]])
    weights = wv.rarity(counts)
    assert weights[5] > weights[4] > 0
    means = wv.averaged(counts, np.eye(6, 2, -4, dtype="float32"), weights)
    np.testing.assert_allclose(means.sum(axis=1), [1, 1, 1, 0], rtol=1e-6)
    assert means[0, 1] > means[0, 0]


def test_too_many_values_for_few_words_are_refused():
    with pytest.raises(InputError, match="fewer than the 5 words"):
        wv.word_vectors(Vocabulary(["a"]), ["a"], size=5)


# --- recipes --------------------------------------------------------------------------------------


def test_a_reading_keeps_the_part_it_names(reviews):
    vocabulary = READING.vocabulary(reviews.train)
    first = dataclasses.replace(READING, keep="first").sequences(vocabulary, reviews.train)
    last = READING.sequences(vocabulary, reviews.train)
    assert first.shape == last.shape == (len(reviews.train), 8)
    assert np.any(first != last)


def test_the_seed_reaches_all_that_is_drawn(reviews):
    weights = tc.word_weights(reviews, words=100)
    first, same, other = (tc.denoising_codes(weights, DENOISING, seed=s).test for s in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert np.any(first != other)
