"""Whatever an answer does, ``check`` explains it and never raises."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from aecourse.exercises import check

pytestmark = pytest.mark.usefixtures("doubling")


def test_a_right_answer_is_true_and_says_why() -> None:
    result = check("9.1", lambda x: x + x)
    assert result
    assert result.state == "right"
    assert result.message == "It doubles."


@pytest.mark.parametrize("number", ["9.1", 9.1, " 9.1 ", "Exercise 9.1", "ex-9-1", "9,1"])
def test_the_number_may_be_written_in_several_ways(number: Any) -> None:
    assert check(number, lambda x: 2 * x)


def test_an_unknown_number_names_the_nearest() -> None:
    result = check("9.2", 1)
    assert not result
    assert result.state == "unknown"
    assert "`9.1`" in result.message


def empty_body(x): ...


def only_a_docstring(x):
    """Double ``x``."""


def only_pass(x):
    pass


def raises_not_implemented(x):
    raise NotImplementedError


def half_filled_in(x):
    factor = ...
    return factor * x


def hands_back_the_dots(x):
    result = ...
    return result  # noqa: RET504 - as a reader may leave it


@pytest.mark.parametrize(
    "stub",
    [
        ...,
        None,
        NotImplemented,
        empty_body,
        only_a_docstring,
        only_pass,
        raises_not_implemented,
        half_filled_in,
        hands_back_the_dots,
    ],
)
def test_a_stub_is_not_yet_an_answer_and_not_a_mistake(stub: Any) -> None:
    result = check("9.1", stub)
    assert result.state == "not yet"
    assert 'hint("9.1")' in result.message


def test_a_function_that_returns_a_constant_is_no_stub() -> None:
    assert check("9.1", lambda x: 3).state == "wrong"


def test_an_error_in_the_answer_is_shown_with_the_readers_own_line() -> None:
    def answer(x):
        x = x * 2
        raise ValueError("odd sizes only")

    message = check("9.1", answer).message
    line = answer.__code__.co_firstlineno + 2
    assert "`answer` raised `ValueError: odd sizes only`" in message
    assert f'line {line} of your code: `raise ValueError("odd sizes only")`' in message


def test_an_error_deep_in_a_library_is_shown_at_the_line_that_called_it() -> None:
    def answer(x):
        return np.linalg.inv(x)

    message = check("9.1", answer).message
    assert "LinAlgError" in message
    assert "`return np.linalg.inv(x)`" in message


def test_a_missing_return_is_named() -> None:
    def answer(x):
        x = 2 * x

    assert "Is a `return` missing?" in check("9.1", answer).message


def test_the_result_of_a_call_instead_of_the_function_is_named() -> None:
    assert "without parentheses" in check("9.1", np.ones(3)).message


def test_a_typical_mistake_gets_its_own_message() -> None:
    assert "You squared" in check("9.1", lambda x: x**2).message


def test_wrong_values_name_the_first_entry_that_differs() -> None:
    message = check("9.1", lambda x: 2 * x + (x > 1)).message
    assert "differs at `[2]`: it is `5`, expected `4` (1 of 3 entries differ)" in message


def test_a_wrong_shape_is_named_with_the_right_one() -> None:
    message = check("9.1", lambda x: (2 * x)[:2]).message
    assert "`(2,)`" in message
    assert "`(3,)`" in message


def test_nan_is_named() -> None:
    assert "NaN" in check("9.1", lambda x: np.full(x.shape, np.nan)).message


def test_a_wrong_dtype_is_named() -> None:
    assert "dtype" in check("9.1", lambda x: np.array(["a", "b", "c"])).message


def loops_on_none(x):
    while None is None:
        pass


def loops_and_catches_all(x):
    while True:
        try:
            x = x + 1
        except Exception:
            x = 0


def sleeps(x):
    time.sleep(1.5)


@pytest.mark.parametrize("answer", [loops_on_none, loops_and_catches_all, sleeps])
def test_an_answer_without_end_is_stopped_and_its_line_named(answer: Callable[..., Any]) -> None:
    threads = threading.active_count()
    start = time.monotonic()
    result = check("9.1", answer)
    assert time.monotonic() - start < 5
    assert "stopped after 1 seconds" in result.message
    assert "of your code: `" in result.message
    assert threading.active_count() == threads


def recurses(x):
    return recurses(x)


def test_endless_recursion_is_named() -> None:
    assert "calls itself without end" in check("9.1", recurses).message


@pytest.mark.parametrize("leave", [sys.exit, KeyboardInterrupt])
def test_an_answer_that_wants_to_leave_does_not_end_the_notebook(leave: Any) -> None:
    def answer(x):
        raise leave if isinstance(leave, type) else SystemExit

    assert check("9.1", answer).state == "wrong"


def test_the_stop_button_stops_the_check() -> None:
    # A real signal to the main thread, as the stop button sends it: it also ends a wait. A kernel
    # listens to it; a process that was started in the background may have been told to ignore it.
    main = threading.main_thread().ident
    assert main is not None
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT)).start()
        assert "You stopped the check" in check("9.1", sleeps).message
    finally:
        signal.signal(signal.SIGINT, before)


class Unreadable:
    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise OSError("no")

    def __repr__(self) -> str:
        raise OSError("no")


@pytest.mark.parametrize("answer", [Unreadable(), Unreadable, lambda x: Unreadable(), {}, "x", 3j])
def test_strange_answers_are_wrong_and_nothing_more(answer: Any) -> None:
    assert check("9.1", answer).state == "wrong"


def test_an_answer_cannot_spoil_what_it_is_given(register: Callable[..., None]) -> None:
    from aecourse.exercises import expect

    kept = np.arange(3.0)

    def checker(answer: Any) -> str:
        expect.function(answer, lambda x: 2 * x, [(kept,), (kept,)])
        return "fine"

    def doubles_in_place(x):
        x *= 2
        return x

    register(checker)
    assert check("9.1", doubles_in_place)
    assert kept.tolist() == [0, 1, 2]


def test_what_an_answer_prints_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(x):
        print("looking at", x.shape)
        return 2 * x

    assert check("9.1", answer)
    assert "looking at (3,)" in capsys.readouterr().out


def test_a_keyword_that_the_exercise_does_not_know_is_named() -> None:
    result = check("9.1", lambda x: 2 * x, speed=3)
    assert result.state == "wrong"
    assert "speed" in result.message


def test_a_fault_of_the_checker_itself_is_no_traceback(register: Callable[..., None]) -> None:
    register(lambda answer: str(1 / 0))
    result = check("9.1", [1])
    assert result.state == "wrong"
    assert "ZeroDivisionError" in result.message
