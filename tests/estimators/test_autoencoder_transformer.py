"""The transformer: codes, rows in their own units, and the share of variance it explains."""

import pickle

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.tensorflow

from estimator_tables import plane  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from aecourse import models, networks  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.estimators import AutoencoderTransformer  # noqa: E402

X = plane()
QUICK = {"epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def linear():
    """Return a linear autoencoder, trained to its end."""
    return AutoencoderTransformer(2, hidden=(), epochs=300, learning_rate=0.01, random_state=0).fit(
        X
    )


def test_without_hidden_layers_it_explains_what_pca_explains(linear):
    standardised = StandardScaler().fit_transform(X)
    pca = PCA(2).fit(standardised)
    assert linear.score(X) == pytest.approx(pca.explained_variance_ratio_.sum(), abs=0.005)


def test_along_a_curve_one_component_explains_more_than_one_of_pca():
    angle = np.random.default_rng(0).uniform(0, 1.5 * np.pi, 200)
    curve = np.column_stack([np.cos(angle), np.sin(angle)])
    pca = PCA(1).fit(curve)
    model = AutoencoderTransformer(1, learning_rate=0.02, epochs=60, random_state=0).fit(curve)
    assert model.score(curve) > 0.9 > pca.explained_variance_ratio_.sum()


def test_rows_come_back_in_their_own_units(linear):
    rebuilt = linear.inverse_transform(linear.transform(X))
    assert rebuilt.dtype == np.float64
    errors = np.square(rebuilt - X).mean(axis=0) / X.var(axis=0)
    assert errors.max() < 0.05
    assert 1 - errors.mean() == pytest.approx(linear.score(X), abs=1e-5)


def test_a_large_mean_does_not_drown_in_single_precision(linear):
    shifted = X[:, :2] + 1e9
    model = AutoencoderTransformer(2, hidden=(), epochs=40, learning_rate=0.05, random_state=0)
    rebuilt = model.fit(shifted).inverse_transform(model.transform(shifted))
    assert np.abs(rebuilt - shifted).max() < 0.1 * shifted.std(axis=0).max()


def test_codes_have_names():
    model = AutoencoderTransformer(3, **QUICK).set_output(transform="pandas")
    table = pd.DataFrame(X, index=range(100, 100 + len(X)))
    table.columns = [f"sensor {number}" for number in range(6)]
    codes = model.fit_transform(table)
    names = [f"autoencodertransformer{number}" for number in range(3)]
    assert list(codes.columns) == names
    assert list(model.get_feature_names_out()) == names
    assert list(codes.index) == list(table.index)
    assert model.inverse_transform(codes).shape == X.shape


def test_it_works_in_a_pipeline_and_a_grid_search():
    labels = (X[:, 0] > np.median(X[:, 0])).astype(int)
    pipeline = make_pipeline(AutoencoderTransformer(**QUICK), LogisticRegression())
    grid = {"autoencodertransformer__n_components": [1, 2]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, labels)
    assert search.best_estimator_.predict(X).shape == labels.shape


def test_its_own_score_chooses_in_a_grid_search():
    model = AutoencoderTransformer(
        epochs=20, learning_rate=0.03, early_stopping=None, random_state=0
    )
    search = GridSearchCV(model, {"n_components": [1, 2]}, cv=2, error_score="raise").fit(X)
    assert search.best_params_ == {"n_components": 2}


def denoising(features, n_components, seed):
    pair = networks.dense(features, n_components, output_activation=None, seed=seed)
    return models.DenoisingAutoencoder(*pair, level=0.5, seed=seed)


def variational(features, n_components, seed):
    pair = networks.dense(features, n_components, output_activation=None, seed=seed)
    return models.VariationalAutoencoder(*pair, reconstruction="gaussian", seed=seed)


def quantised(features, n_components, seed):
    encoder, decoder = networks.dense(features, n_components, output_activation=None, seed=seed)
    return models.VectorQuantizedAutoencoder(encoder, decoder, vector_size=1, seed=seed)


def in_patches(features, n_components, seed):
    """Return an autoencoder whose code has two axes."""
    from aecourse.backend import keras

    encoder, decoder = networks.dense(features, 2 * n_components, output_activation=None, seed=seed)
    fold = keras.layers.Reshape((2, n_components))
    flat = keras.Input((2, n_components))
    return models.Autoencoder(
        keras.Model(encoder.input, fold(encoder.output)),
        keras.Model(flat, decoder(keras.layers.Flatten()(flat))),
    )


@pytest.mark.parametrize(
    ("build", "kind", "values"),
    [
        (denoising, models.DenoisingAutoencoder, 3),
        (variational, models.VariationalAutoencoder, 3),
        (quantised, models.VectorQuantizedAutoencoder, 3),
        (in_patches, models.Autoencoder, 6),
    ],
)
def test_any_variant_can_be_used(build, kind, values):
    model = AutoencoderTransformer(3, build=build, **QUICK).fit(X)
    assert type(model.model_) is kind
    codes = model.transform(X)
    assert codes.shape == (len(X), values)
    assert len(model.get_feature_names_out()) == values
    assert model.inverse_transform(codes).shape == X.shape
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.transform(X), codes)
    again = AutoencoderTransformer(3, build=build, **QUICK).fit(X)
    np.testing.assert_array_equal(again.transform(X), codes)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda features, n_components, seed: None, "build returned NoneType"),
        (lambda features, n_components, seed: denoising(4, 2, seed), r"\(4,\).*6 features"),
    ],
)
def test_what_build_returns_is_checked(build, message):
    with pytest.raises(InputError, match=message):
        AutoencoderTransformer(build=build, **QUICK).fit(X)


def test_codes_of_another_length_are_refused(linear):
    with pytest.raises(InputError, match="the codes have 3 values; the model's have 2"):
        linear.inverse_transform(np.zeros((4, 3)))


def test_equal_rows_have_no_variance_to_explain(linear):
    with pytest.raises(InputError, match="no variance to explain"):
        linear.score(X[:1])
