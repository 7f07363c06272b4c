import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from aecourse.errors import InputError
from aecourse.widgets import training_tuner

IMAGES = (load_digits().images / 16).astype("float32")
TRAIN, VALIDATION = IMAGES[:500], IMAGES[500:700]


@pytest.fixture(scope="module")
def tuned():
    return training_tuner(TRAIN, VALIDATION)


def test_a_run_learns_and_is_judged_beside_pca(tuned):
    poor = tuned.run(epochs=1)
    good = tuned.run(epochs=40)
    assert good["validation error"] < 0.5 * poor["validation error"]
    assert good["training"] == "finished"
    pca = PCA(8).fit(TRAIN.reshape(500, -1))
    x = VALIDATION.reshape(200, -1)
    expected = np.mean((pca.inverse_transform(pca.transform(x)) - x) ** 2)
    assert good["error of PCA"] == pytest.approx(expected, rel=1e-3)


def test_equal_settings_give_equal_errors(tuned):
    first, second = tuned.run(epochs=2), tuned.run(epochs=2)
    assert first["validation error"] == pytest.approx(second["validation error"], rel=1e-6)


def test_a_larger_code_loses_less(tuned):
    small, large = tuned.run(code_size=2, epochs=20), tuned.run(code_size=32, epochs=20)
    assert large["validation error"] < small["validation error"]


@pytest.mark.parametrize("optimiser", ["SGD", "momentum", "Adam"])
@pytest.mark.parametrize("scaling", ["none", "min–max", "z-score"])
def test_every_optimiser_learns_with_every_scaling(tuned, optimiser, scaling):
    settings = {"learning_rate": 3e-3, "optimiser": optimiser, "scaling": scaling}
    before = tuned.run(epochs=1, **settings)["validation error"]
    assert tuned.run(epochs=20, **settings)["validation error"] < 0.95 * before


def test_the_error_is_in_the_units_of_the_data_whatever_the_scaling():
    table = np.random.default_rng(0).random((300, 6))
    metres = training_tuner(table[:200], table[200:])
    millimetres = training_tuner(1000 * table[:200], 1000 * table[200:])
    for scaling in ("min–max", "z-score"):
        settings = {"scaling": scaling, "epochs": 3}
        assert millimetres.run(**settings)["validation error"] == pytest.approx(
            1000**2 * metres.run(**settings)["validation error"], rel=0.01
        )


def test_a_diverging_run_says_so_on_the_figure_and_is_never_the_best(tuned):
    summary = tuned.run(optimiser="SGD", learning_rate=1.0, epochs=5)
    assert summary["training"] == "diverged"
    assert np.isnan(summary["validation error"])
    assert "diverged" in tuned.figure.alt
    assert tuned.best["training"] == "finished"
    tuned.figure.png()


def test_tables_are_tuned_without_pictures():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(80, 5)) * [1, 10, 100, 1, 1]
    tuned = training_tuner(table[:60], table[60:])
    assert "images" not in tuned.figure.alt
    assert len(tuned.figure.axes) == 1


def test_the_button_runs_the_training_without_an_error(tuned):
    tuned.view().widgets["optimiser"].value = "momentum"
    tuned.view().button.click()
    assert tuned.errors == []
    assert "Done" in tuned.view().status.value


@pytest.mark.parametrize(
    ("train", "validation"),
    [(TRAIN, VALIDATION[:, :4]), (TRAIN[:0], VALIDATION), (TRAIN[:, 0, 0], VALIDATION[:, 0, 0])],
)
def test_data_that_do_not_fit_are_refused(train, validation):
    with pytest.raises(InputError, match="shape"):
        training_tuner(train, validation)


@pytest.mark.parametrize("shape", [(1, 8), (5, 1)])
def test_too_little_data_are_refused(shape):
    with pytest.raises(InputError, match="at least two"):
        training_tuner(np.zeros(shape), np.zeros(shape))
