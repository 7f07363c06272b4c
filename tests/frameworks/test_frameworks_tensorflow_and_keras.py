"""The two frameworks that come with the course, in the tests' own process."""

import numpy as np
import pytest
from frameworks_parity import assert_equal

pytestmark = pytest.mark.tensorflow

from aecourse import backend  # noqa: E402
from aecourse.frameworks import in_keras, in_tensorflow, worker  # noqa: E402
from aecourse.frameworks.weights import SHAPES  # noqa: E402
from aecourse.frameworks.worker import Arrays  # noqa: E402

MODULES = {"tensorflow": in_tensorflow, "keras": in_keras}

if backend.name() != "tensorflow":
    pytest.skip("compares TensorFlow with Keras on TensorFlow", allow_module_level=True)


@pytest.fixture(scope="module")
def results(job: Arrays) -> dict[str, Arrays]:
    """Return what each framework makes of the job."""
    return {name: worker.measure(module.Trainer, job) for name, module in MODULES.items()}


def test_the_same_weights_give_the_same_outputs_and_gradients(results: dict[str, Arrays]) -> None:
    assert_equal(results["keras"], results["tensorflow"])


def test_training_on_the_same_batches_goes_the_same_way(results: dict[str, Arrays]) -> None:
    np.testing.assert_allclose(
        results["keras"]["losses"], results["tensorflow"]["losses"], rtol=1e-4
    )
    np.testing.assert_allclose(
        results["keras"]["rebuilt"], results["tensorflow"]["rebuilt"], atol=1e-3
    )


@pytest.mark.parametrize("name", ["halve_1/kernel", "code/bias", "double_2/bias"])
def test_the_gradient_is_the_slope_of_the_loss(
    name: str, job: Arrays, results: dict[str, Arrays]
) -> None:
    """The frameworks could agree and be wrong: take some weights by differences."""
    start = {key: job[key] for key in SHAPES}
    slope = results["tensorflow"][f"gradient/{name}"]
    # A longer step crosses the bends of many rectifiers, a shorter one drowns in rounding.
    step = 2e-3 * np.sign(slope).astype("float32")
    losses = [
        in_tensorflow.Trainer({**start, name: start[name] + way * step})
        .loss_and_gradients(job["probe"])[0]
        for way in (1, -1)
    ]  # fmt: skip
    expected = 2 * 2e-3 * float(np.abs(slope).sum())
    assert losses[0] - losses[1] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("name", MODULES)
def test_a_step_changes_every_weight_and_the_report_has_them(
    name: str, job: Arrays, results: dict[str, Arrays]
) -> None:
    found = results[name]
    assert found["losses"].shape == found["seconds"].shape == (1,)
    assert (found["processor_seconds"] > 0).all()
    assert not np.array_equal(found["rebuilt"], found["reconstruction"])
    trainer = MODULES[name].Trainer({key: job[key] for key in SHAPES})
    trainer.train_epoch(job["images"], 10)
    after = trainer.weights()
    assert [key for key in SHAPES if np.array_equal(after[key], job[key])] == []


def test_without_weights_keras_starts_from_its_own_defaults(results: dict[str, Arrays]) -> None:
    kernel = results["keras"]["own_weight/code/kernel"]
    assert 0.98 * np.sqrt(6 / 816) < np.abs(kernel).max() <= np.sqrt(6 / 816)
    assert not results["keras"]["own_weight/code/bias"].any()
