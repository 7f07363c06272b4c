"""What will somebody like? Recommenders side by side, judged by the top of their lists.

The recommenders are those of :mod:`aecourse.applications.simple_recommenders` and
:mod:`aecourse.applications.autoencoder_recommenders`. Validation users choose settings and stop
training; test users only measure.
"""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from aecourse import metrics
from aecourse.applications.autoencoder_recommenders import MultDAE, MultVAE, SharedCode
from aecourse.applications.interactions import Holdout, TopSplit
from aecourse.applications.recipe import Method, MethodRecipe, chosen
from aecourse.applications.simple_recommenders import (
    EASE,
    ItemNeighbours,
    Popularity,
    PureSVD,
    Scorer,
)
from aecourse.checks import one_of

PARTS = ("validation", "test")
CHOSEN_BY = "ndcg_100"
MEASURES = ("recall_20", "recall_50", "ndcg_100", "coverage", "novelty")
DEPTH = 100  # items in a list


METHODS: Mapping[str, Method] = {
    "popularity": Method("popularity", lambda seed: Popularity()),
    "item_neighbours": Method("item k-NN", lambda seed, **s: ItemNeighbours(**s)),
    "pure_svd": Method("PureSVD", lambda seed, **s: PureSVD(**s)),
    "ease": Method("EASE", lambda seed, **s: EASE(**s)),
    "shared_code": Method("shared code", lambda seed, **s: SharedCode(seed=seed, **s), True),
    "mult_dae": Method("Mult-DAE", lambda seed, **s: MultDAE(seed=seed, **s), True),
    "mult_vae": Method("Mult-VAE", lambda seed, **s: MultVAE(seed=seed, **s), True),
}
AUTOENCODERS = tuple(name for name, method in METHODS.items() if method.learns)


class Recipe(MethodRecipe[Scorer]):
    """A recommender with its settings; ``method`` is a key of ``METHODS``.

    Examples
    --------
    >>> from aecourse.applications import recommendation
    >>> recipe = recommendation.Recipe("ease", {"penalty": 50.0})
    >>> str(recipe), recipe.build().penalty
    ('EASE, penalty 50.0', 50.0)
    """

    methods = METHODS


def candidates() -> dict[str, tuple[Recipe, ...]]:
    """Return for each method the settings among which the validation users choose.

    Examples
    --------
    >>> from aecourse.applications import recommendation
    >>> candidates = recommendation.candidates()
    >>> [str(recipe) for recipe in candidates["ease"][:2]]
    ['EASE, penalty 50.0', 'EASE, penalty 100.0']
    """
    grids: dict[str, list[dict[str, Any]]] = {
        "item_neighbours": [
            {"neighbours": k, "shrinkage": s}
            for k in (5, 10, 20, 50, 100)
            for s in (0.0, 5.0, 10.0, 20.0, 50.0)
        ],
        "pure_svd": [{"factors": k} for k in (5, 10, 20, 30, 40, 60, 80)],
        "ease": [{"penalty": p} for p in (50.0, 100.0, 200.0, 400.0, 800.0)],
        "shared_code": [
            {"code_size": k, "dropout": d} for k in (100, 200, 400) for d in (0.5, 0.7, 0.8)
        ],
        "mult_dae": [
            {"code_size": k, "dropout": d, "weight_penalty": w}
            for k in (200, 400)
            for d in (0.5, 0.7)
            for w in (0.0, 0.01)
        ],
        "mult_vae": [
            {"code_size": 100, "hidden": 300, "beta": 0.4, "dropout": 0.5, **one_other}
            for one_other in (
                {},
                {"code_size": 50},
                {"code_size": 200},
                {"beta": 0.2},
                {"beta": 0.8},
                {"dropout": 0.3},
                {"dropout": 0.7},
            )
        ],
    }
    return {
        method: tuple(Recipe(method, settings) for settings in grids.get(method, [{}]))
        for method in METHODS
    }


def recipes() -> dict[str, Recipe]:
    """Return each method with the settings that the validation users of MovieLens chose.

    Examples
    --------
    >>> from aecourse.applications import recommendation
    >>> str(recommendation.recipes()["ease"])
    'EASE, penalty 200.0'
    """
    chosen: dict[str, dict[str, Any]] = {
        "popularity": {},
        "item_neighbours": {"neighbours": 20, "shrinkage": 10.0},
        "pure_svd": {"factors": 30},
        "ease": {"penalty": 200.0},
        "shared_code": {"code_size": 400, "dropout": 0.5},
        "mult_dae": {"code_size": 400, "dropout": 0.5, "weight_penalty": 0.01},
        "mult_vae": {"code_size": 100, "hidden": 300, "beta": 0.8, "dropout": 0.5},
    }
    return {method: Recipe(method, settings) for method, settings in chosen.items()}


