"""What is true of both estimators: the checks of scikit-learn, and what users do with them."""

import copy
import os
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.preprocessing import RobustScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from aecourse.errors import InputError
from aecourse.estimators import AutoencoderDetector, AutoencoderTransformer

pytestmark = pytest.mark.tensorflow

from estimator_tables import plane  # noqa: E402

X = plane()
QUICK = {"epochs": 2, "random_state": 0}
ESTIMATORS = [
    AutoencoderTransformer(**QUICK),
    AutoencoderDetector(**QUICK),
    AutoencoderDetector(n_estimators=3, connectivity=0.6, **QUICK),
]


@pytest.fixture(scope="module", params=ESTIMATORS, ids=["transformer", "detector", "ensemble"])
def estimator(request):
    return request.param


@pytest.fixture(scope="module")
def fitted(estimator):
    """Return what tests only look at; it must stay as it is."""
    return clone(estimator).fit(X)


def answer(fitted, x=X):
    """Return what the estimator says of rows."""
    return fitted.transform(x) if hasattr(fitted, "transform") else fitted.decision_function(x)


# This check asks float32 for a relative 1e-7 after a permutation that it draws anew at each call.
# A row may come last in a vector of the processor and then be off by one unit in the last place.
ROUNDING = {"check_methods_sample_order_invariance": "float32 is not exact to a relative 1e-7"}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: ROUNDING)
def test_scikit_learns_checks_hold(estimator, check):
    check(estimator)


def test_the_order_of_rows_changes_nothing_but_the_last_digit(fitted):
    permuted = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(
        answer(fitted, X[permuted]), answer(fitted)[permuted], rtol=1e-5, atol=1e-6
    )


