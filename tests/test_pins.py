"""pyproject.toml, the two lists of pins and environment.yml name one and the same environment."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = [
    Requirement(line)
    for name in ("requirements.txt", "requirements-backends.txt")
    for line in (ROOT / name).read_text().splitlines()
    if line and not line.startswith(("#", " "))
]


def wanted() -> list[Requirement]:
    """Every requirement of the package and of its extras."""
    lines = list(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        lines += extra
    return [Requirement(line) for line in lines]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_every_requirement_has_a_pin_inside_its_range(requirement: Requirement) -> None:
    pins = [pin for pin in PINS if canonical(pin.name) == canonical(requirement.name)]
    assert pins, f"{requirement.name} has no pin; run 'make pins'"
    for pin in pins:
        (specifier,) = pin.specifier
        assert requirement.specifier.contains(specifier.version, prereleases=True)


def test_every_pin_is_one_exact_version() -> None:
    loose = [str(pin) for pin in PINS if [s.operator for s in pin.specifier] != ["=="] or pin.url]
    assert not loose


@pytest.mark.parametrize("python", ["3.11.7", "3.12.4", "3.13.1"])
def test_a_package_is_pinned_once_for_each_supported_python(python: str) -> None:
    environment = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    names = [
        canonical(pin.name) for pin in PINS if not pin.marker or pin.marker.evaluate(environment)
    ]
    assert len(names) == len(set(names))


def test_environment_yml_installs_the_same_pins_on_a_supported_python() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python = next(d for d in environment["dependencies"] if str(d).startswith("python="))
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))
    (pip,) = (d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert pip == ["-r requirements.txt", "-e ."]
