"""Every link in the built book leads somewhere."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.browser

# The makers of 20 Newsgroups give this address, and no encrypted one.
PLAIN = {"http://qwone.com/~jason/20Newsgroups/"}


class Links(HTMLParser):
    """Collects the targets and the anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.anchors |= {v for k in ("id", "name") if (v := values.get(k))}
        for name in ("href", "src"):
            if (target := values.get(name)) is not None:
                self.targets.append(target)


@cache
def links(path: Path) -> Links:
    parser = Links()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def every_link(site: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(site.rglob("*.html")):
        if "_static" in path.relative_to(site).parts:
            continue
        for target in links(path).targets:
            yield path, target


def test_internal_links_and_anchors_resolve(site: Path) -> None:
    broken = []
    for path, target in every_link(site):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not file.is_file():
            broken.append(f"{path.relative_to(site)} -> {target}")
            continue
        anchor = unquote(parts.fragment) if file.suffix == ".html" else ""
        if anchor and anchor not in links(file).anchors:
            broken.append(f"{path.relative_to(site)} -> {target} (no such anchor)")
    assert broken == []


def test_external_links_are_well_formed_and_encrypted(site: Path) -> None:
    wrong = []
    for path, target in every_link(site):
        parts = urlsplit(target)
        if parts.scheme in ("", "mailto", "data", "javascript") or target in PLAIN:
            continue
        host = parts.hostname or ""
        if parts.scheme != "https" or not re.fullmatch(r"([\w-]+\.)+[a-z]{2,}", host):
            wrong.append(f"{path.relative_to(site)} -> {target}")
    assert wrong == []


def test_every_chapter_cites_and_the_bibliography_holds_it(site: Path) -> None:
    bibliography = links(site / "book" / "bibliography.html").anchors
    keys = re.findall(
        r"^@\w+\{([^,]+),", (site.parents[1] / "book/references.bib").read_text(), re.M
    )
    assert len(bibliography) >= len(keys)


def test_nothing_a_page_loads_comes_from_elsewhere(site: Path) -> None:
    loaded = re.compile(
        r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=\"((?:https?:)?//[^\"]+)\""
    )
    outside = []
    for path in sorted(site.rglob("*.html")):
        for tag in loaded.finditer(path.read_text(encoding="utf-8")):
            if 'rel="canonical"' not in tag.group(0):
                outside.append(f"{path.relative_to(site)}: {tag.group(1)}")
    assert outside == []
