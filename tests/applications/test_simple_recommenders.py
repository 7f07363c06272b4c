"""Recommenders without a network: known answers, and what all of them refuse."""

import tracemalloc

import numpy as np
import pytest
from rating_data import made_up
from scipy import sparse

from aecourse import metrics
from aecourse.applications import interactions
from aecourse.applications.simple_recommenders import EASE, ItemNeighbours, Popularity, PureSVD
from aecourse.errors import InputError

SPLIT = interactions.user_split(made_up())
TRAIN, SEEN = SPLIT.train, SPLIT.validation.seen
DENSE = TRAIN.toarray().astype(float)
ALL = [Popularity(), ItemNeighbours(20, 5.0), PureSVD(8), EASE(50.0)]
every_recommender = pytest.mark.parametrize("scorer", ALL, ids=lambda s: type(s).__name__)


def test_popularity_is_the_number_of_users():
    scores = Popularity().fit(TRAIN).scores(SEEN)
    np.testing.assert_array_equal(scores, np.tile(DENSE.sum(axis=0), (SEEN.shape[0], 1)))


def test_ease_solves_its_least_squares_problem():
    # Column by column: a ridge regression on all other items.
    weights = EASE(7.0).fit(TRAIN).weights
    for item in (0, 5, DENSE.shape[1] - 1):
        others = np.delete(np.arange(DENSE.shape[1]), item)
        x = DENSE[:, others]
        expected = np.linalg.solve(x.T @ x + 7 * np.eye(len(others)), x.T @ DENSE[:, item])
        np.testing.assert_allclose(weights[others, item], expected, atol=1e-8)
    np.testing.assert_array_equal(np.diag(weights), 0)
    assert weights.flags.c_contiguous  # or each product with sparse rows copies them


def test_ease_does_not_depend_on_how_the_matrix_is_cut(monkeypatch):
    expected = EASE(7.0).fit(TRAIN).weights
    monkeypatch.setattr("aecourse.applications.simple_recommenders.BLOCK", 17)
    np.testing.assert_allclose(EASE(7.0).fit(TRAIN).weights, expected, atol=1e-10)


def test_pure_svd_is_the_best_projection_of_its_rank():
    scores = PureSVD(8).fit(TRAIN).scores(TRAIN)
    _, _, right = np.linalg.svd(DENSE, full_matrices=False)
    np.testing.assert_allclose(scores, DENSE @ right[:8].T @ right[:8], atol=1e-4)


def test_similarities_are_shrunk_cosines_of_the_nearest():
    items = DENSE.shape[1]
    norms = np.linalg.norm(DENSE, axis=0)
    cosines = DENSE.T @ DENSE / (np.outer(norms, norms) + 5)
    np.fill_diagonal(cosines, 0)
    every = ItemNeighbours(items, 5.0).fit(TRAIN)
    np.testing.assert_allclose(every.scores(SEEN), SEEN.toarray() @ cosines, rtol=1e-4, atol=1e-5)
    kept = ItemNeighbours(10, 5.0).fit(TRAIN).similarity.toarray()
    for item in range(items):
        nearest = kept[:, item]
        assert np.count_nonzero(nearest) >= min(10, np.count_nonzero(cosines[:, item]))
        others = cosines[:, item][nearest == 0]
        assert nearest[nearest > 0].min(initial=1) >= others.max(initial=0) - 1e-6


@every_recommender
def test_two_fits_give_the_same_scores(scorer):
    np.testing.assert_array_equal(scorer.fit(TRAIN).scores(SEEN), scorer.fit(TRAIN).scores(SEEN))


@every_recommender
def test_a_users_scores_do_not_depend_on_the_others(scorer):
    scores = scorer.fit(TRAIN).scores(SEEN)
    assert scores.shape == SEEN.shape
    np.testing.assert_allclose(scorer.scores(SEEN[3:5]), scores[3:5], rtol=1e-5, atol=1e-6)


@every_recommender
def test_reasons_are_what_the_score_loses_without_an_item(scorer):
    scorer.fit(TRAIN)
    row, item = SEEN[[0]], 4
    reasons = scorer.reasons(row, item)
    assert reasons.shape == (row.nnz,)
    for place in range(row.nnz):
        less = row.toarray()
        less[0, row.indices[place]] = 0
        expected = scorer.scores(row)[0, item] - scorer.scores(sparse.csr_array(less))[0, item]
        assert reasons[place] == pytest.approx(expected, abs=1e-5)


def test_the_reasons_of_ease_add_up_to_the_score():
    scorer = EASE(50.0).fit(TRAIN)
    assert scorer.reasons(SEEN[[0]], 4).sum() == pytest.approx(scorer.scores(SEEN[[0]])[0, 4])


@every_recommender
def test_bad_interactions_are_refused(scorer):
    empty = sparse.csr_array((4, 6))
    with pytest.raises(InputError, match="nobody liked anything"):
        scorer.fit(empty)
    with pytest.raises(InputError, match="give a sparse matrix"):
        scorer.fit(DENSE)
    scorer.fit(TRAIN)
    with pytest.raises(InputError, match=f"give {TRAIN.shape[1]:,} items"):
        scorer.scores(empty)


def test_an_unfitted_recommender_says_so():
    with pytest.raises(InputError, match="EASE is not fitted yet"):
        EASE().scores(SEEN)


def test_settings_that_make_no_sense_are_refused():
    for build in (lambda: EASE(0), lambda: ItemNeighbours(0), lambda: ItemNeighbours(5, -1),
                  lambda: PureSVD(0)):  # fmt: skip
        with pytest.raises(InputError):
            build()
    with pytest.raises(InputError, match="factors is 4 and the interactions have shape"):
        PureSVD(4).fit(TRAIN[:4])


# --- memory ---------------------------------------------------------------------------------------

USERS, ITEMS = 20_000, 1_200  # a dense table has 96 MB in single precision, EASE's weights 11.5 MB


@pytest.mark.parametrize(
    ("scorer", "most"),
    [(Popularity(), 10e6), (ItemNeighbours(), 20e6), (PureSVD(8), 10e6), (EASE(), 21e6)],
    ids=lambda given: type(given).__name__,
)
def test_neither_the_table_nor_a_second_matrix_of_weights_is_ever_dense(scorer, most):
    rng = np.random.default_rng(0)
    places = [rng.integers(0, size, 100_000, dtype=np.int32) for size in (USERS, ITEMS)]
    likes = sparse.csr_array((np.ones(100_000, np.float32), places), shape=(USERS, ITEMS))
    tracemalloc.start()
    try:
        scorer.fit(likes)
        metrics.rank(scorer.scores, likes, 5)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most
