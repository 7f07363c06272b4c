"""Give every notebook a first cell that installs the course on Google Colab, and nowhere else.

``python -m tools.colab https://github.com/OWNER/NAME`` writes the cell, or renews it. The workflow
that publishes the book does so at each change of the main branch, and keeps the result on a branch
of its own, to which the book's buttons lead. The main branch has no such cell.

On Colab the cell fetches that branch, installs the package from it, and goes into the notebook's
own folder there, so that a file is found by the same relative path as in the book. Elsewhere it
does nothing. It is hidden in the book, and has a tag by which ``tools/notebooks.py`` leaves it out
of what a notebook's outputs depend on: no notebook has to be executed again for it.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat

from tools import notebooks

ADDRESS = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")
BRANCH = "colab"
# torch and JAX, which only an appendix needs, are on Colab already.
EXTRAS = "applications,project"
# No line begins with "# ": the title of a notebook is looked for by that.
SOURCE = """import sys  # this installs the course on Google Colab; anywhere else it does nothing

if "google.colab" in sys.modules:
    from pathlib import Path

    if not Path("/content/course").exists():
        !git clone --quiet --depth 1 --branch {branch} {address} /content/course
    %pip install --quiet "/content/course[{extras}]"
    %cd -q /content/course/{folder}
"""


def source(address: str, folder: str) -> str:
    """Return the cell of a notebook in that folder of the repository."""
    cell = SOURCE.format(address=address, folder=folder, branch=BRANCH, extras=EXTRAS)
    return cell.rstrip("\n")


def add(path: Path, address: str, root: Path = notebooks.ROOT) -> bool:
    """Put the cell first, in the place of an older one; return whether the file has changed."""
    notebook = nbformat.read(path, as_version=4)
    before = nbformat.writes(notebook)
    cell = nbformat.v4.new_code_cell(
        source(address, path.parent.relative_to(root).as_posix()),
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
