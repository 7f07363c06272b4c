"""The prior over indices: what it may see, what it learns, and what it draws."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

STEPS = np.array([[0.8, 0.2, 0.0], [0.0, 0.1, 0.9], [0.5, 0.0, 0.5]])
START = np.array([0.2, 0.3, 0.5])
LENGTH = 6


def chain(count, seed):
    """Return sequences in which each index depends on the one before."""
    draws = np.random.default_rng(seed).random((LENGTH, count, 1))
    x = np.empty((count, LENGTH), np.int32)
    for place in range(LENGTH):
        shares = STEPS[x[:, place - 1]] if place else np.tile(START, (count, 1))
        x[:, place] = (shares.cumsum(axis=1) < draws[place]).sum(axis=1)
    return x


def train(prior, x, **settings):
    settings = {"epochs": 8, "batch_size": 100, "schedule": "cosine", **settings}
    return training.fit(prior, x, learning_rate=0.03, progress=False, **settings)


@pytest.fixture(scope="module")
def learnt():
    prior = models.CodePrior((LENGTH,), 3, units=16)
    train(prior, chain(2000, seed=0))
    return prior


def test_a_chain_is_learnt_close_to_its_entropy_and_below_what_places_tell_alone(learnt):
    x = chain(1000, seed=1)
    surprise = learnt.negative_log_likelihood(x)
    assert surprise.shape == (1000,)
    true = -np.log(START[x[:, 0]]) - np.log(STEPS[x[:, :-1], x[:, 1:]]).sum(axis=1)
    alone = np.stack([(x == code).mean(axis=0) for code in range(3)])
    factorised = -(alone * np.log(alone)).sum()
    assert surprise.mean() == pytest.approx(true.mean(), abs=0.1)
    assert surprise.mean() < factorised - 1


def test_draws_have_the_frequencies_of_the_chain(learnt):
    drawn = learnt.sample(2000, seed=0)
    assert drawn.shape == (2000, LENGTH)
    np.testing.assert_allclose(np.bincount(drawn[:, 0], minlength=3) / 2000, START, atol=0.06)
    pairs = np.zeros((3, 3))
    np.add.at(pairs, (drawn[:, :-1], drawn[:, 1:]), 1)
    np.testing.assert_allclose(pairs / pairs.sum(axis=1, keepdims=True), STEPS, atol=0.06)


def test_draws_repeat_by_their_seed(learnt):
    np.testing.assert_array_equal(learnt.sample(20, seed=1), learnt.sample(20, seed=1))
    assert (learnt.sample(20, seed=1) != learnt.sample(20, seed=2)).any()


@pytest.mark.parametrize("positions", [(5,), (3, 4), (2, 3, 2)])
def test_a_place_sees_those_before_it_and_no_others(positions):
    prior = models.CodePrior(positions, 4, units=8)
    x = np.random.default_rng(0).integers(0, 4, (6, *positions)).astype("int32")
    places = prior.places
    scores = keras.ops.convert_to_numpy(prior(x))
    for place in range(places):
        changed = x.reshape(6, -1).copy()
        changed[:, place] = (changed[:, place] + 1) % 4
        after = keras.ops.convert_to_numpy(prior(changed.reshape(x.shape)))
        different = np.abs(after - scores).max(axis=(0, 2)) > 1e-7
        assert not different[: place + 1].any()
        assert different[place + 1 : place + 2].all()


def test_the_code_above_in_a_grid_is_told():
    # The second row repeats the first, which is too long for a small memory to keep.
    x = np.random.default_rng(0).integers(0, 2, (500, 1, 12)).repeat(2, axis=1)
    prior = models.CodePrior((2, 12), 2, units=8)
    train(prior, x[:400], batch_size=40)
    surprise = prior.negative_log_likelihood(x[400:]).mean()
    assert surprise == pytest.approx(12 * np.log(2), rel=0.03)


def test_it_draws_codes_for_a_vector_quantised_autoencoder():
    pair = networks.convolutional_grid((9, 10, 3), 2, filters=(4, 4))
    vq = models.VectorQuantizedAutoencoder(*pair, codebook_size=5)
    prior = models.CodePrior(vq.positions, vq.codebook_size, units=4)
    indices = vq.encode_indices(samples((9, 10, 3)))
    assert prior.negative_log_likelihood(indices).shape == (len(indices),)
    assert vq.decode_indices(prior.sample(7)).shape == (7, 9, 10, 3)


def test_a_saved_prior_draws_the_same_and_can_be_trained_on(learnt, tmp_path):
    learnt.save(tmp_path / "prior.keras")
    loaded = models.load(tmp_path / "prior.keras")
    assert (loaded.positions, loaded.codebook_size, loaded.units) == ((LENGTH,), 3, 16)
    np.testing.assert_array_equal(loaded.sample(50, seed=4), learnt.sample(50, seed=4))
    for left, right in zip(loaded.optimizer.variables, learnt.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (left, right)))


def test_a_resumed_run_ends_with_the_weights_of_the_unbroken_one(tmp_path):
    x = chain(90, seed=0)
    unbroken, first, second = (models.CodePrior((LENGTH,), 3, units=4) for _ in range(3))
    same = {"batch_size": 40, "schedule": "constant", "validation_data": x}
    expected = train(unbroken, x, epochs=3, **same)
    train(first, x, epochs=1, checkpoint=tmp_path, **same)
    resumed = train(second, x, epochs=3, checkpoint=tmp_path, **same)
    assert resumed.metrics == expected.metrics
    for left, right in zip(unbroken.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
    # The logged loss is that of the samples, whatever the batches.
    assert expected["val_loss"][-1] == pytest.approx(
        unbroken.negative_log_likelihood(x).mean(), rel=1e-5
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"positions": 7}, r"positions is 7; give the shape .* such as \(7, 7\)"),
        ({"positions": (7, 0)}, r"positions\[1\] is 0"),
        ({"codebook_size": 1}, "codebook_size is 1"),
        ({"units": 1}, "units is 1"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        models.CodePrior(**{"positions": (2, 2), "codebook_size": 3, **settings})


def test_what_is_no_code_is_refused_at_every_door(learnt):
    x = chain(4, seed=0)
    for bad, message in [
        (x[:, :-1], r"has shape \(4, 5\); expected \(samples, 6\)"),
        (x / 2, "has dtype float64"),
        (x + 1, "the codebook has 3 codes"),
    ]:
        for door in (learnt.negative_log_likelihood, lambda given: train(learnt, given)):
            with pytest.raises(InputError, match=message):
                door(bad)
    with pytest.raises(InputError, match="count is 0"):
        learnt.sample(0)
    with pytest.raises(InputError, match="seed is -1"):
        learnt.sample(1, seed=-1)
