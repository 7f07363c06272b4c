"""What checkers are built from: each function returns a clean value or raises with a reason.

``mistakes`` maps the message for a typical mistake to what that mistake gives, or to a function
without arguments that works it out once it is needed. When the answer is not right and equals one
of them, the reader gets that message instead of a bare difference.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from aecourse.exercises.running import call
from aecourse.exercises.stubs import is_blank
from aecourse.exercises.verdicts import NotYet, Wrong


def answered(value: Any, name: str = "your answer") -> Any:
    """Return ``value`` unless nothing has been filled in yet."""
    if is_blank(value):
        raise NotYet(f"There is nothing in {name} yet: put it where the `...` is.")
    return value


def require(condition: Any, message: str) -> None:
    """Raise ``Wrong(message)`` unless ``condition`` holds."""
    if not condition:
        raise Wrong(message)


def array(
    value: Any,
    *,
    shape: tuple[int | None, ...] | None = None,
    name: str = "your answer",
) -> np.ndarray:
    """Return ``value`` as an array of finite numbers; ``None`` in ``shape`` allows any length."""
    answered(value, name)
    if isinstance(value, list | tuple) and any(is_blank(entry) for entry in value):
        raise NotYet(f"There is still a `...` in {name}.")
    if callable(value):
        raise Wrong(f"{_capital(name)} is a function; numbers were expected. Call it first.")
    try:
        numbers = np.asarray(value)
    except Exception as error:
        raise Wrong(f"{_capital(name)} cannot be read as an array of numbers: {error}") from error
    if numbers.dtype.kind not in "fiub":
        raise Wrong(
            f"{_capital(name)} has dtype `{numbers.dtype}`; real numbers were expected "
            f"(it is {_shown(value)})."
        )
    if shape is not None and not _fits(numbers.shape, shape):
        wanted = f"`{_shape_text(shape)}`" if shape else "one single number"
        raise Wrong(f"{_capital(name)} has shape `{numbers.shape}`; {wanted} was expected.")
    _finite(numbers, name)
    return numbers


def close(
    value: Any,
    reference: Any,
    *,
    name: str = "your answer",
    tolerance: float = 1e-6,
    mistakes: Mapping[str, Any] | None = None,
) -> np.ndarray:
    """Return ``value`` as an array if it equals ``reference``: shape, then each entry.

    ``tolerance`` is relative to the entry, and absolute for entries below 1 in size.
    """
    expected = np.asarray(reference)
    numbers = _recognised(value, expected, name, tolerance, mistakes or {})
    wrong = ~_equal(numbers, expected, tolerance)
    if not wrong.any():
        return numbers
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f" at `{list(first)}`" if first else ""
    many = f" ({int(wrong.sum())} of {wrong.size} entries differ)" if wrong.size > 1 else ""
    raise Wrong(
        f"{_capital(name)} differs{where}: it is `{_number(numbers[first])}`, "
        f"expected `{_number(expected[first])}`{many}."
    )


def number(
    value: Any,
    reference: float,
    *,
    within: float = 1e-6,
    name: str = "your answer",
    mistakes: Mapping[str, float] | None = None,
) -> float:
    """Return ``value`` as a float if it lies within ``within`` (absolute) of ``reference``.

    Unlike ``close`` it does not tell the expected number, so a prediction stays the reader's own.
    """
    found = single(value, name=name)
    if abs(found - reference) <= within:
        return found
    for message, mistaken in (mistakes or {}).items():
        if abs(found - mistaken) <= within:
            raise Wrong(message)
    direction = "too large" if found > reference else "too small"
    raise Wrong(f"{_capital(name)} is `{_number(found)}`, which is {direction}.")


def single(value: Any, *, name: str = "your answer") -> float:
    """Return ``value`` as one finite float."""
    numbers = array(value, name=name)
    if numbers.size != 1:
        raise Wrong(
            f"{_capital(name)} has shape `{numbers.shape}`; one single number was expected."
        )
    return float(numbers.reshape(()))


def one_of(value: Any, numbers: Iterable[int], name: str, what: str = "the numbers") -> int:
    """Return ``value`` if it is one of some whole numbers, which ``what`` describes."""
    given = single(value, name=name)
    listed = list(numbers)
    require(
        given in listed,
        f"{_capital(name)} is `{_number(given)}`; give one of {what}: "
        f"{', '.join(map(str, listed))}.",
    )
    return int(given)


def choice(value: Any, right: str, reasons: Mapping[str, str], name: str = "your answer") -> str:
    """Return the choice made if it is ``right``; else raise with the reason why it is not.

    ``reasons`` has one entry for every choice but the right one.
    """
    options = sorted({right, *reasons})
    made = _option(value, options, name)
    if made != right:
        raise Wrong(reasons[made])
    return made


def choices(
    value: Any,
    right: Iterable[str],
    reasons: Mapping[str, str],
    name: str = "your answer",
) -> set[str]:
    """Return the set chosen if it is exactly ``right``.

    ``reasons`` has one entry for *every* choice: why it belongs to the set, or why it does not.
    The first choice that is out of place is explained.
    """
    answered(value, name)
    entries = list(value) if isinstance(value, list | tuple | set | frozenset | str) else [value]
    entries = [e for e in entries if not (isinstance(e, str) and e in ", ")]
    made = {_option(entry, sorted(reasons), name) for entry in entries}
    for option in sorted(made ^ set(right)):
        verb = "does not belong in the set" if option in made else "is missing from the set"
        raise Wrong(f"`{option}` {verb}: {reasons[option]}")
    return made


def mapping(value: Any, keys: Sequence[str], name: str = "your answer") -> dict[str, Any]:
    """Return ``value`` as a dictionary that has every one of ``keys`` filled in."""
    answered(value, name)
    if not isinstance(value, Mapping):
        raise Wrong(
            f"{_capital(name)} is of type `{type(value).__name__}`; a dictionary with the keys "
            f"{_listed(keys)} was expected."
        )
    missing = [key for key in keys if key not in value]
    if missing:
        raise Wrong(f"{_capital(name)} has no entry for {_listed(missing)}.")
    empty = [key for key in keys if is_blank(value[key])]
    if empty:
        raise NotYet(f"There is nothing for {_listed(empty)} yet.")
    return dict(value)


def function(
    answer: Any,
    reference: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    *,
    tolerance: float = 1e-6,
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
    name: str | None = None,
) -> None:
    """Call ``answer`` and ``reference`` on each case and compare what they return.

    Parameters
    ----------
    answer : callable
        The reader's function. It gets copies, so it cannot spoil a case.
    reference : callable
        The right function.
    cases : iterable of tuple
        The arguments of each call. Put the simplest first: the first difference is what is shown.
    mistakes : mapping of str to callable, optional
        Message of each typical mistake and a function that makes it.
    """
    answered(answer, "your answer")
    called = name or f"the result of `{getattr(answer, '__name__', 'your function')}`"
    for arguments in cases:
        value = call(answer, *arguments)
        variants = {text: partial(wrong, *arguments) for text, wrong in (mistakes or {}).items()}
        close(value, reference(*arguments), name=called, tolerance=tolerance, mistakes=variants)


def tables(train: np.ndarray, test: np.ndarray) -> None:
    """Refuse a reader's own tables, (rows, columns), on which nothing can be said.

    Raises
    ------
    Wrong
        If their columns differ, they are too small, or rows stand in both.
    """
    require(
        train.shape[1] == test.shape[1],
        f"`x_train` has {train.shape[1]} columns and `x_test` {test.shape[1]}; they must agree.",
    )
    require(
        len(train) >= 30 and len(test) >= 10 and train.shape[1] >= 3,
        "Take at least 30 rows for training, 10 for testing and 3 columns: with less, the numbers "
        "say little.",
    )
    seen = {row.tobytes() for row in train}
    shared = sum(row.tobytes() in seen for row in test)
    require(
        shared <= len(test) / 2,
        f"{shared} of {len(test)} test rows are in the training data too. Split first, so that "
        "the error is measured on rows that were not used.",
    )


def _recognised(
    value: Any,
    expected: np.ndarray,
    name: str,
    tolerance: float,
    mistakes: Mapping[str, Any],
) -> np.ndarray:
    """Return the numbers in the expected shape; a known mistake is told before a wrong shape is."""
    numbers = array(value, name=name)
    right = numbers.shape == expected.shape and _equal(numbers, expected, tolerance).all()
    if not right:
        for message, mistaken in mistakes.items():
            variant = np.asarray(mistaken() if callable(mistaken) else mistaken)
            if numbers.shape == variant.shape and _equal(numbers, variant, tolerance).all():
                raise Wrong(message)
    return array(numbers, shape=expected.shape, name=name)


def _equal(numbers: np.ndarray, expected: np.ndarray, tolerance: float) -> np.ndarray:
    gap = np.abs(numbers.astype(float) - expected.astype(float))
    return gap <= tolerance * np.maximum(1.0, np.abs(expected.astype(float)))


def _finite(numbers: np.ndarray, name: str) -> None:
    wrong = ~np.isfinite(numbers)
    if not wrong.any():
        return
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    what = "NaN (not a number)" if np.isnan(numbers[first]) else "infinite"
    where = f", the first at `{list(first)}`" if first else ""
    raise Wrong(
        f"{_capital(name)} is {what} in {int(wrong.sum())} of {wrong.size} entries{where}. "
        "Look for a division by zero, the logarithm of zero, or a number that grew too large."
    )


def _option(value: Any, options: Sequence[str], name: str) -> str:
    answered(value, name)
    made = str(value).strip().strip(".)(").lower()
    for option in options:
        if made == option.lower():
            return option
    raise Wrong(f"{_capital(name)} is {_shown(value)}; choose from {_listed(options)}.")


def _fits(found: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(found) == len(wanted) and all(
        w is None or f == w for f, w in zip(found, wanted, strict=True)
    )


def _shape_text(shape: tuple[int | None, ...]) -> str:
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _number(value: Any) -> str:
    return f"{float(value):.6g}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"
