"""From a text to its words, in steps that can be switched on and off."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import snowballstemmer
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from aecourse.text.checks import checked_text

# A tag begins with a letter, so that "a < b and b > c" is left alone.
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'"})
# Words with their apostrophes inside ("don't"), and each emoji by itself.
WORD = r"(?u)[^\W_]+(?:'[^\W_]+)*|[\u2600-\u27bf\U0001f300-\U0001faff]"
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
KNOWN_STEMS = 100_000  # words whose stems are remembered

_split = CountVectorizer(token_pattern=WORD).build_tokenizer()
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Tokeniser:
    """Cleans a text and cuts it into words.

    Each step can be switched, so that its effect can be measured. No step learns anything: two
    texts never know of each other.

    Attributes
    ----------
    markup
        Take HTML away: a tag such as ``<br />`` becomes a space, an entity such as ``&amp;`` the
        character it stands for.
    unicode
        Write equal characters alike: Unicode's normal form NFKC (so that ``é`` is one character
        and ``ﬁ`` two letters), and one kind of apostrophe.
    lowercase
        Write all in small letters.
    stop_words
        Leave out scikit-learn's list of frequent English words. The list holds *not* and *no*:
        for opinions that can do harm.
    stem
        Cut words down to their stems, so that *boring* and *bored* are one.

    Examples
    --------
    >>> from aecourse import text
    >>> text.Tokeniser().tokens("Don&#39;t watch it.<br />Boring!")
    ["don't", 'watch', 'it', 'boring']

    References
    ----------
    Porter (1980) and Snowball, for the stems; Nothman, Qin and Yurchak (2018) on stop words.
    """

    markup: bool = True
    unicode: bool = True
    lowercase: bool = True
    stop_words: bool = False
    stem: bool = False

    def clean(self, text: Any) -> str:
        """Return a text without markup, in one way of writing.

        Raises
        ------
        InputError
            If it is no string.
        """
        cleaned = checked_text(text)
        for step in self._cleaning:
            cleaned = step(cleaned)
        return cleaned

    def split(self, cleaned: str) -> list[str]:
        """Return the words of a text that is clean."""
        words: list[str] = _split(cleaned)
        if self.stop_words:
            words = [word for word in words if word.lower() not in ENGLISH_STOP_WORDS]
        return [stem(word) for word in words] if self.stem else words

    def tokens(self, text: Any) -> list[str]:
        """Return the words of a text; none for one that is empty or has only punctuation.

        A language that is written without spaces comes out as few long words.

        Raises
        ------
        InputError
            If it is no string.
        """
        return self.split(self.clean(text))

    @cached_property
    def _cleaning(self) -> list[Callable[[str], str]]:
        """Return the cleaning steps that are on, in order."""
        steps = [(self.markup, without_markup), (self.unicode, normal), (self.lowercase, str.lower)]
        return [step for on, step in steps if on]


def without_markup(text: str) -> str:
    """Return a text with spaces in place of HTML tags, and with entities read.

    Tags go first: what an entity spells out, as ``&lt;b&gt;`` does, is meant to be read.

    Examples
    --------
    >>> from aecourse import text
    >>> text.without_markup("<b>Tom</b> &amp; Jerry")
    ' Tom  & Jerry'
    """
    return html.unescape(TAG.sub(" ", text))


def normal(text: str) -> str:
    """Return a text in Unicode's normal form NFKC, with one kind of apostrophe."""
    return unicodedata.normalize("NFKC", text).translate(APOSTROPHES)


@lru_cache(maxsize=KNOWN_STEMS)
def stem(word: str) -> str:
    """Return the English stem of a word."""
    return str(_stemmer.stemWord(word))


def sentences(text: Any) -> list[str]:
    """Return the sentences of a text, cut behind full stops, question and exclamation marks.

    The rule is a simple one: it cuts behind *Mr.* too.

    Raises
    ------
    InputError
        If it is no string.

    Examples
    --------
    >>> from aecourse import text
    >>> text.sentences("It is slow. <br />But what an end!")
    ['It is slow.', 'But what an end!']
    """
    found = SENTENCE_END.split(without_markup(checked_text(text)))
    return [sentence.strip() for sentence in found if sentence.strip()]
