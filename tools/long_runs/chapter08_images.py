"""Section 8.3: images drawn, mixed, changed and completed, with several seeds of each model.

The experiments on one data set share its trained models: name them in one call, and each model is
trained once. On one core all of Fashion-MNIST takes about two hours, and CIFAR-10 one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

import pandas as pd

from aecourse import datasets, models
from aecourse.applications import face_images as faces
from aecourse.applications import generation_quality as quality
from aecourse.applications import image_completion as completion
from aecourse.applications import image_editing as editing
from aecourse.applications import image_generation as generation
from aecourse.applications import variants
from aecourse.applications.feature_space import train_classifier
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded, slug

SEEDS = {"fashion": range(5), "cifar": range(3), "faces": range(5)}
SPACE_SEED = 0
DATA = {"fashion": "fashion_mnist", "cifar": "cifar10"}


class Size(NamedTuple):
    """Numbers in a code, and the channels of the networks."""

    code: int
    filters: tuple[int, ...]


SIZES = {"fashion": Size(16, (16, 32)), "cifar": Size(64, (32, 64))}
COMMON = ("autoencoder", "variational", "wasserstein", "regularized", "quantized")
KEYS = {"fashion": ("listing", *COMMON, "adversarial"), "cifar": COMMON}
# What is to be nearer to real images than the variational autoencoder.
AIMED = ("mixture", "regularized", "quantized")
NOISE = ("noise", "grid_noise", "image_noise")  # what the models are compared with
EPOCHS = {"fashion": 10, "cifar": 10}
PRIOR_EPOCHS = {"fashion": 5, "cifar": 8}
SPACE_EPOCHS = {"fashion": 6, "cifar": 12}
MEASURES = ("frechet", "precision", "recall", "copying", "nearest")
COMPLETED = 1_000
HIDDEN = ("right", "bottom")
PAIRS = 2_000
EDITED = ("autoencoder", "variational", "regularized")
CHANGES = {"sleeves": (0, 2), "dress": (0, 3), "boot": (5, 9)}
FACE_COMPONENTS = 10

keep = partial(keeping.keep, "08_image_generation_long_runs")


def references(name: str) -> None:
    """Judge what needs no network: real images, copies, principal components."""
    data, split, reference = scene(name)
    size = SIZES[name].code
    draws = {
        "floor": generation.copies_of(reference.others),
        "copies": generation.copies_of(split.train),
        "linear": generation.from_model(generation.LinearGenerator(split.train, size)),
    }
    table = quality.judge(draws, reference, seeds=SEEDS[name])
    keep_quality(name, table, data, f"{size} components; {told(reference)}")
    keep(
        f"{name}_space_accuracy",
        reference.space.accuracy,
        unit="1",
        dataset=data.provenance,
        note="Of the classifier in whose features draws are judged, on images held back from it.",
    )


def generators(name: str, key: str, *, epochs: int | None = None) -> None:
    """Train one kind of model, draw from it in all ways it allows, and judge the draws."""
    data, split, reference = scene(name)
    tables, errors, ran = [], [], ""
    for seed in SEEDS[name]:
        model, ran = trained(name, key, seed, epochs)
        draws = generation.draws_of(
            key, model, split, prior_epochs=epochs or PRIOR_EPOCHS[name], seed=seed
        )
        beside = {
            other: distance_of(name, other, seed, epochs)
            for other in ("autoencoder", "variational")
        }
        tables.append(quality.judge(draws, reference, seeds=(seed,)).assign(**beside))
        errors.append(variants.reconstruction_error(model, split.test))
    table = pd.concat(tables)
    note = f"{told(reference)}; the last one: {ran}"
    keep_quality(name, table, data, note)
    keep_factors(name, table, data, note)
    keep(
        f"{name}_{key}_test_mse",
        errors,
        unit="1",
        dataset=data.provenance,
        seeds=list(SEEDS[name]),
        note=f"Reconstruction of test images; the last one: {ran}.",
    )


def completions(*, epochs: int | None = None) -> None:
    """Complete half-hidden test images of Fashion-MNIST in all ways."""
    data, split, reference = scene("fashion")
    images = variants.spread(split.test, COMPLETED)
    labels = variants.spread(split.test_labels, COMPLETED)
    for hidden in HIDDEN:
        visible = completion.visible_part(images.shape[1:], hidden)
        tables, ran = [], ""
        for seed in SEEDS["fashion"]:
            model, ran = trained("fashion", "variational", seed, epochs)
            plain, _ = trained("fashion", "autoencoder", seed, epochs)
            rival, _ = rival_for(HIDDEN[0], seed, epochs)
            fills = {
                "plain": completion.through(plain, visible),
                "fit_alone": search(model, visible, split, price=0),
                "search": search(model, visible, split, price=1),
                "trained": completion.through(rival, visible),
            }
            if seed == SEEDS["fashion"][0]:
                fills |= {
                    "mean": completion.mean_image(split.train),
                    "mirror": completion.mirror_image(visible),
                    "nearest": completion.nearest_image(split.train, visible),
                    "linear": completion.linear_map(split.train, split.validation, visible),
                }
            table = completion.compare(fills, images, labels, visible, reference.space)
            tables.append(table.assign(seed=seed))
        where = f"fashion_complete_{hidden}"
        note = (
            f"{hidden} half of {len(images):,} test images hidden; "
            f"trained for the {HIDDEN[0]} half; {ran}"
        )
        keep_by_way(where, pd.concat(tables), ("hidden_mse", "recognised"), data, note)


def search(
    model: models.Autoencoder, visible: completion.Mask, split: variants.Split, *, price: float
) -> completion.Fill:
    """Return the search for a code, as the notebook has it."""
    return completion.search_code(model, visible, split.train.mean(axis=0), price=price)


def edits(*, epochs: int | None = None) -> None:
    """Mix test images of Fashion-MNIST, and change their class by arithmetic."""
    data, split, reference = scene("fashion")
    images = variants.spread(split.test, 3 * PAIRS)
    mixes: list[pd.DataFrame] = []
    changes: dict[str, list[pd.DataFrame]] = {name: [] for name in CHANGES}
    for seed in SEEDS["fashion"]:
        coders: dict[str, editing.Coder] = {
            key: trained("fashion", key, seed, epochs)[0] for key in EDITED
        }
        if seed == SEEDS["fashion"][0]:
            size = SIZES["fashion"].code
            linear = generation.LinearGenerator(split.train, size)
            coders |= {"pixels": editing.Pixels(), "linear": linear}
        mixed = editing.halfway(coders, images[::3], images[1::3], reference.space, images[2::3])
        mixes.append(mixed.assign(seed=seed))
        for name, (source, target) in CHANGES.items():
            table = editing.arithmetic(coders, split, reference.space, source=source, target=target)
            changes[name].append(table.assign(seed=seed))
    note = f"halfway between {len(images[::3]):,} pairs of test images"
    keep_by_way("fashion_mix", pd.concat(mixes), ("precision", "frechet"), data, note)
    for name, (source, target) in CHANGES.items():
        note = f"{data.class_names[source]} to {data.class_names[target]}, the whole direction"
        keep_by_way(
            f"fashion_change_{name}",
            pd.concat(changes[name]),
            ("changed", "precision", "kept"),
            data,
            note,
        )


def few_faces(*, epochs: int | None = None) -> None:
    """Train on the faces of some people, and judge draws and reconstructions on others."""
    data = loaded("olivetti_faces")
    people = faces.split_people(data)
    split = replace(people, train=faces.mirrored(people.train))
    reference = quality.Reference.of(face_space(split), split, "test")
    # As many known faces as unseen ones: by chance either is the nearest as often.
    known = variants.spread(people.train, len(reference.real))
    reference = replace(reference, known=known)
    recipe = faces.recipe(split.train.shape[1:])
    linear = generation.LinearGenerator(split.train, faces.CODE)
    draws = {
        "floor": generation.copies_of(reference.others),
        "copies": generation.copies_of(known),
        "linear": generation.from_model(linear),
    }
    tables = [quality.judge(draws, reference, seeds=SEEDS["faces"])]
    errors: dict[str, list[float]] = {"known": [], "new": []}
    ran = ""
    for seed in SEEDS["faces"]:
        model, history = recipe.train(split.train, seed=seed, epochs=epochs)
        ran = keeping.ran(history, len(split.train), seed)
        model.fit_density(split.train, seed=seed)
        drawn = {"regularized_gaussian": generation.from_model(model)}
        tables.append(quality.judge(drawn, reference, seeds=(seed,)))
        errors["known"].append(variants.reconstruction_error(model, split.train))
        errors["new"].append(variants.reconstruction_error(model, split.test))
    keep_quality("faces", pd.concat(tables), data, f"{told(reference)}; the last one: {ran}")
    for whose, values in errors.items():
        images = split.train if whose == "known" else split.test
        keep(
            f"faces_{whose}_mse",
            values,
            unit="1",
            dataset=data.provenance,
            reference=float(((linear.decode(linear.encode(images)) - images) ** 2).mean()),
            seeds=list(SEEDS["faces"]),
            note=f"Faces of {whose} people; reference: {faces.CODE} principal components; {ran}.",
        )


# --- what several experiments share ---------------------------------------------------------------


@cache
def scene(name: str) -> tuple[datasets.Dataset, variants.Split, quality.Reference]:
    """Return a data set, its parts, and what draws are compared with."""
    data = loaded(DATA[name])
    split = variants.split(data)
    space = train_classifier(
        split.train, split.train_labels, epochs=SPACE_EPOCHS[name], seed=SPACE_SEED
    )
    return data, split, quality.Reference.of(space, split, "test")


def face_space(split: variants.Split) -> quality.ReducedFeatures:
    """Return the features of faces: few of a classifier that tells the training people apart."""
    labels = pd.concat([pd.Series(split.train_labels)] * 2).to_numpy()  # mirror images come second
    space = train_classifier(split.train, labels, epochs=40, seed=SPACE_SEED)
    return quality.ReducedFeatures(space, split.train, FACE_COMPONENTS)


@cache
def trained(name: str, key: str, seed: int, epochs: int | None) -> tuple[models.Autoencoder, str]:
    """Return a trained model and how long that took."""
    _, split, _ = scene(name)
    size = SIZES[name]
    recipe = generation.recipes(
        split.train.shape[1:], code_size=size.code, filters=size.filters, epochs=EPOCHS[name]
    )[key]
    model, history = variants.train(recipe, split, seed=seed, epochs=epochs)
    return model, f"{recipe.title}, {keeping.ran(history, len(split.train), seed)}"


@cache
def rival_for(hidden: str, seed: int, epochs: int | None) -> tuple[models.Autoencoder, str]:
    """Return the network that is trained to fill in one half."""
    _, split, _ = scene("fashion")
    recipe = completion.recipe(split.train.shape[1:], hidden, epochs=EPOCHS["fashion"])
    model, history = variants.train(recipe, split, seed=seed, epochs=epochs)
    return model, keeping.ran(history, len(split.train), seed)


@cache
def distance_of(name: str, key: str, seed: int, epochs: int | None) -> float:
    """Return the Fréchet distance of a model's draws; the plain autoencoder decodes noise."""
    _, _, reference = scene(name)
    drawn = variants.draw(trained(name, key, seed, epochs)[0], len(reference.real), seed=seed)
    return variants.sample_quality(reference.space, drawn, reference.real).frechet


