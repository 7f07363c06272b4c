"""Section 8.1: classifiers of reviews and posts on weights, directions, means and codes of words.

Whatever reads without labels reads the training texts alone. The test texts are looked at once, at
the end of a run.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from aecourse import datasets, models
from aecourse.applications import feature_extraction as fe
from aecourse.applications import fine_tuning as ft
from aecourse.applications import text_classification as tc
from aecourse.applications import text_codes, text_features
from aecourse.applications import text_fine_tuning as tt
from aecourse.applications import word_vectors as wv
from aecourse.applications.variants import Split
from aecourse.text import Vocabulary, body
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded, slug

SEEDS = range(3)
SVM, FOREST = "linear SVM", "random forest"
READ = "TF-IDF of what is read"
SENTENCES = 30_000  # to learn from
ASKED = 2_000  # sentences of other reviews
REVIEWS, PLAIN_SENTENCES = 10_000, 12_000  # where plain sentences come from, and how many
DROPOUTS = (0.0, 0.3)
LABELS = 1_000  # where few are known, over all classes
VALUES = 200  # in a code, a mean of word vectors or a row of latent semantics
REACHED = {"imdb": 0.88}  # the accuracy that word weights and a linear SVM were to reach
LEAD = {"imdb": 0.0}  # of the denoising codes over latent semantics, at the least
GAIN = {"imdb": 0.01}  # by which the start from an autoencoder was to be better
GROUPS = (2, 8, 10, 14)  # windows, motorcycles, hockey, space: to learn one and find the others
ODD = text_codes.DETECTION


class Reference(NamedTuple):
    """A number that stands beside others in the results.

    Attributes
    ----------
    value
        The number.
    what
        Where it comes from.
    """

    value: float
    what: str


# Maas et al. (2011), table 2, column "Full": trained on all 25,000 labelled reviews.
WORDS_PUBLISHED = {"imdb": {SVM: Reference(0.8823, "bag of words, Maas et al. (2011)")}}
DIRECTIONS_PUBLISHED = {"imdb": {SVM: Reference(0.8396, "LSA, Maas et al. (2011)")}}


class Task(NamedTuple):
    """A data set and how its experiments are run.

    Attributes
    ----------
    prepare
        What is done to each text by itself.
    denoising, reading
        How the two autoencoders are trained.
    """

    prepare: Callable[[str], str]
    denoising: text_features.Denoising
    reading: text_features.Reading


TASKS: dict[str, Task] = {
    "imdb": Task(str, text_features.Denoising(), text_features.Reading(epochs=6)),
    "newsgroups20": Task(
        body, text_features.Denoising(epochs=20), text_features.Reading(keep="first", epochs=8)
    ),
}

keep = partial(keeping.keep, "08_text_long_runs")


# --- weights of words -----------------------------------------------------------------------------


def weights(name: str) -> None:
    """Train all classifiers on the weights of words, and name the most frequent class."""
    data = weighted(name)
    table = tc.compare({"TF-IDF": (data, tc.sparse_candidates("words"))}, kinds())
    keep_table(name, table, f"{data.train.shape[1]:,} words", WORDS_PUBLISHED.get(name))


def weights_as_read(name: str) -> None:
    """Train the linear SVM on the weights of those words that the recurrent networks are given."""
    data = weighted_as_read(name)
    found = {READ: (data, tc.sparse_candidates("words"))}
    keep_table(name, tc.compare(found, kinds(SVM))[:-1], f"{data.train.shape[1]:,} words")


def pairs(name: str) -> None:
    """Train the linear SVM on the weights of words and of pairs of words."""
    data = tc.word_weights(prepared(name), words=100_000, pairs=True)
    candidates = tc.sparse_candidates("words and pairs")
    table = tc.compare({"TF-IDF with pairs": (data, candidates)}, kinds(SVM))
    keep_table(name, table[:-1], f"{data.train.shape[1]:,} words and pairs")


def steps(name: str) -> None:
    """Switch one step of the preprocessing at a time; measured on the validation part."""
    found = tc.effect_of_steps(prepared(name), tc.tokenisers())
    for step, row in found.iterrows():
        for measure, unit in (("words", "words"), ("length", "words"), ("validation", "1")):
            keep(
                f"{name}_step_{slug(str(step))}_{measure}",
                row[measure],
                unit=unit,
                dataset=data_of(name).provenance,
                note="Validation part; linear SVM on word weights.",
            )


# --- rows of a few hundred numbers ----------------------------------------------------------------


def semantics(name: str) -> None:
    """Train all classifiers on latent semantics."""
    note = f"{VALUES} directions of word weights"
    keep_table(name, semantic_table(name), note, DIRECTIONS_PUBLISHED.get(name))


def denoising(name: str) -> None:
    """Train all classifiers on codes of a denoising autoencoder, beside latent semantics."""
    table = over_seeds("denoising codes", partial(codes_of, name))
    beside = semantic_table(name)
    simple = beside.groupby("classifier")["accuracy"].mean()
    references = {
        judge: Reference(value, "as many directions of latent semantics")
        for judge, value in simple.items()
    }
    keep_table(name, table, f"{VALUES} values; {TASKS[name].denoising}", references)
    keep(
        f"{name}_denoising_codes_over_lsa",
        (accuracies(table, SVM) - accuracies(beside, SVM)).tolist(),
        unit="1",
        dataset=data_of(name).provenance,
        target=LEAD.get(name),
        seeds=list(SEEDS),
        note="Accuracy on test texts less that on as many directions of latent semantics, of the "
        "same seed; linear SVM on both.",
    )


def squared_error(name: str) -> None:
    """Train the linear SVM on codes of a denoising autoencoder with a squared error as its loss."""
    settings = dataclasses.replace(TASKS[name].denoising, distance="squared_error")
    table = judged("squared error codes", tc.denoising_codes(weighted(name), settings), SVM)
    by_cosine = judged("denoising codes", codes_of(name, SEEDS[0]), SVM)["accuracy"].mean()
    references = {SVM: Reference(by_cosine, "by the cosine")}
    keep_table(name, table, f"{VALUES} values; {settings}", references)


def word_means(name: str) -> None:
    """Train all classifiers on means of word vectors from counted pairs."""
    texts = prepared(name)
    vocabulary = Vocabulary.fit(texts.train, size=text_features.WORDS)
    vectors = wv.word_vectors(vocabulary, texts.train, size=VALUES)
    table = judged("word vectors", text_features.averages(texts, vocabulary, vectors))
    keep_table(name, table, f"means of {len(vocabulary):,} words' vectors of {VALUES} values")


def reader_means(name: str) -> None:
    """Train all classifiers on means of the vectors by which a sequence autoencoder reads."""
    made = read(name)
    data = text_features.averages(
        prepared(name), made.vocabulary, text_features.word_table(made.model)
    )
    table = judged("reader vectors", data)
    keep_table(name, table, f"means of word vectors; {about_reading(name)}")


def reader_codes(name: str) -> None:
    """Train all classifiers on the codes of a sequence autoencoder, and say how well it writes."""
    made = read(name)
    table = judged("sequence codes", text_features.featured(made.data, made.model.encode))
    keep_table(name, table, about_reading(name))
    measured = made.model.evaluate(made.data.test)
    for measure, unit in (("perplexity", "1"), ("reconstruction", "nats")):
        keep(
            f"{name}_reader_{measure}",
            measured[measure],
            unit=unit,
            dataset=data_of(name).provenance,
            note=f"Test texts; {about_reading(name)}.",
        )


# --- sentences ------------------------------------------------------------------------------------


def sentences(name: str) -> None:
    """Teach an autoencoder short sentences and measure how many words come back, by a beam too."""
    texts = prepared(name)
    learnt = text_codes.short_sentences(texts.train)[:SENTENCES]
    held_out, asked = (
        text_codes.short_sentences(part, but=learnt)[:ASKED]
        for part in (texts.validation, texts.test)
    )
    reading = text_codes.SENTENCE
    vocabulary = reading.vocabulary(learnt)
    x, validation, test = (
        reading.sequences(vocabulary, part) for part in (learnt, held_out, asked)
    )
    model, history = reading.train(x, validation, vocabulary)
    for beam in (1, 5):
        keep(
            f"{name}_sentences_kept_beam_{beam}",
            text_codes.words_kept(model, test, beam=beam),
            unit="1",
            dataset=data_of(name).provenance,
            note=f"Share of words at their place, {len(test):,} other sentences of test texts; "
            f"{keeping.ran(history, len(x), SEEDS[0], 'sentences')}.",
        )


def word_dropout(name: str) -> None:
    """Hide none or some of the words before, and measure how much a wrong code hurts."""
    vocabulary, (x, held_out, asked) = plain_sentences(name)
    for share in DROPOUTS:
        reading = dataclasses.replace(text_codes.PLAIN, word_dropout=share)
        own, more = [], []
        for seed in SEEDS:
            model, _ = reading.train(x, held_out, vocabulary, seed=seed)
            codes = model.encode(asked)
            own.append(text_codes.perplexity_told(model, asked, codes))
            other = text_codes.perplexity_told(model, asked, np.roll(codes, 1, axis=0))
            more.append(float(np.log(other / own[-1])))
        for measure, values, unit in (("perplexity", own, "1"), ("nats_more", more, "nats")):
            keep(
                f"{name}_word_dropout_{100 * share:.0f}_{measure}",
                values,
                unit=unit,
                dataset=data_of(name).provenance,
                seeds=list(SEEDS),
                note=f"{len(asked):,} other sentences of test texts, told their own codes; nats "
                "more: of an average word, told those of others, by comparison; "
                f"{len(x):,} sentences learnt from.",
            )


# --- few labels -----------------------------------------------------------------------------------


def starts(name: str, *, tuning: ft.Tuning = tt.TUNING) -> None:
    """Tune readers with few labels from the autoencoder, its words, and random weights."""
    made = read(name)
    table = compared_starts(made.data, tt.starts(made, TASKS[name].reading), tuning)
    begun = {
        "autoencoder": about_reading(name),
        "word vectors": "random weights and its word vectors",
        "random": "random weights",
    }
    keep_starts(f"{name}_start", name, table, begun, tuning, target=GAIN.get(name))


def weights_starts(name: str, *, tuning: ft.Tuning = tt.WEIGHTS_TUNING) -> None:
    """Tune networks on word weights with few labels, from a denoising autoencoder and at random."""
    settings = TASKS[name].denoising
    begin = tt.weights_starts(denoiser(name, SEEDS[0]), settings)
    table = compared_starts(weighted(name), begin, tuning)
    begun = {"autoencoder": str(settings), "random": "random weights"}
    keep_starts(f"{name}_weights_start", name, table, begun, tuning)


def few_labels(name: str) -> None:
    """Train the linear SVM with as few labels on word weights, directions and codes.

    The recurrent networks read a part of a text, so the words of that part stand by themselves too.
    """
    data, seed = weighted(name), SEEDS[0]
    labelled = [fe.labelled_rows(data.train_labels, a_class(data), draw) for draw in SEEDS]
    features = {
        "TF-IDF": (data, tc.sparse_candidates("words")),
        READ: (weighted_as_read(name), tc.sparse_candidates("words")),
        "LSA": tc.dense_candidates("directions", directions_of(name, seed)),
        "denoising codes": tc.dense_candidates("codes", codes_of(name, seed)),
    }
    table = tc.compare(features, kinds(SVM), labelled)
    keep_table(f"{name}_few", table[:-1], f"{len(labelled[0]):,} labels, a draw for each seed")


# --- odd ones out ---------------------------------------------------------------------------------


def odd_posts(name: str) -> None:
    """Learn the posts of one group and find those of the others."""
    table = text_codes.odd_ones_out(prepared(name), GROUPS, ODD, seeds=SEEDS)
    names = data_of(name).class_names
    simple = table[table["method"] == "distance from the mean"].groupby("group")["auroc"].mean()
    for (group, method), rows in table.groupby(["group", "method"], sort=False):
        keep(
            f"{name}_odd_{slug(names[group])}_{slug(method)}",
            rows["auroc"].tolist(),
            unit="1",
            dataset=data_of(name).provenance,
            reference=simple[group],
            seeds=rows["seed"].tolist(),
            note=f"AUROC on test posts; trained on posts of {names[group]} alone; {ODD}. "
            "Reference: distance from the mean.",
        )


# --- what they share: what is cached serves all experiments of one call of the script -------------


@cache
def data_of(name: str) -> datasets.Dataset:
    """Return the data set."""
    return loaded(name)


@cache
def prepared(name: str) -> Split:
    """Return the texts in three parts."""
    return text_features.split(data_of(name), prepare=TASKS[name].prepare)


@cache
def weighted(name: str) -> Split:
    """Return the word weights of all texts."""
    return tc.word_weights(prepared(name))


@cache
def weighted_as_read(name: str) -> Split:
    """Return the word weights of what a sequence autoencoder is given of all texts."""
    return tc.word_weights(as_read(name))


@cache
def directions_of(name: str, seed: int) -> Split:
    """Return the latent semantics of all texts."""
    return tc.semantics(weighted(name), size=VALUES, seed=seed)


@cache
def denoiser(name: str, seed: int) -> models.TfidfDenoisingAutoencoder:
    """Return a denoising autoencoder of the training texts' word weights."""
    data = weighted(name)
    return TASKS[name].denoising.train(data.train, data.validation, seed=seed)[0]