def test_scikit_learns_checks_of_the_array_api_hold():
    """Run those that are skipped unless SciPy was told of the array API when it was imported."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", __file__]
    result = subprocess.run(
        [*command, "-k", "check_array_api_input"],
        env={**os.environ, "SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
    )
    assert f"{len(ESTIMATORS)} passed" in result.stdout, result.stdout
    assert "skipped" not in result.stdout


def test_neither_import_nor_setting_up_imports_a_framework():
    code = (
        "import sys; from aecourse.estimators import *; from sklearn.base import clone;"
        "clone(AutoencoderTransformer()), clone(AutoencoderDetector(n_estimators=3));"
        "print([m for m in ('tensorflow', 'keras', 'torch', 'jax') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_a_random_state_repeats_the_fit_and_another_does_not(estimator, fitted):
    again, other = (clone(estimator).set_params(random_state=seed).fit(X) for seed in (0, 1))
    np.testing.assert_array_equal(answer(again), answer(fitted))
    assert not np.allclose(answer(other), answer(fitted))


def test_a_second_fit_starts_from_nothing_and_one_that_fails_leaves_nothing(estimator, fitted):
    used = clone(estimator).fit(plane(rows=40, features=3)).fit(X)
    np.testing.assert_array_equal(answer(used), answer(fitted))
    with pytest.raises(ValueError, match="NaN"):
        used.fit(np.full((5, 2), np.nan))
    with pytest.raises(sklearn.exceptions.NotFittedError):
        answer(used)


def test_copies_answer_as_the_original_and_hold_no_pickled_keras_object(fitted, tmp_path):
    joblib.dump(fitted, tmp_path / "estimator.joblib")
    copies = [
        pickle.loads(pickle.dumps(fitted)),
        joblib.load(tmp_path / "estimator.joblib"),
        copy.deepcopy(fitted),
    ]
    for copied in copies:
        np.testing.assert_array_equal(answer(copied), answer(fitted))
    assert isinstance(fitted.__getstate__()["model_"], bytes)
    assert not isinstance(fitted.model_, bytes)  # the original keeps its model


def test_the_answer_does_not_depend_on_units(estimator, fitted):
    scaled = X * [1000, 0.001, 1, 1, 1, 1] + [0, 0, 7, 0, 0, 0]
    in_other_units = answer(clone(estimator).fit(scaled), scaled)
    np.testing.assert_allclose(in_other_units, answer(fitted), rtol=1e-3, atol=1e-4)


def test_single_and_double_precision_agree(estimator, fitted):
    single = X.astype(np.float32)
    from_single = answer(clone(estimator).fit(single), single)
    np.testing.assert_allclose(from_single, answer(fitted), rtol=1e-2, atol=1e-3)


def test_a_constant_feature_does_no_harm(estimator):
    x = np.column_stack([X, np.full(len(X), 3.0)])
    assert np.isfinite(answer(clone(estimator).fit(x), x)).all()


def test_two_rows_are_enough(estimator):
    assert len(answer(clone(estimator).fit(X[:2]))) == len(X)


def test_names_of_features_are_kept_and_compared(estimator):
    table = pd.DataFrame(X, columns=[f"sensor {number}" for number in range(6)])
    fitted = clone(estimator).fit(table)
    assert list(fitted.feature_names_in_) == list(table.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        answer(fitted, table[table.columns[::-1]])


def test_the_scaler_can_be_chosen(estimator, fitted):
    robust = clone(estimator).set_params(scaler=RobustScaler()).fit(X)
    np.testing.assert_allclose(robust.scaler_.center_, np.median(X, axis=0))
    assert not hasattr(robust.scaler, "center_")  # the setting itself is left alone
    standardised = (X - X.mean(axis=0)) / X.std(axis=0)
    outside = clone(estimator).set_params(scaler="passthrough").fit(standardised)
    np.testing.assert_allclose(answer(outside, standardised), answer(fitted), rtol=1e-3, atol=1e-4)


def test_tables_as_output_of_all_of_scikit_learn_are_no_obstacle(estimator, fitted):
    with sklearn.config_context(transform_output="pandas"):
        as_tables = np.asarray(answer(clone(estimator).fit(X)))
    np.testing.assert_array_equal(as_tables, answer(fitted))


def test_early_stopping_holds_rows_out_and_can_be_left_out(estimator):
    def fitted(**settings):
        return clone(estimator).set_params(**settings).fit(X)

    assert "val_loss" in fitted(early_stopping=5).history_.metrics
    assert "val_loss" not in fitted(early_stopping=None).history_.metrics
    with pytest.raises(InputError, match="fraction is 1"):
        fitted(early_stopping=5, validation_fraction=1.0)


@pytest.mark.parametrize("verbose", [False, True])
def test_training_is_shown_only_when_asked_for(estimator, verbose, capsys):
    clone(estimator).set_params(verbose=verbose, epochs=1).fit(X)
    assert ("1 epoch" in capsys.readouterr().out) == verbose


def test_a_diverging_run_is_an_error_that_names_the_way_out(estimator):
    broken = clone(estimator).set_params(learning_rate=1e30, epochs=20, early_stopping=None)
    with pytest.raises(InputError, match=r"diverged in epoch .* learning_rate than 1e\+30"):
        broken.fit(X)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_components": 0}, "n_components is 0"),
        ({"hidden": 8}, "hidden is 8"),
        ({"scaler": "minmax"}, "scaler is 'minmax'; give a scikit-learn transformer"),
        ({"epochs": 0}, "epochs is 0"),
        ({"learning_rate": -1.0}, "learning_rate is -1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(estimator, settings, message):
    with pytest.raises(InputError, match=message):
        clone(estimator).set_params(**settings).fit(X)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.where(X[3, 2] == X, np.nan, X), "NaN"),
        (np.where(X[3, 2] == X, np.inf, X), "infinity"),
        (X[:0], "0 sample"),
        (X[:1], "1 sample"),
        (X[:, :0], "0 feature"),
        (X[0], "2D array"),
    ],
    ids=["NaN", "infinity", "no row", "one row", "no feature", "one axis"],
)
def test_rows_that_cannot_be_learnt_from_are_refused(estimator, x, message):
    with pytest.raises(ValueError, match=message):
        clone(estimator).fit(x)
