"""A reader's own pictures: what is odd is named, skipped with a count, or refused."""

import io

import numpy as np
import pytest
from PIL import Image

from aecourse.datasets.image_folder import celeba_parts, read_attributes, read_folder
from aecourse.errors import DataError, InputError


def saved(folder, name, *, size=(20, 20), mode="RGB", seed=0):
    """Save a picture of random pixels."""
    rng = np.random.default_rng(seed)
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    pixels = rng.integers(0, 256, (size[1], size[0], *channels), dtype=np.uint8)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels, mode).save(path)
    return pixels


@pytest.fixture
def folder(tmp_path):
    for number in range(4):
        saved(tmp_path, f"face{number}.png", seed=number)
    return tmp_path


def test_square_colour_pictures_are_read_as_they_are(folder):
    expected = saved(folder, "face0.png")
    found = read_folder(folder, side=20)
    np.testing.assert_array_equal(found.images[0], expected)
    assert found.images.shape == (4, 20, 20, 3)
    assert found.images.dtype == np.uint8
    assert found.names == ("face0.png", "face1.png", "face2.png", "face3.png")
    assert (found.cropped, found.coloured, found.skipped) == ((), (), {})
    assert str(found) == "4 pictures of 20 pixels a side"


def test_pictures_in_inner_folders_count_and_other_files_do_not(folder):
    saved(folder, "more/face9.jpg")
    (folder / "notes.txt").write_text("no picture")
    found = read_folder(folder, side=10)
    assert found.names[-1] == "more/face9.jpg"
    assert len(found.images) == 5


def test_a_picture_that_is_not_square_is_cropped_to_its_middle_and_named(folder):
    wide = saved(folder, "wide.png", size=(30, 20))
    found = read_folder(folder, side=20)
    assert found.cropped == ("wide.png",)
    np.testing.assert_array_equal(found.images[found.names.index("wide.png")], wide[:, 5:25])
    assert "1 not square, cropped to the middle: wide.png" in str(found)


def test_a_picture_of_which_half_would_be_lost_is_skipped_and_named(folder):
    saved(folder, "banner.png", size=(60, 20))
    found = read_folder(folder, side=20)
    assert found.skipped["banner.png"].startswith("60 × 20 pixels, too long")
    assert len(found.images) == 4


def test_a_grey_picture_among_coloured_ones_gets_three_channels_and_is_named(folder):
    grey = saved(folder, "grey.png", mode="L")
    found = read_folder(folder, side=20)
    assert found.coloured == ("grey.png",)
    for channel in range(3):
        np.testing.assert_array_equal(
            found.images[found.names.index("grey.png"), ..., channel], grey
        )
    assert "1 grey among coloured ones: grey.png" in str(found)


def test_a_folder_of_grey_pictures_stays_grey(tmp_path):
    for number in range(3):
        saved(tmp_path, f"{number}.png", mode="L", seed=number)
    found = read_folder(tmp_path, side=20)
    assert found.images.shape == (3, 20, 20)
    assert not found.coloured


def test_corrupt_pictures_are_skipped_with_a_count_and_named(folder):
    (folder / "broken.jpg").write_bytes(b"no picture at all")
    whole = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(whole, "PNG")
    (folder / "cut.png").write_bytes(whole.getvalue()[:60])
    found = read_folder(folder, side=20)
    assert set(found.skipped) == {"broken.jpg", "cut.png"}
    assert "2 skipped: broken.jpg (cannot be decoded), cut.png (cannot be decoded)" in str(found)
    assert len(found.images) == len(found.names) == 4


def test_a_picture_smaller_than_asked_for_is_skipped(folder):
    saved(folder, "tiny.png", size=(8, 8))
    assert "8 × 8 pixels, smaller than 20" in read_folder(folder, side=20).skipped["tiny.png"]


def test_transparent_parts_become_white(folder):
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(folder / "clear.png")
    found = read_folder(folder, side=20)
    assert (found.images[found.names.index("clear.png")] == 255).all()


def test_mostly_unusable_pictures_are_refused_with_names(tmp_path):
    saved(tmp_path, "good.png")
    for number in range(3):
        (tmp_path / f"bad{number}.png").write_bytes(b"?")
    with pytest.raises(DataError, match=r"3 of 4 pictures cannot be used: bad0.png \(cannot be"):
        read_folder(tmp_path, side=20)


def test_a_folder_that_is_missing_or_empty_is_refused(tmp_path):
    with pytest.raises(DataError, match="is no folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(DataError, match="holds 0 pictures"):
        read_folder(tmp_path)


def test_a_side_that_is_no_number_of_pixels_is_refused(folder):
    with pytest.raises(InputError, match="side"):
        read_folder(folder, side=0)


def test_sixteen_bits_become_eight_and_are_not_cut_off(folder):
    values = np.linspace(0, 65_535, 400).astype(np.uint16).reshape(20, 20)
    Image.fromarray(values).save(folder / "deep.png")
    found = read_folder(folder, side=20)
    deep = found.images[found.names.index("deep.png")]
    np.testing.assert_array_equal(deep[..., 0], values >> 8)
    assert found.coloured == ("deep.png",)


def test_values_of_an_unknown_range_are_skipped_and_named(folder):
    Image.fromarray(np.ones((20, 20), np.float32)).save(folder / "measured.tif")
    assert "32 bits" in read_folder(folder, side=20).skipped["measured.tif"]


def test_a_limit_spreads_over_the_whole_folder(folder):
    assert read_folder(folder, side=20, limit=2).names == ("face0.png", "face3.png")
    assert len(read_folder(folder, side=20, limit=9).names) == 4
    with pytest.raises(InputError, match="limit"):
        read_folder(folder, side=20, limit=1)


def test_celebas_pictures_are_divided_as_published():
    names = ["a/000001.jpg", "162770.jpg", "162771.jpg", "182637.jpg", "182638.jpg", "202599.png"]
    assert celeba_parts(names).tolist() == [0, 0, 1, 1, 2, 2]


def test_other_pictures_are_divided_by_their_places():
    for names in ([f"friend{k}.png" for k in range(20)], [f"{k:06d}.jpg" for k in range(20)]):
        parts = celeba_parts(names)
        assert np.bincount(parts).tolist() == [16, 2, 2]
        assert parts[:3].tolist() == [0, 2, 1]


PUBLISHED = "2\nSmiling Eyeglasses\nface0.png 1 -1\nface1.png -1 1\n"
COMMAS = "image_id,Smiling,Eyeglasses\nface0.png,1,-1\nface1.png,-1,1\n"


@pytest.mark.parametrize(("name", "text"), [("list.txt", PUBLISHED), ("list.csv", COMMAS)])
def test_attributes_are_read_in_the_order_of_the_pictures(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    attributes, has = read_attributes(tmp_path / name, ["folder/face1.png", "face0.png"])
    assert attributes == ("Smiling", "Eyeglasses")
    assert has.tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2\nSmiling\nface0.png 1 1\n", "2 values for 1"),
        ("2\nSmiling\nface0.png 7\n", "others than 1"),
        ("0\nSmiling\n", "no line"),
        (PUBLISHED, "no line for 1 of 1 pictures: face7.png"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path, text, says):
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(DataError, match=says):
        read_attributes(tmp_path / "list.txt", ["face7.png"])


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_attributes(tmp_path / "list.txt", ["face0.png"])
