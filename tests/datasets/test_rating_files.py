"""MovieLens releases from the reader's own files: each form, and what can be wrong with it."""

import numpy as np
import pandas as pd
import pytest
from data_builders import write_files, zipped

from aecourse import datasets
from aecourse.datasets.rating_files import GENRES, load_ratings
from aecourse.datasets.rating_tables import COLUMNS, checked_ratings
from aecourse.errors import DataError, InputError

# user, film, stars, seconds: not in the order of time, and film 2 rated twice by user 1.
ROWS = [(1, 2, 3, 50), (1, 1, 5, 40), (1, 2, 4, 60), (2, 1, 2, 30), (1, 3, 1, 10), (2, 3, 5, 20)]
FILMS = [(1, "Amélie (2001)", "Comedy|Romance"), (2, "Alien: Again (1999)", "Sci-Fi"),
         (3, "unknown", "unknown")]  # fmt: skip


def flags(genres):
    return "|".join(str(int(genre in genres.split("|"))) for genre in GENRES)


def lines(*rows):
    return "".join(f"{row}\n" for row in rows)


RELEASES = {
    "100k": {
        "u.data": lines(*("\t".join(map(str, row)) for row in ROWS)).encode(),
        "u.item": lines(
            *(f"{k}|{title}|01-Jan-1995||http://x|{flags(genres)}" for k, title, genres in FILMS)
        ).encode("latin-1"),
    },
    "1m": {
        "ratings.dat": lines(*("::".join(map(str, row)) for row in ROWS)).encode(),
        "movies.dat": lines(*("::".join(map(str, film)) for film in FILMS)).encode("latin-1"),
    },
    "latest": {
        "ratings.csv": lines(",".join(COLUMNS), *(",".join(map(str, r)) for r in ROWS)).encode(),
        "movies.csv": lines(
            "movieId,title,genres", *(",".join(map(str, film)) for film in FILMS)
        ).encode(),
    },
}  # fmt: skip
every_release = pytest.mark.parametrize("release", RELEASES)


@every_release
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_a_release_is_read(release, packed, tmp_path):
    if packed:
        path = tmp_path / "ml.zip"
        path.write_bytes(zipped({f"ml/{n}": data for n, data in RELEASES[release].items()}))
    else:
        path = tmp_path
        write_files(path, RELEASES[release])
    data = load_ratings(path)
    assert list(data.ratings.columns) == list(COLUMNS)
    assert sorted(data.ratings.itertuples(index=False, name=None)) == sorted(
        row for row in ROWS if row != (1, 2, 3, 50)
    )
    assert list(data.movies.itertuples(index=False, name=None)) == FILMS
    assert data.provenance.source == "user's files"
    assert data.provenance.note == (
        "5 ratings. Left out: 1 that the same user gave the same film anew later."
    )
    # The latest of each user's ratings is the test part, wherever it stands in the file.
    assert dict(data.x_test) == {1: 2, 2: 1}
    assert sorted(data.y_test) == [2, 4]


@every_release
def test_the_file_of_ratings_stands_for_its_folder(release, tmp_path):
    write_files(tmp_path, RELEASES[release])
    name = next(iter(RELEASES[release]))
    found, expected = load_ratings(tmp_path / name), load_ratings(tmp_path)
    pd.testing.assert_frame_equal(found.ratings, expected.ratings)
    pd.testing.assert_frame_equal(found.movies, expected.movies)


def test_load_takes_the_path_of_a_release(tmp_path):
    write_files(tmp_path, RELEASES["100k"])
    data = datasets.load("movielens", path=tmp_path)
    assert data.provenance.name == "MovieLens 100K"
    assert data.provenance in datasets.loaded()
    for name, wrong in (("movielens", {"limit": 5}), ("mnist", {"path": tmp_path})):
        with pytest.raises(InputError, match="path belongs to"):
            datasets.load(name, **wrong)


def test_films_in_utf_8_are_read_too(tmp_path):
    films = lines(*("::".join(map(str, film)) for film in FILMS)).encode()
    write_files(tmp_path, {**RELEASES["1m"], "movies.dat": films})
    assert load_ratings(tmp_path).movies["title"][0] == "Amélie (2001)"


