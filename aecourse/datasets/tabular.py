"""Credit-card transactions and ADBench: tables of numbers in which a few rows are anomalies.

Both come without a split. Rows are split 70 : 30 with a fixed seed, classes keep their proportions,
and equal rows stay on one side. The training part keeps its anomalies, as in practice; a detector
that learns from normal rows only takes ``data.x_train[data.y_train == 0]``.
"""

import re
import zipfile
from functools import partial

import numpy as np

from aecourse.datasets import locations, synthetic
from aecourse.datasets.dataset import Contents
from aecourse.datasets.entry import Entry, Files, RemoteFile
from aecourse.datasets.split import split_rows
from aecourse.errors import DataError

CARD_FEATURES = (*(f"V{number}" for number in range(1, 29)), "Amount")
_TEST_SHARE = 0.3
_ADBENCH_FILE = re.compile(r"adbench/\d+_([A-Za-z0-9.-]+)\.npz")


def read_creditcard(files: Files) -> Contents:
    """Read the transactions: ``V1`` … ``V28`` (components of a PCA) and ``Amount`` (euros).

    ``Time``, which only the full file has, and a row index, which only a subset has, are dropped,
    so that both give the same 29 columns.
    """
    import pandas as pd

    (path,) = files.values()
    table = pd.read_csv(path)
    missing = [name for name in (*CARD_FEATURES, "Class") if name not in table.columns]
    if missing:
        raise DataError(f"{path} lacks the columns {', '.join(missing)}. Fetch it again.")
    x = table[list(CARD_FEATURES)].to_numpy(dtype=np.float64)
    return contents_of(x, table["Class"].to_numpy(), CARD_FEATURES, "fraud", str(path))


def read_adbench(files: Files) -> Contents:
    """Read one ADBench file: ``X`` and ``y``, where 1 marks an anomaly."""
    (path,) = files.values()
    try:
        with np.load(path, allow_pickle=False) as arrays:
            x, y = arrays["X"].astype(np.float64), arrays["y"]
    except zipfile.BadZipFile as error:
        raise DataError(f"{path} cannot be unpacked ({error}). Fetch it again.") from error
    if x.ndim != 2:
        raise DataError(f"{path}: X has shape {x.shape}, expected (rows, features).")
    names = tuple(f"feature {number}" for number in range(1, x.shape[1] + 1))
    return contents_of(x, y, names, "anomaly", str(path))


def contents_of(
    x: np.ndarray, y: np.ndarray, feature_names: tuple[str, ...], rare: str, origin: str
) -> Contents:
    """Return a checked table, split; ``rare`` is the name of class 1."""
    y = y.reshape(-1)
    if len(x) != len(y) or not np.isin(y, (0, 1)).all() or len(np.unique(y)) != 2:
        raise DataError(f"{origin}: expected one label, 0 or 1, for each of the {len(x)} rows.")
    if not np.isfinite(x).all():
        raise DataError(f"{origin}: some values are NaN or infinite.")
    y = y.astype(np.int64)
    train, test = split_rows(x, y, test_fraction=_TEST_SHARE)
    return Contents(x[train], y[train], x[test], y[test], ("normal", rare), feature_names)


# ------------------------------------------------------------------ ADBench

# file (below adbench/): SHA-256, bytes, features. The hashes are those of the files in the ADBench
# repository; the project "aberrant" publishes the same ones in its own registry.
_ADBENCH = {
    "2_annthyroid": (
        "e738f7c58a8740d2c4aac4c71ff49ce5e1d1aa16f44178135fc9c09df05fad1b", 66_547, 6),
    "4_breastw": (
        "4f37ce07dbc25ddad8178fdc6d664ab46d2d0000ee28c2787c3c7ff3c03ef9f6", 3_023, 9),
    "6_cardio": (
        "bc5009bde6930b4d298b594f31b34485a9a17210cff0e8fb00a8c3068b885a2d", 68_471, 21),
    "18_Ionosphere": (
        "bca46cb0cfd1bf9ddef6cde5ad2215d54fb0189508d0d4c4eb98e788cad69001", 42_913, 32),
    "20_letter": (
        "f986d3da80cf1fa2aea83a5ebe73b7d4800e0d4c01fdd1ae074b58d20f10d039", 23_946, 32),
    "23_mammography": (
        "a0308ac9712d78321073b1c2dc98dc37665c0f35c1cc33019416fe8f8d7de7ea", 166_764, 6),
    "26_optdigits": (
        "60de17a375a278ba220a7849727d998aa02b5e2f9fd17732a004bba28de4656e", 197_633, 64),
    "28_pendigits": (
        "c4936b89dcdad59d303020e492f763a0f54170080d787c77497609acbb9c2d79", 653_509, 16),
    "31_satimage-2": (
        "1b056e357f801b8b20c3f380a30224a3c4088d7ed764ec5a24828dc9b1918d6f", 181_405, 36),
    "32_shuttle": (
        "26900b0f6be45d9ddb7a402c9b2f956ceda42d23a8ca4cf4406b8bc1352823d1", 332_929, 9),
    "38_thyroid": (
        "8de161b3f235b7647bb0b39a836d983ff61d67bf234edac461da2d71e889cb87", 39_882, 6),
    "43_WDBC": (
        "78d4606a1ab516f5b60b00c196497f3bbd6bd5e4548fd04cf5f2475209b34b85", 46_770, 30),
}  # fmt: skip
_ADBENCH_HOMES = (
    "https://raw.githubusercontent.com/Minqi824/ADBench/main/adbench/datasets/Classical",
    "https://cdn.jsdelivr.net/gh/Minqi824/ADBench@main/adbench/datasets/Classical",
)
_ADBENCH_FURTHER_FEATURES = 10


