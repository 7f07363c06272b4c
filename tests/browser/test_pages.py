"""Every page of the built book works by itself: no other host, no error, nothing left undrawn."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tools.pages import Visit

pytestmark = pytest.mark.browser

# What the reader sees as running text: code is shown as it is, and hidden things are not seen.
VISIBLE_TEXT = """() => {
  const article = document.querySelector("article").cloneNode(true);
  for (const e of article.querySelectorAll("pre, code, script, style, mjx-container, .diagram"))
    e.remove();
  return article.textContent;
}"""

RAW_MARKUP = {
    "a fence": r":::|```",
    "a directive or role": r"\{[a-z]+(?::[a-z]+)?\}[`\w]|\{(?:exercise|glue|cite|figure|math)",
    "an unfinished formula": r"\\\(|\\\[|\$\$|\$[^$\s][^$\n]{0,80}\$",
    "a table": r"\|\s*:?-{3}",
    "an unresolved reference": r"\[\?\]|<no title>|\(ch-[a-z]+\)=",
}


def test_it_asks_no_other_host_for_anything(visit: Visit) -> None:
    assert visit.outside == []


def test_everything_it_asks_for_is_there(visit: Visit) -> None:
    assert visit.failed == []


def test_no_script_fails(visit: Visit) -> None:
    assert visit.errors == []


def test_every_formula_is_typeset(visit: Visit) -> None:
    formulas, undrawn, wrong = visit.evaluate("""() => {
      const formulas = [...document.querySelectorAll("article .math")];
      return [formulas.length,
        formulas.filter((e) => !e.querySelector("mjx-container")).map((e) => e.textContent),
        [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map((e) =>
          e.getAttribute("data-mjx-error") || e.textContent)];
    }""")
    assert undrawn == []
    assert wrong == []
    if "notation" in visit.page.url:
        assert formulas > 10, "the notation page should be full of formulas"


def test_every_diagram_is_drawn_and_named(visit: Visit) -> None:
    diagrams = visit.evaluate("""() => [...document.querySelectorAll(".diagram")].map((e) => ({
      nodes: e.querySelectorAll("svg .node, svg .actor, svg .statediagram-state").length,
      title: e.querySelector("svg > title")?.textContent ?? "",
      label: e.querySelector("svg > desc")?.textContent ?? "",
      error: /syntax error/i.test(e.textContent),
    }))""")
    for diagram in diagrams:
        assert diagram["nodes"] > 1
        assert diagram["title"]
        assert diagram["label"]
        assert not diagram["error"]


@pytest.mark.parametrize("what", RAW_MARKUP)
def test_no_markup_is_left_raw(visit: Visit, what: str) -> None:
    text = visit.evaluate(VISIBLE_TEXT)
    assert re.findall(RAW_MARKUP[what], text) == []


def test_every_image_has_a_text_alternative_and_is_loaded(visit: Visit) -> None:
    images = visit.evaluate("""() => [...document.querySelectorAll("article img")].map(
      (e) => [e.getAttribute("alt") ?? "", e.naturalWidth > 0 || e.loading === "lazy", e.src])""")
    for alternative, loaded, source in images:
        assert loaded, f"{source} was not loaded"
        assert len(alternative) > 10, f"{source} has no text alternative that says something"
        assert not alternative.startswith(("..", "_images")), f"{source} is named by its file"


def test_every_widget_is_alive(visit: Visit) -> None:
    views, drawn = visit.evaluate("""() => {
      const views = [...document.querySelectorAll(
        'script[type="application/vnd.jupyter.widget-view+json"]')];
      const drawn = views.filter(
        (e) => e.parentElement.querySelector(".widget-subarea > :not(:empty)"));
      return [views.length, drawn.length];
    }""")
    assert drawn == views


def test_a_page_without_widgets_does_not_load_their_machinery(visit: Visit) -> None:
    views, loaded = visit.evaluate("""() => [
      document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length,
      performance.getEntriesByType("resource").filter((e) => e.name.includes("embed-amd")).length,
    ]""")
    assert (views > 0) == (loaded > 0)


def test_it_has_one_title_and_says_its_language(visit: Visit) -> None:
    titles, language = visit.evaluate(
        '() => [document.querySelectorAll("article h1").length, document.documentElement.lang]'
    )
    assert titles == 1
    assert language == "en"


def test_it_fits_a_narrow_screen(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    try:
        visit.page.wait_for_timeout(100)
        too_wide = visit.evaluate("""() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("article *")]
            .filter((e) => e.getBoundingClientRect().right > width + 1)
            .map((e) => `${e.tagName}.${e.className}`).slice(0, 5);
        }""")
    finally:
        visit.page.set_viewport_size({"width": 1280, "height": 900})
    assert too_wide == []


@contextmanager
def dark(visit: Visit) -> Iterator[None]:
    """Show the page in its dark theme for a while."""
    theme = "(name) => { document.documentElement.dataset.theme = name; }"
    visit.evaluate(theme, "dark")
    try:
        yield
    finally:
        visit.evaluate(theme, "light")


def test_diagrams_follow_the_dark_theme(visit: Visit) -> None:
    if not visit.evaluate('() => document.querySelectorAll(".diagram").length'):
        pytest.skip("the page has no diagram")
    shape = ".diagram .node :is(rect, path, polygon, circle)"
    fill = f"() => getComputedStyle(document.querySelector('{shape}')).fill"
    visit.page.wait_for_selector(".diagram .node")
    light = visit.evaluate(fill)
    with dark(visit):
        visit.page.wait_for_function(f"(light) => ({fill})() !== light", arg=light, timeout=5000)


def test_a_styled_table_has_no_light_ground_on_a_dark_page(visit: Visit) -> None:
    table = "document.querySelector('.cell_output table[id^=\"T_\"]')"
    if not visit.evaluate(f"() => {table} !== null"):
        pytest.skip("the page has no styled table")
    with dark(visit):
        ground = visit.evaluate(
            f"() => getComputedStyle({table}.closest('.text_html')).backgroundColor"
        )
    assert ground == "rgba(0, 0, 0, 0)"
