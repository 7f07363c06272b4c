"""A progress file of its own for every test, and a small chapter to try things on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecourse.exercises import expect, registry
from aecourse.exercises.registry import Chapter, Exercise


@pytest.fixture(autouse=True)
def progress_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress" / "progress.json"
    monkeypatch.setenv("AECOURSE_PROGRESS", str(path))
    return path


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that replaces all exercises by ``9.1`` with the given checker."""

    def replace(checker: Callable[..., str], seconds: float = 10.0) -> None:
        only = Exercise("9.1", "Try", "code", checker, ("look", "look closer", "do it"), seconds)
        monkeypatch.setattr(registry, "chapter_numbers", lambda: (9,))
        monkeypatch.setattr(registry, "chapter", lambda n: Chapter(9, "Trying", {"9.1": only}))

    return replace


@pytest.fixture
def doubling(register: Callable[..., None]) -> None:
    """Exercise 9.1 asks for a function that doubles an array."""

    def checker(answer: Any) -> str:
        expect.function(
            answer,
            lambda x: 2 * x,
            [(np.arange(3.0),), (np.ones((2, 2)),)],
            mistakes={"You squared instead of doubling.": lambda x: x**2},
        )
        return "It doubles."

    register(checker, seconds=1.0)
