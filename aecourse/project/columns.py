"""How one column of a table becomes numbers for the network, and how they become a column again.

Each kind is fitted to training rows alone, gives the same number of values for any rows, and can be
written as JSON.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aecourse.errors import DataError
from aecourse.project.schema import Preprocessing

Floats = NDArray[np.float64]
Tell = Callable[[str], None]

MISSING = "(missing)"
NUMBER = r"[-+]?\d+(\.\d+)?"
# Scaled values beyond this are cut off: their squares must stay finite in single precision.
FARTHEST = 1e6
DAY = 86_400.0
# The first and the last second that pandas can write down; a network may rebuild any number.
DATES = (pd.Timestamp.min.timestamp() + 1, pd.Timestamp.max.timestamp() - 1)
NORMAL_QUARTILES = 1.349  # distance of the quartiles of a standard normal distribution


class Column(Protocol):
    """What every kind of column can do."""

    @property
    def name(self) -> str:
        """Of the column in the table."""
        ...

    @property
    def width(self) -> int:
        """Number of values that the network sees."""
        ...

    def encode(self, series: pd.Series, tell: Tell) -> Floats:
        """Return the column's values for the network, shape ``(rows, width)``."""
        ...

    def decode(self, values: Floats) -> Any:
        """Return the column that values stand for, ``(rows,)``."""
        ...

    def state(self) -> dict[str, Any]:
        """Return all that :func:`from_state` needs."""
        ...


