"""Words as whole numbers, for networks that read a text word by word.

Examples
--------
``PADDING``:

>>> from aecourse import text
>>> text.Vocabulary(["film"]).encode(["film"], length=4).tolist(), text.PADDING
([[4, 3, 0, 0]], 0)

``UNKNOWN``:

>>> from aecourse import text
>>> text.Vocabulary(["film"]).numbers_of("a film"), text.UNKNOWN
([1, 4], 1)

``START``:

>>> from aecourse import text
>>> text.Vocabulary(["film"]).decode([[text.START, 4, text.END]])
['film']

``END``:

>>> from aecourse import text
>>> text.Vocabulary(["film"]).encode(["film"], length=3).tolist(), text.END
([[4, 3, 0]], 3)

``SPECIAL``:

>>> from aecourse import text
>>> text.SPECIAL
('<padding>', '<unknown>', '<start>', '<end>')
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import one_of, whole
from aecourse.errors import InputError
from aecourse.text.checks import checked_text, checked_texts
from aecourse.text.tokenising import Tokeniser

PADDING, UNKNOWN, START, END = range(4)
SPECIAL = ("<padding>", "<unknown>", "<start>", "<end>")

Sequences = NDArray[np.int32]


class Coverage(NamedTuple):
    """What is lost when texts become sequences: shares between 0 and 1.

    Attributes
    ----------
    truncated
        Texts that are longer than a sequence.
    unknown
        Words that the vocabulary does not have.

    Examples
    --------
    >>> from aecourse import text
    >>> words = text.Vocabulary.fit(["a good film", "a good end"])
    >>> words.coverage(["good", "a very good film"], length=3)
    Coverage(truncated=0.5, unknown=0.4)
    """

    truncated: float
    unknown: float


class Vocabulary:
    """The words that a network knows, each with a number.

    Number 0 is padding, 1 stands for every unknown word, 2 is the start of a text, which a decoder
    is given before its first word, 3 its end; the words follow, the most frequent one first.

    Parameters
    ----------
    words
        Without repetition, the most frequent one first.
    tokeniser
        How texts are cut into words.

    Raises
    ------
    InputError
        If there are no words, or a word comes twice.

    Examples
    --------
    >>> from aecourse import text
    >>> words = text.Vocabulary.fit(["a good film", "a good end"])
    >>> words.words[4:]
    ('a', 'good')
    >>> sequences = words.encode(["A good cast!"], length=5)
    >>> sequences
    array([[4, 5, 1, 3, 0]], dtype=int32)
    >>> words.decode(sequences)
    ['a good <unknown>']
    """

    def __init__(self, words: Sequence[str], tokeniser: Tokeniser | None = None) -> None:
        if not words:
            raise InputError("there are no words; give training texts that have some.")
        self.words = (*SPECIAL, *words)
        self.tokeniser = tokeniser or Tokeniser()
        self.numbers = {word: number for number, word in enumerate(self.words)}
        if len(self.numbers) < len(self.words):
            (word, _), *_ = Counter(self.words).most_common(1)
            raise InputError(f"the word {word!r} comes twice; give each word once.")

    @classmethod
    def fit(
        cls,
        texts: Iterable[Any],
        tokeniser: Tokeniser | None = None,
        *,
        size: int = 10_000,
        least: int = 2,
    ) -> "Vocabulary":
        """Return the vocabulary of training texts. Never give it test texts.

        The texts are counted one by one, so they may come from a file that is larger than memory.

        Parameters
        ----------
        texts
            Training texts.
        tokeniser
            How to cut them into words.
        size
            How many numbers there may be, the four special ones included.
        least
            How many texts must have a word.

        Raises
        ------
        InputError
            If a text is no string, a setting makes no sense, or no word is frequent enough.
        """
        whole(size, "size", least=len(SPECIAL) + 1)
        whole(least, "least")
        tokeniser = tokeniser or Tokeniser()
        if isinstance(texts, str):
            checked_texts(texts)
        counts: Counter[str] = Counter()
        for place, text in enumerate(texts):
            counts.update(set(tokeniser.tokens(checked_text(text, f"texts[{place}]"))))
        # Words of one count in the order of the alphabet: a set has no order of its own.
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        words = [word for word, count in ordered if count >= least]
        return cls(words[: size - len(SPECIAL)], tokeniser)

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.words)

    def encode(self, texts: Any, length: int, *, keep: str = "first") -> Sequences:
        """Return texts as sequences of numbers, filled up with 0 behind their ends.

        A text ends with the number of the end. Of one that is too long, ``length`` words are kept,
        from its beginning or up to its end: cut at its end it has no number of the end, as it does
        not end there. An empty text is the end alone.

        Parameters
        ----------
        texts
            Strings.
        length
            Of every sequence.
        keep
            ``"first"`` or ``"last"``: which words of a text that is too long.

        Returns
        -------
        numpy.ndarray
            ``(texts, length)``, ``int32``.

        Raises
        ------
        InputError
            If a text is no string or a setting makes no sense.
        """
        whole(length, "length")
        one_of(keep, "keep", ("first", "last"))
        texts = checked_texts(texts)
        sequences = np.full((len(texts), length), PADDING, np.int32)
        for row, text in zip(sequences, texts, strict=True):
            numbers = [*self.numbers_of(text), END]
            kept = numbers[:length] if keep == "first" else numbers[-length:]
            row[: len(kept)] = kept
        return sequences

    def decode(self, sequences: Any) -> list[str]:
        """Return sequences as texts, each up to its end.

        Raises
        ------
        InputError
            If they are no table of numbers of this vocabulary.
        """
        array = np.asarray(sequences)
        if array.ndim != 2 or not np.issubdtype(array.dtype, np.integer):
            raise InputError(
                f"sequences have shape {array.shape} and dtype {array.dtype}; give a table of "
                "whole numbers, as encode does."
            )
        if array.size and not 0 <= array.min() <= array.max() < len(self):
            raise InputError(
                f"sequences run from {array.min()} to {array.max()}; this vocabulary has numbers "
                f"from 0 to {len(self) - 1}."
            )
        return [" ".join(self.words[number] for number in _until_end(row)) for row in array]

    def coverage(self, texts: Any, length: int) -> Coverage:
        """Return what texts lose as sequences of a length.

        Raises
        ------
        InputError
            If a text is no string or the length makes no sense.
        """
        whole(length, "length")
        longer = unknown = words = 0
        texts = checked_texts(texts)
        for text in texts:
            numbers = self.numbers_of(text)
            longer += len(numbers) > length
            unknown += numbers.count(UNKNOWN)
            words += len(numbers)
        return Coverage(longer / len(texts), unknown / max(1, words))

    def numbers_of(self, text: Any) -> list[int]:
        """Return the number of each word of a text, without an end.

        Raises
        ------
        InputError
            If it is no string.
        """
        # A text may spell out "<end>", but the tokeniser leaves no angle bracket in a word.
        return [self.numbers.get(word, UNKNOWN) for word in self.tokeniser.tokens(text)]


def _until_end(row: NDArray[np.integer]) -> list[int]:
    """Return the numbers of the words before the end and the padding."""
    ends = np.flatnonzero((row == END) | (row == PADDING))
    stop = ends[0] if len(ends) else len(row)
    return [int(number) for number in row[:stop] if number != START]
