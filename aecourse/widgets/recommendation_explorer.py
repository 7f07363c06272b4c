"""Tick films you like: two recommenders rank the others, and say because of which ticked ones."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.style import applied, new_figure, sentence
from aecourse.widgets.explorer import Explorer, as_array, as_bytes, module, style_sheet

MOST_ITEMS = 500  # 500 kB of weights in half precision
LISTED = 10  # places of a list
REASONS = 2  # films that a place names

Numbers = NDArray[np.float64]
Values = Callable[[list[int]], tuple[Numbers, Numbers, Numbers]]


class Listed(NamedTuple):
    """A list of one recommender.

    Attributes
    ----------
    places
        Positions of the items, the best first.
    scores
        The score by which each is ranked.
    reasons
        For each, the positions of the ticked items that speak most for it, the strongest first.
    """

    places: NDArray[np.int64]
    scores: Numbers
    reasons: list[list[int]]


class RecommendationExplorer(Explorer):
    """What a linear recommender and an autoencoder suggest to somebody who ticks what they like.

    Both give each item a value. The linear one (EASE) adds up the weights from the ticked items,
    ``x B``; a value below 0 counts as 0. The autoencoder scales the row of ticks to length 1, and
    its value is the probability ``softmax(tanh(x W + b) V + c)``. Each value is divided by the
    item's popularity to the power of ``tilt``: at 0 the lists are the recommenders' own, and the
    larger it is, the more rare items come to the front. What is ticked is never listed.

    A ticked item's reason is what the value loses without it: in the linear recommender a weight,
    in the autoencoder the difference of the logarithms.

    Parameters
    ----------
    titles : sequence of str
        The items, at most 500, each named once.
    popularity : array of shape (items,)
        Share of users who liked each item, above 0 and at most 1.
    linear : array of shape (items, items)
        The weights ``B``, with a diagonal of 0. They travel in half precision, as do the others.
    encoder : pair of arrays of shape (items, code) and (code,)
        ``W`` and ``b``.
    decoder : pair of arrays of shape (code, items) and (items,)
        ``V`` and ``c``.
    names : pair of str
        What the two recommenders are called.
    start : sequence of str
        Titles that are ticked at first.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    ticked : list of int
        Positions of the ticked items, ascending.
    tilt : float
        Where the slider stands, 0 to 1.

    Raises
    ------
    InputError
        If the arrays do not fit or hold NaN, a title occurs twice, there are too many, a start is
        none of them, or a popularity is out of range.

    References
    ----------
    Steck (2019) for the linear recommender; Liang et al. (2018) for the autoencoder.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import widgets
    >>> titles = ["Alien", "Aliens", "Heidi"]
    >>> alike = np.array([[0, 0.8, 0.1], [0.8, 0, 0.1], [0.1, 0.1, 0]])
    >>> encoder, decoder = (np.eye(3), np.zeros(3)), (alike, np.zeros(3))
    >>> explorer = widgets.RecommendationExplorer(titles, [0.5, 0.4, 0.3], alike, encoder, decoder)
    >>> [titles[place] for place in explorer.lists([0])["EASE"].places]
    ['Aliens', 'Heidi']
    """

    _esm = module("recommendation.js")
    _css = style_sheet("recommendation.css")

    titles: traitlets.List = traitlets.List().tag(sync=True)
    popularity = traitlets.Bytes().tag(sync=True)
    linear_weights = traitlets.Bytes().tag(sync=True)
    network_weights = traitlets.Bytes().tag(sync=True)
    code_size = traitlets.Int().tag(sync=True)
    names: traitlets.List = traitlets.List().tag(sync=True)
    ticked: traitlets.List = traitlets.List().tag(sync=True)
    tilt = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        titles: Sequence[str],
        popularity: ArrayLike,
        linear: ArrayLike,
        encoder: tuple[ArrayLike, ArrayLike],
        decoder: tuple[ArrayLike, ArrayLike],
        *,
        names: tuple[str, str] = ("EASE", "Mult-DAE"),
        start: Sequence[str] = (),
        heading: str = "Tick films you like",
    ) -> None:
        listed = _distinct(titles)
        items = len(listed)
        shares = as_array(popularity, "popularity", (items,))
        if shares.min() <= 0 or shares.max() > 1:
            raise InputError(
                f"popularity runs from {shares.min():g} to {shares.max():g}; give shares of users "
                "above 0 and at most 1."
            )
        into = as_array(encoder[0], "encoder[0]", (items, None))
        code_size = into.shape[1]
        network = [
            into,
            as_array(encoder[1], "encoder[1]", (code_size,)),
            as_array(decoder[0], "decoder[0]", (code_size, items)),
            as_array(decoder[1], "decoder[1]", (items,)),
        ]
        # Rounded as they travel, so that Python computes what the browser computes.
        self._linear = _halved(as_array(linear, "linear", (items, items)))
        self._network = [_halved(array) for array in network]
        self._popularity = shares.astype(np.float32).astype(np.float64)
        unknown = [title for title in start if title not in listed]
        if unknown:
            raise InputError(f"start names {unknown[0]!r}, which is not among the titles.")
        super().__init__(
            heading=heading,
            titles=listed,
            popularity=as_bytes(self._popularity),
            linear_weights=as_bytes(self._linear, "float16"),
            network_weights=b"".join(as_bytes(array, "float16") for array in self._network),
            code_size=code_size,
            names=list(names),
            ticked=sorted(listed.index(title) for title in start),
            tilt=0.0,
        )

    def lists(self, ticked: Sequence[int], tilt: float = 0.0) -> dict[str, Listed]:
        """Return the list of each recommender; without ticks both are empty.

        Parameters
        ----------
        ticked
            Positions of the liked items.
        tilt
            Power of the popularity by which values are divided, 0 to 1.
        """
        found = {}
        for name, values in zip(self.names, (self._by_weights, self._by_network), strict=True):
            found[name] = self._listed(sorted(ticked), tilt, values)
        return found

    def _listed(self, ticked: list[int], tilt: float, values: Values) -> Listed:
        if not ticked:
            return Listed(np.empty(0, np.int64), np.empty(0), [])
        value, without, ranked_by = values(ticked)
        scores = ranked_by - tilt * np.log(self._popularity)
        scores[ticked] = -np.inf
        order = np.argsort(-scores, kind="stable")
        places = order[np.isfinite(scores[order])][:LISTED]
        reasons = []
        for place in places:
            parts = value[place] - without[:, place]
            best = np.argsort(-parts, kind="stable")[:REASONS]
            reasons.append([ticked[index] for index in best if parts[index] > 0])
        return Listed(places, scores[places], reasons)

    def _by_weights(self, ticked: list[int]) -> tuple[Numbers, Numbers, Numbers]:
        """Return the values, those without each ticked item, and the logarithms to rank by."""
        rows = self._linear[ticked]
        value = rows.sum(axis=0)
        with np.errstate(divide="ignore"):
            return value, value - rows, np.log(np.maximum(value, 0))

    def _by_network(self, ticked: list[int]) -> tuple[Numbers, Numbers, Numbers]:
        row = np.zeros((1 + len(ticked), len(self.titles)))
        row[:, ticked] = 1
        row[np.arange(1, len(row)), ticked] = 0
        row /= np.maximum(np.linalg.norm(row, axis=1, keepdims=True), 1)
        into, inner, out, outer = self._network
        logits = np.tanh(row @ into + inner) @ out + outer
        highest = logits.max(axis=1, keepdims=True)
        total = np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))
        logarithms = logits - highest - total
        return logarithms[0], logarithms[1:], logarithms[0].copy()

    def figure(self) -> CourseFigure:
        """Return the lists of the first ticks as a still figure."""
        found = self.lists(self.ticked, self.tilt)
        with applied():
            figure = new_figure(self.heading, height=4.0, alt=self._alt(found))
            for axes, (name, listed) in zip(figure.subplots(1, 2), found.items(), strict=True):
                axes.set_axis_off()
                axes.set(xlim=(0, 1), ylim=(LISTED + 0.5, 0))
                axes.set_title(name)
                for rank, (place, reasons) in enumerate(
                    zip(listed.places, listed.reasons, strict=True), start=1
                ):
                    axes.annotate(f"{rank}. {_cut(self.titles[place])}", (0, rank), fontsize=9)
                    if reasons:
                        because = f"because of {_cut(self.titles[reasons[0]])}"
                        axes.annotate(because, (0.05, rank + 0.4), fontsize=7, color="#57606A")
        return figure

    def _alt(self, found: dict[str, Listed]) -> str:
        ticked = ", ".join(self.titles[place] for place in self.ticked) or "nothing"
        lists = " ".join(
            f"{name} lists {', '.join(self.titles[place] for place in listed.places)}."
            for name, listed in found.items()
        )
        return f"{sentence(self.heading)} Ticked: {ticked}. {lists}".strip()


def _distinct(titles: Sequence[str]) -> list[str]:
    """Return the titles, or say what is wrong with them."""
    listed = [str(title) for title in titles]
    if not 2 <= len(listed) <= MOST_ITEMS:
        raise InputError(f"Got {len(listed)} titles; pass 2 to {MOST_ITEMS}, the best known.")
    twice = next((title for title in listed if listed.count(title) > 1), None)
    if twice is not None:
        raise InputError(f"the title {twice!r} occurs twice; readers could not tell them apart.")
    return listed


def _halved(array: Numbers) -> Numbers:
    return array.astype(np.float16).astype(np.float64)


def _cut(title: str, most: int = 44) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}…"
