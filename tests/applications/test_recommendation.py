"""Recommenders side by side: what is measured, and that test users only measure."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from rating_data import made_up
from scipy import sparse

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("single_operations")]

from aecourse import metrics  # noqa: E402
from aecourse.applications import interactions, recommendation  # noqa: E402
from aecourse.applications.interactions import Holdout  # noqa: E402
from aecourse.applications.recommendation import Recipe  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

RATINGS = made_up()
QUICK = {"code_size": 8, "epochs": 2, "batch_size": 32, "learning_rate": 0.01}
RECIPES = {
    "popularity": Recipe("popularity"),
    "item_neighbours": Recipe("item_neighbours", {"neighbours": 20}),
    "pure_svd": Recipe("pure_svd", {"factors": 8}),
    "ease": Recipe("ease", {"penalty": 50.0}),
    "shared_code": Recipe("shared_code", QUICK),
    "mult_dae": Recipe("mult_dae", QUICK),
    "mult_vae": Recipe("mult_vae", {**QUICK, "hidden": 12}),
}
AUTOENCODERS = [RECIPES[name] for name in recommendation.AUTOENCODERS]
by_title = {"ids": lambda recipe: recipe.title}


@pytest.fixture(scope="module")
def splits():
    return interactions.user_splits(RATINGS, range(2))


@pytest.fixture(scope="module")
def split(splits):
    return splits[0]


def poisoned(split):
    """Return a split whose test users would betray any look at them."""
    bad = sparse.csr_array(np.full((3, split.train.shape[1]), np.nan, dtype=np.float32))
    return dataclasses.replace(split, test=Holdout(bad, bad))


@pytest.mark.parametrize("recipe", RECIPES.values(), **by_title)
def test_nothing_that_is_fitted_or_chosen_depends_on_the_test_users(recipe, split):
    clean, spoiled = (
        recommendation.compare({0: given}, [recipe], part="validation").drop(columns="fit_seconds")
        for given in (split, poisoned(split))
    )
    pd.testing.assert_frame_equal(clean, spoiled)


def test_the_poison_works(split):
    with pytest.raises(InputError, match="NaN"):
        recommendation.compare({0: poisoned(split)}, [RECIPES["popularity"]])


def test_the_choice_is_made_without_the_test_users_and_by_ndcg(splits):
    candidates = [Recipe("ease", {"penalty": p}) for p in (0.1, 30.0, 3000.0)]
    chosen, table = recommendation.choose(splits, candidates)
    again, _ = recommendation.choose({s: poisoned(x) for s, x in splits.items()}, candidates)
    assert chosen == again
    means = table.groupby("recipe")["ndcg_100"].mean()
    assert means[str(chosen)] == means.max()
    assert means.nunique() == 3


def test_the_table_has_a_row_for_each_method_and_seed(splits):
    found = recommendation.compare(splits, [RECIPES["popularity"], RECIPES["ease"]])
    assert found[["method", "seed"]].to_numpy().tolist() == [
        ["popularity", 0], ["popularity", 1], ["EASE", 0], ["EASE", 1],
    ]  # fmt: skip
    assert set(recommendation.MEASURES) < set(found.columns)
    asked = splits[1].test
    scorer = RECIPES["ease"].build().fit(splits[1].train)
    lists = metrics.rank(scorer.scores, asked.seen, 100)
    last = found.iloc[3]
    assert last["ndcg_100"] == metrics.ndcg_at(lists, asked.wanted, 100).mean()
    assert last["recall_20"] == metrics.recall_at(lists, asked.wanted, 20).mean()
    assert last["coverage"] == metrics.coverage(lists[:, :20], asked.seen.shape[1])
    assert last["novelty"] == metrics.novelty(lists[:, :20], splits[1].popularity)


def test_personal_lists_beat_popularity_on_tastes_that_are_there(splits):
    found = recommendation.compare(splits, [RECIPES["popularity"], RECIPES["ease"]])
    mean = found.groupby("method")[["ndcg_100", "novelty"]].mean()
    assert mean.loc["EASE", "ndcg_100"] > mean.loc["popularity", "ndcg_100"]
    assert mean.loc["EASE", "novelty"] > mean.loc["popularity", "novelty"]


@pytest.mark.parametrize("recipe", AUTOENCODERS, **by_title)
def test_an_autoencoder_keeps_the_weights_that_are_best_for_the_validation_users(recipe, split):
    scorer = recipe.build(1).fit(split.train, split.validation)
    found = recommendation.measure(scorer, split.validation, split.popularity)
    assert found["ndcg_100"] == pytest.approx(max(scorer.history["val_measure"]))
    assert len(scorer.history.epochs) == 2


@pytest.mark.parametrize("recipe", AUTOENCODERS, **by_title)
def test_users_and_items_have_codes_in_one_space(recipe, split):
    scorer = recipe.build(0).fit(split.train)
    items = scorer.item_codes()
    assert items.shape == (split.train.shape[1], 8)
    only = sparse.csr_array(([1.0], ([0], [5])), shape=(1, split.train.shape[1]))
    np.testing.assert_allclose(scorer.codes(only)[0], items[5], rtol=1e-4, atol=1e-6)


def test_a_shared_code_scores_an_item_by_its_vector(split):
    scorer = RECIPES["shared_code"].build(0).fit(split.train)
    vectors = scorer.model.encoder.get_layer("code").get_weights()[0]
    bias = scorer.model.decoder.get_layer("output").get_weights()[0]
    logits = scorer.codes(split.test.seen) @ vectors.T + bias
    difference = scorer.scores(split.test.seen) - logits
    # Log probabilities are the products less one number a user.
    np.testing.assert_allclose(difference, difference[:, :1].repeat(len(bias), 1), atol=1e-3)


@pytest.mark.parametrize("recipe", AUTOENCODERS, **by_title)
def test_a_fitted_autoencoder_is_saved_and_read_back(recipe, split, tmp_path):
    from aecourse import models

    scorer = recipe.build(0).fit(split.train)
    scorer.model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    seen = split.test.seen
    np.testing.assert_array_equal(loaded.reconstruct(seen), scorer.model.reconstruct(seen))


def test_annealing_ends_where_it_was_asked_to(split):
    recipe = Recipe("mult_vae", {**QUICK, "hidden": 12, "annealing": 0.5, "beta": 0.3})
    model = recipe.build(0).fit(split.train).model
    steps = -(-split.train.shape[0] // 32) * 2
    assert (model.warm_up, model.beta) == (round(0.5 * steps), 0.3)


def test_the_variational_autoencoder_can_do_without_a_hidden_layer(split):
    model = Recipe("mult_vae", {**QUICK, "hidden": 0}).build(0).network(20)
    assert [layer.name for layer in model.encoder.layers] == ["sample", "code"]


def test_unknown_methods_parts_and_missing_candidates_are_refused(splits):
    with pytest.raises(InputError, match="method is 'svd'"):
        Recipe("svd")
    with pytest.raises(InputError, match="part is 'train'"):
        recommendation.compare(splits, [RECIPES["ease"]], part="train")
    with pytest.raises(InputError, match="no candidates"):
        recommendation.choose(splits, [])
