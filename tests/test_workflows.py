"""The workflows run the commands of the Makefile, with no more rights than they need."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from tools import colab

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "book" / "extensions"))

import launch_buttons  # noqa: E402

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(request.param.read_text(encoding="utf-8"))
    return content


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_is_one_for_each_purpose() -> None:
    assert [path.stem for path in WORKFLOWS] == ["book", "test", "weekly"]


def job(workflow: str, name: str) -> dict[str, Any]:
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["jobs"][name]
    return found


def test_it_runs_make_and_only_the_branch_for_colab_needs_more(workflow: dict[str, Any]) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    jobs = {name: job for name, job in workflow["jobs"].items() if name != "colab"}
    commands = [step["run"] for step in steps({"jobs": jobs}) if "run" in step]
    assert commands
    for command in commands:
        make, target = command.split()
        assert make == "make"
        assert target in targets


def test_its_actions_are_named_by_their_major_version(workflow: dict[str, Any]) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])


def test_it_may_read_and_only_the_publishing_jobs_may_write(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    more = {"publish": {"pages", "id-token"}, "colab": {"contents"}}
    for name, job in workflow["jobs"].items():
        assert set(job.get("permissions", {})) == more.get(name, set())


def test_only_the_job_that_writes_the_branch_keeps_its_credentials(
    workflow: dict[str, Any],
) -> None:
    for name, job in workflow["jobs"].items():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                kept = step.get("with", {}).get("persist-credentials", True)
                assert kept is (name == "colab")


def test_nothing_is_published_from_a_proposal() -> None:
    publish, branch = job("book", "publish"), job("book", "colab")
    assert "github.event_name != 'pull_request'" in publish["if"]
    assert "github.ref == 'refs/heads/main'" in publish["if"]
    assert branch["if"] == publish["if"], "a job is left out where one that it needs is left out"
    assert publish["needs"] == ["build", "colab"]
    assert branch["needs"] == "build"


def test_the_branch_for_colab_is_written_anew_from_the_main_branch(tmp_path: Path) -> None:
    install, write = (step["run"] for step in job("book", "colab")["steps"] if "run" in step)
    assert install.endswith("--constraint requirements.txt nbformat")

    def git(*words: str, at: Path) -> str:
        done = subprocess.run(["git", *words], cwd=at, capture_output=True, text=True, check=True)
        return done.stdout

    remote, here = tmp_path / "remote.git", tmp_path / "here"
    git("init", "--quiet", "--bare", str(remote), at=tmp_path)
    git("clone", "--quiet", str(remote), str(here), at=tmp_path)
    git("config", "user.name", "someone", at=here)
    git("config", "user.email", "someone@example.org", at=here)
    (here / "tools").mkdir()
    for name in ("__init__.py", "colab.py", "notebooks.py"):
        shutil.copy(ROOT / "tools" / name, here / "tools")
    chapter = here / "book" / "part1" / "chapter.ipynb"
    chapter.parent.mkdir(parents=True)
    bash = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "someone/course"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for title in ("# A chapter", "# The chapter, changed"):
        git("checkout", "--quiet", "-B", "main", at=here)
        cells = [nbformat.v4.new_markdown_cell(title, id="title")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), chapter)
        git("add", ".", at=here)
        git("commit", "--quiet", "--message", title, at=here)
        git("push", "--quiet", "origin", "HEAD:refs/heads/main", at=here)
        main = git("rev-parse", "HEAD", at=here)
        git("checkout", "--quiet", "--detach", at=here)
        subprocess.run(
            ["bash", "-e", "-c", write],
            cwd=here,
            env=os.environ | bash | {"PATH": path},
            check=True,
        )
        stored = git("show", f"{launch_buttons.BRANCH}:book/part1/chapter.ipynb", at=remote)
        first, second = json.loads(stored)["cells"]
        assert "https://github.com/someone/course /content/course" in "".join(first["source"])
        assert "".join(second["source"]) == title
        assert git("rev-parse", "colab~1", at=remote) == main
    assert launch_buttons.BRANCH == colab.BRANCH


def test_the_tests_read_the_help_without_colours() -> None:
    for name in ("test", "weekly"):
        text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
        assert yaml.safe_load(text)["env"]["_TYPER_FORCE_DISABLE_TERMINAL"] == "1"


def test_runs_that_are_overtaken_are_stopped_and_none_runs_for_ever(
    workflow: dict[str, Any],
) -> None:
    assert workflow["concurrency"]["group"].endswith("${{ github.ref }}")
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 120


def test_binder_finds_the_environment() -> None:
    """Binder reads environment.yml from the root, or from a folder that would hide it."""
    assert (ROOT / "environment.yml").is_file()
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()
