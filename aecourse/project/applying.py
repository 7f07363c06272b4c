"""A finished run applied to new data: codes, reconstructions, scores, new samples."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from aecourse.errors import InputError
from aecourse.project import samples
from aecourse.project.extras import needed
from aecourse.project.objectives_schema import SAMPLING
from aecourse.project.pictures import ImageEncoder
from aecourse.project.run import Run, batch_size, rebuilt
from aecourse.project.run_directory import whole_file, whole_folder
from aecourse.project.tables import TableEncoder

Task = Literal["embed", "reconstruct", "score", "sample"]
ENDINGS = (".csv", ".parquet", ".npz")
CODE = re.compile(r"code_\d+")


@dataclass(frozen=True)
class Answer:
    """What came out: a table, or images, or both.

    Attributes
    ----------
    task
        What was asked for.
    table
        One row a sample; for images their files.
    images
        Shape ``(samples, height, width, channels)`` in [0, 1], or ``None``.
    notes
        What there is to say about the input.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.project import applying
    >>> answer = applying.Answer("embed", pd.DataFrame({"code_1": [0.5]}), None, notes=[])
    >>> answer.task, answer.table.columns.tolist()
    ('embed', ['code_1'])
    """

    task: Task
    table: pd.DataFrame
    images: NDArray[np.float32] | None
    notes: list[str]


def apply(
    run: Run, task: Task, *, source: Path | None = None, count: int = 100, seed: int = 0
) -> Answer:
    r"""Apply a run.

    Rows keep their order and none is left out; columns may come in any order.

    Parameters
    ----------
    run
        A finished run.
    task
        ``"embed"``: the code of each sample; ``"reconstruct"``: what the decoder makes of it, in
        the data's own units; ``"score"``: how abnormal it is, whether that is above the threshold,
        and for a table the column that is most surprising; ``"sample"``: new samples.
    source
        The new data; for ``"sample"`` there is none.
    count, seed
        Number and seed of new samples.

    Raises
    ------
    InputError
        If the run's objective has nothing to sample from, or a source is missing or too much.
    DataError
        If the data cannot be read, or is not like that of training.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import applying, configuration, training
    >>> config = configuration.validated(
    ...     {"name": "first", "data": {"path": "rows.csv"}, "training": {"epochs": 1}}
    ... )
    >>> rows = [f"{number},{number * number % 7}" for number in range(60)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     home, table = Path(folder), Path(folder, "rows.csv")
    ...     _ = table.write_text("\n".join(["a,b", *rows]))
    ...     run = training.train(config, home, progress=False, say=lambda sentence: None)
    ...     answer = applying.apply(run, "embed", source=table)
    >>> answer.table.shape[0]
    60
    """
    if task == "sample":
        return _sampled(run, source, count, seed)
    if source is None:
        raise InputError(f"`{task}` needs data to work on; name a file or folder after the run.")
    unlabelled = run.config.model_copy(update={"data": _unlabelled(run)})
    read = samples.read(source, unlabelled, run.encoder)
    x, notes = samples.encode(run.encoder, read)
    told = samples.carry(run.encoder, read)
    work: dict[str, Callable[[Run, NDArray[np.float32], pd.DataFrame], Any]] = {
        "embed": _embedded,
        "reconstruct": _reconstructed,
        "score": _scored,
    }
    table, images = work[task](run, x, told)
    return Answer(task, table, images, [*notes, *_renamed(run, table)])


def write(answer: Answer, target: Path, source: Path | None = None) -> None:
    """Write an answer to a CSV, Parquet or NPZ file, or images to a folder.

    The file appears whole or not at all.

    Parameters
    ----------
    answer
        What :func:`apply` returned.
    target
        Its ending tells the format; images may go to a folder, which has none.
    source
        The file the data came from, which must not be overwritten.

    Raises
    ------
    InputError
        If the ending is not known, the target is the source, a folder with something in it or the
        other kind of thing, or images are to go into a table.
    DataError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from aecourse.project import applying
    >>> answer = applying.Answer("embed", pd.DataFrame({"code_1": [0.5, 1.5]}), None, notes=[])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     applying.write(answer, Path(folder, "codes.csv"))
    ...     Path(folder, "codes.csv").read_text().split()
    ['code_1', '0.5', '1.5']
    """
    check_target(target, source)
    ending = target.suffix.lower()
    if not ending and answer.images is None:
        raise InputError(f"{target} has no ending; tables are written to {', '.join(ENDINGS)}.")
    if not ending:
        _write_images(answer, target)
        return
    if answer.images is not None and ending != ".npz":
        raise InputError(f"images go to an .npz file or to a folder, and {target.name} is neither.")
    with whole_file(target) as new:
        if ending == ".csv":
            answer.table.to_csv(new, index=False)
        elif ending == ".parquet":
            answer.table.to_parquet(new, index=False, engine="pyarrow")
        else:
            _write_arrays(new, _arrays(answer))


def check_target(target: Path, source: Path | None) -> None:
    """Refuse a place for the answer before any work is done.

    Raises
    ------
    InputError
        If the ending is not known, or the target is the source, a folder with something in it, a
        folder where a file is to be, or the other way round.
    """
    if target.suffix and target.suffix.lower() not in ENDINGS:
        raise InputError(
            f"{target.name} has an ending that is not known; results are written to "
            f"{', '.join(ENDINGS)}, or images to a folder."
        )
    if target.suffix.lower() == ".parquet":
        needed("pyarrow", "to read and write Parquet")
    if source is not None and target.exists() and target.resolve() == source.resolve():
        raise InputError(f"{target} is the input itself; give another name for the result.")
    if target.is_dir() and any(target.iterdir()):
        raise InputError(f"the folder {target} is not empty; give the name of a new one.")
    if target.is_dir() and target.suffix:
        raise InputError(f"{target} is a folder; give the name of a file for the result.")
    if target.is_file() and not target.suffix:
        raise InputError(
            f"{target} is a file; images go to a folder, so give the name of a new one. Tables go "
            f"to a file that ends in {', '.join(ENDINGS)}."
        )


def can_sample(run: Run) -> bool:
    """Return whether the run's objective draws the codes towards something to sample from."""
    return run.config.objective.kind in SAMPLING


def _unlabelled(run: Run) -> Any:
    """Return the settings to read new data with: it needs no labels."""
    return run.config.data.model_copy(update={"label": None, "normal": None})


def _embedded(run: Run, x: NDArray[np.float32], told: pd.DataFrame) -> tuple[pd.DataFrame, None]:
    codes = run.model.encode(x, batch_size=batch_size(x)).reshape(len(x), -1)
    names = [f"code_{number}" for number in range(1, codes.shape[1] + 1)]
    return pd.concat([told, pd.DataFrame(codes, columns=names)], axis=1), None


def _reconstructed(
    run: Run, x: NDArray[np.float32], told: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.float32] | None]:
    again = rebuilt(run.model, x, run.config.training.seed)
    if isinstance(run.encoder, ImageEncoder):
        return told, np.clip(again, 0, 1)
    decoded = run.encoder.decode(again).rename(columns=run.encoder.renamed)
    return pd.concat([told, decoded], axis=1), None


