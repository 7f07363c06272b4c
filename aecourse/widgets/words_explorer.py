"""Give an autoencoder a few words, and see which others it expects beside them."""

from collections.abc import Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from aecourse.checks import one_of
from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.style import applied, colour, new_figure, sentence
from aecourse.text import Tokeniser
from aecourse.widgets.explorer import Explorer, as_array, as_bytes, module, style_sheet

ACTIVATIONS = ("linear", "tanh", "relu")
SHOWN = 12  # so many words are shown beside the given ones
LARGEST_BYTES = 250_000  # a notebook with several explorers stays below 1.5 MB

Halves = tuple[tuple[ArrayLike, ArrayLike], tuple[ArrayLike, ArrayLike]]


class WordsExplorer(Explorer):
    """The reconstruction of a few words by an autoencoder of word weights with one hidden layer.

    The given words make a row of TF-IDF weights of length 1, as a short text would; each counts
    once. The page shows the words that were not given and have the highest values in the
    reconstruction, which is scaled to length 1 too. Words that the vocabulary does not have are
    named; where no word is known there is nothing to rebuild.

    Parameters
    ----------
    words : sequence of v str
        The vocabulary, in the order of the features.
    rarity : array of shape (v,)
        The factor of each word, higher for rarer words, such as ``idf_`` of scikit-learn's
        vectoriser.
    halves : ((kernel, bias), (kernel, bias))
        Weights of the encoder, of shapes (v, k) and (k,), and of the decoder, (k, v) and (v,).
        They travel in half precision.
    activation : {"linear", "tanh", "relu"}
        Of the code.
    examples : sequence of str
        Texts to begin from; the first one is shown at first.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    given : str
        What the reader has written.

    Raises
    ------
    InputError
        If shapes do not fit, a number is not finite or too large for half precision, a word comes
        twice, there is no example, or the weights are too many.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> kernel, words = np.array([[1.0, 0], [1, 0], [0, 1]]), ["actor", "film", "bug"]
    >>> halves = (kernel, np.zeros(2)), (kernel.T, np.zeros(3))
    >>> explorer = widgets.WordsExplorer(words, np.ones(3), halves, examples=["an actor"])
    >>> {word: round(value, 2) for word, value in explorer.beside("an actor").items()}
    {'film': 0.71, 'bug': 0.0}
    """

    _esm = module("words.js")
    _css = style_sheet("words.css")

    words: traitlets.List = traitlets.List().tag(sync=True)
    rarity = traitlets.Bytes().tag(sync=True)
    halves = traitlets.Bytes().tag(sync=True)
    activation = traitlets.Unicode().tag(sync=True)
    examples: traitlets.List = traitlets.List().tag(sync=True)
    given = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        words: Sequence[str],
        rarity: ArrayLike,
        halves: Halves,
        *,
        activation: str = "tanh",
        examples: Sequence[str],
        heading: str = "Which words does it expect beside yours?",
    ) -> None:
        names = [str(word) for word in words]
        if len(set(names)) < len(names):
            raise InputError("a word comes twice; give each word once, in the features' order.")
        if isinstance(examples, str) or not examples:
            raise InputError("examples must be a list of at least one text to begin from.")
        self._rarity = _half(as_array(rarity, "rarity", (len(names),)), "rarity")
        self._layers = _checked_halves(halves, len(names))
        numbers = np.concatenate([part.ravel() for layer in self._layers for part in layer])
        if 2 * numbers.size > LARGEST_BYTES:
            raise InputError(
                f"The weights take {2 * numbers.size:,} bytes, more than {LARGEST_BYTES:,}; give "
                "fewer words or a smaller code."
            )
        self._places = {word: place for place, word in enumerate(names)}
        super().__init__(
            heading=heading,
            words=names,
            rarity=as_bytes(self._rarity, "float16"),
            halves=as_bytes(numbers, "float16"),
            activation=one_of(activation, "activation", ACTIVATIONS),
            examples=[str(text) for text in examples],
            given=str(examples[0]),
        )

    def known(self, text: str) -> tuple[list[str], list[str]]:
        """Return the words of a text that the vocabulary has, and those it has not, each once."""
        found = list(dict.fromkeys(Tokeniser(markup=False).tokens(text)))
        return (
            [word for word in found if word in self._places],
            [word for word in found if word not in self._places],
        )

    def rebuilt(self, text: str) -> NDArray[np.float64]:
        """Return the reconstruction of a text, of length 1, shape (v,); 0 if no word is known."""
        row = self._row(text)
        if not row.any():
            return row
        (into, shift), (out, offset) = self._layers
        code = row @ into + shift
        code = {"linear": code, "tanh": np.tanh(code), "relu": np.maximum(code, 0)}[self.activation]
        return _of_length_one(code @ out + offset)

    def agreement(self, text: str) -> float:
        """Return the cosine of the angle between a text's row and its reconstruction."""
        return float(self._row(text) @ self.rebuilt(text))

    def beside(self, text: str) -> dict[str, float]:
        """Return the words that are expected beside those of a text, the first ones first."""
        known, _ = self.known(text)
        if not known:
            return {}
        values = self.rebuilt(text)
        others = [place for word, place in self._places.items() if word not in set(known)]
        ranked = sorted(others, key=lambda place: -values[place])[:SHOWN]
        return {self.words[place]: float(values[place]) for place in ranked}

    def figure(self) -> CourseFigure:
        """Return the words beside the given ones as a still figure."""
        found = self.beside(self.given)
        told = ", ".join(f"{word} {value:.2f}" for word, value in found.items())
        alt = f"{sentence(self.heading)} Given: {self.given}. Beside it: {told or 'nothing'}."
        with applied():
            figure = new_figure(self.heading, height=3.8, alt=alt)
            axes = figure.subplots()
            names = list(found)[::-1]
            axes.barh(names, [found[name] for name in names], color=colour(0))
            axes.set(xlabel=f"value in the reconstruction of “{self.given}”")
        return figure

    def _row(self, text: str) -> NDArray[np.float64]:
        """Return the weights of a text, of length 1, or zeros."""
        row = np.zeros(len(self._places))
        places = [self._places[word] for word in self.known(text)[0]]
        row[places] = self._rarity[places]
        return _of_length_one(row)


def _of_length_one(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers scaled to length 1; zeros stay zeros."""
    return values / max(float(np.linalg.norm(values)), 1e-12)


def _checked_halves(halves: Halves, count: int) -> list[tuple[NDArray, NDArray]]:
    """Return the two layers, rounded as they travel."""
    (into, shift), (out, offset) = halves
    into = as_array(into, "the encoder's kernel", (count, None))
    size = into.shape[1]

    def part(values: ArrayLike, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
        return _half(as_array(values, name, shape), name)

    return [
        (
            part(into, "the encoder's kernel", (count, size)),
            part(shift, "the encoder's bias", (size,)),
        ),
        (
            part(out, "the decoder's kernel", (size, count)),
            part(offset, "the decoder's bias", (count,)),
        ),
    ]


def _half(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return numbers as half precision rounds them."""
    largest = float(np.finfo(np.float16).max)
    if np.abs(values).max() > largest:
        raise InputError(f"{name} holds {np.abs(values).max():g}, too large for float16.")
    return values.astype(np.float16).astype(np.float64)
