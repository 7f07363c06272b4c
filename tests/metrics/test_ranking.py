"""Lists and their measures: worked out by hand, beside scikit-learn, and with ties."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import (
    ndcg_score,
    precision_score,
    recall_score,
)
from sklearn.metrics import root_mean_squared_error as rmse_of_scikit_learn

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.metrics import ranking

RNG = np.random.default_rng(0)


def rows(values):
    return sparse.csr_array(np.asarray(values, dtype=np.float32))


# Two users and five items. The first list hits at ranks 1 and 3, the second at rank 2.
LISTS = [[4, 0, 2], [1, 3, 0]]
WANTED = rows([[0, 1, 1, 0, 1], [0, 0, 0, 1, 0]])


def test_recall_is_divided_by_what_a_list_of_this_length_could_hold():
    # Three are wanted by the first user, but a list of 2 holds at most 2.
    np.testing.assert_allclose(metrics.recall_at(LISTS, WANTED, 1), [1 / 1, 0])
    np.testing.assert_allclose(metrics.recall_at(LISTS, WANTED, 2), [1 / 2, 1])
    np.testing.assert_allclose(metrics.recall_at(LISTS, WANTED, 3), [2 / 3, 1])


def test_ndcg_by_hand():
    # First user: gains 1/log2(2) and 1/log2(4), at best 1/log2(2) + 1/log2(3) + 1/log2(4).
    first = (1 + 1 / 2) / (1 + 1 / np.log2(3) + 1 / 2)
    # Second user: the only wanted item at rank 2, at best at rank 1.
    second = 1 / np.log2(3)
    np.testing.assert_allclose(metrics.ndcg_at(LISTS, WANTED, 3), [first, second])


@pytest.mark.parametrize("k", [1, 5, 20])
def test_ndcg_equals_that_of_scikit_learn(k):
    scores = RNG.normal(size=(30, 20))
    wanted = RNG.random((30, 20)) < 0.3
    wanted[:, 0] = True
    lists = metrics.top_k(scores, k)
    found = metrics.ndcg_at(lists, rows(wanted), k)
    expected = [
        ndcg_score(y[None], s[None], k=k) for y, s in zip(wanted.astype(int), scores, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_recall_equals_that_of_scikit_learn_or_its_precision_where_more_is_wanted(k):
    wanted = RNG.random((40, 20)) < 0.2
    wanted[:, 0] = True
    lists = metrics.top_k(RNG.normal(size=wanted.shape), k)
    listed = np.zeros_like(wanted)
    np.put_along_axis(listed, lists, True, axis=1)
    recall, precision = (
        [score(w, found) for w, found in zip(wanted, listed, strict=True)]
        for score in (recall_score, precision_score)
    )
    expected = np.where(wanted.sum(axis=1) <= k, recall, precision)
    np.testing.assert_allclose(metrics.recall_at(lists, rows(wanted), k), expected)


def test_a_perfect_list_has_1_and_one_without_hits_0():
    wanted = rows([[1, 1, 0, 0]])
    for measure in (metrics.recall_at, metrics.ndcg_at):
        assert measure([[0, 1, 2, 3]], wanted, 4) == [1]
        assert measure([[2, 3, -1, -1]], wanted, 4) == [0]


def test_coverage_counts_items_and_not_places():
    assert metrics.coverage([[0, 1], [1, -1]], 8) == 2 / 8


def test_novelty_is_the_mean_self_information_in_bits():
    assert metrics.novelty([[0, 1], [0, -1]], [0.5, 1 / 1024]) == pytest.approx((1 + 10 + 1) / 3)


def test_rmse_by_hand_and_by_scikit_learn():
    assert metrics.root_mean_squared_error([3, 5], [4, 3]) == pytest.approx(np.sqrt(5 / 2))
    stars, predicted = RNG.uniform(0.5, 5, (2, 50))
    expected = rmse_of_scikit_learn(stars, predicted)
    assert metrics.root_mean_squared_error(stars, predicted) == pytest.approx(expected)


# --- lists ----------------------------------------------------------------------------------------


def test_what_was_seen_is_never_listed():
    scores = RNG.normal(size=(50, 30))
    seen = RNG.random((50, 30)) < 0.4
    lists = metrics.top_k(scores, 30, seen=rows(seen))
    for listed, had in zip(lists, seen, strict=True):
        assert sorted(listed[listed >= 0]) == np.flatnonzero(~had).tolist()
        assert (listed[(~had).sum() :] == ranking.NOTHING).all()


def test_of_equal_scores_the_one_further_to_the_left_comes_first():
    assert metrics.top_k([[1, 2, 2, 2, 0]], 2).tolist() == [[1, 2]]
    assert metrics.top_k(np.zeros((1, 5)), 3).tolist() == [[0, 1, 2]]
    assert metrics.top_k(np.zeros((1, 5)), 3, seen=rows([[1, 0, 0, 1, 0]])).tolist() == [[1, 2, 4]]


@pytest.mark.parametrize("k", [1, 7, 40])
def test_lists_are_those_of_a_stable_sort(k):
    scores = RNG.integers(0, 6, size=(40, 40))
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(metrics.top_k(scores, k), expected)


def test_a_list_may_be_longer_than_there_are_items():
    assert metrics.top_k([[1.0, 2.0]], 4).tolist() == [[1, 0, -1, -1]]


def test_scores_are_asked_for_a_few_users_at_a_time():
    seen = rows(RNG.random((25, 9)) < 0.3)
    sizes = []

    def scores(part):
        sizes.append(part.shape)
        return part.toarray() + np.arange(9)

    lists = metrics.rank(scores, seen, 3, batch_size=10)
    assert sizes == [(10, 9), (10, 9), (5, 9)]
    np.testing.assert_array_equal(lists, metrics.top_k(seen.toarray() + np.arange(9), 3, seen=seen))


def test_the_scores_are_left_as_they_are():
    scores = np.ones((1, 3), dtype=np.float32)
    metrics.top_k(scores, 1, seen=rows([[1, 0, 0]]))
    assert (scores == 1).all()


# --- wrong input ----------------------------------------------------------------------------------


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"2 users want nothing, the first in row 0"):
        metrics.recall_at(LISTS, rows(np.zeros((2, 5))), 2)
    with pytest.raises(InputError, match=r"at least 4 items for each of the 2 users"):
        metrics.ndcg_at(LISTS, WANTED, 4)
    with pytest.raises(InputError, match="1 scores are NaN"):
        metrics.top_k([[np.nan, 1]], 1)
    with pytest.raises(InputError, match=r"scores have shape \(1, 2\); expected \(1, 3\)"):
        metrics.top_k([[0.0, 1]], 1, seen=rows([[1, 0, 0]]))
    with pytest.raises(InputError, match=r"seen has shape \(0, 3\)"):
        metrics.rank(lambda part: part.toarray(), rows(np.zeros((0, 3))), 1)
    with pytest.raises(InputError, match="popularity runs from 0"):
        metrics.novelty([[0]], [0.0, 0.5])
    with pytest.raises(InputError, match="hold no item"):
        metrics.novelty([[-1]], [0.5])
    with pytest.raises(InputError, match="one prediction for each rating"):
        metrics.root_mean_squared_error([1.0, 2.0], [1.0])
