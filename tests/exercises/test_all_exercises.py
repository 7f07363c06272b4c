"""What holds for every exercise of every chapter."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from exercise_harness import (
    CHAPTERS,
    SOLUTIONS,
    mistakes,
    run_answer,
    run_solution,
    run_stub,
    setup_of,
    tagged,
)

from aecourse.exercises import hint
from aecourse.exercises.registry import chapter_numbers, exercises

NUMBERS = list(exercises())
MISTAKES = [(number, mistake) for number, listed in mistakes().items() for mistake in listed]


@pytest.fixture(autouse=True)
def quick_and_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECOURSE_PROFILE", "quick")
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)


def test_the_notebooks_and_the_register_have_the_same_exercises() -> None:
    registered = Counter(NUMBERS)
    for notebooks, prefix in [
        (CHAPTERS, "exercise"),
        (CHAPTERS, "check"),
        (SOLUTIONS, "solution"),
        (SOLUTIONS, "check"),
    ]:
        found = Counter({n: len(cells) for n, cells in tagged(notebooks, prefix).items()})
        assert found == registered, f"{prefix} cells"


@pytest.mark.parametrize("chapter", chapter_numbers())
def test_a_chapter_has_at_least_five_exercises_of_at_least_four_kinds(chapter: int) -> None:
    mine = [exercise for exercise in exercises().values() if exercise.chapter == chapter]
    assert len(mine) >= 5
    assert len({exercise.kind for exercise in mine}) >= 4


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solution_passes(number: str) -> None:
    result = run_solution(number)
    assert result.passed, result
    assert len(result.message) > 20  # praise says why it is right, not only that


@pytest.mark.parametrize("number", NUMBERS)
def test_the_stub_is_told_politely_that_nothing_is_there_yet(number: str) -> None:
    result = run_stub(number)
    assert result.state == "not yet", result
    assert f'hint("{number}")' in result.message


@pytest.mark.parametrize(("number", "mistake"), MISTAKES)
def test_a_typical_mistake_gets_its_own_message(number: str, mistake) -> None:
    result = run_answer(number, mistake.code)
    assert result.state == "wrong", result
    assert mistake.says in result.message, result
    assert "could not make sense" not in result.message, result


@pytest.mark.parametrize("number", NUMBERS)
def test_typical_mistakes_are_listed_and_their_messages_differ(number: str) -> None:
    listed = mistakes()[number]
    assert len(listed) >= 2
    assert len({run_answer(number, mistake.code).message for mistake in listed}) == len(listed)


@pytest.mark.parametrize("number", NUMBERS)
def test_hints_do_not_repeat_themselves(number: str) -> None:
    shown = hint(number, all=True).shown
    assert len(shown) >= 2
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_exercise_cell_needs_tensorflow(number: str) -> None:
    for notebooks, prefix in [(CHAPTERS, "exercise"), (SOLUTIONS, "solution")]:
        ((notebook, source),) = tagged(notebooks, prefix)[number]
        code = setup_of(notebook) + source
        assert not re.search(r"keras|tensorflow|aecourse\.(models|networks|training)", code)


def test_a_check_loads_the_checkers_of_its_own_chapter_only() -> None:
    code = (
        "import sys; from aecourse.exercises import check, hint, progress; "
        "check('1.1', 3), hint('1.1'), progress(1); "
        "sys.exit('aecourse.exercises.chapter02' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_checkers_are_loaded_without_tensorflow() -> None:
    code = (
        "import sys; from aecourse.exercises import progress; progress(); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
