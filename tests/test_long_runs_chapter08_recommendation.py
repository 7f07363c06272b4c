"""The long runs of Section 8.2: real data only; the best autoencoder is chosen without a test."""

from pathlib import Path

import pytest
from long_run_data import offline, records

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

from aecourse import datasets, results  # noqa: E402
from aecourse.applications import rating_prediction, recommendation  # noqa: E402
from aecourse.errors import DataError  # noqa: E402
from tools.long_runs import __main__ as command  # noqa: E402
from tools.long_runs import chapter08_recommendation as chapter08  # noqa: E402

RESULTS = Path(__file__).parents[1] / "book" / "results" / "08_recommender_long_runs.json"
TOP, RATING = recommendation.Recipe, rating_prediction.Recipe
QUICK = {"code_size": 4, "epochs": 1, "batch_size": 64}
TOP_QUICK = {
    "popularity": TOP("popularity"),
    "item_neighbours": TOP("item_neighbours"),
    "pure_svd": TOP("pure_svd", {"factors": 8}),
    "ease": TOP("ease"),
    "shared_code": TOP("shared_code", QUICK),
    # In place of networks, which take too long here.
    "mult_dae": TOP("ease", {"penalty": 100.0}),
    "mult_vae": TOP("popularity"),
}
RATING_QUICK = {
    "offsets": RATING("offsets"),
    "matrix_factorisation": RATING("matrix_factorisation", {"factors": 2, "sweeps": 2}),
    "item_autorec": RATING("item_autorec", {"code_size": 4, "epochs": 1}),
    "user_autorec": RATING("offsets", {"user_penalty": 1.0}),
}


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """Run on the stand-in with quick recommenders, and return what was kept."""
    read = records(monkeypatch, tmp_path, "08_recommender_long_runs")
    monkeypatch.setattr(chapter08, "loaded", datasets.load)
    monkeypatch.setattr(chapter08, "SEEDS", range(2))
    monkeypatch.setattr(recommendation, "recipes", lambda: TOP_QUICK)
    monkeypatch.setattr(rating_prediction, "recipes", lambda: RATING_QUICK)
    return read


def test_a_stand_in_is_refused(monkeypatch):
    offline(monkeypatch)
    with pytest.raises(DataError, match="AECOURSE_DATA_DIR"):
        chapter08.EXPERIMENTS["top_recommenders"]()


def test_the_experiments_are_offered():
    assert chapter08.EXPERIMENTS.items() <= command.experiments().items()


def test_the_chosen_recipes_are_among_the_candidates():
    for module in (recommendation, rating_prediction):
        assert module.recipes().keys() == module.candidates().keys() == module.METHODS.keys()
        for method, recipe in module.recipes().items():
            assert recipe in module.candidates()[method]
            assert recipe.method == method


@pytest.mark.parametrize(
    ("module", "key"),
    [
        (recommendation, "top_{}_validation_ndcg_100"),
        (rating_prediction, "ratings_{}_validation_rmse"),
    ],
)
def test_the_recipes_are_those_that_validation_chose(module, key):
    kept = results.read(RESULTS)
    for method, recipe in module.recipes().items():
        if key.format(method) in kept:
            assert kept[key.format(method)]["note"].endswith(f": {recipe}.")


def choose_among(autoencoders, monkeypatch):
    """Record choices with one candidate each."""
    candidates = {method: (TOP_QUICK[method],) for method in autoencoders}
    monkeypatch.setattr(recommendation, "candidates", lambda: candidates)
    monkeypatch.setattr(chapter08, "CHOICE_SEEDS", range(1))
    chapter08.top_choice(autoencoders)


def test_the_best_is_not_named_before_all_are_chosen(kept, monkeypatch):
    with pytest.raises(DataError, match="top_choice_shared_code first"):
        chapter08.top_compared()
    choose_among(("shared_code", "mult_dae"), monkeypatch)
    with pytest.raises(DataError, match="top_choice_mult_vae first"):
        chapter08.top_compared()


def test_the_autoencoders_are_judged_by_ease(kept, monkeypatch):
    choose_among(recommendation.AUTOENCODERS, monkeypatch)
    chapter08.top_compared()
    found = kept()
    ease = found["top_ease_ndcg_100"]["value"]
    for method in recommendation.AUTOENCODERS:
        entry = found[f"top_{method}_ndcg_100"]
        assert entry["reference"] == pytest.approx(ease, rel=1e-2)
        assert entry["target"] == pytest.approx(0.97 * ease, rel=1e-2)
        assert entry["seeds"] == [0, 1]
    assert "target" not in found["top_ease_ndcg_100"]
    assert found["top_ease_novelty"]["unit"] == "bit"
    best = found["top_best_autoencoder_ndcg_100"]
    # EASE with another penalty stands for Mult-DAE, and is better than what was hardly trained.
    assert best["note"].startswith("mult_dae, the best by the validation users")
    lead = found["top_best_autoencoder_lead_over_ease"]["value"]
    assert lead == pytest.approx(best["value"] - ease, abs=2e-3)
    assert found["top_best_autoencoder_lead_over_pure_svd"]["target"] == 0


def test_the_predictors_are_judged_by_the_factorisation(kept):
    chapter08.ratings_compared()
    found = kept()
    bar = found["ratings_matrix_factorisation_rmse"]["value"]
    assert found["ratings_item_autorec_rmse"]["target"] == pytest.approx(bar, rel=1e-2)
    assert "target" not in found["ratings_offsets_rmse"]
    assert found["ratings_offsets_rmse"]["unit"] == "stars"


def test_choices_are_kept_with_their_name(kept, monkeypatch):
    top = {"pure_svd": (TOP("pure_svd", {"factors": 4}), TOP("pure_svd", {"factors": 8}))}
    stars = {"offsets": (RATING("offsets"), RATING("offsets", {"item_penalty": 50.0}))}
    monkeypatch.setattr(recommendation, "candidates", lambda: top)
    monkeypatch.setattr(rating_prediction, "candidates", lambda: stars)
    chapter08.top_choice(["pure_svd"])
    chapter08.ratings_choice(["offsets"])
    found = kept()
    note = found["top_pure_svd_validation_ndcg_100"]["note"]
    assert "the best of 2: PureSVD, factors" in note
    assert "the best of 2: offsets" in found["ratings_offsets_validation_rmse"]["note"]
