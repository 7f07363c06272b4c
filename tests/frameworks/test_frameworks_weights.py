"""The weights that all frameworks are given."""

import numpy as np
import pytest

from aecourse.frameworks import weights


@pytest.fixture
def start() -> weights.Weights:
    """Return starting weights with biases that are not zero."""
    rng = np.random.default_rng(1)
    return {n: rng.normal(size=s).astype("float32") for n, s in weights.SHAPES.items()}


def test_the_starting_weights_follow_glorot_and_the_seed() -> None:
    start = weights.glorot(3)
    assert {name: array.shape for name, array in start.items()} == weights.SHAPES
    limit = np.sqrt(6 / (784 + 32))
    assert 0.99 * limit < np.abs(start["code/kernel"]).max() <= limit
    limit = np.sqrt(6 / (16 * (8 + 16)))
    assert 0.95 * limit < np.abs(start["halve_2/kernel"]).max() <= limit
    assert not any(array.any() for name, array in start.items() if name.endswith("bias"))
    again, other = weights.glorot(3), weights.glorot(4)
    assert all(np.array_equal(start[name], again[name]) for name in start)
    assert not np.array_equal(start["code/kernel"], other["code/kernel"])


def test_the_way_to_torch_and_back_changes_nothing(start: weights.Weights) -> None:
    back = weights.from_torch(weights.to_torch(start))
    assert list(back) == list(start)
    for name, array in start.items():
        np.testing.assert_array_equal(back[name], array, err_msg=name)


def test_torch_has_the_channels_first(start: weights.Weights) -> None:
    shapes = {name: array.shape for name, array in weights.to_torch(start).items()}
    assert shapes["halve_2/kernel"] == (16, 8, 4, 4)
    assert shapes["double_1/kernel"] == (16, 8, 4, 4)
    assert shapes["code/kernel"] == (32, 784)
    assert shapes["expand/kernel"] == (784, 32)


def test_a_dense_layer_gives_the_same_from_maps_in_either_order(start: weights.Weights) -> None:
    maps = np.random.default_rng(2).normal(size=weights.GRID)
    moved = weights.to_torch(start)
    code = maps.ravel() @ start["code/kernel"]
    np.testing.assert_allclose(
        moved["code/kernel"] @ maps.transpose(2, 0, 1).ravel(), code, rtol=1e-5, atol=1e-5
    )
    out = (code @ start["expand/kernel"] + start["expand/bias"]).reshape(weights.GRID)
    by_torch = moved["expand/kernel"] @ code + moved["expand/bias"]
    channels_first = by_torch.reshape(weights.GRID[2], *weights.GRID[:2])
    np.testing.assert_allclose(channels_first.transpose(1, 2, 0), out, rtol=1e-4, atol=1e-4)
