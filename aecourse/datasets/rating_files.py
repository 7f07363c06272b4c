"""Ratings from the reader's own files: any MovieLens release, told apart by the names of its files.

======================  =============================  =====================================
release                 ratings                        films
======================  =============================  =====================================
100K                    ``u.data``, by tabs            ``u.item``, by ``|``, a flag a genre
1M (and 10M)            ``ratings.dat``, by ``::``     ``movies.dat``, by ``::``
latest, 20M and later   ``ratings.csv``, with a head   ``movies.csv``, with a head
======================  =============================  =====================================
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aecourse.datasets import archives
from aecourse.datasets.dataset import Provenance, RatingsDataset
from aecourse.datasets.rating_tables import COLUMNS, checked_ratings
from aecourse.datasets.ratings import MOVIELENS, contents_of
from aecourse.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

FILM_COLUMNS = ("movieId", "title", "genres")
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
"""The genres of ``u.item``, in the order of its flags (the release's ``u.genre``)."""

_LARGEST = 1 << 30  # bytes of one file, in an archive: the 25M release's ratings have 650 MB


@dataclass(frozen=True)
class Form:
    """How a release writes its ratings and films.

    Attributes
    ----------
    title
        The releases that are written like this.
    ratings, films
        The names of its files.
    read_ratings, read_films
        Turn a file's bytes into a table, or raise ``ValueError`` with what is wrong.
    least
        The fewest stars that users could give.
    """

    title: str
    ratings: str
    films: str
    read_ratings: Callable[[bytes], "pd.DataFrame"]
    read_films: Callable[[bytes], "pd.DataFrame"]
    least: float


def load_ratings(path: str | Path) -> RatingsDataset:
    """Return the ratings in a folder or a zip file, split as ``load("movielens")`` splits them.

    Of several ratings of one film by one user the latest counts, and ``provenance.note`` says how
    many were left out. The order of the rows does not matter.

    Parameters
    ----------
    path
        The folder of a MovieLens release, its zip file, or its file of ratings in the folder.

    Raises
    ------
    DataError
        If there is no such folder or file, it holds no release that can be told, a file is not in
        its form, or a film has ratings and no title. The message names the file and the line.
    """
    path = Path(path).expanduser()
    if path.is_file() and path.name in {form.ratings for form in FORMS}:
        path = path.parent
    form, data = _found(path)
    ratings = _read(path, form.ratings, form.read_ratings, data)
    films = _read(path, form.films, form.read_films, data)
    ratings, duplicates = checked_ratings(ratings, f"{path}: {form.ratings}", least=form.least)
    unknown = np.setdiff1d(ratings["movieId"], films["movieId"])
    if len(unknown):
        raise DataError(
            f"{path}: {len(unknown)} rated films are not in {form.films}, such as {unknown[0]}. "
            "Take both files from one release."
        )
    note = f"{len(ratings):,} ratings."
    if duplicates:
        note += f" Left out: {duplicates:,} that the same user gave the same film anew later."
    contents = replace(contents_of(ratings, films), note=note)
    return RatingsDataset(
        name=MOVIELENS.name,
        x_train=contents.x_train,
        y_train=contents.y_train,
        x_test=contents.x_test,
        y_test=contents.y_test,
        class_names=contents.class_names,
        feature_names=contents.feature_names,
        provenance=Provenance(
            name=form.title,
            source="user's files",
            complete=False,
            note=note,
            licence=MOVIELENS.licence,
            citation=MOVIELENS.citation,
        ),
        **contents.extra,
    )


def _found(path: Path) -> tuple[Form, Mapping[str, bytes]]:
    """Return the form of a release and the bytes of its two files."""
    names = {name for form in FORMS for name in (form.ratings, form.films)}
    if path.is_dir():
        data = {name: (path / name).read_bytes() for name in names if (path / name).is_file()}
    elif path.is_file() and path.suffix == ".zip":
        members = archives.members(
            path,
            lambda name: name.rpartition("/")[2] in names,
            largest_member=_LARGEST,
            largest_total=2 * _LARGEST,
        )
        data = {name.rpartition("/")[2]: content for name, content in members}
    else:
        raise DataError(f"{path} is neither a folder nor a zip file of ratings.")
    for form in FORMS:
        if form.ratings in data and form.films in data:
            return form, data
    pairs = ", or ".join(f"{form.ratings} and {form.films}" for form in FORMS)
    there = ", ".join(sorted(data)) or "none of them"
    raise DataError(f"{path} should hold {pairs}; it holds {there}.")


def _read(
    path: Path,
    name: str,
    read: Callable[[bytes], "pd.DataFrame"],
    data: Mapping[str, bytes],
) -> "pd.DataFrame":
    """Return a table, or say which file is not in its form."""
    try:
        table = read(data[name])
        if table.empty:
            raise ValueError("it is empty")
        if table.isna().any(axis=None):
            row = int(np.flatnonzero(table.isna().any(axis=1))[0])
            raise ValueError(f"row {row + 1} has too few values")
    except (ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: {name} is not in its form ({error}). Fetch the release again."
        ) from error
    return table


def _separated(content: bytes, separator: str) -> "pd.DataFrame":
    """Return ratings without a head, one a line."""
    import pandas as pd

    if separator == "::":
        # One character is read fast; between two colons there is an empty column.
        table = pd.read_csv(io.BytesIO(content), sep=":", header=None)
        if table.shape[1] != 7 or not table[[1, 3, 5]].isna().all(axis=None):
            raise ValueError("a line should be user::film::stars::seconds")
        table = table[[0, 2, 4, 6]]
    else:
        table = pd.read_csv(io.BytesIO(content), sep=separator, header=None)
        if table.shape[1] != 4:
            raise ValueError("a line should have four values: user, film, stars, seconds")
    table.columns = pd.Index(COLUMNS)
    return _numeric(table)


def _numeric(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table of ratings if all its values are numbers."""
    if table.empty:
        raise ValueError("it is empty")
    for name in COLUMNS:
        if table[name].dtype.kind not in "iuf":
            raise ValueError(f"the column {name} holds {table[name].iloc[0]!r}, which is no number")
    if table.isna().any(axis=None):
        return table
    kinds = {"userId": np.int64, "movieId": np.int64, "rating": np.float64, "timestamp": np.int64}
    return table.astype(kinds)


def _commas(content: bytes, columns: tuple[str, ...]) -> "pd.DataFrame":
    """Return a table with a head."""
    import pandas as pd

    table = pd.read_csv(io.BytesIO(content))
    if tuple(table.columns) != columns:
        raise ValueError(f"its columns are {', '.join(map(str, table.columns))}, not {columns}")
    return table


def _text(content: bytes) -> str:
    """Return a file's text: older releases are in Latin-1, the 10M release in UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _films(rows: list[tuple[str, str, str]]) -> "pd.DataFrame":
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(FILM_COLUMNS))
    return table.astype({"movieId": np.int64})


def _films_by_colons(content: bytes) -> "pd.DataFrame":
    rows = []
    for number, line in enumerate(_text(content).splitlines(), start=1):
        parts = line.split("::")
        if len(parts) != 3:
            raise ValueError(f"line {number} should be film::title::genres")
        rows.append((parts[0], parts[1], parts[2]))
    return _films(rows)


def _films_by_bars(content: bytes) -> "pd.DataFrame":
    rows = []
    lines = io.StringIO(_text(content))
    reader = csv.reader(lines, delimiter="|", quoting=csv.QUOTE_NONE)
    for number, parts in enumerate(reader, start=1):
        flags = parts[5:]
        if len(flags) != len(GENRES) or not set(flags) <= {"0", "1"}:
            raise ValueError(
                f"line {number} should have 5 values and {len(GENRES)} flags of genres between bars"
            )
        genres = [genre for genre, flag in zip(GENRES, flags, strict=True) if flag == "1"]
        rows.append((parts[0], parts[1], "|".join(genres) or "(no genres listed)"))
    return _films(rows)


FORMS = (
    Form(
        "MovieLens 100K",
        "u.data",
        "u.item",
        lambda content: _separated(content, "\t"),
        _films_by_bars,
        1.0,
    ),
    Form(
        "MovieLens 1M or 10M",
        "ratings.dat",
        "movies.dat",
        lambda content: _separated(content, "::"),
        _films_by_colons,
        0.5,
    ),
    Form(
        "MovieLens, a release with commas",
        "ratings.csv",
        "movies.csv",
        lambda content: _numeric(_commas(content, COLUMNS)),
        lambda content: _commas(content, FILM_COLUMNS),
        0.5,
    ),
)
