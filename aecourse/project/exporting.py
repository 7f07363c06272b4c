"""A run's model in a form that needs neither this package nor Keras to be used."""

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aecourse.errors import InputError
from aecourse.project.extras import needed
from aecourse.project.run import ENCODER, Run
from aecourse.project.run_directory import whole_folder

if TYPE_CHECKING:
    from aecourse.models import Autoencoder

Format = Literal["onnx", "savedmodel"]
INPUT = "sample"
SCORER_AS_JSON = "scorer.json"


def export(run: Run, form: Format, target: Path) -> Path:
    r"""Write a run's model to a folder, and return what to load.

    The folder holds ``model.onnx`` or the SavedModel ``model``, which take encoded samples (input
    ``sample``) and give their ``code`` and ``reconstruction`` (a masked model the code alone);
    ``encoder.json``, which says how a row becomes a sample; ``scorer.json``, which says how a
    reconstruction becomes a score, and which score is an alarm (not with a masked model); and
    ``about.json`` with shapes.

    Parameters
    ----------
    run
        A finished run.
    form
        ``"onnx"`` or ``"savedmodel"``.
    target
        A new folder.

    Raises
    ------
    InputError
        If the folder has something in it, a package is missing, or ONNX lacks an operation of the
        model, as it does for the objective ``vector_quantized``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import configuration, exporting, training
    >>> config = configuration.validated(
    ...     {"name": "first", "data": {"path": "rows.csv"}, "training": {"epochs": 1}}
    ... )
    >>> rows = [f"{number},{number * number % 7}" for number in range(60)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     home, table = Path(folder), Path(folder, "rows.csv")
    ...     _ = table.write_text("\n".join(["a,b", *rows]))
    ...     run = training.train(config, home, progress=False, say=lambda sentence: None)
    ...     model = exporting.export(run, "savedmodel", home / "exported")
    ...     files = sorted(path.name for path in model.parent.iterdir())
    >>> files
    ['about.json', 'encoder.json', 'model', 'scorer.json']
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target} is there already; give the name of a new folder.")
    if form == "onnx":
        for package in ("tf2onnx", "onnx"):
            needed(package, "to export to ONNX")
    from aecourse import backend

    if backend.name() != "tensorflow":
        raise InputError(
            f"models are exported by TensorFlow, and KERAS_BACKEND is {backend.name()!r}; unset it."
        )
    name = "model.onnx" if form == "onnx" else "model"
    with whole_folder(target) as folder:
        _write(run.model, form, folder / name)
        (folder / ENCODER).write_bytes((run.folder / ENCODER).read_bytes())
        given = outputs(run.model)
        contents: dict[str, dict[str, Any]] = {
            "about.json": {
                "run": run.folder.name,
                "input": {INPUT: [None, *run.model.sample_shape]},
                "outputs": {name: [None, *shape] for name, shape in given.items()},
            }
        }
        if "reconstruction" in given:  # without one there is nothing to score
            contents[SCORER_AS_JSON] = run.scorer.state()
        for file, content in contents.items():
            (folder / file).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return target / name


def outputs(model: "Autoencoder") -> dict[str, tuple[Any, ...]]:
    """Return the name and the shape of what the exported model gives for a sample."""
    from aecourse.models import MaskedAutoencoder

    if isinstance(model, MaskedAutoencoder):  # its decoder has learnt to answer for gaps alone
        return {"code": model.code_shape}
    return {"code": model.code_shape, "reconstruction": model.sample_shape}


def _write(model: "Autoencoder", form: Format, path: Path) -> None:
    from aecourse.backend import keras

    class Served(keras.Model):
        """From an encoded sample to its code and its reconstruction."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def call(self, sample: Any) -> dict[str, Any]:
            code = self.model.code(sample, training=False)
            if "reconstruction" not in names:
                return {"code": code}
            return {"code": code, "reconstruction": self.model.decoder(code, training=False)}

    names = outputs(model)
    if form == "onnx":
        _teach_gelu()
    served = Served()
    shape = (None, *model.sample_shape)
    served(keras.ops.zeros((1, *model.sample_shape)))
    signature = [keras.InputSpec(shape=shape, dtype="float32", name=INPUT)]
    with _quiet():
        served.export(
            str(path),
            format="onnx" if form == "onnx" else "tf_saved_model",
            input_signature=signature,
            verbose=False,
        )
    if form == "onnx":
        _check_operations(path)


def _teach_gelu() -> None:
    """Tell the converter of erfc, the complement of the error function, which GELU is made of."""
    import numpy as np

    tf_op = import_module("tf2onnx.handler").tf_op

    @tf_op("Erfc")
    class Erfc:
        """One minus the error function."""

        @classmethod
        def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
            """Put two operations in the place of one, from version 9 of ONNX on."""
            told = {"dtypes": node.output_dtypes, "shapes": node.output_shapes}
            graph.remove_node(node.name)
            one = graph.make_const(f"{node.name}_one", np.ones((), np.float32))
            erf = graph.make_node("Erf", node.input, **told)
            inputs = [one.output[0], erf.output[0]]
            graph.make_node("Sub", inputs, name=node.name, outputs=node.output, **told)


def _check_operations(path: Path) -> None:
    """Refuse a file with operations that ONNX lacks: the converter writes them without a word."""
    import onnx

    used = {node.op_type for node in onnx.load(path).graph.node}
    lacking = sorted(name for name in used if not onnx.defs.has(name))
    if lacking:
        raise InputError(
            f"this model cannot be written as ONNX, which lacks {', '.join(lacking)}; export it as "
            "a SavedModel (--format savedmodel)."
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the converters' own log lines and warnings off the screen."""
    logger = logging.getLogger("tf2onnx")
    before, logger.disabled = logger.disabled, True
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logger.disabled = before
