"""The protocol of ADBench, a published comparison of anomaly detectors, and its own numbers.

Unsupervised: a detector is fitted to the training part without any label, anomalies included, and
scores the test part. Rows are split 70 : 30 for each seed, classes in equal shares.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from aecourse import datasets, metrics
from aecourse.datasets import integrity, locations, manifest
from aecourse.errors import DataError

TEST_SHARE = 0.3
FOLDER = "adbench"
Measure = Literal["AUCROC", "AUCPR"]


class Detector(Protocol):
    """What PyOD's detectors and :class:`aecourse.estimators.AutoencoderDetector` have in common.

    Examples
    --------
    >>> from aecourse.applications import adbench
    >>> from aecourse.applications.simple_detectors import ZScoreRule
    >>> detector: adbench.Detector = ZScoreRule()
    >>> detector.fit([[-1.0], [1.0]]).decision_function([[2.0]]).tolist()
    [2.0]
    """

    def fit(self, X: NDArray[np.float64]) -> Any:
        """Learn from rows without labels."""

    def decision_function(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a score for each row, higher for the more abnormal."""


class Run(NamedTuple):
    """One detector on one split of one data set.

    Attributes
    ----------
    dataset, detector, seed
        What was run on what.
    auroc, average_precision
        On the test part, from 0 to 1.
    seconds
        Of fitting and of scoring, together.

    Examples
    --------
    >>> from aecourse.applications import adbench
    >>> one = adbench.Run("thyroid", "PCA", 0, auroc=0.95, average_precision=0.5, seconds=0.1)
    >>> one.dataset, one.auroc
    ('thyroid', 0.95)
    """

    dataset: str
    detector: str
    seed: int
    auroc: float
    average_precision: float
    seconds: float


def compare(
    tables: Iterable[datasets.Dataset],
    detectors: Mapping[str, Callable[[int], Detector]],
    *,
    seeds: Iterable[int] = range(5),
) -> pd.DataFrame:
    """Run every detector on every data set and every split.

    Parameters
    ----------
    tables
        Data sets as :func:`aecourse.datasets.load` returns them; their two parts are joined and
        split anew for each seed.
    detectors
        By name; each gives an untrained detector for a seed.
    seeds
        Of the splits, and of whatever a detector draws.

    Returns
    -------
    DataFrame with the columns of :class:`Run`

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import adbench
    >>> from aecourse.applications.simple_detectors import ZScoreRule
    >>> detectors = {"z-score": lambda seed: ZScoreRule()}
    >>> table = adbench.compare([datasets.load("creditcard")], detectors, seeds=[0, 1])
    >>> table[["detector", "seed"]].values.tolist()
    [['z-score', 0], ['z-score', 1]]
    """
    seeds = list(seeds)
    return pd.DataFrame(
        [
            run(data, name, build, seed)
            for data in tables
            for seed in seeds
            for name, build in detectors.items()
        ],
        columns=list(Run._fields),
    )


def run(data: datasets.Dataset, name: str, build: Callable[[int], Detector], seed: int) -> Run:
    """Fit one detector to the training part of one split, and measure it on the test part.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import adbench
    >>> from aecourse.applications.simple_detectors import ZScoreRule
    >>> found = adbench.run(datasets.load("creditcard"), "z-score", lambda seed: ZScoreRule(), 0)
    >>> found.detector, 0 < found.auroc <= 1
    ('z-score', True)
    """
    x_train, x_test, y_test = split(data, seed)
    started = time.perf_counter()
    detector = build(seed)
    detector.fit(x_train)
    scores = detector.decision_function(x_test)
    seconds = time.perf_counter() - started
    return Run(
        data.name.removeprefix(f"{FOLDER}/"),
        name,
        seed,
        metrics.roc_auc(y_test, scores),
        metrics.average_precision(y_test, scores),
        seconds,
    )


def split(
    data: datasets.Dataset, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return training rows, test rows and the labels of the latter, in equal shares of classes.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import adbench
    >>> x_train, x_test, y_test = adbench.split(datasets.load("creditcard"), seed=0)
    >>> len(x_train), len(x_test) == len(y_test)
    (3500, True)
    """
    x = np.concatenate([data.x_train, data.x_test])
    y = np.concatenate([data.y_train, data.y_test])
    x_train, x_test, _, y_test = train_test_split(
        x, y, test_size=TEST_SHARE, stratify=y, random_state=seed
    )
    return x_train, x_test, y_test


def published(measure: Measure = "AUCROC") -> pd.DataFrame | None:
    """Return the paper's table for these sets, in percent; ``None`` without a data folder.

    Returns
    -------
    DataFrame
        A row for each data set, its name in lower case, and a column for each detector.

    Raises
    ------
    DataError
        If the folder's table is altered or lacks the names of the data sets.

    References
    ----------
    Han, Hu, Huang, Jiang and Zhao (2022), tables D4 and D5.

    Examples
    --------
    >>> from aecourse.applications import adbench
    >>> table = adbench.published("AUCROC")
    >>> table is None or table.index.name == "dataset"
    True
    """
    folder = locations.data_dir()
    section = manifest.read(folder).get(FOLDER) if folder else None
    name = f"{FOLDER}/published_{measure}.csv"
    if folder is None or section is None or name not in section.files:
        return None
    path = folder / name
    integrity.check(
        path,
        sha256=section.files[name].sha256,
        remedy="Copy it again from where the data folder came from.",
    )
    table = pd.read_csv(path)
    if "dataset" not in table.columns:
        raise DataError(f"{path} lacks the column 'dataset'. Copy it again.")
    return table.assign(dataset=table["dataset"].str.lower()).set_index("dataset")


def beside_published(
    runs: pd.DataFrame, table: pd.DataFrame, measure: str = "auroc"
) -> pd.DataFrame:
    """Return means over the seeds, in percent, beside the published numbers for the same sets.

    Parameters
    ----------
    runs
        As :func:`compare` returns them.
    table
        As :func:`published` returns it; sets that it lacks have empty cells.
    measure
        A column of ``runs``.

    Returns
    -------
    DataFrame
        A row for each data set and one, ``mean``, for those that the published table has, too.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import adbench
    >>> runs = pd.DataFrame({"dataset": ["thyroid"], "detector": ["ours"], "auroc": [0.9]})
    >>> paper = pd.DataFrame({"PCA": [95.3]}, index=["thyroid"])
    >>> adbench.beside_published(runs, paper).loc["thyroid"].tolist()
    [90.0, 95.3]
    """
    ours = 100 * runs.pivot_table(measure, "dataset", "detector", sort=False)
    joined = ours.join(table.add_suffix(" (published)"))
    shared = joined.index.intersection(table.index)
    joined.loc["mean"] = joined.loc[shared].mean()
    return joined
