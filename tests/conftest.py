"""What all tests share: a home of their own, and no network unless a test serves one itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep caches, progress and settings of the tests out of the user's home."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    for name in ("AECOURSE_PROFILE", "AECOURSE_OFFLINE", "AECOURSE_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Start a browser, once for all tests: Playwright allows one at a time in a process."""
    from tools import pages

    with pages.chromium() as browser:
        yield browser


@pytest.fixture
def single_operations() -> Iterator[None]:
    """Let TensorFlow carry out operation by operation.

    A compiled graph is traced anew for each model, and tracing takes longer than the few steps that
    a tiny model is trained for. The tests of models and of training use both ways.
    """
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
