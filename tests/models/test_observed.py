"""An autoencoder of rows known in part: what counts, and what is filled in."""

import numpy as np
import pytest
from scipy import sparse

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402

RNG = np.random.default_rng(0)
FULL = (RNG.normal(size=(200, 2)) @ RNG.normal(size=(2, 12))).astype("float32")
KNOWN = RNG.random(FULL.shape) < 0.6
GIVEN = np.where(KNOWN, FULL, 0).astype("float32")


def model(**settings):
    return models.ObservedAutoencoder(
        *networks.dense(12, 4, hidden=(), output_activation=None), **settings
    )


def test_only_what_was_observed_counts():
    given = model(weight_penalty=0.5)
    errors = np.square(GIVEN - given.reconstruct(GIVEN)) * KNOWN
    logs = given.evaluate(GIVEN, batch_size=len(GIVEN))
    assert logs["reconstruction"] == pytest.approx(errors.sum() / len(GIVEN), rel=1e-5)
    assert logs["observed_mse"] == pytest.approx(errors.sum() / KNOWN.sum(), rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.5 * logs["weights"], rel=1e-5)


def test_what_is_missing_has_no_part_in_training():
    # Only the first value of each row is known, so the weights to the others never move.
    given = model()
    x = np.zeros_like(GIVEN)
    x[:, 0] = 1 + RNG.random(len(x))
    before = given.decoder.get_weights()[0].copy()
    training.fit_sparse(given, sparse.csr_array(x), epochs=1, progress=False)
    moved = np.abs(given.decoder.get_weights()[0] - before).max(axis=0)
    assert moved[0] > 0
    np.testing.assert_array_equal(moved[1:], 0)


def test_the_missing_values_are_filled_in():
    given = model()
    training.fit_sparse(
        given, sparse.csr_array(GIVEN), epochs=25, batch_size=40, learning_rate=0.03, progress=False
    )
    missing = ~KNOWN
    error = np.square(FULL - given.reconstruct(GIVEN))[missing].mean()
    assert error < 0.5 * np.square(FULL)[missing].mean()
