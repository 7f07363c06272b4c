"""Running a reader's code safely: on copies, within a time limit, and with its errors explained.

The code runs in a thread of its own. When time is up, an exception is raised *inside* that thread,
which ends any loop written in Python. A thread that is deep inside one long call of a compiled
library cannot be ended from outside; it is left behind as a daemon and the notebook goes on.
"""

import contextvars
import copy
import ctypes
import linecache
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from aecourse.exercises.stubs import is_blank
from aecourse.exercises.verdicts import NotYet, Wrong

_GRACE = 2.0  # seconds that stopping may take before the thread is left behind
_PACKAGE = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple(
    sysconfig.get_paths()[place] for place in ("stdlib", "platstdlib", "purelib", "platlib")
)
_NOT_THE_READERS = (_PACKAGE, *_LIBRARIES, "<frozen", "<__array_function__")


class Stopped(BaseException):
    """Raised inside the reader's code when its time is up; not caught by ``except Exception``."""


class TimeUp(Exception):  # noqa: N818 - a verdict on the answer
    """The work did not end within its time; the message is the line it was in, or empty."""


def run_limited(work: Callable[[], Any], seconds: float) -> Any:
    """Return ``work()``, run in its own thread, or stop it when ``seconds`` have passed.

    Raises
    ------
    TimeUp
        If the work was not done in time. It has been stopped, or left behind as a daemon thread.
    BaseException
        Whatever ``work`` raised.
    """
    outcome: dict[str, Any] = {}

    def remember() -> None:
        try:
            outcome["value"] = work()
        except BaseException as error:
            outcome["error"] = error

    # The copied context lets printed text find its way to the cell that is running.
    context = contextvars.copy_context()
    worker = threading.Thread(target=_quietly(context.run), args=(remember,), daemon=True)
    worker.start()
    try:
        worker.join(seconds)
    except KeyboardInterrupt:
        _stop(worker)
        raise
    if worker.is_alive():
        line = _line_of(_current_frames(worker))
        _stop(worker)
        raise TimeUp(line)
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Return ``function(*arguments, **keywords)``, called on copies of everything it is given.

    Raises
    ------
    NotYet
        If the function is still a stub.
    Wrong
        If the function raised; the message names the error and the line of the reader's code.
    """
    if not callable(function):
        raise Wrong(
            f"A function was expected, not a value of type `{type(function).__name__}`. "
            "Hand over the function itself, without parentheses and arguments."
        )
    arguments, keywords = copy.deepcopy((arguments, keywords))
    name = getattr(function, "__name__", "your function")
    try:
        value = function(*arguments, **keywords)
    except NotImplementedError as error:
        raise NotYet(f"`{name}` is still to be written.") from error
    except Exception as error:
        raise _explained(name, error) from error
    if value is None and not is_blank(function):
        raise Wrong(f"`{name}` returned `None`. Is a `return` missing?")
    if is_blank(value):
        raise NotYet(f"`{name}` is still to be written: put your code where the `...` is.")
    return value


def _explained(name: str, error: Exception) -> Exception:
    """Say what was raised and where, in the reader's terms."""
    line = _line_of((frame, number) for frame, number in traceback.walk_tb(error.__traceback__))
    where = f" in {line}" if line else ""
    if "ellipsis" in str(error).lower():
        return NotYet(f"`{name}` still has a `...` to be replaced{where}.")
    if isinstance(error, RecursionError):
        return Wrong(f"`{name}` calls itself without end{where}.")
    message = f": {error}" if str(error) else ""
    return Wrong(f"`{name}` raised `{type(error).__name__}{message}`{where}.")


def _line_of(frames: Iterable[tuple[FrameType, int]]) -> str:
    """Name the innermost line that is the reader's own: not ours, not a library's."""
    mine = [
        (frame.f_code.co_filename, number)
        for frame, number in frames
        if not frame.f_code.co_filename.startswith(_NOT_THE_READERS)
    ]
    if not mine:
        return ""
    filename, number = mine[-1]
    text = linecache.getline(filename, number).strip()
    return f"line {number} of your code" + (f": `{text}`" if text else "")


def _current_frames(worker: threading.Thread) -> list[tuple[FrameType, int]]:
    frame = sys._current_frames().get(worker.ident or 0)
    return list(traceback.walk_stack(frame))[::-1] if frame else []


def _stop(worker: threading.Thread) -> None:
    """Raise ``Stopped`` inside the thread until it ends; a bare ``except:`` may swallow a few."""
    for _ in range(int(_GRACE / 0.05)):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident or 0), ctypes.py_object(Stopped)
        )
        worker.join(0.05)
        if not worker.is_alive():
            return


def _quietly(run: Callable[..., Any]) -> Callable[..., None]:
    """Wrap ``run`` so that a ``Stopped`` that arrives a moment late is not printed."""

    def guarded(*arguments: Any) -> None:
        try:
            run(*arguments)
        except Stopped:
            return

    return guarded
