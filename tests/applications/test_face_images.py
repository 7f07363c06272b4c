"""Faces: nobody is in two parts, and an explorer's longer decoder draws what the decoder does."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.tensorflow

from aecourse.applications import face_images as faces  # noqa: E402
from aecourse.applications import image_editing as editing  # noqa: E402
from aecourse.applications import image_generation as generation  # noqa: E402
from aecourse.datasets.image_folder import read_folder  # noqa: E402
from aecourse.errors import InputError  # noqa: E402
from aecourse.widgets import DecoderExplorer, decoder_layers  # noqa: E402


def people(count=8, each=4, side=8):
    rng = np.random.default_rng(0)
    own = rng.integers(0, 200, (count, 1, side, side))
    images = (own + rng.integers(0, 50, (count, each, side, side))).astype(np.uint8)
    labels = np.repeat(np.arange(count), each).reshape(count, each)
    last = each - 1
    return SimpleNamespace(
        x_train=images[:, :last].reshape(-1, side, side),
        y_train=labels[:, :last].ravel(),
        x_test=images[:, last:].reshape(-1, side, side),
        y_test=labels[:, last:].ravel(),
    )


def test_nobody_is_in_two_parts_and_all_pictures_are_used():
    split = faces.split_people(people(), side=4)
    parts = (split.train, split.validation, split.test)
    assert sum(map(len, parts)) == 32
    assert [len(part) // 4 for part in parts] == [5, 1, 2]
    assert split.train.shape[1:] == (4, 4, 1)
    assert sorted(set(split.train_labels)) == list(range(5))
    assert not set(split.validation_labels) & set(split.test_labels)
    seen = {image.tobytes() for image in split.train}
    assert not any(image.tobytes() in seen for image in (*split.validation, *split.test))


def test_too_few_people_are_refused():
    with pytest.raises(InputError, match="4 people; at least 5"):
        faces.split_people(people(count=4), side=4)


def test_a_smaller_image_is_made_of_the_means_of_blocks():
    image = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1) / 16
    np.testing.assert_allclose(faces.smaller(image, 2)[0, ..., 0] * 16, [[2.5, 4.5], [10.5, 12.5]])


@pytest.mark.parametrize(("shape", "side"), [((1, 4, 6, 1), 2), ((1, 4, 4, 1), 3)])
def test_images_that_cannot_be_divided_are_refused(shape, side):
    with pytest.raises(InputError, match="cannot be divided"):
        faces.smaller(np.zeros(shape, np.float32), side)


def test_mirror_images_come_after_the_images():
    images = np.random.default_rng(0).random((3, 4, 4, 1)).astype(np.float32)
    both = faces.mirrored(images)
    np.testing.assert_array_equal(both[:3], images)
    np.testing.assert_array_equal(both[3, :, 0], images[0, :, -1])


def test_the_explorer_draws_what_the_decoder_makes_of_the_same_code():
    split = faces.split_people(people(), side=8)
    model, _ = faces.recipe((8, 8, 1), code_size=4).train(split.train, epochs=1)
    codes = model.encode(split.train)
    layers, activations, places, shares = faces.along_directions(
        *decoder_layers(model.decoder), codes, 4
    )
    assert places.shape == (len(codes), 4)
    np.testing.assert_allclose(places.std(axis=0, ddof=1), 1, rtol=1e-4)
    assert shares.sum() == pytest.approx(1, abs=1e-4)
    explorer = DecoderExplorer(layers, activations, places, image_shape=(8, 8), precision="float32")
    np.testing.assert_allclose(
        explorer.decode(places[3]), model.decode(codes[3:4])[0, ..., 0], atol=1e-4
    )


# --- a folder and a table, as CelebA has them ---

NUMBERS = (*range(1, 41), *range(162_771, 162_781), *range(182_638, 182_658))


@pytest.fixture(scope="module")
def celeba(tmp_path_factory):
    """Return a folder and a table in CelebA's form; what has the attribute has a bright band."""
    home = tmp_path_factory.mktemp("celeba")
    folder, table = home / "img_align_celeba", home / "list_attr_celeba.txt"
    folder.mkdir()
    rng = np.random.default_rng(0)
    lines = [str(len(NUMBERS)), "Smiling Eyeglasses"]
    for number in NUMBERS:
        pixels = rng.integers(0, 100, (20, 16, 3), dtype=np.uint8)
        if number % 2:
            pixels[8:11] = 255
        Image.fromarray(pixels).save(folder / f"{number:06d}.png")
        lines.append(f"{number:06d}.png -1 {1 if number % 2 else -1}")
    table.write_text("\n".join(lines))
    return folder, table


def test_celebas_files_become_parts_with_an_attribute_as_the_label(celeba):
    folder, table = celeba
    pictures = read_folder(folder, side=8)
    assert len(pictures.cropped) == len(NUMBERS)
    split = faces.split_attribute(pictures, table, "Eyeglasses")
    assert [len(part) for part in (split.train, split.validation, split.test)] == [40, 10, 20]
    assert split.train.shape[1:] == (8, 8, 3)
    assert split.train.max() <= 1
    bright = split.test[split.test_labels == 1], split.test[split.test_labels == 0]
    assert bright[0].max(axis=(1, 2, 3)).min() > bright[1].max()


def test_draws_and_the_step_of_an_attribute_come_from_the_same_code_as_elsewhere(celeba):
    folder, table = celeba
    split = faces.split_attribute(read_folder(folder, side=8), table, "Eyeglasses")
    recipe = generation.recipes(split.train.shape[1:], code_size=4, filters=(2,))["regularized"]
    model, _ = recipe.train(split.train, epochs=1)
    draws = generation.draws_of("regularized", model, split, prior_epochs=1)
    assert draws["regularized"](3, 0).shape == (3, 8, 8, 3)
    table = editing.arithmetic({"pixels": editing.Pixels()}, split, _Bands(), source=0, target=1)
    assert table["changed"].iloc[-1] == 1


class _Bands:
    """Takes a picture with something bright in it for one with the attribute."""

    def features(self, images):
        return images.reshape(len(images), -1)

    def predict(self, images):
        return (images.max(axis=(1, 2, 3)) > 0.8).astype(int)


def test_an_attribute_that_the_table_lacks_is_refused_with_the_nearest(celeba):
    folder, table = celeba
    with pytest.raises(InputError, match="did you mean 'Eyeglasses'"):
        faces.split_attribute(read_folder(folder, side=8), table, "Glasses")


def test_an_attribute_that_nobody_has_is_refused(celeba):
    folder, table = celeba
    with pytest.raises(InputError, match="0 of 40 training pictures have the attribute 'Smiling'"):
        faces.split_attribute(read_folder(folder, side=8), table, "Smiling")
