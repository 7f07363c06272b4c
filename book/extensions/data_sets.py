"""Sphinx extension: ``data-sets``, the data sets of the course, their licences and citations.

The table is made from the registry of ``aecourse.datasets`` whenever the book is built, so the two
cannot part. Each citation is found again in the bibliography; one that is not there is an error.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from pybtex.database import BibliographyData, parse_file
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from aecourse.datasets import registry
from aecourse.datasets.entry import Entry

CITATION = re.compile(r"(?P<authors>.+?) \((?P<year>\d{4})\), (?P<title>.+)", re.DOTALL)


def published() -> list[Entry]:
    """Return one entry a data set or collection, without what a data folder may add to one."""
    by_key: dict[str, Entry] = {}
    for entry in registry.entries().values():
        by_key.setdefault(entry.manifest_key, entry)
    return [by_key[key] for key in sorted(by_key)]


def name(entry: Entry) -> str:
    """Return what ``load`` calls a data set, or how the names of a collection begin."""
    return f"{entry.collection}/…" if entry.collection else entry.name


def title(entry: Entry) -> str:
    """Return the title of a data set, or of the collection that it belongs to."""
    return entry.title.split()[0] if entry.collection else entry.title


def key_of(entry: Entry, bibliography: BibliographyData) -> str:
    """Return the key of the work that a data set's citation names.

    Raises
    ------
    LookupError
        If the citation has another form, or no work or more than one fits it.
    """
    match = CITATION.fullmatch(entry.citation)
    if not match:
        raise LookupError(f"{entry.name}: the citation {entry.citation!r} has another form")
    fitting = [
        key
        for key, work in bibliography.entries.items()
        if work.fields["year"] == match["year"]
        and plain(work.fields["title"]).startswith(plain(match["title"]))
        and surnames(work.persons["author"]) == surnames_in(match["authors"])
    ]
    if len(fitting) != 1:
        raise LookupError(f"{entry.name}: {len(fitting)} works fit {entry.citation!r}")
    return fitting[0]


def plain(text: str) -> str:
    """Return the letters and digits of a text in lower case, without accents and braces."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if letter.isalnum()).lower()


def surnames(people: Iterable) -> list[str]:
    """Return the plain surnames of a work's authors."""
    return [plain("".join(each.prelast_names + each.last_names)) for each in people]


def surnames_in(authors: str) -> list[str]:
    """Return the plain surnames of ``"Xiao, Rasul and Vollgraf"``."""
    return [plain(name) for name in re.split(r", | and ", authors)]


class DataSets(SphinxDirective):
    """A list with name, licence and citation of each data set."""

    def run(self) -> list[nodes.Node]:
        """Build the list as MyST, which makes the citations."""
        path = Path(self.env.srcdir) / "book" / "references.bib"
        self.env.note_dependency(str(path))
        bibliography = parse_file(str(path), bib_format="bibtex")
        lines = ["| data set | licence, as its owners state it | to cite |", "|---|---|---|"]
        for entry in published():
            lines.append(
                f"| [{title(entry)}]({entry.home}), `{name(entry)}` | {entry.licence} "
                f"| {{cite:t}}`{key_of(entry, bibliography)}` |"
            )
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("data-sets", DataSets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
