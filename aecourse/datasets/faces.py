"""Faces: Olivetti's forty people in grey, and CelebA from the reader's own files in colour."""

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aecourse.datasets import archives, download, loading, synthetic
from aecourse.datasets.class_names import PEOPLE
from aecourse.datasets.dataset import Contents, Dataset, Provenance
from aecourse.datasets.entry import Entry, Files, RemoteFile
from aecourse.errors import DataError, InputError

CELEBA = "AECOURSE_CELEBA"
SIDE = 64
LIMIT = 5_000

_TEST_PER_PERSON = 2
_PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
_LARGEST_FILE = 50 << 20
_LARGEST_PICTURE = 50_000_000  # pixels
_TEST_SHARE = 0.1
# CelebA's own partition goes by the number in the file's name (list_eval_partition.txt).
ALIGNED_NAME = re.compile(r"(\d{6})\.(?:jpg|png)")
LAST_TRAINING, FIRST_TEST = 162_770, 182_638
_ALIGNED_PICTURES = 202_599

# ------------------------------------------------------------------ Olivetti


def read_olivetti(files: Files) -> Contents:
    """Read the 400 faces; each person's last two pictures are the test part."""
    (path,) = files.values()
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            x, y = arrays["x"], arrays["y"]
    else:
        x, y = _read_olivetti_matlab(path)
    if x.shape != (400, SIDE, SIDE) or y.reshape(-1).shape != (400,):
        raise DataError(f"{path}: faces have shape {x.shape}, expected (400, {SIDE}, {SIDE}).")
    return _split_people(x.astype(np.uint8), y.reshape(-1).astype(np.int64))


def _read_olivetti_matlab(path: Path) -> tuple[np.ndarray, np.ndarray]:
    from scipy.io import loadmat

    columns = loadmat(path)["faces"]  # one face a column, each stored column by column
    return columns.T.reshape(-1, SIDE, SIDE).transpose(0, 2, 1), np.arange(400) // 10


def _split_people(x: np.ndarray, y: np.ndarray) -> Contents:
    per_person = 10
    in_test = np.arange(len(x)) % per_person >= per_person - _TEST_PER_PERSON
    return Contents(x[~in_test], y[~in_test], x[in_test], y[in_test], PEOPLE)


OLIVETTI = Entry(
    name="olivetti_faces",
    title="Olivetti faces",
    family="images",
    licence="credit AT&T Laboratories Cambridge",
    citation="Samaria and Harter (1994), Parameterisation of a stochastic model for human face "
    "identification",
    home="https://cam-orl.co.uk/facedatabase.html",
    files=(
        RemoteFile(
            "olivetti_faces/olivettifaces.mat",
            # Hash: scikit-learn, sklearn/datasets/_olivetti_faces.py.
            "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794",
            4_300_000,
            ("https://ndownloader.figshare.com/files/5976027",),
        ),
    ),
    read=read_olivetti,
    stand_in=lambda: _split_people(*synthetic.people()),
    stand_in_note="drawn faces of forty invented people.",
)

