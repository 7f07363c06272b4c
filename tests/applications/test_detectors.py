"""The detectors of chapter 7: one face for all, and scores that owe nothing to their neighbours."""

import numpy as np
import pytest
from sklearn.covariance import EmpiricalCovariance, MinCovDet

pytestmark = pytest.mark.tensorflow

from aecourse import metrics  # noqa: E402
from aecourse.applications import detectors  # noqa: E402
from aecourse.applications.detectors import Recipe  # noqa: E402
from aecourse.applications.simple_detectors import (  # noqa: E402
    BoxPlotRule,
    MahalanobisDistance,
    PrincipalComponents,
    TailProbabilities,
    ZScoreRule,
)
from aecourse.errors import InputError  # noqa: E402

SMALL = {
    "isolation_forest": {"n_estimators": 30},
    "pca": {"n_components": 3},
    "autoencoder": {"n_components": 3, "hidden": (8,), "epochs": 3, "learning_rate": 0.01},
    "ensemble": {"n_components": 3, "hidden": (8,), "epochs": 3, "n_estimators": 3},
}
RECIPES = [
    Recipe(method, SMALL.get(method, {}), scaling)
    for scaling, methods in (("normal_scores", detectors.METHODS), ("standard", ["autoencoder"]))
    for method in methods
]
SIMPLE = [
    BoxPlotRule(),
    ZScoreRule(),
    MahalanobisDistance(EmpiricalCovariance()),
    TailProbabilities(),
    PrincipalComponents(2),
]