def told(reference: quality.Reference) -> str:
    """Say in which features draws were compared with what."""
    space = reference.space
    reduced = isinstance(space, quality.ReducedFeatures)
    kept = f"{FACE_COMPONENTS} main directions of the " if reduced else ""
    return (
        f"{kept}features of a small classifier of the training images (right on "
        f"{space.accuracy:.1%} of held-out ones), not FID; {len(reference.real):,} of each"
    )


def keep_quality(name: str, table: pd.DataFrame, data: datasets.Dataset, note: str) -> None:
    """Record the measures of each generator, distances beside those of noise and of the VAE."""
    for key, part in table.groupby("generator", sort=False):
        beside: dict[str, float] = {}
        told_beside = ""
        if "autoencoder" in part:
            beside["reference"] = part["autoencoder"].mean()
            told_beside = "; reference: noise decoded by the plain autoencoder"
        if key in AIMED:
            beside["target"] = part["variational"].mean()
            told_beside += "; aim: below the VAE's"
        for measure in MEASURES:
            is_distance = measure == "frechet"
            keep(
                f"{name}_{key}_{measure}",
                part[measure].tolist(),
                unit="1",
                dataset=data.provenance,
                seeds=part["seed"].tolist(),
                note=f"{generation.TITLES[str(key)]}; {note}{told_beside if is_distance else ''}.",
                **(beside if is_distance else {}),
            )


