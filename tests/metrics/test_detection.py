"""Measures and thresholds of anomaly detection, beside sums by hand and scikit-learn."""

from functools import partial

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from aecourse import metrics
from aecourse.errors import InputError

# Down the list of scores: anomaly, normal, anomaly, normal, normal.
LABELS = np.array([0, 1, 0, 1, 0])
SCORES = np.array([0.4, 0.9, 0.1, 0.6, 0.8])
TIED = np.array([0.5, 0.5, 0.1, 0.5, 0.8])
COSTS = {"missed": 5.0, "false_alarm": 1.0}
LABELLED = [
    metrics.roc_auc,
    metrics.average_precision,
    lambda labels, scores: metrics.precision_at(labels, scores, 1),
    lambda labels, scores: metrics.bootstrap_interval(metrics.roc_auc, labels, scores),
    lambda labels, scores: metrics.lead_interval(metrics.roc_auc, labels, scores, scores),
    lambda labels, scores: metrics.confusion_at(labels, scores, 0.5),
    lambda labels, scores: metrics.total_cost(labels, scores, 0.5, **COSTS),
    lambda labels, scores: metrics.lowest_cost_threshold(labels, scores, **COSTS),
]
OF_SCORES = [metrics.quantile_threshold, metrics.extreme_value_threshold]


def drawn(count=400, seed=0, ties=False):
    rng = np.random.default_rng(seed)
    labels = (rng.random(count) < 0.1).astype(int)
    scores = rng.normal(size=count) + labels
    return labels, np.round(scores) if ties else scores


# --- how well scores find anomalies ---------------------------------------------------------------


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    # Of the six pairs only (0.6, 0.8) is in the wrong order.
    assert metrics.roc_auc(LABELS, SCORES) == pytest.approx(5 / 6)


def test_the_precision_is_averaged_at_the_anomalies():
    assert metrics.average_precision(LABELS, SCORES) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_a_tie_counts_half_in_the_area_and_enters_the_list_together():
    assert metrics.roc_auc(LABELS, TIED) == pytest.approx((2 * 1 + 2 * 0.5) / 6)
    assert metrics.average_precision(LABELS, TIED) == pytest.approx(2 / 4)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_area_and_average_precision_are_those_of_scikit_learn(seed, ties):
    labels, scores = drawn(seed=seed, ties=ties)
    assert metrics.roc_auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    expected = average_precision_score(labels, scores)
    assert metrics.average_precision(labels, scores) == pytest.approx(expected)


def test_perfect_scores_reach_1_and_reversed_ones_0():
    labels, _ = drawn()
    assert metrics.roc_auc(labels, labels) == metrics.average_precision(labels, labels) == 1
    assert metrics.roc_auc(labels, -labels) == 0


def test_scores_that_are_all_equal_know_nothing():
    labels, _ = drawn()
    equal = np.full(len(labels), 3.0)
    assert metrics.roc_auc(labels, equal) == 0.5
    assert metrics.average_precision(labels, equal) == pytest.approx(labels.mean())
    assert metrics.precision_at(labels, equal, 7) == pytest.approx(labels.mean())


def test_the_precision_at_n_looks_at_the_highest_scores():
    assert [metrics.precision_at(LABELS, SCORES, n) for n in (1, 2, 3, 5)] == pytest.approx(
        [1, 1 / 2, 2 / 3, 2 / 5]
    )


def test_tied_samples_share_the_last_places():
    # One place of two is left for three samples, of which two are anomalies.
    assert metrics.precision_at(LABELS, TIED, 2) == pytest.approx((0 + 2 / 3) / 2)


@pytest.mark.parametrize("n", [0, 6, 2.5])
def test_a_number_of_places_that_cannot_be_filled_is_refused(n):
    with pytest.raises(InputError, match=r"n is"):
        metrics.precision_at(LABELS, SCORES, n)


# --- the bootstrap --------------------------------------------------------------------------------


