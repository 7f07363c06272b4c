"""All four frameworks, each in a process of its own: same weights, same outputs and gradients."""

import numpy as np
import pytest
from frameworks_parity import assert_equal, start_of

from aecourse.frameworks import runner
from aecourse.frameworks.worker import Arrays

pytestmark = pytest.mark.backends

OTHERS = [name for name in runner.FRAMEWORKS if name != "tensorflow"]


@pytest.fixture(scope="module")
def results(job: Arrays) -> dict[str, Arrays]:
    """Return what each framework makes of the job."""
    return {
        name: runner.measure(
            name, job["images"], job["probe"], start_of(job), epochs=1, batch_size=10
        )
        for name in runner.FRAMEWORKS
    }


@pytest.mark.parametrize("name", OTHERS)
def test_the_same_weights_give_the_same_outputs_and_gradients(
    name: str, results: dict[str, Arrays]
) -> None:
    assert_equal(results[name], results["tensorflow"])


@pytest.mark.parametrize("name", OTHERS)
def test_training_on_the_same_batches_goes_the_same_way(
    name: str, results: dict[str, Arrays]
) -> None:
    np.testing.assert_allclose(results[name]["losses"], results["tensorflow"]["losses"], rtol=1e-4)


def test_pytorch_starts_from_smaller_weights_and_from_biases(results: dict[str, Arrays]) -> None:
    kernel = results["torch"]["own_weight/code/kernel"]
    assert 0.98 / np.sqrt(784) < np.abs(kernel).max() <= 1 / np.sqrt(784)
    assert results["torch"]["own_weight/code/bias"].any()


def test_equal_seeds_draw_other_numbers_on_another_backend(results: dict[str, Arrays]) -> None:
    one, other = (results[name]["own_weight/code/kernel"] for name in ("keras", "jax"))
    assert not np.array_equal(one, other)
    assert np.abs(other).max() == pytest.approx(np.abs(one).max(), rel=0.02)


def test_jax_refuses_another_backend() -> None:
    with pytest.raises(runner.CourseError, match="Keras runs on tensorflow; set KERAS_BACKEND=jax"):
        runner.run_code("keras", "import aecourse.frameworks.in_jax")
