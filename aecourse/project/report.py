"""A run's report: one HTML page with everything in it, to be mailed and read anywhere."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from aecourse.plots import CourseFigure
from aecourse.plots.style import PIXELS_PER_INCH

Row = Sequence[object]

STYLE = """
:root { color-scheme: light dark; --line: #ccc; --back: #fff; --ink: #1a1a1a; }
@media (prefers-color-scheme: dark) {
  :root { --line: #444; --back: #16181c; --ink: #e8e8e8; }
}
body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: var(--back);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td, thead th:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; background: #fff; }
pre { overflow-x: auto; font-size: .85rem; }
"""


def page(
    title: str,
    summary: Sequence[str],
    tables: Mapping[str, tuple[Row, Sequence[Row]]],
    figures: Mapping[str, CourseFigure],
    notes: Sequence[str],
    config: str,
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Return the page.

    Parameters
    ----------
    title
        Of the page.
    summary
        Sentences at the top.
    tables
        By heading: the line of names, and the rows.
    figures
        By name, in order.
    notes
        What there is to say about the data.
    config
        The configuration as YAML.
    pictures
        Figures by name that are drawn already, as PNG: drawing them is what takes time.
    """
    ready = pictures or {}
    parts = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(line)}</p>" for line in summary)]
    for heading, (header, rows) in tables.items():
        parts += [f"<h2>{escape(heading)}</h2>", _table(header, rows)]
    if figures:
        parts.append("<h2>Figures</h2>")
    parts += [_figure(figure, ready.get(name)) for name, figure in figures.items()]
    if notes:
        listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
        parts += ["<h2>About the data</h2>", f"<ul>{listed}</ul>"]
    parts += ["<h2>Configuration</h2>", f"<pre>{escape(config)}</pre>"]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def shown(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _table(header: Row, rows: Sequence[Row]) -> str:
    head = "".join(f'<th scope="col">{escape(str(cell))}</th>' for cell in header)
    lines = "".join(
        f"<tr>{''.join(_cell(cell, first=place == 0) for place, cell in enumerate(row))}</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<div class="table" tabindex="0">{table}</div>'


def _cell(value: Any, *, first: bool) -> str:
    if first:
        return f'<th scope="row">{escape(str(value))}</th>'
    return f"<td>{escape(shown(value))}</td>"


def _figure(figure: CourseFigure, picture: bytes | None = None) -> str:
    width, height = (round(inches * PIXELS_PER_INCH) for inches in figure.get_size_inches())
    data = base64.b64encode(picture or figure.png()).decode("ascii")
    return (
        f'<figure><img alt="{escape(figure.alt, quote=True)}" width="{width}" height="{height}" '
        f'src="data:image/png;base64,{data}"></figure>'
    )