def test_the_interval_holds_the_value_and_is_repeated_by_its_seed():
    labels, scores = drawn()
    first, again, other = (
        metrics.bootstrap_interval(metrics.roc_auc, labels, scores, repetitions=200, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first.value == metrics.roc_auc(labels, scores)
    assert first.low < first.value < first.high
    assert first == again != other


def test_each_repetition_keeps_the_numbers_of_both_kinds():
    labels, scores = drawn(count=60)
    seen = []

    def measure(labels, scores):
        seen.append((len(labels), labels.sum()))
        return 0.0

    metrics.bootstrap_interval(measure, labels, scores, repetitions=20)
    assert set(seen) == {(60, labels.sum())}


def test_the_interval_covers_the_true_area_as_often_as_it_says():
    # Normal scores and normal scores raised by 1: the area is that of a difference above -1/√2.
    from scipy.stats import norm

    def area(labels, scores):
        """Return what roc_auc returns where no two scores are equal, in a fraction of the time."""
        return (scores[labels == 1, None] > scores[labels == 0]).mean()

    truth = norm.cdf(1 / np.sqrt(2))
    labels = np.repeat([0, 1], [150, 50])
    covered = 0
    for seed in range(200):
        scores = np.random.default_rng(seed).normal(size=200) + labels
        _, low, high = metrics.bootstrap_interval(
            area, labels, scores, repetitions=100, confidence=0.9, seed=seed
        )
        covered += low <= truth <= high
    assert 0.84 <= covered / 200 <= 0.96


def test_a_higher_confidence_has_a_wider_interval():
    labels, scores = drawn()
    narrow, wide = (
        metrics.bootstrap_interval(metrics.roc_auc, labels, scores, confidence=confidence)
        for confidence in (0.5, 0.99)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("setting", "value"), [("repetitions", 1), ("confidence", 1.0), ("confidence", 0), ("seed", -1)]
)
def test_a_bootstrap_setting_out_of_range_is_refused(setting, value):
    with pytest.raises(InputError, match=f"{setting} is"):
        metrics.bootstrap_interval(metrics.roc_auc, LABELS, SCORES, **{setting: value})


def test_a_lead_is_drawn_on_the_same_samples_for_both():
    labels, scores = drawn(count=100)
    lead = partial(metrics.lead_interval, metrics.roc_auc, labels, repetitions=100)
    assert lead(scores, scores) == (0, 0, 0)
    ahead = lead(labels, scores)
    assert ahead.value == pytest.approx(1 - metrics.roc_auc(labels, scores))
    assert 0 < ahead.low < ahead.value < ahead.high
    assert lead(scores, labels) == pytest.approx((-ahead.value, -ahead.high, -ahead.low))
    # Drawn each by itself, the difference would be far less certain.
    alike = lead(scores, scores + 0.01 * np.random.default_rng(1).normal(size=100))
    alone = metrics.bootstrap_interval(metrics.roc_auc, labels, scores, repetitions=100)
    assert alike.high - alike.low < 0.2 * (alone.high - alone.low)


# --- at a threshold -------------------------------------------------------------------------------


def test_samples_above_the_threshold_are_flagged_and_one_on_it_is_not():
    assert metrics.confusion_at(LABELS, SCORES, 0.6) == (1, 1, 1, 2)
    assert metrics.confusion_at(LABELS, SCORES, 0.59) == (2, 1, 0, 2)


def test_the_confusion_is_that_of_scikit_learn():
    labels, scores = drawn()
    found = metrics.confusion_at(labels, scores, 0.7)
    (tn, fp), (fn, tp) = confusion_matrix(labels, scores > 0.7)
    assert found == (tp, fp, fn, tn)
    assert found.precision == pytest.approx(tp / (tp + fp))
    assert found.recall == pytest.approx(tp / (tp + fn))
    assert found.false_positive_rate == pytest.approx(fp / (fp + tn))


def test_precision_falls_where_anomalies_are_rarer():
    found = metrics.Confusion(
        true_positives=80, false_positives=10, false_negatives=20, true_negatives=990
    )
    assert found.precision_at_prevalence(100 / 1100) == pytest.approx(found.precision)
    # Of 100,000: 100 anomalies, 80 found; 999 false alarms among 99,900 normal ones.
    assert found.precision_at_prevalence(0.001) == pytest.approx(80 / (80 + 999))


def test_where_nothing_is_flagged_there_is_no_precision():
    found = metrics.confusion_at(LABELS, SCORES, 1)
    assert found.flagged == 0
    assert np.isnan(found.precision)
    assert np.isnan(found.precision_at_prevalence(0.1))
    assert found.recall == 0


@pytest.mark.parametrize("share", [0, 1, np.nan])
def test_a_prevalence_that_is_no_share_is_refused(share):
    with pytest.raises(InputError, match="share is"):
        metrics.confusion_at(LABELS, SCORES, 0.5).precision_at_prevalence(share)


def test_the_cost_is_that_of_missed_anomalies_and_false_alarms():
    # At 0.7: the anomaly of 0.6 is missed, the normal sample of 0.8 is flagged.
    assert metrics.total_cost(LABELS, SCORES, 0.7, missed=5, false_alarm=2) == 7


def test_a_missed_anomaly_costs_its_own_amount():
    amounts = np.array([1.0, 10.0, 100.0, 1_000.0, 10_000.0])
    assert metrics.total_cost(LABELS, SCORES, 0.7, missed=amounts, false_alarm=2) == 1_002


@pytest.mark.parametrize("function", [metrics.total_cost, metrics.lowest_cost_threshold])
@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"missed": -1, "false_alarm": 1}, "missed is -1"),
        ({"missed": 1, "false_alarm": -0.5}, "false_alarm is -0.5"),
        ({"missed": np.array([1, 1, 1, 1, -2]), "false_alarm": 1}, "missed goes down to -2"),
        ({"missed": np.ones(4), "false_alarm": 1}, r"missed has shape \(4,\)"),
        ({"missed": np.full(5, np.nan), "false_alarm": 1}, "missed holds 5 values that are NaN"),
        ({"missed": 1, "false_alarm": np.inf}, "false_alarm is inf"),
    ],
)
def test_costs_that_make_no_sense_are_refused(function, costs, message):
    given = (LABELS, SCORES, 0.5) if function is metrics.total_cost else (LABELS, SCORES)
    with pytest.raises(InputError, match=message):
        function(*given, **costs)