def adbench_name(path: str) -> str | None:
    """Return ``adbench/cardio`` for ``adbench/6_cardio.npz``; ``None`` for any other file."""
    match = _ADBENCH_FILE.fullmatch(path)
    return f"adbench/{match[1].lower()}" if match else None


def adbench_entry(name: str, files: tuple[RemoteFile, ...] = (), features: int = 0) -> Entry:
    """Return the entry of one ADBench set: a published one, or one that lies in the data folder."""
    return Entry(
        name=name,
        title=f"ADBench {name.removeprefix('adbench/')}",
        family="tabular",
        licence="BSD-2-Clause for the collection",
        citation="Han, Hu, Huang, Jiang and Zhao (2022), ADBench: anomaly detection benchmark",
        home="https://github.com/Minqi824/ADBench/tree/main/adbench/datasets/Classical",
        files=files,
        read=read_adbench,
        stand_in=partial(_adbench_stand_in, name, features or _ADBENCH_FURTHER_FEATURES),
        stand_in_note="a mixture of normal clusters with scattered anomalies.",
        collection="adbench",
        wants=lambda path: adbench_name(path) == name,
    )


def _adbench_stand_in(name: str, features: int) -> Contents:
    x, y = synthetic.mixture(name, features)
    names = tuple(f"feature {number}" for number in range(1, features + 1))
    return contents_of(x, y, names, "anomaly", "stand-in")


def _published_adbench(stem: str, sha256: str, size: int, features: int) -> Entry:
    path = f"adbench/{stem}.npz"
    name = adbench_name(path)
    assert name is not None
    urls = tuple(f"{home}/{stem}.npz" for home in _ADBENCH_HOMES)
    return adbench_entry(name, (RemoteFile(path, sha256, size, urls),), features)


CREDITCARD = Entry(
    name="creditcard",
    title="credit-card transactions",
    family="tabular",
    licence="ODbL 1.0 (ULB Machine Learning Group)",
    citation="Dal Pozzolo, Caelen, Johnson and Bontempi (2015), Calibrating probability with "
    "undersampling for unbalanced classification",
    home="https://www.kaggle.com/datasets/mlg-ulb/creditcardfraud",
    files=(
        RemoteFile(
            "creditcard/creditcard.csv",
            # Hash: stated for this very address by several public projects, and for the file of
            # the home page.
            "76274b691b16a6c49d3f159c883398e03ccd6d1ee12d9d8ee38f4b4b98551a89",
            150_828_752,
            ("https://storage.googleapis.com/download.tensorflow.org/data/creditcard.csv",),
        ),
    ),
    read=read_creditcard,
    stand_in=lambda: contents_of(
        *synthetic.card_transactions(), CARD_FEATURES, "fraud", "stand-in"
    ),
    stand_in_note="transactions drawn at random; 2 % are frauds, against 0.17 % in the real set.",
    note="Time is dropped.",
)

ENTRIES = (CREDITCARD, *(_published_adbench(stem, *facts) for stem, facts in _ADBENCH.items()))


def further_adbench() -> tuple[Entry, ...]:
    """Return the ADBench sets that the data folder holds beyond the twelve.

    Any classical ``<number>_<name>.npz`` of ADBench may be added to the folder and its manifest.
    """
    from aecourse.datasets import manifest

    folder = locations.data_dir()
    if folder is None or not (folder / manifest.NAME).is_file():
        return ()
    section = manifest.read(folder).get("adbench")
    known = {entry.name for entry in ENTRIES}
    found = {adbench_name(path) for path in (section.files if section else ())} - {None} - known
    return tuple(adbench_entry(name) for name in sorted(filter(None, found)))