@dataclass(frozen=True)
class Number:
    """Scaled numbers; what is missing is replaced by a typical number.

    Attributes
    ----------
    name
        Of the column.
    fill
        What stands for a missing value; ``None`` if there must be none.
    offset, scale
        The network sees ``(value - offset) / scale``.
    bounded
        Whether the result is cut to the range from 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.project import columns, configuration
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> column = columns.Number.fit(pd.Series([1.0, 3.0], name="items"), config.preprocessing)
    >>> column.encode(pd.Series([2.0, None]), tell=print).tolist()
    column 'items': 1 missing values, taken as 2
    [[0.0], [0.0]]
    """

    name: str
    fill: float | None
    offset: float
    scale: float
    bounded: bool

    kind: ClassVar[str] = "number"
    width: ClassVar[int] = 1

    @classmethod
    def fit(cls, series: pd.Series, settings: Preprocessing) -> "Number":
        """Return the column as training rows have it."""
        known = numbers(series).dropna().to_numpy(np.float64)
        fill = None
        if settings.missing != "refuse":
            fill = float(np.median(known) if settings.missing == "median" else known.mean())
        offset, scale = _offset_and_scale(known, settings.scaling)
        return cls(str(series.name), fill, offset, scale, settings.scaling == "minmax")

    def encode(self, series: pd.Series, tell: Tell) -> Floats:
        """Return the scaled numbers."""
        values = numbers(series).to_numpy(np.float64, na_value=np.nan)
        missing = np.isnan(values)
        if missing.any() and self.fill is None:
            raise DataError(
                f"column {self.name!r} has {missing.sum()} missing values, the first in row "
                f"{missing.argmax() + 1}, and preprocessing.missing is `refuse`."
            )
        if missing.any():
            tell(f"column {self.name!r}: {missing.sum():,} missing values, taken as {self.fill:g}")
            values = np.where(missing, self.fill, values)
        scaled = np.clip((values - self.offset) / self.scale, -FARTHEST, FARTHEST)
        if self.bounded:
            outside = int(((scaled < 0) | (scaled > 1)).sum())
            if outside:
                tell(f"column {self.name!r}: {outside:,} values outside the training range, cut")
            scaled = np.clip(scaled, 0, 1)
        return scaled[:, None]

    def decode(self, values: Floats) -> Floats:
        """Return the numbers in the column's own units."""
        return values[:, 0] * self.scale + self.offset

    def state(self) -> dict[str, Any]:
        """Return all that :func:`from_state` needs."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Category:
    """One value for each text that training rows have: 1 for the row's own, 0 for all others.

    Attributes
    ----------
    name
        Of the column.
    values
        The texts; a missing one is a text of its own if training rows lack some.
    numeric
        Whether all of them are numbers; then 10 and 10.0 are one, as gaps turn one into the other.
    """

    name: str
    values: list[str]
    numeric: bool

    kind: ClassVar[str] = "category"

    @classmethod
    def fit(cls, series: pd.Series) -> "Category":
        """Return the column as training rows have it."""
        given = texts(series)
        numeric = bool(given[series.notna()].str.fullmatch(NUMBER).all())
        values = _whole(given) if numeric else given
        return cls(str(series.name), sorted(values.unique().tolist()), numeric)

    @property
    def width(self) -> int:
        """Number of texts."""
        return len(self.values)

    def encode(self, series: pd.Series, tell: Tell) -> Floats:
        """Return a 1 at the place of each row's text; none where training rows have no such."""
        given = _whole(texts(series)) if self.numeric else texts(series)
        places = pd.Index(self.values).get_indexer(given)
        unknown = places < 0
        if unknown.any():
            examples = ", ".join(repr(text) for text in given[unknown].unique()[:3])
            tell(
                f"column {self.name!r}: {unknown.sum():,} values that training did not have "
                f"({examples}), taken as none of the known ones"
            )
        encoded = np.zeros((len(given), self.width))
        rows = np.flatnonzero(~unknown)
        encoded[rows, places[rows]] = 1.0
        return encoded

    def decode(self, values: Floats) -> Any:
        """Return the text with the largest value."""
        return np.asarray(self.values, dtype=object)[values.argmax(axis=1)]

    def state(self) -> dict[str, Any]:
        """Return all that :func:`from_state` needs."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Date:
    """The time, scaled like a number, and where in the week and in the day it lies.

    Day and week are told as a sine and a cosine, so that the last hour is near the first one;
    both are moved to the range from 0 to 1.

    Attributes
    ----------
    name
        Of the column.
    days
        How the time is scaled, in days since 1970.
    clock
        Whether training rows have times of day.
    """

    name: str
    days: Number
    clock: bool

    kind: ClassVar[str] = "date"

    @classmethod
    def fit(cls, series: pd.Series, settings: Preprocessing) -> "Date":
        """Return the column as training rows have it."""
        days = days_of(series)
        return cls(str(series.name), Number.fit(days, settings), bool((days.dropna() % 1).any()))

    @property
    def width(self) -> int:
        """The time, two values for the week, and two for the day."""
        return 5 if self.clock else 3

    def encode(self, series: pd.Series, tell: Tell) -> Floats:
        """Return the scaled time and the places in week and day."""
        days = days_of(series)
        parts = [self.days.encode(days, tell)]
        filled = days.fillna(self.days.fill or 0.0).to_numpy(np.float64)
        for turns in [np.floor(filled) / 7, filled][: 2 if self.clock else 1]:
            parts += [(1 + wave(2 * np.pi * turns[:, None])) / 2 for wave in (np.sin, np.cos)]
        return np.concatenate(parts, axis=1)

    def decode(self, values: Floats) -> Any:
        """Return the time, to the second; the places in week and day are left aside."""
        seconds = np.round(self.days.decode(values[:, :1]) * DAY)
        return pd.to_datetime(np.clip(seconds, *DATES), unit="s").to_numpy()

    def state(self) -> dict[str, Any]:
        """Return all that :func:`from_state` needs."""
        days = {key: value for key, value in self.days.state().items() if key != "kind"}
        return {"kind": self.kind, "name": self.name, "days": days, "clock": self.clock}


def from_state(state: dict[str, Any]) -> Column:
    """Return the column whose :meth:`Number.state` this is, of any kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.project import columns
    >>> column = columns.Category.fit(pd.Series(["web", "shop"], name="channel"))
    >>> columns.from_state(column.state()) == column
    True
    """
    content = {key: value for key, value in state.items() if key != "kind"}
    if state["kind"] == "date":
        return Date(**{**content, "days": Number(**content["days"])})
    return Number(**content) if state["kind"] == "number" else Category(**content)


# --- series as they come from files ---------------------------------------------------------------


def numbers(series: pd.Series) -> pd.Series:
    """Return a column as numbers, missing ones as NaN.

    Raises
    ------
    DataError
        If a value is no number, or is infinite; the message names the first row.
    """
    parsed = series
    if not pd.api.types.is_numeric_dtype(series):
        parsed = pd.to_numeric(series, errors="coerce")
        if parsed.isna().all():  # a file in which other texts stand beside TRUE and FALSE
            parsed = texts(series).str.lower().map({"true": 1.0, "false": 0.0})
        _refuse_rows(
            series,
            (parsed.isna() & series.notna()).to_numpy(),
            "holds no number",
            "If that text stands for a missing value, add it to data.missing_values",
        )
    parsed = parsed.astype("float64")
    infinite = np.isinf(parsed.to_numpy(np.float64, na_value=np.nan))
    _refuse_rows(series, infinite, "holds an infinite number", "Repair it, or leave it empty")
    return parsed


def texts(series: pd.Series) -> pd.Series:
    """Return a column as texts; 3 and 3.0 are one text, as gaps turn whole numbers into others."""
    if pd.api.types.is_float_dtype(series):
        whole = series.dropna() % 1 == 0
        series = series.astype("Int64") if whole.all() else series
    return series.astype("object").where(series.notna(), MISSING).astype(str).astype("object")


def _whole(given: pd.Series) -> pd.Series:
    """Return texts with whole numbers written without a fraction."""
    return given.str.replace(r"\.0+$", "", regex=True)


def days_of(series: pd.Series) -> pd.Series:
    """Return a column of dates as days since 1970, missing ones as NaN.

    Raises
    ------
    DataError
        If a value is no date; the message names the first row.
    """
    dates = as_dates(series)
    wrong = (dates.isna() & series.notna()).to_numpy()
    _refuse_rows(series, wrong, "holds no date", "Write dates as 2024-12-31 or 2024-12-31 23:59")
    days = (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    return days.rename(series.name)


def as_dates(series: pd.Series) -> pd.Series:
    """Return a column as dates in UTC without a zone; what is none becomes missing."""
    parsed = series
    if not pd.api.types.is_datetime64_any_dtype(series):
        parsed = pd.to_datetime(series, format="ISO8601", errors="coerce", utc=True)
    return parsed.dt.tz_convert(None) if parsed.dt.tz is not None else parsed


def _refuse_rows(series: pd.Series, wrong: NDArray[np.bool_], what: str, remedy: str) -> None:
    """Refuse a column in which rows are wrong; its index tells their places in the file."""
    if wrong.any():
        first = int(wrong.argmax())
        value = series.iloc[first]
        shown = repr(value) if isinstance(value, str) else str(value)
        more = f" (and so do {wrong.sum() - 1:,} more)" if wrong.sum() > 1 else ""
        raise DataError(
            f"column {series.name!r} {what} in row {series.index[first] + 1}: "
            f"{shown}{more}. {remedy}, or leave the column out with "
            "preprocessing.ignore."
        )


def _offset_and_scale(known: Floats, scaling: str) -> tuple[float, float]:
    """Return what is taken away and by what is divided; a scale is never 0."""
    if scaling == "minmax":
        return float(known.min()), float(np.ptp(known)) or 1.0
    if scaling == "robust":
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
        # Where half of the values are equal, the quartiles say nothing of the spread.
        return float(middle), float((high - low) / NORMAL_QUARTILES or known.std() or 1.0)
    return float(known.mean()), float(known.std()) or 1.0
