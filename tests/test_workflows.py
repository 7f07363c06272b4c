"""The workflows run the commands of the Makefile, with no more rights than they need."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(request.param.read_text(encoding="utf-8"))
    return content


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_is_one_for_each_purpose() -> None:
    assert [path.stem for path in WORKFLOWS] == ["book", "test", "weekly"]


def test_it_runs_make_and_nothing_else(workflow: dict[str, Any]) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    assert commands
    for command in commands:
        make, target = command.split()
        assert make == "make"
        assert target in targets


def test_its_actions_are_named_by_their_major_version(workflow: dict[str, Any]) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])


def test_it_may_read_and_only_the_publishing_job_may_write(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert set(job.get("permissions", {})) <= (
            {"pages", "id-token"} if name == "publish" else set()
        )


def test_nothing_is_published_from_a_proposal() -> None:
    (book,) = (path for path in WORKFLOWS if path.stem == "book")
    publish = yaml.safe_load(book.read_text(encoding="utf-8"))["jobs"]["publish"]
    assert "pull_request" in publish["if"]
    assert publish["needs"] == "build"


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
