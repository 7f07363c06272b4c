"""Find what must not stand in a stored output.

``python -m tools.check_outputs [NAME …]`` exits with 1 when a notebook stores an error, something
written to standard error, a warning or log line, a path of the machine it ran on, a memory
address, a picture without a text alternative, or more than a page should weigh.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import notebooks

LARGEST_NOTEBOOK = 1_500_000
LARGEST_WIDGET_STATE = 700_000

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# Pictures and buffers are long random letters, among which any short word turns up.
ENCODED = re.compile(r"base64,[A-Za-z0-9+/=\s]+")

FORBIDDEN = {
    "a path of the machine it ran on": re.compile(
        r"(?<![\w/.:-])/(?:home|root|work|tmp|Users|mnt|opt|srv|usr|var)/\w"
        r"|\b[A-Z]:\\+Users\\|site-packages[/\\]|\bipykernel_\d+"
    ),
    "a traceback": re.compile(r"Traceback \(most recent call last\)"),
    # A review that is quoted in a table may begin with "Warning: this film …", right after a tag.
    "a warning": re.compile(r"\b\w+Warning: |(?<!>)\bWarning: "),
    "a log line": re.compile(
        r"^(?:[IWEF]\d{4} \d\d:|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)[: ]"
        r"|\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)",
        re.MULTILINE,
    ),
    "a memory address": re.compile(r"\b0x[0-9a-f]{8,}\b"),
    # Written with brackets so that this file does not hold the names itself.
    "the address of a package registry": re.compile(
        r"py[p]i\.org|pythonh[o]sted\.org|npm[j]s\.(?:org|com)|conda\.an[a]conda\.org"
    ),
}


def problems(notebook: notebooks.Notebook) -> list[str]:
    """Say what is wrong with the notebook's outputs, cell by cell."""
    found = []
    for cell in notebooks.code_cells(notebook):
        for output in cell.get("outputs", []):
            found += [f"cell {cell['id']}: {what}" for what in output_problems(output, cell)]
    state = notebook["metadata"].get("widgets", {}).get(WIDGET_STATE)
    if state:
        found += widget_problems(state)
    return found


def output_problems(output: dict[str, Any], cell: dict[str, Any]) -> list[str]:
    found = []
    if output["output_type"] == "error":
        found.append(f"the error {output['ename']}: {output['evalue']}")
    if output.get("name") == "stderr":
        found.append(f"written to standard error: {excerpt(notebooks.text(output['text']))}")
    for shown in texts(output):
        found += forbidden(shown)
    if has_image(output) and not alternative(output, cell):
        found.append("a picture without a text alternative")
    return found


def forbidden(shown: str) -> list[str]:
    """Name every forbidden thing in a text, each with the line it stands in."""
    plain = ENCODED.sub("base64,", shown)
    found = []
    for what, pattern in FORBIDDEN.items():
        match = pattern.search(plain)
        if match:
            line = plain[plain.rfind("\n", 0, match.start()) + 1 :]
            found.append(f"{what}: {excerpt(line)}")
    return found


def texts(output: dict[str, Any]) -> Iterator[str]:
    """Yield every text a reader might see of an output."""
    if "text" in output and output.get("name") != "stderr":
        yield notebooks.text(output["text"])
    for mime, content in output.get("data", {}).items():
        if not mime.startswith("image/") or mime == "image/svg+xml":
            yield content if isinstance(content, str) else readable(content)


def readable(content: Any) -> str:
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        return "".join(content)
    return json.dumps(content)


def has_image(output: dict[str, Any]) -> bool:
    data = output.get("data", {})
    return any(mime.startswith("image/") for mime in data) and "text/html" not in data


def alternative(output: dict[str, Any], cell: dict[str, Any]) -> str:
    """Return the text alternative of a picture, from its own metadata or from its cell's."""
    for mime, metadata in output.get("metadata", {}).items():
        if mime.startswith("image/") and metadata.get("alt"):
            return str(metadata["alt"])
    image = cell["metadata"].get("mystnb", {}).get("image", {})
    return str(image.get("alt", ""))


def widget_problems(state: dict[str, Any]) -> list[str]:
    found = []
    size = len(json.dumps(state))
    if size > LARGEST_WIDGET_STATE:
        found.append(f"widget state: {size:,} bytes, more than {LARGEST_WIDGET_STATE:,}")
    for model in state.get("state", {}).values():
        kept = {name: part for name, part in model.items() if name != "buffers"}
        # The modules that draw the widgets are ours, and speak of hosts and paths only in code.
        kept["state"] = {k: v for k, v in kept.get("state", {}).items() if not k.startswith("_")}
        found += [f"widget state: {what}" for what in forbidden(json.dumps(kept))]
    return found


def excerpt(line: str, longest: int = 90) -> str:
    first = line.strip().split("\n", 1)[0]
    return first if len(first) <= longest else first[: longest - 1] + "…"


def file_problems(path: Path) -> list[str]:
    """Say what is wrong with a notebook file, its weight included."""
    found = problems(notebooks.read(path))
    if path.stat().st_size > LARGEST_NOTEBOOK:
        found.append(f"it has {path.stat().st_size:,} bytes, more than {LARGEST_NOTEBOOK:,}")
    return found


def main() -> int:
    failed = notebooks.report(__doc__.splitlines()[0], file_problems)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
