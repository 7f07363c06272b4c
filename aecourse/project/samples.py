"""Samples of either kind: read, labelled, shared out and encoded, by one set of functions.

Examples
--------
``split``:

>>> import pandas as pd
>>> from aecourse.project import configuration, samples
>>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
>>> table = pd.DataFrame({"a": range(100)})
>>> parts = samples.split(table, config)
>>> len(parts.train) + len(parts.validation) + len(parts.test)
100
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aecourse.datasets.split import split_rows
from aecourse.errors import DataError
from aecourse.project import pictures
from aecourse.project.columns import texts
from aecourse.project.files import existing, npz_labels, read_table
from aecourse.project.pictures import ImageEncoder, Pictures, image_files, read_pictures
from aecourse.project.schema import Config
from aecourse.project.tables import TableEncoder, chosen, require

Source: TypeAlias = "pd.DataFrame | Pictures"
Encoder = TableEncoder | ImageEncoder
Rows = NDArray[np.int64]

LEAST_TRAINING = 10  # samples; fewer cannot fill the columns' statistics, let alone a network


@dataclass(frozen=True)
class Parts:
    """Which samples belong to which part; no two parts share one, or an equal one.

    ``train`` and ``validation`` hold normal samples alone where the configuration says what is
    normal.
    """

    train: Rows
    validation: Rows
    test: Rows


def read(path: Path, config: Config, encoder: "Encoder | None" = None) -> Source:
    """Return the samples of a file or folder.

    Parameters
    ----------
    path
        Of the file or folder.
    config
        How it is read.
    encoder
        What new samples are for: a column that it knows as texts is read as texts, even where this
        file alone has only numbers in it.

    Raises
    ------
    DataError
        If it cannot be read; see :mod:`aecourse.project.files` and ``pictures``.
    """
    if config.data.kind == "images":
        return read_pictures(path, config)
    label, normal = config.data.label, config.data.normal
    texts = [*config.preprocessing.categories]
    carried = set(config.preprocessing.ignore) - {label}
    if isinstance(encoder, TableEncoder):
        texts += encoder.texts
    if label is not None and (normal is None or isinstance(normal, str)):
        texts.append(label)
    frame = read_table(path, config.data, texts, as_written=carried)
    if label is not None and label not in frame.columns and path.suffix.lower() == ".npz":
        frame[label] = npz_labels(path, label, len(frame))
    return frame


@dataclass(frozen=True)
class Snapshot:
    """Samples, and the fingerprint of the file or folder that they were read from."""

    source: Source
    sha256: str


def snapshot(path: Path, config: Config) -> Snapshot:
    """Read samples, and make sure that the fingerprint is that of what was read.

    Raises
    ------
    DataError
        As :func:`read`; or if the data has changed meanwhile.
    """
    existing(path)
    before = fingerprint(path)
    source = read(path, config)
    if fingerprint(path) != before:
        raise DataError(f"{path} has changed while it was read; wait until it is written.")
    return Snapshot(source, before)


def take(source: Source, rows: Rows) -> Source:
    """Return some of the samples; those of a table keep their places in it as their index."""
    if isinstance(source, Pictures):
        return source.take(rows)
    return source.iloc[rows]


def labels(source: Source, config: Config) -> NDArray[Any] | None:
    """Return the label of each sample, or ``None`` if the configuration names none.

    Raises
    ------
    DataError
        If the table has no such column, or a sample has no label.
    """
    if config.data.label is None:
        return None
    if isinstance(source, Pictures):
        return source.labels
    require(source, [config.data.label])
    column = source[config.data.label]
    if column.isna().any():
        raise DataError(
            f"{column.isna().sum():,} rows have no label in column {config.data.label!r}, the "
            f"first is row {int(column.isna().argmax()) + 1}; fill them in or take them out."
        )
    return column.to_numpy()


def anomalies(source: Source, config: Config) -> NDArray[np.bool_] | None:
    """Return which samples are abnormal, or ``None`` if the configuration does not say.

    Raises
    ------
    DataError
        If no sample has the label that is called normal.
    """
    known = labels(source, config)
    if known is None or config.data.normal is None:
        return None
    normal = known == config.data.normal
    if not np.any(normal):
        shown = ", ".join(repr(value) for value in pd.unique(pd.Series(known))[:8].tolist())
        raise DataError(
            f"data.normal is {config.data.normal!r}, and no sample has that label; "
            f"the labels are {shown}."
        )
    return ~np.asarray(normal, dtype=bool)


def split(source: Source, config: Config) -> Parts:
    """Share the samples out; equal samples stay together, and labels keep their proportions.

    Labels of too few samples to be shared out one by one are shared out together.

    Raises
    ------
    DataError
        If a part that is asked for gets none, or too few are left to train on.
    """
    known, abnormal = labels(source, config), anomalies(source, config)
    groups = _fingerprints(source, config)[:, None]
    if len(np.unique(groups)) == 1:
        raise DataError(
            f"all {len(source):,} samples are equal, so there is nothing to learn; of a table the "
            "columns count that are used, see preprocessing.columns and ignore."
        )
    classes = np.zeros(len(source), np.int64) if known is None else pd.factorize(known)[0]
    seed = config.training.seed
    if config.data.test_share:
        share = config.data.test_share
        strata = _strata(classes, share)
        rest, test = split_rows(groups, strata, test_fraction=share, seed=seed)
    else:
        rest, test = np.arange(len(source)), np.arange(0)
    if abnormal is not None:
        rest = rest[~abnormal[rest]]
    share = config.data.validation_share
    strata = _strata(classes[rest], share)
    places = split_rows(groups[rest], strata, test_fraction=share, seed=seed)
    train, validation = (np.sort(rest[place]) for place in places)
    lacks_test = config.data.test_share > 0 and not len(test)
    if len(train) < LEAST_TRAINING or not len(validation) or lacks_test:
        raise DataError(
            f"of {len(source):,} samples {len(train)} are left to train on, {len(validation)} to "
            f"validate and {len(test)} to test; at least {LEAST_TRAINING}, 1 and 1 are needed. "
            "Bring more data"
            f"{' (equal samples stay in one part)' if len(np.unique(groups)) < 20 else ''}, or "
            "change data.test_share (0 for no test) and data.validation_share."
        )
    return Parts(train, validation, np.sort(test))


def _strata(classes: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Return what is to keep its proportions: the classes, those below one sample's share as one.

    A class of 4 has no tenth, and many of these would leave the other part without samples.
    """
    counts = np.bincount(classes)
    return np.where(counts[classes] * share < 1, len(counts), classes)


