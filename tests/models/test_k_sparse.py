"""k-sparse codes: which values are kept, in training and after it, and what learns from them."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.k_sparse import keep_largest  # noqa: E402

X = samples((12,))


def model(size=8, code_activation=None, **settings):
    pair = networks.dense(12, size, hidden=(), code_activation=code_activation)
    return models.KSparseAutoencoder(*pair, **{"active": 3, **settings})


def kept(values, count):
    return keras.ops.convert_to_numpy(keep_largest(np.array(values, "float32"), count))


def test_the_largest_values_are_kept_as_they_are_and_the_others_are_0():
    rows = [[1, -5, 3, 2], [-1, -2, -3, -4]]
    np.testing.assert_array_equal(kept(rows, 2), [[0, 0, 3, 2], [-1, -2, 0, 0]])
    np.testing.assert_array_equal(kept(rows, 4), rows)


def test_equal_values_do_not_let_more_units_through():
    assert sorted(kept([[2, 2, 2, 2]], 3)[0]) == [0, 2, 2, 2]


def test_codes_have_the_asked_number_of_units_on_in_training_and_in_test():
    trained = model(active=2, active_at_test=5)
    codes = keras.ops.convert_to_numpy(trained(X, training=True)["code"])
    assert np.all((codes != 0).sum(axis=1) == 2)
    assert np.all((trained.encode(X) != 0).sum(axis=1) == 5)
    values = keras.ops.convert_to_numpy(trained.encoder(X))
    np.testing.assert_array_equal(codes[codes != 0], values[codes != 0])


def test_as_many_units_are_on_in_test_as_in_training_unless_told_otherwise():
    assert np.all((model(active=2).encode(X) != 0).sum(axis=1) == 2)


def test_with_all_units_kept_it_is_the_plain_autoencoder():
    plain = models.Autoencoder(*networks.dense(12, 8, hidden=()))
    everything = model(active=8)
    for trained in (plain, everything):
        training.fit(trained, X, epochs=3, batch_size=16, progress=False)
    np.testing.assert_allclose(everything.encode(X), plain.encode(X), atol=1e-5)


def test_only_kept_units_learn():
    trained = model(size=3, active=2)
    kernel, bias = trained.encoder.get_weights()
    trained.encoder.set_weights([kernel, bias + np.array([50, 0, -50], "float32")])
    training.fit(trained, X, epochs=2, batch_size=16, progress=False)
    changed = np.abs(trained.encoder.get_weights()[0] - kernel).max(axis=0) > 0
    assert changed.tolist() == [True, True, False]


def test_training_makes_a_better_code_of_the_same_number_of_units():
    trained = model(active=2)
    before = trained.evaluate(X)["mse"]
    training.fit(trained, X, epochs=40, batch_size=16, learning_rate=0.01, progress=False)
    assert trained.evaluate(X)["mse"] < 0.5 * before


@pytest.mark.parametrize("name", ["active", "active_at_test"])
def test_no_more_units_can_be_kept_than_there_are(name):
    with pytest.raises(InputError, match=f"{name} is 9, but a code has 8 values; give at most 8"):
        model(**{name: 9})
    with pytest.raises(InputError, match=f"{name} is 0"):
        model(**{name: 0})
    with pytest.raises(InputError, match=f"{name} is 2.0"):
        model(**{name: 2.0})


def test_a_code_that_is_no_vector_is_refused():
    grid = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 1)])
    back = keras.Sequential([keras.Input((4, 4, 2)), keras.layers.Conv2D(1, 1)])
    with pytest.raises(InputError, match=r"codes of shape \(4, 4, 2\); KSparseAutoencoder needs"):
        models.KSparseAutoencoder(grid, back, active=1)
