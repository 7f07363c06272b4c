"""Sphinx extension: the numbers in ``book/results`` on pages that are not notebooks.

``main-figures``
    A table of the numbers that were aimed at, from ``book/main_figures.yml``.
``all-results``
    Every recorded number, a section for each chapter, long lists folded.
roles ``result`` and ``reference``
    One number in the text, or the one recorded beside it, with a form behind it if it needs one:
    ``{result}`07_adbench/mean_auroc {:.1f}` ``.

Nothing here is typed: a number that was measured again changes on these pages at the next build.
"""

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

Entry = dict[str, Any]

# Which way is better: a word in the key decides.
LOWER = re.compile(r"mse|seconds|excess|flagged|difference|ratio|nll|false_positive|frechet")
HIGHER = re.compile(
    r"accuracy|auroc|precision|advantage|gain|probe|share|ndcg|lead|over_lsa|svm|nearer"
)
PLACE = re.compile(r"<(\w+)/([\w.]+)(:reference)?>")
TIMED = re.compile(r"\bin (\d[\d,.]* s on \d+ cores?(?: and an accelerator)?)")
# A spread that is a smaller part of its value comes from the order of sums, not from the seeds.
ROUNDING_ERROR = 1e-6
# So many numbers need no parts.
FEW = 60
# What neither a notebook nor a long run records, and how to record it again.
BENCHMARKS = {
    "09_figures": "by `benchmarks/project_from_start_to_scores.py` and `kill_and_resume.py`, each "
    "with `--results book/results`",
    "09_workers": "by `python benchmarks/cost_per_worker.py --results book/results`",
}
LONG_RUNS = "by `python -m tools.long_runs`, in the full profile"


def number(value: float) -> str:
    """Return a number as one writes it: 0.00004, 1,234, 3.4 · 10⁻⁷."""
    if value and not 1e-5 <= abs(value) < 1e7:
        mantissa, exponent = f"{Decimal(repr(value)):e}".split("e")
        small = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa} · 10{small}"
    whole = value == int(value) and abs(value) >= 1000
    return f"{int(value):,}" if whole else format(Decimal(repr(value)), "f").removesuffix(".0")


def with_spread(entry: Entry) -> str:
    """Return a value and its standard deviation over the seeds."""
    value, spread = entry["value"], entry.get("spread")
    if spread is None:
        return number(value)
    if 0 < spread < ROUNDING_ERROR * abs(value):
        return f"{number(float(f'{value:.4g}'))} ± 0"
    return f"{number(value)} ± {number(spread)}"


def better_is_lower(key: str) -> bool:
    """Tell which way a key's number is aimed at.

    Raises
    ------
    ValueError
        If no word in the key says so.
    """
    # What the number is stands last in its key.
    found = {lower: list(form.finditer(key)) for lower, form in ((True, LOWER), (False, HIGHER))}
    if not any(found.values()):
        raise ValueError(f"{key!r} has a target; say in recorded_results.py which way is better.")
    return max(found, key=lambda lower: found[lower][-1].end() if found[lower] else -1)


def met(key: str, entry: Entry) -> bool:
    """Tell whether the value has reached its target."""
    below = entry["value"] <= entry["target"]
    return below if better_is_lower(key) else entry["value"] >= entry["target"]


def read_results(book: Path) -> dict[str, dict[str, Entry]]:
    """Return the entries of every results file by its name, in the order of the chapters."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["results"]
        for path in sorted((book / "results").glob("*.json"))
    }


def recorders(book: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the notebook that recorded each results file, and the facts of its run."""
    found = {}
    for path in sorted(book.glob("*/*.ipynb")):
        facts = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("aecourse", {})
        for name in facts.get("results", {}):
            found[Path(name).stem] = (str(path.relative_to(book.parent).with_suffix("")), facts)
    return found


class BookDirective(SphinxDirective):
    """A directive that depends on the recorded results."""

    @property
    def book(self) -> Path:
        """The folder of the book, in which the page lies."""
        return Path(self.env.srcdir) / "book"

    def results(self) -> dict[str, dict[str, Entry]]:
        """Return all entries, and note that the page depends on them."""
        for path in (self.book / "results").glob("*.json"):
            self.env.note_dependency(str(path))
        return read_results(self.book)

    def parsed(self, lines: list[str]) -> list[nodes.Node]:
        """Return what the lines of Markdown stand for, sections included."""
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="results"), 0, container, match_titles=1)
        return container.children


class MainFigures(BookDirective):
    """A row for each number that was aimed at: what, result, aim and what it is compared with."""

    def run(self) -> list[nodes.Node]:
        """Write the table as Markdown, so that the sources can be cited."""
        source = self.book / "main_figures.yml"
        self.env.note_dependency(str(source))
        results = self.results()
        lines = ["| What, and on which data | Result | Aim |", "|---|---|---|"]
        for figure in yaml.safe_load(source.read_text(encoding="utf-8")):
            lines.append(row(figure, results))
        return self.parsed(["````{div} results-table main-figures", *lines, "````"])


def row(figure: dict[str, str], results: dict[str, dict[str, Entry]]) -> str:
    """Return one row of the table of main figures."""
    file, key = figure["result"].split("/")
    entry = results[file][key]
    beside = " ".join(figure["beside"].split())

    def shown(place: re.Match[str]) -> str:
        other = results[place[1]][place[2]]
        return number(other["reference"]) if place[3] else with_spread(other)

    beside = PLACE.sub(shown, beside)
    seeds = len(entry.get("seeds", [None]))
    runs = f"{seeds} seeds" if seeds > 1 else "one seed"
    what = (
        f"**{place_of(file)}.** {figure['what']}. *{data(entry)}* Beside it: {beside}.{took(entry)}"
    )
    return f"| {what} | {with_spread(entry)} ({runs}) | {aim(key, entry)} |"


