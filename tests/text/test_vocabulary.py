"""Words have numbers that come from training texts alone, and sequences turn back into texts."""

import numpy as np
import pytest

from aecourse.errors import InputError
from aecourse.text import END, PADDING, START, UNKNOWN, Tokeniser, Vocabulary

TEXTS = ["a good film", "a bad film", "a film", "so so so"]


@pytest.fixture
def words():
    return Vocabulary.fit(TEXTS, least=1)


def test_numbers_follow_how_many_texts_have_a_word(words):
    assert words.words[4:] == ("a", "film", "bad", "good", "so")
    assert [words.numbers[word] for word in ("a", "film")] == [4, 5]
    assert len(words) == 9


def test_rare_words_and_those_beyond_the_size_are_unknown():
    assert Vocabulary.fit(TEXTS).words[4:] == ("a", "film")
    small = Vocabulary.fit(TEXTS, size=5, least=1)
    assert small.words[4:] == ("a",)
    assert small.encode(["a film"], 3).tolist() == [[4, UNKNOWN, END]]


def test_the_texts_may_be_a_stream(words):
    assert Vocabulary.fit((text for text in TEXTS), least=1).words == words.words


def test_a_text_ends_and_is_filled_up(words):
    found = words.encode(["a film", ""], 5)
    assert found.dtype == np.int32
    assert found.tolist() == [[4, 5, END, PADDING, PADDING], [END, 0, 0, 0, 0]]


def test_of_a_long_text_the_asked_part_is_kept(words):
    text = ["a good film so so"]
    first, last = (words.decode(words.encode(text, 3, keep=keep)) for keep in ("first", "last"))
    assert first == ["a good film"]
    assert last == ["so so"]
    assert END not in words.encode(text, 3, keep="first")
    assert words.encode(text, 3, keep="last")[0, -1] == END
    assert words.encode(text, 6, keep="first").tolist() == words.encode(text, 6).tolist()


def test_decoding_undoes_encoding(words):
    assert words.decode(words.encode(TEXTS, 8)) == TEXTS
    assert words.decode([[START, 4, 5, END, 6]]) == ["a film"]


def test_what_is_lost_is_told(words):
    found = words.coverage(["a new film", "a good new film"], 3)
    assert found.truncated == 0.5
    assert found.unknown == pytest.approx(2 / 7)
    assert words.coverage([""], 3) == (0, 0)


def test_other_languages_and_emoji_are_unknown_words(words):
    assert words.encode(["\u5f88\u597d \U0001f600"], 3).tolist() == [[UNKNOWN, UNKNOWN, END]]


def test_a_hundred_thousand_words_become_one_short_sequence(words):
    assert words.encode(["a film " * 50_000], 4).tolist() == [[4, 5, 4, 5]]


def test_a_text_cannot_spell_a_special_number(words):
    assert words.encode(["<end> <padding>"], 4).tolist() == [[END, 0, 0, 0]]
    plain = Vocabulary.fit(TEXTS, Tokeniser(markup=False), least=1)
    assert plain.encode(["<end>"], 2).tolist() == [[UNKNOWN, END]]


def test_the_tokeniser_travels_with_the_words():
    stems = Vocabulary.fit(["boring", "bored"], Tokeniser(stem=True))
    assert stems.encode(["bores"], 1).tolist() == [[4]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Vocabulary([]), "no words"),
        (lambda: Vocabulary(["a", "b", "a"]), "'a' comes twice"),
        (lambda: Vocabulary.fit(["a", "b"]), "no words"),
        (lambda: Vocabulary.fit("a film"), "single text"),
        (lambda: Vocabulary.fit(["a", None]), r"texts\[1\] is None"),
        (lambda: Vocabulary.fit(["a"], size=4), "size is 4"),
        (lambda: Vocabulary(["a"]).encode(["a"], 0), "length is 0"),
        (lambda: Vocabulary(["a"]).encode(["a"], 2, keep="middle"), "keep is 'middle'"),
        (lambda: Vocabulary(["a"]).encode([None], 2), r"texts\[0\] is None"),
        (lambda: Vocabulary(["a"]).encode("a", 2), "single text"),
        (lambda: Vocabulary(["a"]).decode([[9]]), "run from 9 to 9"),
        (lambda: Vocabulary(["a"]).decode([4, 3]), r"shape \(2,\)"),
        (lambda: Vocabulary(["a"]).decode([[0.5]]), "float64"),
    ],
)
def test_wrong_use_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
