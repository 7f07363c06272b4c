"""The regularised autoencoder: small codes, a smooth decoder, and a density fitted afterwards."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

X = samples((12,), count=60)


def build(pair=None, **settings):
    pair = pair or networks.dense(12, 3, hidden=(8,))
    return models.RegularizedAutoencoder(*pair, **{"components": 2, **settings})


def train(model, epochs=1):
    model.compile(model.optimizer_at(0.01), run_eagerly=True)
    training.fit(model, X, epochs=epochs, batch_size=20, progress=False)
    return model


def draws(model, count, seed=0):
    return model._draw(count, np.random.default_rng(seed))


def test_the_terms_are_half_the_squared_code_and_the_decoders_squared_weights():
    model = build(code_weight=0.5, decoder_weight=0.25)
    logs = model.evaluate(X)
    expected = 0.5 * np.square(model.encode(X)).sum(axis=1).mean()
    assert logs["code_norm"] == pytest.approx(expected, rel=1e-5)
    kernels = [weights for weights in model.decoder.get_weights() if weights.ndim == 2]
    assert len(kernels) == 2
    assert logs["decoder_norm"] == pytest.approx(
        sum(np.square(kernel).sum() for kernel in kernels), rel=1e-5
    )
    assert logs["loss"] == pytest.approx(
        logs["reconstruction"] + 0.5 * logs["code_norm"] + 0.25 * logs["decoder_norm"], rel=1e-6
    )


def test_each_term_makes_what_it_weighs_smaller():
    plain = train(build(code_weight=0, decoder_weight=0), epochs=10).evaluate(X)
    small_codes = train(build(code_weight=1, decoder_weight=0), epochs=10).evaluate(X)
    small_weights = train(build(code_weight=0, decoder_weight=1), epochs=10).evaluate(X)
    assert small_codes["code_norm"] < 0.5 * plain["code_norm"]
    assert small_weights["decoder_norm"] < 0.9 * plain["decoder_norm"]


def test_there_is_nothing_to_sample_before_a_density_is_fitted():
    with pytest.raises(InputError, match=r"call fit_density\(x\)"):
        build().sample(3)


def test_training_makes_the_density_out_of_date():
    model = train(build())
    model.fit_density(X)
    model.sample(3)
    model.evaluate(X)
    model.sample(3)
    train(model)
    with pytest.raises(InputError, match="training has changed the codes"):
        model.sample(3)


def test_one_component_is_the_gaussian_of_the_codes():
    model = train(build(components=1))
    model.fit_density(X)
    codes, drawn = model.encode(X), draws(model, 50_000)
    np.testing.assert_allclose(drawn.mean(axis=0), codes.mean(axis=0), atol=0.02)
    expected = np.cov(codes.T, bias=True)
    np.testing.assert_allclose(np.cov(drawn.T), expected, atol=0.03 * np.abs(expected).max())


def test_draws_come_from_every_component_by_its_share():
    model = build()
    model.shares.assign([0.25, 0.75])
    model.means.assign([[-100.0, 0, 0], [100.0, 0, 0]])
    model.factors.assign(np.stack([np.eye(3), 2 * np.eye(3)]))
    drawn = draws(model, 20_000)
    left = drawn[:, 0] < 0
    assert left.mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(drawn[left].std(axis=0), 1, atol=0.05)
    np.testing.assert_allclose(drawn[~left].std(axis=0), 2, atol=0.05)


def test_two_clumps_of_codes_are_found():
    # A linear encoder whose code is the sample's first three values.
    model = build(networks.dense(12, 3, hidden=(), output_activation=None))
    model.encoder.set_weights([np.eye(12, 3, dtype="float32"), np.zeros(3, "float32")])
    x = np.random.default_rng(0).normal(size=(300, 12)).astype("float32")
    x[:100, 0] += 20
    model.fit_density(x)
    order = np.argsort(np.asarray(model.shares))
    np.testing.assert_allclose(np.asarray(model.shares)[order], [1 / 3, 2 / 3], atol=1e-3)
    np.testing.assert_allclose(np.asarray(model.means)[order, 0], [20, 0], atol=0.3)


def test_the_density_is_saved_with_the_model(tmp_path):
    model = train(build())
    model.fit_density(X)
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.sample(5, seed=3), model.sample(5, seed=3))
    np.testing.assert_array_equal(loaded.reconstruct(X), model.reconstruct(X))


def test_two_fits_with_one_seed_are_equal():
    model = train(build())
    model.fit_density(X, seed=4)
    first = model.sample(5)
    model.fit_density(X, seed=4)
    np.testing.assert_array_equal(model.sample(5), first)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"code_weight": -1}, "code_weight is -1"),
        ({"decoder_weight": -1}, "decoder_weight is -1"),
        ({"components": 0}, "components is 0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        build(**settings)


def test_too_few_samples_for_the_mixture_are_refused():
    with pytest.raises(InputError, match="x has 9 samples for 5 components; give at least 10"):
        build(components=5).fit_density(X[:9])


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (2.5, 0), (3, -1)])
def test_a_draw_that_makes_no_sense_is_refused(count, seed):
    with pytest.raises(InputError, match=r"(count|seed) is"):
        build().sample(count, seed=seed)
