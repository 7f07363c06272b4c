"""In what surroundings a run was made: versions, machine, data."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import aecourse

PACKAGES = (
    "keras",
    "tensorflow",
    "jax",
    "torch",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "pillow",
    "pyarrow",
    "optuna",
)


def describe(data: Path, sha256: str) -> dict[str, Any]:
    """Return versions, machine, and what the data was."""
    return {
        "aecourse": aecourse.__version__,
        "python": sys.version.split()[0],
        "backend": backend(),
        "packages": {name: version(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "data": {"path": str(data), "sha256": sha256},
    }


def backend() -> str:
    """Return the name of the backend that Keras has or will have; it is not started."""
    return os.environ.get("KERAS_BACKEND", "tensorflow")


def version(package: str) -> str | None:
    """Return the version of an installed package, or ``None``."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
