"""The benchmark of a large shop: every recommender that the chapter compares is measured."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.tensorflow

from aecourse.applications import recommendation  # noqa: E402

PATH = Path(__file__).parent.parent / "benchmarks" / "recommender_throughput.py"
SPEC = importlib.util.spec_from_file_location("recommender_throughput", PATH)
benchmark = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(benchmark)


def test_all_recommenders_of_the_chapter_are_measured():
    assert set(benchmark.METHODS) == set(recommendation.METHODS)


@pytest.mark.parametrize("method", ["popularity", "ease", "mult_vae"])
def test_a_method_is_measured(method, monkeypatch):
    monkeypatch.setattr(benchmark, "TRAINED_USERS", 40)
    found = benchmark.measured(method, users=90, items=60, count=900)
    assert (found["method"], found["users"], found["list_length"]) == (method, 90, 60)
    assert found["fitted_users"] == (40 if method == "mult_vae" else 90)
    assert found["peak_gigabytes"] > 0


def test_made_up_likes_are_ones_and_a_few_items_are_popular():
    found = benchmark.likes(1_000, 200, 20_000)
    assert found.shape == (1_000, 200)
    assert set(found.data) == {1}
    counts = found.sum(axis=0)
    assert counts[:20].mean() > 3 * counts[100:].mean()
