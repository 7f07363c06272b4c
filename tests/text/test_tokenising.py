"""Texts become words in steps; whatever a reader types gets an answer or a clear refusal."""

import time

import numpy as np
import pytest

from aecourse.errors import InputError
from aecourse.text import Tokeniser, checked_texts, sentences

REVIEW = "I can&#39;t say it was <b>BORING</b>.<br /><br />Caf\u00e9s &amp; stars\u2019 faces!"


def test_the_usual_steps_leave_plain_words():
    found = Tokeniser().tokens(REVIEW)
    assert found == ["i", "can't", "say", "it", "was", "boring", "cafés", "stars", "faces"]


@pytest.mark.parametrize(
    ("switched", "text", "there"),
    [
        ({"markup": False}, "good<br />film", ["good", "br", "film"]),
        ({"unicode": False}, "don\u2019t", ["don", "t"]),
        ({"lowercase": False}, "A BAD film", ["A", "BAD", "film"]),
        ({"stop_words": True}, "This is not a bad film", ["bad", "film"]),
        ({"stop_words": True, "lowercase": False}, "This film", ["film"]),
        ({"stem": True}, "boring bored bores", ["bore", "bore", "bore"]),
    ],
)
def test_each_step_has_an_effect_of_its_own(switched, text, there):
    assert Tokeniser(**switched).tokens(text) == there
    assert Tokeniser().tokens(text) != there


def test_a_comparison_is_no_tag_and_an_entity_is_read_once():
    assert Tokeniser().tokens("a < b and b > c") == ["a", "b", "and", "b", "c"]
    assert Tokeniser().clean("&lt;b&gt;") == "<b>"
    assert Tokeniser().clean("&amp;lt;") == "&lt;"


def test_equal_characters_are_written_alike():
    composed, apart = "caf\u00e9", "cafe\u0301"
    assert composed != apart
    assert Tokeniser().clean(composed) == Tokeniser().clean(apart)
    assert Tokeniser().tokens("\ufb01lm") == ["film"]


@pytest.mark.parametrize("text", ["", "   \n", "...!?", "<br />"])
def test_a_text_without_a_word_has_none(text):
    assert Tokeniser().tokens(text) == []


def test_one_word_is_enough():
    assert Tokeniser().tokens("Superb!") == ["superb"]


def test_an_emoji_is_a_word_and_another_language_is_kept():
    assert Tokeniser().tokens("great\U0001f600\U0001f600") == ["great", "\U0001f600", "\U0001f600"]
    assert Tokeniser().tokens("Ein sch\u00f6ner Film") == ["ein", "sch\u00f6ner", "film"]
    assert Tokeniser().tokens("\u5f88\u597d\u7684\u7535\u5f71\u3002") == [
        "\u5f88\u597d\u7684\u7535\u5f71"
    ]


def test_a_review_of_a_hundred_thousand_words_takes_a_moment():
    text = "<br />It isn't good &amp; it isn't < bad. " * 17_000
    started = time.perf_counter()
    assert len(Tokeniser(stem=True).tokens(text)) == 6 * 17_000
    assert time.perf_counter() - started < 5


def test_open_angle_brackets_do_not_slow_the_search_for_tags():
    started = time.perf_counter()
    Tokeniser().tokens("<a" * 50_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "None, a missing value"),
        (float("nan"), "nan, a missing value"),
        (np.nan, "a missing value"),
        (3, "3, of type int; give a string"),
        (b"good", r"bytes; decode it first"),
        (["good"], "of type list"),
    ],
)
def test_what_is_no_string_is_refused_with_its_place(wrong, message):
    with pytest.raises(InputError, match=message):
        Tokeniser().tokens(wrong)
    with pytest.raises(InputError, match=rf"texts\[1\] is .*{message}"):
        checked_texts(["fine", wrong])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [("one text", r"single text.*\[texts\]"), ([], "empty"), (7, "give a list")],
)
def test_what_is_no_list_of_texts_is_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        checked_texts(wrong)


def test_sentences_end_at_their_marks():
    found = sentences('Good.<br />"Really?" she asked. No!  ')
    assert found == ["Good.", '"Really?', "she asked.", "No!"]
    assert sentences("") == []
