"""ADBench's protocol as a long run: real data only, and the paper's numbers beside ours."""

import pandas as pd
import pytest
from long_run_data import records

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

from aecourse import datasets  # noqa: E402
from aecourse.applications import adbench  # noqa: E402
from aecourse.errors import DataError  # noqa: E402
from tools.long_runs import __main__ as command  # noqa: E402
from tools.long_runs import chapter07_adbench, keeping  # noqa: E402

PUBLISHED = pd.DataFrame({"IForest": [80.0, 90.0]}, index=["cardio", "satimage-2"])


class Norm:
    """Scores by the length of a row."""

    def __init__(self, random_state):
        pass

    def fit(self, X):
        return self

    def decision_function(self, X):
        return (X**2).sum(axis=1)


@pytest.fixture(autouse=True)
def recorded(monkeypatch, tmp_path):
    return records(monkeypatch, tmp_path, "07_adbench")


def test_without_the_published_numbers_it_says_so():
    with pytest.raises(DataError, match="published_AUCROC"):
        chapter07_adbench.benchmark()


def test_a_stand_in_is_refused(monkeypatch):
    monkeypatch.setattr(adbench, "published", lambda: PUBLISHED)
    with pytest.raises(DataError, match="AECOURSE_DATA_DIR"):
        chapter07_adbench.benchmark()


def test_it_is_offered():
    assert "adbench" in command.experiments()


def test_every_set_and_their_mean_are_kept_beside_the_published_number(monkeypatch, recorded):
    monkeypatch.setattr(adbench, "published", lambda: PUBLISHED)
    monkeypatch.setattr(keeping, "loaded", datasets.load)
    monkeypatch.setattr(chapter07_adbench, "SETS", ("cardio", "satimage-2"))
    monkeypatch.setattr(chapter07_adbench, "SEEDS", range(2))
    monkeypatch.setattr(chapter07_adbench, "AutoencoderDetector", Norm)

    chapter07_adbench.benchmark()

    found = recorded()
    cardio, satimage, mean = (found[f"{name}_auroc"] for name in ("cardio", "satimage_2", "mean"))
    assert (cardio["reference"], satimage["reference"], mean["reference"]) == (80, 90, 85)
    assert mean["value"] == pytest.approx((cardio["value"] + satimage["value"]) / 2, abs=0.01)
    assert mean["target"] == 84.35
    assert mean["seeds"] == [0, 1]
    assert 50 < mean["value"] <= 100
