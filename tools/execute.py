"""Execute notebooks in the full profile and store their outputs, with the facts of the run.

``python -m tools.execute [NAME …] [--force]`` runs every notebook whose stored outputs no longer
belong to its code (see ``tools/freshness.py``); a notebook that is fresh is left alone. A run that
fails, or that stores what ``tools/check_outputs.py`` forbids, leaves notebook and results as they
were.

The run is described in the notebook's metadata, below ``aecourse``:

``cells``, ``sources``, ``outputs``, ``results``
    hashes of the code cells, of the package's modules that were imported, of what was stored and
    of the numbers that were recorded;
``profile``, ``data``, ``machine``, ``versions``, ``seconds``, ``time``
    how it was run, on what data and machine (never by its name), and how long it took.

The reader sees the same in one line under the title. What the expressions in the text gave is kept
in the metadata of their cells, where JupyterLab looks for it too.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools import check_outputs, freshness, notebooks

RESULTS = notebooks.BOOK / "results"
SECONDS_A_CELL = 900

# Runs in the notebook's own kernel, after its last cell.
PROBE = """
import json as _json, os as _os, platform as _platform, sys as _sys
from importlib.metadata import version as _version
_loaded = getattr(_sys.modules.get("aecourse.datasets"), "loaded", list)()
print(_json.dumps({
    "modules": [m.__file__ for n, m in list(_sys.modules.items())
                if n.split(".")[0] == "aecourse" and getattr(m, "__file__", None)],
    "data": [{"name": p.name, "source": p.source, "complete": p.complete} for p in _loaded],
    "cores": len(getattr(_os, "sched_getaffinity", lambda _: range(_os.cpu_count() or 1))(0)),
    "system": _platform.system(),
    "python": _platform.python_version(),
    "versions": {n: _version(n) for n in ("aecourse", "keras", "numpy", "tensorflow")
                 if n in _sys.modules or n == "aecourse"},
}))
"""


class RejectedError(Exception):
    """The notebook ran, but what it gave must not be stored."""


def execute(path: Path, results: Path = RESULTS, root: Path = notebooks.ROOT) -> float:
    """Run one notebook and store its outputs; return the seconds it took.

    Raises
    ------
    RejectedError
        If an output must not be stored, or the data were a stand-in.
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    with tempfile.TemporaryDirectory() as scratch:
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.pop(notebooks.FACTS, None)
        notebook.metadata.pop("widgets", None)
        started = time.monotonic()
        probed = run(notebook, folder=path.parent, scratch=Path(scratch))
        seconds = time.monotonic() - started
        normalise(notebook)
        refuse(notebook, probed)
        facts = describe(notebook, probed, seconds, root)
        facts["results"] = keep_results(path, Path(scratch) / "results", results, root)
        notebook.metadata[notebooks.FACTS] = facts
        show_facts(notebook, facts)
        store(notebook, path)
    return seconds


