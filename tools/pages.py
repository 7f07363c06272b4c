"""The built book in headless Chromium: served on this machine alone, every other host refused.

Shared by the tests of the pages and by ``tools/screenshots.py``.
"""

import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    Route,
    sync_playwright,
)

from tools.notebooks import BOOK, ROOT

SITE = ROOT / "_build" / "html"
BUILT = SITE / ".built"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever escapes the routes below finds no name server either.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

READY = """async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  const until = async (done) => {
    for (let i = 0; i < 300 && !done(); i++) await new Promise((r) => setTimeout(r, 50));
  };
  const all = (selector) => [...document.querySelectorAll(selector)];
  await until(() => all("pre.mermaid").every((e) => e.querySelector("svg")));
  await until(() =>
    all('script[type="application/vnd.jupyter.widget-view+json"]').every((e) =>
      e.parentElement.querySelector(".widget-subarea > :not(:empty)"),
    ),
  );
}"""


def names() -> list[str]:
    """Return the address of every page in the table of contents, below the site's root."""
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    return [f"{name}.html" for name in re.findall(r"\b(?:file|root): (\S+)", contents)]


def sources() -> Iterator[Path]:
    """Yield every file the built pages depend on."""
    yield from (ROOT / "_config.yml", ROOT / "_toc.yml")
    for path in BOOK.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def build() -> Path:
    """Return the folder of the built book; build it first if it is older than its sources.

    Raises
    ------
    RuntimeError
        If Sphinx warns; the message holds the end of what it wrote.
    """
    if BUILT.is_file() and BUILT.stat().st_mtime >= max(p.stat().st_mtime for p in sources()):
        return SITE
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", ".", "-W", "-n", "--keep-going", "--quiet"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if built.returncode != 0:
        raise RuntimeError("The book does not build:\n" + (built.stdout + built.stderr)[-4000:])
    BUILT.touch()
    return SITE


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each of them."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the folder on a free port of 127.0.0.1 and yield its address."""
    handler = partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError("Chromium is not installed. On Debian:  apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page and what happened while it loaded."""

    page: Page
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def evaluate(self, expression: str, argument: Any = None) -> Any:
        return self.page.evaluate(expression, argument)


def open_page(context: BrowserContext, url: str) -> Visit:
    """Open a page, refuse every request to another host, and wait until all is drawn."""
    visit = Visit(context.new_page())
    watch(visit)
    visit.page.goto(url, wait_until="load")
    visit.evaluate(READY)
    return visit


def watch(visit: Visit) -> None:
    """Note what goes wrong in the page from now on, and let no request leave this machine."""

    def guard(route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme == "file" or parts.hostname == "127.0.0.1":
            route.continue_()
        else:
            visit.outside.append(request.url)
            route.abort()

    def answered(response: Response) -> None:
        if response.status >= 400:
            visit.failed.append(f"{response.url}: {response.status}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            visit.errors.append(message.text)

    page = visit.page
    page.route("**/*", guard)
    page.on(
        "requestfailed", lambda request: visit.failed.append(f"{request.url}: {request.failure}")
    )
    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
