"""The door at which every text enters."""

from collections.abc import Iterable
from typing import Any

from aecourse.errors import InputError


def checked_text(text: Any, name: str = "text") -> str:
    """Return ``text`` if it is a string, which may be empty.

    Raises
    ------
    InputError
        If it is anything else, such as a missing value.
    """
    if isinstance(text, str):
        return text
    if isinstance(text, bytes):
        raise InputError(f"{name} is bytes; decode it first, as with {name}.decode('utf-8').")
    if text is None or text != text:  # only NaN differs from itself
        raise InputError(
            f"{name} is {text!r}, a missing value; leave it out, or put the empty string ''."
        )
    raise InputError(f"{name} is {text!r}, of type {type(text).__name__}; give a string.")


def checked_texts(texts: Any, name: str = "texts") -> list[str]:
    """Return ``texts`` as a list of strings.

    Raises
    ------
    InputError
        If it is a single string, is empty or holds anything but strings; the message names the
        first such place.

    Examples
    --------
    >>> from aecourse import errors, text
    >>> text.checked_texts(("one text", ""))
    ['one text', '']
    >>> try:
    ...     text.checked_texts(["one text", None])
    ... except errors.InputError as error:
    ...     print(error)
    texts[1] is None, a missing value; leave it out, or put the empty string ''.
    """
    if isinstance(texts, (str, bytes)):
        raise InputError(f"{name} is a single text; for one text give [{name}].")
    if not isinstance(texts, Iterable):
        raise InputError(f"{name} is {texts!r}; give a list or an array of strings.")
    listed = [checked_text(text, f"{name}[{place}]") for place, text in enumerate(texts)]
    if not listed:
        raise InputError(f"{name} is empty; give at least one text.")
    return listed
