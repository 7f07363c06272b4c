"""Training on sparse rows: the same as on dense ones, and the best weights by a measure."""

import numpy as np
import pytest
from scipy import sparse

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.models.sparse_input import SparseRows  # noqa: E402

DENSE = (np.random.default_rng(0).random((50, 12)) < 0.3).astype("float32")
SPARSE = sparse.csr_array(DENSE)


def model(dropout=0.2):
    pair = networks.dense(12, 3, hidden=(), output_activation="softmax")
    return models.MultinomialAutoencoder(*pair, dropout=dropout)


def fit(given, **settings):
    return training.fit_sparse(
        given, SPARSE, **{"epochs": 3, "batch_size": 16, "progress": False, **settings}
    )


def test_sparse_and_dense_training_end_with_the_same_weights():
    # Without chance: the two ways do not start with the same draw.
    one, other = model(dropout=0), model(dropout=0)
    history = fit(one, seed=4)
    expected = training.fit(
        other, DENSE, epochs=3, batch_size=16, seed=4, learning_rate=1e-3, progress=False
    )
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-5)
    for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-6)


def test_only_one_batch_is_dense_at_a_time(monkeypatch):
    sizes = []
    original = SparseRows.__getitem__

    def noted(self, which):
        found = original(self, which)
        sizes.append(found.shape)
        return found

    monkeypatch.setattr(SparseRows, "__getitem__", noted)
    fit(model(), epochs=2)
    assert max(sizes) == (16, 12)


def test_the_weights_of_the_best_epoch_are_kept():
    values = iter([0.1, 0.5, 0.3, 0.2, 0.9])
    seen = []

    def measure(given):
        seen.append([w.copy() for w in given.get_weights()])
        return next(values)

    given = model()
    history = fit(given, epochs=5, measure=measure, patience=2)
    assert history["val_measure"] == [0.1, 0.5, 0.3, 0.2]
    assert history.stopped_early
    for left, right in zip(given.get_weights(), seen[1], strict=True):
        np.testing.assert_array_equal(left, right)


def test_without_patience_all_epochs_are_run():
    history = fit(model(), epochs=4, measure=lambda given: 0.0)
    assert len(history.epochs) == 4
    assert not history.stopped_early


def test_an_interrupted_run_keeps_its_history(capsys):
    def measure(given):
        raise KeyboardInterrupt

    history = fit(model(), measure=measure, progress=True)
    assert history.interrupted
    assert "interrupted" in capsys.readouterr().out


def test_an_error_in_the_measure_is_not_swallowed():
    def measure(given):
        raise RuntimeError("the measure failed")

    with pytest.raises(RuntimeError, match="the measure failed"):
        fit(model(), measure=measure, progress=True)


@pytest.mark.parametrize(
    "bad",
    [{"epochs": 0}, {"batch_size": 0}, {"seed": -1}, {"learning_rate": 0},
     {"measure": lambda given: 0.0, "patience": 0}],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(InputError, match=list(bad)[-1]):
        fit(model(), **bad)
