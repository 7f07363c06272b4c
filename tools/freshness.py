"""Say which notebooks store outputs that no longer belong to their code.

``python -m tools.freshness [NAME …]`` compares each notebook with what ``tools/execute.py`` noted
when it ran it: the code cells, the modules of the package that it imported, the outputs
themselves and the numbers it recorded. It exits with 1 when any of them differ. Comments,
docstrings of the package and prose may change freely.
"""

import sys
from pathlib import Path

from tools import notebooks


def stale(path: Path, root: Path = notebooks.ROOT) -> list[str]:
    """Say why the stored outputs cannot be trusted; an empty list when they can."""
    notebook = notebooks.read(path)
    facts = notebook["metadata"].get(notebooks.FACTS)
    if not facts:
        return ["it was never executed"]
    reasons = []
    if facts["profile"] != "full":
        reasons.append(f"it was executed in the {facts['profile']} profile")
    reasons += _changed_cells(facts["cells"], notebooks.cell_hashes(notebook))
    values = notebooks.stored_values(notebook)
    reasons += [
        f"the text shows {expression}, which has no stored value"
        for cell in notebook["cells"]
        for expression in notebooks.expressions(cell)
        if expression not in values
    ]
    if facts["outputs"] != notebooks.outputs_hash(notebook):
        reasons.append("its outputs are not the ones that were stored")
    reasons += _changed_files(facts["sources"], root, notebooks.file_hash)
    reasons += _changed_files(facts["results"], root, lambda p: notebooks.digest(p.read_bytes()))
    return reasons


def _changed_cells(before: list[list[str]], now: list[list[str]]) -> list[str]:
    changed = [name for name, code in now if [name, code] not in before]
    if changed:
        return ["code cells are new or changed: " + ", ".join(changed)]
    return [] if before == now else ["code cells were removed or moved"]


def _changed_files(before: dict[str, str], root: Path, hash_of: notebooks.Hash) -> list[str]:
    reasons = []
    for name, recorded in before.items():
        path = root / name
        if not path.is_file():
            reasons.append(f"{name} is gone")
        elif hash_of(path) != recorded:
            reasons.append(f"{name} has changed")
    return reasons


def main() -> int:
    failed = notebooks.report(__doc__.splitlines()[0], stale)
    if failed:
        print("Run 'make execute' (or 'make execute CHAPTER=name') and commit the result.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
