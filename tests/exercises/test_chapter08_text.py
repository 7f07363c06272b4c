"""Typical wrong answers to the exercises on texts, and a part of what each must be told."""

import time

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.errors import InputError
from aecourse.exercises import chapter08_text, chapter08_text_sequences, check
from aecourse.exercises.chapter08 import few_labels


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 8.1 ---


def weights(
    words: str = "sorted(set(' '.join(texts).split()))",
    columns: str = "{w: c for c, w in enumerate(words)}",
    counts: str = "[sum(w in t.split() for t in texts) for w in words]",
    rarity: str = "np.log((1 + len(texts)) / (1 + np.array(counts))) + 1",
    learnt: str = "columns, rarity",
    table: str = "np.array([[t.split().count(w) for w in columns] for t in texts], float)",
    weighed: str = "table * rarity",
    norm: str = "np.linalg.norm(table, axis=1, keepdims=True)",
    result: str = "table / np.where(norm > 0, norm, 1)",
) -> str:
    return function(
        "learn(texts)",
        f"words = {words}",
        f"columns = {columns}",
        f"counts = {counts}",
        f"rarity = {rarity}",
        f"return {learnt}",
    ) + function(
        "weigh(texts, columns, rarity)",
        f"table = {table}",
        f"table = {weighed}",
        f"norm = {norm}",
        f"return {result}",
    )


# --- 8.2 ---


def sizes(**changed: float) -> str:
    right = {"dense_gb": 10, "sparse_mb": 30.1, "perplexity": 5_000, "nats": 20 * np.log(5_000)}
    return f"prediction = { {name: float(n) for name, n in (right | changed).items()} }"


# --- 8.3 ---

LOG = "log = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))"
SAFE = "scores = scores - scores.max(axis=-1, keepdims=True)"
PICK = "nats = -np.take_along_axis(log, words[..., None], axis=-1)[..., 0]"
LOSSES = function("losses(scores, words)", SAFE, LOG, PICK, "return (nats * (words != 0)).sum(1)")
PERPLEXITY = function(
    "perplexity(scores, words)",
    "return np.exp(losses(scores, words).sum() / (words != 0).sum())",
)


def losses(result: str, *before: str) -> str:
    lines = before or (SAFE, LOG, PICK)
    return function("losses(scores, words)", *lines, f"return {result}") + PERPLEXITY


def perplexity(result: str) -> str:
    return LOSSES + function(
        "perplexity(scores, words)",
        "each, count = losses(scores, words), (words != 0).sum(axis=1)",
        f"return {result}",
    )


# --- 8.4 ---


def told(
    before: str = "np.concatenate([np.full_like(words[:, :1], 2), words[:, :-1]], axis=1)",
    target: str = "words",
    weight: str = "(words != 0).astype(float)",
    result: str = "before, target, weight",
) -> str:
    return function(
        "told(words)",
        f"before = {before}",
        f"target = {target}",
        f"weight = {weight}",
        f"return {result}",
    )


NEXT = "np.concatenate([words[:, 1:], np.full_like(words[:, :1], 0)], axis=1)"

# --- 8.5 ---


def fewest(**changed: object) -> str:
    right = FEWEST | {"too_many": 30}
    return f"found = {right | changed}"


FEWEST = {
    name: next(n for n in range(1, 65) if few_labels(n, k) >= chapter08_text.MARK)
    for name, k in (("words", 0), ("directions_4", 4))
}

# --- 8.7 ---

OWN = """
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
texts = [f.__doc__ for f in vars(np).values() if callable(f) and f.__doc__][:120]
texts = list(dict.fromkeys(texts))
codes = TruncatedSVD(10, random_state=0).fit_transform(TfidfVectorizer().fit_transform(texts))
rng = np.random.default_rng(0)
"""


def own(texts: str = "texts", codes: str = "codes") -> str:
    return OWN + f'mine = {{"texts": {texts}, "codes": {codes}}}'