def run(notebook: nbformat.NotebookNode, folder: Path, scratch: Path) -> dict[str, Any]:
    """Execute every cell in a new kernel of this environment; return what the probe says."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    book_cells = notebook.cells
    probe = nbformat.v4.new_code_cell(PROBE)
    evaluations = [evaluation(cell) for cell in book_cells]
    # Each text is followed by the evaluation of what it shows, the last cell by the probe.
    notebook.cells = [
        cell
        for pair in zip(book_cells, evaluations, strict=True)
        for cell in pair
        if cell is not None
    ] + [probe]
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=True,
        resources={"metadata": {"path": str(folder)}},
    )
    # A kernel of the same name elsewhere in the user's home must not take the place of ours.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    client.execute(env=environment(scratch))
    notebook.cells = book_cells
    keep_values(book_cells, evaluations)
    return printed(probe)


def keep_values(
    cells: list[nbformat.NotebookNode], evaluations: list[nbformat.NotebookNode | None]
) -> None:
    """Write what the expressions gave into the metadata of their texts, as JupyterLab does."""
    seen: dict[str, str] = {}
    for cell, evaluated in zip(cells, evaluations, strict=True):
        cell.metadata.pop("user_expressions", None)
        if evaluated is None:
            continue
        values = printed(evaluated)
        for expression, value in values.items():
            if seen.setdefault(expression, value) != value:
                raise RejectedError(f"{expression} is shown twice and changes in between")
        cell.metadata["user_expressions"] = [
            {
                "expression": expression,
                "result": {"status": "ok", "data": {"text/plain": value}, "metadata": {}},
            }
            for expression, value in values.items()
        ]


def evaluation(cell: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """Return a cell that prints the values of the expressions in a text; None without any."""
    expressions = notebooks.expressions(cell)
    if not expressions:
        return None
    entries = ", ".join(f"{expression!r}: str({expression})" for expression in expressions)
    return nbformat.v4.new_code_cell(f"print(__import__('json').dumps({{{entries}}}))")


def printed(cell: nbformat.NotebookNode) -> dict[str, Any]:
    """Return what a cell printed as JSON."""
    content: dict[str, Any] = json.loads(
        "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
    )
    return content


def environment(scratch: Path) -> dict[str, str]:
    """Return the environment in which the book's outputs are made."""
    return {
        **os.environ,
        "AECOURSE_PROFILE": "full",
        "AECOURSE_EXECUTING": "1",
        "AECOURSE_RESULTS_DIR": str(scratch / "results"),
        # Exercises tried before on this machine must not show in the book.
        "AECOURSE_PROGRESS": str(scratch / "progress.json"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TQDM_DISABLE": "1",
        "NO_COLOR": "1",
    }


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Take out of the outputs what differs from run to run without meaning anything."""
    for cell in notebooks.code_cells(notebook):
        join_streams(cell)
        for output in cell["outputs"]:
            if "text" in output:
                output.text = without_noise(output.text)
            for mime, content in output.get("data", {}).items():
                if isinstance(content, str) and not mime.startswith("image/"):
                    output.data[mime] = without_noise(content)
    tidy_widgets(notebook)
    info = notebook.metadata.get("language_info", {})
    info.pop("version", None)


def join_streams(cell: dict[str, Any]) -> None:
    """Let what a cell prints in a row be one output: a kernel cuts it where it took its time."""
    joined: list[nbformat.NotebookNode] = []
    for output in cell["outputs"]:
        before = joined[-1] if joined else {}
        if output["output_type"] == "stream" and before.get("name") == output["name"]:
            before["text"] += output["text"]
        else:
            joined.append(output)
    cell["outputs"] = joined


def without_noise(text: str) -> str:
    """Drop memory addresses, and what a progress bar has overwritten."""
    text = re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x…", text)
    return "\n".join(line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").split("\n"))


def tidy_widgets(notebook: nbformat.NotebookNode) -> None:
    """Keep the state of the widgets on show, under numbers in place of random names."""
    saved = notebook.metadata.get("widgets", {}).get(check_outputs.WIDGET_STATE)
    if saved is None:
        return
    state = saved["state"]
    wanted = [
        output["data"][mime]["model_id"]
        for cell in notebooks.code_cells(notebook)
        for output in cell["outputs"]
        for mime in output.get("data", {})
        if mime == "application/vnd.jupyter.widget-view+json"
    ]
    kept: list[str] = []
    while wanted:
        name = wanted.pop(0)
        if name in state and name not in kept:
            kept.append(name)
            wanted += re.findall(r"IPY_MODEL_([0-9a-f]+)", json.dumps(state[name]))
    if not kept:
        del notebook.metadata["widgets"]
        return
    saved["state"] = {name: state[name] for name in kept}
    text = json.dumps({"cells": notebook.cells, "saved": saved})
    for number, name in enumerate(kept, start=1):
        text = text.replace(name, f"{number:032x}")
    renamed = nbformat.from_dict(json.loads(text))
    notebook.cells = renamed.cells
    notebook.metadata.widgets[check_outputs.WIDGET_STATE] = renamed.saved


def refuse(notebook: nbformat.NotebookNode, probed: dict[str, Any]) -> None:
    """Raise if the outputs are not fit for the book."""
    found = check_outputs.problems(notebook)
    found += [
        f"{data['name']} was a stand-in: name a folder with the real data in AECOURSE_DATA_DIR"
        for data in probed["data"]
        if data["source"] == "stand-in"
    ]
    size = len(nbformat.writes(notebook).encode())
    if size > check_outputs.LARGEST_NOTEBOOK:
        found.append(f"{size:,} bytes, more than {check_outputs.LARGEST_NOTEBOOK:,}")
    if found:
        raise RejectedError("\n  ".join(found))


def describe(
    notebook: nbformat.NotebookNode, probed: dict[str, Any], seconds: float, root: Path
) -> dict[str, Any]:
    """Return the facts of the run, as they are kept in the metadata."""
    cores = probed["cores"]
    data: dict[str, dict[str, Any]] = {}
    for entry in probed["data"]:
        extent = "complete" if entry["complete"] else "a part of it"
        data[entry["name"]] = entry | {"description": f"{entry['name']} ({extent})"}
    files = notebooks.source_files((Path(name) for name in probed["modules"]), root)
    return {
        "profile": "full",
        "time": notebooks.readable_time(seconds),
        "seconds": round(seconds, 1),
        "data": list(data.values()),
        "machine": {
            "cores": cores,
            "system": probed["system"],
            "python": probed["python"],
            "description": f"{cores} processor core{'s' if cores != 1 else ''}",
        },
        "versions": probed["versions"],
        "cells": notebooks.cell_hashes(notebook),
        "sources": {str(p.relative_to(root)): notebooks.file_hash(p) for p in files},
        "outputs": notebooks.outputs_hash(notebook),
    }


def keep_results(path: Path, fresh: Path, results: Path, root: Path) -> dict[str, str]:
    """Move the recorded numbers into the book; drop those that are recorded no more."""
    before = notebooks.read(path)["metadata"].get(notebooks.FACTS, {}).get("results", {})
    kept = {}
    for file in sorted(fresh.glob("*.json")):
        results.mkdir(parents=True, exist_ok=True)
        target = results / file.name
        staged = target.with_suffix(".json.new")
        shutil.copyfile(file, staged)
        staged.replace(target)
        kept[str(target.relative_to(root))] = notebooks.digest(target.read_bytes())
    for name in before.keys() - kept.keys():
        (root / name).unlink(missing_ok=True)
    return kept


def show_facts(notebook: nbformat.NotebookNode, facts: dict[str, Any]) -> None:
    """Put the line of facts right below the title, in place of an older one."""
    cells = [
        cell for cell in notebook.cells if notebooks.FACTS_TAG not in cell.metadata.get("tags", [])
    ]
    line = nbformat.v4.new_markdown_cell(
        sentence(facts), id=notebooks.FACTS_TAG, metadata={"tags": [notebooks.FACTS_TAG]}
    )
    title = next((n for n, c in enumerate(cells) if re.search(r"^# ", c.source, re.M)), -1)
    cells.insert(title + 1, line)
    notebook.cells = cells


def sentence(facts: dict[str, Any]) -> str:
    """Return the facts as one line of Markdown."""
    data = " and ".join(entry["description"] for entry in facts["data"])
    versions = facts["versions"]
    tools = [f"Python {facts['machine']['python'].rpartition('.')[0]}"]
    if "tensorflow" in versions:
        tools.append(f"TensorFlow {versions['tensorflow'].rpartition('.')[0]}")
    tools.append(f"aecourse {versions['aecourse']}")
    return (
        f"*Executed in the full profile{f' on {data}' if data else ''} in {facts['time']} "
        f"on {facts['machine']['description']}, with {', '.join(tools)}.*"
    )


def store(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Replace the file in one step."""
    nbformat.validate(notebook)
    staged = path.with_name(path.name + ".new")
    nbformat.write(notebook, staged)
    staged.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="chapters; all of them when none is named")
    parser.add_argument("--force", action="store_true", help="run fresh notebooks too")
    options = parser.parse_args()
    paths = (
        [path for name in options.names for path in notebooks.find(name)]
        if options.names
        else notebooks.all_notebooks()
    )
    failed = False
    for path in paths:
        shown = path.relative_to(notebooks.ROOT)
        if not options.force and not freshness.stale(path):
            print(f"{shown}: fresh")
            continue
        print(f"{shown}: running …", flush=True)
        try:
            seconds = execute(path)
        except RejectedError as reason:
            failed = True
            print(f"{shown}: not stored\n  {reason}", file=sys.stderr)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            failed = True
            plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            print(f"{shown}: failed, and left as it was\n{plain}", file=sys.stderr)
        else:
            print(f"{shown}: done in {notebooks.readable_time(seconds)}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
