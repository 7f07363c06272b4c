"""Chapter 5: features for classifiers, with few labels, with all, and for damaged images."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import numpy as np
import pandas as pd

from aecourse import datasets, models
from aecourse.applications import extractors, variants
from aecourse.applications import feature_extraction as fe
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded, slug

SEED = 0
CLASSES = 10
DRAWS = range(5)
MODELS = range(5)
COUNTS = (1, 5, 10, 50)
FEW = 10  # labels of each class for which the figure to reach was set
TARGETS = {("mnist", FEW): 0.03}  # by how much codes are to be better
SIZES = (CLASSES - 1, 32)
WIDER = (fe.CODE, 32, 64)
COMPONENTS = (10, 20, 30, 50, 100)
DATA = {"mnist": "mnist", "fashion": "fashion_mnist"}
BASELINES = ("pixels", "PCA")
KINDS = fe.classifiers()
CHOOSING = 100  # labels of each class to choose settings with, where all are too many
DAMAGED_LABELS = 100  # of each class
DAMAGED_KINDS = {name: KINDS[name] for name in ("logistic regression", "RBF SVM")}
DAMAGES: Mapping[str, fe.Damage] = {
    "none": lambda images: images,
    "noise_25": fe.gaussian_noise(0.25),
    "noise_50": fe.gaussian_noise(0.5),
    "patches_20": fe.masked_patches(0.2),
    "patches_40": fe.masked_patches(0.4),
}

keep = partial(keeping.keep, "05_long_runs")
keep_accuracies = partial(keeping.keep_accuracies, "05_long_runs")


def few_labels(name: str, count: int, *, epochs: int | None = None) -> None:
    """Compare features where few of the training images have a label."""
    data = loaded(DATA[name])
    split = variants.split(data)
    model, ran = trained(name, "masking", fe.CODE, epochs, SEED)
    features = {
        "pixels": extractors.pixels(split.train),
        "PCA": extractors.principal_components(split.train, COMPONENTS),
        "codes": extractors.codes(model, split.train),
    }
    table = fe.few_labels(split, features, KINDS, counts=(count,), seeds=DRAWS)
    note = f"{count} labels a class, {chosen(split)}; codes: {ran}"
    keep_accuracies(f"{name}_few_{count}", table, data, note)
    keep_advantages(f"{name}_few_{count}", table, data, note, TARGETS.get((name, count)))


def few_labels_plain(name: str, *, epochs: int | None = None) -> None:
    """Measure the codes of the pair that only copies, with the same few labels."""
    keep_codes(name, "plain", "plain", fe.CODE, COUNTS, epochs)


def model_seeds(name: str, kind: str, *, epochs: int | None = None) -> None:
    """Train an autoencoder again and again, to see how much of its worth hangs on chance."""
    data = loaded(DATA[name])
    split = variants.split(data)
    found = []
    for seed in MODELS:
        model, ran = trained(name, kind, fe.CODE, epochs, seed)
        features = {"codes": extractors.codes(model, split.train)}
        table = fe.few_labels(split, features, KINDS, counts=(FEW,), seeds=DRAWS)
        found.append(table.groupby("classifier", sort=False)["accuracy"].mean())
    for classifier, values in pd.concat(found, axis=1).iterrows():
        keep(
            f"{name}_few_{FEW}_{kind}_models_{slug(str(classifier))}",
            values.tolist(),
            unit="1",
            dataset=data.provenance,
            seeds=list(MODELS),
            note=f"Test images; codes of one autoencoder a seed, mean over {len(DRAWS)} draws of "
            f"{FEW} labels a class, {chosen(split)}; the last one: {ran}.",
        )


def wider(name: str, *, epochs: int | None = None) -> None:
    """Compare codes of several sizes, copied and filled in, where few images have a label."""
    for kind in ("plain", "masking"):
        for size in WIDER:
            keep_codes(name, f"{kind}_{size}", kind, size, (FEW,), epochs)


def keep_codes(
    name: str, key: str, kind: str, size: int, counts: Sequence[int], epochs: int | None
) -> None:
    """Record what classifiers make of the codes of one model, with each number of labels."""
    data = loaded(DATA[name])
    split = variants.split(data)
    model, ran = trained(name, kind, size, epochs, SEED)
    features = {key: extractors.codes(model, split.train)}
    for count in counts:
        table = fe.few_labels(split, features, KINDS, counts=(count,), seeds=DRAWS)
        note = f"{count} labels a class, {chosen(split)}; {size} numbers; {ran}"
        keep_accuracies(f"{name}_few_{count}", table, data, note)


def all_labels(name: str, key: str, *, epochs: int | None = None) -> None:
    """Measure one kind of features where all training images have a label."""
    data = loaded(DATA[name])
    split = variants.split(data)
    candidates, about = measured(name, key, split, epochs)
    everything = [np.arange(len(split.train))]
    choosing = [fe.labelled_rows(split.train_labels, CHOOSING, seed) for seed in DRAWS]
    table = fe.compare(split, {key: candidates}, KINDS, everything, choosing=choosing)
    note = f"all {len(split.train):,} training images have a label, {chosen(split)}{about}"
    keep_accuracies(f"{name}_all", table, data, note)


def damaged(name: str, key: str, *, epochs: int | None = None) -> None:
    """Train classifiers on one kind of features of clean images and test them on damaged ones."""
    data = loaded(DATA[name])
    split = variants.split(data)
    candidates, about = measured(name, key, split, epochs)
    labelled = [fe.labelled_rows(split.train_labels, DAMAGED_LABELS, seed) for seed in DRAWS]
    table = fe.compare(split, {key: candidates}, DAMAGED_KINDS, labelled, damages=DAMAGES)
    note = f"trained on {DAMAGED_LABELS} clean images a class, {chosen(split)}{about}"
    for damage, part in table.groupby("damage", sort=False):
        keep_accuracies(f"{name}_damage_{damage}", part, data, note)


def measured(
    name: str, key: str, split: variants.Split, epochs: int | None
) -> tuple[extractors.Candidates, str]:
    """Return the features of a key, such as ``"pca_32"``, and how their model was trained."""
    kind, _, size = key.partition("_")
    if kind == "pixels":
        return extractors.pixels(split.train), ""
    if kind == "lda":
        return extractors.discriminants(split.train, CLASSES), ""
    if kind == "pca":
        sizes = (int(size),) if size else COMPONENTS
        return extractors.principal_components(split.train, sizes), ""
    model, ran = trained(name, kind, int(size) if size else fe.CODE, epochs, SEED)
    return extractors.codes(model, split.train), f"; {ran}"


@cache
def trained(
    name: str, kind: str, size: int, epochs: int | None, seed: int
) -> tuple[models.Autoencoder, str]:
    """Return a model that was trained on all training images, and how long that took.

    Many experiments of one call of this script use the same model.
    """
    split = variants.split(loaded(DATA[name]))
    recipe = fe.recipes(size)[kind]
    model, history = variants.train(recipe, split, seed=seed, epochs=epochs)
    return model, f"{recipe.title}, {keeping.ran(history, len(split.train), seed)}"


def chosen(split: variants.Split) -> str:
    """Say how settings were chosen."""
    return f"settings chosen on {len(split.validation):,} validation labels"


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
            note=f"Accuracy on codes less that on {part['best'].iloc[0]}, the best of "
            f"{' and '.join(BASELINES)}, in the same draw of labels; {note}.",
        )


SIZED = [f"{kind}_{size}" for size in SIZES for kind in ("pca", "plain", "masking")]
EXPERIMENTS: dict[str, Callable[[], None]] = {
    **{
        f"few_labels_{name}_{count}": partial(few_labels, name, count)
        for name in DATA
        for count in COUNTS
    },
    **{f"few_labels_{name}_plain": partial(few_labels_plain, name) for name in DATA},
    **{
        f"model_seeds_{name}_{kind}": partial(model_seeds, name, kind)
        for name in DATA
        for kind in ("plain", "masking")
    },
    **{f"wider_{name}": partial(wider, name) for name in DATA},
    **{
        f"all_labels_{name}_{key}": partial(all_labels, name, key)
        for name in DATA
        for key in ("pixels", "lda", *SIZED)
    },
    **{
        f"damaged_{name}_{key}": partial(damaged, name, key)
        for name in DATA
        for key in ("pixels", "pca", "plain", "masking", "gaussian")
    },
}
