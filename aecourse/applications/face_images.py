"""Faces for section 8.3: few of them, divided by person, or a folder with a table of attributes."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse import models, networks
from aecourse.applications.image_generation import Images
from aecourse.applications.variants import Recipe, Split
from aecourse.checks import whole
from aecourse.datasets import image_folder
from aecourse.errors import InputError
from aecourse.preprocessing import unit_range

SIDE = 32
CODE = 24
HIDDEN = (96,)
TEST_SHARE, VALIDATION_SHARE = 0.25, 0.15


def split_people(data: Any, *, side: int = SIDE) -> Split:
    """Return labelled faces, divided so that nobody is in two parts, and made smaller.

    A quarter of the people are for the last look and 15 % for choices, drawn once for all.

    Parameters
    ----------
    data
        A data set with the person as the label; its own division is given up, as it has the same
        people on both sides.
    side
        Pixels a side, a divisor of the pictures' own.

    Raises
    ------
    InputError
        If ``side`` is no divisor, or there are fewer than five people.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import face_images
    >>> faces = face_images.split_people(datasets.load("olivetti_faces"), side=32)
    >>> faces.train.shape, set(faces.test_labels) & set(faces.validation_labels)
    ((240, 32, 32, 1), set())
    """
    images = smaller(unit_range(np.concatenate([data.x_train, data.x_test])), side)
    labels = np.concatenate([data.y_train, data.y_test])
    people = np.random.default_rng(0).permutation(np.unique(labels))
    if len(people) < 5:
        raise InputError(f"there are {len(people)} people; at least 5 are needed for three parts.")
    test, validation = (round(share * len(people)) for share in (TEST_SHARE, VALIDATION_SHARE))
    parts = np.split(people, [len(people) - test - validation, len(people) - test])
    rows = [np.isin(labels, part) for part in parts]
    # Those trained on are numbered anew from 0, as a classifier of them needs it.
    known = np.searchsorted(np.sort(parts[0]), labels[rows[0]])
    train, held_out, last = (images[chosen] for chosen in rows)
    return Split(train, held_out, last, known, labels[rows[1]], labels[rows[2]])


def split_attribute(pictures: image_folder.Folder, table: str | Path, attribute: str) -> Split:
    r"""Return pictures in three parts, with 1 as the label of those that have an attribute, else 0.

    This is the way from CelebA's files to everything in this section: the labels train the
    classifier in whose features draws are judged, and give the step that adds the attribute.

    Parameters
    ----------
    pictures
        What ``aecourse.datasets.image_folder.read_folder`` returned, for example of CelebA's
        ``img_align_celeba``; they are divided by
        ``aecourse.datasets.image_folder.celeba_parts``.
    table
        CelebA's ``list_attr_celeba.txt`` or ``.csv``, or one of the same form.
    attribute
        One of its columns, such as ``"Eyeglasses"``.

    Raises
    ------
    InputError
        If the table has no such column, or a part is left without pictures with the attribute or
        without pictures that lack it.
    DataError
        If the table is missing, is no such table, or does not name every picture.

    References
    ----------
    Liu et al. (2015).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from aecourse.applications import face_images
    >>> from aecourse.datasets.image_folder import Folder
    >>> names = tuple(f"{number:02}.png" for number in range(40))
    >>> pictures = Folder(np.zeros((40, 8, 8), "uint8"), names, (), (), {})
    >>> rows = (f"{name},{number // 10 % 2}" for number, name in enumerate(names))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "attributes.csv")
    ...     _ = table.write_text("\n".join(["file,Hat", *rows]))
    ...     face_images.split_attribute(pictures, table, "Hat").test_labels.tolist()
    [0, 1, 0, 1]
    """
    attributes, has = image_folder.read_attributes(table, pictures.names)
    if attribute not in attributes:
        near = get_close_matches(attribute, attributes, n=1, cutoff=0.0)
        raise InputError(
            f"{table} has no attribute {attribute!r}; did you mean {near[0]!r}? It has "
            f"{', '.join(attributes)}."
        )
    images = unit_range(pictures.images)
    labels = has[:, attributes.index(attribute)].astype(np.int64)
    parts = image_folder.celeba_parts(pictures.names)
    rows = [parts == part for part in range(image_folder.TEST + 1)]
    for name, chosen in zip(("training", "validation", "test"), rows, strict=True):
        if len(np.unique(labels[chosen])) < 2:
            raise InputError(
                f"{labels[chosen].sum()} of {chosen.sum()} {name} pictures have the attribute "
                f"{attribute!r}; each part needs some with it and some without. Read more pictures."
            )
    train, validation, test = (images[chosen] for chosen in rows)
    return Split(train, validation, test, *(labels[chosen] for chosen in rows))


def smaller(images: Images, side: int) -> Images:
    """Return square images with ``side`` pixels a side, each the mean of a block of pixels.

    Raises
    ------
    InputError
        If the images are not square, or their side is no multiple of ``side``.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import face_images
    >>> image = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> face_images.smaller(image, side=1).ravel().tolist()
    [1.5]
    """
    count, height, width, channels = images.shape
    if height != width or height % whole(side, "side"):
        raise InputError(
            f"images of {height} × {width} pixels cannot be divided into {side} × {side} blocks; "
            "give square images, and a side that divides theirs."
        )
    step = height // side
    blocks = images.reshape(count, side, step, side, step, channels)
    return blocks.mean(axis=(2, 4), dtype=np.float32)


def mirrored(images: Images) -> Images:
    """Return the images and their mirror images: twice as many faces for nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import face_images
    >>> image = np.array([1, 2, 3]).reshape(1, 1, 3, 1)
    >>> face_images.mirrored(image)[:, 0, :, 0].tolist()
    [[1, 2, 3], [3, 2, 1]]
    """
    return np.concatenate([images, images[:, :, ::-1]])


def recipe(shape: tuple[int, int, int], *, code_size: int = CODE, epochs: int = 300) -> Recipe:
    """Return a regularised autoencoder over dense networks, small enough to travel in a page.

    On validation people it rebuilt faces better than variational ones of the same size, and its
    draws, from one Gaussian over the codes, were as near to real faces as the best of theirs.

    Examples
    --------
    >>> from aecourse.applications import face_images
    >>> recipe = face_images.recipe((8, 8, 1), code_size=4)
    >>> recipe.title, recipe.build(0).code_shape
    ('RAE + 1 Gaussian', (4,))
    """
    return Recipe(
        "RAE + 1 Gaussian",
        lambda seed: models.RegularizedAutoencoder(
            *networks.dense(shape, code_size, hidden=HIDDEN, seed=seed), components=1
        ),
        epochs=epochs,
        batch_size=32,
    )


# --- a face from sliders --------------------------------------------------------------------------


def along_directions(
    layers: list[Any], activations: list[str], codes: NDArray[np.float32], count: int
) -> tuple[list[Any], list[str], NDArray[np.float32], NDArray[np.float64]]:
    """Return a decoder whose inputs are the principal directions of codes, for an explorer.

    A layer is put before the decoder that turns a place along the directions, in standard
    deviations, into a code; the other directions stay at their mean.

    Parameters
    ----------
    layers, activations
        A decoder's, as :func:`aecourse.widgets.decoder_layers` returns them.
    codes
        Codes of training images, shape ``(n, k)``.
    count
        How many directions.

    Returns
    -------
    layers, activations, places, shares
        Those of the longer decoder; where the codes lie along the directions, shape ``(n, count)``;
        and the share of the codes' variance along each.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import networks, widgets
    >>> from aecourse.applications import face_images
    >>> _, decoder = networks.dense((8, 8, 1), code_size=4, hidden=())
    >>> layers, activations = widgets.decoder_layers(decoder)
    >>> codes = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
    >>> longer, _, places, shares = face_images.along_directions(layers, activations, codes, 2)
    >>> len(longer) - len(layers), places.shape
    (1, (20, 2))
    """
    from sklearn.decomposition import PCA

    directions = PCA(count, random_state=0).fit(codes)
    deviations = np.sqrt(directions.explained_variance_)
    first = (deviations[:, None] * directions.components_, directions.mean_)
    places = directions.transform(codes) / deviations
    return (
        [first, *layers],
        ["linear", *activations],
        places.astype(np.float32),
        directions.explained_variance_ratio_,
    )