def codes_of(name: str, seed: int) -> Split:
    """Return its codes of all texts."""
    return text_features.featured(weighted(name), denoiser(name, seed).encode)


@cache
def semantic_table(name: str) -> pd.DataFrame:
    """Return the accuracies of the classifiers on latent semantics."""
    return over_seeds("LSA", partial(directions_of, name))


@cache
def read(name: str) -> tt.Reader:
    """Return a sequence autoencoder that has read the training texts."""
    return tt.read(prepared(name), TASKS[name].reading)


def about_reading(name: str) -> str:
    """Say how the sequence autoencoder was trained."""
    made = read(name)
    ran = keeping.ran(made.history, len(made.data.train), SEEDS[0], "texts without labels")
    return f"an autoencoder of {made.data.train.shape[1]} words, {ran}"


def plain_sentences(name: str) -> tuple[Vocabulary, Sequence[Any]]:
    """Return short sentences of known words: to learn from, to end by, and for the last look."""
    texts, reading = prepared(name), text_codes.PLAIN
    find = partial(text_codes.short_sentences, most=reading.length - 1)
    learnt = find(texts.train[:REVIEWS])
    others = [find(part[:REVIEWS], but=learnt) for part in (texts.validation, texts.test)]
    vocabulary = reading.vocabulary(learnt)
    parts = [
        text_codes.all_known(vocabulary, part)[:most]
        for part, most in zip((learnt, *others), (PLAIN_SENTENCES, ASKED, ASKED), strict=True)
    ]
    return vocabulary, [reading.sequences(vocabulary, part) for part in parts]


