"""From raw texts to words and to rows of numbers, without a look at the test texts.

:class:`Tokeniser` cleans a text and cuts it into words; :class:`Vocabulary` gives each word of the
training texts a number.
"""

from aecourse.text.checks import checked_texts
from aecourse.text.newsgroups import (
    body,
    without_footer,
    without_headers,
    without_quotes,
)
from aecourse.text.tokenising import Tokeniser, sentences, without_markup
from aecourse.text.vocabulary import END, PADDING, SPECIAL, START, UNKNOWN, Coverage, Vocabulary

__all__ = [
    "END",
    "PADDING",
    "SPECIAL",
    "START",
    "UNKNOWN",
    "Coverage",
    "Tokeniser",
    "Vocabulary",
    "body",
    "checked_texts",
    "sentences",
    "without_footer",
    "without_headers",
    "without_markup",
    "without_quotes",
]
