"""The Wasserstein autoencoder: a whole batch of codes is drawn towards the prior."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import metrics, models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.wasserstein import squared_discrepancy  # noqa: E402

X = samples((12,), count=64)


def build(**settings):
    return models.WassersteinAutoencoder(*networks.dense(12, 3, hidden=(8,)), **settings)


def discrepancy(a, b):
    tensors = (keras.ops.convert_to_tensor(values.astype("float32")) for values in (a, b))
    return float(squared_discrepancy(*tensors))


def normal(count, size, seed):
    return np.random.default_rng(seed).normal(size=(count, size))


def test_the_term_is_the_metric_of_the_same_name_on_the_batch():
    a, b = normal(20, 3, 0), 1 + normal(20, 3, 1)
    assert discrepancy(a, b) == pytest.approx(metrics.maximum_mean_discrepancy(a, b), rel=1e-4)


def test_codes_with_several_axes_are_compared_as_one_vector():
    a, b = normal(10, 6, 0), normal(10, 6, 1)
    folded = discrepancy(a.reshape(10, 2, 3), b.reshape(10, 2, 3))
    assert folded == pytest.approx(discrepancy(a, b), rel=1e-5)


def test_a_single_sample_has_no_discrepancy_and_no_effect():
    assert discrepancy(normal(1, 3, 0), normal(1, 3, 1)) == 0
    logs = build().evaluate(X[:1])
    assert logs["mmd"] == 0
    assert logs["loss"] == pytest.approx(logs["reconstruction"], rel=1e-6)


def test_a_last_batch_of_one_sample_does_not_spoil_training():
    model = build(weight=1)
    model.compile(run_eagerly=True)
    history = training.fit(model, X[:9], epochs=2, batch_size=4, progress=False)
    assert np.isfinite(history["loss"]).all()
    assert np.isfinite(model.encode(X)).all()


def test_the_loss_adds_the_weighted_discrepancy():
    logs = build(weight=30).evaluate(X)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 30 * logs["mmd"], rel=1e-5)


def test_training_draws_the_codes_to_the_prior():
    x = samples((12,), count=256)

    def trained(weight):
        pair = networks.dense(12, 3, hidden=(32,))
        model = models.WassersteinAutoencoder(*pair, weight=weight)
        training.fit(model, x, epochs=50, batch_size=64, learning_rate=0.01, progress=False)
        return metrics.maximum_mean_discrepancy(model.encode(x), normal(2000, 3, 5))

    assert trained(200) < 0.02 < 0.1 < trained(0)


@pytest.mark.parametrize(
    ("settings", "message"), [({"weight": -1}, "weight is -1"), ({"seed": 0.5}, "seed is 0.5")]
)
def test_a_setting_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        build(**settings)
