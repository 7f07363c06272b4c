"""Fetches a published file: mirrors in turn, verified, whole or not at all, once per machine."""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aecourse.datasets import integrity, locations
from aecourse.datasets.entry import RemoteFile
from aecourse.errors import DataError

CONNECT_SECONDS = 4.0  # a class without network must not wait for each data set
READ_SECONDS = 30.0
ATTEMPTS = 3
PAUSE_SECONDS = 0.5
REMEMBER_SECONDS = 60.0  # how long an unreachable host is not asked again
SPARE_BYTES = 16 << 20
CHUNK = 1 << 18
_TEMPORARY = (408, 425, 429, 500, 502, 503, 504)

_unreachable: dict[str, float] = {}


class DownloadError(DataError):
    """None of a file's homes gave it as published."""


class UnreachableError(DownloadError):
    """No home of the file could be reached: there is no network, or it is closed."""


class _NextMirrorError(Exception):
    """A home of the file failed; the message says why."""


class _NoAnswerError(_NextMirrorError):
    """A home of the file could not be reached at all."""


def fetch(file: RemoteFile, folder: Path) -> Path:
    """Return the verified file in ``folder``, downloading it if it is not there yet.

    Several processes may ask for the same file at once: one downloads, the others wait and use it.
    The file appears under its name only when it is whole and its hash is right.

    Raises
    ------
    UnreachableError
        If no home could be reached.
    DownloadError
        If homes were reached and none gave the published file.
    DataError
        If the disk is full, or the cache cannot be written to.
    """
    import filelock

    target = folder / file.path
    if _is_good(target, file):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target.with_name(f".{target.name}.lock")):
            if not _is_good(target, file):
                _download(file, target)
    except OSError as error:
        raise _disk_error(error, file, target.parent) from error
    return target


def _is_good(target: Path, file: RemoteFile) -> bool:
    """Return whether the file lies in the cache as published; an altered one is fetched anew."""
    return target.is_file() and integrity.sha256_of(target) == file.sha256


def _download(file: RemoteFile, target: Path) -> None:
    for left_over in target.parent.glob(f".{target.name}.*.part"):  # a process was killed here
        left_over.unlink()
    _require_space(file, target.parent)
    failures: list[_NextMirrorError] = []
    for url in file.urls:
        try:
            return _from_home(url, file, target)
        except _NextMirrorError as failure:
            failures.append(failure)
    told = "\n".join(f"  {failure}" for failure in failures)
    if all(isinstance(failure, _NoAnswerError) for failure in failures):
        raise UnreachableError(
            f"{file.name} cannot be downloaded: no answer from its homes.\n{told}\n"
            f"Check the network, or set {locations.DATA_DIR} to a folder that a colleague made "
            f"with `aecourse data mirror`."
        )
    raise DownloadError(
        f"{file.name} cannot be downloaded.\n{told}\n"
        f"Try again later; or fetch the file by hand and save it as {target}; "
        f"or set {locations.OFFLINE}=1 to go on with stand-in data."
    )


def _from_home(url: str, file: RemoteFile, target: Path) -> None:
    """Download from one home, trying again what may pass; give up on it otherwise."""
    host = urlsplit(url).netloc
    if time.monotonic() - _unreachable.get(host, float("-inf")) < REMEMBER_SECONDS:
        raise _NoAnswerError(f"{host}: no answer a moment ago")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(url, file, target)
        except _NoAnswerError:
            _unreachable[host] = time.monotonic()
            raise
        except _PassingError as failure:
            if attempt == ATTEMPTS:
                raise _NextMirrorError(f"{host}: {failure}, {ATTEMPTS} times") from failure
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
    return None


class _PassingError(Exception):
    """A fault that may be gone at the next attempt."""


def _once(url: str, file: RemoteFile, target: Path) -> None:
    import requests

    host = urlsplit(url).netloc
    try:
        response = requests.get(
            url,
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            headers={"Accept-Encoding": "identity"},  # the hash is of the file as it is stored
        )
    except requests.exceptions.SSLError as error:
        raise _NextMirrorError(f"{host}: its certificate is not accepted ({error})") from error
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
        raise _NoAnswerError(f"{host}: no answer ({type(error).__name__})") from error
    except requests.exceptions.RequestException as error:
        raise _PassingError(str(error)) from error
    with response:
        if response.status_code in _TEMPORARY:
            raise _PassingError(f"HTTP status {response.status_code}")
        if response.status_code != 200:
            raise _NextMirrorError(f"{host}: HTTP status {response.status_code}")
        _keep(response, host, file, target)


def _keep(response: Any, host: str, file: RemoteFile, target: Path) -> None:
    """Write the answer beside the target, verify it, and only then give it its name."""
    import requests

    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            found, size = _copy(response, stream, file)
            stream.flush()
            os.fsync(stream.fileno())
        if found != file.sha256:
            raise _NextMirrorError(
                f"{host}: gave another file. expected SHA-256 {file.sha256}, "
                f"found {found} ({size:,} bytes)"
            )
        partial.chmod(0o644)
        partial.replace(target)
    except requests.exceptions.RequestException as error:
        raise _PassingError(f"the transfer broke off ({type(error).__name__})") from error
    finally:
        partial.unlink(missing_ok=True)


def _copy(response: Any, stream: Any, file: RemoteFile) -> tuple[str, int]:
    from tqdm.auto import tqdm

    digest, size = hashlib.sha256(), 0
    with tqdm(
        total=file.bytes, desc=file.name, unit="B", unit_scale=True, leave=False, delay=1.0
    ) as bar:
        for chunk in response.iter_content(CHUNK):
            stream.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            bar.update(len(chunk))
            if size > file.bytes + SPARE_BYTES:  # another file, and perhaps without end
                break
    return digest.hexdigest(), size


def _require_space(file: RemoteFile, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < file.bytes + SPARE_BYTES:
        raise DataError(
            f"{file.name} needs {_mega(file.bytes + SPARE_BYTES)} in {folder}, "
            f"and {_mega(free)} are free. "
            f"Make room, or set {locations.CACHE_DIR} to a folder on another disk."
        )


def _disk_error(error: OSError, file: RemoteFile, folder: Path) -> DataError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DataError(
            f"The disk is full: {file.name} ({_mega(file.bytes)}) does not fit in {folder}. "
            f"What had been written of it is removed. "
            f"Make room, or set {locations.CACHE_DIR} to a folder on another disk."
        )
    return DataError(
        f"{file.name} cannot be kept in {folder}: {error.strerror or error}. "
        f"Set {locations.CACHE_DIR} to a folder you may write to."
    )


def _mega(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
