"""A reader's own pictures: a folder of files, made alike, with a word on each that was odd.

:func:`aecourse.datasets.load` reads CelebA's files as they are published. Here any folder will do,
and nothing is changed or left out in silence.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import whole
from aecourse.datasets import faces
from aecourse.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff")
LARGEST_FILE = 50 << 20
LARGEST_PICTURE = 50_000_000  # pixels
LONGEST = 2.0  # times as long as wide: what is longer would lose more than half of its length
LEAST = 2
SHOWN = 3


@dataclass(frozen=True)
class Folder:
    """Pictures of one size, and what was done to get them.

    Attributes
    ----------
    images
        Bytes of shape ``(n, side, side)`` if all pictures are grey, else ``(n, side, side, 3)``.
    names
        The file of each, relative to the folder.
    cropped
        Files that were not square: their central square was kept.
    coloured
        Grey files among coloured ones, which were given three equal channels.
    skipped
        Files that were left out, each with the reason.
    """

    images: NDArray[np.uint8]
    names: tuple[str, ...]
    cropped: tuple[str, ...]
    coloured: tuple[str, ...]
    skipped: Mapping[str, str]

    def __str__(self) -> str:
        """Return what happened, with counts and the first names."""
        lines = [f"{len(self.images):,} pictures of {self.images.shape[1]} pixels a side"]
        lines += [
            f"{len(names)} {what}: {_listed(names)}"
            for what, names in (
                ("not square, cropped to the middle", self.cropped),
                ("grey among coloured ones", self.coloured),
            )
            if names
        ]
        if self.skipped:
            reasons = [f"{name} ({why})" for name, why in self.skipped.items()]
            lines.append(f"{len(reasons)} skipped: {_listed(reasons)}")
        return "\n".join(lines)


def read_folder(path: str | Path, *, side: int = 64, limit: int | None = None) -> Folder:
    """Read the pictures of a folder and of those in it.

    A picture that is not square is cropped to its central square, unless more than half of it would
    be lost: then it is skipped, as is one that is smaller than ``side`` or cannot be decoded. A
    single grey picture among coloured ones gets three equal channels; if all are grey, they stay
    so. Transparent parts become white.

    Parameters
    ----------
    path
        The folder.
    side
        Pixels a side of the pictures that are returned.
    limit
        At most this many files are read, spread over the whole folder; all if not given. CelebA's
        200,000 pictures of 64 pixels a side take 2.5 GB.

    Raises
    ------
    InputError
        If ``side`` or ``limit`` is not a whole number of at least 2.
    DataError
        If there is no such folder, it holds fewer than two pictures, or more than half of them
        cannot be used: then they are probably not what was meant.
    """
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; give the folder that your pictures lie in.")
    whole(side, "side", least=2)
    files = sorted(
        file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file()
    )
    if len(files) < LEAST:
        raise DataError(
            f"{folder} holds {len(files)} pictures ({', '.join(ENDINGS)}); expected at least "
            f"{LEAST}."
        )
    if limit is not None and whole(limit, "limit", least=LEAST) < len(files):
        files = [files[k] for k in np.linspace(0, len(files) - 1, limit).round().astype(int)]
    read, skipped = {}, {}
    for file in files:
        name = file.relative_to(folder).as_posix()
        try:
            read[name] = _read_one(file, side)
        except _Unusable as reason:
            skipped[name] = str(reason)
    if len(skipped) > len(files) / 2 or len(read) < LEAST:
        reasons = [f"{name} ({why})" for name, why in skipped.items()]
        raise DataError(
            f"{folder}: {len(skipped)} of {len(files)} pictures cannot be used: "
            f"{_listed(reasons)}. Remove or replace them, or give another folder or a smaller side."
        )
    return _alike(read, skipped)


@dataclass(frozen=True)
class _Picture:
    pixels: NDArray[np.uint8]
    is_grey: bool
    was_square: bool


class _Unusable(Exception):  # noqa: N818 - a reason, which the reader is told in the end
    """Why a picture is left out."""


def _read_one(file: Path, side: int) -> _Picture:
    """Return a picture's central square, or raise the reason why not."""
    from PIL import Image

    if file.stat().st_size > LARGEST_FILE:
        raise _Unusable(f"larger than {LARGEST_FILE >> 20} MB")
    try:
        with Image.open(io.BytesIO(file.read_bytes())) as picture:
            _check_size(picture.size, side)
            flat = _without_transparency(picture)
    except _Unusable:
        raise
    except Exception as error:  # a broken picture makes the decoder raise nearly anything
        raise _Unusable("cannot be decoded") from error
    short = min(flat.size)
    left, top = (flat.width - short) / 2, (flat.height - short) / 2
    square = flat.resize(
        (side, side), Image.Resampling.LANCZOS, box=(left, top, left + short, top + short)
    )
    pixels = np.asarray(square)
    is_grey = bool((pixels == pixels[..., :1]).all())
    return _Picture(pixels, is_grey, flat.width == flat.height)