MISTAKES = {
    "8.1": [
        Mistake(weights(learnt="columns"), "returns two things"),
        Mistake(weights(columns="words"), "a dictionary from each word"),
        Mistake(weights(words="sorted(set(''.join(texts)))"), "take each word once"),
        Mistake(weights(words="sorted(set(' '.join(texts).split()))[::-1]"), "other columns"),
        Mistake(
            weights(rarity="np.log((1 + len(texts)) / (1 + np.array(counts)))"),
            "1 behind the logarithm",
        ),
        Mistake(
            weights(counts="[' '.join(texts).split().count(w) for w in words]"),
            "how often a word occurs",
        ),
        Mistake(
            weights(rarity="np.log((1 + np.array(counts)) / (1 + len(texts))) + 1"), "upside down"
        ),
        Mistake(
            weights(rarity="(1 + len(texts)) / (1 + np.array(counts)) + 1"),
            "The logarithm is missing",
        ),
        Mistake(weights(counts="[sum(w in t for t in texts) for w in words]"), "looks for letters"),
        Mistake(weights(rarity="np.log(len(texts) / np.array(counts)) + 1"), "above and below"),
        Mistake(
            weights(rarity="np.log10((1 + len(texts)) / (1 + np.array(counts))) + 1"),
            "another logarithm",
        ),
        Mistake(weights(result="table / norm"), "are NaN"),
        Mistake(weights(result="table"), "do not have length 1"),
        Mistake(weights(norm="table.sum(axis=1, keepdims=True)"), "the *sum* 1"),
        Mistake(weights(weighed="table"), "rarity is not used"),
        Mistake(weights(weighed="(table > 0) * rarity"), "how *often*"),
        Mistake(
            weights(weighed="table", result="table / np.where(norm > 0, norm, 1) * rarity"),
            "before they are multiplied",
        ),
    ],
    "8.2": [
        Mistake(sizes(dense_gb=2.5), "4 bytes, not one"),
        Mistake(sizes(dense_gb=20), "not 8"),
        Mistake(sizes(dense_gb=10_000), "in megabytes"),
        Mistake(sizes(dense_gb=9.31), "units of 10⁹"),
        Mistake(sizes(dense_gb=11), "too large"),
        Mistake(sizes(sparse_mb=15), "does not say where it stands"),
        Mistake(sizes(sparse_mb=45), "needs its column only"),
        Mistake(sizes(sparse_mb=28.7), "units of 10⁶"),
        Mistake(sizes(perplexity=np.log(5_000)), "loss of one word, in nats"),
        Mistake(sizes(perplexity=100_000), "how long the text is"),
        Mistake(sizes(nats=np.log(5_000)), "summed over its words"),
        Mistake(sizes(nats=20 * np.log2(5_000)), "in bits"),
        Mistake(sizes(nats=21 * np.log(5_000)), "one of the 20 words already"),
        Mistake(sizes(nats=19 * np.log(5_000)), "predicted like a word"),
    ],
    "8.3": [
        Mistake(losses("nats.sum(axis=1)"), "The padding counts too"),
        Mistake(losses("(nats * (words > 3)).sum(axis=1)"), "The end of each text"),
        Mistake(
            losses("(nats * (words != 0)).sum(1) / (words != 0).sum(1)"), "the mean over the words"
        ),
        Mistake(losses("-(nats * (words != 0)).sum(axis=1)"), "The sign is wrong"),
        Mistake(
            losses(
                "-(np.take_along_axis(scores, words[..., None], -1)[..., 0] * (words != 0)).sum(1)",
                "pass",
            ),
            "no logarithms of probabilities yet",
        ),
        Mistake(losses("(np.exp(-nats) * (words != 0)).sum(axis=1)"), "Those are probabilities"),
        Mistake(losses("(nats * (words != 0)).sum(axis=1)", LOG, PICK), "overflows"),
        Mistake(losses("(nats * (words != 0)).sum(axis=1) / np.log(2)"), "in bits"),
        Mistake(losses("(nats * (words != 0)).sum()"), "one number for all texts"),
        Mistake(
            losses("(nats * (words != 0)).sum(1)", LOG.replace("axis=-1", "axis=1"), PICK),
            "do not add up to 1",
        ),
        Mistake(
            losses("(nats * (words != 0)).sum(1)", SAFE, LOG.replace("axis=-1", "axis=1"), PICK),
            "the sum over the places",
        ),
        Mistake(perplexity("np.exp(each / count).mean()"), "*their* perplexities"),
        Mistake(perplexity("np.exp((each / count).mean())"), "Each text counts the same"),
        Mistake(perplexity("np.exp(each.sum() / words.size)"), "the padding among them"),
        Mistake(perplexity("np.exp(each.mean())"), "the number of texts"),
        Mistake(perplexity("each.sum() / count.sum()"), "The exponential is missing"),
        Mistake(perplexity("2 ** (each.sum() / count.sum())"), "2 to the nats"),
    ],
    "8.4": [
        Mistake(told(before="words", weight="(words > 3).astype(float)"), "need only copy it"),
        Mistake(told(before="words", target=NEXT), "never has to predict it"),
        Mistake(told(target=NEXT), "`target` differs"),
        Mistake(told(before=NEXT), "looks into the future"),
        Mistake(
            told(before="np.concatenate([0 * words[:, :1], words[:, :-1]], axis=1)"),
            "begins with 0",
        ),
        Mistake(told(before="np.roll(words, 1, axis=1)"), "`np.roll` puts the *last* word"),
        Mistake(told(before="words[:, ::-1]"), "not the start and then"),
        Mistake(told(weight="np.ones(words.shape)"), "so padding counts"),
        Mistake(told(weight="(words > 3).astype(float)"), "or at unknown words"),
        Mistake(told(weight="((words != 0) & (words != 3)).astype(float)"), "is 0 at the ends"),
        Mistake(told(weight="(words == 0).astype(float)"), "upside down"),
        Mistake(told(weight="2.0 * (words != 0)"), "is not 1 at words"),
        Mistake(told(result="before"), "Return three arrays"),
        Mistake(told(before="words[:, :-1]"), "one place shorter"),
        Mistake(told(before="words[:, :3]"), "has shape"),
        Mistake(told(weight="(words > 1).astype(float)"), "at unknown words"),
        Mistake(told(weight="(before != 0).astype(float)"), "belongs to `target`"),
        Mistake(
            function(
                "told(words)",
                "weight = (words != 0).astype(float)",
                "words[:, 1:] = words[:, :-1].copy()",
                "words[:, 0] = 2",
                "return words, words, weight",
            ),
            "changed `words` itself",
        ),
    ],
    "8.5": [
        Mistake(fewest(words=4), "Take more"),
        Mistake(fewest(words=64), "one label fewer"),
        Mistake(fewest(directions_4=1), "Take more"),
        Mistake(fewest(directions_4=30), "one label fewer"),
        Mistake(fewest(words=0), "from 1 to 64"),
        Mistake(fewest(too_many=6), "more than 0.1 below"),
        Mistake(fewest(too_many=200), "from 2 to 100"),
    ],
    "8.6": [
        Mistake("supported = {'a', 'b', 'd', 'f'}", "Alone it is told what it wrote"),
        Mistake("supported = {'b', 'c', 'd', 'f'}", "a good language model"),
        Mistake("supported = {'b', 'd', 'e', 'f'}", "*written* alike"),
        Mistake("supported = {'b', 'f'}", "`d` is missing"),
    ],
    "8.7": [
        Mistake(own(texts="texts[0]"), "one single string"),
        Mistake(own(texts="[*texts[:40], None]", codes="codes[:41]"), "every text is a string"),
        Mistake(own(texts="[*texts[:40], ' ']", codes="codes[:41]"), "has no word"),
        Mistake(own(texts="texts[:9]", codes="codes[:9]"), "There are 9 texts"),
        Mistake(own(texts="texts[:40] * 3", codes="codes[:120]"), "copies of others"),
        Mistake(own(codes="codes[:, :1]"), "take at least 2"),
        Mistake(own(codes="codes[:50]"), "has shape"),
        Mistake(own(codes="np.zeros((len(texts), 3))"), "nothing can be told apart"),
        Mistake(
            own(codes="np.array([[len(t.split()), 3.0 * len(t.split())] for t in texts])"),
            "*length* of the text",
        ),
        Mistake(own(codes="rng.permutation(codes)"), "belong to text i?"),
    ],
}


