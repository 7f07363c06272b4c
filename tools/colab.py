"""Give every notebook a first cell that installs the course on Google Colab, and nowhere else.

``python -m tools.colab https://github.com/OWNER/NAME`` writes the cell, or renews it. It is hidden
in the book, does nothing outside Colab, and has a tag by which ``tools/notebooks.py`` leaves it out
of what a notebook's outputs depend on: no notebook has to be executed again for it.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat

from tools import notebooks

ADDRESS = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")
# No line begins with "# ": the title of a notebook is looked for by that.
SOURCE = """import sys  # this installs the course on Google Colab; anywhere else it does nothing

if "google.colab" in sys.modules:
    %pip install --quiet "aecourse[applications] @ git+{address}"
"""


def add(path: Path, address: str) -> bool:
    """Put the cell first, in the place of an older one; return whether the file has changed."""
    notebook = nbformat.read(path, as_version=4)
    before = nbformat.writes(notebook)
    cell = nbformat.v4.new_code_cell(
        SOURCE.format(address=address).rstrip("\n"),
        id=notebooks.SETUP_TAG,
        metadata={"tags": [notebooks.SETUP_TAG, "remove-cell"]},
    )
    notebook.cells = [cell, *(c for c in notebook.cells if not notebooks.is_setup(c))]
    if nbformat.writes(notebook) == before:
        return False
    nbformat.validate(notebook)
    staged = path.with_name(path.name + ".new")
    nbformat.write(notebook, staged)
    staged.replace(path)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="the repository, as in https://github.com/OWNER/NAME")
    address = parser.parse_args().address.rstrip("/").removesuffix(".git")
    if not ADDRESS.fullmatch(address):
        print(f"{address!r} is not the address of a repository, https://github.com/OWNER/NAME.")
        return 2
    for path in notebooks.all_notebooks():
        if add(path, address):
            print(path.relative_to(notebooks.ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
