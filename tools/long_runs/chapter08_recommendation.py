"""Section 8.2: recommenders on all of MovieLens latest-small, five seeds each.

The seeds draw the users who are held out, and whatever a recommender draws. The stars are split in
time alone, so there the seeds draw weights only.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from aecourse import datasets, results
from aecourse.applications import interactions, rating_prediction, recommendation
from aecourse.errors import DataError
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded

SEEDS = range(5)
CHOICE_SEEDS = range(3)  # for candidates that are trained: they are many
SHARE_OF_EASE = 0.97
COMPARED = ("item_neighbours", "pure_svd", "ease")
RATING_BAR = "matrix_factorisation"
JUDGED_RATINGS = ("item_autorec", "user_autorec")
UNITS = {"novelty": "bit", "rmse": "stars"}

CHAPTER = "08_recommender_long_runs"
CHOICE = "top_{}_validation_ndcg_100"

keep = partial(keeping.keep, CHAPTER)


def films() -> tuple[datasets.Dataset, interactions.Ratings]:
    """Return the real ratings, as a data set and with numbered users and films."""
    data = loaded("movielens")
    assert isinstance(data, datasets.RatingsDataset)
    return data, interactions.numbered(data.ratings, data.movies)


def top_choice(methods: Sequence[str]) -> None:
    """Measure the candidates of some methods on the validation users and name the best."""
    data, ratings = films()
    trained = any(method in recommendation.AUTOENCODERS for method in methods)
    splits = interactions.user_splits(ratings, CHOICE_SEEDS if trained else SEEDS)
    for method in methods:
        chosen, table = recommendation.choose(splits, recommendation.candidates()[method])
        print(table.groupby("recipe", sort=False)["ndcg_100"].agg(["mean", "std"]).round(4))
        keep(
            CHOICE.format(method),
            table.loc[table["recipe"] == str(chosen), "ndcg_100"].tolist(),
            unit="1",
            dataset=data.provenance,
            seeds=list(splits),
            note=f"Validation users; the best of {table['recipe'].nunique()}: {chosen}.",
        )


def top_compared() -> None:
    """Measure all recommenders on the test users, the autoencoders beside EASE.

    Which autoencoder is the best was decided by the validation users.
    """
    data, ratings = films()
    best = best_on_validation()
    splits = interactions.user_splits(ratings, SEEDS)
    recipes = recommendation.recipes()
    found = {method: recommendation.compare(splits, [recipe]) for method, recipe in recipes.items()}
    bar = SHARE_OF_EASE * found["ease"]["ndcg_100"].mean()
    for method, recipe in recipes.items():
        for measure in recommendation.MEASURES:
            judged = method in recommendation.AUTOENCODERS and measure == "ndcg_100"
            keep(
                f"top_{method}_{measure}",
                found[method][measure].tolist(),
                unit=UNITS.get(measure, "1"),
                dataset=data.provenance,
                reference=found["ease"][measure].mean() if judged else None,
                target=bar if judged else None,
                seeds=list(splits),
                note=f"{recipe}; {of_users(splits)}."
                + f" Reference: EASE; target: {SHARE_OF_EASE:.0%} of it." * judged,
            )
    keep_best(data, found, best, splits)


def best_on_validation() -> str:
    """Return the autoencoder with the highest nDCG@100 among those that were chosen.

    Raises
    ------
    DataError
        If a choice was not recorded yet.
    """
    path = Path(os.environ[results.VARIABLE]) / f"{CHAPTER}.json"
    known = results.read(path) if path.is_file() else {}
    missing = [m for m in recommendation.AUTOENCODERS if CHOICE.format(m) not in known]
    if missing:
        raise DataError(f"run top_choice_{missing[0]} first: the best one is chosen by validation.")
    return max(recommendation.AUTOENCODERS, key=lambda m: float(known[CHOICE.format(m)]["value"]))


def keep_best(
    data: datasets.Dataset,
    found: dict[str, pd.DataFrame],
    best: str,
    splits: dict[int, interactions.TopSplit],
) -> None:
    """Record the best autoencoder, and how far it is ahead of each of the others, seed by seed."""
    values = found[best]["ndcg_100"]
    keep(
        "top_best_autoencoder_ndcg_100",
        values.tolist(),
        unit="1",
        dataset=data.provenance,
        reference=found["ease"]["ndcg_100"].mean(),
        target=SHARE_OF_EASE * found["ease"]["ndcg_100"].mean(),
        seeds=list(splits),
        note=f"{best}, the best by the validation users; {of_users(splits)}.",
    )
    for other in COMPARED:
        keep(
            f"top_best_autoencoder_lead_over_{other}",
            (values - found[other]["ndcg_100"]).tolist(),
            unit="1",
            dataset=data.provenance,
            target=None if other == "ease" else 0,
            seeds=list(splits),
            note=f"nDCG@100 of {best} minus that of {other}, on the same users.",
        )


def ratings_choice(methods: Sequence[str]) -> None:
    """Measure the candidates of some predictors on the validation ratings and name the best."""
    data, ratings = films()
    split = interactions.rating_split(ratings)
    for method in methods:
        chosen, table = rating_prediction.choose(
            split, rating_prediction.candidates()[method], seeds=CHOICE_SEEDS
        )
        print(table.groupby("recipe", sort=False)["rmse"].agg(["mean", "std"]).round(4))
        keep(
            f"ratings_{method}_validation_rmse",
            table.loc[table["recipe"] == str(chosen), "rmse"].tolist(),
            unit="stars",
            dataset=data.provenance,
            seeds=list(CHOICE_SEEDS),
            note=f"Validation ratings; the best of {table['recipe'].nunique()}: {chosen}.",
        )


def ratings_compared() -> None:
    """Measure all predictors on the test ratings, the autoencoders beside the factorisation."""
    data, ratings = films()
    split = interactions.rating_split(ratings)
    recipes = rating_prediction.recipes()
    found = {
        method: rating_prediction.compare(split, [recipe], seeds=SEEDS)["rmse"]
        for method, recipe in recipes.items()
    }
    bar = found[RATING_BAR].mean()
    for method, recipe in recipes.items():
        judged = method in JUDGED_RATINGS
        keep(
            f"ratings_{method}_rmse",
            found[method].tolist(),
            unit="stars",
            dataset=data.provenance,
            reference=bar if judged else None,
            target=bar if judged else None,
            seeds=list(SEEDS),
            note=f"{recipe}; trained on {len(split.train):,} ratings, tested on the latest "
            f"{len(split.test):,}." + " Reference and target: biased MF." * judged,
        )


def of_users(splits: dict[int, interactions.TopSplit]) -> str:
    """Say how many users were trained and tested on."""
    split = next(iter(splits.values()))
    return (
        f"{split.train.shape[0]} training users, {split.test.seen.shape[0]} test users in the "
        f"first split, {split.train.shape[1]:,} films"
    )


SIMPLE = tuple(m for m in recommendation.METHODS if m not in recommendation.AUTOENCODERS)
SIMPLE_RATINGS = tuple(m for m in rating_prediction.METHODS if m not in JUDGED_RATINGS)
EXPERIMENTS: dict[str, Callable[[], None]] = {
    "top_choice_simple": partial(top_choice, SIMPLE),
    **{f"top_choice_{m}": partial(top_choice, [m]) for m in recommendation.AUTOENCODERS},
    "top_recommenders": top_compared,
    "ratings_choice_simple": partial(ratings_choice, SIMPLE_RATINGS),
    **{f"ratings_choice_{m}": partial(ratings_choice, [m]) for m in JUDGED_RATINGS},
    "ratings_predictors": ratings_compared,
}
