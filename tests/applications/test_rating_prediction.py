"""Predictors of stars: known answers, cold users and items, and no look at the test part."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from rating_data import few, made_up

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from aecourse.applications import interactions, rating_prediction  # noqa: E402
from aecourse.applications.rating_prediction import Recipe  # noqa: E402
from aecourse.applications.rating_predictors import (  # noqa: E402
    AutoRec,
    MatrixFactorisation,
    Offsets,
)
from aecourse.errors import InputError  # noqa: E402

SPLIT = interactions.rating_split(made_up())
QUICK = {"code_size": 8, "epochs": 2}
RECIPES = [
    Recipe("offsets"),
    Recipe("matrix_factorisation", {"factors": 3, "sweeps": 3}),
    Recipe("item_autorec", QUICK),
    Recipe("item_autorec", {**QUICK, "centre": "stars"}),
    Recipe("user_autorec", QUICK),
]
every_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=str)


def poisoned(split):
    """Return a split whose test part would betray any look at it."""
    bad = np.full_like(split.test.stars, np.nan)
    return dataclasses.replace(split, test=dataclasses.replace(split.test, stars=bad))


@every_recipe
def test_nothing_that_is_fitted_or_chosen_depends_on_the_test_part(recipe):
    clean, spoiled = (
        rating_prediction.compare(given, [recipe], seeds=[0], part="validation").drop(
            columns="fit_seconds"
        )
        for given in (SPLIT, poisoned(SPLIT))
    )
    pd.testing.assert_frame_equal(clean, spoiled)


def test_the_poison_works():
    with pytest.raises(InputError, match="NaN"):
        rating_prediction.compare(poisoned(SPLIT), [RECIPES[0]], seeds=[0])


def test_offsets_by_hand():
    # One user, two items: stars 5 and 3, mean 4, so the user is not off it.
    found = Offsets(1.0, 1.0).fit(few((1, 1, 5.0, 1), (1, 2, 3.0, 2)))
    assert found.mean == 4
    assert found.user == pytest.approx([0], abs=1e-6)
    assert found.item == pytest.approx([0.5, -0.5], abs=1e-6)
    assert found.predict([0], [0]) == pytest.approx([4.5])


@pytest.mark.parametrize("factors", [2, 200])  # fewer and more than any row has ratings
def test_factorisation_is_at_a_minimum_of_its_loss(factors):
    found = MatrixFactorisation(factors=factors, penalty=2.0, sweeps=300).fit(SPLIT.train)
    left = SPLIT.train.stars - found.stars(SPLIT.train.user, SPLIT.train.item)
    # The gradient for each user's offset and vector, and for each item's.
    for own, other, group, rest in (
        (found.user, found.item, SPLIT.train.user, SPLIT.train.item),
        (found.item, found.user, SPLIT.train.item, SPLIT.train.user),
    ):
        seen = other[rest].copy()
        seen[:, 0] = 1
        gradient = 2.0 * own
        np.subtract.at(gradient, group, left[:, None] * seen)
        assert np.abs(gradient).max() < 0.05


def test_factorisation_finds_tastes_that_offsets_cannot():
    plain, factors = (
        predictor.fit(SPLIT.train).error(SPLIT.validation)
        for predictor in (Offsets(), MatrixFactorisation(factors=4, penalty=4.0))
    )
    assert factors < 0.95 * plain


@every_recipe
def test_predictions_stay_on_the_scale_for_cold_users_and_items_too(recipe):
    ratings = few(
        *((u, i, 5.0 if i < 4 else 0.5, 10 * u + i) for u in range(1, 8) for i in range(1, 7)),
        (8, 9, 4.0, 999),
    )
    known = ratings.only(ratings.time != 999)
    predictor = recipe.build(0).fit(known)
    users, items = (axis.ravel() for axis in np.indices(ratings.shape))
    predicted = predictor.predict(users, items)
    assert predicted.min() >= 0.5
    assert predicted.max() <= 5
    # Nothing is known of the last user, nor of the last item.
    cold = predictor.predict([7], [6])
    assert cold == pytest.approx(known.stars.mean(), abs=0.2)


@pytest.mark.parametrize("side", ["item", "user"])
def test_autorec_learns_what_offsets_cannot(side):
    predictor = AutoRec(side, code_size=8, epochs=12, learning_rate=0.03, batch_size=32)
    predictor.fit(SPLIT.train, SPLIT.validation)
    error = predictor.error(SPLIT.validation)
    assert error < 0.99 * Offsets().fit(SPLIT.train).error(SPLIT.validation)
    assert error == pytest.approx(-max(predictor.history["val_measure"]))


@pytest.mark.parametrize("side", ["item", "user"])
def test_where_nothing_was_learnt_the_offsets_predict(side):
    known = SPLIT.train.only(SPLIT.train.item % 10 != 0)
    predictor = AutoRec(side, code_size=4, epochs=1).fit(known)
    users, items = (axis.ravel() for axis in np.indices(known.shape))
    without = items % 10 == 0
    np.testing.assert_allclose(
        predictor.predict(users[without], items[without]),
        predictor.offsets.predict(users[without], items[without]),
    )


def test_a_rating_that_the_offsets_predict_exactly_still_counts():
    ratings = few(*((u, i, 3.0, i) for u in (1, 2) for i in (1, 2)))
    predictor = AutoRec(code_size=2, epochs=1).fit(ratings)
    assert predictor.known.nnz == 4
    stars = AutoRec(centre="stars", code_size=2, epochs=1).fit(ratings)
    assert (stars.known.data == 3).all()
    assert np.abs(predictor.known.data).min() > 0


def test_the_table_and_the_choice():
    candidates = [Recipe("offsets", {"item_penalty": p}) for p in (0.1, 3.0, 300.0)]
    chosen, table = rating_prediction.choose(SPLIT, candidates, seeds=[0, 1])
    assert len(table) == 6
    means = table.groupby("recipe")["rmse"].mean()
    assert means[str(chosen)] == means.min()
    again, _ = rating_prediction.choose(poisoned(SPLIT), candidates, seeds=[0, 1])
    assert chosen == again
    found = rating_prediction.compare(SPLIT, [chosen], seeds=[0])
    predictor = chosen.build().fit(SPLIT.train)
    assert found["rmse"][0] == predictor.error(SPLIT.test)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="not fitted yet"):
        Offsets().predict([0], [0])
    found = Offsets().fit(SPLIT.train)
    with pytest.raises(InputError, match="users run from 999"):
        found.predict([999], [0])
    with pytest.raises(InputError, match="items run from -1"):
        found.predict([0], [-1])
    with pytest.raises(InputError, match="no ratings to learn from"):
        Offsets().fit(SPLIT.train.only(np.zeros(len(SPLIT.train), dtype=bool)))
    with pytest.raises(InputError, match="no candidates"):
        rating_prediction.choose(SPLIT, [])
    with pytest.raises(InputError, match="method is 'svd'"):
        Recipe("svd")
    for build in (lambda: AutoRec("film"), lambda: AutoRec(epochs=0),
                  lambda: MatrixFactorisation(penalty=0), lambda: Offsets(0)):  # fmt: skip
        with pytest.raises(InputError):
            build()
