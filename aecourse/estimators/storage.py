"""A model as bytes, so that an estimator can be pickled without pickling a Keras object."""

import tempfile
from pathlib import Path

from aecourse import models
from aecourse.estimators import members  # noqa: F401 - Keras finds its classes by their names

FILE = "model.keras"


def to_bytes(model: models.Autoencoder) -> bytes:
    """Return the content of the ``.keras`` file of a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        model.save(path)
        return path.read_bytes()


def from_bytes(content: bytes) -> models.Autoencoder:
    """Return the model of which :func:`to_bytes` gave the content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        path.write_bytes(content)
        return models.load(path)
