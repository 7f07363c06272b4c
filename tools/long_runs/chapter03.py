"""Chapter 3: the variants, with the recipes of ``aecourse.applications.variants``."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from aecourse import datasets, models, training
from aecourse.applications import feature_space, variants
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded

SEED = 0
IMPORTANCE_SAMPLES = 50
# Pythae's reproduction of a VAE on binarised MNIST (Chadebec, Vincent and Allassonnière, 2022).
LITERATURE = {("binary", IMPORTANCE_SAMPLES): 89.8}
TARGETS = {("grey", 1): 104.0}
NOT_FID = "Distance in the features of a small classifier trained on the same images; not FID"
LABELS = 100
PRIOR_EPOCHS = 10
COMPARED = 2_000

keep = partial(keeping.keep, "03_long_runs")


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
        target = TARGETS.get((key, samples))
        keep(
            f"mnist_vae_{key}_nll_{samples}",
            -float(model.log_likelihood(split.test, samples=samples, seed=SEED).mean()),
            unit="nats an image",
            dataset=data.provenance,
            reference=LITERATURE.get((key, samples), target),
            target=target,
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


def generation(key: str, *, epochs: int | None = None) -> None:
    """Train a variant on MNIST, draw from it, and compare the draws with test images."""
    data = loaded("mnist")
    split = variants.split(data)
    recipe = variants.generative_recipes()[key]
    model, history = variants.train(recipe, split, seed=SEED, epochs=epochs)
    if isinstance(model, models.RegularizedAutoencoder):
        model.fit_density(split.train)
    real, _ = halves(split)
    keep_quality(key, variants.draw(model, len(real), seed=SEED), real, data, ran(history, split))
    keep(
        f"mnist_{key}_test_mse",
        variants.reconstruction_error(model, split.test),
        unit="1",
        dataset=data.provenance,
        note=f"Code of {code_values(model)} values; {ran(history, split)}.",
    )


def matching(key: str, *, epochs: int | None = None) -> None:
    """Train a variant over dense networks and measure how near its codes are to the prior."""
    data = loaded("mnist")
    split = variants.split(data)
    recipe = variants.matching_recipes()[key]
    model, history = variants.train(recipe, split, seed=SEED, epochs=epochs)
    codes = model.encode(variants.spread(split.test, COMPARED))
    keep(
        f"mnist_{key}_mmd_ratio",
        variants.prior_match(codes).ratio,
        unit="1",
        dataset=data.provenance,
        target=2.0,
        note=f"Maximum mean discrepancy of {len(codes):,} test codes and the prior, divided by "
        f"that of two samples of the prior; code of {code_values(model)} values; "
        f"{ran(history, split)}.",
    )


def quantized(*, epochs: int | None = None, prior_epochs: int = PRIOR_EPOCHS) -> None:
    """Train a vector-quantised autoencoder on MNIST and a prior over its indices; draw images."""
    data = loaded("mnist")
    split = variants.split(data)
    model, history = variants.train(variants.quantized_recipe(), split, seed=SEED, epochs=epochs)
    prior = models.CodePrior(model.positions, model.codebook_size, seed=SEED)
    learnt = training.fit(
        prior,
        model.encode_indices(split.train),
        epochs=prior_epochs,
        learning_rate=5e-3,
        schedule="cosine",
        seed=SEED,
        progress=False,
    )
    real, _ = halves(split)
    note = f"{ran(history, split)}; the prior {len(learnt.epochs)} epochs in {learnt.seconds:.0f} s"
    drawn = model.decode_indices(prior.sample(len(real), seed=SEED))
    keep_quality("quantized", drawn, real, data, note)
    keep(
        "mnist_quantized_test_mse",
        variants.reconstruction_error(model, split.test),
        unit="1",
        dataset=data.provenance,
        note=f"{ran(history, split)}.",
    )
    keep(
        "mnist_quantized_perplexity_share",
        model.perplexity(split.test) / model.codebook_size,
        unit="1",
        dataset=data.provenance,
        target=0.5,
        note=f"Of {model.codebook_size} code words; {ran(history, split)}.",
    )


def floor() -> None:
    """Compare one half of the test images with the other, as no model can do better."""
    data = loaded("mnist")
    real, others = halves(variants.split(data))
    keep_quality("floor", others, real, data, "test images against other test images")


def semi_supervised(*, epochs: int | None = None) -> None:
    """Train on MNIST with a hundred labels, and beside it a classifier on those alone."""
    data = loaded("mnist")
    split = variants.split(data)
    told = variants.few_labelled(split.train_labels, LABELS)
    recipe = variants.semi_supervised_recipe()
    model, history = variants.train(recipe, split, seed=SEED, epochs=epochs, told=told)
    flat = split.train[told.known].reshape(len(told.known), -1)
    baseline = LogisticRegression(max_iter=1_000).fit(flat, split.train_labels[told.known])
    keep(
        "semi_supervised_accuracy",
        float((model.predict(split.test) == split.test_labels).mean()),
        unit="1",
        dataset=data.provenance,
        reference=float(baseline.score(split.test.reshape(len(split.test), -1), split.test_labels)),
        note=f"Test images, {len(told.known)} labels; {ran(history, split)}; reference: logistic "
        "regression on the labelled pixels.",
    )


def halves(split: variants.Split) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the real images that draws are compared with, and as many others between them."""
    return split.test[::2], split.test[1::2]


@cache
def features() -> feature_space.ClassifierFeatures:
    """Return the features that all draws of one call of this script are compared in."""
    split = variants.split(loaded("mnist"))
    return feature_space.train_classifier(split.train, split.train_labels, seed=SEED)


def keep_quality(
    key: str,
    drawn: NDArray[np.float32],
    real: NDArray[np.float32],
    data: datasets.Dataset,
    note: str,
) -> None:
    """Record how good drawn images are."""
    quality = variants.sample_quality(features(), drawn, real)
    for name, value in quality._asdict().items():
        keep(
            f"mnist_{key}_{name}",
            value,
            unit="1",
            dataset=data.provenance,
            note=f"{NOT_FID}; {len(real):,} images of each; {note}.",
        )


EXPERIMENTS: dict[str, Callable[[], None]] = {
    **{key: partial(reconstruction, key) for key in variants.reconstruction_recipes()},
    **{f"likelihood_{key}": partial(likelihood, key) for key in ("grey", "binary")},
    "floor": floor,
    **{f"generation_{key}": partial(generation, key) for key in variants.generative_recipes()},
    "generation_quantized": quantized,
    **{f"matching_{key}": partial(matching, key) for key in variants.matching_recipes()},
    "semi_supervised": semi_supervised,
}


def code_values(model: models.Autoencoder) -> int:
    return int(np.prod(model.code_shape))


def ran(history: training.History, split: variants.Split) -> str:
    return keeping.ran(history, len(split.train), SEED)
