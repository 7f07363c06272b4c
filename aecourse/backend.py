"""The one door to Keras: ``from aecourse.backend import keras``.

TensorFlow is the backend unless the environment variable ``KERAS_BACKEND`` names another one.
TensorFlow greets with log lines before its own logging can be told to be quiet, so the import runs
with file descriptor 2 turned aside; what was written is shown again only if the import fails.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextmanager
def _standard_error_aside() -> Iterator[None]:
    """Keep what is written to file descriptor 2 in a file; show it only if the body raises."""
    sys.stderr.flush()
    try:
        original = os.dup(2)
    except OSError:  # a process without a standard error (a Windows service) has nothing to hide
        yield
        return
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(original, aside.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


with _standard_error_aside():
    import keras

    # The first operation starts the devices, which has greetings of its own.
    keras.ops.zeros(1)

if keras.backend.backend() == "tensorflow":
    import tensorflow

    # Its Python logger warns about retracing, which a notebook that compares models cannot avoid.
    tensorflow.get_logger().setLevel("ERROR")


def name() -> str:
    """Return the name of the backend in use: ``tensorflow``, ``jax`` or ``torch``."""
    return str(keras.backend.backend())


__all__ = ["keras", "name"]