def as_read(name: str) -> Split:
    """Return of each text the words that a sequence autoencoder is given."""
    texts, reading = prepared(name), TASKS[name].reading
    vocabulary = reading.vocabulary(texts.train)

    def read(given: Any) -> Any:
        words = vocabulary.decode(reading.sequences(vocabulary, given))
        return np.array(words, dtype=object)

    return text_features.featured(texts, read)


def a_class(data: Split) -> int:
    """Return how many labels of each class there are, where few are known."""
    return LABELS // len(np.unique(data.train_labels))


def compared_starts(data: Split, begin: Mapping[str, tt.Start], tuning: ft.Tuning) -> pd.DataFrame:
    """Tune classifiers with few labels from several starts, once a seed."""
    return tt.compare_starts(data, begin, labels=a_class(data), seeds=SEEDS, tuning=tuning)


def kinds(*names: str) -> Mapping[str, fe.Classifier]:
    """Return the classifiers of those names, or all of them."""
    known = tc.classifiers()
    return {name: known[name] for name in names or known}


def judged(title: str, data: Split, *judges: str) -> pd.DataFrame:
    """Return the accuracies of some classifiers, or all, on rows that are not sparse.

    A forest does not mind how a feature is scaled, and gets one scaling.
    """
    given, scalings = tc.dense_candidates(title, data)
    tables = [
        tc.compare({title: (given, scalings[:1] if judge == FOREST else scalings)}, {judge: kind})
        for judge, kind in kinds(*judges).items()
    ]
    return pd.concat([table[:-1] for table in tables], ignore_index=True)


