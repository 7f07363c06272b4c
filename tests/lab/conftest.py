"""JupyterLab on a copy of a chapter, in the quick profile and without any network."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools import pages
from tools.notebooks import BOOK, ROOT


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_answers(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, f"JupyterLab ended: {log.read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Start JupyterLab; return a function from a notebook's name to its address there."""
    book = tmp_path_factory.mktemp("lab")
    shutil.copytree(BOOK / "results", book / "results")
    folder = book / "part1"
    folder.mkdir()
    for notebook in (BOOK / "part1").glob("*.ipynb"):
        shutil.copy(notebook, folder)
    home = tmp_path_factory.mktemp("home")
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Cells out of sight are drawn too, so that a test can look at all of them.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    port, token = free_port(), secrets.token_hex(16)
    environment = {
        **{k: v for k, v in os.environ.items() if k not in {"AECOURSE_DATA_DIR", "MPLBACKEND"}},
        "HOME": str(home),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "AECOURSE_PROFILE": "quick",
        "AECOURSE_OFFLINE": "1",
        "AECOURSE_PROGRESS": str(home / "progress.json"),
    }
    log = home / "lab.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                f"--config={ROOT / 'tools' / 'jupyter_lab_config.py'}",
                f"--ServerApp.root_dir={folder}",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={token}",
                "--expose-app-in-browser",
            ],
            cwd=folder,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/api?token={token}", server, log)
        # A workspace for each chapter: JupyterLab would open the one before beside it.
        root = f"http://127.0.0.1:{port}/lab/workspaces"
        yield lambda name: f"{root}/{name}/tree/{name}.ipynb?token={token}"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="module")
def opened(chromium: Browser, lab: Callable[[str], str], chapter: str) -> Iterator[pages.Visit]:
    """Open the chapter, run all its cells, and wait until they have run."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    visit = pages.Visit(context.new_page())
    pages.watch(visit)
    page = visit.page
    page.goto(lab(chapter))
    page.wait_for_function(
        """(path) => {
          const panel = window.jupyterapp?.shell.currentWidget;
          return panel?.context?.path === path && panel.context.isReady
            && panel.sessionContext?.session?.kernel?.status === "idle";
        }""",
        arg=f"{chapter}.ipynb",
        timeout=60_000,
    )
    page.evaluate("""() => jupyterapp.commands.execute("notebook:run-all-cells")""")
    yield visit
    context.close()
