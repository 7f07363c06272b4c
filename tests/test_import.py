"""Importing the package is cheap and pulls in no deep-learning framework."""

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "torch", "jax")
LIGHT_MODULES = ("aecourse", "aecourse.cli", "aecourse.exercises", "aecourse.scratch")


@pytest.mark.parametrize(
    "module",
    [*LIGHT_MODULES, "aecourse.datasets", "aecourse.preprocessing", "aecourse.metrics",
     "aecourse.plots", "aecourse.text", "aecourse.widgets", "aecourse.estimators",
     "aecourse.project", "aecourse.project.samples", "aecourse.project.applying",
     "aecourse.project.sweeping", "aecourse.project.together"],
)  # fmt: skip
def test_no_framework_is_imported_by(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_importing_aecourse_loads_nothing_but_itself() -> None:
    code = (
        "import sys; before = set(sys.modules); import aecourse; "
        "print(sorted(set(sys.modules) - before))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "['aecourse']"
