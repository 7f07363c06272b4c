"""How good a model is, measured on NumPy arrays: nothing here knows which model made them."""

from aecourse.metrics.disentanglement import (
    Disentanglement,
    active_units,
    mutual_information_gap,
)
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
    "mean_absolute_error",
    "mean_squared_error",
    "mutual_information_gap",
    "per_sample_error",
    "principal_angles",
]
