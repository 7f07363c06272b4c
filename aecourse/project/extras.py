"""Packages that only some tasks need, and what to do where they are missing."""

from importlib.util import find_spec

from aecourse.errors import InputError

INSTALL = "pip install -e '.[project]' in the folder of the course"


def needed(package: str, purpose: str) -> None:
    """Refuse to go on without a package.

    Raises
    ------
    InputError
        If it is not installed; the message says how to install it.
    """
    if find_spec(package) is None:
        raise InputError(f"{package} is needed {purpose}, and is not installed: {INSTALL}")
