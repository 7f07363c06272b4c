"""Runs side by side: in which keys they differ, and what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aecourse.errors import InputError
from aecourse.project.problems import dotted
from aecourse.project.run import Run, config_of
from aecourse.project.space import READING

MEASURES = (
    "reconstruction.mse",
    "reconstruction.explained_variance",
    "detection.roc_auc",
    "detection.average_precision",
    "neighbours.accuracy",
    "training.epochs_trained",
    "training.val_loss",
)
# What tells which samples were measured; runs that differ here cannot be compared by numbers.
SAMPLES = (
    "data.label",
    "data.normal",
    "data.test_share",
    "data.validation_share",
    "data.array",
    "data.separator",
    "data.decimal",
    "data.encoding",
    "data.missing_values",
    "training.seed",
    *READING,
)
UNITS = ("preprocessing",)


@dataclass(frozen=True)
class Comparison:
    """Several runs side by side.

    Attributes
    ----------
    names
        Of the runs.
    keys
        Each key of the configuration that is not the same in all, with a value for each run.
    measures
        Each measure that a run has, with a value for each run.
    warnings
        Why numbers may not be compared.

    Examples
    --------
    >>> from aecourse.project import comparison
    >>> errors = {"reconstruction.mse": [0.3, 0.2]}
    >>> found = comparison.Comparison(["small", "large"], {"network.code_size": [2, 8]}, errors, [])
    >>> found.keys
    {'network.code_size': [2, 8]}
    """

    names: list[str]
    keys: dict[str, list[Any]]
    measures: dict[str, list[Any]]
    warnings: list[str]


def compare(runs: Sequence[Run]) -> Comparison:
    r"""Put runs side by side.

    Raises
    ------
    InputError
        If there are fewer than two.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import comparison, configuration, training
    >>> rows = [f"{number},{number * number % 7}" for number in range(60)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     home, table = Path(folder), Path(folder, "rows.csv")
    ...     _ = table.write_text("\n".join(["a,b", *rows]))
    ...     runs = []
    ...     for name, size in [("small", 1), ("large", 2)]:
    ...         config = configuration.validated(
    ...             {
    ...                 "name": name,
    ...                 "data": {"path": "rows.csv"},
    ...                 "network": {"kind": "dense", "code_size": size},
    ...                 "training": {"epochs": 1},
    ...             }
    ...         )
    ...         silent = {"progress": False, "say": lambda sentence: None}
    ...         runs.append(training.train(config, home, **silent))
    ...     found = comparison.compare(runs)
    >>> found.names, found.keys
    (['small', 'large'], {'network.code_size': [1, 2]})
    """
    if len(runs) < 2:
        raise InputError("give at least two runs to compare.")
    configs = [flat(config_of(run.folder)) for run in runs]
    names = list(dict.fromkeys(key for config in configs for key in config))
    rows = {name: [config.get(name) for config in configs] for name in names}
    different = {n: row for n, row in rows.items() if any(v != row[0] for v in row[1:])}
    different.pop("name", None)
    measured = [flat(run.metrics) for run in runs]
    measures = {name: [one.get(name) for one in measured] for name in MEASURES}
    short = [run.folder.name for run in runs]
    return Comparison(
        short if len(set(short)) == len(short) else [str(run.folder) for run in runs],
        different,
        {n: row for n, row in measures.items() if any(value is not None for value in row)},
        list(_warnings(runs, different)),
    )


def flat(content: dict[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return nested keys as dotted ones."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        keys = (*above, key)
        found |= flat(value, keys) if isinstance(value, dict) else {dotted(keys): value}
    return found


def _warnings(runs: Sequence[Run], different: dict[str, list[Any]]) -> list[str]:
    warnings = []
    if len({run.environment["data"]["sha256"] for run in runs}) > 1:
        warnings.append("The runs have different data, so their numbers cannot be compared.")
    elif any(key in different for key in SAMPLES):
        warnings.append(
            "The runs were measured on different samples (another split, seed or way of reading): "
            "a difference between them may be chance."
        )
    if any(key.startswith(UNITS) for key in different):
        warnings.append(
            "The runs differ in preprocessing, so errors are in different units; compare "
            "explained variance or detection, not mse."
        )
    if len({run.metrics["part"] for run in runs}) > 1:
        warnings.append("Some runs were measured on the test part, others on the validation part.")
    return warnings
