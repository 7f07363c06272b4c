"""One line of the registry: what a data set is, where it lives, and who reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aecourse.datasets.dataset import Contents, Dataset

#: Paths as the manifest spells them, ``mnist/train-images-idx3-ubyte.gz``, to where they lie.
Files = Mapping[str, Path]


@dataclass(frozen=True)
class RemoteFile:
    """A published file: its path below the cache, its hash, its rough size, its homes in order."""

    path: str
    sha256: str
    bytes: int
    urls: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Entry:
    """A data set that ``load`` knows.

    Attributes
    ----------
    read
        Turns verified files into arrays. It gets the published files or those a manifest lists,
        which may be in another format, and tells them apart by their names.
    stand_in
        Makes the data that takes the set's place when there is no network.
    collection
        The manifest's key, where several sets share one (ADBench).
    wants
        Which of the manifest's files under that key belong to this set.
    home
        The page where a person finds the files, should every download fail.
    """

    name: str
    title: str
    family: str
    licence: str
    citation: str
    home: str
    files: tuple[RemoteFile, ...]
    read: Callable[[Files], Contents]
    stand_in: Callable[[], Contents]
    stand_in_note: str
    note: str = ""
    collection: str = ""
    wants: Callable[[str], bool] = lambda path: True
    kind: type[Dataset] = Dataset

    @property
    def manifest_key(self) -> str:
        """The key of this set in a MANIFEST.json."""
        return self.collection or self.name

    @property
    def bytes(self) -> int:
        """The size of the download."""
        return sum(file.bytes for file in self.files)