def measure(scorer: Scorer, asked: Holdout, popularity: Any) -> dict[str, float]:
    """Return recall@20 and @50, nDCG@100, and coverage and novelty of the first 20 places.

    Parameters
    ----------
    scorer
        A fitted recommender.
    asked
        What is shown of some users, and what is asked for.
    popularity
        Share of the training users who liked each item, shape ``(items,)``.

    Examples
    --------
    >>> from aecourse.applications import interactions, recommendation, simple_recommenders
    >>> from aecourse.datasets import synthetic
    >>> split = interactions.user_split(interactions.numbered(*synthetic.ratings()))
    >>> scorer = simple_recommenders.EASE().fit(split.train)
    >>> sorted(recommendation.measure(scorer, split.test, split.popularity))
    ['coverage', 'ndcg_100', 'novelty', 'recall_20', 'recall_50']
    """
    items = asked.seen.shape[1]
    depth = min(DEPTH, items)
    lists = metrics.rank(scorer.scores, asked.seen, depth)
    first = lists[:, :20]
    return {
        "recall_20": metrics.recall_at(lists, asked.wanted, min(20, depth)).mean(),
        "recall_50": metrics.recall_at(lists, asked.wanted, min(50, depth)).mean(),
        "ndcg_100": metrics.ndcg_at(lists, asked.wanted, depth).mean(),
        "coverage": metrics.coverage(first, items),
        "novelty": metrics.novelty(first, popularity),
    }


def compare(
    by_seed: Mapping[int, TopSplit], recipes: Iterable[Recipe], *, part: str = "test"
) -> pd.DataFrame:
    """Fit recommenders to the training users and measure their lists for others.

    Parameters
    ----------
    by_seed
        A split for each seed, as :func:`aecourse.applications.interactions.user_splits` returns
        them. The seed is that of the recommender too.
    recipes
        The recommenders.
    part
        ``"validation"`` for choices, ``"test"`` for the last look.

    Returns
    -------
    pandas.DataFrame
        One row for each recipe and seed: ``recipe``, ``method``, ``seed``, the measures of
        :func:`measure` and ``fit_seconds`` (processor time).

    Examples
    --------
    >>> from aecourse.applications import interactions, recommendation
    >>> from aecourse.datasets import synthetic
    >>> splits = interactions.user_splits(interactions.numbered(*synthetic.ratings()), seeds=[0])
    >>> recipes = recommendation.recipes()
    >>> table = recommendation.compare(splits, [recipes["popularity"], recipes["ease"]])
    >>> table.set_index("method")["ndcg_100"].idxmax()
    'EASE'
    """
    one_of(part, "part", PARTS)
    rows = []
    for recipe in recipes:
        for seed, split in by_seed.items():
            start = time.process_time()
            scorer = recipe.build(seed).fit(split.train, split.validation)
            seconds = time.process_time() - start
            found = measure(scorer, getattr(split, part), split.popularity)
            named = {"recipe": str(recipe), "method": recipe.title, "seed": seed}
            rows.append({**named, **found, "fit_seconds": seconds})
    return pd.DataFrame(rows)


def choose(
    by_seed: Mapping[int, TopSplit], candidates: Iterable[Recipe]
) -> tuple[Recipe, pd.DataFrame]:
    """Return the candidate with the highest mean nDCG@100 on the validation users.

    Returns
    -------
    recipe, table
        The choice, and what :func:`compare` measured on the validation users.

    Raises
    ------
    InputError
        If there are no candidates.

    Examples
    --------
    >>> from aecourse.applications import interactions, recommendation
    >>> from aecourse.datasets import synthetic
    >>> splits = interactions.user_splits(interactions.numbered(*synthetic.ratings()), seeds=[0])
    >>> candidates = recommendation.candidates()["ease"]
    >>> recipe, table = recommendation.choose(splits, candidates)
    >>> recipe in candidates, len(table) == len(candidates)
    (True, True)
    """
    measured = partial(compare, by_seed, part="validation")
    return chosen(candidates, measured, CHOSEN_BY, max)
