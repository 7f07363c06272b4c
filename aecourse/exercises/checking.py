"""``check``: judge an answer and say so, whatever the answer does."""

import inspect
from typing import Any

from aecourse.exercises import record, registry
from aecourse.exercises.registry import Exercise
from aecourse.exercises.results import CheckResult, State
from aecourse.exercises.running import TimeUp, run_limited
from aecourse.exercises.stubs import is_blank
from aecourse.exercises.verdicts import NotYet, Wrong


def check(number: str, answer: Any = None, **more: Any) -> CheckResult:
    """Check the answer to an exercise.

    Parameters
    ----------
    number : str
        The exercise, as in ``"2.1"``.
    answer : object
        What the exercise asks for: a function, an array, a number, a choice.
    **more
        Further answers, where an exercise asks for several things.

    Returns
    -------
    CheckResult
        True if the answer is right. In a notebook it shows itself. Nothing the answer does makes
        this function raise: an error, a loop without end and a wrong shape are explained instead.

    Examples
    --------
    >>> from aecourse.exercises import check
    >>> def standardise(x_train, x_new):
    ...     scale = x_train.std(axis=0)
    ...     return (x_new - x_train.mean(axis=0)) / (scale + (scale == 0))
    >>> check("2.1", standardise).passed
    True
    """
    exercise = registry.find(number)
    if exercise is None:
        return CheckResult(str(number), "", "unknown", registry.nearest(number))
    state, message = _judge(exercise, answer, more)
    note = "" if state == "not yet" else record.tried(exercise.number, state == "right")
    return CheckResult(exercise.number, exercise.title, state, message, note)


def _judge(exercise: Exercise, answer: Any, more: dict[str, Any]) -> tuple[State, str]:
    unexpected = _unexpected(exercise, more)
    if unexpected:
        return "wrong", unexpected
    if any(is_blank(given) for given in (answer, *more.values())):
        return "not yet", f"Put your answer where the `...` is. {_offer(exercise)}"
    try:
        message = run_limited(lambda: exercise.checker(answer, **more), exercise.seconds)
    except NotYet as verdict:
        return "not yet", f"{verdict} {_offer(exercise)}"
    except Wrong as verdict:
        return "wrong", f"{verdict}\n{_offer(exercise)}"
    except TimeUp as verdict:
        where = f" It was in {verdict}." if str(verdict) else ""
        return "wrong", (
            f"Your code was stopped after {exercise.seconds:g} seconds.{where} "
            f"Is there a loop that never ends?\n{_offer(exercise)}"
        )
    except KeyboardInterrupt:
        return "wrong", "You stopped the check before it was done. Run the cell again."
    except BaseException as error:  # nothing an answer does may end in a traceback
        return "wrong", (
            f"The check could not make sense of your answer, a value of type "
            f"`{type(answer).__name__}` (`{type(error).__name__}: {error}`). "
            f"Compare it with what the exercise asks for.\n{_offer(exercise)}"
        )
    return "right", message


def _unexpected(exercise: Exercise, more: dict[str, Any]) -> str:
    """Say which keyword the checker does not know or misses; empty when they fit."""
    signature = inspect.signature(exercise.checker)
    try:
        signature.bind(None, **more)
    except TypeError as error:
        names = ", ".join(f"`{name}`" for name in list(signature.parameters)[1:])
        also = f" together with {names}" if names else " and nothing else"
        return f"This check takes one answer{also} ({error})."
    return ""


def _offer(exercise: Exercise) -> str:
    return f'There are {len(exercise.hints)} hints: `hint("{exercise.number}")`.'
