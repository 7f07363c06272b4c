"""Every public name of the package is on its page, with an example that runs as it is written."""

import doctest
import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "book" / "reference").glob("*.md"))

sys.path.insert(0, str(ROOT / "book" / "extensions"))
import package_reference  # noqa: E402

# Importing them imports Keras.
ON_KERAS = {"networks", "models", "training", "applications", "frameworks", "project"}
# These names need a decoder or a fit; the rest of their module needs no Keras.
NEEDS_KERAS = {"AutoencoderDetector", "AutoencoderTransformer", "decoder_layers"}


def documented() -> list[tuple[str, list[str]]]:
    """Return the modules that the pages list, each with the names that are chosen from it."""
    return [
        listed for page in PAGES for listed in package_reference.listed(page.read_text()).items()
    ]


def gathering() -> list[str]:
    """Return every package below ``aecourse`` whose file gathers public names."""
    return [
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "aecourse").glob("*/**/__init__.py")
        if "__all__" in path.read_text(encoding="utf-8")
    ]


def names() -> list[object]:
    """Return each module and public name as a test's parameters, marked where it needs Keras."""
    parameters = []
    for module, chosen in documented():
        for name in chosen or declared(module):
            needs = module.split(".")[1] in ON_KERAS or name in NEEDS_KERAS
            marks = [pytest.mark.tensorflow] if needs else []
            parameters.append(pytest.param(module, name, marks=marks, id=f"{module}.{name}"))
    return parameters


def declared(module: str) -> list[str]:
    """Return the public names of a module, without importing Keras to find them."""
    path = ROOT / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names: list[str] = package_reference.public_names(source.read_text(encoding="utf-8"))
    return names


def test_every_package_that_gathers_names_has_its_place() -> None:
    listed = [module for module, _ in documented()]
    assert len(listed) == len(set(listed))
    assert set(gathering()) <= set(listed)


def test_names_that_are_chosen_from_a_module_are_public_there() -> None:
    for module, chosen in documented():
        assert set(chosen) <= set(declared(module))


@pytest.mark.parametrize(("module_name", "name"), names())
def test_its_example_gives_what_it_says(
    module_name: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)
    monkeypatch.setenv("AECOURSE_PROGRESS", str(tmp_path / "progress.json"))
    # The line on a stand-in, which a reader with the data does not see.
    monkeypatch.setattr("aecourse.datasets.loading.print", lambda *_: None, raising=False)
    text = package_reference.example(importlib.import_module(module_name), name)
    assert ">>>" in text, f"{module_name}.{name} has no example in its docstring"
    assert name in text, "the example does not show the name"
    assert "SKIP" not in text
    # Nothing is defined beforehand: what a reader copies must run.
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert any(example.want for example in test.examples), "the example shows no result"
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0, capsys.readouterr().out