def over_seeds(title: str, features: Callable[[int], Split]) -> pd.DataFrame:
    """Return the accuracies on features that hang on chance: the SVM's once a seed.

    The others take longer, and are trained on the features of the first seed only.
    """
    tables = [
        judged(title, features(seed), *(() if seed == SEEDS[0] else (SVM,))).assign(repetition=seed)
        for seed in SEEDS
    ]
    return pd.concat(tables, ignore_index=True)


def accuracies(table: pd.DataFrame, classifier: str) -> Any:
    """Return the accuracies of a classifier, one a seed."""
    return table.loc[table["classifier"] == classifier, "accuracy"].to_numpy()


def keep_table(
    name: str, table: pd.DataFrame, note: str, references: Mapping[str, Reference] | None = None
) -> None:
    """Record the accuracy of each classifier, one value a repetition, with its reference if any."""
    for (features, classifier), part in table.groupby(["features", "classifier"], sort=False):
        first = part.iloc[0]
        headline = (features, classifier) == ("TF-IDF", SVM)
        chosen = "" if features == "none" else f"{first['setting']}, chosen on validation texts; "
        several = len(part) > 1
        beside = (references or {}).get(classifier)
        keep(
            f"{name}_{slug(features)}_{slug(classifier)}",
            part["accuracy"].tolist(),
            unit="1",
            dataset=data_of(name.removesuffix("_few")).provenance,
            reference=beside.value if beside else None,
            target=REACHED.get(name) if headline else None,
            seeds=part["repetition"].tolist() if several else None,
            note=f"Test texts; {chosen}{note}." + (f" Reference: {beside.what}." if beside else ""),
        )


