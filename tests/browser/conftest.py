"""The built book and a browser, once for all tests of the pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools import pages


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the built book, built anew where it is older than its sources."""
    return pages.build()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the book and return its address."""
    with pages.served(site) as address:
        yield address


@pytest.fixture(scope="module", params=pages.names())
def visit(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[pages.Visit]:
    """Open each page of the book in turn, once for all tests of a module."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield pages.open_page(context, f"{address}/{request.param}")
    context.close()