def test_the_weights_are_those_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = chapter08_text.TRAINING
    known = TfidfVectorizer(token_pattern=r"\S+").fit(texts)
    columns, rarity = chapter08_text.learn(texts)
    assert columns == known.vocabulary_
    np.testing.assert_allclose(rarity, known.idf_)
    asked = chapter08_text.ASKED
    np.testing.assert_allclose(
        chapter08_text.weigh(asked, columns, rarity), known.transform(asked).toarray()
    )


def test_semantics_by_the_likeness_of_texts_are_the_main_directions_of_their_rows():
    from sklearn.feature_extraction.text import TfidfVectorizer

    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{n}" for n in rng.integers(0, 30, 12)) for _ in range(40)]
    likeness = chapter08_text._likeness_by_words(texts)
    rows = TfidfVectorizer().fit_transform(texts).toarray()
    np.testing.assert_allclose(likeness, rows @ rows.T, atol=1e-12)
    codes = chapter08_text._semantics(likeness, 5)
    left, strengths, _ = np.linalg.svd(rows, full_matrices=False)
    expected = left[:, :5] * strengths[:5]
    np.testing.assert_allclose(np.abs(codes[:, ::-1]), np.abs(expected), atol=1e-8)


def test_two_thousand_long_texts_are_checked_in_a_moment():
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{n}" for n in rng.zipf(1.3, 300) % 50_000) for _ in range(2_000)]
    started = time.perf_counter()
    assert not check("8.7", {"texts": texts, "codes": rng.normal(size=(2_000, 20))}).passed
    assert time.perf_counter() - started < 30


