"""Sphinx extension: buttons that open a notebook in Colab or Binder, where the book is published.

A workflow on GitHub knows the repository's name; a build elsewhere does not, and has no buttons. So
no address has to be kept up to date, and a copy of the repository leads to itself. The buttons open
the notebooks of a branch that the same workflow writes: there each begins with a cell that installs
the course on Colab, see ``tools/colab.py``. The notebooks of the main branch have no such cell.
"""

import os

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

BRANCH = "colab"


def offer(app: Sphinx, config: Config) -> None:
    """Tell the theme where the notebooks are."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        config.html_theme_options |= {
            "repository_url": f"https://github.com/{repository}",
            "repository_branch": BRANCH,
            "path_to_docs": "",
            "launch_buttons": {
                "colab_url": "https://colab.research.google.com",
                "binderhub_url": "https://mybinder.org",
                "notebook_interface": "jupyterlab",
            },
        }


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register what is done once the configuration is read."""
    app.connect("config-inited", offer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
