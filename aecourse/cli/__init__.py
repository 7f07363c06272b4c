"""``aecourse``: the command line, the thinnest layer over the package."""

import sys
from typing import Annotated

import typer

import aecourse
from aecourse.cli import project
from aecourse.cli.data import data
from aecourse.cli.output import FAILED, MISUSED, complain
from aecourse.errors import CourseError

app = typer.Typer(
    help="The companion of the course on autoencoders, and a tool for data of your own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data, name="data")
project.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"aecourse {aecourse.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def main() -> None:
    """Run the command line; a mistake gives a message and an exit status, never a traceback.

    The status is 0 if all went well, 1 if something failed, 2 if the command or the configuration
    was wrong, 130 if the user broke it off.
    """
    try:
        app()
    except CourseError as error:
        complain(error)
        sys.exit(MISUSED if project.is_misuse(error) else FAILED)
    except BrokenPipeError:  # `aecourse data list | head`
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        complain(f"{error.filename or 'a file'}: {error.strerror or error}")
        sys.exit(FAILED)