def _scored(run: Run, x: NDArray[np.float32], told: pd.DataFrame) -> tuple[pd.DataFrame, None]:
    again = rebuilt(run.model, x, run.config.training.seed)
    scores = run.scorer.of(x, again)
    table = told.assign(score=scores, abnormal=(scores > run.scorer.threshold).astype(int))
    if isinstance(run.encoder, TableEncoder):
        parts = run.encoder.by_column(run.scorer.by_value(x, again))
        names = np.array(run.encoder.names, dtype=object)
        table = table.assign(most_surprising=names[parts.argmax(axis=1)])
    return table, None


def _renamed(run: Run, table: pd.DataFrame) -> list[str]:
    """Return what to say about columns of the data that have another name in an answer."""
    renamed = run.encoder.renamed if isinstance(run.encoder, TableEncoder) else {}
    return [
        f"column {old!r} of the data is called {new!r} in the answer, whose own columns it would "
        "be taken for"
        for old, new in renamed.items()
        if new in table.columns
    ]


def _sampled(run: Run, source: Path | None, count: int, seed: int) -> Answer:
    if source is not None:
        raise InputError(f"`sample` draws new samples and takes no input; leave {source} out.")
    if not can_sample(run):
        raise InputError(
            f"the objective `{run.config.objective.kind}` leaves open where codes lie, so there is "
            f"nothing to sample from; {', '.join(SAMPLING)} can be sampled."
        )
    drawn = cast(Any, run.model).sample(count, seed=seed)
    if isinstance(run.encoder, ImageEncoder):
        names = [f"sample_{number:05d}.png" for number in range(1, count + 1)]
        return Answer("sample", pd.DataFrame({"file": names}), np.clip(drawn, 0, 1), [])
    return Answer("sample", run.encoder.decode(drawn), None, [])


def _arrays(answer: Answer) -> dict[str, Any]:
    """Return one array a column, the codes as one array, and the images."""
    names = [str(name) for name in answer.table.columns]
    codes = [name for name in names if answer.task == "embed" and CODE.fullmatch(name)]
    arrays: dict[str, Any] = {}
    for name in names:
        if name not in codes:
            column = answer.table[name].to_numpy()
            arrays[name] = column.astype(str) if column.dtype == object else column
    if codes:
        arrays["codes"] = answer.table[codes].to_numpy()
    if answer.images is not None:
        arrays["x"] = answer.images
    return arrays


def _write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write an NPZ file; NumPy's own function takes no array that is named ``file``."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


def _write_images(answer: Answer, folder: Path) -> None:
    assert answer.images is not None
    pixels = np.round(answer.images * 255).astype(np.uint8)
    with whole_folder(folder) as new:
        for name, image in zip(_as_png(answer.table["file"].tolist()), pixels, strict=True):
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(path)


def _as_png(names: list[str]) -> list[str]:
    """Return names that end in ``.png``; all keep their ending before it if two would be one."""
    short = [str(PurePosixPath(name).with_suffix(".png")) for name in names]
    # Not every system tells A.png from a.png.
    alone = len({name.casefold() for name in short}) == len(short)
    return short if alone else [f"{name}.png" for name in names]
