"""Runs that several tests look at: each is trained once, in a process of the tests."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from project_data import config, image_config, pictures, written

if TYPE_CHECKING:
    from aecourse.project.run import Run


def silent(text: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="session")
def table_run(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Return a run on a table with labels."""
    from aecourse.project.training import train

    home = tmp_path_factory.mktemp("table")
    written(home)
    return train(config(), home, progress=False, say=silent)


@pytest.fixture(scope="session")
def image_run(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Return a run on images that can be sampled."""
    from aecourse.project.training import train

    home = tmp_path_factory.mktemp("images")
    pictures(home)
    settings = image_config(objective={"kind": "variational", "reconstruction": "bernoulli"})
    return train(settings, home, progress=False, say=silent)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with a table in it."""
    written(tmp_path)
    return tmp_path