def correlated(count, seed):
    """Draw rows with six features that follow two hidden ones."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(count, 2))
    directions = np.random.default_rng(100).normal(size=(2, 6))
    return hidden @ directions + rng.normal(0, 0.3, size=(count, 6))


NORMAL, NEW, FAR = correlated(300, 0), correlated(100, 1), correlated(20, 2) + 6


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_rows_far_away_have_higher_scores(recipe):
    detector = recipe.build(0).fit(NORMAL)
    scores = detector.decision_function(np.concatenate([NEW, FAR]))
    assert metrics.roc_auc(np.repeat([0, 1], [len(NEW), len(FAR)]), scores) > 0.9


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_a_score_does_not_depend_on_the_rows_beside_it(recipe):
    detector = recipe.build(0).fit(NORMAL)
    alone, beside = detector.decision_function(NEW), np.concatenate([NEW, 1e3 * FAR])
    np.testing.assert_allclose(detector.decision_function(beside)[: len(NEW)], alone, rtol=1e-9)


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_a_seed_repeats_a_detector(recipe):
    first, again = (recipe.build(3).fit(NORMAL).decision_function(NEW) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("method", ["isolation_forest", "autoencoder", "ensemble"])
def test_another_seed_gives_another_detector(method):
    first, other = (
        Recipe(method, SMALL[method]).build(seed).fit(NORMAL).decision_function(NEW)
        for seed in (0, 1)
    )
    assert np.any(first != other)


def test_the_chosen_recipes_are_candidates_and_cover_all_methods():
    chosen, offered = detectors.recipes(), detectors.candidates()
    assert set(chosen) == set(offered) == set(detectors.METHODS)
    for method, recipe in chosen.items():
        assert recipe.method == method
        assert recipe in offered[method]


def test_a_recipe_says_what_it_is():
    recipe = Recipe("nearest_neighbours", {"n_neighbors": 5}, "normal_scores")
    assert str(recipe) == "k-NN, normal scores, n_neighbors 5"
    assert recipe.title == "k-NN"


@pytest.mark.parametrize("setting", [{"method": "knn"}, {"method": "ecod", "scaling": "minmax"}])
def test_an_unknown_method_or_scaling_is_refused(setting):
    with pytest.raises(InputError, match=r"(method|scaling) is"):
        Recipe(**setting)


def test_normal_scores_tame_a_heavy_tail_by_the_ranks_of_the_training_rows():
    heavy = np.random.default_rng(0).standard_cauchy((1_000, 1))
    scaling = detectors.normal_scores().fit(heavy)
    assert scaling.transform(heavy).std() == pytest.approx(1, abs=0.1)
    order = np.argsort(heavy[:, 0])
    assert (np.diff(scaling.transform(heavy)[order, 0]) >= 0).all()
    assert scaling.transform([[1e9]]) == pytest.approx(5.2, abs=0.01)


# --- the simple ones ------------------------------------------------------------------------------


@pytest.mark.parametrize("detector", SIMPLE, ids=lambda d: type(d).__name__)
def test_a_constant_feature_does_no_harm(detector):
    rows = NORMAL.copy()
    rows[:, 2] = 5
    scores = detector.fit(rows).decision_function(rows)
    assert np.isfinite(scores).all()
    assert scores.std() > 0


@pytest.mark.parametrize("detector", SIMPLE, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize("bad", [NORMAL[:0], NORMAL[:, :3], np.full((2, 6), np.nan)])
def test_rows_that_do_not_fit_are_refused(detector, bad):
    detector.fit(NORMAL)
    with pytest.raises(ValueError, match=r"(minimum of 1|features|NaN)"):
        detector.decision_function(bad)


def test_the_box_plot_rule_counts_lengths_of_the_box():
    rows = np.arange(1.0, 6.0)[:, None]  # quartiles 2 and 4
    scores = BoxPlotRule().fit(rows).decision_function([[3.0], [7.0], [-2.0]])
    np.testing.assert_allclose(scores, [-0.5, 1.5, 2.0])


def test_the_z_score_is_that_of_the_feature_furthest_out():
    rows = np.array([[0.0, 10.0], [2.0, 30.0]])  # means 1 and 20, deviations 1 and 10
    np.testing.assert_allclose(ZScoreRule().fit(rows).decision_function([[4.0, 10.0]]), [3.0])


def test_the_mahalanobis_distance_is_that_of_the_formula():
    centred = NEW - NORMAL.mean(axis=0)
    inverse = np.linalg.inv(np.cov(NORMAL.T, bias=True))
    expected = np.einsum("ni,ij,nj->n", centred, inverse, centred)
    found = MahalanobisDistance(EmpiricalCovariance()).fit(NORMAL).decision_function(NEW)
    np.testing.assert_allclose(found, expected)


def test_a_robust_covariance_is_not_misled_by_anomalies_among_the_rows():
    mixed = np.concatenate([NORMAL, np.repeat(FAR, 3, axis=0)])
    labels = np.repeat([0, 1], [len(NEW), len(FAR)])
    plain, robust = (
        metrics.roc_auc(
            labels,
            MahalanobisDistance(estimator).fit(mixed).decision_function(np.concatenate([NEW, FAR])),
        )
        for estimator in (EmpiricalCovariance(), MinCovDet(random_state=0))
    )
    assert robust > 0.95
    assert robust >= plain


def test_the_tails_of_one_row_are_those_of_pyod():
    from pyod.models.ecod import ECOD

    theirs, ours = ECOD().fit(NORMAL), TailProbabilities().fit(NORMAL)
    np.testing.assert_allclose(
        ours.decision_function(NEW), [theirs.decision_function(row[None])[0] for row in NEW]
    )
    # Why ours is not left to PyOD: there the rows that are scored together change the scores.
    beside = np.concatenate([NEW, FAR])
    moved = theirs.decision_function(beside)[: len(NEW)] - theirs.decision_function(NEW)
    assert np.abs(moved).max() > 0.01


def test_components_reconstruct_what_lies_in_their_plane():
    plane = NORMAL[:, :2] @ np.array([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0]]) + 3
    detector = PrincipalComponents(2).fit(plane)
    assert detector.decision_function(plane).max() < 1e-20
    off = np.cross([1.0, 2.0, 0.5], [0.0, 1.0, -1.0])
    off = 2 * off / np.linalg.norm(off)
    np.testing.assert_allclose(detector.decision_function(plane[:1] + off), [4 / 3])
