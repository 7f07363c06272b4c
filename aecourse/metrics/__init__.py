"""How good a model is, measured on NumPy arrays: nothing here knows which model made them."""

from aecourse.metrics.disentanglement import (
    Disentanglement,
    active_units,
    mutual_information_gap,
)
from aecourse.metrics.distributions import frechet_distance, maximum_mean_discrepancy
from aecourse.metrics.generation import nearest_neighbours, precision_recall
from aecourse.metrics.reconstruction import (
    bernoulli_entropy,
    bernoulli_negative_log_likelihood,
    explained_variance,
    mean_absolute_error,
    mean_squared_error,
    per_sample_error,
)
from aecourse.metrics.subspace import principal_angles

__all__ = [
    "Disentanglement",
    "active_units",
    "bernoulli_entropy",
    "bernoulli_negative_log_likelihood",
    "explained_variance",
    "frechet_distance",
    "maximum_mean_discrepancy",
    "mean_absolute_error",
    "mean_squared_error",
    "mutual_information_gap",
    "nearest_neighbours",
    "per_sample_error",
    "precision_recall",
    "principal_angles",
]
