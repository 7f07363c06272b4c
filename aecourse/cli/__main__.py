"""``python -m aecourse.cli``: the command line where the command itself is not installed."""

from aecourse.cli import main

main()
