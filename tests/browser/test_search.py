"""The book can be searched without a server's help."""

import pytest
from playwright.sync_api import Browser

from tools.pages import Visit, watch

pytestmark = pytest.mark.browser


def test_a_word_of_the_glossary_is_found(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    visit = Visit(context.new_page())
    watch(visit)
    visit.page.goto(f"{address}/search.html?q=bottleneck")
    visit.page.wait_for_selector("#search-results li a[href*='book/glossary.html']")
    context.close()
    assert visit.outside == []
    assert visit.errors == []
