"""Ratings as sparse matrices, and splits that never look into the future."""

import numpy as np
import pytest
from rating_data import few, made_up
from scipy import sparse

from aecourse import datasets
from aecourse.applications import interactions
from aecourse.applications.interactions import as_interactions
from aecourse.datasets import synthetic
from aecourse.errors import DataError, InputError

RATINGS = made_up()


def shuffled(ratings, movies, seed=0):
    order = np.random.default_rng(seed).permutation(len(ratings))
    return interactions.numbered(ratings.iloc[order], movies)


def pairs(part):
    return set(zip(part.user.tolist(), part.item.tolist(), strict=True))


# --- the matrix -----------------------------------------------------------------------------------


def test_rows_and_columns_are_found_again():
    found = few((30, 7, 4.0, 1), (10, 7, 2.5, 2), (10, 9, 5.0, 3))
    assert found.matrix.toarray().tolist() == [[2.5, 5], [4, 0]]
    assert (found.row(10), found.row(30)) == (0, 1)
    assert (found.column(7), found.column(9)) == (0, 1)
    assert found.titles == ("Film 7", "Film 9")
    assert repr(found) == "<Ratings: 3 of 2 users and 2 items>"


def test_four_stars_or_more_count_as_liked_unless_said_otherwise():
    found = few((1, 1, 4.0, 1), (1, 2, 3.5, 2), (1, 3, 5.0, 3))
    assert found.liked().toarray().tolist() == [[1, 0, 1]]
    assert found.liked(3.5).toarray().tolist() == [[1, 1, 1]]
    assert found.liked().nnz == 2  # what was not liked is not stored


def test_the_latest_of_several_ratings_counts_and_the_others_are_counted():
    found = few((1, 2, 2.0, 4), (1, 1, 5.0, 9), (1, 1, 1.0, 3), (1, 1, 3.0, 5))
    assert found.matrix.toarray().tolist() == [[5, 2]]
    assert found.duplicates == 2


@pytest.mark.parametrize("stars", [0.0, 5.5, np.nan])
def test_stars_out_of_range_are_refused(stars):
    with pytest.raises(DataError, match=r"not 0\.5 to 5 stars, the first in row 1"):
        few((1, 1, 5.0, 1), (1, 2, stars, 2))


def test_an_unknown_user_or_item_is_refused():
    with pytest.raises(InputError, match="no user 999"):
        RATINGS.row(999)
    with pytest.raises(InputError, match="no item 0"):
        RATINGS.column(0)


def test_an_empty_table_and_a_film_without_title_are_refused():
    ratings, movies = synthetic.ratings()
    with pytest.raises(InputError, match="there are no ratings"):
        interactions.numbered(ratings[:0], movies)
    with pytest.raises(InputError, match="have no title, such as movieId"):
        interactions.numbered(ratings, movies[:10])
    with pytest.raises(InputError, match="lacks the column 'rating'"):
        interactions.numbered(ratings.drop(columns="rating"), movies)


def test_nothing_is_dense(monkeypatch):
    def refuse(self, *args, **kwargs):
        raise AssertionError("a matrix was made dense")

    for kind in (sparse.csr_array, sparse.coo_array, sparse.csc_array):
        monkeypatch.setattr(kind, "toarray", refuse)
        monkeypatch.setattr(kind, "todense", refuse)
    found = made_up()
    interactions.user_split(found)
    interactions.rating_split(found)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.eye(3), "a ndarray; give a sparse matrix"),
        (sparse.csr_array((0, 3)), r"shape \(0, 3\); give at least one"),
        (sparse.csr_array(-np.eye(3)), "negative numbers"),
        (sparse.csr_array(np.diag([1, np.nan, 1])), "NaN"),
    ],
)
def test_what_is_no_matrix_of_interactions_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        as_interactions(given)


def test_stored_zeros_are_no_interactions_and_the_given_matrix_stays_as_it_is():
    given = sparse.csr_array(([0.0, 1.0], ([0, 0], [0, 2])), shape=(1, 3))
    assert as_interactions(given).indices.tolist() == [2]
    assert given.nnz == 2
    with pytest.raises(InputError, match="give 4 items"):
        as_interactions(given, items=4)


# --- ratings in time ------------------------------------------------------------------------------


