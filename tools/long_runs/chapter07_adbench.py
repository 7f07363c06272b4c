"""The detector on ADBench's sets, by the paper's protocol, beside the paper's own numbers.

One setting for all sets, the estimator's defaults. They were chosen by the area under the curve on
the *training* rows of these sets, with their labels; no test part had a say.
"""

from collections.abc import Callable

import pandas as pd

from aecourse.applications import adbench
from aecourse.errors import DataError
from aecourse.estimators import AutoencoderDetector
from tools.long_runs import keeping

RESULTS = "07_adbench"
SEEDS = range(5)
TITLE = "autoencoders"
SETS = (
    *("annthyroid", "breastw", "cardio", "ionosphere", "letter", "mammography"),
    *("optdigits", "pendigits", "satimage-2", "shuttle", "thyroid", "wdbc"),
)
# The mean of principal component analysis over the twelve sets, in the paper's table D4.
TARGET = 84.35
BEST = "IForest"


def benchmark() -> None:
    """Measure on every set, and keep the means beside the best published detector's."""
    table = adbench.published()
    if table is None:
        raise DataError(
            "the data folder lacks adbench/published_AUCROC.csv; the numbers to compare."
        )
    tables = [keeping.loaded(f"adbench/{name}") for name in SETS]
    runs = adbench.compare(
        tables, {TITLE: lambda seed: AutoencoderDetector(random_state=seed)}, seeds=SEEDS
    )
    for data in tables:
        name = data.name.removeprefix("adbench/")
        found = runs[runs["dataset"] == name]
        keep(name, found, data.provenance, float(table.loc[name, BEST]))
    means = runs.groupby("seed", as_index=False)[["auroc", "average_precision"]].mean()
    every = f"ADBench, mean of {len(SETS)} sets"
    keep("mean", means, every, float(table.loc[list(SETS), BEST].mean()), target=TARGET)


def keep(
    name: str,
    runs: pd.DataFrame,
    dataset: object,
    reference: float,
    target: float | None = None,
) -> None:
    """Record the two measures in percent, a value for each seed."""
    for measure in ("auroc", "average_precision"):
        first = measure == "auroc"
        keeping.keep(
            RESULTS,
            f"{name.replace('-', '_')}_{measure}",
            (100 * runs[measure]).tolist(),
            unit="%",
            dataset=dataset,
            seeds=list(SEEDS),
            reference=reference if first else None,
            target=target if first else None,
            note="Fitted to 70 % of the rows without labels, measured on the other 30 %"
            + (f"; reference: {BEST} in table D4 of Han et al. (2022)." if first else "."),
        )


EXPERIMENTS: dict[str, Callable[[], None]] = {"adbench": benchmark}
