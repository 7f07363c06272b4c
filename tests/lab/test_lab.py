"""A chapter works in JupyterLab as it does on the page, and its controls move."""

import re

import pytest
from playwright.sync_api import expect

from tools import notebooks
from tools.notebooks import BOOK
from tools.pages import Visit

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]

CHAPTERS = sorted(path.stem for path in (BOOK / "part1").glob("*.ipynb"))


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cells(chapter: str) -> list[dict]:
    """Return the cells of the notebook as it is stored."""
    return notebooks.read(BOOK / "part1" / f"{chapter}.ipynb")["cells"]


BOXES = {
    "admonition|note|important|tip|hint|warning|caution|attention|danger|seealso": (
        ".myst-admonition"
    ),
    "exercise": ".myst-exercise",
}

# Said by the MyST extension about links written so that Sphinx understands them too.
FOREIGN = re.compile(r"Legacy syntax used for link target")


def failures(visit: Visit) -> list[str]:
    """Return the text of every output that says something went wrong."""
    found: list[str] = visit.evaluate("""() => [
      ...document.querySelectorAll(
        '[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type*="error"]')
    ].map((e) => e.textContent.slice(0, 400))""")
    return found


def test_it_asks_no_other_host_for_anything(opened: Visit) -> None:
    assert opened.outside == []


def test_directives_formulas_and_diagrams_are_drawn(opened: Visit, cells: list[dict]) -> None:
    page = opened.page
    page.wait_for_selector(".jp-MarkdownCell .myst h1")
    text = page.evaluate("""() => {
      const cells = [...document.querySelectorAll(".jp-MarkdownCell .myst")];
      return cells.map((cell) => {
        const copy = cell.cloneNode(true);
        for (const e of copy.querySelectorAll("pre, code, style, .katex, annotation")) e.remove();
        return copy.textContent;
      }).join("\\n");
    }""")
    assert len(text) > 500
    assert re.findall(r":::|^```|\\\(|\$\$", text, re.M) == []
    # A number in the text is a number, not the expression or the format behind it.
    assert re.findall(r"\{\w+[:}]|f\"\{|\b\w+:[+,]?\.\d[fe%]", text) == []
    written = "\n".join(
        notebooks.text(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )
    for directives, drawn in BOXES.items():
        boxes = re.findall(rf"^:{{3,}}{{(?:{directives})}}", written, re.M)
        expect(page.locator(f".jp-MarkdownCell {drawn}")).to_have_count(len(boxes), timeout=60_000)


def test_every_cell_runs_without_a_complaint(opened: Visit) -> None:
    opened.page.wait_for_function(
        """() => {
          const panel = jupyterapp.shell.currentWidget;
          const cells = panel.content.widgets.filter((c) => c.model.type === "code");
          const waiting = cells.some((c) =>
            c.model.sharedModel.source.trim() && c.model.executionCount === null);
          return !waiting && panel.sessionContext.session.kernel.status === "idle";
        }""",
        timeout=150_000,
    )
    assert failures(opened) == []


def test_a_check_shows_its_verdict(opened: Visit, cells: list[dict]) -> None:
    verdicts = opened.evaluate("""() => {
      const panel = jupyterapp.shell.currentWidget;
      return panel.content.widgets
        .filter((c) => (c.model.getMetadata("tags") ?? []).some((t) => t.startsWith("check-")))
        .map((c) => c.node.querySelector(".jp-OutputArea-output")?.textContent ?? "");
    }""")
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", [])]
    assert len(verdicts) == sum(tag.startswith("check-") for tag in tags)
    assert all("ot yet" in verdict for verdict in verdicts)


def test_its_controls_move_without_a_complaint(opened: Visit) -> None:
    sliders = opened.page.locator(".jp-OutputArea-output [role=slider]")
    for slider in sliders.all()[:3]:
        slider.scroll_into_view_if_needed()
        slider.focus()
        slider.press("End")
        last = "e => e.getAttribute('aria-valuenow') === e.getAttribute('aria-valuemax')"
        assert slider.evaluate(last)
    for button in opened.page.locator(".jp-OutputArea-output button:has-text('Run')").all()[:1]:
        button.click()
        opened.page.wait_for_timeout(500)
        opened.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'",
            timeout=60_000,
        )
    assert failures(opened) == []


def test_no_script_fails(opened: Visit) -> None:
    assert [error for error in opened.errors if not FOREIGN.search(error)] == []
