"""Whether this machine is ready, what is missing, and how to mend it.

TensorFlow is not started here: that would take longer than all checks together. With ``start=True``
a process of its own does.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from aecourse import profiles
from aecourse.errors import CourseError
from aecourse.project import environment
from aecourse.project.environment import version
from aecourse.project.extras import INSTALL

Verdict = Literal["ok", "note", "missing"]

PYTHONS = ((3, 11), (3, 13))
# Import name, name of the package, and for what.
PACKAGES = (
    ("numpy", "numpy", "arrays"),
    ("pandas", "pandas", "tables"),
    ("sklearn", "scikit-learn", "the simple methods"),
    ("PIL", "pillow", "images"),
    ("matplotlib", "matplotlib", "figures"),
    ("pydantic", "pydantic", "the configuration"),
    ("yaml", "pyyaml", "the configuration"),
    ("tqdm", "tqdm", "progress bars"),
    ("filelock", "filelock", "runs that one process writes at a time"),
    ("keras", "keras", "training"),
)
# The same, and how it is installed.
EXTRAS = (
    ("pyarrow", "pyarrow", "Parquet files", INSTALL),
    ("optuna", "optuna", "sweeps over settings", INSTALL),
    ("tf2onnx", "tf2onnx", "export to ONNX", INSTALL),
    ("onnx", "onnx", "export to ONNX", INSTALL),
    ("onnxruntime", "onnxruntime", "running an exported ONNX file", INSTALL),
    ("jax", "jax", "training by several processes", "pip install jax"),
)
BACKENDS = ("tensorflow", "jax", "torch")
LEAST_DISK = 2e9  # bytes
LEAST_MEMORY = 2e9
START = "from aecourse.backend import keras, name; print(name(), keras.__version__)"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What was looked at.
    verdict
        ``"ok"``; ``"note"`` where something is not as it should be, or missing for some tasks
        alone; ``"missing"`` where training cannot work.
    found
        What there is.
    remedy
        What to do; empty if nothing.

    Examples
    --------
    >>> from aecourse.project import doctor
    >>> doctor.Finding("memory", "note", "1.0 GB", "Close other programs.").verdict
    'note'
    """

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""


def examine(folder: Path, *, start: bool = False) -> Iterator[Finding]:
    """Yield what is found, one thing after the other.

    Parameters
    ----------
    folder
        Where runs are to be written.
    start
        Whether to start Keras and its backend in a process of its own, which takes seconds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from aecourse.project import doctor
    >>> first = next(doctor.examine(Path(".")))
    >>> first.name, first.verdict
    ('Python', 'ok')
    """
    yield _python()
    for module, package, purpose in PACKAGES:
        yield _package(module, package, purpose)
    yield _backend()
    for extra in EXTRAS:
        yield _extra(*extra)
    yield from _processor()
    yield _memory()
    yield _disk(folder)
    yield _writable(folder)
    yield _profile()
    yield _data_folder()
    if start:
        yield _started()


def _python() -> Finding:
    found = platform.python_version()
    low, high = PYTHONS
    if low <= sys.version_info[:2] <= high:
        return Finding("Python", "ok", found)
    wanted = f"{low[0]}.{low[1]} to {high[0]}.{high[1]}"
    return Finding("Python", "missing", found, f"Install Python {wanted} and set up a new .venv.")


def _package(module: str, package: str, purpose: str) -> Finding:
    if find_spec(module) is None:
        return Finding(
            package, "missing", f"not installed, for {purpose}", f"pip install {package}"
        )
    return Finding(package, "ok", _version(package))


def _extra(module: str, package: str, purpose: str, remedy: str) -> Finding:
    if find_spec(module) is None:
        return Finding(package, "note", "not installed", f"Only for {purpose}: {remedy}")
    return Finding(package, "ok", _version(package))


def _version(package: str) -> str:
    """Return the version of a package; what can be imported may be installed as another one."""
    return version(package) or "installed under another name"


def _backend() -> Finding:
    backend = environment.backend()
    if backend not in BACKENDS:
        return Finding(
            "backend", "missing", backend, f"Set KERAS_BACKEND to {' or '.join(BACKENDS)}."
        )
    if find_spec(backend) is None:
        return Finding("backend", "missing", f"{backend}, not installed", f"pip install {backend}")
    return Finding("backend", "ok", f"{backend} {_version(backend)}")


def _processor() -> Iterator[Finding]:
    yield Finding("cores", "ok", str(os.cpu_count()))
    flags = _read("/proc/cpuinfo")
    if flags is None or platform.machine() not in {"x86_64", "AMD64"}:
        return
    if " avx " in flags:
        yield Finding("processor", "ok", "has AVX")
    else:
        yield Finding(
            "processor",
            "missing" if environment.backend() == "tensorflow" else "note",
            "has no AVX, without which TensorFlow's packages crash",
            "Use another machine, or KERAS_BACKEND=torch.",
        )


def _memory() -> Finding:
    if not hasattr(os, "sysconf") or "SC_AVPHYS_PAGES" not in os.sysconf_names:
        return Finding("memory", "ok", "cannot be told on this system")
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    text = _read("/proc/meminfo") or ""
    for line in text.splitlines():  # pages that the system would give back count as free
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    found = f"{free / 1e9:.1f} GB available"
    if free < LEAST_MEMORY:
        return Finding("memory", "note", found, "Close other programs; 2 GB are comfortable.")
    return Finding("memory", "ok", found)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free"
    if free < LEAST_DISK:
        return Finding("disk", "note", found, "Make room: a run of images can take a gigabyte.")
    return Finding("disk", "ok", found)


def _writable(folder: Path) -> Finding:
    if os.access(folder, os.W_OK):
        return Finding("folder", "ok", str(folder))
    return Finding(
        "folder", "missing", f"{folder} cannot be written to", "Work in a folder of your own."
    )


def _profile() -> Finding:
    return _checked("profile", lambda: profiles.current(), "aecourse's environment variables")


def _data_folder() -> Finding:
    from aecourse.datasets import locations

    def where() -> str:
        folder = locations.data_dir()
        return str(folder) if folder else f"{locations.cache_dir()} (cache)"

    return _checked("data sets", where, "the folder of the course's data")


def _checked(name: str, look: Callable[[], str], what: str) -> Finding:
    try:
        return Finding(name, "ok", look())
    except CourseError as error:
        return Finding(name, "missing", str(error), f"Mend {what}, or unset the variable.")


def _started() -> Finding:
    try:
        done = subprocess.run(
            [sys.executable, "-c", START], capture_output=True, text=True, timeout=180
        )
    except subprocess.TimeoutExpired:
        return Finding("start of Keras", "missing", "takes more than three minutes", "Try again.")
    if done.returncode == 0:
        return Finding("start of Keras", "ok", done.stdout.strip().splitlines()[-1])
    reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    return Finding(
        "start of Keras", "missing", reason, "Install again: pip install --force-reinstall keras"
    )


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
