import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from data_builders import sha256

from aecourse.datasets import download
from aecourse.datasets.entry import RemoteFile
from aecourse.errors import DataError

DATA = bytes(range(256)) * 400

pytestmark = pytest.mark.usefixtures("online")


def remote(*urls: str, data: bytes = DATA) -> RemoteFile:
    return RemoteFile("toy/file.bin", sha256(data), len(data), urls)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_file_arrives_whole_under_its_name(server, tmp_path):
    path = download.fetch(remote(server.give("/file", DATA)), tmp_path)

    assert path == tmp_path / "toy" / "file.bin"
    assert path.read_bytes() == DATA
    assert names_in(path.parent) == ["file.bin"]


def test_a_file_that_is_there_is_not_downloaded_again(server, tmp_path):
    file = remote(server.give("/file", DATA))
    download.fetch(file, tmp_path)
    download.fetch(file, tmp_path)

    assert server.requests["/file"] == 1


def test_an_altered_file_in_the_cache_is_fetched_anew(server, tmp_path):
    file = remote(server.give("/file", DATA))
    download.fetch(file, tmp_path).write_bytes(b"altered")

    assert download.fetch(file, tmp_path).read_bytes() == DATA


def test_an_altered_file_stays_until_the_new_one_is_whole(server, tmp_path):
    file = remote(server.refuse("/file", 404))
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "file.bin").write_bytes(b"mine")

    with pytest.raises(DataError):
        download.fetch(file, tmp_path)
    assert (tmp_path / "toy" / "file.bin").read_bytes() == b"mine"


@pytest.mark.parametrize("status", [403, 404, 503])
def test_the_second_mirror_serves_when_the_first_refuses(server, tmp_path, status):
    file = remote(server.refuse("/first", status), server.give("/second", DATA))

    assert download.fetch(file, tmp_path).read_bytes() == DATA


def test_the_second_mirror_serves_when_nobody_listens_at_the_first(server, dead_url, tmp_path):
    file = remote(dead_url, server.give("/second", DATA))

    assert download.fetch(file, tmp_path).read_bytes() == DATA


def test_the_second_mirror_serves_when_the_first_gives_another_file(server, tmp_path):
    file = remote(server.give("/first", b"a login page"), server.give("/second", DATA))

    assert download.fetch(file, tmp_path).read_bytes() == DATA


def test_a_transfer_that_breaks_off_is_tried_again(server, tmp_path):
    file = remote(server.cut_short("/file", DATA, times=2))

    assert download.fetch(file, tmp_path).read_bytes() == DATA
    assert server.requests["/file"] == 3


def test_a_transfer_that_always_breaks_off_is_an_error_and_leaves_nothing(server, tmp_path):
    file = remote(server.cut_short("/file", DATA))

    with pytest.raises(DataError, match="broke off"):
        download.fetch(file, tmp_path)
    assert names_in(tmp_path / "toy") == []


def test_another_file_everywhere_is_an_error_with_both_hashes(server, tmp_path):
    file = remote(server.give("/file", b"another"))

    with pytest.raises(DataError) as caught:
        download.fetch(file, tmp_path)
    message = str(caught.value)
    assert file.sha256 in message
    assert sha256(b"another") in message
    assert "file.bin" in message
    assert "AECOURSE_OFFLINE=1" in message
    assert not isinstance(caught.value, download.UnreachableError)
    assert names_in(tmp_path / "toy") == []


def test_an_answer_without_end_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "SPARE_BYTES", 1_000)
    file = remote(server.give("/file", DATA * 50))

    with pytest.raises(DataError, match="another file"):
        download.fetch(file, tmp_path)


def test_no_answer_from_any_home_is_told_apart(dead_url, tmp_path):
    with pytest.raises(download.UnreachableError, match="Check the network"):
        download.fetch(remote(dead_url), tmp_path)


def test_an_unreachable_host_is_not_asked_again_at_once(dead_url, tmp_path):
    for _ in range(2):
        with pytest.raises(download.UnreachableError) as caught:
            download.fetch(remote(dead_url), tmp_path)
    assert "a moment ago" in str(caught.value)


def test_too_little_space_is_found_before_the_download(server, tmp_path, monkeypatch):
    file = remote(server.give("/file", DATA))
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage)

    with pytest.raises(DataError, match="AECOURSE_CACHE_DIR"):
        download.fetch(file, tmp_path)
    assert server.requests["/file"] == 0


def test_a_disk_that_fills_up_is_named_and_the_partial_file_removed(server, tmp_path, monkeypatch):
    def fill_up(response, stream, file):
        stream.write(b"some")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "_copy", fill_up)

    with pytest.raises(DataError, match=r"The disk is full: file\.bin"):
        download.fetch(remote(server.give("/file", DATA)), tmp_path)
    assert names_in(tmp_path / "toy") == []


def test_a_cache_that_is_not_a_folder_is_an_error_with_the_way_out(server, tmp_path):
    (tmp_path / "cache").write_text("a file")

    with pytest.raises(DataError, match="AECOURSE_CACHE_DIR"):
        download.fetch(remote(server.give("/file", DATA)), tmp_path / "cache")


def test_what_a_killed_process_left_is_cleared_away(server, tmp_path):
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / ".file.bin.abc.part").write_bytes(b"half")

    download.fetch(remote(server.give("/file", DATA)), tmp_path)

    assert names_in(tmp_path / "toy") == ["file.bin"]


def test_two_processes_at_once_download_once(server, tmp_path):
    url = server.give("/file", DATA, seconds=0.8)
    script = (
        "import sys; from pathlib import Path; from aecourse.datasets import download;"
        "from aecourse.datasets.entry import RemoteFile;"
        "file = RemoteFile('toy/file.bin', sys.argv[1], int(sys.argv[2]), (sys.argv[3],));"
        "print(len(download.fetch(file, Path(sys.argv[4])).read_bytes()))"
    )
    command = [sys.executable, "-c", script, sha256(DATA), str(len(DATA)), url, str(tmp_path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    outputs = [process.communicate(timeout=60)[0].strip() for process in processes]

    assert outputs == [str(len(DATA))] * 2
    assert server.requests["/file"] == 1


def test_a_certificate_that_is_not_accepted_is_named_and_is_no_missing_network(
    server, tmp_path, monkeypatch
):
    import requests

    def refuse(*_, **__):
        raise requests.exceptions.SSLError("certificate has expired")

    monkeypatch.setattr(requests, "get", refuse)

    with pytest.raises(download.DownloadError, match="certificate has expired") as caught:
        download.fetch(remote("https://127.0.0.1/file"), tmp_path)
    assert not isinstance(caught.value, download.UnreachableError)


def test_a_home_that_stalls_is_given_up(server, dead_url, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "READ_SECONDS", 0.1)
    slow = server.give("/slow", DATA, seconds=1)

    path = download.fetch(remote(slow, server.give("/quick", DATA)), tmp_path)

    assert path.read_bytes() == DATA
