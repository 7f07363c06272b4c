"""The one door to Keras: quiet, and open to every backend."""

import os
import subprocess
import sys

import nbclient
import nbformat
import pytest

pytestmark = pytest.mark.tensorflow


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**{k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_importing_and_training_writes_nothing_and_uses_tensorflow():
    code = """
import numpy as np
from aecourse import backend, models, networks, training
model = models.Autoencoder(*networks.dense(4, 2))
training.fit(model, np.zeros((10, 4), "float32"), epochs=1, progress=False)
assert backend.name() == "tensorflow"
"""
    result = run(code)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_failing_import_shows_what_was_written():
    result = run("import aecourse.backend", KERAS_BACKEND="abacus")
    assert result.returncode != 0
    assert "abacus" in result.stderr


def test_a_notebook_stays_tidy_and_a_run_leaves_one_line_in_it(tmp_path):
    code = """
import numpy as np
from aecourse import models, networks, training
x = np.random.default_rng(0).uniform(size=(500, 4)).astype("float32")
model = models.Autoencoder(*networks.dense(4, 2))
history = training.fit(model, x, validation_data=x, epochs=30, batch_size=16)
model.reconstruct(x[:3]).shape
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    texts = [output.get("data", output)["text/plain"] for output in notebook.cells[0].outputs]
    assert len(texts) == 2, notebook.cells[0].outputs
    assert texts[0].startswith("30 epochs in ")
    assert "\n" not in texts[0]
    assert texts[1] == "(3, 4)"
