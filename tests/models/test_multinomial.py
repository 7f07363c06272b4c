"""Autoencoders of choices: the likelihood, what the encoder sees, and sparse rows."""

import numpy as np
import pytest
from scipy import sparse, stats

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.multinomial import multinomial  # noqa: E402
from aecourse.models.sparse_input import SparseBatches, SparseRows  # noqa: E402

ITEMS = 12
DENSE = (np.random.default_rng(0).random((30, ITEMS)) < 0.3).astype("float32")
SPARSE = sparse.csr_array(DENSE)
KINDS = [models.MultinomialAutoencoder, models.MultinomialVariationalAutoencoder]


def model(kind=models.MultinomialAutoencoder, size=ITEMS, **settings):
    pair = networks.dense(size, 3, hidden=(), output_activation="softmax")
    return kind(*pair, **settings)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def tensor(array):
    return keras.ops.convert_to_tensor(array, dtype="float32")


def test_the_likelihood_is_that_of_the_multinomial_distribution():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 4, (6, 5))
    shares = rng.dirichlet(np.ones(5), 6)
    found = array(multinomial(tensor(counts), tensor(shares)))
    expected = [
        stats.multinomial.logpmf(n, n.sum(), p) for n, p in zip(counts, shares, strict=True)
    ]
    # The number of orders is left out.
    orders = [
        stats.multinomial.logpmf(n, n.sum(), [1 / 5] * 5) + n.sum() * np.log(5) for n in counts
    ]
    np.testing.assert_allclose(-found, np.subtract(expected, orders), rtol=1e-4)


def test_an_impossible_choice_costs_much_and_stays_finite():
    assert np.isfinite(array(multinomial(tensor([[1, 1]]), tensor([[1, 0]]))))


@pytest.mark.parametrize("kind", KINDS)
def test_the_reconstruction_is_a_distribution_over_the_items(kind):
    shares = model(kind).reconstruct(DENSE)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert shares.min() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_how_often_all_was_chosen_makes_no_difference_to_the_code(kind):
    given = model(kind)
    np.testing.assert_allclose(given.encode(DENSE), given.encode(5 * DENSE), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_user_of_whom_nothing_is_known_has_finite_scores(kind):
    assert np.isfinite(model(kind).reconstruct(np.zeros((1, ITEMS), "float32"))).all()


def test_choices_are_left_out_in_training_only():
    given = model(dropout=0.5)
    x = keras.ops.ones((200, ITEMS))
    calm, shaken = (array(given.seen(x, training=training)) for training in (False, True))
    np.testing.assert_allclose(calm, 1 / np.sqrt(ITEMS), rtol=1e-5)
    assert (shaken == 0).mean() == pytest.approx(0.5, abs=0.05)
    # On average the sum stays: what is kept counts double.
    assert shaken.mean() == pytest.approx(calm.mean(), rel=0.1)


def test_the_weight_of_the_kl_divergence_rises_to_its_cap():
    given = model(models.MultinomialVariationalAutoencoder, beta=0.2, warm_up=4)
    reached = []
    for _ in range(6):
        given(keras.ops.convert_to_tensor(DENSE), training=True)
        reached.append(float(given.weight(training=True)))
    np.testing.assert_allclose(reached, [0.05, 0.1, 0.15, 0.2, 0.2, 0.2], rtol=1e-5)
    assert given.weight(training=False) == 0.2


def test_the_penalty_is_half_the_squared_weights_without_the_biases():
    given = model(weight_penalty=0.1)
    logs = given.evaluate(DENSE)
    kernels = [w for w in given.get_weights() if w.ndim > 1]
    assert len(kernels) == 2
    expected = sum(np.square(kernel).sum() for kernel in kernels) / 2
    assert logs["weights"] == pytest.approx(expected, rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.1 * expected, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_training_finds_what_goes_together(kind):
    # Two groups of items; nobody likes both.
    x = np.kron(np.eye(2), np.ones((40, ITEMS // 2))).astype("float32")
    given = model(kind, dropout=0.5)
    training.fit_sparse(
        given, sparse.csr_array(x), epochs=12, batch_size=16, learning_rate=0.1, progress=False
    )
    asked = np.zeros((1, ITEMS), "float32")
    asked[0, 0] = 1
    shares = given.reconstruct(asked)[0]
    assert shares[: ITEMS // 2].min() > 3 * shares[ITEMS // 2 :].max()


def test_a_decoder_without_a_softmax_is_refused():
    pair = networks.dense(ITEMS, 3, output_activation="sigmoid")
    with pytest.raises(InputError, match="output_activation='softmax'"):
        models.MultinomialAutoencoder(*pair)


def test_images_are_refused():
    pair = networks.dense((4, 3), 3, output_activation="softmax")
    with pytest.raises(InputError, match="needs vectors"):
        models.MultinomialAutoencoder(*pair)


def test_settings_that_make_no_sense_are_refused():
    for bad in ({"dropout": 1}, {"weight_penalty": -1}, {"seed": -1}):
        with pytest.raises(InputError):
            model(**bad)


# --- sparse rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_sparse_rows_give_what_dense_ones_give(kind):
    given = model(kind)
    np.testing.assert_array_equal(given.encode(SPARSE), given.encode(DENSE))
    np.testing.assert_array_equal(given.reconstruct(SPARSE), given.reconstruct(DENSE))


def test_evaluation_of_sparse_rows_gives_what_that_of_dense_ones_gives():
    given = model(weight_penalty=0.1)
    expected = given.evaluate(DENSE)
    for logs in (given.evaluate(SPARSE), given.evaluate(SPARSE, batch_size=7)):
        assert logs == pytest.approx(expected, rel=1e-5)


def test_a_sparse_matrix_is_never_dense_as_a_whole():
    rows = SparseRows(SPARSE)
    assert len(rows) == 30
    np.testing.assert_array_equal(rows[3:5], DENSE[3:5])
    with pytest.raises(InputError, match=r"training\.fit_sparse"):
        np.asarray(rows)


def test_each_epoch_has_its_own_order():
    batches = SparseBatches(SparseRows(SPARSE), 16, lambda epoch: np.roll(np.arange(30), epoch))
    assert len(batches) == 2
    np.testing.assert_array_equal(batches[1][0], DENSE[16:])
    batches.start(1)
    np.testing.assert_array_equal(batches[0][0], DENSE[np.r_[29, 0:15]])


def damaged(value):
    matrix = SPARSE.copy()
    matrix.data[0] = value
    return matrix


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (SPARSE[:, :-1], r"shape \(30, 11\); expected \(samples, 12\)"),
        (SPARSE[:0], "at least one sample"),
        (damaged(np.nan), "NaN or infinite"),
        (damaged(-1), "holds -1"),
    ],
)
def test_bad_sparse_rows_are_refused_at_every_door(bad, message):
    given = model()

    def fit(x):
        training.fit_sparse(given, x, epochs=1, progress=False)

    for door in (given.encode, given.reconstruct, given.evaluate, fit):
        with pytest.raises(InputError, match=message):
            door(bad)


def test_negative_choices_are_refused_in_dense_rows_too():
    with pytest.raises(InputError, match="0 or more"):
        model().encode(-DENSE)