# -------------------------------------------------------------------- CelebA


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures, and the names of those that could not be decoded."""

    images: np.ndarray
    skipped: tuple[str, ...]


def load_celeba(path: str | Path | None = None, limit: int = LIMIT) -> Dataset:
    """Return colour faces ``(n, 64, 64, 3)``: CelebA's if there, else others that can be had.

    CelebA's terms ask each user to fetch it in person, so it is never downloaded. It is looked for
    in ``path``, in ``AECOURSE_CELEBA`` and in the data folder; failing these, Labelled Faces in the
    Wild, then the Olivetti faces, then drawn faces take its place, which is said in a printed line.

    Parameters
    ----------
    path
        The folder, or the zip file, of the aligned pictures (``img_align_celeba``). Any folder of
        pictures will do: each is cropped to its central square and resized.
    limit
        At most this many pictures are read, spread over the whole folder.
    """
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 2:
        raise InputError(f"limit is {limit!r}; expected a whole number of 2 or more.")
    named = path or os.environ.get(CELEBA)
    if named:
        return _from_user(Path(named).expanduser(), limit)
    found = loading.in_data_folder(CELEBA_ENTRY)
    if found is not None:
        contents = loading.parse("celeba", lambda files: _read_celeba(files, limit), found.files)
        return loading.assemble(
            CELEBA_ENTRY, contents, loading.provenance_of(CELEBA_ENTRY, found, contents)
        )
    return _wild_faces(limit) or _olivetti_in_colour(limit) or _drawn()


def _from_user(path: Path, limit: int) -> Dataset:
    contents = _read_pictures(path, limit)
    count = len(contents.x_train) + len(contents.x_test)
    provenance = Provenance(
        name="CelebA (aligned)",
        source="user's files",
        complete=count == _ALIGNED_PICTURES,
        note=contents.note,
        licence=CELEBA_ENTRY.licence,
        citation=CELEBA_ENTRY.citation,
    )
    return loading.assemble(CELEBA_ENTRY, contents, provenance)


def _read_celeba(files: Files, limit: int = LIMIT) -> Contents:
    (path,) = files.values()
    return _read_pictures(path, limit)


def _read_pictures(path: Path, limit: int) -> Contents:
    """Read a folder or zip of pictures, split into training and test part."""
    if path.is_dir():
        names = sorted(
            item.relative_to(path).as_posix()
            for item in path.rglob("*")
            if item.suffix.lower() in _PICTURES and item.is_file()
        )
        read = path.joinpath
        return _split_pictures(path, names, limit, lambda name: _file_bytes(read(name)))
    if path.is_file():
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(
                    name for name in archive.namelist() if name.lower().endswith(_PICTURES)
                )
                return _split_pictures(
                    path, names, limit, lambda name: _member_bytes(archive, name)
                )
        except zipfile.BadZipFile as error:
            raise DataError(f"{path} is neither a folder nor a whole zip file: {error}.") from error
    raise DataError(
        f"{path} does not exist. Give the folder or the zip file of CelebA's aligned pictures, "
        f"img_align_celeba, in load('celeba', path=...) or {CELEBA}."
    )


def _split_pictures(
    path: Path, names: list[str], limit: int, read: Callable[[str], bytes | None]
) -> Contents:
    if len(names) < 2:
        raise DataError(
            f"{path} holds {len(names)} pictures ({', '.join(_PICTURES)}); expected at least 2."
        )
    train_names, test_names = _partition(names)
    held_back = min(len(test_names), max(1, round(_TEST_SHARE * limit)))
    train = decode((name, read(name)) for name in _spread(train_names, limit - held_back))
    test = decode((name, read(name)) for name in _spread(test_names, held_back))
    return _face_contents(path, train, test)


def _face_contents(path: Path, train: Pictures, test: Pictures) -> Contents:
    skipped = train.skipped + test.skipped
    if not len(train.images) or not len(test.images):
        raise DataError(
            f"{path}: too few pictures can be decoded; {len(skipped)} cannot, "
            f"such as {skipped[0]}. Fetch them again."
        )
    note = f"{len(train.images) + len(test.images):,} pictures, cropped to {SIDE}×{SIDE}."
    if skipped:
        shown = ", ".join(skipped[:5]) + (" …" if len(skipped) > 5 else "")
        note += f" Skipped as unreadable: {len(skipped)} ({shown})."
    return Contents(
        train.images,
        np.zeros(len(train.images), dtype=np.int64),
        test.images,
        np.zeros(len(test.images), dtype=np.int64),
        ("face",),
        note=note,
    )


def _partition(names: list[str]) -> tuple[list[str], list[str]]:
    """Return CelebA's own training and test pictures, or every tenth of others as test part.

    The release's validation pictures are left out: a validation part is taken from the training
    part, as for every other set.
    """
    numbers = [ALIGNED_NAME.fullmatch(name.rpartition("/")[2]) for name in names]
    if all(numbers):
        number = {name: int(match[1]) for name, match in zip(names, numbers, strict=True) if match}
        train = [name for name in names if number[name] <= LAST_TRAINING]
        test = [name for name in names if number[name] >= FIRST_TEST]
        if train and test:
            return train, test
    return (
        [name for k, name in enumerate(names) if k % 10 != 1],
        [name for k, name in enumerate(names) if k % 10 == 1],
    )


def _spread(names: list[str], count: int) -> list[str]:
    """Return ``count`` names at even distances, all of them if there are fewer."""
    if count >= len(names):
        return names
    return [names[k] for k in np.linspace(0, len(names) - 1, count).round().astype(int)]


def decode(pictures: Iterable[tuple[str, bytes | None]], *, zoom: float = 1.0) -> Pictures:
    """Return pictures as ``(n, 64, 64, 3)`` bytes; what cannot be decoded is skipped by name.

    Grey pictures become colour ones with three equal channels. ``zoom`` is the share of the
    central square that is kept.
    """
    images, skipped = [], []
    for name, data in pictures:
        try:
            images.append(_decode_one(data, zoom))
        except Exception:  # a broken picture makes the decoder raise nearly anything
            skipped.append(name)
    stacked = np.stack(images) if images else np.empty((0, SIDE, SIDE, 3), dtype=np.uint8)
    return Pictures(stacked, tuple(skipped))


def _decode_one(data: bytes | None, zoom: float) -> np.ndarray:
    from PIL import Image

    if data is None:
        raise ValueError("unreadable or too large")
    with Image.open(io.BytesIO(data)) as picture:
        if picture.width * picture.height > _LARGEST_PICTURE:
            raise ValueError("too many pixels")
        side = min(picture.size) * zoom
        left, top = (picture.width - side) / 2, (picture.height - side) / 2
        square = picture.convert("RGB").resize(
            (SIDE, SIDE), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
        )
    return np.asarray(square)


def _file_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST_FILE else None
    except OSError:
        return None


def _member_bytes(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return archive.read(name) if archive.getinfo(name).file_size <= _LARGEST_FILE else None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        return None


# --------------------------------------------------------- in place of CelebA


def _wild_faces(limit: int) -> Dataset | None:
    """Return Labelled Faces in the Wild from scikit-learn's cache, ours, or their public home."""
    unpacked = _scikit_learn_home() / "lfw_home" / "lfw_funneled"
    if unpacked.is_dir():
        chosen = _spread(sorted(str(path) for path in unpacked.rglob("*.jpg")), limit)
        pictures = decode(((name, _file_bytes(Path(name))) for name in chosen), zoom=0.5)
        contents = _tenth_as_test(unpacked, pictures)
        found = None
    else:
        found = _found_if_to_be_had(LFW_ENTRY)
        if found is None:
            return None
        contents = loading.parse("lfw", lambda files: _read_wild(files, limit), found.files)
    print("celeba: not on this machine; using Labelled Faces in the Wild in its place.")
    provenance = Provenance(
        name=LFW_ENTRY.title,
        source=found.source if found else "download",
        complete=False,
        note=f"In place of CelebA. {contents.note}",
        licence=LFW_ENTRY.licence,
        citation=LFW_ENTRY.citation,
        sha256=found.sha256 if found else {},
    )
    return loading.assemble(CELEBA_ENTRY, contents, provenance)


