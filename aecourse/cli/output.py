"""What all commands share: exit statuses, complaints, tables."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any

import typer

FAILED, MISUSED, INTERRUPTED = 1, 2, 130

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]


def breakable(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that answers Ctrl-C with what can be done; typer only says "Aborted"."""

    @wraps(command)
    def answering(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            complain("broken off. A training goes on where it was with the same command.")
            raise typer.Exit(INTERRUPTED) from None

    return answering


def misuse(message: str) -> typer.Exit:
    """Complain, and return what ends the command with the status of misuse."""
    complain(message)
    return typer.Exit(MISUSED)


def complain(message: object) -> None:
    """Print a message to standard error, with the name of the program."""
    print(f"aecourse: {message}", file=sys.stderr)


def aside(message: str) -> None:
    """Print a message to standard error, where output is for other programs."""
    print(message, file=sys.stderr)


def as_json(content: Any) -> None:
    """Print JSON."""
    print(json.dumps(content, indent=1, ensure_ascii=False))


def size(count: int) -> str:
    """Return a number of bytes in words."""
    if not count:
        return "none"
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


def table(header: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    printed = Table(*header, box=None, pad_edge=False)
    for row in rows:
        # As text: a cell may hold square brackets, which would be taken for a style.
        printed.add_row(*(Text(str(cell)) for cell in row))
    Console(soft_wrap=True, highlight=False).print(printed)