BROKEN = [
    ("100k", "u.data", b"1\t2\t3\n", "four values"),
    ("100k", "u.data", b"", "u.data is not in its form"),
    ("100k", "u.data", b"1\t2\tx\t5\n", "rating holds 'x', which is no number"),
    ("100k", "u.data", b"1\t2\t3\t5\n1\t3\t4\n", "row 2 has too few values"),
    ("100k", "u.data", b"1\t2\t3.5\t5\n1\t1\t0.5\t6\n", r"not 1 to 5 stars, the first in row 1"),
    ("100k", "u.item", b"1|Title|date||url|0|1\n", "19 flags"),
    ("100k", "u.item", b"x|Title|date||url" + b"|0" * 19 + b"\n", "u.item is not in its form"),
    ("1m", "ratings.dat", b"1:2:3:4\n", "user::film::stars::seconds"),
    ("1m", "ratings.dat", b"1::2::9::4\n", "0.5 to 5 stars.*userId 1, movieId 2, rating 9"),
    ("1m", "ratings.dat", b"1::2::4::-4\n", "a time in seconds since 1970"),
    ("1m", "movies.dat", b"1::Title\n", "line 1 should be film::title::genres"),
    ("1m", "movies.dat", b"1::Title::Drama\n", "2 rated films are not in movies.dat, such as 2"),
    ("latest", "ratings.csv", b"user,film\n1,2\n", "its columns are user, film"),
    ("latest", "ratings.csv", b"userId,movieId,rating,timestamp\n", "it is empty"),
    ("latest", "movies.csv", b"movieId,title\n1,x\n", "its columns are movieId, title"),
]


@pytest.mark.parametrize(("release", "name", "content", "message"), BROKEN)
def test_a_broken_file_is_named(release, name, content, message, tmp_path):
    write_files(tmp_path, {**RELEASES[release], name: content})
    with pytest.raises(DataError, match=message) as caught:
        load_ratings(tmp_path)
    assert str(tmp_path) in str(caught.value)


@every_release
def test_a_missing_file_is_named(release, tmp_path):
    name = next(iter(RELEASES[release]))
    write_files(tmp_path, {name: RELEASES[release][name]})
    with pytest.raises(DataError, match=f"should hold u.data and u.item, or .* it holds {name}"):
        load_ratings(tmp_path)


def test_what_is_neither_a_folder_nor_an_archive_is_refused(tmp_path):
    with pytest.raises(DataError, match="neither a folder nor a zip file"):
        load_ratings(tmp_path / "nothing")
    (tmp_path / "a.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be unpacked"):
        load_ratings(tmp_path / "a.zip")


# --- one rating a pair ----------------------------------------------------------------------------


def table(*rows):
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_of_several_ratings_the_latest_is_kept_and_of_one_moment_the_last():
    found, left_out = checked_ratings(
        table((1, 1, 4.0, 9), (1, 1, 2.0, 3), (2, 1, 1.0, 5), (2, 1, 3.0, 5)), "here"
    )
    assert found["rating"].tolist() == [4, 3]
    assert left_out == 2


def test_an_empty_table_stays_empty():
    found, left_out = checked_ratings(table(), "here")
    assert (len(found), left_out) == (0, 0)


def test_the_rows_are_put_in_the_order_of_users_and_films():
    found, _ = checked_ratings(table((2, 1, 1.0, 5), (1, 3, 2.0, 5), (1, 2, 3.0, 9)), "here")
    assert found["rating"].tolist() == [3, 2, 1]
    assert found.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize("stars", [0, 5.5, -1, np.nan, np.inf])
def test_stars_out_of_range_are_a_data_error(stars):
    with pytest.raises(DataError, match=r"here: 1 of 2 ratings are not 0.5 to 5 stars"):
        checked_ratings(table((1, 1, 4.0, 9), (1, 2, stars, 3)), "here")


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("userId", ["anna", "ben"], "the column userId holds 'anna'; give numbers"),
        ("rating", ["4", "5"], "the column rating holds '4'"),
        ("movieId", [1, np.nan], "1 of 2 ratings are not with a whole movieId, the first in row 1"),
        ("userId", [1.5, 2], "not with a whole userId, the first in row 0"),
        ("timestamp", [np.nan, 5], "not a time in seconds since 1970"),
    ],
)
def test_what_is_no_number_or_missing_is_a_data_error(name, values, message):
    with pytest.raises(DataError, match=message):
        checked_ratings(table((1, 1, 4.0, 9), (1, 2, 3.0, 3)).assign(**{name: values}), "here")


def test_a_missing_column_is_refused():
    with pytest.raises(InputError, match="here lacks the column 'timestamp'"):
        checked_ratings(table((1, 1, 4.0, 9)).drop(columns="timestamp"), "here")
