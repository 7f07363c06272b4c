"""Finding a film by what somebody types."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from aecourse.errors import InputError

NEAR = 5  # titles that a message names
CUTOFF = 0.6  # of difflib's likeness, below which a title is not near
_YEAR = re.compile(r"\s*\((\d{4})[^)]*\)\s*$")
_BRACKET = re.compile(r"\(([^()]*)\)")
_ARTICLE = re.compile(r"^(.*), (the|a|an|les|le|la|il|el|der|die|das)$")


class Titles:
    """The titles of a catalogue, found whatever the case, accents, punctuation and article.

    ``"Matrix, The (1999)"`` is found as ``"the matrix"``, ``"Matrix"`` and ``"The Matrix (1999)"``;
    a second title in brackets counts as well. A slip of the pen is not corrected silently: *Alien*
    and *Aliens* are two films. Where two films have the very same title, the first is meant.

    Parameters
    ----------
    titles
        The titles, in the order of their positions.

    Examples
    --------
    >>> from aecourse.applications import titles
    >>> catalogue = titles.Titles(["Matrix, The (1999)", "Amélie (2001)"])
    >>> catalogue.find("the matrix"), catalogue.find("amelie"), catalogue.near("matric")
    (0, 1, ['Matrix, The (1999)'])
    """

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = tuple(titles)
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, title in enumerate(self.titles):
            for key in keys(title):
                self.places[key].append(place)

    def find(self, wanted: str) -> int:
        """Return the position of a title.

        Raises
        ------
        InputError
            If there is none, or several have this title; the message names near ones.
        """
        if not isinstance(wanted, str) or not plain(wanted):
            raise InputError(f"a title is {wanted!r}; give its words, as in 'Toy Story (1995)'.")
        if wanted in self.titles:
            return self.titles.index(wanted)
        # With its year a title is sought first: without it several films may have it.
        for key in sorted(keys(wanted), key=len, reverse=True):
            found = self.places.get(key, [])
            different = dict.fromkeys(self.titles[place] for place in found)
            if len(different) == 1:
                return found[0]
            if different:
                listed = ", ".join(map(repr, different))
                raise InputError(f"{wanted!r} names {len(different)} films; give one of {listed}.")
        near = self.near(wanted)
        way_out = (
            f"Did you mean {', '.join(map(repr, near))}?"
            if near
            else f"None of the {len(self.titles):,} titles is near it."
        )
        raise InputError(f"there is no film {wanted!r}. {way_out}")

    def near(self, wanted: str) -> list[str]:
        """Return the titles that begin with these words, then those that are spelled most alike."""
        key = min(keys(_YEAR.sub("", wanted)), key=len)
        known = [name for name in self.places if name.startswith(f"{key} ")]
        known += difflib.get_close_matches(key, self.places, n=2 * NEAR, cutoff=CUTOFF)
        found = dict.fromkeys(self.titles[place] for name in known for place in self.places[name])
        return list(found)[:NEAR]


def keys(title: str) -> set[str]:
    """Return the plain forms under which a title is found, with and without its year.

    Examples
    --------
    >>> from aecourse.applications import titles
    >>> sorted(titles.keys("Matrix, The (1999)"))
    ['matrix', 'matrix 1999', 'the matrix', 'the matrix 1999']
    """
    year = _YEAR.search(title)
    bare = _YEAR.sub("", title)
    names = {bare, _BRACKET.sub("", bare)}
    names |= {re.sub(r"^a\.?k\.?a\.?\s*", "", name) for name in _BRACKET.findall(bare)}
    found = {form for name in names for form in _forms(name)}
    return found | ({f"{form} {year[1]}" for form in found} if year else set())


def plain(text: str) -> str:
    """Return a text in lower case, without accents, and with single spaces for all else.

    Examples
    --------
    >>> from aecourse.applications import titles
    >>> titles.plain("Amélie – l'Été!")
    'amelie lete'
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", letters.replace("'", "").replace("’", "")))


def _forms(name: str) -> set[str]:
    """Return a name as it is, with its article in front, and without the article."""
    name = name.strip().casefold()
    behind = _ARTICLE.match(name)
    if behind:
        return {plain(f"{behind[2]} {behind[1]}"), plain(behind[1])}
    before = re.sub(r"^(the|a|an)\s+", "", name)
    return {form for form in (plain(name), plain(before)) if form}
