"""The semi-supervised adversarial autoencoder: style and class, with few labels or none."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from catalogue import samples  # noqa: E402

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402

CLASSES = 3
X = samples((12,), count=60)
LABELS = np.arange(60) % CLASSES
NONE = np.full(60, -1)


def build(**settings):
    pair = networks.dense(12, 2, hidden=(8,), condition_size=CLASSES)
    return models.SemiSupervisedAdversarialAutoencoder(
        *pair, **{"classes": CLASSES, "discriminator_units": (8,), **settings}
    )


def train(model, x, epochs=2, batch_size=25):
    model.compile(model.optimizer_at(0.01), run_eagerly=True)
    return training.fit(model, x, epochs=epochs, batch_size=batch_size, progress=False)


def clusters(count, seed):
    """Return samples around one corner for each class, and their classes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, count)
    corners = np.repeat(np.eye(CLASSES), 4, axis=1) * 0.6 + 0.2
    return np.clip(corners[labels] + rng.normal(0, 0.1, (count, 12)), 0, 1).astype("f4"), labels


def test_the_loss_is_the_sum_of_its_terms():
    logs = build(weight=3, label_weight=7).evaluate((X, LABELS))
    adversarial = logs["style_adversarial"] + logs["class_adversarial"]
    expected = logs["reconstruction"] + 3 * adversarial + 7 * logs["label_cross_entropy"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_only_the_labelled_samples_enter_the_cross_entropy_and_all_share_it():
    model = build()
    train(model, (X, LABELS))
    labels = np.where(np.arange(60) < 15, LABELS, -1)
    likelihoods = model.predict_proba(X)[np.arange(15), labels[:15]]
    logs = model.evaluate((X, labels))
    assert logs["label_cross_entropy"] == pytest.approx(-np.log(likelihoods).sum() / 60, rel=1e-4)


def test_a_batch_without_labels_has_no_cross_entropy_and_still_trains():
    model = build(weight=0.1)
    assert model.evaluate((X, NONE))["label_cross_entropy"] == 0
    history = train(model, (X, NONE), epochs=5)
    assert np.isfinite(history["loss"]).all()
    assert history["reconstruction"][-1] < history["reconstruction"][0]


def test_few_labels_give_the_classes_their_names():
    x, labels = clusters(300, 0)
    known = np.where(np.arange(300) < 15, labels, -1)
    model = build(weight=0.1)
    training.fit(model, (x, known), epochs=20, batch_size=25, learning_rate=0.01, progress=False)
    unseen, expected = clusters(200, 1)
    assert (model.predict(unseen) == expected).mean() > 0.9


def test_probabilities_add_up_to_one_and_the_prediction_is_the_largest():
    model = build()
    train(model, (X, LABELS))
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (60, CLASSES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(model.predict(X), probabilities.argmax(axis=1))


def test_what_is_read_off_samples_does_not_look_at_labels():
    model = build()
    train(model, (X, LABELS))
    for function in (model.encode, model.reconstruct, model.predict, model.predict_proba):
        np.testing.assert_array_equal(function(X), function((X, LABELS)))
        np.testing.assert_array_equal(function(X), function((X, NONE)))


def test_the_reconstruction_is_decoded_from_style_and_probabilities():
    model = build()
    train(model, (X, LABELS))
    both = np.concatenate([model.encode(X), model.predict_proba(X)], axis=1)
    decoded = keras.ops.convert_to_numpy(model.decoder(both))
    np.testing.assert_allclose(model.reconstruct(X), decoded, atol=1e-6)


def test_the_wanted_class_reaches_the_decoder():
    model = build()
    first, second = model.sample([0, 0], seed=1), model.sample([1, 1], seed=1)
    assert np.abs(first - second).max() > 0
    np.testing.assert_array_equal(model.sample([0, 0], seed=1), first)


def test_a_missing_label_cannot_be_sampled_or_decoded():
    model = build()
    with pytest.raises(InputError, match="from 0 to 2"):
        model.sample([0, -1])
    with pytest.raises(InputError, match="from 0 to 2"):
        model.decode((np.zeros((2, 2), "float32"), [0, -1]))


def test_a_label_below_none_is_refused():
    with pytest.raises(InputError, match=r"from 0 to 2 \(-1 for none\)"):
        build().evaluate((X, NONE - 1))


def test_a_saved_model_gives_equal_predictions_and_samples(tmp_path):
    model = build()
    train(model, (X, LABELS))
    model.save(tmp_path / "model.keras")
    loaded = models.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.sample([0, 1, 2]), model.sample([0, 1, 2]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": 1}, "classes is 1"),
        ({"weight": -1}, "weight is -1"),
        ({"label_weight": -1}, "label_weight is -1"),
        ({"discriminator_units": 8}, "discriminator_units is 8"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        build(**settings)
