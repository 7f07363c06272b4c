"""Images read from folders and from NPZ files, and turned into what a network sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm.auto import tqdm

from aecourse.errors import DataError, InputError
from aecourse.preprocessing import unit_range
from aecourse.project.files import existing, npz_array, npz_labels
from aecourse.project.schema import Config

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
MODES = {1: "L", 3: "RGB"}
BAR_FROM = 500  # images from which on reading shows a bar


@dataclass(frozen=True)
class Pictures:
    """Images of one size.

    Attributes
    ----------
    pixels
        Shape ``(images, height, width, channels)``; bytes, or floats in [0, 1].
    names
        File of each image below the folder, or its number in an array.
    labels
        Name of each image's folder, or the labels that came with an array; ``None`` without.
    """

    pixels: NDArray[Any]
    names: list[str]
    labels: NDArray[Any] | None

    def __len__(self) -> int:
        return len(self.pixels)

    def take(self, rows: NDArray[np.int64]) -> "Pictures":
        """Return some of the images."""
        labels = None if self.labels is None else self.labels[rows]
        return Pictures(self.pixels[rows], [self.names[row] for row in rows], labels)


@dataclass(frozen=True)
class ImageEncoder:
    """Images as numbers between 0 and 1; nothing is learnt from the data but their size.

    Attributes
    ----------
    shape
        ``(height, width, channels)`` of what the network sees.
    """

    shape: tuple[int, ...]

    @classmethod
    def fit(cls, pictures: Pictures) -> "ImageEncoder":
        """Return the encoder for images of this size."""
        return cls(pictures.pixels.shape[1:])

    def encode(self, pictures: Pictures) -> tuple[NDArray[np.float32], list[str]]:
        """Return images for the network, shape ``(images, *shape)``; there are no notes.

        Raises
        ------
        DataError
            If they have another size than those of training.
        """
        if pictures.pixels.shape[1:] != self.shape:
            raise DataError(
                f"the images are {_size(pictures.pixels.shape[1:])}; those of training were "
                f"{_size(self.shape)}. Bring them to that size, or train with "
                "preprocessing.image_size, which resizes what comes."
            )
        try:
            return unit_range(pictures.pixels), []
        except InputError as error:
            raise DataError(str(error)) from error

    def state(self) -> dict[str, Any]:
        """Return all that :meth:`from_state` needs, for JSON."""
        return {"kind": "images", "shape": list(self.shape)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "ImageEncoder":
        """Return the encoder whose :meth:`state` this is."""
        return cls(tuple(state["shape"]))


def read_pictures(path: Path, config: Config) -> Pictures:
    """Return the images of a folder, with all folders in it, or of an NPZ file.

    Raises
    ------
    DataError
        If there are none, one cannot be read, or their sizes differ and the configuration does not
        say to what size they are to be brought.
    """
    existing(path)
    if path.is_file():
        return _from_array(path, config)
    files = image_files(path)
    if not files:
        raise DataError(
            f"{path} holds no images; files with the endings {', '.join(ENDINGS)} are looked for, "
            "in it and in the folders in it."
        )
    size, channels = config.preprocessing.image_size, _channels(config)
    images = [
        _opened(file, size, channels)
        for file in tqdm(files, desc="images", unit="", disable=_quiet(len(files)), leave=False)
    ]
    _check_sizes(images, files)
    labels = np.array([file.parent.name for file in files]) if config.data.label else None
    names = [file.relative_to(path).as_posix() for file in files]
    return Pictures(np.stack(images), names, labels)


def image_files(folder: Path) -> list[Path]:
    """Return the files that are read from a folder and all folders in it, in a fixed order.

    Raises
    ------
    DataError
        If a name is not stored as UTF-8: results could not be written with it.
    """
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in ENDINGS and not file.name.startswith(".")
    )
    for file in files:
        name = file.relative_to(folder).as_posix()
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"in {folder} the name {name!a} is not stored as UTF-8, as happens when an "
                "archive of another system is unpacked; rename it."
            ) from error
    return files


def _quiet(count: int) -> bool | None:
    """Return whether to show no bar: always with few images, else where there is no terminal."""
    return True if count < BAR_FROM else None


def _opened(file: Path, size: Sequence[int] | None, channels: int) -> NDArray[np.uint8]:
    try:
        with Image.open(file) as image:
            upright = _in_bytes(ImageOps.exif_transpose(image)).convert(MODES[channels])
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{file} cannot be read as an image ({error}); repair it or take it out of the folder."
        ) from error
    if size is not None:
        upright = upright.resize((size[1], size[0]), Image.Resampling.LANCZOS)
    return np.asarray(upright).reshape(upright.height, upright.width, channels)


def _in_bytes(image: Image.Image) -> Image.Image:
    """Return an image of 16 bits a pixel with 8: Pillow would cut all values above 255."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in {"I", "F"}:
        raise ValueError("it has 32 bits a pixel; store it with 8 or 16")
    return image


def _check_sizes(images: Sequence[NDArray[np.uint8]], files: Sequence[Path]) -> None:
    first = images[0].shape
    other = next((i for i, image in enumerate(images) if image.shape != first), None)
    if other is not None:
        raise DataError(
            f"the images differ in size: {files[0].name} is {_size(first)} and "
            f"{files[other].name} is {_size(images[other].shape)}. Set preprocessing.image_size "
            "to [height, width], and all are brought to it."
        )


def _from_array(path: Path, config: Config) -> Pictures:
    if path.suffix.lower() != ".npz":
        raise DataError(
            f"{path} is a file; images are a folder, or an array in an .npz file. For a table set "
            "data.kind to `table`."
        )
    name = config.data.array
    array = npz_array(path, name)
    array = array[..., None] if array.ndim == 3 else array
    if array.ndim != 4 or array.shape[-1] not in MODES:
        raise DataError(
            f"the array {name!r} in {path} has shape {array.shape}; images are (n, height, width), "
            "or with 1 or 3 channels (n, height, width, channels)."
        )
    if not len(array):
        raise DataError(f"the array {name!r} in {path} holds no images.")
    label = config.data.label
    labels = npz_labels(path, label, len(array)) if label else None
    array = _in_channels(array, _channels(config))
    size = config.preprocessing.image_size
    if size is not None and tuple(size) != array.shape[1:3]:
        raise DataError(
            f"the images in {path} are {_size(array.shape[1:])}; arrays are not resized. Leave "
            "preprocessing.image_size out, or give a folder of images."
        )
    return Pictures(array, [str(number) for number in range(1, len(array) + 1)], labels)


def _in_channels(array: NDArray[Any], channels: int) -> NDArray[Any]:
    """Return images with as many channels as are asked for."""
    if array.shape[-1] == channels:
        return array
    if channels == 3:
        return np.repeat(array, 3, axis=-1)
    weights = np.array([0.299, 0.587, 0.114])  # of brightness, as Pillow has them
    grey = (array @ weights)[..., None]
    return np.round(grey).astype(np.uint8) if array.dtype == np.uint8 else grey


def _channels(config: Config) -> int:
    return 1 if config.preprocessing.colour == "grey" else 3


def _size(shape: Sequence[int]) -> str:
    colour = {1: ", grey", 3: ", in colour"}.get(shape[2], "") if len(shape) > 2 else ""
    return f"{shape[0]} × {shape[1]} pixels{colour}"


def carry(pictures: Pictures) -> pd.DataFrame:
    """Return what results say of each image besides themselves: its file."""
    return pd.DataFrame({"file": pictures.names})
