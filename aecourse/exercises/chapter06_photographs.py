"""Exercise 6.7: photographs of your own, recognised from patches and from HOG."""

from math import comb
from typing import Any, NamedTuple

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise

PARTS = ("images", "classes", "tested", "patches", "hog")
LEAST = 40  # images
EACH_KNOWN, EACH_TESTED = 8, 4  # images of each class
COPY = 1e-6  # mean squared difference below which two images are one
ALIKE = 1e-3  # below which they may be two shots of one moment


class _Photographs(NamedTuple):
    """What a reader handed over, checked: images, classes, and which rows were held out."""

    images: np.ndarray
    classes: np.ndarray
    tested: np.ndarray


def check_own_photographs(answer: Any) -> str:
    """Exercise 6.7."""
    given = expect.mapping(answer, list(PARTS))
    photographs = _photographs(given)
    remark = _explain_copies(photographs)
    truth = photographs.classes[photographs.tested]
    right = {name: _answers(given, name, photographs) == truth for name in ("patches", "hog")}
    patches, hog = (100 * right[name].mean() for name in ("patches", "hog"))
    most = 100 * np.unique(truth, return_counts=True)[1].max() / len(truth)
    expect.require(
        max(patches, hog) > most,
        f"Patches recognise {patches:.0f} % and HOG {hog:.0f} %; always naming the most frequent "
        f"class is right on {most:.0f} %. Does answer i belong to the i-th image with `tested`? "
        "Were test images prepared as the training images were?",
    )
    return (
        f"Of {len(truth)} test photographs patches recognise {patches:.0f} %, HOG {hog:.0f} %, and "
        f"always naming the most frequent class {most:.0f} %. {_compared(**right)}{remark}"
    )


def _compared(patches: np.ndarray, hog: np.ndarray) -> str:
    """Say whether the images on which only one is right could be split so by chance."""
    only_patches, only_hog = int((patches & ~hog).sum()), int((hog & ~patches).sum())
    tosses = only_patches + only_hog
    if not tosses:
        return "They are right on the very same photographs."
    tail = sum(comb(tosses, i) for i in range(min(only_patches, only_hog) + 1)) / 2**tosses
    return (
        f"Patches alone are right on {only_patches}, HOG alone on {only_hog}; {tosses} tosses of a "
        f"coin are split at least as unevenly in {min(1.0, 2 * tail):.0%} of all cases. If that is "
        "much, you do not know yet which is better."
    )


def _photographs(given: dict[str, Any]) -> _Photographs:
    images = expect.array(given["images"], shape=(None, None, None, None), name="`images`")
    expect.require(
        images.shape[1] == images.shape[2] and images.shape[3] in (1, 3),
        f"`images` has shape `{images.shape}`; squares in one or three colours were expected, "
        "(n, side, side, 3).",
    )
    expect.require(
        images.min() >= 0 and images.max() <= 1,
        f"`images` runs from {images.min():g} to {images.max():g}; values between 0 and 1 were "
        "expected, as in the chapter. Divide by 255.",
    )
    classes = np.asarray(given["classes"]).ravel()
    tested = expect.array(given["tested"], shape=(None,), name="`tested`")
    expect.require(
        len(images) == len(classes) == len(tested),
        f"There are {len(images)} images, {len(classes)} classes and {len(tested)} entries of "
        "`tested`: one for each image, in the same order.",
    )
    expect.require(
        set(np.unique(tested).tolist()) <= {0, 1},
        "`tested` is to be True for the images that were held out, and False for the others.",
    )
    found = _Photographs(images.astype(float), classes, tested.astype(bool))
    _explain_classes(found)
    return found


def _explain_classes(photographs: _Photographs) -> None:
    """Refuse classes of which too few images are known, or too few tested."""
    _, classes, tested = photographs
    names = np.unique(classes)
    expect.require(
        len(classes) >= LEAST and 2 <= len(names) <= len(classes) / 10,
        f"There are {len(classes)} images in {len(names)} classes. Take at least {LEAST} images in "
        "two classes or more, with some twenty in each.",
    )
    for name in names:
        known, asked = ((classes == name)[rows].sum() for rows in (~tested, tested))
        expect.require(
            known >= EACH_KNOWN and asked >= EACH_TESTED,
            f"Of class {name!s} there are {known} images to learn from and {asked} to test on; "
            f"take at least {EACH_KNOWN} and {EACH_TESTED}.",
        )


def _explain_copies(photographs: _Photographs) -> str:
    """Refuse test images that stand among the others too; remark on those that nearly do."""
    images, _, tested = photographs
    known, asked = (images[rows].reshape(rows.sum(), -1) for rows in (~tested, tested))
    mirrored = images[~tested][:, :, ::-1].reshape(len(known), -1)
    nearest = np.minimum(_nearest(asked, known), _nearest(asked, mirrored))
    copies, alike = int((nearest < COPY).sum()), int((nearest < ALIKE).sum())
    expect.require(
        not copies,
        f"{copies} test images stand among the training images too, as they are or mirrored. Split "
        "first, and make further images from the training part only.",
    )
    if not alike:
        return ""
    return (
        f" {alike} test images have nearly a twin among the training images. If they were taken "
        "one after the other, keep such series on one side of the split: recognising a moment is "
        "easier than recognising a thing."
    )


def _nearest(asked: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the mean squared difference of each image from the nearest known one."""
    return np.array([np.square(known - image).mean(axis=1).min() for image in asked])


def _answers(given: dict[str, Any], name: str, photographs: _Photographs) -> np.ndarray:
    answers = np.asarray(given[name]).ravel()
    count = int(photographs.tested.sum())
    expect.require(
        len(answers) != len(photographs.classes),
        f"`{name}` has an answer for *every* image. Count on those that were held out only: "
        f"`answers[tested]`, {count} of them.",
    )
    expect.require(
        len(answers) == count,
        f"`{name}` has {len(answers)} entries; one answer for each of the {count} images with "
        "`tested` was expected.",
    )
    strange = set(answers.tolist()) - set(photographs.classes.tolist())
    expect.require(
        not strange,
        f"`{name}` has answers that are no classes, such as {next(iter(strange), None)!r}. Hand "
        "over the classes that were named, not how right they are.",
    )
    return answers


EXERCISES = (
    Exercise(
        "6.7",
        "Your own photographs",
        "own data",
        check_own_photographs,
        (
            "Split first, and keep photographs of one moment on one side. A generator with a seed, "
            "or every fifth image: `tested = np.arange(n) % 5 == 0`.",
            "`sliding_window_view(images, (6, 6), axis=(1, 2))` has all patches. Whiten as in "
            "Exercise 6.1, with mean and matrix of the training patches; `KMeans(...).transform` "
            "gives distances.",
            "`skimage.feature.hog(image, pixels_per_cell=(8, 8), cells_per_block=(2, 2), "
            "channel_axis=-1)` gives one row. The same classifier for both: "
            "`make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))`.",
        ),
        seconds=60.0,
    ),
)
