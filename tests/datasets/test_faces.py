"""CelebA from the reader's own files, and what takes its place."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pytest
from data_builders import npz, picture, tar, write_data_folder, write_files, zipped

from aecourse import datasets
from aecourse.datasets import faces
from aecourse.datasets.faces import decode
from aecourse.errors import DataError, InputError


def pictures(count=20, first=1, **options):
    return {f"{k:06d}.jpg": picture(seed=k, **options) for k in range(first, first + count)}


def folder_with(tmp_path, files) -> Path:
    folder = tmp_path / "img_align_celeba"
    folder.mkdir()
    write_files(folder, files)
    return folder


def test_a_folder_of_pictures_is_cropped_to_squares(tmp_path):
    data = datasets.load("celeba", path=folder_with(tmp_path, pictures()))

    assert data.x_train.shape == (18, 64, 64, 3)
    assert data.x_test.shape == (2, 64, 64, 3)
    assert data.x_train.dtype == np.uint8
    assert data.provenance.source == "user's files"
    assert not data.provenance.is_stand_in
    assert not data.provenance.complete


def test_a_zip_gives_the_same_as_the_folder(tmp_path):
    folder = folder_with(tmp_path, pictures())
    archive = tmp_path / "img_align_celeba.zip"
    archive.write_bytes(zipped({f"img_align_celeba/{k}": v for k, v in pictures().items()}))

    np.testing.assert_array_equal(
        datasets.load("celeba", path=folder).x_train,
        datasets.load("celeba", path=str(archive)).x_train,
    )


def test_the_environment_may_name_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AECOURSE_CELEBA", str(folder_with(tmp_path, pictures())))

    assert datasets.load("celeba").provenance.source == "user's files"


def test_the_pictures_are_split_as_celeba_is(tmp_path):
    files = pictures(8, 1) | pictures(5, 170_000) | pictures(4, 190_000)
    data = datasets.load("celeba", path=folder_with(tmp_path, files))

    assert len(data.x_train) == 8
    assert len(data.x_test) == 4


def test_a_limit_spreads_over_the_whole_folder(tmp_path):
    data = datasets.load("celeba", path=folder_with(tmp_path, pictures(40)), limit=10)

    assert len(data.x_train) + len(data.x_test) == 10
    np.testing.assert_array_equal(data.x_train[-1], decode([("a", picture(seed=40))]).images[0])


@pytest.mark.parametrize("limit", [0, 1, -5, 2.5, "9", True])
def test_a_senseless_limit_is_refused(tmp_path, limit):
    with pytest.raises(InputError, match="limit"):
        datasets.load("celeba", path=tmp_path, limit=limit)


def test_unreadable_pictures_are_skipped_counted_and_named(tmp_path):
    files = pictures() | {"000003.jpg": b"not a picture", "000004.jpg": b"", "notes.txt": b"x"}
    files["000005.jpg"] = files["000005.jpg"][:200]
    data = datasets.load("celeba", path=folder_with(tmp_path, files))

    assert len(data.x_train) + len(data.x_test) == 17
    assert "Skipped as unreadable: 3" in data.provenance.note
    assert "000003.jpg" in data.provenance.note


def test_grey_and_oblong_pictures_become_square_colour_ones(tmp_path):
    files = {
        "grey.jpg": picture(mode="L"),
        "wide.jpg": picture(300, 40),
        "tiny.jpg": picture(5, 9),
        "plain.jpg": picture(),
    }
    data = datasets.load("celeba", path=folder_with(tmp_path, files))

    assert len(data.x_train) + len(data.x_test) == 4


def test_a_grey_picture_has_three_equal_channels():
    image = decode([("grey", picture(mode="L"))]).images[0]

    np.testing.assert_array_equal(image[..., 0], image[..., 2])


def test_a_picture_of_too_many_pixels_is_skipped(monkeypatch):
    monkeypatch.setattr(faces, "_LARGEST_PICTURE", 100)

    assert decode([("huge", picture())]).skipped == ("huge",)


def test_a_folder_of_broken_pictures_is_a_data_error(tmp_path):
    folder = folder_with(tmp_path, {f"{k}.jpg": b"broken" for k in range(5)})

    with pytest.raises(DataError, match="5 cannot, such as"):
        datasets.load("celeba", path=folder)


def test_a_folder_without_pictures_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="holds 0 pictures"):
        datasets.load("celeba", path=tmp_path)


def test_a_path_that_does_not_exist_is_an_error_not_a_stand_in(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        datasets.load("celeba", path=tmp_path / "typo")


@pytest.mark.parametrize("data", [b"", b"not a zip", zipped(pictures(3))[:-40]])
def test_a_broken_zip_is_a_data_error(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)

    with pytest.raises(DataError, match="neither a folder nor a whole zip"):
        datasets.load("celeba", path=tmp_path / "a.zip")


def test_a_broken_member_of_a_zip_is_skipped(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in pictures(12).items():
            archive.writestr(name, data)
    path.write_bytes(path.read_bytes().replace(picture(seed=3)[1500:1540], b"x" * 40))

    assert (
        "Skipped as unreadable: 1 (000003.jpg)"
        in datasets.load("celeba", path=path).provenance.note
    )


def test_a_zip_in_the_data_folder_is_verified_and_read(data_folder):
    write_data_folder(data_folder, celeba={"celeba/img.zip": zipped(pictures())})

    assert datasets.load("celeba").provenance.source == "data folder"
    (data_folder / "celeba" / "img.zip").write_bytes(b"altered")
    with pytest.raises(DataError, match="expected SHA-256"):
        datasets.load("celeba")


def test_labelled_faces_in_the_wild_take_its_place_from_scikit_learns_cache(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    people = {f"lfw_home/lfw_funneled/A_{k}/A_{k}_0001.jpg": picture(250, 250) for k in range(12)}
    write_files(tmp_path, people)

    data = datasets.load("celeba", limit=11)

    assert data.provenance.name == "Labelled Faces in the Wild"
    assert "In place of CelebA" in data.provenance.note
    assert len(data.x_train) + len(data.x_test) == 11
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_labelled_faces_in_the_wild_are_read_from_their_archive(tmp_path):
    path = tmp_path / "lfw.tgz"
    path.write_bytes(tar({f"lfw_funneled/A/{k}.jpg": picture(250, 250) for k in range(12)}))

    contents = faces._read_wild({"lfw/lfw.tgz": path}, 5)

    assert len(contents.x_train) + len(contents.x_test) == 5


def test_olivetti_takes_its_place_next(data_folder, capsys):
    arrays = npz(x=np.full((400, 64, 64), 7, np.uint8), y=np.arange(400) // 10)
    write_data_folder(data_folder, olivetti_faces={"olivetti_faces/a.npz": arrays})

    data = datasets.load("celeba", limit=100)

    assert data.x_train.shape == (90, 64, 64, 3)
    assert data.provenance.name == "Olivetti faces"
    assert "In place of CelebA" in str(data.provenance)
    assert "Olivetti" in capsys.readouterr().out


def test_drawn_faces_come_last_and_are_called_a_stand_in(capsys):
    data = datasets.load("celeba")

    assert data.provenance.is_stand_in
    assert "AECOURSE_CELEBA" in capsys.readouterr().out


def test_an_altered_replacement_is_an_error_not_a_stand_in(data_folder):
    arrays = npz(x=np.zeros((400, 64, 64), np.uint8), y=np.arange(400) // 10)
    write_data_folder(data_folder, olivetti_faces={"olivetti_faces/a.npz": arrays})
    (data_folder / "olivetti_faces" / "a.npz").write_bytes(b"altered")

    with pytest.raises(DataError, match="expected SHA-256"):
        datasets.load("celeba")


@pytest.mark.usefixtures("online")
def test_a_replacement_whose_home_refuses_leads_on_to_the_next(server, monkeypatch):
    refused = dataclasses.replace(faces.LFW_ENTRY.files[0], urls=(server.refuse("/lfw", 404),))
    monkeypatch.setattr(faces, "LFW_ENTRY", dataclasses.replace(faces.LFW_ENTRY, files=(refused,)))
    monkeypatch.setattr(faces, "OLIVETTI", dataclasses.replace(faces.OLIVETTI, files=()))

    assert datasets.load("celeba").provenance.is_stand_in
    assert server.requests["/lfw"] == 1
