"""The long runs of chapter 7: real data only, and a bar for the autoencoders that is not theirs."""

import pandas as pd
import pytest
from long_run_data import offline, records

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

from aecourse import datasets  # noqa: E402
from aecourse.applications import detectors  # noqa: E402
from aecourse.applications.detectors import Recipe  # noqa: E402
from aecourse.errors import DataError  # noqa: E402
from tools.long_runs import __main__ as command  # noqa: E402
from tools.long_runs import chapter07  # noqa: E402

QUICK = {
    "isolation_forest": Recipe("isolation_forest", {"n_estimators": 10}),
    "pca": Recipe("pca", {"n_components": 6}),
    "one_class_svm": Recipe("one_class_svm", {"nu": 0.05}),
    "nearest_neighbours": Recipe("nearest_neighbours"),
    # In place of networks, which take too long here.
    "autoencoder": Recipe("pca", {"n_components": 4}),
    "ensemble": Recipe("mahalanobis"),
}


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """Run on the stand-in with quick detectors, and return what was kept."""
    read = records(monkeypatch, tmp_path, "07_long_runs")
    monkeypatch.setattr(chapter07, "loaded", datasets.load)
    monkeypatch.setattr(chapter07, "SEEDS", range(2))
    monkeypatch.setattr(chapter07, "DRAWS", 20)
    monkeypatch.setattr(chapter07, "CONTAMINATION", (0.0, 0.01))
    monkeypatch.setattr(detectors, "recipes", lambda: QUICK)
    return read


def test_a_stand_in_is_refused(monkeypatch):
    offline(monkeypatch)
    with pytest.raises(DataError, match="AECOURSE_DATA_DIR"):
        chapter07.EXPERIMENTS["cards_detectors"]()


def test_the_experiments_are_offered():
    assert chapter07.EXPERIMENTS.items() <= command.experiments().items()


def test_the_autoencoders_are_judged_by_the_best_of_the_simple_detectors(kept):
    chapter07.compared()
    found = kept()
    for measure in chapter07.MEASURES:
        simple = {m: found[f"cards_{m}_{measure}"] for m in chapter07.COMPARED}
        best = max(simple.values(), key=lambda entry: entry["value"])
        for method in chapter07.AUTOENCODERS:
            entry = found[f"cards_{method}_{measure}"]
            assert entry["reference"] == pytest.approx(best["value"], abs=1e-3)
            assert entry["target"] == pytest.approx(best["value"] - best["spread"], abs=1e-3)
            assert entry["seeds"] == [0, 1]
        assert not any("target" in entry for entry in simple.values())


def test_the_best_is_the_one_with_the_highest_mean():
    values = {"a": pd.Series([0.9, 0.7]), "b": pd.Series([0.85, 0.85]), "c": pd.Series([0.1, 0.2])}
    assert chapter07.best_of(values) == ("b", pytest.approx(0.85), 0)


def test_the_other_experiments_keep_what_they_measure(kept):
    chapter07.intervals()
    chapter07.contaminated(["pca"])
    chapter07.choice(["z_score"])
    chapter07.drifting()
    chapter07.thresholds()
    found = kept()
    assert (
        found["cards_autoencoder_auroc_bootstrap_low"]["value"]
        <= (found["cards_autoencoder_auroc_bootstrap_value"]["value"])
    )
    assert "cards_pca_contaminated_0.01_auroc" in found
    assert "the best of 2 by average precision" in found["cards_z_score_validation_auroc"]["note"]
    assert found["cards_drift_window_0_noticed_in_scores"]["unit"] == "1"
    assert found["cards_threshold_quantile_0.01_false_positive_rate"]["target"] == 0.01
    assert found["cards_threshold_lowest_cost_0.01_cost"]["unit"] == "EUR"