@pytest.mark.parametrize("threshold", [np.nan, np.inf, "high"])
def test_a_threshold_that_is_no_number_is_refused(threshold):
    with pytest.raises(InputError, match="threshold is"):
        metrics.confusion_at(LABELS, SCORES, threshold)
    with pytest.raises(InputError, match="threshold is"):
        metrics.total_cost(LABELS, SCORES, threshold, **COSTS)


# --- where to draw the line -----------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3, 0.5])
def test_at_most_the_share_lies_above_a_quantile_and_one_more_would_be_too_many(share):
    scores = np.random.default_rng(0).normal(size=997)
    threshold = metrics.quantile_threshold(scores, share)
    assert threshold in scores
    assert (scores > threshold).mean() <= share
    assert (scores >= threshold).mean() > share


@pytest.mark.parametrize("shape", [-1.0, 0.0, 0.5], ids=["uniform", "exponential", "heavy"])
def test_the_extreme_value_threshold_is_near_the_true_quantile(shape):
    from scipy.stats import genpareto

    scores = genpareto(shape).rvs(20_000, random_state=0)
    found = metrics.extreme_value_threshold(scores, 0.001, tail=0.1)
    assert found == pytest.approx(genpareto(shape).isf(0.001), rel=0.1)


def test_the_extreme_value_threshold_keeps_its_rate_of_false_alarms_on_new_scores():
    rng = np.random.default_rng(0)
    rates = [
        (
            rng.chisquare(5, 100_000)
            > metrics.extreme_value_threshold(rng.chisquare(5, 2_000), 0.001)
        ).mean()
        for _ in range(20)
    ]
    assert np.mean(rates) == pytest.approx(0.001, rel=0.3)


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_the_extreme_value_threshold_follows_the_unit_of_the_scores(factor):
    scores = np.random.default_rng(1).exponential(size=1_000)
    threshold = metrics.extreme_value_threshold(scores, 0.001)
    moved = metrics.extreme_value_threshold(factor * scores, 0.001)
    assert moved == pytest.approx(factor * threshold, rel=1e-6)


def test_an_extreme_value_threshold_lies_beyond_the_tail_it_was_fitted_to():
    scores = np.random.default_rng(2).exponential(size=1_000)
    quantile = metrics.quantile_threshold(scores, 0.05)
    nearer, further = (metrics.extreme_value_threshold(scores, share) for share in (0.01, 0.0001))
    assert quantile < nearer < further


