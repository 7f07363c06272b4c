"""How many stars will a user give? Predictors side by side, judged by their errors.

The predictors are those of :mod:`aecourse.applications.rating_predictors`. Validation ratings
choose settings and stop training; test ratings only measure.
"""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from aecourse.applications.interactions import RatingSplit
from aecourse.applications.rating_predictors import (
    AutoRec,
    MatrixFactorisation,
    Offsets,
    RatingPredictor,
)
from aecourse.applications.recipe import Method, MethodRecipe, chosen
from aecourse.checks import one_of

PARTS = ("validation", "test")
METHODS: Mapping[str, Method] = {
    "offsets": Method("offsets", lambda seed, **s: Offsets(**s)),
    "matrix_factorisation": Method(
        "biased MF", lambda seed, **s: MatrixFactorisation(seed=seed, **s)
    ),
    "item_autorec": Method("I-AutoRec", lambda seed, **s: AutoRec("item", seed=seed, **s), True),
    "user_autorec": Method("U-AutoRec", lambda seed, **s: AutoRec("user", seed=seed, **s), True),
}


class Recipe(MethodRecipe[RatingPredictor]):
    """A predictor of stars with its settings; ``method`` is a key of ``METHODS``.

    Examples
    --------
    >>> from aecourse.applications import rating_prediction
    >>> recipe = rating_prediction.Recipe("matrix_factorisation", {"factors": 20})
    >>> str(recipe), recipe.build().factors
    ('biased MF, factors 20', 20)
    """

    methods = METHODS


def candidates() -> dict[str, tuple[Recipe, ...]]:
    """Return for each method the settings among which the validation ratings choose.

    Examples
    --------
    >>> from aecourse.applications import rating_prediction
    >>> candidates = rating_prediction.candidates()
    >>> {method: len(recipes) for method, recipes in candidates.items()}
    {'offsets': 12, 'matrix_factorisation': 16, 'item_autorec': 24, 'user_autorec': 12}
    """
    grids: dict[str, list[dict[str, Any]]] = {
        "offsets": [
            {"user_penalty": u, "item_penalty": i}
            for u in (1.0, 3.0, 5.0, 10.0)
            for i in (1.0, 3.0, 5.0)
        ],
        "matrix_factorisation": [
            {"factors": k, "penalty": p}
            for k in (20, 50, 100, 200)
            for p in (8.0, 10.0, 12.0, 15.0)
        ],
        "item_autorec": [
            {"centre": c, "code_size": k, "weight_penalty": w, "batch_size": 128, **rate}
            for c in ("stars", "offsets")
            for k, rate in ((50, {}), (100, {}), (100, {"learning_rate": 5e-4}), (200, {}))
            for w in (0.01, 0.02, 0.05)
        ],
        "user_autorec": [
            {"centre": c, "code_size": k, "weight_penalty": w, "batch_size": 32}
            for c in ("stars", "offsets")
            for k in (20, 100)
            for w in (0.2, 1.0, 5.0)
        ],
    }
    return {
        method: tuple(Recipe(method, settings) for settings in grids[method]) for method in METHODS
    }


def recipes() -> dict[str, Recipe]:
    """Return each method with the settings that the validation ratings of MovieLens chose.

    Examples
    --------
    >>> from aecourse.applications import rating_prediction
    >>> str(rating_prediction.recipes()["matrix_factorisation"])
    'biased MF, factors 200, penalty 10.0'
    """
    chosen: dict[str, dict[str, Any]] = {
        "offsets": {"user_penalty": 3.0, "item_penalty": 3.0},
        "matrix_factorisation": {"factors": 200, "penalty": 10.0},
        "item_autorec": {
            "centre": "offsets",
            "code_size": 100,
            "weight_penalty": 0.01,
            "batch_size": 128,
        },
        "user_autorec": {
            "centre": "offsets",
            "code_size": 20,
            "weight_penalty": 0.2,
            "batch_size": 32,
        },
    }
    return {method: Recipe(method, settings) for method, settings in chosen.items()}


def compare(
    split: RatingSplit, recipes: Iterable[Recipe], *, seeds: Iterable[int], part: str = "test"
) -> pd.DataFrame:
    """Fit predictors to the training ratings and measure their errors.

    Parameters
    ----------
    split
        The ratings, split in time; the same for every seed.
    recipes
        The predictors.
    seeds
        Of what a predictor draws.
    part
        ``"validation"`` for choices, ``"test"`` for the last look.

    Returns
    -------
    pandas.DataFrame
        One row for each recipe and seed: ``recipe``, ``method``, ``seed``, ``rmse`` (in stars) and
        ``fit_seconds`` (processor time).

    Examples
    --------
    >>> from aecourse.applications import interactions, rating_prediction
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
    >>> offsets = rating_prediction.recipes()["offsets"]
    >>> rating_prediction.compare(split, [offsets], seeds=[0])["rmse"].round(2).tolist()
    [1.12]
    """
    asked = getattr(split, one_of(part, "part", PARTS))
    rows = []
    for recipe in recipes:
        for seed in seeds:
            start = time.process_time()
            predictor = recipe.build(seed).fit(split.train, split.validation)
            rows.append(
                {
                    "recipe": str(recipe),
                    "method": recipe.title,
                    "seed": seed,
                    "rmse": predictor.error(asked),
                    "fit_seconds": time.process_time() - start,
                }
            )
    return pd.DataFrame(rows)


def choose(
    split: RatingSplit, candidates: Iterable[Recipe], *, seeds: Iterable[int] = (0,)
) -> tuple[Recipe, pd.DataFrame]:
    """Return the candidate with the lowest mean error on the validation ratings.

    Returns
    -------
    recipe, table
        The choice, and what :func:`compare` measured on the validation part.

    Raises
    ------
    InputError
        If there are no candidates.

    Examples
    --------
    >>> from aecourse.applications import interactions, rating_prediction
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.rating_split(interactions.numbered(*synthetic.ratings()))
    >>> candidates = rating_prediction.candidates()["offsets"]
    >>> recipe, table = rating_prediction.choose(split, candidates)
    >>> recipe in candidates, len(table) == len(candidates)
    (True, True)
    """
    measured = partial(compare, split, seeds=seeds, part="validation")
    return chosen(candidates, measured, "rmse", min)
