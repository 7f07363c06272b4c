"""JupyterLab as the course starts it: on this machine alone, asking no other host for anything."""

from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - given by Jupyter

c.ServerApp.ip = "127.0.0.1"
# Neither news nor newer versions nor a list of extensions are looked for.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
# The settings there do not even ask whether to look for news.
c.LabApp.app_settings_dir = str(Path(__file__).parent / "jupyter_lab")