def _check_size(size: tuple[int, int], side: int) -> None:
    """Refuse a picture that is too large, too small or too long."""
    if size[0] * size[1] > LARGEST_PICTURE:
        raise _Unusable(f"more than {LARGEST_PICTURE // 1_000_000} million pixels")
    if min(size) < side:
        raise _Unusable(f"{size[0]} × {size[1]} pixels, smaller than {side}")
    if max(size) > LONGEST * min(size):
        raise _Unusable(f"{size[0]} × {size[1]} pixels, too long to be cropped to a square")


def _without_transparency(picture: "Image.Image") -> "Image.Image":
    """Return a picture in colour, turned as its camera says, on white where it is transparent."""
    from PIL import Image, ImageOps

    solid = _eight_bits(ImageOps.exif_transpose(picture)).convert("RGBA")
    white = Image.new("RGBA", solid.size, "white")
    return Image.alpha_composite(white, solid).convert("RGB")


def _eight_bits(picture: "Image.Image") -> "Image.Image":
    """Return a picture with values from 0 to 255; Pillow's conversion cuts off larger ones."""
    from PIL import Image

    if picture.mode in ("I", "F"):
        raise _Unusable("values of 32 bits, the range of which is not known")
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    return picture


def _alike(read: Mapping[str, _Picture], skipped: Mapping[str, str]) -> Folder:
    """Return pictures with as many channels in each."""
    grey = tuple(name for name, picture in read.items() if picture.is_grey)
    pixels = np.stack([picture.pixels for picture in read.values()])
    all_grey = len(grey) == len(read)
    return Folder(
        images=pixels[..., 0] if all_grey else pixels,
        names=tuple(read),
        cropped=tuple(name for name, picture in read.items() if not picture.was_square),
        coloured=() if all_grey else grey,
        skipped=dict(skipped),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


# --- CelebA's parts and attributes ----------------------------------------------------------------

TRAINING, VALIDATION, TEST = range(3)


def celeba_parts(names: Sequence[str]) -> NDArray[np.int64]:
    """Return for each picture 0 for training, 1 for validation and 2 for the last look.

    CelebA's own division goes by the numbers in the files' names, and nobody is in two of its
    parts. Pictures with other names are divided by their places: of ten, the second is for the last
    look and the third for validation. Give pictures that belong together neighbouring names then.

    Parameters
    ----------
    names
        The files, as :func:`read_folder` returns them; folders do not count.
    """
    numbers = [faces.ALIGNED_NAME.fullmatch(name.rpartition("/")[2]) for name in names]
    if all(numbers):
        published = np.array([int(number[1]) for number in numbers if number])
        parts = np.digitize(published, [faces.LAST_TRAINING + 1, faces.FIRST_TEST])
        if len(np.unique(parts)) == TEST + 1:
            return parts
    turn = np.arange(len(names)) % 10
    return np.select([turn == 1, turn == 2], [TEST, VALIDATION], TRAINING)


def read_attributes(
    path: str | Path, names: Sequence[str]
) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """Read which attributes each picture has, from a table such as CelebA's list_attr_celeba.

    The published text file has the number of pictures in its first line, the attributes' names in
    the second, and a picture's file and 1 or −1 for each attribute in the others. A comma-separated
    table with a line of names is read as well.

    Parameters
    ----------
    path
        The table.
    names
        The files to look up, as :func:`read_folder` returns them; folders do not count.

    Returns
    -------
    attributes, has
        Names of the attributes, and booleans of shape ``(pictures, attributes)``.

    Raises
    ------
    DataError
        If there is no such file, it is no such table, or a picture is missing in it.
    """
    table = Path(path).expanduser()
    if not table.is_file():
        raise DataError(f"{table} does not exist; give CelebA's list_attr_celeba.txt or .csv.")
    attributes, rows = _table(table)
    missing = [name for name in names if name.rpartition("/")[2] not in rows]
    if missing:
        raise DataError(
            f"{table} has no line for {len(missing)} of {len(names)} pictures: {_listed(missing)}. "
            "Give the table that belongs to these pictures."
        )
    return attributes, np.array([rows[name.rpartition("/")[2]] for name in names], dtype=bool)


def _table(table: Path) -> tuple[tuple[str, ...], dict[str, list[bool]]]:
    """Return the attributes' names and the line of each file."""
    with table.open(encoding="utf-8", newline="") as opened:
        if table.suffix.lower() == ".csv":
            lines = [line for line in csv.reader(opened) if line]
            lines[:1] = [line[1:] for line in lines[:1]]
        else:
            lines = [line.split() for line in opened if line.strip()]
            lines = lines[1:] if lines and len(lines[0]) == 1 else lines
    attributes = tuple(lines[0]) if lines else ()
    rows = {}
    for line in lines[1:]:
        if len(line) != len(attributes) + 1 or not set(line[1:]) <= {"1", "-1", "0"}:
            raise DataError(
                f"{table}: the line of {line[0]} has {len(line) - 1} values for {len(attributes)} "
                "attributes, or others than 1 and -1; it is not the expected table."
            )
        rows[line[0]] = [value == "1" for value in line[1:]]
    if not rows:
        raise DataError(f"{table} has no line with a picture's attributes.")
    return attributes, rows
