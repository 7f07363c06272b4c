"""Code shown from the package, whether or not its framework is installed."""

import ast
from pathlib import Path

import pytest

from aecourse.errors import InputError
from aecourse.frameworks import listing
from tools import notebooks

NOTEBOOK = notebooks.BOOK / "appendices" / "a_frameworks.ipynb"


def test_a_method_is_shown_with_its_decorator_and_from_the_margin() -> None:
    shown = listing.code("tensorflow", "Trainer.train_step")
    assert shown.startswith("@tf.function\ndef train_step(self")
    assert shown.endswith("return loss")
    ast.parse(shown)


def test_several_definitions_stand_one_below_the_other() -> None:
    shown = listing.code("torch", "squared_error", "Autoencoder")
    assert [node.name for node in ast.parse(shown).body] == ["squared_error", "Autoencoder"]


@pytest.mark.parametrize("name", ["Nothing", "Trainer.nothing"])
def test_a_name_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match=f"in_jax has no definition '{name}'; choose from"):
        listing.code("jax", name)


def shown_in(path: Path) -> list[tuple[tuple[str, ...], str]]:
    """Return the arguments of each call of ``show_code`` in a notebook, and what it displayed."""
    found = []
    for cell in notebooks.code_cells(notebooks.read(path)):
        source = notebooks.text(cell["source"])
        if source.startswith("show_code("):
            call = ast.parse(source).body[0].value
            (output,) = cell["outputs"]
            arguments = tuple(ast.literal_eval(each) for each in call.args)
            found.append((arguments, notebooks.text(output["data"]["text/markdown"])))
    return found


def test_the_appendix_shows_the_code_as_it_stands() -> None:
    """The modules run in other processes, so the notebook's own record does not know them."""
    shown = shown_in(NOTEBOOK)
    assert {arguments[0] for arguments, _ in shown} == {"tensorflow", "keras", "torch", "jax"}
    for arguments, text in shown:
        assert text == f"```python\n{listing.code(*arguments)}\n```", arguments
