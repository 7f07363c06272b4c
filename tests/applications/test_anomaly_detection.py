"""The experiments of chapter 7: what they measure, and that the test part only measures."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import metrics  # noqa: E402
from aecourse.applications import (  # noqa: E402
    alarms,
    detectors,
    drift,
    explanation,
)
from aecourse.applications import anomaly_detection as anomalies  # noqa: E402
from aecourse.applications.detectors import Recipe  # noqa: E402
from aecourse.datasets import synthetic  # noqa: E402
from aecourse.datasets.split import split_rows  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

NAMES = (*(f"V{number}" for number in range(1, 29)), "Amount")
SETTINGS = {"n_components": 6, "hidden": (16,), "epochs": 2, "learning_rate": 0.01}
AUTOENCODER = Recipe("autoencoder", SETTINGS)
ENSEMBLE = Recipe("ensemble", {**SETTINGS, "n_estimators": 3, "connectivity": 0.8})
PCA = Recipe("pca", {"n_components": 6})
Z_SCORE = Recipe("z_score")
COSTS = alarms.Costs(false_alarm=5.0)


def table(**changes):
    """Return a part of the made-up transactions, with a test part and enough frauds in each."""
    x, y = synthetic.card_transactions()
    rows = np.concatenate([np.flatnonzero(y == 1), np.flatnonzero(y == 0)[:1_500]])
    train, test = split_rows(x[rows], y[rows], test_fraction=0.4)
    x, y = x[rows], y[rows]
    parts = anomalies.Table(x[train], y[train], x[test], y[test], NAMES)
    return parts._replace(**changes)


DATA = table()


@pytest.fixture(scope="module")
def parts():
    return anomalies.splits(DATA, range(2))


@pytest.fixture(scope="module")
def split(parts):
    return parts[0]


@pytest.fixture(scope="module")
def scored(split):
    return anomalies.score(PCA, split)


@pytest.fixture(scope="module")
def reconstructing(split):
    return anomalies.score(AUTOENCODER, split).detector


def poisoned(split):
    """Return a split whose test part would betray any look at it."""
    return dataclasses.replace(
        split,
        test=np.full_like(split.test, np.nan),
        test_labels=np.full_like(split.test_labels, -1),
    )


# --- the parts ------------------------------------------------------------------------------------


def test_only_normal_rows_are_trained_on_and_no_row_is_in_two_parts(split):
    assert len(split.train) + len(split.train_anomalies) + len(split.validation) == len(
        DATA.x_train
    )
    normal = {row.tobytes() for row in DATA.x_train[DATA.y_train == 0]}
    assert {row.tobytes() for row in split.train} <= normal
    sets = [
        {row.tobytes() for row in rows}
        for rows in (split.train, split.train_anomalies, split.validation, split.test)
    ]
    assert all(not a & b for k, a in enumerate(sets) for b in sets[k + 1 :])
    np.testing.assert_array_equal(
        split.normal("validation"), split.validation[split.validation_labels == 0]
    )


def test_a_seed_draws_another_validation_part_and_leaves_the_test_part_alone(parts):
    np.testing.assert_array_equal(parts[0].test, parts[1].test)
    assert not np.array_equal(parts[0].validation, parts[1].validation)
    again = anomalies.split(DATA, seed=1)
    np.testing.assert_array_equal(again.validation, parts[1].validation)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_train": np.zeros_like(DATA.y_train)}, r"labels of the train part are \[0\]"),
        ({"y_test": np.ones_like(DATA.y_test)}, r"labels of the test part are \[1\]"),
        ({"y_test": 2 * DATA.y_test}, r"labels of the test part are \[0, 2\]"),
        ({"x_test": np.full_like(DATA.x_test, np.nan)}, "test part holds NaN"),
        ({"x_train": DATA.x_train[:0], "y_train": DATA.y_train[:0]}, r"rows of shape \(0, 29\)"),
        ({"x_train": DATA.x_train[:5]}, "rows of shape"),
        ({"x_test": DATA.x_test[:, 0]}, r"rows of shape \(\d+,\)"),
    ],
)
def test_a_table_that_nothing_can_be_measured_on_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        anomalies.split(DATA._replace(**changes))


def test_an_unknown_part_or_feature_is_refused(split):
    with pytest.raises(InputError, match="part is 'train'"):
        split.labelled("train")
    with pytest.raises(InputError, match="no feature 'Time'"):
        split.column("Time")


def test_the_made_up_amounts_are_those_of_the_outline():
    x, y = synthetic.transaction_amounts()
    assert x.shape == (1_100, 1)
    assert np.bincount(y).tolist() == [1_000, 100]
    assert (x[y == 0].min() >= 100, x[y == 0].max() <= 1_000) == (True, True)
    assert (x[y == 1].min() >= 10_000, x[y == 1].max() <= 100_000) == (True, True)
    again, _ = synthetic.transaction_amounts()
    np.testing.assert_array_equal(x, again)
    assert 0 < y[:100].sum() < 30  # in a mixed order
    parts = anomalies.split(anomalies.amounts())
    found = anomalies.score(Recipe("box_plot"), parts)
    assert metrics.roc_auc(parts.test_labels, found.test) == 1


# --- no look at the test part ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "recipe", [*(Recipe(m, s) for m, s in (("isolation_forest", {}), ("ecod", {}))), PCA,
               AUTOENCODER, ENSEMBLE, Recipe("pca", {"n_components": 6}, "normal_scores")],
    ids=lambda r: f"{r.method}, {r.scaling}",
)  # fmt: skip
def test_nothing_that_is_fitted_or_chosen_depends_on_the_test_part(recipe, split):
    clean, spoiled = (
        anomalies.compare({0: given}, [recipe], part="validation").drop(columns="fit_seconds")
        for given in (split, poisoned(split))
    )
    pd.testing.assert_frame_equal(clean, spoiled)


def test_no_threshold_depends_on_the_test_part(split, scored):
    spoiled = scored._replace(test=np.full_like(scored.test, np.nan))
    found, again = (
        alarms.thresholds(given, scores, COSTS, share=0.05, tail=0.2)
        for given, scores in ((split, scored), (poisoned(split), spoiled))
    )
    assert found == again


def test_the_choice_is_made_without_the_test_part(split):
    candidates = [Recipe("pca", {"n_components": k}) for k in (2, 12)]
    clean, spoiled = (
        anomalies.choose({0: given}, candidates)[0] for given in (split, poisoned(split))
    )
    assert clean == spoiled


# --- side by side ---------------------------------------------------------------------------------


def test_the_scores_are_those_of_the_fitted_detector(split, scored):
    np.testing.assert_array_equal(scored.test, scored.detector.decision_function(split.test))
    assert len(scored.train) == len(split.train)
    assert len(scored.validation) == len(split.validation)


def test_the_table_has_a_row_for_each_detector_and_seed(parts):
    found = anomalies.compare(parts, [PCA, Z_SCORE])
    assert found[["detector", "seed"]].to_numpy().tolist() == [
        ["PCA", 0], ["PCA", 1], ["z-score", 0], ["z-score", 1],
    ]  # fmt: skip
    first = anomalies.score(PCA, parts[0])
    labels = parts[0].test_labels
    assert found.loc[0, "auroc"] == metrics.roc_auc(labels, first.test)
    assert found.loc[0, "average_precision"] == metrics.average_precision(labels, first.test)
    assert found.loc[0, "precision_at_n"] == metrics.precision_at(labels, first.test, labels.sum())
    short = anomalies.summary(found)
    assert list(short.index) == ["PCA", "z-score"]
    values = found["auroc"][:2]
    assert short.loc["PCA", ("auroc", "mean")] == pytest.approx(values.mean())
    assert short.loc["PCA", ("auroc", "std")] == pytest.approx(values.std(ddof=1))


def test_the_candidate_with_the_highest_average_precision_is_chosen(parts):
    candidates = [Recipe("pca", {"n_components": k}) for k in (1, 6, 28)]
    chosen, found = anomalies.choose(parts, candidates)
    means = {str(c): found.loc[found["recipe"] == str(c), "average_precision"].mean()
             for c in candidates}  # fmt: skip
    assert means[str(chosen)] == max(means.values())
    assert len(set(means.values())) == 3


def test_no_candidates_are_refused(parts):
    with pytest.raises(InputError, match="no candidates"):
        anomalies.choose(parts, [])


# --- anomalies among the training rows ------------------------------------------------------------


@pytest.mark.parametrize("share", [0, 0.01, 0.03])
def test_the_training_rows_hold_the_share_of_anomalies_that_was_asked_for(split, share):
    rows = anomalies.contaminated(split, share)
    known = {row.tobytes() for row in split.train_anomalies}
    found = sum(row.tobytes() in known for row in rows)
    assert found / len(rows) == pytest.approx(share, abs=0.5 / len(rows))
    assert len(rows) - found == len(split.train)


def test_all_anomalies_can_be_left_in(split):
    rows = anomalies.contaminated(split, split.most_contamination)
    assert len(rows) == len(split.train) + len(split.train_anomalies)


@pytest.mark.parametrize("share", [-0.1, 0.5, 1, np.nan])
def test_a_share_of_anomalies_that_cannot_be_had_is_refused(split, share):
    with pytest.raises(InputError, match="share is"):
        anomalies.contaminated(split, share)


def test_a_detector_is_misled_by_anomalies_among_its_rows():
    # One feature and one cluster of frauds: the outline's amounts, a tenth of them frauds.
    parts = anomalies.splits(anomalies.amounts(), range(2))
    share = parts[0].most_contamination
    found = anomalies.contamination(parts, [Z_SCORE, Recipe("box_plot")], [0, share])
    area = found.groupby(["detector", "share"])["auroc"].mean()
    assert area["z-score", 0] == area["box plot", 0] == area["box plot", share] == 1
    assert area["z-score", share] < 1


# --- an autoencoder that reconstructs anomalies too -----------------------------------------------


def test_both_errors_are_those_of_the_reconstruction(split):
    found = anomalies.capacity({0: split}, code_sizes=[3], epochs=[1], hidden=(8,)).iloc[0]
    recipe = Recipe("autoencoder", {"n_components": 3, "epochs": 1, "hidden": (8,)})
    detector, _ = anomalies.fitted(recipe, split.train, 0)
    mean, deviation = split.train.mean(axis=0), split.train.std(axis=0)
    rows = (split.validation - mean) / deviation
    model = detector["detector"].model_
    rebuilt = np.asarray(model.decoder(model.encoder(rows)))[:, 0]
    errors = np.square(rows - rebuilt).mean(axis=1)
    labels = split.validation_labels
    assert found["normal_error"] == pytest.approx(errors[labels == 0].mean(), rel=1e-6)
    assert found["anomaly_error"] == pytest.approx(errors[labels == 1].mean(), rel=1e-6)
    assert found["auroc"] == pytest.approx(metrics.roc_auc(labels, errors))


def test_capacity_is_tried_in_every_combination(parts):
    found = anomalies.capacity(parts, code_sizes=[2, 6], epochs=[1, 2], hidden=(8,))
    assert found.groupby(["code_size", "epochs"]).size().tolist() == [2, 2, 2, 2]
    mean = found.groupby("epochs")["normal_error"].mean()
    assert mean[2] < mean[1]


# --- alarms ---------------------------------------------------------------------------------------


def test_each_rule_sets_its_threshold(split, scored):
    found = alarms.thresholds(split, scored, COSTS, share=0.05, tail=0.2)
    normal = scored.validation[split.validation_labels == 0]
    assert (normal > found["quantile"]).mean() == pytest.approx(0.05, abs=1 / len(normal))
    assert (scored.train > found["training_quantile"]).mean() == pytest.approx(0.05, abs=0.002)
    assert found["extreme_value"] == pytest.approx(found["quantile"], rel=0.3)
    amounts = split.validation[:, -1]
    assert found["lowest_cost"] == metrics.lowest_cost_threshold(
        split.validation_labels, scored.validation, missed=amounts, false_alarm=5
    )


def test_the_outcome_counts_the_money(split, scored):
    labels, amounts = split.test_labels, split.test[:, -1]
    threshold = float(np.quantile(scored.test, 0.9))
    found = alarms.outcome(split, scored.test, threshold, COSTS)
    flagged = scored.test > threshold
    lost = amounts[(labels == 1) & ~flagged].sum()
    cost = lost + 5 * (flagged & (labels == 0)).sum()
    assert found["cost"] == pytest.approx(cost)
    assert found["saved"] == pytest.approx(1 - cost / amounts[labels == 1].sum())
    assert found["recall"] == pytest.approx(flagged[labels == 1].mean())
    assert found["precision_at_prevalence"] < found["precision"]


def test_where_nothing_is_flagged_nothing_is_saved(split, scored):
    found = alarms.outcome(split, scored.test, float(scored.test.max()), COSTS)
    assert found["saved"] == 0
    assert np.isnan(found["precision"])


def test_thresholds_are_compared_for_each_rule_and_seed(parts):
    found = alarms.compare_thresholds(parts, PCA, COSTS, share=0.05, tail=0.2)
    assert found.groupby("rule").size().to_dict() == {
        "training_quantile": 2, "quantile": 2, "extreme_value": 2, "lowest_cost": 2,
    }  # fmt: skip
    assert found["false_positive_rate"].between(0, 0.2).all()


def test_a_negative_cost_and_an_unknown_amount_are_refused(split, scored):
    with pytest.raises(InputError, match="false_alarm is -1"):
        alarms.Costs(false_alarm=-1)
    with pytest.raises(InputError, match="no feature 'Price'"):
        alarms.thresholds(split, scored, alarms.Costs(1.0, amount="Price"), share=0.02)


# --- reasons --------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [AUTOENCODER, ENSEMBLE], ids=["one", "several"])
def test_an_explanation_ranks_all_features(recipe, split):
    detector = anomalies.score(recipe, split).detector
    usual = explanation.usual_errors(detector, split.train)
    found = explanation.explain(detector, split.test[0], usual, NAMES)
    assert set(found["feature"]) == set(NAMES)
    assert found["scaled_error"].is_monotonic_decreasing
    first = found.iloc[0]
    column = split.column(first["feature"])
    assert first["value"] == split.test[0, column]
    errors = explanation.feature_errors(detector, split.test[:1])[0]
    assert first["error"] == errors[column]
    assert first["scaled_error"] == pytest.approx(
        (errors[column] - usual.mean[column]) / usual.deviation[column]
    )


def test_a_feature_far_off_comes_first(reconstructing, split):
    usual = explanation.usual_errors(reconstructing, split.train)
    row = split.normal("validation")[0].copy()
    row[8] += 40 * split.train[:, 8].std()
    assert explanation.explain(reconstructing, row, usual, NAMES).loc[0, "feature"] == "V9"


def test_scaled_errors_of_the_training_rows_have_mean_0_and_deviation_1(reconstructing, split):
    usual = explanation.usual_errors(reconstructing, split.train)
    scaled = explanation.scaled_errors(reconstructing, split.train, usual)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_one_feature_is_moved_in_each_disturbed_row(split):
    rows, feature = explanation.disturbed(split, 2.0, 0)
    moved = (rows - split.normal("validation")) / split.train.std(axis=0)
    np.testing.assert_allclose(np.abs(moved).sum(axis=1), 2)
    np.testing.assert_allclose(np.abs(moved[np.arange(len(rows)), feature]), 2)
    assert len(set(feature)) > 20


def test_a_large_shift_is_pointed_at_by_every_ranking(parts):
    found = explanation.pointing(parts, AUTOENCODER, shift=30.0)
    assert found.groupby("ranking").size().to_dict() == {
        "error": 2, "scaled_error": 2, "scaled_value": 2,
    }  # fmt: skip
    assert (found["first_3"] >= found["first_1"]).all()
    assert found["first_1"].min() > 0.5


def test_what_cannot_be_explained_is_refused(split, scored, reconstructing):
    with pytest.raises(InputError, match="PrincipalComponents has no error for each feature"):
        explanation.feature_errors(scored.detector, split.test)
    usual = explanation.usual_errors(reconstructing, split.train)
    with pytest.raises(InputError, match=r"row has shape \(2, 29\)"):
        explanation.explain(reconstructing, split.test[:2], usual, NAMES)
    with pytest.raises(InputError, match="shift is 0"):
        explanation.pointing({0: split}, AUTOENCODER, shift=0)


# --- drift ----------------------------------------------------------------------------------------

DRIFT = drift.Drift(("V1", "Amount"), window=80, start=3, step=0.5)


def test_only_the_named_features_move_and_only_from_the_start(split):
    still = drift.windows(split, dataclasses.replace(DRIFT, step=0))
    moved = drift.windows(split, DRIFT)
    assert len(moved) == len(split.test) // 80
    assert [window.shift for window in moved] == [0, 0, 0, *(0.5 * k for k in range(1, 6))]
    for before, after in zip(still, moved, strict=True):
        gap = (after.rows - before.rows) / split.train.std(axis=0)
        np.testing.assert_allclose(gap[:, [0, 28]], after.shift)
        np.testing.assert_array_equal(gap[:, 1:28], 0)


def test_the_anomalies_are_spread_over_the_windows(split):
    found = [window.labels.sum() for window in drift.windows(split, DRIFT, seed=1)]
    assert max(found) - min(found) <= 1
    first, other = (drift.windows(split, DRIFT, seed=seed)[0].rows for seed in (0, 1))
    assert not np.array_equal(first, other)


def test_false_alarms_grow_with_the_drift_and_the_change_is_noticed(parts):
    found = drift.follow(parts, PCA, DRIFT, share=0.02)
    assert len(found) == 2 * 8
    rate = found.groupby("window")["false_positive_rate"].mean()
    assert rate[7] > rate[:3].max() + 0.2
    last = found[found["window"] == 7]
    assert last["noticed_in_features"].all()
    assert last["noticed_in_scores"].all()
    assert all(set(names) == {"V1", "Amount"} for names in last["features"])
    assert not found.loc[found["window"] < 3, "noticed_in_features"].any()


def test_rows_that_have_not_changed_are_called_changed_no_more_often_than_the_level():
    rng = np.random.default_rng(0)
    earlier = rng.normal(size=(500, 5))
    alarms_ = []
    for _ in range(200):
        rows = rng.normal(size=(200, 5))
        found = drift.watch(earlier, earlier[:, 0], rows, rows[:, 0])
        alarms_.append((found.score_p < 0.05, (found.feature_p < 0.05).any()))
    assert np.mean(alarms_, axis=0).max() < 0.1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": ()}, "features is empty"),
        ({"window": 1}, "window is 1"),
        ({"start": -1}, "start is -1"),
        ({"step": -0.1}, "step is -0.1"),
    ],
)
def test_a_drift_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(DRIFT, **changes)


def test_a_drift_that_never_starts_and_an_unknown_feature_are_refused(split):
    with pytest.raises(InputError, match="8 windows of 80"):
        drift.windows(split, dataclasses.replace(DRIFT, start=8))
    with pytest.raises(InputError, match="no feature 'Time'"):
        drift.windows(split, dataclasses.replace(DRIFT, features=("Time",)))


def test_all_chosen_recipes_run_on_transactions(split):
    for recipe in detectors.recipes().values():
        quick = {"epochs": 1} if recipe.method in ("autoencoder", "ensemble") else {}
        given = dataclasses.replace(recipe, settings={**recipe.settings, **quick})
        assert np.isfinite(anomalies.score(given, split).test).all()