def fit_encoder(source: Source, config: Config) -> Encoder:
    """Return what encodes samples, fitted to training samples.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.project import configuration, samples
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> table = pd.DataFrame({"items": [1, 3], "channel": ["shop", "web"]})
    >>> samples.fit_encoder(table, config).names
    ['items', 'channel']
    """
    if isinstance(source, Pictures):
        return ImageEncoder.fit(source)
    return TableEncoder.fit(source, config)


def encode(encoder: Encoder, source: Source) -> tuple[NDArray[np.float32], list[str]]:
    """Return samples for the network, and what there is to say about them.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.project import configuration, samples
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> table = pd.DataFrame({"items": [1, 3], "channel": ["shop", "web"]})
    >>> rows, notes = samples.encode(samples.fit_encoder(table, config), table)
    >>> rows.tolist()
    [[-1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """
    if isinstance(encoder, ImageEncoder):
        return encoder.encode(cast(Pictures, source))
    return encoder.encode(cast(pd.DataFrame, source))


def carry(encoder: Encoder, source: Source) -> pd.DataFrame:
    """Return what results say of each sample besides themselves: its row or file, its ids."""
    if isinstance(source, Pictures):
        return pictures.carry(source)
    return cast(TableEncoder, encoder).carry(source)


def encoder_from_state(state: dict[str, Any]) -> Encoder:
    """Return the encoder that was written as JSON."""
    kind = ImageEncoder if state["kind"] == "images" else TableEncoder
    return kind.from_state(state)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file, or of all images of a folder with their names."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else image_files(path)
    for file in files:
        if file != path:
            digest.update(file.relative_to(path).as_posix().encode())
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _fingerprints(source: Source, config: Config) -> NDArray[np.uint64]:
    """Return a number for each sample that equal samples share."""
    if isinstance(source, Pictures):
        parts = [hashlib.blake2b(image.tobytes(), digest_size=8) for image in source.pixels]
        return np.array([int.from_bytes(part.digest()) for part in parts], np.uint64)
    columns = source[chosen(source, config)]
    # Texts are stored in more than one way, and the split must not depend on which.
    as_text = {name: texts(columns[name]) for name in columns if _is_text(columns[name])}
    return pd.util.hash_pandas_object(columns.assign(**as_text), index=False).to_numpy()


def _is_text(column: pd.Series) -> bool:
    types = pd.api.types
    return not (types.is_numeric_dtype(column) or types.is_datetime64_any_dtype(column))
