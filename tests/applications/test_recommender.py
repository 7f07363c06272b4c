"""The recommender for use: lists, reasons, likeness, and people of whom little is known."""

import dataclasses

import numpy as np
import pytest
from rating_data import few, made_up
from scipy import sparse

pytestmark = pytest.mark.tensorflow

from aecourse.applications import interactions  # noqa: E402
from aecourse.applications.autoencoder_recommenders import MultDAE, SharedCode  # noqa: E402
from aecourse.applications.recommender import Recommender  # noqa: E402
from aecourse.applications.simple_recommenders import EASE, Popularity  # noqa: E402
from aecourse.applications.titles import Titles  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.widgets import TitleForm  # noqa: E402

RATINGS = made_up()
SPLIT = interactions.user_split(RATINGS)
QUICK = {"code_size": 8, "epochs": 2, "batch_size": 32, "learning_rate": 0.01}
FIVE = [RATINGS.titles[SPLIT.items[place]] for place in (3, 40, 77, 120, 150)]


def recommender(scorer):
    return Recommender(scorer.fit(SPLIT.train), RATINGS, SPLIT.items)


@pytest.fixture(scope="module")
def linear():
    return recommender(EASE(50.0))


@pytest.fixture(scope="module")
def network():
    return recommender(SharedCode(**QUICK))


@pytest.fixture(params=["linear", "network"])
def either(request):
    return request.getfixturevalue(request.param)


# --- lists ----------------------------------------------------------------------------------------


def test_no_user_is_recommended_what_they_have_rated(either):
    for user in RATINGS.user_ids[:30]:
        listed = either.recommend(int(user), 20).table
        rated = set(RATINGS.item_ids[RATINGS.matrix[[RATINGS.row(user)]].indices])
        assert not rated & set(listed["item_id"])
        assert len(listed) == 20


def test_the_list_is_that_of_the_scores(linear):
    user = int(RATINGS.user_ids[4])
    found = linear.recommend(user, 5)
    scores = linear.scorer.scores(linear.profile(user).liked)[0]
    scores[linear.profile(user).seen] = -np.inf
    best = np.argsort(-scores, kind="stable")[:5]
    assert found.table["title"].tolist() == [linear.titles.titles[place] for place in best]
    np.testing.assert_allclose(found.table["score"], scores[best], rtol=1e-6)
    assert found.note == ""


def test_somebody_new_names_five_films(either):
    found = either.recommend([title.upper() for title in FIVE], 10)
    assert len(found.table) == 10
    assert not set(FIVE) & set(found.table["title"])
    assert found.note == ""


def test_five_titles_typed_into_the_form_are_answered_and_a_slip_is_explained(either):
    shown = []

    def answer(titles):
        shown.append(either.recommend(titles, 10).table["title"].tolist())
        return "; ".join(shown[-1])

    form = TitleForm(answer, FIVE, known=either.titles.titles)
    others = [RATINGS.titles[SPLIT.items[place]] for place in (5, 6, 7, 8, 9)]
    for field, title in zip(form.fields, others, strict=True):
        field.value = f" {title.upper()} "
    form.button.click()
    assert form.shown.value == "; ".join(shown[-1])
    assert len(shown[-1]) == 10
    assert not set(others) & set(shown[-1])
    form.fields[2].value = "No Such Film"
    form.button.click()
    assert "there is no film" in form.shown.value


def test_who_names_nothing_gets_what_most_like_and_is_told(either):
    found = either.recommend([], 3)
    counts = np.bincount(RATINGS.liked()[:, SPLIT.items].indices, minlength=len(SPLIT.items))
    assert found.table["score"].tolist() == sorted(counts, reverse=True)[:3]
    assert "what most users like" in found.note


def test_a_user_who_liked_nothing_gets_what_most_like_and_nothing_they_rated():
    rows = [(user, film, 5.0, film) for user in range(1, 12) for film in range(1, 9)]
    ratings = few(*rows, (99, 1, 2.0, 1), (99, 2, 1.0, 2))
    split = interactions.user_split(ratings)
    scorer = Popularity().fit(split.train)
    found = Recommender(scorer, ratings, split.items).recommend(99, 3)
    assert found.table["title"].tolist() == ["Film 3", "Film 4", "Film 5"]
    assert "Nothing they liked is known" in found.note


