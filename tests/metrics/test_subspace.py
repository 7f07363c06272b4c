"""Angles between subspaces."""

import numpy as np
import pytest

from aecourse import metrics
from aecourse.errors import InputError


def test_another_basis_of_the_same_subspace_is_at_no_angle():
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(10, 3))
    angles = metrics.principal_angles(basis, basis @ rng.normal(size=(3, 3)))
    np.testing.assert_allclose(angles, 0, atol=1e-5)


def test_a_plane_tilted_by_thirty_degrees_has_that_angle():
    tilt = np.deg2rad(30)
    plane = np.array([[1, 0], [0, 1], [0, 0.0]])
    tilted = np.array([[1, 0], [0, np.cos(tilt)], [0, np.sin(tilt)]])
    np.testing.assert_allclose(metrics.principal_angles(plane, tilted), [0, 30], atol=1e-6)


def test_orthogonal_subspaces_of_different_size_are_at_right_angles():
    space = np.eye(5)
    np.testing.assert_allclose(metrics.principal_angles(space[:, :1], space[:, 2:4]), [90])


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.eye(3), np.eye(4), "Transpose"),
        (np.ones(3), np.eye(3), "matrix of column vectors"),
        (np.ones((3, 2)), np.eye(3), "span only 1"),
        (np.eye(4)[:2], np.eye(4)[:, :2], "not as rows"),
        (np.full((3, 1), np.nan), np.eye(3), "NaN"),
    ],
)
def test_what_is_no_basis_is_refused(a, b, message):
    with pytest.raises(InputError, match=message):
        metrics.principal_angles(a, b)
