"""Commands of this package in a notebook: run as one types them, shown as one would read them.

What a terminal shows holds paths and times of the machine it ran on. They are left out here, so
that the same command gives the same text everywhere.
"""

import os
import re
import shlex
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from aecourse.errors import InputError

PROGRAM = "aecourse"
# No colours, no progress bars and no log of TensorFlow's: they mean nothing on a page.
PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "TQDM_DISABLE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
COLOURED = ("FORCE_COLOR", "CLICOLOR_FORCE")  # set by Jupyter's kernel
WIDTH = 88  # characters in a line
LOOK = 0.05  # seconds between two looks at a training that is to be killed
LONGEST_WAIT = 300.0  # seconds for it to come so far

# Not the slash of `a / b` or of `runs/first`: a path from the root, of two names or more.
_ABSOLUTE = re.compile(r"(?<![\w.:/-])(?:[A-Za-z]:)?(?:[/\\][\w.@+-]+)+[/\\]([\w.@+-]+)")
_TIME = re.compile(r" in \d+(?:\.\d+)?(?: s| min \d+ s)(?= ·)")


class CommandLine:
    """A folder in which commands are run.

    Parameters
    ----------
    folder : Path
        Where the commands run; what they print is shown as seen from there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from aecourse.applications.command_line import CommandLine
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     CommandLine(pathlib.Path(folder))("aecourse keys learning_rate")
    $ aecourse keys learning_rate
    training.learning_rate  (number; default 0.001)
        Step size of Adam.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def __call__(
        self, command: str, *, status: int = 0, lines: int | None = None, **variables: str
    ) -> None:
        """Run a command, and print it with what it prints.

        Parameters
        ----------
        command : str
            As one types it, beginning with ``aecourse``.
        status : int
            The exit status that is expected; its complaints are shown if it is not 0.
        lines : int, optional
            How many lines are shown, if not all; three dots stand for the others.
        **variables : str
            Environment variables, shown before the command.

        Raises
        ------
        InputError
            If it is another program, or ends with another status.
        """
        typed = " ".join(["$", *(f"{key}={value}" for key, value in variables.items()), command])
        done = subprocess.run(
            self._arguments(command),
            cwd=self.folder,
            env=self._environment() | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != status:
            raise InputError(
                f"`{command}` ended with status {done.returncode}, and {status} was expected: "
                f"{done.stderr.strip()[-1000:]}"
            )
        complaints = [x for x in done.stderr.splitlines() if x.startswith(f"{PROGRAM}:")]
        printed = done.stdout.splitlines() + (complaints if status else [])
        shown = [typed, *(_folded(self.shown(line)) for line in printed[:lines])]
        print("\n".join(shown if len(shown) > len(printed) else [*shown, "…"]))

    def kill(self, command: str, *, epochs: int) -> int:
        """Start a training, kill it some epochs later, and return how many its folder holds.

        Parameters
        ----------
        command : str
            ``aecourse train CONFIG``.
        epochs : int
            How many epochs must be kept on the disk before it is killed.

        Raises
        ------
        InputError
            If the training ends, or takes too long, before there are so many.
        """
        began = time.monotonic()
        config = self.folder / shlex.split(command)[-1]
        with subprocess.Popen(
            self._arguments(command),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                while epochs_kept(config) < epochs:
                    if process.poll() is not None or time.monotonic() - began > LONGEST_WAIT:
                        raise InputError(
                            f"`{command}` was to be killed after {epochs} epochs; it ended, or "
                            "took too long, before. Ask for fewer."
                        )
                    time.sleep(LOOK)
            finally:
                process.kill()
        kept = epochs_kept(config)
        print(f"$ {command}\nKilled. On the disk: epoch {kept}.")
        return kept

    def shown(self, line: str) -> str:
        """Return a line of output without times, and with paths as seen from the folder."""
        for start in {str(self.folder), self.folder.as_posix()}:
            line = line.replace(start + os.sep, "").replace(start + "/", "").replace(start, ".")
        return _ABSOLUTE.sub(r"…/\1", _TIME.sub("", line)).rstrip()

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in COLOURED}
        return kept | PLAIN

    def _arguments(self, command: str) -> list[str]:
        program, *arguments = shlex.split(command)
        if program != PROGRAM:
            raise InputError(f"the command is {program!r}; only `{PROGRAM}` is run here.")
        return [sys.executable, "-m", "aecourse.cli", *arguments]


def _folded(line: str) -> str:
    """Return a line as a terminal would fold it, but between words."""
    parts = textwrap.wrap(
        line, WIDTH, drop_whitespace=False, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(part.rstrip() for part in parts)


def epochs_kept(config: Path) -> int:
    """Return how many epochs the unfinished run of a configuration has on the disk.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.applications import command_line
    >>> from aecourse.project import starter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = starter.init(Path(folder, "sales"))
    ...     command_line.epochs_kept(Path(folder, "sales", "config.yml"))
    0
    """
    from aecourse.project import configuration
    from aecourse.project.run_directory import RunDirectory

    directory = RunDirectory(config.parent / "runs", configuration.load(config).name)
    try:
        latest = (directory.checkpoint / "LATEST").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0
    return int(latest.rpartition("-")[2])
