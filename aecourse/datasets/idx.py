"""The IDX format of MNIST: a magic number, the lengths of the axes, then the bytes.

Source: the format's description on the MNIST page (LeCun, Cortes and Burges, 1998).
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from aecourse.errors import DataError

_UNSIGNED_BYTE = 0x08
_LARGEST = 1 << 30  # bytes; the real files hold 47 million, so more is a broken or hostile header


def read(path: Path, *, axes: int) -> np.ndarray:
    """Return the ``uint8`` array in a gzip-compressed IDX file.

    Parameters
    ----------
    path
        The file.
    axes
        The number of axes it must have: 3 for images, 1 for labels.

    Raises
    ------
    DataError
        If the compression, the magic number, the lengths or the amount of data is wrong.
    """
    try:
        with gzip.open(path, "rb") as stream:
            magic = stream.read(4)
            expected = bytes([0, 0, _UNSIGNED_BYTE, axes])
            if magic != expected:
                raise DataError(
                    f"{path} is not an IDX file of unsigned bytes with {axes} axes: "
                    f"its magic number is {magic.hex() or 'missing'}, expected {expected.hex()}. "
                    f"Fetch it again."
                )
            shape = struct.unpack(f">{axes}I", stream.read(4 * axes))
            size = math.prod(shape)
            if size > _LARGEST:
                raise DataError(f"{path} claims shape {shape}, {size:,} bytes: that cannot be so.")
            data = stream.read(size + 1)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(f"{path} cannot be unpacked ({error}). Fetch it again.") from error
    if len(data) != size:
        comparison = "more" if len(data) > size else f"only {len(data):,}"
        raise DataError(
            f"{path} promises shape {shape}, {size:,} bytes, and holds {comparison}. "
            f"Fetch it again."
        )
    return np.frombuffer(data, dtype=np.uint8).reshape(shape).copy()