@pytest.mark.parametrize(
    ("scores", "found"), [(np.arange(100.0), "5 of 100"), (np.repeat([0.0, 1.0], [980, 20]), "20")]
)
def test_a_tail_of_few_or_equal_scores_is_refused(scores, found):
    with pytest.raises(InputError, match=f"{found}.* scores lie in the tail of 0.05"):
        metrics.extreme_value_threshold(scores, 0.01)


@pytest.mark.parametrize(("share", "tail"), [(0.05, 0.05), (0.1, 0.05), (0, 0.05), (0.01, 1)])
def test_a_share_beyond_the_tail_is_refused(share, tail):
    with pytest.raises(InputError, match=r"(share|tail) is"):
        metrics.extreme_value_threshold(np.arange(1_000.0), share, tail=tail)


@pytest.mark.parametrize("share", [0, 1, -0.1, np.nan, True])
def test_a_quantile_of_no_share_is_refused(share):
    with pytest.raises(InputError, match="share is"):
        metrics.quantile_threshold(SCORES, share)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("missed", [0.5, 3.0, 30.0, "amounts"])
def test_no_threshold_costs_less_than_the_lowest_cost_threshold(missed, ties):
    labels, scores = drawn(count=80, ties=ties)
    if missed == "amounts":
        missed = np.random.default_rng(3).lognormal(2, 2, len(labels))
    costs = {"missed": missed, "false_alarm": 1.0}
    found = metrics.lowest_cost_threshold(labels, scores, **costs)
    tried = np.concatenate([[scores.min() - 1], scores])
    cheapest = min(metrics.total_cost(labels, scores, t, **costs) for t in tried)
    assert metrics.total_cost(labels, scores, found, **costs) == pytest.approx(cheapest)


def test_the_lowest_cost_threshold_lies_midway_between_two_scores():
    # Missing 0.6 costs 5, flagging 0.8 costs 1: the line is between 0.4 and 0.6.
    assert metrics.lowest_cost_threshold(LABELS, SCORES, **COSTS) == pytest.approx(0.5)


def test_where_a_false_alarm_is_free_every_anomaly_is_flagged():
    found = metrics.lowest_cost_threshold(LABELS, SCORES, missed=1, false_alarm=0)
    assert found == pytest.approx(0.5)
    below = metrics.lowest_cost_threshold([1, 0], [0.0, 1.0], missed=1, false_alarm=0)
    assert below < 0
    assert below == pytest.approx(0)


def test_where_a_miss_is_free_nothing_is_flagged():
    assert metrics.lowest_cost_threshold(LABELS, SCORES, missed=0, false_alarm=1) == SCORES.max()


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", LABELLED)
@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 0, 0], [1.0, 2.0, 3.0], "all 3 labels are 0"),
        ([1, 1], [1.0, 2.0], "all 2 labels are 1"),
        ([0, 1, 2], [1.0, 2.0, 3.0], r"labels hold \[0.0, 1.0, 2.0\]"),
        ([-1, 1], [1.0, 2.0], "labels hold"),
        ([0, 1], [1.0, np.nan], "scores holds 1 values that are NaN or infinite"),
        ([0, 1], [1.0, np.inf], "scores holds 1 values that are NaN or infinite"),
        ([], [], "labels is empty"),
        ([0, 1], [], "scores is empty"),
        ([0, 1, 1], [1.0, 2.0], r"labels have shape \(3,\) and scores \(2,\)"),
        ([0, 1], [[1.0], [2.0]], r"scores have shape \(2, 1\)"),
        (["normal", "fraud"], [1.0, 2.0], "labels has dtype"),
    ],
)
def test_labels_and_scores_that_do_not_go_together_are_refused(function, labels, scores, message):
    with pytest.raises(InputError, match=message):
        function(labels, scores)


@pytest.mark.parametrize("function", OF_SCORES)
@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([], "scores is empty"),
        ([1.0, np.nan], "scores holds 1 values"),
        ([[1.0, 2.0]], r"scores have shape \(1, 2\)"),
    ],
)
def test_scores_that_are_no_row_of_numbers_have_no_threshold(function, scores, message):
    with pytest.raises(InputError, match=message):
        function(scores, 0.01)


def test_truth_values_are_labels_too():
    assert metrics.roc_auc(LABELS == 1, SCORES) == metrics.roc_auc(LABELS, SCORES)
