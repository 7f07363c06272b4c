"""One small autoencoder in TensorFlow, Keras, PyTorch and JAX, and a way to compare them.

Each framework has a module of its own, which is the only one to import it: ``in_tensorflow``,
``in_keras``, ``in_torch`` and ``in_jax``. Two of them in one process would disturb each other, so
:func:`aecourse.frameworks.runner.measure` starts a process for each. PyTorch and JAX are an extra,
``pip install -e '.[backends]'`` in the folder of the course.
"""
