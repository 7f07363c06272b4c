"""Tables read from files, with an answer to what files of one's own are like."""

import csv
import gzip
import io
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aecourse.errors import DataError
from aecourse.project.extras import needed
from aecourse.project.schema import TABLES, Data

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (";", "\t", "|", ",")
MOST_SHOWN = 80  # letters of a name in a message
# How the files begin that are most often taken for a CSV.
OTHER_FORMATS = {
    b"PK\x03\x04": "an Excel or zip file; save the table as CSV",
    b"PAR1": "a Parquet file; give it the ending .parquet",
    b"\x89PNG": "an image",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save the table as CSV",
}


def read_table(
    path: Path, data: Data, texts: Iterable[str] = (), as_written: Iterable[str] = ()
) -> "pd.DataFrame":
    """Return the table of a CSV, TSV, Parquet or NPZ file.

    Parameters
    ----------
    path
        Of the file; its ending tells the format.
    data
        How a CSV is written, and the name of the array in an NPZ file.
    texts
        Columns of a CSV that hold texts; what other columns hold is told from all their values
        together.
    as_written
        Columns of a CSV of which every entry stays as it is: 007 is no 7, and NA is not missing.

    Raises
    ------
    DataError
        If there is no such file, it is of another kind, or it cannot be read. The message says
        where in the file, and which key of the configuration would help.
    """
    existing(path)
    if path.is_dir():
        raise DataError(
            f"{path} is a folder; for a folder of images set data.kind to `images`, else name a "
            "file in it."
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty (0 bytes); was it copied to the end?")
    name = path.name.lower()
    if name.endswith(".parquet"):
        frame = _parquet(path)
    elif name.endswith(".npz"):
        frame = _columns_of(npz_array(path, data.array), path, data.array)
    elif name.endswith((".csv", ".tsv", ".csv.gz")):
        frame = _csv(path, data, texts, as_written)
    else:
        raise DataError(f"{path} has an ending that is not known; tables are {', '.join(TABLES)}.")
    if not len(frame):
        raise DataError(f"{path} has names of columns and no rows.")
    return frame


def existing(path: Path) -> None:
    """Refuse a path at which there is nothing; name what is spelled nearly so.

    Raises
    ------
    DataError
        If there is neither a file nor a folder.
    """
    if path.exists():
        return
    folder = path.parent
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}, so no {path.name} in it.")
    close = get_close_matches(path.name, [other.name for other in folder.iterdir()], n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise DataError(f"there is no file or folder {path}.{hint}")


def npz_array(path: Path, name: str) -> np.ndarray:
    """Return one array of an NPZ file.

    Raises
    ------
    DataError
        If the file is no NPZ file, has no such array, or holds Python objects.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            if not hasattr(stored, "files"):
                raise DataError(f"{path} holds a single array (.npy); save it with np.savez.")
            if name not in stored.files:
                raise DataError(
                    f"{path} has no array {name!r}; it has {', '.join(stored.files) or 'none'}. "
                    "Name the one to use in data.array (and in data.label that of the labels)."
                )
            return np.asarray(stored[name])
    except DataError:
        raise
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        objects = "pickle" in str(error) and zipfile.is_zipfile(path)
        reason = (
            f"the array {name!r} holds Python objects, which are not loaded for safety; save "
            "numbers or texts"
            if objects
            else "it is no NPZ file, or is cut short"
        )
        raise DataError(f"{path} cannot be read: {reason}.") from error


def npz_labels(path: Path, name: str, count: int) -> np.ndarray:
    """Return the array of labels of an NPZ file with a number of samples.

    Raises
    ------
    DataError
        If it is not one label for each sample, or cannot be read.
    """
    labels = npz_array(path, name)
    if labels.shape == (count,):
        return labels
    if labels.shape == (count, 1):
        remedy = f"Store {name}.ravel()"
    elif labels.ndim == 2 and len(labels) == count:
        remedy = f"If they are one-hot, store {name}.argmax(axis=1)"
    else:
        remedy = "Give one label for each"
    raise DataError(
        f"the array {name!r} in {path} has shape {labels.shape}, and the labels of {count} samples "
        f"have shape ({count},). {remedy}."
    )


def _columns_of(array: np.ndarray, path: Path, name: str) -> "pd.DataFrame":
    import pandas as pd

    if array.ndim != 2:
        raise DataError(
            f"the array {name!r} in {path} has shape {array.shape}; a table has (rows, columns). "
            "For images set data.kind to `images`."
        )
    return pd.DataFrame(array, columns=[f"{name}_{i}" for i in range(1, array.shape[1] + 1)])


def _parquet(path: Path) -> "pd.DataFrame":
    import pandas as pd

    needed("pyarrow", "to read and write Parquet")
    try:
        _refuse_twice(path, import_module("pyarrow.parquet").read_schema(path).names)
        frame = pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no Parquet file, or is cut short ({error}).") from error
    # Names may be numbers there, and are texts everywhere else; rows may have numbers of their own.
    return frame.rename(columns=str).reset_index(drop=True)


# --- CSV ------------------------------------------------------------------------------------------


def _csv(path: Path, data: Data, texts: Iterable[str], as_written: Iterable[str]) -> "pd.DataFrame":
    """Return the table of a CSV file, after a look at its first line."""
    tabs = path.suffix.lower() == ".tsv" and data.separator == ","
    separator = "\t" if tabs else data.separator
    if path.suffix.lower() != ".gz":
        _check_beginning(path)
    try:
        header = _header(path, separator, data.encoding)
        _check_header(path, header, separator)
        frame = _parsed(path, data, separator, texts, as_written)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is no gzip file, or is cut short ({error}).") from error
    first = frame.columns[0]
    if str(first).startswith("Unnamed:"):
        if len(frame.columns) > 1 and (frame[first] == np.arange(len(frame))).all():
            frame = frame.drop(columns=first)  # the numbers of rows that pandas writes by default
        else:
            raise DataError(f"{path}: the first column has no name; give it one in the first line.")
    return frame


def _check_beginning(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    for magic, meaning in OTHER_FORMATS.items():
        if start.startswith(magic):
            raise DataError(f"{path} is no CSV file but {meaning}.")


def _header(path: Path, separator: str, encoding: str) -> list[str]:
    """Return the entries of the first line."""
    opened: Any = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as file:
        raw = file.readline(1_000_000)
    try:
        line = raw.decode(_without_mark(encoding))
    except LookupError as error:
        raise DataError(
            f"data.encoding is {encoding!r}, which Python does not know; usual ones are utf-8, "
            "cp1252 (Western Windows), latin-1, utf-16 and gb18030."
        ) from error
    except UnicodeDecodeError:
        return []  # the parser says where
    try:
        return next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:  # an entry of more than 128 KiB: most likely all names, otherwise separated
        return [line.rstrip("\r\n")]


def _parsed(
    path: Path, data: Data, separator: str, texts: Iterable[str], as_written: Iterable[str]
) -> "pd.DataFrame":
    import pandas as pd

    how: dict[str, Any] = {
        "sep": separator,
        "encoding": _without_mark(data.encoding),
        "index_col": False,
        "low_memory": False,
        "skipinitialspace": True,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                path,
                decimal=data.decimal,
                na_values=data.missing_values,
                dtype=dict.fromkeys(texts, str),
                **how,
            )
            kept = [name for name in frame.columns if name in set(as_written)]
            if kept:
                frame[kept] = pd.read_csv(path, usecols=kept, dtype=str, na_filter=False, **how)
            return frame
    except UnicodeError as error:
        raise DataError(f"{path} {_wrong_letters(path, data.encoding)}") from error
    except pd.errors.EmptyDataError as error:
        raise DataError(f"{path} has no columns: its first lines are blank.") from error
    except pd.errors.ParserWarning as error:
        raise DataError(
            f"{path}: the rows have more entries than the first line has names. Is a name missing, "
            "or does each line end in a separator?"
        ) from error
    except pd.errors.ParserError as error:
        detail = str(error).rpartition("error:")[2].strip() or str(error)
        raise DataError(
            f"{path} cannot be read as a table ({detail}). Look at that line for a separator "
            "within a text that has no quotes, or for a quote that is not closed."
        ) from error


def _without_mark(encoding: str) -> str:
    """Return an encoding that skips the invisible mark with which some programs begin UTF-8."""
    return "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding


def _wrong_letters(path: Path, encoding: str) -> str:
    """Return where a file leaves its encoding, and what to try."""
    raw = path.read_bytes()
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "is stored as UTF-16; set data.encoding to `utf-16`."
    try:
        raw.decode(encoding)
    except UnicodeError as error:
        position = getattr(error, "start", 0)
        line = raw.count(b"\n", 0, position) + 1
        return (
            f"is not stored as {encoding}: line {line} has a byte that it does not allow. Save the "
            "file as UTF-8, or set data.encoding; files of older Windows programs are cp1252."
        )
    return f"is not stored as {encoding}; set data.encoding."


def _check_header(path: Path, header: list[str], separator: str) -> None:
    """Refuse a first line that is none, or that was cut at the wrong places."""
    if len(header) == 1:
        others = [other for other in SEPARATORS if other != separator and other in header[0]]
        if others:
            shown = {"\t": '"\\t" (a tab)'}.get(others[0], f'"{others[0]}"')
            raise DataError(
                f"{path} has a single column named {_start_of(header[0])}: it is not separated by "
                f"{separator!r}. Set data.separator to {shown}."
            )
    names = [name.strip() for name in header]
    _refuse_twice(path, names)
    if names and all(_is_number(name) for name in names):
        raise DataError(
            f"{path} begins with numbers ({', '.join(names[:3])}, …) in place of names; add a "
            "first line that names the columns."
        )


def _start_of(text: str) -> str:
    return repr(text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…")


def _refuse_twice(path: Path, names: list[str]) -> None:
    twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if twice:
        raise DataError(f"{path} has more than one column named {', '.join(twice)}; rename them.")


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
