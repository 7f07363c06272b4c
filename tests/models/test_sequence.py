"""The autoencoder of word sequences: its loss in nats, its hidden words, and what it writes."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

from aecourse import models, networks, training  # noqa: E402
from aecourse.backend import keras  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.text import END, PADDING, START, UNKNOWN  # noqa: E402

WORDS, LENGTH = 9, 5


def model(cell="lstm", seed=0, code_size=8, **settings):
    pair = networks.text_recurrent(
        WORDS, LENGTH, code_size, embedding_size=8, units=16, cell=cell, seed=seed
    )
    return models.SequenceAutoencoder(*pair, **settings)


def texts(count=64, seed=0):
    """Return texts of one to four words: the first one says how often the second is repeated."""
    rng = np.random.default_rng(seed)
    found = np.zeros((count, LENGTH), np.int32)
    for row in found:
        times = rng.integers(1, 4)
        row[0] = 3 + times
        row[1 : 1 + times] = rng.choice([7, 8])
        row[1 + times] = END
    return found


@pytest.fixture(scope="module")
def trained():
    built = model()
    history = training.fit(
        built,
        texts(256),
        validation_data=texts(64, seed=1),
        epochs=40,
        batch_size=32,
        learning_rate=1e-2,
        progress=False,
    )
    return built, history


def by_hand(built, x):
    """Return the negative log likelihood of each text, word by word in NumPy."""
    before = np.concatenate([np.full((len(x), 1), START), x[:, :-1]], axis=1)
    scores = keras.ops.convert_to_numpy(built.decoder([built.encode(x), before])).astype(float)
    chances = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    each = np.take_along_axis(chances, x[:, :, None], axis=2)[:, :, 0]
    return -np.where(x == PADDING, 0, each).sum(axis=1)


def test_the_loss_is_the_cross_entropy_in_nats_without_the_padding():
    built, x = model(), texts(20)
    nats = by_hand(built, x)
    logs = built.evaluate(x, batch_size=7)
    assert logs["loss"] == pytest.approx(nats.mean(), rel=1e-4)
    assert logs["reconstruction"] == pytest.approx(logs["loss"], rel=1e-5)
    assert logs["perplexity"] == pytest.approx(np.exp(nats.sum() / (x != PADDING).sum()), rel=1e-4)
    np.testing.assert_allclose(built.negative_log_likelihood(x), nats, rtol=1e-4)


def test_at_the_start_all_words_are_equally_likely():
    assert model().evaluate(texts())["perplexity"] == pytest.approx(WORDS, rel=0.05)


def test_it_soon_learns_which_word_follows_which():
    """A text goes through the words in one order; only where it begins is not known beforehand."""
    count, length = 40, 20
    first = np.random.default_rng(0).integers(count, size=1_000)
    x = (4 + (first[:, None] + np.arange(length)) % count).astype(np.int32)
    pair = networks.text_recurrent(4 + count, length, 8, embedding_size=32, units=32)
    built = models.SequenceAutoencoder(*pair)
    training.fit(built, x, epochs=5, batch_size=50, learning_rate=5e-3, progress=False)
    assert built.evaluate(x)["perplexity"] < 1.5


def test_it_learns_and_writes_what_it_has_read(trained):
    built, history = trained
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    held_out = texts(40, seed=2)
    assert (built.reconstruct(held_out) == held_out).all(axis=1).mean() > 0.9


def test_words_are_hidden_in_training_only():
    built = model(word_dropout=1.0)
    x = keras.ops.convert_to_tensor(texts(8))
    hidden, shown = (keras.ops.convert_to_numpy(built._before(x, told)) for told in (True, False))
    assert (hidden[:, 0] == START).all()
    assert (hidden[:, 1:][shown[:, 1:] != PADDING] == UNKNOWN).all()
    np.testing.assert_array_equal(hidden == PADDING, shown == PADDING)
    np.testing.assert_array_equal(shown[:, 1:], texts(8)[:, :-1])


def test_hiding_words_changes_the_training():
    runs = [model(word_dropout=share) for share in (0.0, 0.5, 0.5)]
    for built in runs:
        training.fit(built, texts(), epochs=1, progress=False)
    plain, hidden, again = (built.get_weights()[0] for built in runs)
    assert np.any(plain != hidden)
    np.testing.assert_array_equal(hidden, again)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_greedy_writing_takes_the_likeliest_word_at_each_step(cell):
    built = model(cell, seed=3)
    codes = 5 * np.random.default_rng(0).normal(size=(6, 8)).astype("float32")
    written = built.decode(codes)
    before = np.full((6, 1), START)
    ended = np.zeros(6, bool)
    for place in range(LENGTH):
        scores = keras.ops.convert_to_numpy(built.decoder([codes, before]))[:, -1].copy()
        scores[:, [PADDING, START]] = -np.inf
        word = np.where(ended, PADDING, scores.argmax(axis=1))
        np.testing.assert_array_equal(written[:, place], word)
        ended |= word == END
        before = np.concatenate([before, word[:, None]], axis=1)


def test_a_wide_beam_finds_the_likeliest_text_and_greed_may_miss_it():
    pair = networks.text_recurrent(WORDS, 2, 8, embedding_size=8, units=16, seed=1)
    built = models.SequenceAutoencoder(*pair)
    # Clear opinions, but not always the same one.
    built.set_weights([3 * weights for weights in built.get_weights()])
    codes = np.random.default_rng(1).normal(size=(40, 8)).astype("float32")
    others = [word for word in range(WORDS) if word not in (PADDING, START)]
    first = np.repeat(others, len(others))
    every = np.stack([first, np.tile(others, len(others))], axis=1)
    every[first == END, 1] = PADDING

    def chances(code, rows):
        before = np.concatenate([np.full((len(rows), 1), START), rows[:, :-1]], axis=1)
        scores = built.decoder([np.repeat(code[None], len(rows), axis=0), before])
        scores = keras.ops.convert_to_numpy(scores).astype(float)
        each = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
        each = np.take_along_axis(each, rows[:, :, None], axis=2)[:, :, 0]
        return np.where(rows == PADDING, 0, each).sum(axis=1)

    written = [built.decode(codes, beam=beam) for beam in (1, 2, 7)]
    for place, code in enumerate(codes):
        greedy, narrow, wide = (chances(code, rows[place : place + 1])[0] for rows in written)
        assert wide == pytest.approx(chances(code, every).max(), abs=1e-4)
        assert wide >= narrow - 1e-4
        assert narrow >= greedy - 1e-4
    assert np.any(written[0] != written[2])


def test_decoding_does_not_depend_on_the_batches(trained):
    built, _ = trained
    codes = built.encode(texts(10, seed=4))
    whole = built.decode(codes, beam=3)
    np.testing.assert_array_equal(whole, built.decode(codes, beam=3, batch_size=4))


def test_a_saved_model_is_the_same(trained, tmp_path):
    built, _ = trained
    built.save(tmp_path / "texts.keras")
    loaded = models.load(tmp_path / "texts.keras")
    x = texts(10, seed=5)
    np.testing.assert_allclose(loaded.encode(x), built.encode(x), rtol=1e-5)
    np.testing.assert_array_equal(loaded.reconstruct(x), built.reconstruct(x))


def test_a_broken_run_goes_on_as_if_unbroken(tmp_path):
    def run(built, epochs, folder):
        training.fit(built, texts(), epochs=epochs, checkpoint=folder, progress=False)
        return built.get_weights()

    straight = run(model(word_dropout=0.5), 2, tmp_path / "one")
    run(model(word_dropout=0.5), 1, tmp_path / "two")
    resumed = run(model(word_dropout=0.5), 2, tmp_path / "two")
    for a, b in zip(straight, resumed, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 4), int), r"shape \(2, 4\); expected \(texts, 5\)"),
        (np.zeros((0, 5), int), r"shape \(0, 5\)"),
        (np.zeros((2, 5)), "dtype float64"),
        (np.full((2, 5), 9), "runs from 9 to 9"),
        (np.full((2, 5), -1), "runs from -1 to -1"),
        (np.array([[4, 3, 0, 0, 0], [0, 0, 0, 0, 0]]), r"x\[1\] begins with padding"),
    ],
)
def test_what_is_no_sequence_is_refused(x, message):
    with pytest.raises(InputError, match=message):
        model().encode(x)


def test_a_pair_that_does_not_fit_is_refused():
    good = networks.text_recurrent(WORDS, LENGTH, 8, embedding_size=8, units=16)
    other_code = networks.text_recurrent(WORDS, LENGTH, 4, embedding_size=8, units=16)
    other_words = networks.text_recurrent(7, LENGTH, 8, embedding_size=8, units=16)
    plain = networks.recurrent((5, 3), 8)
    for encoder, decoder, message in (
        (good[0], other_code[1], "codes of 8 values and the decoder takes 4"),
        (good[0], other_words[1], "knows 9 words and the decoder 7"),
        (good[0], plain[1], "no layers 'table'"),
    ):
        with pytest.raises(InputError, match=message):
            models.SequenceAutoencoder(encoder, decoder)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model(word_dropout=1.5), "word_dropout is 1.5"),
        (lambda: model(seed_of_words=1), "seed_of_words"),
        (lambda: model().decode(np.zeros((2, 8), "float32"), beam=0), "beam is 0"),
        (lambda: model().decode(np.zeros((2, 8), "float32"), beam=8), "at most 7 different words"),
        (lambda: model().decode(np.zeros((2, 3), "float32")), r"codes has shape \(2, 3\)"),
        (
            lambda: model().compute_loss(texts(2), y_pred={}, sample_weight=np.ones(2)),
            "sample_weight",
        ),
    ],
)
def test_wrong_use_is_named(call, message):
    with pytest.raises((InputError, TypeError, ValueError), match=message):
        call()