def test_the_parts_of_a_users_ratings_follow_each_other_in_time():
    split = interactions.rating_split(RATINGS)
    for user in range(RATINGS.shape[0]):
        times = [
            part.time[part.user == user] for part in (split.train, split.validation, split.test)
        ]
        assert times[0].max() <= times[1].min()
        assert times[1].max() <= times[2].min()
        count = sum(map(len, times))
        assert len(times[2]) == int(0.2 * count)
    assert pairs(split.train) | pairs(split.validation) | pairs(split.test) == pairs(RATINGS)
    assert len(split.train) + len(split.validation) + len(split.test) == len(RATINGS)


def test_the_test_part_is_that_of_the_data_set(monkeypatch):
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)
    data = datasets.load("movielens")
    ratings = interactions.numbered(data.ratings, data.movies)
    test = interactions.rating_split(ratings).test
    found = {(ratings.user_ids[u], ratings.item_ids[i]) for u, i in pairs(test)}
    assert found == {(u, i) for u, i in data.x_test}


@pytest.mark.parametrize(
    "split",
    [
        lambda r: [pairs(part) for part in vars(interactions.rating_split(r)).values()],
        lambda r: [m.toarray().tolist() for m in interactions.user_split(r).test],
    ],
    ids=["ratings", "users"],
)
@pytest.mark.parametrize("step", [1, 10**7], ids=["times differ", "many at one moment"])
def test_the_order_of_the_rows_makes_no_difference(split, step):
    ratings, movies = synthetic.ratings()
    ratings["timestamp"] //= step
    assert ratings.duplicated(["userId", "timestamp"]).any() == (step > 1)
    assert split(shuffled(ratings, movies)) == split(interactions.numbered(ratings, movies))


def test_ratings_that_cannot_be_split_are_refused():
    with pytest.raises(InputError, match="three ratings or more"):
        interactions.rating_split(few((1, 1, 5.0, 1), (2, 2, 5.0, 2)))


# --- users held out -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def split():
    return interactions.user_split(RATINGS, seed=3)


def test_what_is_asked_for_is_later_than_what_is_shown(split):
    liked = RATINGS.liked()[:, split.items]
    time = {(u, i): t for u, i, t in zip(RATINGS.user, RATINGS.item, RATINGS.time, strict=True)}
    for asked in (split.validation, split.test):
        for row in range(asked.seen.shape[0]):
            seen, wanted = asked.seen[[row]].indices, asked.wanted[[row]].indices
            assert not set(seen) & set(wanted)
            both = set(seen) | set(wanted)
            (user,) = [u for u in range(liked.shape[0]) if set(liked[[u]].indices) == both]
            latest = max(time[user, split.items[item]] for item in seen)
            assert latest <= min(time[user, split.items[item]] for item in wanted)


def test_nobody_is_in_two_parts(split):
    liked = RATINGS.liked()
    active = np.flatnonzero(np.diff(liked.indptr) >= interactions.FEWEST)
    held_out = int(interactions.HELD_OUT_USERS * len(active))
    assert split.train.shape[0] == len(active) - 2 * held_out
    assert split.validation.seen.shape[0] <= held_out
    train = {row.tobytes() for row in split.train.toarray()}
    for asked in (split.validation, split.test):
        rows = (asked.seen + asked.wanted).toarray()
        assert not train & {row.tobytes() for row in rows}


def test_every_item_is_liked_by_a_training_user_and_what_is_left_out_is_counted(split):
    assert split.popularity.min() > 0
    assert split.popularity.max() <= 1
    assert split.left_out >= 0
    assert split.train.shape[1] == len(split.items) == split.test.wanted.shape[1]
    assert all(np.diff(part.indptr).min() >= 1 for part in (*split.validation, *split.test))


def test_a_seed_draws_other_users():
    found = interactions.user_splits(RATINGS, range(2))
    assert found.keys() == {0, 1}
    assert (found[0].test.seen.shape != found[1].test.seen.shape) or (
        found[0].test.seen.toarray() != found[1].test.seen.toarray()
    ).any()


def test_too_few_users_are_refused():
    with pytest.raises(InputError, match="0 users like 5 items or more"):
        interactions.user_split(few((1, 1, 5.0, 1), (2, 2, 5.0, 2)))
    with pytest.raises(InputError, match=r"no rating has 5\.5 stars"):
        interactions.user_split(RATINGS, least=5.5)