def test_a_user_who_has_had_all_films_gets_an_empty_list_and_a_reason():
    rows = [(user, film, 5.0, film) for user in range(1, 12) for film in range(1, 9)]
    ratings = few(*rows)
    split = interactions.user_split(ratings)
    found = Recommender(EASE().fit(split.train), ratings, split.items).recommend(1, 3)
    assert found.table.empty
    assert list(found.table.columns) == ["title", "item_id", "score"]
    assert found.note == "They have had all 8 films there are: none is left."


def test_a_film_that_is_listed_twice_is_not_recommended_to_who_has_had_it():
    rows = [(user, film, 5.0, film) for user in range(1, 12) for film in range(1, 9)]
    ratings = few(*rows, (99, 1, 5.0, 1))
    ratings = dataclasses.replace(ratings, titles=("Film 2", *ratings.titles[1:]))
    split = interactions.user_split(ratings)
    recommender = Recommender(EASE().fit(split.train), ratings, split.items)
    for who in (99, ["Film 2"]):
        assert recommender.recommend(who, 8).table["item_id"].tolist() == [3, 4, 5, 6, 7, 8]


def test_a_list_that_must_be_short_says_so(linear):
    found = linear.recommend(FIVE, len(SPLIT.items))
    assert len(found.table) == len(SPLIT.items) - 5
    assert f"Only {len(SPLIT.items) - 5} films are left" in found.note
    titles = list(linear.titles.titles)
    last = linear.recommend(titles[1:], 3)
    assert last.table["title"].tolist() == titles[:1]
    assert last.note == "Only one film is left that they have not had."


# --- reasons and likeness -------------------------------------------------------------------------


def test_the_reasons_of_ease_are_its_weights(linear):
    first = linear.recommend(FIVE, 1).table["title"][0]
    found = linear.because(FIVE, first, 5)
    place = linear.titles.find(first)
    weights = {title: linear.scorer.weights[linear.titles.find(title), place] for title in FIVE}
    expected = sorted((w for w in weights.values() if w > 0), reverse=True)
    np.testing.assert_allclose(found["part"], expected)
    assert found["title"][0] == max(weights, key=weights.get)


def test_the_reasons_of_an_autoencoder_are_what_is_lost_without_a_film(network):
    first = network.recommend(FIVE, 1).table["title"][0]
    place = network.titles.find(first)
    found = network.because(FIVE, first, 5)
    assert set(found["title"]) <= set(FIVE)
    top = found.iloc[0]
    whole, less = (
        network.scorer.scores(network.profile(films).liked)[0, place]
        for films in (FIVE, [title for title in FIVE if title != top["title"]])
    )
    assert top["part"] == pytest.approx(whole - less, abs=1e-5)


def test_nothing_speaks_for_a_film_to_whom_nothing_is_known(linear):
    with pytest.raises(InputError, match="nothing speaks for a film"):
        linear.because([], FIVE[0])


def test_similar_films_have_codes_in_the_same_direction_from_that_of_nobody(network):
    found = network.similar(FIVE[0], 5)
    codes = network.scorer.item_codes()
    codes = codes - network.scorer.codes(sparse.csr_array((1, len(codes))))
    codes = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    cosines = codes @ codes[network.titles.find(FIVE[0])]
    cosines[network.titles.find(FIVE[0])] = -1
    np.testing.assert_allclose(found["cosine"], np.sort(cosines)[::-1][:5], rtol=1e-4)
    assert FIVE[0] not in set(found["title"])


def test_like_minded_users_leave_the_user_out(network):
    user = int(RATINGS.user_ids[7])
    found = network.like_minded(user, 5)
    assert len(found) == 5
    assert user not in set(found["user_id"])
    assert found["cosine"].is_monotonic_decreasing
    assert len(network.like_minded(user, 10_000)) < RATINGS.shape[0]