def keep_factors(name: str, table: pd.DataFrame, data: datasets.Dataset, note: str) -> None:
    """Record how many times the distance of noise is a generator's; of models, to be above 1."""
    for key, part in table.groupby("generator", sort=False):
        aim = {} if key in NOISE else {"target": 1.0}
        keep(
            f"{name}_{key}_times_nearer",
            (part["autoencoder"] / part["frechet"]).tolist(),
            unit="1",
            dataset=data.provenance,
            seeds=part["seed"].tolist(),
            note=f"{generation.TITLES[str(key)]}; Fréchet distance of noise decoded by the plain "
            f"autoencoder of the same seed, divided by this generator's; {note}.",
            **aim,
        )


def keep_by_way(
    where: str, table: pd.DataFrame, measures: Sequence[str], data: datasets.Dataset, note: str
) -> None:
    """Record measures of each way, one value a seed; a way without chance has one value."""
    for way, part in table.groupby("way", sort=False):
        for measure in measures:
            keep(
                f"{where}_{slug(str(way))}_{measure}",
                part[measure].tolist(),
                unit="1",
                dataset=data.provenance,
                seeds=part["seed"].tolist(),
                note=f"{note}.",
            )


EXPERIMENTS: dict[str, Callable[[], None]] = {
    **{f"images_{name}_references": partial(references, name) for name in DATA},
    **{
        f"images_{name}_{key}": partial(generators, name, key)
        for name in DATA
        for key in KEYS[name]
    },
    "images_completion": completions,
    "images_editing": edits,
    "images_faces": few_faces,
}
