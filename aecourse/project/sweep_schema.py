"""The keys of ``sweep``: which settings to try, and what makes one better than another."""

from typing import Any, Literal

from aecourse.project.sections import Section, Whole, key

Metric = Literal["mse", "explained_variance", "val_loss", "neighbour_accuracy"]


class Values(Section):
    """The values of one setting that may be tried: a range, or a list of choices."""

    low: int | float | None = key(None, says="The lowest value of a range.")
    high: int | float | None = key(None, says="The highest value of a range; it may be tried too.")
    log: bool = key(
        False,
        says="Whether a range is tried evenly by factors (0.001, 0.01, 0.1) and not by steps; "
        "the choice for learning rates and weights.",
    )
    choices: list[Any] | None = key(
        None, min_length=1, says="The values to choose from, in the place of a range."
    )


class Sweep(Section):
    """Which settings to try with `aecourse sweep`, and what makes one better than another."""

    parameters: dict[str, Values] = key(
        says="The settings to try, each by its way from the top, such as `training.learning_rate`, "
        "with a range or with choices. They may lie in network, objective, training and "
        "preprocessing.",
        min_length=1,
    )
    trials: Whole = key(
        20, says="How many settings are tried, by all workers together. It may be raised later."
    )
    metric: Metric = key(
        "mse",
        says="What is best, measured on the validation part: the lowest mse or val_loss, or the "
        "highest explained_variance or neighbour_accuracy (of nearest codes, by data.label).",
    )
    pruner: Literal["median", "none"] = key(
        "none",
        says="median gives a trial up whose best epoch so far is worse than half of the earlier "
        "trials were at that time; for mse and val_loss.",
    )
    seed: int = key(0, ge=0, le=2**31 - 1, says="Of the settings that are drawn.")
