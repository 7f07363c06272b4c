import gzip
import struct

import numpy as np
import pytest
from data_builders import idx

from aecourse.datasets import idx as idx_format
from aecourse.errors import DataError


def read(tmp_path, data, axes=3):
    path = tmp_path / "file.gz"
    path.write_bytes(data)
    return idx_format.read(path, axes=axes)


@pytest.mark.parametrize("shape", [(2, 3, 4), (5,)])
def test_an_array_is_read_as_it_was_written(tmp_path, shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)

    np.testing.assert_array_equal(read(tmp_path, idx(array), axes=len(shape)), array)


def test_the_array_may_be_changed(tmp_path):
    assert read(tmp_path, idx(np.zeros((2, 3, 4)))).flags.writeable


@pytest.mark.parametrize("magic", [b"\x00\x00\x08\x01", b"\x00\x00\x0d\x03", b"PNG!", b""])
def test_a_wrong_magic_number_is_named(tmp_path, magic):
    with pytest.raises(DataError, match="magic number"):
        read(tmp_path, gzip.compress(magic + struct.pack(">3I", 1, 1, 1) + b"x" if magic else b""))


@pytest.mark.parametrize("content", [b"x" * 7, b"x" * 9])
def test_too_little_or_too_much_data_is_an_error(tmp_path, content):
    data = gzip.compress(b"\x00\x00\x08\x03" + struct.pack(">3I", 2, 2, 2) + content)

    with pytest.raises(DataError, match="8 bytes, and holds"):
        read(tmp_path, data)


def test_a_header_that_claims_too_much_is_refused_before_reading(tmp_path):
    data = gzip.compress(b"\x00\x00\x08\x03" + struct.pack(">3I", 2**31, 2**31, 2**31))

    with pytest.raises(DataError, match="cannot be so"):
        read(tmp_path, data)


@pytest.mark.parametrize(
    "data",
    [b"", b"not gzip", idx(np.ones((9, 9, 9)))[:-12], gzip.compress(b"\x00\x00\x08\x03\x00")],
)
def test_a_broken_file_is_a_data_error_that_names_it(tmp_path, data):
    with pytest.raises(DataError, match=r"file\.gz"):
        read(tmp_path, data)
