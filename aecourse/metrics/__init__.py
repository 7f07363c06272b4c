"""How good a model is, measured on NumPy arrays: nothing here knows which model made them."""

from aecourse.metrics.detection import (
    Confusion,
    Interval,
    average_precision,
    bootstrap_interval,
    confusion_at,
    extreme_value_threshold,
    lead_interval,
    lowest_cost_threshold,
    precision_at,
    quantile_threshold,
    roc_auc,
    total_cost,
)
from aecourse.metrics.disentanglement import (
    Disentanglement,
    active_units,
    mutual_information_gap,
)
from aecourse.metrics.distributions import frechet_distance, maximum_mean_discrepancy
from aecourse.metrics.generation import nearest_neighbours, precision_recall
from aecourse.metrics.neighbourhood import (
    continuity,
    leave_one_out_accuracy,
    neighbour_accuracy,
    trustworthiness,
)
from aecourse.metrics.ranking import (
    coverage,
    ndcg_at,
    novelty,
    rank,
    recall_at,
    root_mean_squared_error,
    top_k,
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
    "Confusion",
    "Disentanglement",
    "Interval",
    "active_units",
    "average_precision",
    "bernoulli_entropy",
    "bernoulli_negative_log_likelihood",
    "bootstrap_interval",
    "confusion_at",
    "continuity",
    "coverage",
    "explained_variance",
    "extreme_value_threshold",
    "frechet_distance",
    "lead_interval",
    "leave_one_out_accuracy",
    "lowest_cost_threshold",
    "maximum_mean_discrepancy",
    "mean_absolute_error",
    "mean_squared_error",
    "mutual_information_gap",
    "ndcg_at",
    "nearest_neighbours",
    "neighbour_accuracy",
    "novelty",
    "per_sample_error",
    "precision_at",
    "precision_recall",
    "principal_angles",
    "quantile_threshold",
    "rank",
    "recall_at",
    "roc_auc",
    "root_mean_squared_error",
    "top_k",
    "total_cost",
    "trustworthiness",
]
