"""Run the named experiments of the chapters, or all of them.

``AECOURSE_DATA_DIR=… python -m tools.long_runs stacked variational_likelihood``
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable

from aecourse.results import VARIABLE
from tools import long_runs, notebooks


def experiments() -> dict[str, Callable[[], None]]:
    """Return the experiments of every chapter by their names."""
    found: dict[str, Callable[[], None]] = {}
    for module in pkgutil.iter_modules(long_runs.__path__):
        if not module.name.startswith("chapter"):
            continue
        chapter = importlib.import_module(f"{long_runs.__name__}.{module.name}").EXPERIMENTS
        taken = found.keys() & chapter.keys()
        if taken:
            raise ValueError(f"{module.name}: {', '.join(sorted(taken))} names another experiment")
        found |= chapter
    return found


def main() -> int:
    known = experiments()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    names = parser.parse_args().names or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no experiment {unknown[0]!r}; there are {', '.join(known)}.")
        return 2
    os.environ[VARIABLE] = str(notebooks.BOOK / "results")
    for name in names:
        known[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
