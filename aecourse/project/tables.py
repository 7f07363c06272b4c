"""From the rows of a table to what a network sees: which columns, and how each is encoded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aecourse.errors import DataError
from aecourse.project.columns import Category, Column, Date, Number, as_dates, from_state, texts
from aecourse.project.schema import Config, Preprocessing

# Columns that results have of their own.
OF_RESULTS = re.compile(r"row|score|abnormal|most_surprising|codes|code_\d+")
ALMOST_ALL = 0.5  # share of numbers above which a column of texts is one of numbers with flaws


@dataclass(frozen=True)
class TableEncoder:
    """The columns that the network sees, fitted to training rows.

    Attributes
    ----------
    columns
        Each with what it has learnt from the training rows.
    carried
        Columns that the network does not see and that results carry along.
    left_out
        Columns without information, and why: they are constant or empty in the training rows.
    """

    columns: Sequence[Column]
    carried: list[str]
    left_out: dict[str, str] = field(default_factory=dict)

    @classmethod
    def fit(cls, rows: pd.DataFrame, config: Config) -> "TableEncoder":
        """Choose and fit the columns.

        Parameters
        ----------
        rows
            Training rows, with all columns of the file.
        config
            Its ``data`` and ``preprocessing`` say which columns are used and how.

        Raises
        ------
        DataError
            If a column is missing, none is left, or one is neither numbers nor dates nor a few
            texts.
        """
        settings = config.preprocessing
        columns: list[Column] = []
        left_out: dict[str, str] = {}
        for name in chosen(rows, config):
            _refuse_objects(rows[name])
            reason = _without_information(rows[name])
            if reason:
                left_out[name] = reason
            else:
                columns.append(_fitted(rows[name], settings))
        if not columns:
            raise DataError(
                "no column is left for the network: "
                + "; ".join(f"{name!r} is {why}" for name, why in left_out.items())
                + "."
            )
        return cls(columns, list(settings.ignore), left_out)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return (sum(column.width for column in self.columns),)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    @property
    def renamed(self) -> dict[str, str]:
        """New names for columns of the data that are called like one that results have anyway."""
        names = [*self.carried, *self.names]
        renamed: dict[str, str] = {}
        for name in filter(OF_RESULTS.fullmatch, names):
            renamed[name] = f"{name}_in_data"
            while renamed[name] in names:
                renamed[name] += "_in_data"
        return renamed

    @property
    def texts(self) -> list[str]:
        """The names of the columns that are compared as texts."""
        return [column.name for column in self.columns if isinstance(column, Category)]

    def encode(self, rows: pd.DataFrame) -> tuple[NDArray[np.float32], list[str]]:
        """Return rows for the network, and what there is to say about them.

        Returns
        -------
        array of shape ``(rows, *shape)``
        list of str
            Missing and unknown values, each with its column and how it was taken.

        Raises
        ------
        DataError
            If a column is missing, or holds what it did not hold in training.
        """
        require(rows, self.names)
        notes: list[str] = []
        parts = [column.encode(rows[column.name], notes.append) for column in self.columns]
        return np.concatenate(parts, axis=1).astype(np.float32), notes

    def decode(self, values: NDArray[Any]) -> pd.DataFrame:
        """Return the rows that a network's output stands for, in the columns' own units."""
        parts = np.split(np.asarray(values, np.float64), self._ends()[:-1], axis=1)
        return pd.DataFrame(
            {c.name: c.decode(part) for c, part in zip(self.columns, parts, strict=True)}
        )

    def by_column(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the mean over the values of each column, shape ``(rows, columns)``."""
        starts = [0, *self._ends()[:-1]]
        widths = [column.width for column in self.columns]
        return np.add.reduceat(np.asarray(values, np.float64), starts, axis=1) / widths

    def carry(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return what results say of each row besides themselves: its number and what is carried.

        Rows are counted from 1 below the line of names, and columns are called as in
        :attr:`renamed`.
        """
        kept = rows[[name for name in self.carried if name in rows.columns]]
        numbered = pd.DataFrame({"row": np.arange(1, len(rows) + 1)})
        named = kept.reset_index(drop=True).rename(columns=self.renamed)
        return pd.concat([numbered, named], axis=1)

    def state(self) -> dict[str, Any]:
        """Return all that :meth:`from_state` needs, for JSON."""
        return {
            "kind": "table",
            "columns": [column.state() for column in self.columns],
            "carried": self.carried,
            "left_out": self.left_out,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "TableEncoder":
        """Return the encoder whose :meth:`state` this is."""
        columns = [from_state(column) for column in state["columns"]]
        return cls(columns, state["carried"], state["left_out"])

    def _ends(self) -> list[int]:
        return np.cumsum([column.width for column in self.columns]).tolist()


def require(rows: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a table that lacks a column.

    Raises
    ------
    DataError
        If it does; the message names the nearest column there is.
    """
    known = [str(name) for name in rows.columns]
    missing = [name for name in names if name not in known]
    if not missing:
        return
    close = get_close_matches(missing[0], known, n=1)
    hint = f" Is it {close[0]!r}?" if close else ""
    shown = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
    raise DataError(
        f"the table has no column {', '.join(map(repr, missing[:5]))}"
        f"{f' and {len(missing) - 5} more' if len(missing) > 5 else ''}.{hint} It has {shown}."
    )


def chosen(rows: pd.DataFrame, config: Config) -> list[str]:
    """Return the names of the columns to use, in the order of the file."""
    settings = config.preprocessing
    named = [*(settings.columns or ()), *settings.ignore, *settings.categories]
    require(rows, [*named, *([config.data.label] if config.data.label else [])])
    left = {*settings.ignore, config.data.label}
    chosen = [str(name) for name in rows.columns if name not in left]
    if settings.columns is not None:
        chosen = [name for name in chosen if name in settings.columns]
    if not chosen:
        raise DataError("no column is left for the network; see preprocessing.columns and ignore.")
    return chosen


def _without_information(series: pd.Series) -> str | None:
    if series.isna().all():
        return "empty in all training rows"
    distinct = series.nunique(dropna=False)
    return "the same in all training rows" if distinct == 1 else None


def _refuse_objects(series: pd.Series) -> None:
    """Refuse a column of lists, times or other things that are no values of a table."""
    if not pd.api.types.is_object_dtype(series):
        return
    known = series.dropna()
    plain = known.map(lambda value: isinstance(value, str | bool | int | float | date | Decimal))
    if not plain.all():
        kinds = sorted({type(value).__name__ for value in known[~plain]})
        raise DataError(
            f"column {series.name!r} holds {', '.join(kinds)}, which are neither numbers, dates "
            "nor texts; convert it, or add it to preprocessing.ignore."
        )


def _fitted(series: pd.Series, settings: Preprocessing) -> Column:
    """Return a column of the kind that its values call for."""
    types = pd.api.types
    name = str(series.name)
    if name in settings.categories:
        return _category(series, settings)
    if types.is_bool_dtype(series) or types.is_numeric_dtype(series):
        if types.is_complex_dtype(series):
            raise DataError(f"column {name!r} holds complex numbers; split or ignore it.")
        return Number.fit(series, settings)
    if types.is_datetime64_any_dtype(series):
        return Date.fit(series, settings)
    if types.is_timedelta64_dtype(series):
        raise DataError(f"column {name!r} holds durations; store them as a number of seconds.")
    known = series.dropna()
    if types.infer_dtype(known) in {"boolean", "decimal"}:  # truth values with gaps are objects
        return Number.fit(series, settings)
    if as_dates(known.astype(str)).notna().all() and known.astype(str).str.len().ge(8).all():
        return Date.fit(series, settings)
    return _category(series, settings)


def _category(series: pd.Series, settings: Preprocessing) -> Category:
    """Return a column of categories, unless there are so many that it is something else."""
    fitted = Category.fit(series)
    if fitted.width <= settings.max_categories:
        return fitted
    name = str(series.name)
    named = name in settings.categories
    known = texts(series.dropna())
    parsed = pd.to_numeric(known, errors="coerce")
    if parsed.notna().all():
        remedy = "take it out of preprocessing.categories" if named else "store it as numbers"
        raise DataError(
            f"column {name!r} has {fitted.width:,} different numbers, such as {known.iloc[0]!r}, "
            f"which are too many to be categories. To use them as numbers {remedy}. Otherwise "
            f"raise preprocessing.max_categories (now {settings.max_categories}), or add the "
            "column to preprocessing.ignore."
        )
    if parsed.notna().mean() > ALMOST_ALL:
        first = known[parsed.isna()].iloc[0]
        raise DataError(
            f"column {name!r} holds numbers, but {int(parsed.isna().sum()):,} of its "
            f"{len(known):,} values are texts such as {first!r}. If that stands for a missing "
            f'value, write data.missing_values: ["{first}"].'
        )
    if known.str.fullmatch(r"[-+]?\d[\d.]*,\d+").mean() > ALMOST_ALL:
        raise DataError(
            f"column {name!r} holds numbers with a decimal comma, such as {known.iloc[0]!r}; set "
            'data.decimal to "," (and data.separator to what separates the columns).'
        )
    raise DataError(
        f"column {name!r} has {fitted.width:,} different texts, such as {known.iloc[0]!r}; an id "
        "or free text tells the network nothing. Add it to preprocessing.ignore, or raise "
        f"preprocessing.max_categories (now {settings.max_categories})."
    )
