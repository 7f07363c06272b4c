"""Scores: what is usual scores 0, the threshold leaves the share that was asked for."""

import io

import numpy as np
import pytest

from aecourse.project.schema import Evaluation
from aecourse.project.scoring import Scorer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2_000, 3)).astype("float32")
# Errors of another usual size in each value, as a network leaves them.
AGAIN = (X + RNG.normal(size=X.shape) * [0.1, 1.0, 5.0]).astype("float32")
TRAIN, HELD_OUT = slice(0, 1_000), slice(1_000, 2_000)


def fitted(**settings) -> Scorer:
    parts = [(X[part], AGAIN[part]) for part in (TRAIN, HELD_OUT)]
    return Scorer.fit(*parts, Evaluation(**settings))


def test_the_spread_of_each_value_is_its_usual_error():
    np.testing.assert_allclose(fitted().spreads, [0.1, 1.0, 5.0], rtol=0.1)


def test_held_out_samples_score_0_on_average_with_deviation_1():
    scores = fitted().of(X[HELD_OUT], AGAIN[HELD_OUT])
    assert scores.mean() == pytest.approx(0, abs=1e-9)
    assert scores.std() == pytest.approx(1)


@pytest.mark.parametrize("score", ["surprise", "squared_error"])
def test_the_asked_share_of_held_out_samples_is_above_the_threshold(score):
    scorer = fitted(score=score, alarm_share=0.05)
    scores = scorer.of(X[HELD_OUT], AGAIN[HELD_OUT])
    assert (scores > scorer.threshold).mean() == pytest.approx(0.05, abs=0.001)


def test_surprise_weighs_an_error_by_what_is_usual_and_the_squared_error_does_not():
    small_but_rare = X[:1].copy(), X[:1] + np.array([[2.0, 0, 0]], "float32")
    large_but_usual = X[:1].copy(), X[:1] + np.array([[0, 0, 4.0]], "float32")
    surprise, squared = fitted(), fitted(score="squared_error")
    assert surprise.of(*small_but_rare) > surprise.of(*large_but_usual)
    assert squared.of(*small_but_rare) < squared.of(*large_but_usual)


def test_a_score_is_the_mean_over_the_values():
    scorer = fitted(score="squared_error")
    expected = np.square(X[:9] - AGAIN[:9]).mean(axis=1)
    np.testing.assert_allclose(scorer.of(X[:9], AGAIN[:9]), expected, rtol=1e-5)


def test_images_are_scored_like_rows():
    scorer, flat = fitted(), (X[:9], AGAIN[:9])
    images = [one.reshape(9, 1, 3, 1) for one in flat]
    np.testing.assert_allclose(scorer.of(*images), scorer.of(*flat))


@pytest.mark.parametrize("score", ["surprise", "squared_error"])
def test_a_scorer_comes_back_from_its_file_as_it_was(score):
    scorer, file = fitted(score=score), io.BytesIO()
    np.savez(file, **scorer.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        again = Scorer.from_arrays(stored)
    np.testing.assert_array_equal(again.of(X, AGAIN), scorer.of(X, AGAIN))
    assert again.threshold == scorer.threshold
