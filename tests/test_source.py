"""The code of the package, shown in a notebook."""

import pytest

from aecourse import results, source


def test_functions_and_methods_are_shown_as_they_are_without_their_indentation() -> None:
    text = source.show_source(results.read, results.LongRuns.said).data
    assert text.startswith("```python\ndef read(")
    assert "\n\ndef said(self, key" in text
    assert text.endswith("\n```")


def test_what_has_no_code_is_an_error() -> None:
    with pytest.raises(TypeError):
        source.show_source(3)
