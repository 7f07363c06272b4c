"""The detector: what it finds, PyOD's conventions, and PyOD's own code run on it."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from estimator_tables import with_anomalies  # noqa: E402
from pyod.models.base import BaseDetector  # noqa: E402
from pyod.utils.data import evaluate_print  # noqa: E402
from pyod.utils.persistence import load, save  # noqa: E402
from pyod.utils.utility import (  # noqa: E402
    check_detector,
    get_label_n,
    precision_n_scores,
    score_to_label,
)
from sklearn.ensemble import IsolationForest  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler  # noqa: E402

from aecourse.errors import InputError  # noqa: E402
from aecourse.estimators import AutoencoderDetector  # noqa: E402

X, LABELS = with_anomalies()
NEW, NEW_LABELS = with_anomalies(seed=1)
SETTINGS = {
    "n_components": 2,
    "noise": 0.0,
    "contamination": 0.05,
    "epochs": 25,
    "learning_rate": 3e-3,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def plain():
    return AutoencoderDetector(**SETTINGS).fit(X)


@pytest.fixture(scope="module")
def ensemble():
    return AutoencoderDetector(n_estimators=20, connectivity=0.7, **SETTINGS).fit(X)


@pytest.fixture(scope="module")
def mixed():
    """Return one of narrow and wide codes, with and without noise."""
    several = {"n_components": (1, 0.5), "noise": (0.0, 3.0)}
    return AutoencoderDetector(**{**SETTINGS, **several}).fit(X)


@pytest.fixture(scope="module", params=["plain", "ensemble", "mixed"])
def detector(request):
    return request.getfixturevalue(request.param)


# --- what it finds --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", "ensemble"])
def test_abnormal_rows_are_found_among_those_of_the_fit_and_among_new_ones(name, request):
    detector = request.getfixturevalue(name)
    assert roc_auc_score(LABELS, detector.decision_scores_) > 0.9
    assert roc_auc_score(NEW_LABELS, detector.decision_function(NEW)) > 0.9


@pytest.mark.parametrize("name", ["plain", "ensemble"])
def test_it_sees_what_no_single_feature_shows(name, request):
    detector = request.getfixturevalue(name)
    forest = IsolationForest(random_state=0).fit(X)
    one_by_one = roc_auc_score(NEW_LABELS, -forest.score_samples(NEW))
    assert roc_auc_score(NEW_LABELS, detector.decision_function(NEW)) > one_by_one + 0.1


def test_narrow_codes_and_noise_help_to_see_what_lies_far_from_everything(plain, mixed):
    """Far rows are among those of the fit, so that a wide code without noise learns them, too."""
    far = X.copy()
    far[LABELS == 1] = 4 * X[LABELS == 0][:20]
    labels = {"random_state": 0, "contamination": 0.05}
    found = AutoencoderDetector(**labels).fit(far).decision_scores_
    alone = AutoencoderDetector(n_components=0.5, noise=0.0, **labels).fit(far).decision_scores_
    assert roc_auc_score(LABELS, found) > 0.95
    assert roc_auc_score(LABELS, found) > roc_auc_score(LABELS, alone)


def test_normal_rows_alone_are_enough():
    detector = AutoencoderDetector(**SETTINGS).fit(X[LABELS == 0])
    assert roc_auc_score(NEW_LABELS, detector.decision_function(NEW)) > 0.9


def test_the_feature_that_was_spoilt_has_the_largest_error(plain, ensemble):
    def share_named(detector):
        """Return how often the largest error is that of the feature that was moved."""
        named = []
        for feature in range(X.shape[1]):
            rows = NEW[NEW_LABELS == 0][:50].copy()
            rows[:, feature] += 2 * X[:, feature].std()
            named.append(detector.feature_errors(rows).argmax(axis=1) == feature)
        return np.mean(named)

    assert plain.feature_errors(NEW).shape == NEW.shape
    # Guessing would be right once in eight times.
    assert share_named(plain) > 0.5
    assert share_named(ensemble) > 0.9


# --- conventions ----------------------------------------------------------------------------------


def test_labels_are_1_above_the_threshold_for_the_expected_share(detector):
    assert detector.labels_.sum() == round(0.05 * len(X))
    np.testing.assert_array_equal(detector.labels_, detector.decision_scores_ > detector.threshold_)
    np.testing.assert_array_equal(detector.predict(X), detector.labels_)
    expected = detector.decision_function(NEW) > detector.threshold_
    np.testing.assert_array_equal(detector.predict(NEW), expected)


def test_the_scores_of_the_fit_are_those_of_the_decision_function(detector):
    np.testing.assert_array_equal(detector.decision_function(X), detector.decision_scores_)
    np.testing.assert_array_equal(detector.score_samples(X), -detector.decision_scores_)


def test_the_contamination_moves_the_threshold_and_no_score():
    few, many = (
        AutoencoderDetector(**{**SETTINGS, "epochs": 1, "contamination": share}).fit(X)
        for share in (0.05, 0.3)
    )
    np.testing.assert_array_equal(few.decision_scores_, many.decision_scores_)
    assert many.labels_.sum() == round(0.3 * len(X))


def test_a_row_has_the_same_score_alone_and_in_company(detector):
    alone = np.concatenate([detector.decision_function(row[None]) for row in NEW[:20]])
    np.testing.assert_allclose(alone, detector.decision_function(NEW)[:20], rtol=1e-12)


def test_the_errors_of_the_features_average_to_the_surprise_of_one_autoencoder(plain):
    mean = plain.feature_errors(NEW).mean(axis=1)
    expected = (mean - plain.usual_.mean) / plain.usual_.deviation
    np.testing.assert_allclose(plain.decision_function(NEW), expected, rtol=1e-10)


def test_the_score_is_the_mean_over_the_members_of_their_standardised_surprise(mixed):
    def residuals(x):
        rows = mixed.scaler_.transform(x)
        return mixed.model_.reconstruct(rows) - rows[:, None]

    def surprise(x):
        return np.log(1 + np.square(residuals(x) / spreads)).mean(axis=-1)

    spreads = np.median(np.abs(residuals(X)), axis=0) / 0.6745 + 1e-3
    standardised = (surprise(NEW) - surprise(X).mean(axis=0)) / surprise(X).std(axis=0)
    assert standardised.shape == (len(NEW), 4)
    np.testing.assert_allclose(mixed.decision_function(NEW), standardised.mean(axis=1))


def test_the_scores_of_the_rows_of_the_fit_are_0_on_average(detector):
    assert detector.decision_scores_.mean() == pytest.approx(0, abs=1e-10)


def test_each_code_size_meets_each_level_of_noise():
    several = {"n_components": (1, 3, 0.5), "noise": (0.0, 2.0), "epochs": 1}
    detector = AutoencoderDetector(2, **{**SETTINGS, **several}).fit(X)
    pairs = [(size, level) for size in (1, 3, 4) for level in (0.0, 2.0) for _ in range(2)]
    assert [tuple(member) for member in detector.members_] == pairs
    assert detector.residual_spreads_.shape == (12, 8)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 4), (0.01, 1), (0.99, 8), (3, 3)])
def test_a_code_size_may_be_a_share_of_the_features(share, expected):
    detector = AutoencoderDetector(**{**SETTINGS, "n_components": share, "epochs": 1}).fit(X)
    assert detector.members_[0].code_size == expected


def test_few_rows_make_small_batches_unless_a_size_is_given():
    given = AutoencoderDetector(batch_size=7)
    assert given._rows_a_step(1000) == 7
    own = AutoencoderDetector()
    assert [own._rows_a_step(rows) for rows in (2, 50, 1000, 10**6)] == [1, 5, 100, 128]


def test_it_works_in_a_pipeline_and_a_search_by_the_area_under_the_curve():
    pipeline = make_pipeline(MinMaxScaler(), AutoencoderDetector(**{**SETTINGS, "epochs": 2}))
    mixed = np.random.default_rng(0).permutation(len(X))
    search = GridSearchCV(
        pipeline,
        {"autoencoderdetector__hidden": [(), (16,)]},
        scoring="roc_auc",
        cv=2,
        error_score="raise",
    ).fit(X[mixed], LABELS[mixed])
    assert 0 <= search.best_score_ <= 1
    assert search.best_estimator_.decision_function(NEW).shape == (len(NEW),)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"contamination": 0.0}, "contamination is 0"),
        ({"contamination": 0.6}, "contamination is 0.6"),
        ({"n_estimators": 0}, "n_estimators is 0"),
        ({"connectivity": 0.0}, "connectivity is 0"),
        ({"connectivity": 1.1}, "connectivity is 1.1"),
        ({"n_components": 0}, "n_components is 0"),
        ({"n_components": 1.5}, "n_components is 1.5"),
        ({"n_components": ()}, r"n_components is \(\); give a number, or a tuple"),
        ({"n_components": "half"}, "n_components is 'half'; give a number, or a tuple"),
        ({"noise": -1.0}, "noise is -1"),
        ({"noise": (0.0, float("nan"))}, "noise is nan"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, message):
    with pytest.raises(InputError, match=message):
        AutoencoderDetector(**{**SETTINGS, **settings}).fit(X)


def test_an_unknown_kind_of_probability_is_named(plain):
    with pytest.raises(InputError, match="method is 'sigmoid'; give 'linear' or 'unify'"):
        plain.predict_proba(X, method="sigmoid")


# --- PyOD's code ----------------------------------------------------------------------------------


class AsPyOD(BaseDetector):
    """A detector of PyOD with the scores of ours: what PyOD makes of them is the measure."""

    def __init__(self, detector):
        super().__init__(contamination=detector.contamination)
        self.detector = detector

    def fit(self, X, y=None):
        self._set_n_classes(None)
        self.decision_scores_ = self.detector.decision_scores_
        return self._process_decision_scores()

    def decision_function(self, X):
        return self.detector.decision_function(X)


def test_threshold_labels_and_probabilities_are_those_that_pyod_makes_of_the_scores(detector):
    theirs = AsPyOD(detector).fit(X)
    assert detector.threshold_ == pytest.approx(theirs.threshold_, rel=1e-12)
    np.testing.assert_array_equal(detector.labels_, theirs.labels_)
    np.testing.assert_array_equal(detector.predict(NEW), theirs.predict(NEW))
    for method in ("linear", "unify"):
        np.testing.assert_allclose(
            detector.predict_proba(NEW, method=method),
            theirs.predict_proba(NEW, method=method),
            atol=1e-12,
        )


def test_pyods_evaluation_runs_on_it(detector, capsys):
    check_detector(detector)
    found = detector.decision_function(NEW)
    evaluate_print("Autoencoder", NEW_LABELS, found)
    area = np.round(roc_auc_score(NEW_LABELS, found), 4)
    assert f"Autoencoder ROC:{area}" in capsys.readouterr().out
    highest = np.argsort(-found)[: NEW_LABELS.sum()]
    assert precision_n_scores(NEW_LABELS, found) == pytest.approx(NEW_LABELS[highest].mean())
    assert get_label_n(NEW_LABELS, found).sum() == NEW_LABELS.sum()
    np.testing.assert_array_equal(score_to_label(detector.decision_scores_, 0.05), detector.labels_)


def test_pyod_stores_it(plain, tmp_path):
    save(plain, tmp_path / "detector.joblib")
    loaded = load(tmp_path / "detector.joblib", trusted=True)
    np.testing.assert_array_equal(loaded.decision_function(NEW), plain.decision_function(NEW))