def test_similar_films_come_from_the_same_group():
    # Two groups of films; nobody likes both.
    rows = [
        (user, film, 5.0, film) for user in range(40) for film in range(1, 13)
        if (film <= 6) == (user < 20) and (user + film) % 4
    ]  # fmt: skip
    ratings = few(*rows)
    split = interactions.user_split(ratings)
    settings = {**QUICK, "epochs": 20, "dropout": 0.3, "learning_rate": 0.05}
    for scorer in (SharedCode(**settings), MultDAE(**settings)):
        found = Recommender(scorer.fit(split.train), ratings, split.items).similar("Film 2", 5)
        assert {int(title.split()[1]) <= 6 for title in found["title"]} == {True}


# --- wrong use ------------------------------------------------------------------------------------


def test_unknown_films_users_and_settings_are_refused(linear):
    with pytest.raises(
        InputError, match=r"there is no film 'Silent Rivr.*Did you mean 'Silent Riv"
    ):
        linear.recommend(["Silent Rivr"])
    with pytest.raises(InputError, match="no user 9999"):
        linear.recommend(9999)
    with pytest.raises(InputError, match=r"give a list of titles, as in \['Heat'\]"):
        linear.recommend("Heat")
    with pytest.raises(InputError, match="n is 0"):
        linear.recommend(FIVE, 0)
    with pytest.raises(InputError, match="EASE has no codes"):
        linear.similar(FIVE[0])
    with pytest.raises(InputError, match="no items and"):
        Recommender(EASE(), RATINGS, SPLIT.items)


# --- titles ---------------------------------------------------------------------------------------

CATALOGUE = Titles([
    "Matrix, The (1999)", "Alien (1979)", "Aliens (1986)", "Heat (1995)", "Heat (1986)",
    "Seven (a.k.a. Se7en) (1995)", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
    "Schindler's List (1993)", "WALL·E (2008)", "2001: A Space Odyssey (1968)", "unknown",
    "Cité des enfants perdus, La (1995)",
])  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Matrix, The (1999)", 0), ("the matrix", 0), ("Matrix", 0), ("The Matrix (1999)", 0),
        ("alien", 1), ("ALIENS", 2), ("heat (1986)", 4), ("Heat 1995", 3), ("se7en", 5),
        ("Seven", 5), ("amélie", 6), ("le fabuleux destin d amelie poulain", 6),
        ("Schindlers List", 7), ("Schindler’s list", 7), ("wall e", 8),
        ("2001 a space odyssey", 9), ("Unknown", 10), ("la cite des enfants perdus", 11),
    ],
)  # fmt: skip
def test_a_title_is_found_as_it_is_typed(typed, place):
    if "d amelie" in typed:
        typed = typed.replace("d amelie", "d'amelie")
    assert CATALOGUE.find(typed) == place


def test_a_title_of_several_films_is_refused_with_all_of_them():
    with pytest.raises(InputError, match=r"'Heat' names 2 films; give one of 'Heat \(1995\)', "):
        CATALOGUE.find("Heat")


def test_of_two_films_with_one_title_the_first_is_meant():
    twice = Titles(["Heat (1995)", "Emma (1996)", "Emma (1996)"])
    assert twice.find("Emma (1996)") == twice.find("emma") == 1


def test_the_beginning_of_a_title_is_answered_with_the_whole():
    with pytest.raises(InputError, match=r"no film '2001'. Did you mean '2001: A Space Odyssey"):
        CATALOGUE.find("2001")


def test_a_slip_is_not_corrected_but_answered():
    with pytest.raises(InputError, match=r"no film 'The Matrx'. Did you mean 'Matrix, The \(1999"):
        CATALOGUE.find("The Matrx")
    with pytest.raises(InputError, match=r"None of the 12 titles is near it"):
        CATALOGUE.find("zzzzzz")


@pytest.mark.parametrize("typed", ["", "  ", "!?", None, 3])
def test_what_is_no_title_is_refused(typed):
    with pytest.raises(InputError, match="give its words"):
        CATALOGUE.find(typed)
