"""Autoencoders from first principles to applications: the course's companion package.

The package is layered: a module imports only from those before it.

``datasets`` → ``preprocessing`` → ``networks`` and ``models`` → ``training`` → ``metrics``
→ ``plots`` and ``widgets``. ``scratch`` (NumPy only) stands alone, ``exercises`` stands beside,
``cli`` is the thinnest layer on top. Importing ``aecourse`` itself imports none of them, so it
costs nothing and never pulls in TensorFlow.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
