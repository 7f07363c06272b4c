"""The detectors that chapter 7 compares, each with the settings it is compared with.

All of them are scikit-learn pipelines of a scaling and a detector: ``fit`` takes rows without
labels, ``decision_function`` returns a score for each row, higher for the more abnormal.

Examples
--------
``normal_scores``:

>>> import numpy as np
>>> from aecourse.applications import detectors
>>> amounts = np.linspace(1, 1000, 999)[:, None]
>>> scaling = detectors.normal_scores().fit(amounts)
>>> scaling.transform([[500.5], [10**9]]).round(1).ravel().tolist()
[0.0, 5.2]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sklearn.covariance import EmpiricalCovariance, MinCovDet
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from aecourse.applications.simple_detectors import (
    BoxPlotRule,
    MahalanobisDistance,
    PrincipalComponents,
    TailProbabilities,
    ZScoreRule,
)
from aecourse.checks import one_of
from aecourse.estimators import AutoencoderDetector

QUANTILES = 200


def normal_scores() -> QuantileTransformer:
    """Return a scaling that gives each feature the normal distribution, by the rank of its values.

    It tames heavy tails: a value beyond all training values becomes ±5.2, however far out it lies.
    """
    return QuantileTransformer(n_quantiles=QUANTILES, output_distribution="normal", subsample=None)


SCALINGS: Mapping[str, Callable[[], Any]] = {
    "standard": StandardScaler,
    "normal_scores": normal_scores,
}


class Method(NamedTuple):
    """A kind of detector.

    Attributes
    ----------
    title
        Its name in tables and figures.
    build
        Gives an unfitted detector for a seed and settings.

    Examples
    --------
    >>> from aecourse.applications import detectors
    >>> method = detectors.METHODS["pca"]
    >>> isinstance(method, detectors.Method), method.title
    (True, 'PCA')
    """

    title: str
    build: Callable[..., Any]


@dataclass(frozen=True)
class Recipe:
    """A detector with its settings.

    Attributes
    ----------
    method
        A key of ``METHODS``.
    settings
        Arguments of the detector.
    scaling
        A key of ``SCALINGS``.

    Examples
    --------
    >>> from aecourse.applications import detectors
    >>> recipe = detectors.Recipe("pca", {"n_components": 6})
    >>> str(recipe), list(recipe.build().named_steps)
    ('PCA, standard, n_components 6', ['scaling', 'detector'])
    """

    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    scaling: str = "standard"

    def __post_init__(self) -> None:
        one_of(self.method, "method", METHODS)
        one_of(self.scaling, "scaling", SCALINGS)

    @property
    def title(self) -> str:
        """The method's name."""
        return METHODS[self.method].title

    def __str__(self) -> str:
        """Return the method with its scaling and settings."""
        named = [f"{name} {value}" for name, value in self.settings.items()]
        return ", ".join([self.title, self.scaling.replace("_", " "), *named])

    def build(self, seed: int = 0) -> Pipeline:
        """Return the unfitted pipeline of the steps ``scaling`` and ``detector``."""
        return Pipeline(
            [
                ("scaling", SCALINGS[self.scaling]()),
                ("detector", METHODS[self.method].build(seed, **self.settings)),
            ]
        )


def _mahalanobis(seed: int) -> MahalanobisDistance:
    return MahalanobisDistance(EmpiricalCovariance())


def _robust_mahalanobis(seed: int, **settings: Any) -> MahalanobisDistance:
    return MahalanobisDistance(MinCovDet(random_state=seed, **settings))


def _isolation_forest(seed: int, **settings: Any) -> Any:
    from pyod.models.iforest import IForest

    return IForest(random_state=seed, **settings)


def _nearest_neighbours(seed: int, **settings: Any) -> Any:
    from pyod.models.knn import KNN

    return KNN(**settings)


def _local_outlier_factor(seed: int, **settings: Any) -> Any:
    from pyod.models.lof import LOF

    return LOF(novelty=True, **settings)


