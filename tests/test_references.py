"""The bibliography: every entry is used, complete, listed once, and its links have a sane form."""

import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pybtex.database import BibliographyData, Entry, parse_file, parse_string

from aecourse.datasets import manifest, registry
from aecourse.datasets.entry import Entry as DataSet
from tools import notebooks

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
sys.path.append(str(BOOK / "extensions"))

import data_sets  # noqa: E402

REQUIRED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year"},
    "inproceedings": {"author", "title", "booktitle", "year"},
    "mastersthesis": {"author", "title", "school", "year"},
    "misc": {"author", "title", "year", "url"},
    "phdthesis": {"author", "title", "school", "year"},
    "techreport": {"author", "title", "institution", "year"},
}
CITED = re.compile(r"\{cite:\w+\}`([^`]+)`")
LINK = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,}(/[\w./%?=&#~+-]*)?", re.IGNORECASE)
ARXIV = re.compile(r"https://arxiv\.org/abs/\d{4}\.\d{4,5}")
DOI = re.compile(r"10\.\d{4,9}/\S+")
WORKS: BibliographyData = parse_file(str(BOOK / "references.bib"), bib_format="bibtex")
every_work = pytest.mark.parametrize("key", list(WORKS.entries))


@cache
def texts() -> tuple[str, ...]:
    """Return the text of every page, and of the text cells of every notebook."""
    cells = [
        notebooks.text(cell["source"])
        for path in notebooks.all_notebooks()
        for cell in notebooks.read(path)["cells"]
        if cell["cell_type"] == "markdown"
    ]
    return (*cells, *(path.read_text("utf-8") for path in BOOK.rglob("*.md")))


def cited() -> set[str]:
    """Return every key that the book cites."""
    by_data_sets = {data_sets.key_of(entry, WORKS) for entry in data_sets.published()}
    groups = (group for text in texts() for group in CITED.findall(text))
    return by_data_sets | {key.strip() for group in groups for key in group.split(",")}


def links(work: Entry) -> list[str]:
    """Return the addresses of a work."""
    return [work.fields["url"]] if "url" in work.fields else []


def problems(work: Entry) -> list[str]:
    """Say what is missing or of a strange form in one entry."""
    fields = set(work.fields) | set(work.persons)
    found = [f"no {name}" for name in sorted(REQUIRED[work.type] - fields)]
    if not re.fullmatch(r"1[89]\d\d|20\d\d", work.fields.get("year", "")):
        found.append("the year is none")
    if any(not person.last_names for person in work.persons.get("author", [])):
        found.append("an author without a surname")
    if "others" in str(work.persons.get("author", "")):
        found.append("authors are left out")
    if re.search(r"\d-\d", work.fields.get("pages", "").replace("--", "–")):
        found.append("pages are joined by one hyphen")
    for link in links(work):
        if not LINK.fullmatch(link):
            found.append(f"{link} is no address")
        if "arxiv.org" in link and not ARXIV.fullmatch(link):
            found.append(f"{link} is not the page of a paper")
    if "doi" in work.fields and not DOI.fullmatch(work.fields["doi"]):
        found.append(f"{work.fields['doi']} is no DOI; give it without the resolver's address")
    return found


@every_work
def test_a_work_is_complete_and_its_links_have_a_sane_form(key: str) -> None:
    assert problems(WORKS.entries[key]) == []


@every_work
def test_a_work_of_arxiv_says_so_and_has_the_year_of_its_number_or_later(key: str) -> None:
    fields = WORKS.entries[key].fields
    match = re.fullmatch(r"arXiv:(\d\d)\d\d\.\d+", fields.get("howpublished", ""))
    if match:
        assert fields["url"] == f"https://arxiv.org/abs/{fields['howpublished'][6:]}"
        assert int(fields["year"]) == 2000 + int(match[1])


def test_every_work_is_cited_and_every_citation_has_its_work() -> None:
    assert cited() - set(WORKS.entries) == set(), "cited, but not in the bibliography"
    assert set(WORKS.entries) - cited() == set(), "in the bibliography, but cited nowhere"


def test_the_links_of_the_page_have_a_sane_form_and_are_there_once() -> None:
    page = (BOOK / "appendices" / "b_resources.md").read_text("utf-8")
    addresses = re.findall(r"\]\((\w+:[^)]*)\)", page)
    assert len(addresses) > 10
    for address in addresses:
        assert LINK.fullmatch(address), address
        assert address.startswith("https://"), address
    assert [each for each, count in Counter(addresses).items() if count > 1] == []


@pytest.mark.parametrize("field", ["title", "doi", "url"])
def test_no_work_is_there_twice(field: str) -> None:
    values = [data_sets.plain(w.fields[field]) for w in WORKS.entries.values() if field in w.fields]
    twice = [value for value, count in Counter(values).items() if count > 1]
    # Two works may have the plainest of titles, never one address.
    assert [value for value in twice if value != "autoencoders"] == []


def test_a_key_is_its_first_author_its_year_and_a_word() -> None:
    for key, work in WORKS.entries.items():
        match = re.fullmatch(r"([a-z]+)(\d{4})([a-z]+)", key)
        assert match, key
        first = data_sets.surnames(work.persons["author"][:1])[0]
        assert first.endswith(match[1]) or first.startswith(match[1]), f"{key}: {first}"
        assert abs(int(match[2]) - int(work.fields["year"])) <= 1, key


BROKEN = {
    "no journal": "@article{a, author={A, B}, title={T}, year={2000}}",
    "no url": "@misc{a, author={A, B}, title={T}, year={2000}}",
    "the year is none": "@book{a, author={A, B}, title={T}, publisher={P}, year={20000}}",
    "authors are left out": "@misc{a, author={A, B and others}, title={T}, year={1999}}",
    "is no address": "@misc{a, author={A, B}, title={T}, year={2000}, url={https:/a.org}}",
    "is not the page": "@misc{a, author={A, B}, title={T}, year={2000}, url={https://arxiv.org/pdf/1}}",
    "is no DOI": "@misc{a, author={A, B}, title={T}, year={2000}, url={https://a.org}, "
    "doi={https://doi.org/10.1000/1}}",
    "one hyphen": "@book{a, author={A, B}, title={T}, publisher={P}, year={2000}, pages={1-2}}",
}


@pytest.mark.parametrize("problem", BROKEN)
def test_a_broken_entry_is_noticed(problem: str) -> None:
    (work,) = parse_string(BROKEN[problem], bib_format="bibtex").entries.values()
    assert any(problem in found for found in problems(work))


def test_every_data_set_has_a_citation_that_is_in_the_bibliography_word_for_word() -> None:
    keys = {e.manifest_key: data_sets.key_of(e, WORKS) for e in data_sets.published()}
    assert keys["mnist"] == "lecun1998gradient"
    assert keys["adbench"] == "han2022adbench"
    assert len(keys) == len(set(keys.values()))


def test_a_data_set_whose_citation_has_wrong_authors_is_noticed() -> None:
    (mnist,) = (e for e in data_sets.published() if e.name == "mnist")
    wrong = DataSet(**{**vars(mnist), "citation": mnist.citation.replace("LeCun", "Li")})
    with pytest.raises(LookupError, match="0 works fit"):
        data_sets.key_of(wrong, WORKS)


def test_further_tables_in_a_data_folder_do_not_change_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> list[tuple[str, str, str]]:
        return [(data_sets.name(e), data_sets.title(e), e.licence) for e in data_sets.published()]

    monkeypatch.delenv("AECOURSE_DATA_DIR", raising=False)
    before = rows()
    file = {"adbench/1_aaa.npz": manifest.Listed("0" * 64, 1)}
    manifest.write(tmp_path, {"adbench": manifest.Section(file, True, "other", "", "npz")})
    monkeypatch.setenv("AECOURSE_DATA_DIR", str(tmp_path))
    assert "adbench/aaa" in registry.names()
    assert rows() == before
    assert ("adbench/…", "ADBench", "BSD-2-Clause for the collection") in before
