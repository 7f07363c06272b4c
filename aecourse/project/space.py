"""The settings that a sweep may try: what is wrong with them, and a configuration for each choice.

A setting is named by its way from the top of the configuration, ``training.learning_rate``.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, get_args, get_origin

from aecourse.project.networks_schema import Network
from aecourse.project.objectives_schema import Objective
from aecourse.project.problems import Problem, dotted, listed, nearest
from aecourse.project.schema import Config
from aecourse.project.sections import Section
from aecourse.project.sweep_schema import Sweep, Values

Check = Callable[[dict[str, Any]], list[Problem]]

SECTIONS = ("network", "objective", "training", "preprocessing")
MOST_CHECKED = 256  # combinations that are tried out before a sweep begins
WITH_EPOCHS = ("mse", "val_loss")  # metrics that every epoch gives, so that a trial can be given up
ANY_UNITS = ("neighbour_accuracy",)
# They change the samples as they are read, or which of them are equal and stay in one part.
READING = tuple(
    f"preprocessing.{key}" for key in ("columns", "ignore", "categories", "image_size", "colour")
)


def problems(config: Config, check: Check) -> Iterator[Problem]:
    """Yield what is wrong with the settings to try, in a configuration that is right otherwise.

    Parameters
    ----------
    config
        The configuration.
    check
        Returns what is wrong with the content of a configuration.
    """
    sweep = config.sweep
    if sweep is None:
        return
    yield from _metric(config, sweep)
    sound = True
    for name, values in sweep.parameters.items():
        found = list(_parameter(config, sweep, name, values, check))
        sound = sound and not found
        yield from found
    if sound:
        yield from _combinations(config, sweep, check)


def with_values(config: Config, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a configuration in which settings have other values.

    It is the configuration of one run: the sweep is not in it any more.

    Examples
    --------
    >>> from aecourse.project import configuration, space
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> space.with_values(config, {"training.epochs": 3})["training"]["epochs"]
    3
    """
    content: dict[str, Any] = config.model_dump(mode="json")
    content["sweep"] = None
    for name, value in values.items():
        section, key = name.split(".")
        content[section][key] = value
    return content


def number_of(config: Config, name: str) -> type[int] | type[float] | None:
    """Return the kind of number that a setting takes, or ``None`` if it takes no number."""
    section, key = name.split(".")
    return _number(type(getattr(config, section)).model_fields[key].annotation)


def _number(annotation: Any) -> type[int] | type[float] | None:
    if annotation in (int, float):
        return annotation
    if get_origin(annotation) is list:
        return None
    return next((kind for part in get_args(annotation) if (kind := _number(part))), None)


def _metric(config: Config, sweep: Sweep) -> Iterator[Problem]:
    at = ("sweep", "metric")
    if sweep.pruner != "none" and sweep.metric not in WITH_EPOCHS:
        yield Problem(
            ("sweep", "pruner"),
            f"is `{sweep.pruner}`, which needs a value after each epoch, and sweep.metric is "
            f"`{sweep.metric}`; use the metric {' or '.join(f'`{m}`' for m in WITH_EPOCHS)}, or "
            "the pruner `none`.",
        )
    if sweep.metric == "neighbour_accuracy" and (
        config.data.label is None or config.data.normal is not None
    ):
        yield Problem(
            at,
            "is `neighbour_accuracy`, which needs labels of several kinds among the training "
            "samples: set data.label, and leave data.normal out.",
        )
    swept = sorted(name for name in sweep.parameters if name.startswith("objective."))
    if sweep.metric == "val_loss" and swept:
        yield Problem(
            at,
            f"is `val_loss`, whose meaning changes with {listed(swept)}: a loss with a smaller "
            "weight is smaller, and no better. Use another metric.",
        )


def _parameter(
    config: Config, sweep: Sweep, name: str, values: Values, check: Check
) -> Iterator[Problem]:
    at = ("sweep", "parameters", name)
    wrong = _wrong_name(config, sweep, name)
    if wrong:
        yield Problem(at, wrong)
        return
    wrong = _wrong_form(config, name, values)
    if wrong:
        yield Problem(at, wrong)
        return
    for value in _ends(values):
        found = check(with_values(config, {name: value}))
        if found:
            yield Problem(at, f"may become {value!r}, which is impossible: {found[0].message}")
            return


def _wrong_name(config: Config, sweep: Sweep, name: str) -> str | None:
    """Return why a setting cannot be tried, if it cannot."""
    section, _, key = name.partition(".")
    if section not in SECTIONS:
        return (
            f"is no setting that can be tried; name one in {listed(SECTIONS)}, such as "
            "`training.learning_rate`. What the data is, and how it is judged, must be the same "
            "for all."
        )
    part: Section | Network | Objective = getattr(config, section)
    known = type(part).model_fields
    if key not in known:
        return (
            f"is no setting.{nearest(key, known)} In {section} there are "
            f"{listed(sorted(set(known) - {'kind'}), 20)}."
        )
    if key == "kind":
        return (
            "changes which other keys there are; run a sweep for each kind, with a name of its "
            "own, and compare the best of each."
        )
    if name == "training.seed":
        return "chooses the split too, so that trials would be measured on different samples."
    if name in READING:
        return (
            "changes what is read and which samples are equal, so that trials would be measured on "
            "different samples; run a sweep for each value."
        )
    if section == "preprocessing" and sweep.metric not in ANY_UNITS:
        return (
            f"changes the units of the errors, so sweep.metric `{sweep.metric}` cannot compare its "
            f"values; use {listed(ANY_UNITS)}, or leave it out."
        )
    return None


def _wrong_form(config: Config, name: str, values: Values) -> str | None:
    """Return why no values follow from a range or choices, if none do."""
    ends = (values.low, values.high)
    if values.choices is not None:
        if ends != (None, None) or values.log:
            return "has choices and a range; give one of them."
        return None
    if values.low is None or values.high is None:
        return "needs low and high, or choices."
    if values.low >= values.high:
        return f"has low {values.low:g} and high {values.high:g}; low must be below high."
    if values.log and values.low <= 0:
        return f"has log, and low is {values.low:g}; a range by factors begins above 0."
    kind = number_of(config, name)
    if kind is None:
        return "takes no numbers, so it has no range; give choices."
    if kind is int and not all(isinstance(end, int) for end in ends):
        return "takes whole numbers; give low and high without a point."
    return None


def _ends(values: Values) -> list[Any]:
    return [values.low, values.high] if values.choices is None else values.choices


def _combinations(config: Config, sweep: Sweep, check: Check) -> Iterator[Problem]:
    """Yield the first combination of outermost values that is impossible together."""
    names = list(sweep.parameters)
    ends = [_ends(sweep.parameters[name]) for name in names]
    if math.prod(map(len, ends)) > MOST_CHECKED:
        return
    for together in product(*ends):
        chosen = dict(zip(names, together, strict=True))
        found = check(with_values(config, chosen))
        if found:
            shown = ", ".join(f"{name}: {value}" for name, value in chosen.items())
            yield Problem(
                ("sweep", "parameters"),
                f"may become {shown}, which is impossible: {dotted(found[0].keys)} "
                f"{found[0].message}",
            )
            return