def _found_if_to_be_had(entry: Entry) -> loading.Found | None:
    """Return the files of a replacement; a failed download leads on, an altered file does not."""
    try:
        return loading.find_or_explain(entry)[0]
    except download.DownloadError:
        return None


def _read_wild(files: Files, limit: int = LIMIT) -> Contents:
    (path,) = files.values()
    return _tenth_as_test(path, decode(_first(path, limit), zoom=0.5))


def _first(path: Path, limit: int) -> Iterator[tuple[str, bytes]]:
    members = archives.members(path, lambda name: name.lower().endswith(".jpg"))
    for _, member in zip(range(limit), members, strict=False):
        yield member


def _tenth_as_test(path: Path, pictures: Pictures) -> Contents:
    is_test = np.arange(len(pictures.images)) % 10 == 1
    train = Pictures(pictures.images[~is_test], pictures.skipped)
    return _face_contents(path, train, Pictures(pictures.images[is_test], ()))


def _scikit_learn_home() -> Path:
    return Path(os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data").expanduser()


def _olivetti_in_colour(limit: int) -> Dataset | None:
    found = _found_if_to_be_had(OLIVETTI)
    if found is None:
        return None
    grey = loading.parse(OLIVETTI.name, read_olivetti, found.files)
    print("celeba: not on this machine; using the Olivetti faces in its place.")
    contents = _as_celeba(grey, limit)
    provenance = loading.provenance_of(OLIVETTI, found, contents)
    provenance = replace(provenance, note=f"In place of CelebA, grey. {provenance.note}")
    return loading.assemble(CELEBA_ENTRY, contents, provenance)


def _as_celeba(grey: Contents, limit: int) -> Contents:
    held_back = max(1, round(_TEST_SHARE * limit))
    x_train, x_test = (
        np.repeat(x[:count, ..., np.newaxis], 3, axis=-1)
        for x, count in ((grey.x_train, limit - held_back), (grey.x_test, held_back))
    )
    return Contents(
        x_train,
        np.zeros(len(x_train), dtype=np.int64),
        x_test,
        np.zeros(len(x_test), dtype=np.int64),
        ("face",),
    )


def _drawn() -> Dataset:
    return loading.stand_in(
        CELEBA_ENTRY, f"no pictures named by path= or {CELEBA}, and no other faces to be had"
    )


def _celeba_stand_in() -> Contents:
    x_train, x_test = synthetic.faces()
    return Contents(
        x_train,
        np.zeros(len(x_train), dtype=np.int64),
        x_test,
        np.zeros(len(x_test), dtype=np.int64),
        ("face",),
    )


CELEBA_ENTRY = Entry(
    name="celeba",
    title="CelebA (aligned)",
    family="images",
    licence="non-commercial research only; fetched by each user in person",
    citation="Liu, Luo, Wang and Tang (2015), Deep learning face attributes in the wild",
    home="https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    files=(),
    read=_read_celeba,
    stand_in=_celeba_stand_in,
    stand_in_note="drawn faces.",
)

LFW_ENTRY = Entry(
    name="lfw",
    title="Labelled Faces in the Wild",
    family="images",
    licence="none stated; research use",
    citation="Huang, Ramesh, Berg and Learned-Miller (2007), Labeled Faces in the Wild",
    home="https://vis-www.cs.umass.edu/lfw/",
    files=(
        RemoteFile(
            "lfw/lfw-funneled.tgz",
            # Hash: scikit-learn, sklearn/datasets/_lfw.py.
            "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a",
            243_000_000,
            ("https://ndownloader.figshare.com/files/5976015",),
        ),
    ),
    read=_read_wild,
    stand_in=_celeba_stand_in,
    stand_in_note="drawn faces.",
)

ENTRIES = (OLIVETTI, CELEBA_ENTRY)
