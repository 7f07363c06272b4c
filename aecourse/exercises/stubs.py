"""Telling an answer from a stub that nobody has filled in yet."""

import dis
from typing import Any

_STEPS_OF_AN_EMPTY_BODY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}


def is_blank(value: Any) -> bool:
    """Tell whether ``value`` is ``...``, None, NotImplemented or a function with an empty body.

    A body is empty if it is ``...``, ``pass`` or a docstring and nothing else.
    """
    if value is None or value is ... or value is NotImplemented:
        return True
    code = getattr(value, "__code__", None)
    return code is not None and all(
        step.opname in _STEPS_OF_AN_EMPTY_BODY
        and (not step.opname.endswith("_CONST") or step.argval is None or step.argval is ...)
        for step in dis.get_instructions(code)
    )