def _one_class_svm(seed: int, **settings: Any) -> Any:
    from pyod.models.ocsvm import OCSVM

    return OCSVM(**settings)


def _autoencoder(seed: int, **settings: Any) -> AutoencoderDetector:
    given = {"batch_size": 128, "learning_rate": 3e-3, "noise": 0.0, **settings}
    return AutoencoderDetector(scaler="passthrough", random_state=seed, **given)


METHODS: Mapping[str, Method] = {
    "box_plot": Method("box plot", lambda seed: BoxPlotRule()),
    "z_score": Method("z-score", lambda seed: ZScoreRule()),
    "mahalanobis": Method("Mahalanobis distance", _mahalanobis),
    "robust_mahalanobis": Method("Mahalanobis distance, robust", _robust_mahalanobis),
    "isolation_forest": Method("Isolation Forest", _isolation_forest),
    "nearest_neighbours": Method("k-NN", _nearest_neighbours),
    "local_outlier_factor": Method("LOF", _local_outlier_factor),
    "one_class_svm": Method("one-class SVM", _one_class_svm),
    "ecod": Method("ECOD", lambda seed: TailProbabilities()),
    "pca": Method("PCA", lambda seed, n_components: PrincipalComponents(n_components)),
    "autoencoder": Method("autoencoder", _autoencoder),
    "ensemble": Method("ensemble of autoencoders", _autoencoder),
}


def candidates() -> dict[str, tuple[Recipe, ...]]:
    """Return for each method the settings among which the validation part chooses.

    Examples
    --------
    >>> from aecourse.applications import detectors
    >>> [str(recipe) for recipe in detectors.candidates()["pca"][:2]]
    ['PCA, standard, n_components 6', 'PCA, standard, n_components 12']
    """
    grids: dict[str, list[dict[str, Any]]] = {
        "robust_mahalanobis": [{"support_fraction": share} for share in (0.6, 0.9)],
        "isolation_forest": [{"n_estimators": n} for n in (100, 300)],
        "nearest_neighbours": [{"n_neighbors": k} for k in (1, 5, 20)],
        "local_outlier_factor": [{"n_neighbors": k} for k in (20, 50)],
        "one_class_svm": [{"nu": nu} for nu in (0.01, 0.05, 0.5)],
        "pca": [{"n_components": k} for k in (6, 12, 24)],
        "autoencoder": [{"n_components": k, "epochs": e} for k in (8, 16, 24) for e in (20, 40)],
        "ensemble": [
            {"n_components": 24, "n_estimators": 10, "connectivity": 1.0},
            {"n_components": 24, "n_estimators": 10, "connectivity": 0.7},
            {"n_components": (8, 16, 24), "n_estimators": 3},
            {"n_components": (1, 15), "noise": (0.0, 3.0, 8.0)},
        ],
    }
    return {
        method: tuple(
            Recipe(method, settings, scaling)
            for scaling in SCALINGS
            for settings in grids.get(method, [{}])
        )
        for method in METHODS
    }


def recipes() -> dict[str, Recipe]:
    """Return each method with the settings that the validation part of the transactions chose.

    Examples
    --------
    >>> from aecourse.applications import detectors
    >>> str(detectors.recipes()["pca"])
    'PCA, normal scores, n_components 24'
    """
    by_rank: dict[str, dict[str, Any]] = {
        "box_plot": {},
        "z_score": {},
        "mahalanobis": {},
        "robust_mahalanobis": {"support_fraction": 0.9},
        "isolation_forest": {"n_estimators": 300},
        "nearest_neighbours": {"n_neighbors": 5},
        "local_outlier_factor": {"n_neighbors": 50},
        "one_class_svm": {"nu": 0.05},
        "pca": {"n_components": 24},
        "autoencoder": {"n_components": 24, "epochs": 20},
        "ensemble": {"n_components": 24, "n_estimators": 10, "connectivity": 1.0},
    }
    chosen = {method: Recipe(method, found, "normal_scores") for method, found in by_rank.items()}
    return {method: chosen.get(method, Recipe(method)) for method in METHODS}
