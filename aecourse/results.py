"""The numbers a chapter found, kept as JSON so that pages, notes and later chapters can cite them.

A chapter calls :func:`record` for every number its text rests on. When ``tools/execute.py`` runs
the chapter in the full profile, the numbers go to ``book/results/<chapter>.json``; in every other
run the call checks its arguments, writes nothing and returns the value, so a reader never
overwrites the book's results.

One file holds ``{"chapter": …, "results": {key: entry}}``. An entry has

``value``
    a number; for one value a seed, their mean.
``unit``
    what it is measured in; ``"1"`` for a pure number.
``dataset``
    the data it was measured on, with a word on whether they were complete.
``spread``, ``seeds``
    for several seeds: the standard deviation over them, and the seeds.
``reference``, ``target``
    the number of the simple method (or of the paper) beside it, and the one aimed at.
``note``
    what a reader must know to judge it.
"""

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aecourse.errors import InputError

VARIABLE = "AECOURSE_RESULTS_DIR"
SIGNIFICANT_DIGITS = 4
CHAPTER = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
KEY = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*")


def record(
    chapter: str,
    key: str,
    value: float | Sequence[float],
    *,
    unit: str,
    dataset: object,
    reference: float | None = None,
    target: float | None = None,
    seeds: Sequence[int] | None = None,
    note: str | None = None,
) -> float:
    """Keep one number of a chapter and return it (the mean, for one value a seed).

    Parameters
    ----------
    chapter : str
        The notebook's name without its ending, as in ``"02_core_algorithm"``.
    key : str
        What the number is, in lower case, as in ``"conv32_test_mse"``.
    value : float or sequence of float
        The number, or one number for each of ``seeds``.
    unit : str
        Its unit; ``"1"`` for a pure number.
    dataset : object
        What it was measured on: a data set's provenance, or a sentence.
    reference, target : float, optional
        The simple method's number, and the one aimed at.
    seeds : sequence of int, optional
        The seeds behind the values.
    note : str, optional
        What a reader must know to judge the number.

    Returns
    -------
    float
        ``value``, or the mean of the values, not rounded.

    Raises
    ------
    InputError
        If a name is not in the form above, a number is not finite, or there is not one value for
        each seed.

    Examples
    --------
    >>> from aecourse import results
    >>> results.record("02_core", "test_mse", 0.0047, unit="1", dataset="MNIST")
    0.0047
    """
    _check_name("chapter", chapter, CHAPTER)
    _check_name("key", key, KEY)
    values = np.atleast_1d(np.asarray(value, dtype=float))
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise InputError(f"{key}: the value is {value!r}; give one finite number, or one a seed.")
    if values.size > 1 and (seeds is None or len(seeds) != values.size):
        raise InputError(
            f"{key}: {values.size} values and {0 if seeds is None else len(seeds)} seeds; "
            "give one value for each seed."
        )
    mean = float(values.mean())
    entry: dict[str, object] = {"value": _rounded(mean), "unit": unit, "dataset": str(dataset)}
    if values.size > 1:
        alike = values.min() == values.max()  # their mean may be rounded, which is no spread
        spread = 0.0 if alike else float(values.std(ddof=1))
        entry["value"] = _rounded_like(mean, spread)
        entry["spread"] = _rounded(spread, 2)
    if seeds is not None:
        entry["seeds"] = [int(seed) for seed in seeds]
    for name, number in (("reference", reference), ("target", target)):
        if number is not None:
            entry[name] = _rounded(float(number))
    if note is not None:
        entry["note"] = note
    folder = os.environ.get(VARIABLE)
    if folder:
        _write(Path(folder) / f"{chapter}.json", chapter, key, entry)
    return mean


def read(path: str | Path) -> dict[str, dict[str, Any]]:
    """Return the entries of one results file by their keys.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> from aecourse import results
    >>> entry = {"value": 0.0047, "unit": "1", "dataset": "MNIST"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "02_core.json"
    ...     written = path.write_text(json.dumps({"results": {"mse": entry}}))
    ...     found = results.read(path)
    >>> found["mse"]["value"]
    0.0047
    """
    results: dict[str, dict[str, Any]] = json.loads(Path(path).read_text("utf-8"))["results"]
    return results


class LongRuns(Mapping[str, dict[str, Any]]):
    """The entries of a file of long runs by their keys, and their numbers as text for a page.

    A notebook that was taken out of the book has no such file beside it; then there are no entries,
    and each number is a dash.

    Parameters
    ----------
    path : str or Path
        The results file.
    form : str
        How a number is written unless a call says otherwise, as in ``"{:.1%}"``.

    Examples
    --------
    >>> from aecourse import results
    >>> runs = results.LongRuns("no_such_file.json", "{:.1%}")
    >>> len(runs), runs.said("accuracy")
    (0, '–')
    """

    MARK = "†"
    """Stands in the text after a number that was not computed in the notebook."""

    def __init__(self, path: str | Path, form: str) -> None:
        self._entries = read(path) if Path(path).is_file() else {}
        self._form = form

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def said(self, key: str, form: str | None = None) -> str:
        """Return a number for the text, with the mark."""
        return (form or self._form).format(self[key]["value"]) + self.MARK if key in self else "–"

    def with_spread(self, key: str, form: str | None = None, *, scale: float = 1) -> str:
        """Return a number for a table, and its standard deviation if there are several seeds."""
        if key not in self:
            return "–"
        numbers = [self[key][name] for name in ("value", "spread") if name in self[key]]
        return " ± ".join((form or self._form).format(scale * number) for number in numbers)


def _check_name(what: str, name: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(name):
        raise InputError(
            f"The {what} is {name!r}; use lower-case words joined by '_', as in 'conv32_test_mse'."
        )


def _rounded(number: float, digits: int = SIGNIFICANT_DIGITS) -> float:
    """Round to significant digits: the later ones change from machine to machine."""
    return float(f"{number:.{digits}g}")


def _rounded_like(mean: float, spread: float) -> float:
    """Round a mean at the second significant digit of its spread, as one writes 0.0047 ± 0.0002."""
    if spread == 0:
        return _rounded(mean)
    return round(mean, 1 - math.floor(math.log10(spread)))


def _write(path: Path, chapter: str, key: str, entry: dict[str, object]) -> None:
    """Add the entry to the chapter's file, which is never half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    results = read(path) if path.is_file() else {}
    results[key] = entry
    fresh = path.with_suffix(".json.new")
    content = {"chapter": chapter, "results": dict(sorted(results.items()))}
    fresh.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    fresh.replace(path)
