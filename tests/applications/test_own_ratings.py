"""A release of MovieLens from a file to lists: the way a reader takes with ml-100k or ml-1m."""

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse.applications import interactions, rating_prediction, recommendation  # noqa: E402
from aecourse.applications.recommender import Recommender  # noqa: E402
from aecourse.datasets import synthetic  # noqa: E402
from aecourse.datasets.rating_files import GENRES, load_ratings  # noqa: E402

# Networks take the same splits, and more time.
LISTS = [recommendation.Recipe("popularity"), recommendation.Recipe("ease", {"penalty": 50.0})]
STARS = [rating_prediction.Recipe("offsets")]


def made_up():
    """Return ratings in whole stars, as the older releases have them, in no order, and films."""
    ratings, movies = synthetic.ratings()
    ratings["rating"] = np.ceil(ratings["rating"]).astype(int)
    return ratings.sample(frac=1, random_state=0), movies


def write(folder, form):
    """Write the files of a release."""
    ratings, movies = made_up()

    def lines(name, separator, table, encoding="latin-1"):
        rows = [separator.join(map(str, row)) for row in table.itertuples(index=False, name=None)]
        (folder / name).write_text("".join(f"{row}\n" for row in rows), encoding)

    if form == "u.data":
        flags = ["0"] * (len(GENRES) - 1) + ["1"]
        dated = movies[["movieId", "title"]].assign(date="01-Jan-1995", video="", address="http://")
        lines("u.data", "\t", ratings)
        lines("u.item", "|", dated.assign(**dict(zip(GENRES, flags, strict=True))))
    elif form == "ratings.dat":
        lines("ratings.dat", "::", ratings)
        lines("movies.dat", "::", movies)
    else:
        ratings.to_csv(folder / "ratings.csv", index=False)
        movies.to_csv(folder / "movies.csv", index=False)


def measured(folder):
    """Return what a reader measures on a release, and one of its lists."""
    data = load_ratings(folder)
    ratings = interactions.numbered(data.ratings, data.movies)
    stars = rating_prediction.compare(interactions.rating_split(ratings), STARS, seeds=[0])
    by_seed = interactions.user_splits(ratings, [0])
    lists = recommendation.compare(by_seed, LISTS)
    scorer = recommendation.Recipe("ease").build().fit(by_seed[0].train)
    five = list(ratings.titles[:5])
    shown = Recommender(scorer, ratings, by_seed[0].items).recommend(five, 10).table
    return stars.drop(columns="fit_seconds"), lists.drop(columns="fit_seconds"), shown


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("latest")
    write(folder, "ratings.csv")
    return measured(folder)


@pytest.mark.parametrize("form", ["u.data", "ratings.dat"])
def test_an_older_release_gives_the_numbers_that_its_ratings_give_in_the_newest_form(
    form, tmp_path, expected
):
    write(tmp_path, form)
    for found, wanted in zip(measured(tmp_path), expected, strict=True):
        pd.testing.assert_frame_equal(found, wanted)


def test_the_measures_make_sense(expected):
    stars, lists, shown = expected
    assert stars["rmse"].between(0.1, 2).all()
    assert lists["ndcg_100"].between(0.01, 1).all()
    assert len(shown) == 10
