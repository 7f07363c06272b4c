"""Chapter 4: methods of dimensionality reduction, bits of a code, and the attack on codes."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from aecourse import datasets
from aecourse.applications import code_inversion, rate_distortion, variants
from aecourse.applications import dimensionality_reduction as reduction
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded

SIZE = 32  # dimensions of the codes that are rounded and attacked
DATA = {"mnist": "mnist", "fashion": "fashion_mnist"}
UNITS = {"fit_seconds": "s", "encode_seconds": "s", "search_seconds": "s"}
SEEDS = 5
CHANCE = ("tsne", "umap", "dense", "convolutional", "variational")  # all slow but for "random"
COMPARED = (2, SIZE)  # the sizes for which the chapter compares them; others draw a line only
TARGETS = {
    f"mnist_{key}_32_{measure}": value
    for key in ("convolutional", "variational")
    for measure, value in {"mse": 0.0046, "accuracy": 0.976}.items()
}
NOTES = {
    "kernel_pca": f" Fitted to {reduction.KERNEL_IMAGES:,} of these.",
    "tsne": " It has no place for new images, so the test images themselves were placed.",
}
ROUNDED = ("pca", "convolutional")
PAIRS = (100, 1_000, 5_000)
FACE_PAIRS = (40, 80, 160)
FACE_EPOCHS = 300
WARM_UP = 200
ATTACKED = ("random", "pca", "dense", "variational")

keep = partial(keeping.keep, "04_long_runs")


def reduce(name: str, key: str, dimensions: int, *, epochs: int = reduction.EPOCHS) -> None:
    """Fit a method to all training images of a data set and measure it on all test images."""
    data = loaded(DATA[name])
    split = variants.split(data)
    several = key == "random" or (key in CHANCE and dimensions in COMPARED)
    seeds = range(SEEDS if several else 1)
    method = reduction.methods(epochs=epochs)[key]
    # The first call of some methods compiles them, which is not to count as time of fitting.
    method.fit(split.train[:WARM_UP], dimensions).encode(split.validation[:WARM_UP])
    found = reduction.compare(split, {key: method}, (dimensions,), seeds=seeds)
    for measure in reduction.Measures._fields:
        values = found[measure].to_numpy()
        if np.isnan(values).any():
            continue  # the method has no way back, or no place for new images
        full = f"{name}_{key}_{dimensions}_{measure}"
        keep(
            full,
            list(values),
            unit=UNITS.get(measure, "1"),
            dataset=data.provenance,
            target=TARGETS.get(full),
            seeds=list(seeds),
            note=f"{len(split.test):,} test images; {len(split.train):,} for training."
            + NOTES.get(key, ""),
        )


def rates(name: str, *, epochs: int = reduction.EPOCHS) -> None:
    """Round the codes of principal components and of an autoencoder, and count bits."""
    data = loaded(DATA[name])
    split = variants.split(data)
    for key in ROUNDED:
        fitted = reduction.methods(epochs=epochs)[key].fit(split.train, SIZE)
        table = rate_distortion.rate_distortion(fitted, split.train, split.test)
        for row in table.itertuples():
            for measure, unit in (("bits", "bit an image"), ("mse", "1")):
                keep(
                    f"{name}_{key}_{SIZE}_step_{row.step}_{measure}",
                    getattr(row, measure),
                    unit=unit,
                    dataset=data.provenance,
                    note=f"Test images; codes rounded to {row.step} standard deviations; seed 0.",
                )


def inversion(name: str, *, epochs: int = reduction.EPOCHS) -> None:
    """Attack codes of digits or garments."""
    data = loaded(DATA[name])
    split = variants.split(data)
    tables = [attacked(code_inversion.classes_scene(split), PAIRS, epochs, seed=0)]
    keep_attacks(name, tables, data)


def faces(*, epochs: int = FACE_EPOCHS) -> None:
    """Attack codes of faces by what pictures of other people teach."""
    data = loaded("olivetti_faces")
    tables = [
        attacked(code_inversion.people_scene(data, seed=seed), FACE_PAIRS, epochs, seed=seed)
        for seed in range(5)
    ]
    keep_attacks("faces", tables, data)


def attacked(
    scene: code_inversion.Scene, pairs: Sequence[int], epochs: int, *, seed: int
) -> pd.DataFrame:
    """Fit the owner's methods and attack their codes."""
    methods = reduction.methods(epochs=epochs)
    fitted = {key: methods[key].fit(scene.owner, SIZE, seed=seed) for key in ATTACKED}
    return code_inversion.invert(fitted, scene, pairs=pairs, seed=seed)


def keep_attacks(name: str, tables: Sequence[pd.DataFrame], data: datasets.Dataset) -> None:
    """Record what came to light, one value a seed."""
    seeds = range(len(tables))
    setting = ["method", "attack", "pairs"]
    for (method, kind, pairs), rows in pd.concat(tables).groupby(setting, sort=False):
        for measure in rows.columns.difference(setting):
            keep(
                f"{name}_{method}_{SIZE}_{kind.split()[0]}_{pairs}_{measure}",
                rows[measure].tolist(),
                unit="1",
                dataset=data.provenance,
                seeds=list(seeds),
                note=f"Test images; the attacker has {pairs:,} pairs.",
            )


EXPERIMENTS: dict[str, Callable[[], None]] = {
    **{
        f"reduce_{name}_{key}_{size}": partial(reduce, name, key, size)
        for name in DATA
        for key, method in reduction.methods().items()
        for size in ([method.only] if method.only else reduction.DIMENSIONS)
    },
    **{f"rates_{name}": partial(rates, name) for name in DATA},
    **{f"inversion_{name}": partial(inversion, name) for name in DATA},
    "inversion_faces": faces,
}
