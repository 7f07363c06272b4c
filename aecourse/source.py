"""The code of the package in a notebook, as it is."""

import inspect
import textwrap
from typing import Any

from IPython.display import Markdown


def show_source(*objects: Any) -> Markdown:
    """Return the code of functions, methods or classes for display, one below the other.

    Raises
    ------
    TypeError
        If one of them has no Python code.

    Examples
    --------
    >>> from aecourse import preprocessing, source
    >>> shown = source.show_source(preprocessing.unit_range)
    >>> shown.data.splitlines()[1][:15]
    'def unit_range('
    """
    text = "\n\n".join(textwrap.dedent(inspect.getsource(each)).rstrip() for each in objects)
    return Markdown(f"```python\n{text}\n```")
