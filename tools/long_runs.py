"""Train chapter 3's variants for longer than a notebook may, and keep the numbers.

``python -m tools.long_runs [NAME …]`` runs the named experiments, or all of them, on the real data
and writes ``book/results/03_long_runs.json``. The recipes are those of
``aecourse.applications.variants``, which the notebooks use too. Every choice was made on the
validation part; the test images are looked at once, at the end of a run.

    AECOURSE_DATA_DIR=… python -m tools.long_runs stacked variational_likelihood
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse import datasets, models, training
from aecourse.applications import variants
from aecourse.errors import DataError
from aecourse.results import VARIABLE, record
from tools import notebooks

CHAPTER = "03_long_runs"
SEED = 0
IMPORTANCE_SAMPLES = 50
# Pythae's reproduction of a VAE on binarised MNIST (Chadebec, Vincent and Allassonnière, 2022).
LITERATURE = {("binary", IMPORTANCE_SAMPLES): 89.8}


def reconstruction(key: str, *, epochs: int | None = None) -> None:
    """Train one of the reconstruction recipes on Fashion-MNIST."""
    recipe = variants.reconstruction_recipes()[key]
    data = loaded("fashion_mnist")
    split = variants.split(data)
    model, history = variants.train(recipe, split, seed=SEED, epochs=epochs)
    for part, images, published in (
        ("validation", split.validation, recipe.published),
        ("test", split.test, None),
    ):
        keep(
            f"fashion_{key}_{part}_mse",
            variants.reconstruction_error(model, images),
            unit="1",
            dataset=data.provenance,
            reference=published,
            target=published,
            note=f"Code of {code_values(model)} values; {ran(history, split)}.",
        )


def likelihood(key: str, *, epochs: int | None = None) -> None:
    """Train the variational autoencoder on grey or on binarised MNIST and bound its likelihood."""
    data = loaded("mnist")
    split = variants.split(data)
    if key == "binary":
        split = binarised(split)
    model, history = variants.train(variants.likelihood_recipe(), split, seed=SEED, epochs=epochs)
    for samples in (1, IMPORTANCE_SAMPLES):
        keep(
            f"mnist_vae_{key}_nll_{samples}",
            -float(model.log_likelihood(split.test, samples=samples, seed=SEED).mean()),
            unit="nats an image",
            dataset=data.provenance,
            reference={("grey", 1): 104.0, ("binary", IMPORTANCE_SAMPLES): 89.8}.get(
                (key, samples)
            ),
            target=104.0 if (key, samples) == ("grey", 1) else None,
            note=f"Test images, {samples} importance samples; {ran(history, split)}.",
        )


def binarised(split: variants.Split) -> variants.Split:
    """Return images whose pixels are drawn once, white with the grey value as probability."""
    rng = np.random.default_rng(SEED)

    def drawn(grey: NDArray[np.float32]) -> NDArray[np.float32]:
        return (rng.random(grey.shape) < grey).astype(np.float32)

    return replace(
        split,
        train=drawn(split.train),
        validation=drawn(split.validation),
        test=drawn(split.test),
    )


EXPERIMENTS: dict[str, Callable[[], None]] = {
    **{key: partial(reconstruction, key) for key in variants.reconstruction_recipes()},
    **{f"likelihood_{key}": partial(likelihood, key) for key in ("grey", "binary")},
}


def loaded(name: str) -> datasets.Dataset:
    """Return real data; refuse a stand-in."""
    data = datasets.load(name)
    if data.provenance.is_stand_in:
        raise DataError(f"{name} is a stand-in; set AECOURSE_DATA_DIR to a folder with the data.")
    return data


def code_values(model: models.Autoencoder) -> int:
    return int(np.prod(model.code_shape))


def ran(history: training.History, split: variants.Split) -> str:
    """Say how long a run was."""
    cores = len(os.sched_getaffinity(0))
    return (
        f"seed {SEED}, {len(history.epochs)} epochs of {len(split.train):,} images "
        f"in {history.seconds:.0f} s on {cores} cores"
    )


def keep(key: str, value: float, **facts: Any) -> None:
    """Record one number and show it."""
    record(CHAPTER, key, value, **facts)
    print(f"{key:40} {value:.5g}   {facts.get('note', '')}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXPERIMENTS))
    names = parser.parse_args().names or list(EXPERIMENTS)
    unknown = [name for name in names if name not in EXPERIMENTS]
    if unknown:
        print(f"There is no experiment {unknown[0]!r}; there are {', '.join(EXPERIMENTS)}.")
        return 2
    os.environ[VARIABLE] = str(notebooks.BOOK / "results")
    for name in names:
        EXPERIMENTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