def test_lists_are_answers_too():
    def as_list(scores, words):
        return list(chapter08_text_sequences.losses(scores, words))

    assert check("8.3", as_list, perplexity=chapter08_text_sequences.perplexity).passed

    def weigh(texts, columns, rarity):
        return chapter08_text.weigh(texts, columns, rarity).tolist()

    assert check("8.1", chapter08_text.learn, weigh=weigh).passed


@pytest.mark.parametrize("directions", [0, 4])
def test_there_is_one_fewest_number_of_labels(directions):
    enough = [few_labels(n, directions) >= chapter08_text.MARK for n in range(1, 65)]
    assert enough == sorted(enough)


def test_equally_likely_words_have_a_perplexity_of_their_number():
    words = np.array([[5, 3, 0], [4, 6, 3]])
    scores = np.zeros((2, 3, 9))
    assert chapter08_text_sequences.perplexity(scores, words) == pytest.approx(9)
    np.testing.assert_allclose(
        chapter08_text_sequences.losses(scores, words), np.array([2, 3]) * np.log(9)
    )


def test_with_few_labels_directions_need_fewer_than_words():
    assert few_labels(4, 4) > few_labels(4) + 0.2
    assert few_labels(4, 30) < few_labels(4, 4) - 0.1
    assert FEWEST["directions_4"] < FEWEST["words"] / 4


@pytest.mark.parametrize(
    ("labels", "directions", "message"),
    [(0, 0, "labels is 0"), (65, 0, "labels is 65"), (1.5, 0, "whole number"), (1, 1, "0 or 2")],
)
def test_numbers_out_of_range_are_named(labels, directions, message):
    with pytest.raises(InputError, match=message):
        few_labels(labels, directions)


@pytest.mark.parametrize("text", ["\U0001f600 \U0001f601", "\u5f88\u597d", "word " * 20_000])
def test_texts_in_another_language_all_emoji_or_very_long_are_no_obstacle(text):
    names: dict = {"np": np}
    exec(OWN, names)
    texts, codes = names["texts"], names["codes"]
    texts[3] = text
    assert check("8.7", {"texts": texts, "codes": codes}).passed
