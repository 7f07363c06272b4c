"""The pages also work when they are opened from the disk, without any server."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.pages import names, open_page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", [n for n in names() if "part" in n] or names()[:1])
def test_formulas_diagrams_and_widgets_are_drawn(chromium: Browser, site: Path, name: str) -> None:
    context = chromium.new_context()
    visit = open_page(context, (site / name).as_uri())
    counts = visit.evaluate("""() => {
      const count = (selector) => document.querySelectorAll(selector).length;
      return {
        formulas: [count("article .math"), count("article .math mjx-container")],
        diagrams: [count(".diagram"), count(".diagram svg")],
        widgets: [count('script[type="application/vnd.jupyter.widget-view+json"]') > 0,
                  count(".widget-subarea > :not(:empty)") > 0],
      };
    }""")
    context.close()
    assert visit.errors == []
    assert visit.outside == []
    for wanted, drawn in counts.values():
        assert drawn >= wanted
