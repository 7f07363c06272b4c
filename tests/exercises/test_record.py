"""Progress is kept whole: through damage, two notebooks at once, a disk that refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aecourse.exercises import check, hint, progress, record

pytestmark = pytest.mark.usefixtures("doubling")


def double(x):
    return 2 * x


def kept(path: Path) -> dict[str, object]:
    return json.loads(path.read_text())["exercises"]["9.1"]


def test_tries_hints_and_success_are_kept(progress_file: Path) -> None:
    check("9.1", 3)
    hint("9.1")
    check("9.1", double)
    assert kept(progress_file) == {"done": True, "tries": 2, "hints": 1}


def test_done_stays_done_when_a_later_try_fails(progress_file: Path) -> None:
    check("9.1", double)
    check("9.1", 3)
    assert kept(progress_file)["done"] is True


def test_a_stub_or_an_unknown_number_is_no_try(progress_file: Path) -> None:
    check("9.1", ...)
    check("7.7", double)
    assert not progress_file.exists()


@pytest.mark.parametrize(
    "damage", [b"{", b"\xff\xfe\x00", b"[]", b'{"exercises": {"9.1": 3}}', b""]
)
def test_a_damaged_file_is_set_aside_and_not_lost(progress_file: Path, damage: bytes) -> None:
    progress_file.parent.mkdir()
    progress_file.write_bytes(damage)
    assert "cannot be read" in repr(progress())
    result = check("9.1", double)
    assert result.passed
    aside = progress_file.with_name("progress.json.damaged-1")
    assert str(aside) in result.note
    assert aside.read_bytes() == damage
    assert kept(progress_file)["done"] is True


def test_a_second_damaged_file_does_not_replace_the_first(progress_file: Path) -> None:
    progress_file.parent.mkdir()
    for damage in (b"{1", b"{2"):
        progress_file.write_bytes(damage)
        check("9.1", double)
    found = sorted(p.read_bytes() for p in progress_file.parent.glob("*.damaged-*"))
    assert found == [b"{1", b"{2"]


def test_where_nothing_can_be_written_checks_work_and_progress_lasts_for_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    monkeypatch.setenv("AECOURSE_PROGRESS", str(blocked / "progress.json"))
    monkeypatch.setattr(record, "_in_memory", {})
    result = check("9.1", double)
    assert result.passed
    assert "could not be saved" in result.note
    assert "AECOURSE_PROGRESS" in result.note
    assert "✓ done" in repr(progress())


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(
    progress_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check("9.1", double)
    before = progress_file.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record, "_in_memory", {})
    monkeypatch.setattr(os, "fsync", full_disk)
    assert "No space left" in check("9.1", double).note
    assert progress_file.read_bytes() == before
    assert not list(progress_file.parent.glob("*.part"))


def test_progress_can_be_kept_out_of_the_home(
    monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    monkeypatch.setenv("AECOURSE_PROGRESS", "off")
    monkeypatch.setattr(record, "_in_memory", {})
    check("9.1", double)
    assert "✓ done" in repr(progress())
    assert not [path for path in own_home.rglob("*") if path.is_file()]


def test_without_a_setting_it_is_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    monkeypatch.delenv("AECOURSE_PROGRESS")
    check("9.1", double)
    assert [p.name for p in own_home.rglob("*.json")] == ["progress.json"]


def test_processes_that_write_at_once_lose_nothing(progress_file: Path) -> None:
    code = "from aecourse.exercises import record\nfor _ in range(20): record.tried('9.1', False)"
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert kept(progress_file)["tries"] == 60
