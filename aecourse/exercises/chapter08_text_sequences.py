"""Exercises 8.3, 8.4 and 8.6: perplexity without padding, teacher forcing, what a path can show."""

from collections.abc import Callable
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call

PADDING, START, END = 0, 2, 3

# --- 8.3: perplexity without padding -------------------------------------------------------------


def word_nats(scores: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return minus the log probability of each true word."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log, words[..., None], axis=-1)[..., 0]


def losses(scores: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the negative log likelihood of each text in nats, its padding left out."""
    return (word_nats(scores, words) * (words != PADDING)).sum(axis=1)


def _over_places(scores: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the losses by a softmax over the places of a text, which is a mistake."""
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    true = np.take_along_axis(chances, words[..., None], axis=-1)[..., 0]
    return (-np.log(true) * (words != PADDING)).sum(axis=1)


def perplexity(scores: np.ndarray, words: np.ndarray) -> float:
    """Return the exponential of the nats that an average word takes."""
    return float(np.exp(losses(scores, words).sum() / (words != PADDING).sum()))


def _texts(rng: np.random.Generator, count: int, length: int, choices: int) -> np.ndarray:
    """Return texts of several lengths, each ended and filled up with padding."""
    words = rng.integers(4, choices, (count, length))
    for row, end in zip(words, np.linspace(1, length - 1, count).astype(int), strict=True):
        row[end] = END
        row[end + 1 :] = PADDING
    return words


def check_perplexity(answer: Any, perplexity: Any) -> str:
    """Exercise 8.3."""
    rng = np.random.default_rng(83)
    cases = []
    for count, length, choices in [(2, 4, 6), (5, 8, 10)]:
        scores = rng.normal(scale=2, size=(count, length, choices))
        cases.append((scores, _texts(rng, count, length, choices)))
    _check_losses(answer, cases)
    _check_whole(perplexity, cases)
    return (
        "Padding is no word, so it counts neither among the nats nor among the words. And the "
        "perplexity is that of all words together: an average over texts would let a text of two "
        "words count as much as one of two hundred."
    )


def _check_losses(answer: Any, cases: list[tuple[np.ndarray, np.ndarray]]) -> None:
    mistakes: dict[str, Callable[..., Any]] = {
        "The padding counts too. Multiply by `words != 0` before the sum.": (
            lambda s, w: word_nats(s, w).sum(axis=1)
        ),
        "The end of each text does not count in your sum. It is to be predicted like a word.": (
            lambda s, w: (word_nats(s, w) * (w > END)).sum(axis=1)
        ),
        "That is the mean over the words of each text; their sum is asked for.": (
            lambda s, w: losses(s, w) / (w != PADDING).sum(axis=1)
        ),
        "The sign is wrong: it is *minus* the logarithm of a probability.": (
            lambda s, w: -losses(s, w)
        ),
        "The scores are no logarithms of probabilities yet. Subtract the logarithm of the sum of "
        "their exponentials.": lambda s, w: (
            -np.take_along_axis(s, w[..., None], axis=-1)[..., 0] * (w != PADDING)
        ).sum(axis=1),
        "Those are probabilities. Take minus their logarithm.": lambda s, w: (
            np.exp(-word_nats(s, w)) * (w != PADDING)
        ).sum(axis=1),
        "That is in bits. Nats belong to the natural logarithm: use `np.log`.": (
            lambda s, w: losses(s, w) / np.log(2)
        ),
        "That is one number for all texts. Add up over the words of each text only: axis 1.": (
            lambda s, w: losses(s, w).sum()
        ),
        "The probabilities of one place do not add up to 1. The softmax is over the *words*, the "
        "last axis of `scores`.": _over_places,
        "The largest score is taken over the words, but the sum over the places of a text. Both "
        "belong to the last axis of `scores`.": (
            lambda s, w: _over_places(s - s.max(axis=-1, keepdims=True), w)
        ),
    }
    large = (cases[0][0] + 1_000, cases[0][1])  # exp overflows if nothing is subtracted before
    expect.function(answer, losses, cases, name="the result of `losses`", mistakes=mistakes)
    found = np.asarray(call(answer, *large), dtype=float)
    expect.require(
        np.isfinite(found).all(),
        "With scores of about 1,000 the result is not finite: the exponential overflows. Subtract "
        "the largest score of each word first; it changes no probability.",
    )
    expect.close(found, losses(*large), name="the result of `losses` for scores of about 1,000")


def _check_whole(answer: Any, cases: list[tuple[np.ndarray, np.ndarray]]) -> None:
    def per_text(s: np.ndarray, w: np.ndarray) -> np.ndarray:
        return losses(s, w) / (w != PADDING).sum(axis=1)

    mistakes: dict[str, Callable[..., Any]] = {
        "That is the mean over the texts of *their* perplexities. Add up nats and words first.": (
            lambda s, w: np.exp(per_text(s, w)).mean()
        ),
        "Each text counts the same in your mean. Add up the nats of all texts, and divide by the "
        "number of all their words.": lambda s, w: np.exp(per_text(s, w).mean()),
        "You divide by all places, the padding among them.": lambda s, w: np.exp(
            losses(s, w).sum() / w.size
        ),
        "You divide by the number of texts. The nats of a *word* are asked for.": lambda s, w: (
            np.exp(losses(s, w).mean())
        ),
        "The exponential is missing: those are nats a word.": lambda s, w: np.log(perplexity(s, w)),
        "That is 2 to the nats. Nats belong to the natural logarithm: use `np.exp`.": lambda s, w: (
            2 ** np.log(perplexity(s, w))
        ),
    }
    expect.function(answer, perplexity, cases, name="the result of `perplexity`", mistakes=mistakes)


# --- 8.4: told too much --------------------------------------------------------------------------

Told = tuple[np.ndarray, np.ndarray, np.ndarray]


def told(words: np.ndarray) -> Told:
    """Return what the decoder is told, what it is to predict, and what counts."""
    before = np.concatenate([np.full_like(words[:, :1], START), words[:, :-1]], axis=1)
    return before, words, (words != PADDING).astype(float)


def _without_end(words: np.ndarray) -> np.ndarray:
    return (words > END).astype(float)


def check_told(answer: Any) -> str:
    """Exercise 8.4."""
    rng = np.random.default_rng(84)
    for count, length in [(3, 6), (4, 9)]:
        words = _texts(rng, count, length, 20)
        words[-1, 0] = 1  # an unknown word counts as well
        found = call(answer, words)
        expect.require(
            isinstance(found, tuple | list) and len(found) == 3,
            "Return three arrays: `before`, `target`, `weight`.",
        )
        expect.require(
            np.shape(found[0]) != (count, length - 1),
            "`before` is one place shorter than `words`. Put the start, 2, in front of each row.",
        )
        before, target, weight = (
            expect.array(part, shape=words.shape, name=f"`{name}`")
            for name, part in zip(("before", "target", "weight"), found, strict=True)
        )
        _explain_told(before, target, weight, words)
    return (
        "A decoder that is told the very word it has to predict learns to copy, and its code stays "
        "empty. One that is paid for padding learns that a short text goes on with nothing. Both "
        "have a splendid loss. And one whose ends do not count never learns to stop."
    )


def _explain_told(
    before: np.ndarray, target: np.ndarray, weight: np.ndarray, words: np.ndarray
) -> None:
    """Tell the bugs of the listing, and those that come in with mending it."""
    right_before, right_target, right_weight = told(words)

    def same(found: np.ndarray, wanted: np.ndarray) -> bool:
        return bool(np.array_equal(found, wanted))

    expect.require(
        not (same(before, target) and same(target, right_before)),
        "You have changed `words` itself, and with it the target. Work on `words.copy()`.",
    )
    expect.require(
        not same(before, target),
        "At each place `before` holds the very word that `target` holds. The decoder need only "
        "copy it.",
    )
    shifted = np.concatenate([words[:, 1:], np.full_like(words[:, :1], PADDING)], axis=1)
    expect.require(
        not (same(before, words) and same(target, shifted)),
        "The decoder is told the first word before it has predicted anything, and never has to "
        "predict it. Let `before` begin with the start, 2, and keep `target = words`.",
    )
    expect.require(same(target, right_target), "`target` differs from `words`: each word once.")
    expect.require(
        not same(before, shifted),
        "`before` holds the word *after* each place: the decoder looks into the future.",
    )
    zero_start = right_before.copy()
    zero_start[:, 0] = PADDING
    expect.require(
        not same(before, zero_start),
        "`before` begins with 0, which is padding and is never read. The number of the start is 2.",
    )
    rolled = np.roll(words, 1, axis=1)
    expect.require(
        not same(before, rolled),
        "`np.roll` puts the *last* word of each row in front. The first place is the start's.",
    )
    expect.require(same(before, right_before), "`before` is not the start and then each word.")
    expect.require(
        not (weight == 1).all(), "`weight` is 1 everywhere, so padding counts. Let it be 0 there."
    )
    expect.require(
        not same(weight, _without_end(words)),
        "`weight` is 0 at the ends of texts, or at unknown words, as in the listing. Where a text "
        "ends must be predicted too, or the decoder never learns to stop.",
    )
    expect.require(
        not same(weight, (words != PADDING) & (words != END)),
        "`weight` is 0 at the ends of texts. Where a text ends must be predicted too.",
    )
    expect.require(
        not same(weight, words == PADDING), "`weight` is upside down: it counts the padding only."
    )
    expect.require(
        not (same(weight, words > 1) or same(weight, words > START)),
        "`weight` is 0 at unknown words, number 1. They count as words.",
    )
    expect.require(
        not same(weight, right_before != PADDING),
        "`weight` follows `before`, and so counts a place behind each end. It belongs to `target`.",
    )
    expect.require(same(weight, right_weight), "`weight` is not 1 at words and ends, 0 at padding.")


# --- 8.6: what a path can show -------------------------------------------------------------------

SUPPORTED = ("b", "d", "f")
REASONS = {
    "a": "teacher forcing: at each step the decoder was told the true word before. Alone it is "
    "told what it wrote itself, and one wrong word leads to others.",
    "b": "a code has room for a few values, and many sentences share them; the decoder writes the "
    "likeliest of these.",
    "c": "a decoder that is a good language model writes fluent sentences from any code, even from "
    "one that nothing was read into.",
    "d": "if the loss is the same with another text's code, the decoder does not look at it.",
    "e": "nothing was told about opinions. Sentences lie close that are *written* alike.",
    "f": "the loss adds up over words: a long text has more of them, and so a larger sum.",
}


def check_path(answer: Any) -> str:
    """Exercise 8.6."""
    expect.choices(answer, SUPPORTED, REASONS)
    return (
        "Fluency is no proof that a code says something. Exchange the codes of two texts: if the "
        "loss does not mind, the decoder was a language model all along."
    )


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        "8.3",
        "Perplexity without padding",
        "code",
        check_perplexity,
        (
            "First make log probabilities of the scores: subtract the logarithm of the sum of "
            "their exponentials over the last axis. Subtract the largest score before, so that "
            "nothing overflows.",
            "`np.take_along_axis(log, words[..., None], axis=-1)[..., 0]` picks that of each true "
            "word. Multiply by `words != 0`, and add up along axis 1.",
            "The perplexity: all nats, divided by all words without padding, and `np.exp` of it.",
        ),
    ),
    Exercise(
        "8.4",
        "Told too much",
        "bug hunt",
        check_told,
        (
            "Write down, for the text 7 5 3 0, what the decoder is told at each of the four "
            "places, and what it has to predict there.",
            "`before` is the start and then all words but the last; `target` is `words`.",
            "The numbers: 0 is padding, 1 an unknown word, 2 the start, 3 the end. Which of them "
            "does a text really have?",
        ),
    ),
    Exercise(
        "8.6",
        "What a path can show",
        "prediction",
        check_path,
        (
            "What was the decoder told in training, and what is it told when it writes?",
            "Would a decoder that has never seen a code write fluent sentences?",
            "Three of the six are right.",
        ),
    ),
)
