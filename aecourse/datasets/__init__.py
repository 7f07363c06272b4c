"""The course's data sets: ``load("mnist")``, from a data folder, a download or a stand-in."""

from aecourse.datasets.dataset import Dataset, Provenance, RatingsDataset
from aecourse.datasets.loading import load_entry
from aecourse.datasets.registry import find, names


def load(name: str) -> Dataset:
    """Return a data set.

    It is looked for in three places, in this order: the folder named by ``AECOURSE_DATA_DIR``; the
    download cache, then the set's public home; and, when there is no network or
    ``AECOURSE_OFFLINE=1``, a made-up stand-in, which is said in a printed line and in
    ``provenance``. Every file is verified against its SHA-256 before it is read.

    Parameters
    ----------
    name
        One of :func:`names`, such as ``"mnist"``.

    Raises
    ------
    DataError
        If the name is unknown, or a file is missing, altered or cannot be fetched.

    Examples
    --------
    >>> data = load("mnist")                                             # doctest: +SKIP
    >>> data.x_train.shape                                               # doctest: +SKIP
    (60000, 28, 28)
    """
    return load_entry(find(name))


__all__ = ["Dataset", "Provenance", "RatingsDataset", "load", "names"]
