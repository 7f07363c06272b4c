"""Neighbours, paths between sentences, and posts that belong elsewhere."""

import dataclasses

import numpy as np
import pytest
from scipy import sparse

pytestmark = pytest.mark.tensorflow

from text_data import poisoned, small  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.applications import text_codes as codes  # noqa: E402
from aecourse.applications import text_features  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.text import Vocabulary  # noqa: E402

SENTENCES = ["the plot was good", "the plot was bad", "the music was good", "the music was bad"]
SETTINGS = text_features.Denoising(code_size=5, epochs=40, learning_rate=1e-2, batch_size=8)


@pytest.fixture(scope="module")
def writer():
    """Return a vocabulary and a model that can write four sentences."""
    words = Vocabulary.fit(SENTENCES)
    pair = networks.text_recurrent(len(words), 6, 4, embedding_size=8, units=16)
    model = models.SequenceAutoencoder(*pair)
    x = words.encode(SENTENCES * 16, 6)
    training.fit(model, x, epochs=120, batch_size=16, learning_rate=1e-2, progress=False)
    return words, model


@pytest.fixture(scope="module")
def posts():
    return small("newsgroups20")


def test_the_nearest_come_first_and_length_does_not_count():
    known = np.array([[1, 0], [0, 1], [5, 1]], "float32")
    asked = np.array([[2, 0.1]], "float32")
    positions, cosines = codes.nearest(known, asked, count=2)
    assert positions.tolist() == [[0, 2]]
    assert cosines[0, 0] == pytest.approx(2 / np.sqrt(4.01), rel=1e-5)
    same, _ = codes.nearest(sparse.csr_matrix(known), sparse.csr_matrix(asked), count=2)
    assert same.tolist() == positions.tolist()
    with pytest.raises(InputError, match="only 3 texts"):
        codes.nearest(known, asked, count=4)


def test_a_path_leads_from_one_sentence_to_the_other(writer):
    words, model = writer
    assert codes.words_kept(model, words.encode(SENTENCES, 6)) == 1
    found = codes.between(model, words, SENTENCES[0], SENTENCES[3], steps=4, beam=3)
    assert len(found) == 4
    assert (found[0], found[-1]) == (SENTENCES[0], SENTENCES[3])


def test_told_the_code_of_another_text_a_decoder_is_more_surprised(writer):
    words, model = writer
    x = words.encode(SENTENCES, 6)
    own = codes.perplexity_told(model, x, model.encode(x))
    assert own == pytest.approx(model.evaluate(x)["perplexity"], rel=1e-4)
    assert codes.perplexity_told(model, x, model.encode(x)[::-1]) > 2 * own
    with pytest.raises(InputError, match="3 codes and 4 texts"):
        codes.perplexity_told(model, x, model.encode(x)[:3])


def test_short_sentences_are_found_once_in_order():
    texts = ["It was good. No! It was good.", "Once more<br />it was bad. " + "So " * 20 + "."]
    assert codes.short_sentences(texts) == ["It was good.", "Once more it was bad."]
    assert codes.short_sentences(texts, least=1, most=1) == ["No!"]
    assert codes.short_sentences(["It was bad!", "It was bad."], but=[]) == ["It was bad!"]
    assert codes.short_sentences(texts, but=["it was GOOD!"]) == ["Once more it was bad."]
    assert codes.SENTENCE.length == 12 + 1
    assert codes.PLAIN.length == 8 + 1


def test_texts_of_known_words_are_told_from_others():
    words = Vocabulary.fit(SENTENCES)
    texts = ["The music was good.", "The music was loud."]
    assert codes.all_known(words, texts) == texts[:1]


def test_a_word_of_one_training_post_is_no_unknown_word(posts):
    task = codes.posts_of(posts, 3)
    train = np.array([f"{task.train[0]} once", *task.train[1:]], dtype=object)
    asked = dataclasses.replace(task, train=train, test=np.array(["once", "never"], dtype=object))
    scores = codes.detect(asked, dataclasses.replace(SETTINGS, epochs=1))["unknown words"]
    assert scores.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("", "the plot", "sentence '' has no word"),
        ("the plot", "?!", "has no word"),
        (None, "the plot", r"sentences\[0\] is None"),
    ],
)
def test_a_path_needs_two_sentences(writer, first, last, message):
    words, model = writer
    with pytest.raises(InputError, match=message):
        codes.between(model, words, first, last)


def test_a_task_is_trained_on_one_group_and_asked_about_all(posts):
    task = codes.posts_of(posts, 3)
    assert set(task.train) == set(posts.train[posts.train_labels == 3])
    assert len(task.test) == len(posts.test)
    assert (task.test_labels == (posts.test_labels != 3)).all()
    assert not task.train_labels.any()
    with pytest.raises(InputError, match="the label 20"):
        codes.posts_of(posts, 20)


def test_posts_of_another_group_are_odd(posts):
    table = codes.odd_ones_out(posts, [3], SETTINGS, seeds=(0, 1))
    assert len(table) == 2 * 4
    assert (table["auroc"] > 0.7).all(), table
    fixed = table[table["method"].isin(["unknown words", "distance from the mean"])]
    first, second = (fixed.loc[fixed["seed"] == seed, "auroc"].tolist() for seed in (0, 1))
    assert first == second


def test_scores_do_not_depend_on_the_other_test_texts(posts):
    task = codes.posts_of(posts, 3)
    clean, spoilt = (codes.detect(each, SETTINGS) for each in (task, poisoned(task)))
    for method, scores in clean.items():
        assert np.isfinite(scores).all()
        assert np.any(scores != spoilt[method]), method
    test = np.array(["", *task.test[1:10]], dtype=object)
    fewer = dataclasses.replace(task, test=test, test_labels=task.test_labels[:10])
    for method, scores in codes.detect(fewer, SETTINGS).items():
        np.testing.assert_allclose(scores[1:], clean[method][1:10], rtol=1e-4, atol=1e-6)
        assert scores[0] == pytest.approx(1), f"{method} of an empty text"
