"""The course's data sets: ``load("mnist")``, from a data folder, a download or a stand-in."""

from pathlib import Path

from aecourse.datasets import faces, rating_files, ratings
from aecourse.datasets.dataset import Dataset, Provenance, RatingsDataset
from aecourse.datasets.loading import load_entry
from aecourse.datasets.registry import adbench_names, find, names
from aecourse.datasets.synthetic.sprites import (
    SPRITE_FACTORS,
    SPRITE_SHAPES,
    draw_sprites,
    sprites,
)
from aecourse.errors import InputError

_loaded: list[Provenance] = []


def load(name: str, *, path: str | Path | None = None, limit: int | None = None) -> Dataset:
    """Return a data set.

    It is looked for in three places, in this order: the folder named by ``AECOURSE_DATA_DIR``; the
    download cache, then the set's public home; and, when there is no network or
    ``AECOURSE_OFFLINE=1``, a made-up stand-in, which is said in a printed line and in
    ``provenance``. Every file is verified against its SHA-256 before it is read.

    Parameters
    ----------
    name
        One of :func:`names`, such as ``"mnist"``.
    path
        For ``"celeba"``, the folder or zip file of its pictures. For ``"movielens"``, another
        release such as ``ml-100k`` or ``ml-1m``: its folder, its zip file or its file of ratings;
        see ``aecourse.datasets.rating_files.load_ratings``.
    limit
        For ``"celeba"`` only: how many pictures to read, 5,000 unless said otherwise; see
        ``aecourse.datasets.faces.load_celeba``.

    Raises
    ------
    DataError
        If the name is unknown, or a file is missing, altered or cannot be fetched.
    InputError
        If ``path`` or ``limit`` is given for another set, or ``limit`` is not a number above 1.

    Notes
    -----
    A set that comes with a split keeps it. Otherwise the test part is: of the Olivetti faces, each
    person's last two pictures; of ratings, each user's latest fifth; of tables, 30 % of the rows at
    random, with the classes' proportions kept and equal rows on one side. A table's training part
    keeps its anomalies; ``data.x_train[data.y_train == 0]`` are the normal rows. Texts and tables
    are in a fixed, mixed order, so any slice has all classes.

    Examples
    --------
    >>> from aecourse import datasets
    >>> data = datasets.load("mnist")
    >>> data.x_train.shape[1:], data.x_train.dtype
    ((28, 28), dtype('uint8'))
    """
    entry = find(name)
    if entry is faces.CELEBA_ENTRY:
        data = faces.load_celeba(path, faces.LIMIT if limit is None else limit)
    elif entry is ratings.MOVIELENS and path is not None and limit is None:
        data = rating_files.load_ratings(path)
    elif path is not None or limit is not None:
        raise InputError(
            "path belongs to load('celeba') and load('movielens'), limit to load('celeba') alone; "
            f"leave out what does not belong to load({name!r})."
        )
    else:
        data = load_entry(entry)
    if data.provenance not in _loaded:
        _loaded.append(data.provenance)
    return data


def loaded() -> list[Provenance]:
    """Return where each data set loaded in this process came from, in order of loading.

    Examples
    --------
    >>> from aecourse import datasets
    >>> data = datasets.load("creditcard")
    >>> "credit-card transactions" in [provenance.name for provenance in datasets.loaded()]
    True
    """
    return list(_loaded)


def describe(name: str) -> str:
    """Return what a data set is, on which terms it may be used, and whom to cite.

    Examples
    --------
    >>> from aecourse import datasets
    >>> print(datasets.describe("mnist").splitlines()[0])
    MNIST handwritten digits (mnist), images
    """
    entry = find(name)
    size = f"{entry.bytes / 1e6:,.1f} MB" if entry.files else "none; fetched by each user in person"
    return "\n".join(
        [
            f"{entry.title} ({entry.name}), {entry.family}",
            f"  licence   {entry.licence}",
            f"  cite      {entry.citation}",
            f"  home      {entry.home}",
            f"  download  {size}",
        ]
    )


__all__ = [
    "SPRITE_FACTORS",
    "SPRITE_SHAPES",
    "Dataset",
    "Provenance",
    "RatingsDataset",
    "adbench_names",
    "describe",
    "draw_sprites",
    "load",
    "loaded",
    "names",
    "sprites",
]