def keep_starts(
    key: str,
    name: str,
    table: pd.DataFrame,
    begun: Mapping[str, str],
    tuning: ft.Tuning,
    *,
    target: float | None = None,
) -> None:
    """Record the accuracy from each start, and the gain of the autoencoder over random weights."""
    found = {start: part["accuracy"].to_numpy() for start, part in table.groupby("start")}
    facts: dict[str, Any] = {
        "unit": "1",
        "dataset": data_of(name).provenance,
        "seeds": list(SEEDS),
    }
    note = (
        f"{table['labels'].iloc[0]:,} labels, a draw for each seed; at most {tuning.epochs} "
        "epochs, the best one on validation texts"
    )
    for start, begin in begun.items():
        keep(
            f"{key}_{slug(start)}",
            found[start].tolist(),
            reference=None if start == "random" else found["random"].mean(),
            note=f"Test texts; from {begin}; {note}.",
            **facts,
        )
    keep(
        f"{key}_gain",
        (found["autoencoder"] - found["random"]).tolist(),
        target=target,
        note=f"Accuracy from the autoencoder less from random weights, in the same draw; {note}.",
        **facts,
    )


EXPERIMENTS: dict[str, Callable[[], None]] = {
    f"{name}_{run.__name__}": partial(run, name)
    for name in TASKS
    for run in (
        weights,
        weights_as_read,
        semantics,
        denoising,
        word_means,
        reader_codes,
        reader_means,
        starts,
        weights_starts,
        few_labels,
    )
}
EXPERIMENTS |= {
    f"imdb_{run.__name__}": partial(run, "imdb")
    for run in (steps, pairs, sentences, word_dropout, squared_error)
}
EXPERIMENTS["newsgroups20_odd_posts"] = partial(odd_posts, "newsgroups20")
