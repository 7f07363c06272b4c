"""Between two images, and one attribute more: what arithmetic on codes is worth.

Codes can be mixed and added. So can pixels, and that is the baseline: :class:`Pixels` has the same
two methods as an autoencoder and leaves images as they are.

Examples
--------
``direction``:

>>> import numpy as np
>>> from aecourse.applications import image_editing
>>> codes = np.array([[0.0, 1.0]] * 5 + [[3.0, 1.0]] * 5)
>>> image_editing.direction(codes, has=np.arange(10) >= 5).tolist()
[3.0, 0.0]

``edited``:

>>> import numpy as np
>>> from aecourse.applications import image_editing
>>> grey, step = np.full((1, 8, 8, 1), 0.5), np.full((8, 8, 1), 0.5)
>>> float(image_editing.edited(image_editing.Pixels(), grey, step, strength=0.5).mean())
0.75
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.applications.feature_space import ClassifierFeatures
from aecourse.applications.image_generation import Images
from aecourse.applications.variants import Split
from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.float32]
LEAST_OF_EACH = 5


class Coder(Protocol):
    """What images can be edited with: an autoencoder, principal components, or pixels.

    Examples
    --------
    >>> from aecourse.applications import image_editing
    >>> coder: image_editing.Coder = image_editing.Pixels()
    >>> coder.decode(coder.encode([0.5, 2.0])).tolist()
    [0.5, 1.0]
    """

    def encode(self, images: Any) -> Codes:
        """Return the codes of images."""

    def decode(self, codes: Any) -> Images:
        """Return the images of codes."""


class Pixels:
    """Images as their own codes; what leaves the range from 0 to 1 is cut off.

    Examples
    --------
    >>> from aecourse.applications import image_editing
    >>> image_editing.Pixels().decode([-1.0, 0.5, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """

    def encode(self, images: Images) -> Codes:
        """Return the images."""
        return images

    def decode(self, codes: Codes) -> Images:
        """Return the codes, cut to values from 0 to 1."""
        return np.clip(codes, 0, 1)


# --- between two images ---------------------------------------------------------------------------


def between(coder: Coder, starts: Images, ends: Images, shares: Sequence[float]) -> list[Images]:
    """Return the images at some shares of the way from one image to another.

    Parameters
    ----------
    coder
        Gives the codes between which a straight line is followed.
    starts, ends
        Images, shape ``(n, height, width, channels)`` each.
    shares
        From 0, the start, to 1, the end.

    Returns
    -------
    list of arrays
        One of shape ``(n, height, width, channels)`` for each share.

    Raises
    ------
    InputError
        If there are not as many ends as starts.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import image_editing
    >>> black, white = np.zeros((1, 8, 8, 1), "float32"), np.ones((1, 8, 8, 1), "float32")
    >>> path = image_editing.between(image_editing.Pixels(), black, white, shares=[0, 0.25, 1])
    >>> [float(image.mean()) for image in path]
    [0.0, 0.25, 1.0]
    """
    if np.shape(starts) != np.shape(ends):
        raise InputError(
            f"starts have shape {np.shape(starts)} and ends {np.shape(ends)}; give pairs of images."
        )
    first, last = coder.encode(starts), coder.encode(ends)
    return [coder.decode((1 - share) * first + share * last) for share in shares]


def halfway(
    coders: Mapping[str, Coder],
    starts: Images,
    ends: Images,
    space: ClassifierFeatures,
    real: Images,
) -> "pd.DataFrame":
    """Measure whether the image halfway between two real ones looks like a real one.

    Parameters
    ----------
    coders
        Ways to mix, by name.
    starts, ends
        Pairs of images, of any two classes.
    space
        In whose features images are compared.
    real
        As many real images as there are pairs, which are none of them.

    Returns
    -------
    pandas.DataFrame
        One row for each way, with ``precision``, ``recall`` and ``frechet`` of the images halfway.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_space, generation_quality, image_editing
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
    >>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
    >>> space = generation_quality.ReducedFeatures(space, images, size=2)
    >>> ways = {"pixels": image_editing.Pixels()}
    >>> table = image_editing.halfway(ways, images[:10], images[10:20], space, images[20:30])
    >>> table.columns.tolist()
    ['way', 'precision', 'recall', 'frechet']
    """
    import pandas as pd

    wanted = space.features(real)
    rows = []
    for name, coder in coders.items():
        found = space.features(between(coder, starts, ends, [0.5])[0])
        rows.append(
            {
                "way": name,
                **metrics.precision_recall(wanted, found)._asdict(),
                "frechet": metrics.frechet_distance(wanted, found),
            }
        )
    return pd.DataFrame(rows)


# --- one attribute more ---------------------------------------------------------------------------


def direction(codes: Codes, has: NDArray[np.bool_]) -> Codes:
    """Return the mean code with an attribute minus the mean code without it.

    Parameters
    ----------
    codes
        Of training images, shape ``(n, …)``.
    has
        Which of them have the attribute, shape ``(n,)``.

    Raises
    ------
    InputError
        If ``has`` is no list of as many booleans, or fewer than five have it or lack it.

    References
    ----------
    Larsen et al. (2016), section 4.2; White (2016) for its pitfalls.
    """
    has = np.asarray(has)
    if has.dtype != bool or has.shape != (len(codes),):
        raise InputError(
            f"has has shape {has.shape} and dtype {has.dtype}; give {len(codes)} booleans, one "
            "for each code."
        )
    least = min(int(has.sum()), int((~has).sum()))
    if least < LEAST_OF_EACH:
        raise InputError(
            f"{int(has.sum())} of {len(has)} images have the attribute; give at least "
            f"{LEAST_OF_EACH} with it and {LEAST_OF_EACH} without, or the means say little."
        )
    return codes[has].mean(axis=0) - codes[~has].mean(axis=0)


def edited(coder: Coder, images: Images, step: Codes, strength: float) -> Images:
    """Return images after a step along a direction: 1 is the whole of it, 0 none."""
    return coder.decode(coder.encode(images) + np.float32(strength) * step)


def arithmetic(
    coders: Mapping[str, Coder],
    split: Split,
    space: ClassifierFeatures,
    *,
    source: int,
    target: int,
    strengths: Sequence[float] = (1.0,),
) -> "pd.DataFrame":
    """Turn images of one class into another by adding a direction, and ask a classifier.

    Parameters
    ----------
    coders
        Ways to add, by name.
    split
        Images and labels; directions are learnt from the training part, test images are changed.
    space
        The classifier that is asked, trained on the training part.
    source, target
        The two classes: images of the first are changed, the direction leads to the second.
    strengths
        How much of the direction is added.

    Returns
    -------
    pandas.DataFrame
        One row for each way and strength:

        ``changed``
            share of the images that the classifier takes for the target class;
        ``precision``
            share that lies among real images of the target class;
        ``kept``
            correlation of the mean brightness of an image before and after: 0 if every image has
            become the same one.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_space, image_editing
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
    >>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
    >>> ways = {"pixels": image_editing.Pixels()}
    >>> image_editing.arithmetic(ways, data, space, source=0, target=1).columns.tolist()
    ['way', 'strength', 'changed', 'precision', 'kept']
    """
    import pandas as pd

    before, wanted = (split.test[split.test_labels == kind] for kind in (source, target))
    count = min(len(before), len(wanted))
    among = space.features(wanted[:count])
    chosen = np.isin(split.train_labels, (source, target))
    has = split.train_labels[chosen] == target
    rows = []
    for name, coder in coders.items():
        step = direction(coder.encode(split.train[chosen]), has)
        for strength in strengths:
            after = edited(coder, before[:count], step, strength)
            rows.append(
                {
                    "way": name,
                    "strength": strength,
                    "changed": float((space.predict(after) == target).mean()),
                    "precision": metrics.precision_recall(among, space.features(after)).precision,
                    "kept": _agreement(before[:count], after),
                }
            )
    return pd.DataFrame(rows)


def _agreement(before: Images, after: Images) -> float:
    """Return the correlation of the mean brightness of images before and after."""
    means = [images.mean(axis=(1, 2, 3)) for images in (before, after)]
    if min(values.std() for values in means) < 1e-6:  # all alike
        return 0.0
    return float(np.corrcoef(*means)[0, 1])
