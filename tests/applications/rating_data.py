"""What the tests of chapter 8's recommenders share: a few made-up ratings."""

import numpy as np
import pandas as pd

from aecourse.applications import interactions
from aecourse.datasets import synthetic
from aecourse.datasets.rating_tables import COLUMNS


def made_up() -> interactions.Ratings:
    """Return the stand-in's ratings: 200 users, 300 films."""
    return interactions.numbered(*synthetic.ratings())


def few(*rows: tuple[int, int, float, int]) -> interactions.Ratings:
    """Return ratings written as ``(user, film, stars, time)``; film 7 is called ``Film 7``."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    films = np.unique(table["movieId"])
    movies = pd.DataFrame({"movieId": films, "title": [f"Film {film}" for film in films]})
    return interactions.numbered(table, movies)