def took(entry: Entry) -> str:
    """Return how long the training took and on what machine, where the note says so."""
    found = TIMED.search(entry.get("note", ""))
    return f" Training took {found[1]}." if found else ""


def data(entry: Entry) -> str:
    """Return the data set and whether it is complete, in few words."""
    return entry["dataset"].replace(" from the data folder", "").split(". ")[0].rstrip(".") + "."


class AllResults(BookDirective):
    """Every number, by chapter, with how it was measured."""

    def run(self) -> list[nodes.Node]:
        """Write a section for each results file, with folded tables."""
        known = recorders(self.book)
        lines = []
        for file, entries in self.results().items():
            lines += [f"### {title(file)}", "", recorded(file, known), ""]
            for name, family in families(entries).items():
                lines += ["```{raw} html", folded(name, family), "```", ""]
        return self.parsed(lines)


def title(file: str) -> str:
    """Return ``Chapter 4, long runs`` for ``04_long_runs``."""
    return f"{place_of(file)}, {file.partition('_')[2].replace('_', ' ')}"


def place_of(file: str) -> str:
    """Return ``Chapter 4`` for ``04_long_runs``, and ``Appendix A`` for ``a_frameworks``."""
    place = file.partition("_")[0]
    return f"Chapter {int(place)}" if place.isdigit() else f"Appendix {place.upper()}"


def recorded(file: str, known: dict[str, tuple[str, dict[str, Any]]]) -> str:
    """Return a sentence on how the numbers of a file came about."""
    if file in BENCHMARKS:
        return f"Recorded {BENCHMARKS[file]}."
    if file not in known:
        return (
            f"Recorded {LONG_RUNS}. Where a training was timed, the note says how long it took and "
            "on how many processor cores."
        )
    notebook, facts = known[file]
    return (
        f"Recorded by {{doc}}`/{notebook}`, in the {facts['profile']} profile, in {facts['time']} "
        f"on {facts['machine']['description']}."
    )


def families(entries: dict[str, Entry]) -> dict[str, dict[str, Entry]]:
    """Return the entries in parts that a reader may want to open, by a name for each."""
    if len(entries) <= FEW:
        return {"All of them": entries}
    parts: dict[str, dict[str, Entry]] = {}
    for key, entry in entries.items():
        parts.setdefault(" ".join(key.split("_")[:2]), {})[key] = entry
    return parts


def folded(name: str, family: dict[str, Entry]) -> str:
    """Return a part as an HTML table under a line that opens it."""
    headings = ["Number", "Result"]
    headings += ["Beside it"] * any("reference" in entry for entry in family.values())
    headings += ["Aim"] * any("target" in entry for entry in family.values())
    head = "".join(f"<th scope='col'>{heading}</th>" for heading in headings)
    body, said = "", ""
    for key, entry in family.items():
        if (now := circumstances(entry)) != said:
            said = now
            body += (
                f"<tr><th colspan='{len(headings)}' scope='rowgroup'>{html.escape(said)}</th></tr>"
            )
        body += f"<tr>{''.join(cells(key, entry, headings))}</tr>"
    count = f"{len(family)} number{'s' * (len(family) > 1)}"
    return (
        f"<details class='results'><summary>{html.escape(name)} ({count})</summary>"
        f"<table class='table results-table'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></details>"
    )


def cells(key: str, entry: Entry, headings: list[str]) -> Iterator[str]:
    """Yield the cells of one number."""
    unit = "" if entry["unit"] == "1" else f" {entry['unit']}"
    yield f"<td>{html.escape(key.replace('_', ' '))}</td>"
    yield f"<td>{html.escape(with_spread(entry) + unit)}</td>"
    if "Beside it" in headings:
        yield f"<td>{number(entry['reference']) if 'reference' in entry else ''}</td>"
    if "Aim" in headings:
        yield f"<td>{aim(key, entry) if 'target' in entry else ''}</td>"


def aim(key: str, entry: Entry) -> str:
    """Return what was aimed at, and whether it was reached."""
    sense = "at most" if better_is_lower(key) else "at least"
    verdict = "met" if met(key, entry) else "<strong>not met</strong>"
    return f"{sense} {number(entry['target'])}: {verdict}"


def circumstances(entry: Entry) -> str:
    """Return data, seeds and note: what several numbers have in common."""
    parts = [data(entry)]
    if "seeds" in entry:
        many = f"Mean and standard deviation over {len(entry['seeds'])} seeds."
        parts.append(many if len(entry["seeds"]) > 1 else "One seed.")
    if "note" in entry:
        parts.append(entry["note"])
    return " ".join(parts)


class Result(SphinxRole):
    """One recorded number in the text, or the one recorded beside it."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number, with its spread if no form is given."""
        place, _, form = self.text.partition(" ")
        file, _, key = place.partition("/")
        path = Path(self.env.srcdir) / "book" / "results" / f"{file}.json"
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))["results"][key]
            value = entry[self.field]
        except (OSError, KeyError):
            message = self.inliner.reporter.error(f"{place!r} is not recorded", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        self.env.note_dependency(str(path))
        whole = with_spread(entry) if self.field == "value" else number(value)
        shown = form.format(value) if form else whole
        return [nodes.inline(text=shown, classes=["stored-value"])], []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the role."""
    app.add_directive("main-figures", MainFigures)
    app.add_directive("all-results", AllResults)
    app.add_role("result", Result("value"))
    app.add_role("reference", Result("reference"))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
