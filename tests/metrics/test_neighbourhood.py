"""Neighbours in the data and in the code."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from aecourse import metrics
from aecourse.errors import InputError

MEASURES = (metrics.trustworthiness, metrics.continuity)


@pytest.fixture
def cloud():
    return np.random.default_rng(0).normal(size=(120, 6))


def by_definition(near, true, k):
    """Add up, as Venna and Kaski do, by how many ranks neighbours in ``near`` are too far."""
    n = len(near)
    ranks, positions = (cdist(space, space) for space in (true, near))
    for distances in (ranks, positions):
        np.fill_diagonal(distances, -1)
    ranks = ranks.argsort().argsort()
    positions = positions.argsort()
    too_far = sum(max(0, ranks[i, j] - k) for i in range(n) for j in positions[i, 1 : k + 1])
    return 1 - 2 * too_far / (n * k * (2 * n - 3 * k - 1))


@pytest.mark.parametrize("measure", MEASURES)
def test_a_rotated_shifted_and_scaled_copy_keeps_all_neighbours(measure, cloud):
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))
    assert measure(cloud, 3 * cloud @ rotation + 1) == pytest.approx(1)


@pytest.mark.parametrize("measure", MEASURES)
def test_codes_drawn_by_chance_keep_about_half(measure, cloud):
    assert measure(cloud, np.random.default_rng(1).normal(size=(120, 2))) == pytest.approx(
        0.5, abs=0.05
    )


def test_both_follow_their_definition(cloud):
    codes = cloud[:, :2]
    assert metrics.trustworthiness(cloud, codes, neighbours=7) == pytest.approx(
        by_definition(codes, cloud, 7)
    )
    assert metrics.continuity(cloud, codes, neighbours=7) == pytest.approx(
        by_definition(cloud, codes, 7)
    )


def test_folding_costs_trust_and_tearing_costs_continuity():
    line = np.linspace(-1, 1, 101)[:, None]
    folded = np.abs(line + 0.003)
    assert metrics.trustworthiness(line, folded) < metrics.continuity(line, folded)
    torn = np.where(np.arange(101)[:, None] % 2, line + 100, line)
    assert metrics.continuity(line, torn) < metrics.trustworthiness(line, torn)


def test_images_are_compared_like_their_flat_rows(cloud):
    images = cloud.reshape(120, 2, 3, 1)
    assert metrics.trustworthiness(images, cloud[:, :2]) == metrics.trustworthiness(
        cloud, cloud[:, :2]
    )


def test_the_nearest_known_samples_vote():
    known = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    accuracy = metrics.neighbour_accuracy(
        known, labels, [[0.05], [5.05], [4.0], [1.0]], [0, 1, 0, 0], neighbours=3
    )
    assert accuracy == 0.75


def test_a_sample_has_no_vote_on_itself():
    codes = np.array([[0.0], [1.0], [10.0], [11.5]])
    assert metrics.leave_one_out_accuracy(codes, np.array([0, 0, 1, 1]), neighbours=1) == 1
    assert metrics.leave_one_out_accuracy(codes, np.array([0, 1, 0, 1]), neighbours=1) == 0


@pytest.mark.parametrize("neighbours", [1, 4])
def test_both_accuracies_equal_those_of_the_usual_classifier(cloud, neighbours):
    from sklearn.model_selection import LeaveOneOut, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    labels = np.random.default_rng(2).integers(3, size=120)
    usual = KNeighborsClassifier(neighbours)
    assert metrics.leave_one_out_accuracy(cloud, labels, neighbours=neighbours) == pytest.approx(
        cross_val_score(usual, cloud, labels, cv=LeaveOneOut()).mean()
    )
    first, second = slice(80), slice(80, None)
    assert metrics.neighbour_accuracy(
        cloud[first], labels[first], cloud[second], labels[second], neighbours=neighbours
    ) == pytest.approx(usual.fit(cloud[first], labels[first]).score(cloud[second], labels[second]))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("count", "codes", "neighbours", "message"),
    [
        (12, np.zeros((11, 2)), 5, "very same samples"),
        (10, np.zeros((10, 2)), 5, "too few for 5 neighbours"),
        (12, np.full((12, 2), np.nan), 5, "NaN"),
        (12, np.zeros((12, 2)), 0, "neighbours is 0"),
    ],
)
def test_what_cannot_be_ranked_is_refused(measure, count, codes, neighbours, message):
    with pytest.raises(InputError, match=message):
        measure(np.arange(2.0 * count).reshape(count, 2), codes, neighbours=neighbours)


@pytest.mark.parametrize(
    ("known", "labels", "new", "new_labels", "message"),
    [
        (np.eye(3), [0, 1], np.eye(3), [0, 1, 2], "known_labels has shape"),
        (np.eye(3), [0, 1, 2], np.eye(3), [0.0, 1.0, 2.0], "whole numbers"),
        (np.eye(3), [0, 1, 2], np.eye(4), [0, 1, 2, 3], "one encoder"),
        (np.eye(2), [0, 1], np.eye(2), [0, 1], "5 neighbours are asked for and a sample has 2"),
    ],
)
def test_a_vote_that_cannot_be_held_is_refused(known, labels, new, new_labels, message):
    with pytest.raises(InputError, match=message):
        metrics.neighbour_accuracy(known, np.array(labels), new, np.array(new_labels))


def test_too_few_others_are_refused():
    with pytest.raises(InputError, match="a sample has 4"):
        metrics.leave_one_out_accuracy(np.eye(5), np.arange(5))
