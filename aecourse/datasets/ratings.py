"""MovieLens latest-small: who rated which film, when, and with how many stars."""

import io
from typing import TYPE_CHECKING

import numpy as np

from aecourse.datasets import archives, synthetic
from aecourse.datasets.dataset import Contents, RatingsDataset
from aecourse.datasets.entry import Entry, Files, RemoteFile
from aecourse.datasets.split import latest_of_each
from aecourse.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_TABLES = {
    "ratings.csv": ["userId", "movieId", "rating", "timestamp"],
    "movies.csv": ["movieId", "title", "genres"],
}
_TEST_SHARE = 0.2


def read_movielens(files: Files) -> Contents:
    """Read ``ratings.csv`` and ``movies.csv``, from the zip archive or lying open."""
    if len(files) == 1:
        (path,) = files.values()
        found = archives.members(path, lambda name: name.rpartition("/")[2] in _TABLES)
        data = {name.rpartition("/")[2]: content for name, content in found}
    else:
        data = {path.name: path.read_bytes() for path in files.values() if path.name in _TABLES}
    origin = ", ".join(str(path) for path in files.values())
    return contents_of(
        _table("ratings.csv", data, origin),
        _table("movies.csv", data, origin),
    )


def contents_of(ratings: "pd.DataFrame", movies: "pd.DataFrame") -> Contents:
    """Return the ratings split in time: each user's latest fifth is the test part."""
    pairs = ratings[["userId", "movieId"]].to_numpy(dtype=np.int64)
    stars = ratings["rating"].to_numpy(dtype=np.float64)
    is_test = latest_of_each(
        pairs[:, 0], ratings["timestamp"].to_numpy(dtype=np.int64), share=_TEST_SHARE
    )
    return Contents(
        pairs[~is_test],
        stars[~is_test],
        pairs[is_test],
        stars[is_test],
        feature_names=("userId", "movieId"),
        extra={"ratings": ratings, "movies": movies},
    )


def _table(name: str, data: dict[str, bytes], origin: str) -> "pd.DataFrame":
    import pandas as pd

    if name not in data:
        raise DataError(f"{origin}: {name} is missing. Fetch the data set again.")
    table = pd.read_csv(io.BytesIO(data[name]))
    columns = _TABLES[name]
    if list(table.columns) != columns or table.empty or table.isna().any(axis=None):
        raise DataError(
            f"{origin}: {name} should have the columns {', '.join(columns)} without gaps, "
            f"and has {', '.join(map(str, table.columns))} in {len(table)} rows."
        )
    return table


MOVIELENS = Entry(
    name="movielens",
    title="MovieLens latest-small",
    family="ratings",
    licence="GroupLens: research use; redistribution under the same terms; no commercial use",
    citation="Harper and Konstan (2015), The MovieLens datasets: history and context",
    home="https://grouplens.org/datasets/movielens/latest/",
    files=(
        RemoteFile(
            "movielens/ml-latest-small.zip",
            # Hash: TensorFlow Datasets, url_checksums/movielens.txt.
            "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
            978_202,
            ("https://files.grouplens.org/datasets/movielens/ml-latest-small.zip",),
        ),
    ),
    read=read_movielens,
    stand_in=lambda: contents_of(*synthetic.ratings()),
    stand_in_note="ratings drawn from a few hidden tastes and from popularity.",
    kind=RatingsDataset,
)

ENTRIES = (MOVIELENS,)
