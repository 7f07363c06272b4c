"""An environment with no data, no network and an empty cache, and a server to download from."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aecourse.datasets import download

PROJECT = Path(__file__).parents[2]
# Read before the fixtures below hide it from the tests.
DATA_DIR = os.environ.get("AECOURSE_DATA_DIR")


@pytest.fixture(autouse=True)
def empty_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AECOURSE_DATA_DIR", "AECOURSE_CELEBA", "SCIKIT_LEARN_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AECOURSE_OFFLINE", "1")
    monkeypatch.setenv("AECOURSE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(download, "_unreachable", {})


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AECOURSE_OFFLINE")


@pytest.fixture
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder that AECOURSE_DATA_DIR names."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("AECOURSE_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def real_data_dir(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the real data, named by AECOURSE_DATA_DIR for the test; or skip it."""
    folder = Path(DATA_DIR) if DATA_DIR else PROJECT.parent / "shared" / "data"
    if not (folder / "MANIFEST.json").is_file():
        pytest.skip("no folder with the real data (AECOURSE_DATA_DIR)")
    monkeypatch.setenv("AECOURSE_DATA_DIR", str(folder))
    return folder


class Server:
    """Answers on 127.0.0.1 with what a test puts into ``answers``, and counts the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: Counter[str] = Counter()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests[self.path] += 1
                answer = server.answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)

            def log_message(self, *_: object) -> None:
                pass

        class Http(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Stay quiet when a client hangs up, which some tests are about."""

        self.http = Http(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}{path}"

    def give(self, path: str, data: bytes, *, seconds: float = 0) -> str:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            time.sleep(seconds)
            handler.wfile.write(data)

        self.answers[path] = answer
        return self.url(path)

    def cut_short(self, path: str, data: bytes, *, times: int = 99) -> str:
        """Break off in the middle for the first ``times`` requests."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            broken = self.requests[path] <= times
            handler.wfile.write(data[: len(data) // 2] if broken else data)

        self.answers[path] = answer
        return self.url(path)

    def refuse(self, path: str, status: int) -> str:
        self.answers[path] = lambda handler: handler.send_error(status)
        return self.url(path)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def dead_url() -> str:
    """Return an address where nobody listens."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/file"
