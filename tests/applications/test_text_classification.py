"""The comparisons of text classifiers: they learn, they choose without test texts, they say so."""

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.tensorflow

from text_data import poisoned, small  # noqa: E402

from aecourse.applications import feature_extraction as fe  # noqa: E402
from aecourse.applications import text_classification as tc  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

KINDS = tc.classifiers()
SVM = {"linear SVM": KINDS["linear SVM"]}


@pytest.fixture(scope="module")
def reviews():
    return small("imdb")


def features(data):
    weights = tc.word_weights(data, words=200)
    return {
        "TF-IDF": (weights, tc.sparse_candidates("word weights")),
        "LSA": tc.dense_candidates("directions", tc.semantics(weights, size=10)),
    }


def test_every_classifier_beats_the_most_frequent_class(reviews, monkeypatch):
    monkeypatch.setattr(tc, "TREES", 20)
    table = tc.compare(features(reviews), KINDS)
    assert len(table) == 2 * 3 + 1
    guess = table.iloc[-1]
    assert (guess["features"], guess["classifier"]) == ("none", "majority")
    shares = np.bincount(reviews.test_labels) / len(reviews.test_labels)
    assert guess["accuracy"] in shares
    assert (table["accuracy"][:-1] > 0.75).all()
    assert table["setting"][:-1].str.len().min() > 0


def test_settings_are_chosen_without_the_test_part(reviews):
    clean, spoilt = (tc.compare(features(data), SVM) for data in (reviews, poisoned(reviews)))
    pd.testing.assert_frame_equal(clean.drop(columns="accuracy"), spoilt.drop(columns="accuracy"))
    assert np.any(clean["accuracy"] != spoilt["accuracy"])


def test_few_labels_are_a_row_for_each_draw(reviews):
    labelled = [fe.labelled_rows(reviews.train_labels, 10, seed) for seed in range(2)]
    table = tc.compare(features(reviews), SVM, labelled)
    assert table["repetition"].tolist() == [0, 1, 0, 1, 0]
    assert table["labels"].tolist() == [20, 20, 20, 20, len(reviews.train)]


def test_nothing_to_compare_is_refused():
    with pytest.raises(InputError, match="no features"):
        tc.compare({}, SVM)


def test_each_step_is_measured_on_the_validation_part(reviews):
    given = tc.tokenisers()
    found, again = (tc.effect_of_steps(data, given) for data in (reviews, poisoned(reviews)))
    pd.testing.assert_frame_equal(found, again)
    assert list(found.index) == list(given)
    assert found.loc["stems", "words"] < found.loc["as usual", "words"]
    assert found.loc["without stop words", "length"] < found.loc["as usual", "length"]
    assert found.loc["capitals kept", "words"] > found.loc["as usual", "words"]


# --- one's own texts ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classifier(reviews):
    return tc.TextClassifier.fit(reviews, ("negative", "positive"))


def test_a_clear_opinion_gets_the_answer(classifier):
    found = classifier.answers(["The plot was brilliant. I loved it.", "It was dull and boring."])
    assert found["answer"].tolist() == ["positive", "negative"]
    assert (found["known"] <= found["words"]).all()


def test_one_word_is_enough_and_an_empty_review_gets_no_answer(classifier):
    found = classifier.answers(["Superb", "", "  ", "?!"])
    assert found["answer"].tolist() == ["positive", None, None, None]
    assert found["words"].tolist() == [1, 0, 0, 0]


def test_another_language_or_emoji_gets_no_answer(classifier):
    found = classifier.answers(["\u3068\u3066\u3082\u826f\u3044", "\U0001f600 \U0001f600"])
    assert found["answer"].tolist() == [None, None]
    assert found["known"].tolist() == [0, 0]
    assert found["words"].tolist() == [1, 2]


def test_a_review_of_a_hundred_thousand_words_gets_an_answer(classifier):
    found = classifier.answers(["superb film " * 50_000])
    assert found["answer"].tolist() == ["positive"]
    assert found["words"].tolist() == [100_000]


@pytest.mark.parametrize("wrong", [None, float("nan"), 5, b"good"])
def test_what_is_no_string_is_refused_with_its_place(classifier, wrong):
    with pytest.raises(InputError, match=r"texts\[1\] is"):
        classifier.answers(["good", wrong])
    with pytest.raises(InputError, match="single text"):
        classifier.answers("good")
