"""Small files in the formats of the real data sets, and data folders made of them."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    # Without a fixed time, two calls give two files whenever a second passes between them.
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)


def mnist_files(folder: str = "mnist", train: int = 30, test: int = 10) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    return {
        f"{folder}/train-images-idx3-ubyte.gz": idx(rng.integers(0, 256, (train, 28, 28))),
        f"{folder}/train-labels-idx1-ubyte.gz": idx(np.arange(train) % 10),
        f"{folder}/t10k-images-idx3-ubyte.gz": idx(rng.integers(0, 256, (test, 28, 28))),
        f"{folder}/t10k-labels-idx1-ubyte.gz": idx(np.arange(test) % 10),
    }


def tar(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def tar_with(info: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.addfile(info)
    return stream.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def picture(width: int = 90, height: int = 110, mode: str = "RGB", seed: int = 0) -> bytes:
    from PIL import Image

    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(stream, "JPEG")
    return stream.getvalue()


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def write_data_folder(folder: Path, **sets: dict[str, bytes]) -> Path:
    """Write files and a manifest that is true of them."""
    datasets = {}
    for name, files in sets.items():
        write_files(folder, files)
        datasets[name] = {
            "format": "any",
            "complete": True,
            "licence": "the folder's licence",
            "note": "the folder's note",
            "files": {
                path: {"sha256": sha256(data), "bytes": len(data)} for path, data in files.items()
            },
        }
    (folder / "MANIFEST.json").write_text(json.dumps({"version": 1, "datasets": datasets}))
    return folder
