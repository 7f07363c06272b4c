"""Reading saved models back."""

import os
import zipfile
from pathlib import Path
from typing import Any

from aecourse.backend import keras
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder
from aecourse.models.code_prior import CodePrior


def load(path: str | os.PathLike[str]) -> Any:
    """Return the autoencoder or the :class:`CodePrior` that its ``save`` wrote to ``path``.

    It gives the same predictions, and training it goes on from the optimiser's saved state.

    Raises
    ------
    InputError
        If there is no such file, it is not a whole Keras file, or it holds another kind of model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse import models, networks
    >>> model = models.Autoencoder(*networks.dense(8, code_size=2, hidden=(16,)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "model.keras"
    ...     model.save(path)
    ...     again = models.load(path)
    >>> type(again).__name__
    'Autoencoder'
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no file {path}; check the name, or save a model first.")
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path} is not a Keras file, or is cut short; save the model again.")
    try:
        model = keras.saving.load_model(path)
    except (ValueError, TypeError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path} cannot be read as a Keras model: {error}\n"
            "If it holds layers of your own, import the module that registers them first; "
            "otherwise save the model again."
        ) from error
    if not isinstance(model, (Autoencoder, CodePrior)):
        raise InputError(
            f"{path} holds a {type(model).__name__}, not a model of this package; "
            "read it with keras.saving.load_model."
        )
    return model
