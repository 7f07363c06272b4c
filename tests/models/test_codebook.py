"""The codebook by itself: what it finds, how it learns, and what it counts."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse.backend import keras  # noqa: E402
from aecourse.models.codebook import Codebook, perplexity_of  # noqa: E402

RNG = np.random.default_rng(0)


def codebook(vectors, counts=1.0, **settings):
    """Return a codebook that has learnt these vectors."""
    size, width = np.shape(vectors)
    settings = {"decay": 0.9, "revive_below": 0.0, "seed": 0, **settings}
    made = Codebook(size, width, **settings)
    made.vectors.assign(np.asarray(vectors, "float32"))
    made.counts.assign(np.broadcast_to(np.float32(counts), size))
    return made


def values(tensor):
    return keras.ops.convert_to_numpy(tensor)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


def test_the_index_is_that_of_the_nearest_code():
    vectors, x = normal(9, 3), normal(50, 4, 3)
    nearest, indices = map(values, codebook(vectors)(x))
    distances = np.square(x[..., None, :] - vectors).sum(axis=-1)
    np.testing.assert_array_equal(indices, distances.argmin(axis=-1))
    np.testing.assert_array_equal(nearest, vectors[indices])


def test_long_vectors_are_cut_into_pieces_that_are_quantised_one_by_one():
    vectors, x = normal(9, 3), normal(20, 6)
    whole, indices = map(values, codebook(vectors)(x))
    assert indices.shape == (20, 2)
    for piece in range(2):
        nearest, index = map(values, codebook(vectors)(x[:, 3 * piece : 3 * piece + 3]))
        np.testing.assert_array_equal(indices[:, piece], index)
        np.testing.assert_array_equal(whole[:, 3 * piece : 3 * piece + 3], nearest)


def test_a_step_of_training_is_that_of_the_paper():
    vectors, counts, x = normal(4, 2), np.float32([5, 1, 3, 2]), normal(30, 2)
    layer = codebook(vectors, counts, decay=0.8, revive_below=0.01)
    before, indices = map(values, layer(x, training=True))
    np.testing.assert_array_equal(before, vectors[indices])
    assigned = np.eye(4)[indices]
    new_counts = 0.8 * counts + 0.2 * assigned.sum(axis=0)
    new_sums = 0.8 * counts[:, None] * vectors + 0.2 * assigned.T @ x
    np.testing.assert_allclose(values(layer.counts), new_counts, rtol=1e-6)
    np.testing.assert_allclose(values(layer.vectors), new_sums / new_counts[:, None], atol=1e-6)


def test_with_clusters_far_apart_the_codes_become_their_means():
    clusters = [normal(20, 2) * 0.1 + centre for centre in ([0, 9], [9, 0], [-9, 0])]
    layer = codebook([[0, 5], [5, 0], [-5, 0]])
    for _ in range(200):
        layer(np.concatenate(clusters), training=True)
    means = [cluster.mean(axis=0) for cluster in clusters]
    np.testing.assert_allclose(values(layer.vectors), means, atol=1e-5)
    np.testing.assert_allclose(values(layer.counts), [20, 20, 20], rtol=1e-5)


def test_the_first_batch_starts_the_codes_with_vectors_of_its_own():
    layer = Codebook(3, 2, decay=0.9, revive_below=0.0, seed=0)
    x = 100 + normal(40, 2)
    quantised, indices = map(values, layer(x, training=True))
    assert {tuple(row) for row in quantised} <= {tuple(row) for row in x}
    # Nothing is remembered from before, so each is the mean of its vectors now.
    for code in np.unique(indices):
        mean = x[indices == code].mean(axis=0)
        np.testing.assert_allclose(values(layer.vectors)[code], mean, rtol=1e-5)
    # The second batch moves the nearest ones, and starts none anew.
    layer(x - 200, training=True)
    assert (values(layer.vectors).max(axis=1) > 90).sum() >= 2


def test_a_dead_code_becomes_a_vector_of_the_batch_and_a_living_one_does_not():
    x = normal(40, 2)
    vectors = np.concatenate([normal(2, 2), [[99, 99]]]).astype("float32")
    counts = [20, 20, 0.5]
    revived, left = (codebook(vectors, counts, revive_below=share) for share in (0.1, 0))
    for layer in (revived, left):
        layer(x, training=True)
    assert tuple(values(revived.vectors)[2]) in {tuple(row) for row in x}
    np.testing.assert_array_equal(values(left.vectors)[2], vectors[2])
    np.testing.assert_array_equal(values(left.vectors)[:2], values(revived.vectors)[:2])
    # It starts with the count of an average code, and so has time to find its place.
    assert values(revived.counts)[2] == pytest.approx(values(left.counts).mean())


def test_a_code_unused_for_ever_stays_a_number():
    layer = codebook([[0.0], [50.0]], counts=[1, 1e-38])
    for _ in range(30):
        layer(np.zeros((4, 1), "float32"), training=True)
    np.testing.assert_array_equal(values(layer.vectors), [[0], [50]])


def test_looking_up_changes_nothing():
    layer = codebook(normal(4, 2), revive_below=0.5)
    before = [values(variable) for variable in layer.variables]
    layer(normal(10, 2))
    for left, right in zip(before, layer.variables, strict=True):
        np.testing.assert_array_equal(left, values(right))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([7, 0, 0, 0], 1), ([3, 3, 3, 3], 4), ([2, 1, 1, 0], 2**1.5), ([5, 5, 0, 0], 2)],
)
def test_perplexity_is_the_number_of_equally_frequent_codes(counts, expected):
    assert float(perplexity_of(np.float32(counts))) == pytest.approx(expected, rel=1e-6)
