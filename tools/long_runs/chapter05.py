"""Chapter 5: features for classifiers, with few labels, with all, and for damaged images."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from aecourse import datasets, models
from aecourse.applications import extractors, variants
from aecourse.applications import feature_extraction as fe
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded

CLASSES = 10
SEED = 0
DRAWS = range(5)
COUNTS = (1, 5, 10, 50)
SIZES = (CLASSES - 1, 32)
COMPONENTS = (10, 20, 30, 50, 100)
DATA = {"mnist": "mnist", "fashion": "fashion_mnist"}
BASELINES = ("pixels", "PCA")
TARGETS = {("mnist", 10): 0.03}  # by how much codes are to be better, by labels of a class
CHOOSING = 100  # labels of each class to choose with, where all are too many
DAMAGED_LABELS = 200  # of each class
DAMAGES: Mapping[str, fe.Damage] = {
    "none": lambda images: images,
    "noise_25": fe.gaussian_noise(0.25),
    "noise_50": fe.gaussian_noise(0.5),
    "patches_20": fe.masked_patches(0.2),
    "patches_40": fe.masked_patches(0.4),
}

keep = partial(keeping.keep, "05_long_runs")


def few_labels(name: str, *, counts: Sequence[int] = COUNTS, epochs: int | None = None) -> None:
    """Compare features where few of the training images have a label."""
    data = loaded(DATA[name])
    split = variants.split(data)
    model, ran = trained(fe.recipes()["features"], split, epochs)
    features = {
        "pixels": extractors.pixels(split.train),
        "PCA": extractors.principal_components(split.train, COMPONENTS),
        "codes": extractors.codes(model, split.train),
    }
    for count in counts:
        table = fe.few_labels(split, features, fe.classifiers(), counts=(count,), seeds=DRAWS)
        note = f"{count} labels a class, {chosen(split)}; codes: {ran}"
        keep_accuracies(f"{name}_few_{count}", table, data, note)
        target = TARGETS.get((name, count))
        keep_advantages(f"{name}_few_{count}", table, data, note, target)


def all_labels(name: str, *, epochs: int | None = None) -> None:
    """Compare features where all training images have a label, those of one size side by side."""
    data = loaded(DATA[name])
    split = variants.split(data)
    everything = [np.arange(len(split.train))]
    choosing = [fe.labelled_rows(split.train_labels, CHOOSING, SEED)]
    features = {
        "pixels": extractors.pixels(split.train),
        f"LDA {CLASSES - 1}": extractors.discriminants(split.train, CLASSES),
    }
    notes = []
    for size in SIZES:
        model, ran = trained(fe.recipes(size)["plain"], split, epochs)
        features[f"PCA {size}"] = extractors.principal_components(split.train, (size,))
        features[f"codes {size}"] = extractors.codes(model, split.train)
        notes.append(f"codes of {size} values: {ran}")
    table = fe.compare(split, features, fe.classifiers(), everything, choosing=choosing)
    note = f"all {len(split.train):,} training images have a label, {chosen(split)}"
    keep_accuracies(f"{name}_all", table, data, "; ".join([note, *notes]))


def damaged(name: str, *, epochs: int | None = None) -> None:
    """Train classifiers on clean images and test them on noisy and on occluded ones."""
    data = loaded(DATA[name])
    split = variants.split(data)
    labelled = [fe.labelled_rows(split.train_labels, DAMAGED_LABELS, seed) for seed in DRAWS]
    features = {
        "pixels": extractors.pixels(split.train),
        "PCA": extractors.principal_components(split.train, COMPONENTS),
    }
    notes = []
    for key in ("plain", "denoising"):
        model, ran = trained(fe.recipes()[key], split, epochs)
        features[key] = extractors.codes(model, split.train)
        notes.append(f"{key}: {ran}")
    table = fe.compare(split, features, fe.classifiers(), labelled, damages=DAMAGES)
    note = f"trained on clean images, {DAMAGED_LABELS} labels a class, {chosen(split)}"
    for damage, part in table.groupby("damage", sort=False):
        keep_accuracies(f"{name}_damage_{damage}", part, data, "; ".join([note, *notes]))


def trained(
    recipe: variants.Recipe, split: variants.Split, epochs: int | None
) -> tuple[models.Autoencoder, str]:
    """Return a model that was trained on all training images, and how long that took."""
    model, history = variants.train(recipe, split, seed=SEED, epochs=epochs)
    return model, f"{recipe.title}, {keeping.ran(history, len(split.train), SEED)}"


def chosen(split: variants.Split) -> str:
    """Say how settings were chosen."""
    return (
        f"settings chosen on {len(split.validation):,} validation labels for each kind of "
        "features alike"
    )


def keep_accuracies(where: str, table: pd.DataFrame, data: datasets.Dataset, note: str) -> None:
    """Record the accuracy of each classifier on each kind of features."""
    for (features, classifier), part in table.groupby(["features", "classifier"], sort=False):
        first = part.iloc[0]
        keep(
            f"{where}_{slug(features)}_{slug(classifier)}",
            part["accuracy"].tolist(),
            unit="1",
            dataset=data.provenance,
            seeds=part["repetition"].tolist(),
            note=f"Test images; {first['extractor']}; {first['setting']}; {note}.",
        )


def keep_advantages(
    where: str, table: pd.DataFrame, data: datasets.Dataset, note: str, target: float | None
) -> None:
    """Record by how much codes are better than the best baseline, for each classifier."""
    found = fe.advantage(table, "codes", BASELINES)
    for classifier, part in found.groupby("classifier", sort=False):
        keep(
            f"{where}_advantage_{slug(classifier)}",
            part["difference"].tolist(),
            unit="1",
            dataset=data.provenance,
            target=target,
            seeds=part["repetition"].tolist(),
            note=f"Accuracy of codes less that of {part['best'].iloc[0]}, the better one of "
            f"{' and '.join(BASELINES)}, in the same draw of labels; {note}.",
        )


def slug(name: str) -> str:
    """Return a name as a part of a key."""
    return re.sub("[^a-z0-9]+", "_", name.lower())


EXPERIMENTS: dict[str, Callable[[], None]] = {
    **{f"few_labels_{name}": partial(few_labels, name) for name in DATA},
    **{f"all_labels_{name}": partial(all_labels, name) for name in DATA},
    **{f"damaged_{name}": partial(damaged, name) for name in DATA},
}
