"""How good drawn images are: near to real ones, as varied as they are, and more than copies.

Examples
--------
``Copying``:

>>> from aecourse.applications import generation_quality
>>> copying = generation_quality.Copying(share=0.9, chance=0.8)
>>> round(copying.beyond_chance, 2)
0.5

``copying``:

>>> import numpy as np
>>> from aecourse.applications import generation_quality
>>> known = np.random.default_rng(0).uniform(size=(20, 8, 8, 1)).astype("float32")
>>> unseen = np.random.default_rng(1).uniform(size=(20, 8, 8, 1)).astype("float32")
>>> generation_quality.copying(known[:5], known, unseen)
Copying(share=1.0, chance=0.5)

``judge``:

>>> import numpy as np
>>> from aecourse.applications import feature_space, generation_quality, image_generation
>>> from aecourse.applications.variants import Split
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> labels = np.arange(20) % 2
>>> data = Split(images[::2], images[1::2], images[1::2], labels, labels, labels)
>>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
>>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
>>> space = generation_quality.ReducedFeatures(space, images, size=2)
>>> reference = generation_quality.Reference.of(space, data, "validation", count=10)
>>> draws = {"copies": image_generation.copies_of(images)}
>>> generation_quality.judge(draws, reference).columns.tolist()[2:]
['frechet', 'precision', 'recall', 'copying', 'nearest']
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.applications.feature_space import ClassifierFeatures
from aecourse.applications.image_generation import Draw, Images
from aecourse.applications.variants import Split, sample_quality, spread
from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SEARCHED = 500  # draws whose neighbours are looked up


class ReducedFeatures(ClassifierFeatures):
    """The main directions of a classifier's features, for few images.

    A covariance of 64 features needs far more than 64 images. Where there are not so many, the
    features are projected on the directions in which those of the training images vary most.

    Parameters
    ----------
    space
        The classifier.
    images
        Training images, which the directions are taken from.
    size
        How many directions are kept.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_space, generation_quality
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
    >>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
    >>> reduced = generation_quality.ReducedFeatures(space, images, size=4)
    >>> space.features(images).shape, reduced.features(images).shape
    ((40, 64), (40, 4))
    """

    def __init__(self, space: ClassifierFeatures, images: Images, size: int) -> None:
        from sklearn.decomposition import PCA

        super().__init__(space.network, space.accuracy)
        self.size = size
        self.directions = PCA(size, random_state=0).fit(space.features(images))

    def features(self, images: Images) -> NDArray[np.float32]:
        """Return the projected features, shape ``(n, size)``."""
        return self.directions.transform(super().features(images)).astype(np.float32)


Part = Literal["validation", "test"]


@dataclass(frozen=True)
class Reference:
    """What drawn images are compared with.

    Attributes
    ----------
    space
        In whose features distances are taken; trained on training images only.
    real
        Real images that neither the models nor the space have seen.
    others
        As many further ones, to see how far real images are from real ones.
    known
        The images that the models were trained on.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_space, generation_quality
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> network = feature_space.classifier((8, 8, 1), classes=2, seed=0)
    >>> space = feature_space.ClassifierFeatures(network, accuracy=0.5)
    >>> reference = generation_quality.Reference.of(space, data, "validation", count=10)
    >>> len(reference.real), len(reference.others), len(reference.known)
    (10, 10, 40)
    """

    space: ClassifierFeatures
    real: Images
    others: Images
    known: Images

    @classmethod
    def of(
        cls, space: ClassifierFeatures, split: Split, part: Part, *, count: int | None = None
    ) -> "Reference":
        """Return the reference of a part, with ``count`` real images (half of them if not given).

        Real images and others are taken in turn, so that both come from the whole part.
        """
        images = getattr(split, part)
        chosen = spread(images, 2 * (count or len(images) // 2))
        return cls(space, chosen[::2], chosen[1::2], split.train)


class Copying(NamedTuple):
    """Whether images keep to those that were trained on.

    Attributes
    ----------
    share
        Share of images whose nearest real image is a training one rather than a held-out one.
    chance
        Share to be expected of images that know none: that of training images among all real ones.
    """

    share: float
    chance: float

    @property
    def beyond_chance(self) -> float:
        """0 for images that know none of the training images, and 1 for copies of them."""
        return (self.share - self.chance) / (1 - self.chance)


def copying(drawn: Images, known: Images, unseen: Images) -> Copying:
    """Ask of each drawn image whether its nearest real image is one of those trained on.

    A blurred image is near to everything, so a small distance alone is no sign of a copy. But if
    nothing was memorised, held-out images have the same chance to be the nearest as training ones.
    Of draws far from all real images, such as noise, it says nothing: one and the same real image
    is then the nearest to nearly all of them.

    Parameters
    ----------
    drawn
        Images to judge, shape ``(n, height, width, channels)``.
    known
        The training images.
    unseen
        Real images of the same kind that were not trained on.

    References
    ----------
    Meehan, Chaudhuri and Dasgupta (2020), for the comparison with held-out samples.
    """
    to_known, to_unseen = _nearest(drawn, known), _nearest(drawn, unseen)
    return _compared(to_known, to_unseen, len(known), len(unseen))


def judge(
    draws: Mapping[str, Draw], reference: Reference, *, seeds: Sequence[int] = (0,)
) -> "pd.DataFrame":
    """Draw as many images as there are real ones, and measure them.

    ``image_generation.copies_of(reference.others)`` is the generator that none can beat.

    Parameters
    ----------
    draws
        Generators by their keys.
    reference
        What draws are compared with.
    seeds
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        One row for each generator and seed:

        ``frechet``, ``precision``, ``recall``
            as :class:`aecourse.applications.variants.SampleQuality` says;
        ``copying``
            how much more often than by chance the nearest real image is a training one;
        ``nearest``
            median distance to the nearest training image, in units of that of unseen images.
    """
    import pandas as pd

    usual = np.median(_nearest(reference.real[:SEARCHED], reference.known))
    rows = []
    for key, draw in draws.items():
        for seed in seeds:
            drawn = draw(len(reference.real), seed)
            to_known, to_real = (
                _nearest(drawn[:SEARCHED], pool) for pool in (reference.known, reference.real)
            )
            copied = _compared(to_known, to_real, len(reference.known), len(reference.real))
            rows.append(
                {
                    "generator": key,
                    "seed": seed,
                    **sample_quality(reference.space, drawn, reference.real)._asdict(),
                    "copying": copied.beyond_chance,
                    "nearest": float(np.median(to_known) / usual),
                }
            )
    return pd.DataFrame(rows)


def times_nearer(table: "pd.DataFrame", key: str = "noise") -> "pd.Series[float]":
    """Return how many times a generator's Fréchet distance goes into that of a baseline.

    Raises
    ------
    InputError
        If the table has no row of the baseline.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import generation_quality
    >>> table = pd.DataFrame({"generator": ["noise", "VAE"], "frechet": [60.0, 30.0]})
    >>> generation_quality.times_nearer(table).tolist()
    [1.0, 2.0]
    """
    means = table.groupby("generator", sort=False)["frechet"].mean()
    if key not in means:
        raise InputError(f"the table has no generator {key!r}; it has {', '.join(means.index)}.")
    return means[key] / means


def _nearest(images: Images, pool: Images) -> NDArray[np.float64]:
    """Return the distance of each image to the nearest one of a pool."""
    return metrics.nearest_neighbours(images, pool).distances


def _compared(
    to_known: NDArray[np.float64], to_unseen: NDArray[np.float64], known: int, unseen: int
) -> Copying:
    """Return how often a training image is nearer than any held-out one, from the distances."""
    return Copying(float((to_known < to_unseen).mean()), known / (known + unseen))
