import io
import tarfile
import zipfile

import pytest
from data_builders import tar, tar_with, zipped

from aecourse.datasets import archives
from aecourse.errors import DataError


def read(tmp_path, data, name="a.tar.gz", **bounds):
    path = tmp_path / name
    path.write_bytes(data)
    return dict(archives.members(path, lambda name: name.endswith(".txt"), **bounds))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_wanted_members_of_a_tar_are_read(tmp_path, mode):
    data = tar({"./a/b.txt": b"text", "a/c.bin": b"other"}, mode)

    assert read(tmp_path, data, "a.tar") == {"./a/b.txt": b"text"}


def test_wanted_members_of_a_zip_are_read(tmp_path):
    data = zipped({"a/b.txt": b"text", "a/c.bin": b"other"})

    assert read(tmp_path, data, "a.zip") == {"a/b.txt": b"text"}


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/evil.txt"])
def test_a_tar_that_leaves_its_folder_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="would leave the folder"):
        read(tmp_path, tar({name: b"x"}))
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.bin"])
def test_a_zip_that_leaves_its_folder_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="would leave the folder"):
        read(tmp_path, zipped({name: b"x"}), "a.zip")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_a_tar_with_a_link_or_a_device_is_refused(tmp_path, kind):
    info = tarfile.TarInfo("a.txt")
    info.type = kind
    info.linkname = "/etc/passwd"

    with pytest.raises(DataError, match="link or a device"):
        read(tmp_path, tar_with(info))


def test_a_zip_with_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, "/etc/passwd")

    with pytest.raises(DataError, match="link or a device"):
        read(tmp_path, stream.getvalue(), "a.zip")


@pytest.mark.parametrize("bounds", [{"largest_member": 9}, {"largest_total": 19}])
@pytest.mark.parametrize(("pack", "name"), [(tar, "a.tar.gz"), (zipped, "a.zip")])
def test_an_archive_that_swells_is_refused(tmp_path, bounds, pack, name):
    data = pack({"a.txt": bytes(10), "b.txt": bytes(10)})

    with pytest.raises(DataError, match="more than it should"):
        read(tmp_path, data, name, **bounds)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.tar.gz"),
        (b"not an archive", "a.tar.gz"),
        (tar({"a.txt": bytes(range(256)) * 99})[:-30], "a.tar.gz"),
        (tar({"a.txt": bytes(range(256)) * 99}, "w:xz")[:150], "a.tar.xz"),
        (b"", "a.zip"),
        (zipped({"a.txt": b"text"})[:-30], "a.zip"),
    ],
)
def test_a_broken_archive_is_a_data_error_that_names_it(tmp_path, data, name):
    with pytest.raises(DataError, match=name):
        read(tmp_path, data, name)
