"""What ``load`` returns: the arrays of a data set and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Source = Literal["data folder", "download", "stand-in", "user's files"]


@dataclass(frozen=True)
class Provenance:
    """Where a data set came from, and on which terms.

    Attributes
    ----------
    source
        ``"data folder"``, ``"download"``, ``"stand-in"`` or, for images the reader names,
        ``"user's files"``.
    complete
        Whether it is the whole published set.
    note
        What the reader must know about it; for a subset, what was left out.
    licence, citation
        The terms of use, and whom to cite.
    sha256
        The hash of each file it was read from; empty for a stand-in.

    Examples
    --------
    >>> from aecourse import datasets
    >>> provenance = datasets.load("fashion_mnist").provenance
    >>> type(provenance).__name__, provenance.name
    ('Provenance', 'Fashion-MNIST')
    """

    name: str
    source: Source
    complete: bool
    note: str
    licence: str
    citation: str
    sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_stand_in(self) -> bool:
        """Whether this is made-up data in place of the real set."""
        return self.source == "stand-in"

    def __str__(self) -> str:
        """Return one readable sentence, fit for a caption."""
        if self.is_stand_in:
            return f"Stand-in for {self.name}, not the real data: {self.note}"
        extent = "complete" if self.complete else "a part of the published set"
        origin = {"data folder": "the data folder", "user's files": "the user's own files"}
        sentence = f"{self.name} from {origin.get(self.source, 'its public home')}, {extent}"
        return f"{sentence}. {self.note}" if self.note else f"{sentence}."


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, split into a training and a test part.

    Attributes
    ----------
    x_train, x_test
        The samples, first axis first: raw ``uint8`` images ``(n, height, width)`` or
        ``(n, height, width, 3)``; ``object`` arrays of strings; ``float64`` tables.
    y_train, y_test
        ``int64`` labels ``(n,)`` that index ``class_names``; ratings are ``float64`` stars.
    class_names
        The classes in the labels' order; empty where the target is not a class.
    feature_names
        The columns of a table; empty for images and text.
    provenance
        Where it came from; ``provenance.is_stand_in`` tells made-up data.

    Examples
    --------
    >>> from aecourse import datasets
    >>> data = datasets.load("mnist")
    >>> type(data).__name__, data.x_test.shape[1:], data.class_names[:3]
    ('Dataset', (28, 28), ('0', '1', '2'))
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        origin = (
            "STAND-IN, not the real data" if self.provenance.is_stand_in else self.provenance.source
        )
        return (
            f"<{type(self).__name__} {self.name}: "
            f"x_train {self.x_train.shape} {self.x_train.dtype}, x_test {self.x_test.shape}, "
            f"{len(self.class_names)} classes, {origin}>"
        )


@dataclass(frozen=True, eq=False, repr=False)
class RatingsDataset(Dataset):
    """Ratings of films by users.

    ``x_train`` and ``x_test`` hold the pairs ``(userId, movieId)``, ``y_train`` and ``y_test`` the
    stars. Each user's latest fifth of ratings is the test part, so a model is asked about the
    future of people it knows.

    Attributes
    ----------
    ratings
        Every rating: ``userId``, ``movieId``, ``rating``, ``timestamp`` (seconds since 1970).
    movies
        Every film: ``movieId``, ``title``, ``genres`` (separated by ``|``).

    Examples
    --------
    >>> from aecourse import datasets
    >>> data = datasets.load("movielens")
    >>> type(data).__name__, list(data.ratings.columns)
    ('RatingsDataset', ['userId', 'movieId', 'rating', 'timestamp'])
    """

    ratings: "pd.DataFrame"
    movies: "pd.DataFrame"


@dataclass(frozen=True)
class Contents:
    """What a reader or a stand-in yields, before its provenance is known.

    ``extra`` holds the fields that a subclass of :class:`Dataset` adds; ``note`` is what the reader
    found out about the files, such as images it had to skip.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
